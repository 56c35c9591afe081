package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/otelactivity/otelactivity/internal/proc"
	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The programs of the demo are played by the test binary.
var fakePrograms = map[string]func(args []string){
	"victoria-logs":    fakeDatabase,
	"otelcol-activity": fakeCollector,
}

// How the fakes behave: dies (at once), quits (once it is asked to show its records,
// or 100 ms after it is ready), or holds an event that nobody has produced.
const (
	databaseEnv  = "DEMO_TEST_DATABASE"
	collectorEnv = "DEMO_TEST_COLLECTOR"
)

func fakeDatabase(args []string) {
	if os.Getenv(databaseEnv) == "dies" {
		panic("FATAL: cannot read parts.json")
	}
	queries := 0
	serve(strings.TrimPrefix(args[0], "-httpListenAddr="), func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/health" {
			return
		}
		switch queries++; {
		case os.Getenv(databaseEnv) == "quits" && queries > 1:
			os.Exit(7)
		case os.Getenv(databaseEnv) == "stranger":
			fmt.Fprintln(rw, `{"service.instance.id":"initech","activity.stream":"audit","records":"3","uids":"3","newest":"2026-03-02T06:00:00Z"}`)
		case os.Getenv(databaseEnv) == "sent":
			fmt.Fprintln(rw, `{"service.instance.id":"acme","activity.stream":"audit","records":"3","uids":"3","newest":"2026-03-02T06:00:00Z"}`)
		case os.Getenv(databaseEnv) == "more":
			fmt.Fprintln(rw, `{"service.instance.id":"acme","activity.stream":"audit","records":"100000","uids":"100000","newest":"2026-03-02T06:00:00Z"}`)
		}
	})
}

func fakeCollector(args []string) {
	if os.Getenv(collectorEnv) == "dies" {
		fmt.Println("Error: no such provider")
		os.Exit(1)
	}
	var config struct {
		Extensions struct {
			HealthCheck struct{ Endpoint string } `yaml:"health_check"`
		}
	}
	text, err := os.ReadFile(args[1])
	if err == nil {
		err = yaml.Unmarshal(text, &config)
	}
	if err != nil {
		panic(err)
	}
	serve(config.Extensions.HealthCheck.Endpoint, func(http.ResponseWriter, *http.Request) {
		if os.Getenv(collectorEnv) == "quits" {
			time.AfterFunc(100*time.Millisecond, func() { os.Exit(8) })
		}
	})
}

// serve answers until it is asked to stop.
func serve(address string, h http.HandlerFunc) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		panic(err)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() { _ = http.Serve(l, h) }()
	<-stop
}

func fakeVendors() []vendorsim.Vendor {
	return []vendorsim.Vendor{fakeVendor("acme"), fakeVendor("umbrella")}
}

// place is a state, the programs, and ports of a run.
type place struct {
	state, bin string
	port       int
}

func newPlace(t *testing.T) place {
	t.Helper()
	dir := t.TempDir()
	p := place{state: filepath.Join(dir, "run"), bin: filepath.Join(dir, "bin"), port: freePorts(t)}
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(p.bin, 0o750))
	for name := range fakePrograms {
		require.NoError(t, os.Symlink(self, filepath.Join(p.bin, name)))
	}
	return p
}

// freePorts returns the first of as many free ports as a run needs.
func freePorts(t *testing.T) int {
	t.Helper()
	for base := 20000 + os.Getpid()%100*100; base < 32000; base += 100 {
		var all []string
		for i := range portVendors + len(fakeVendors()) {
			all = append(all, loopback(base+i))
		}
		if proc.CheckPorts(all...) == nil {
			return base
		}
	}
	t.Fatal("no free ports")
	return 0
}

// run runs the demo to its end, which must come by itself.
func (p place) run(t *testing.T, args ...string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := run(ctx, append([]string{"-state", p.state, "-bin", p.bin, "-port-base", strconv.Itoa(p.port), "-every", "300ms", "-faults", "0"}, args...), fakeVendors())
	require.NoError(t, ctx.Err(), "it went on: %v", err)
	http.DefaultClient.CloseIdleConnections()
	return err
}

// runBefore leaves the state of a run that had its collector die.
func (p place) runBefore(t *testing.T) {
	t.Helper()
	t.Setenv(collectorEnv, "dies")
	require.ErrorContains(t, p.run(t), "no such provider")
	t.Setenv(collectorEnv, "")
}

func (p place) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(p.state, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

// Whatever is wrong ends the run, and the message says where and what to do.
func TestRunRefusesState(t *testing.T) {
	tests := []struct {
		name   string
		before func(*testing.T, place)
		err    string
	}{
		{name: "of other simulators", err: "begun with other simulators: the events of acme/audit are not", before: func(t *testing.T, p place) {
			h := p.history(t)
			h.Simulators["acme/audit"] = "0123456789abcdef"
			require.NoError(t, h.save())
		}},
		{name: "of an earlier version", err: "earlier version of the demo", before: func(t *testing.T, p place) {
			h := p.history(t)
			h.Simulators = nil
			require.NoError(t, h.save())
		}},
		{name: "half-written", err: "unexpected end of JSON input", before: func(t *testing.T, p place) { p.write(t, "history.json", `{"seed":1`) }},
		{name: "without history", err: "history.json, which says what the vendors have produced, is not there", before: func(t *testing.T, p place) {
			p.write(t, "victorialogs/parts.json", "")
			require.NoError(t, os.Remove(filepath.Join(p.state, "history.json")))
		}},
		{name: "without database", err: "victorialogs is not there", before: func(t *testing.T, p place) { p.write(t, "state/receiver_activity_", "") }},
		{name: "without ledger", err: "everything would be sent again", before: func(t *testing.T, _ place) { t.Setenv(databaseEnv, "sent") }},
		{name: "with a stream that nobody has", err: "holds 3 records of initech audit", before: func(t *testing.T, _ place) { t.Setenv(databaseEnv, "stranger") }},
		{name: "with more than there is", err: "holds 100000 events of acme audit", before: func(t *testing.T, _ place) { t.Setenv(databaseEnv, "more") }},
		{name: "of a broken database", err: "panic: FATAL: cannot read parts.json", before: func(t *testing.T, _ place) { t.Setenv(databaseEnv, "dies") }},
		{name: "of a broken ledger", err: "Error: no such provider", before: func(t *testing.T, _ place) { t.Setenv(collectorEnv, "dies") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t)
			p.runBefore(t)
			tt.before(t, p)
			err := p.run(t, "-duration", "1s")
			require.ErrorContains(t, err, tt.err)
			assert.ErrorContains(t, err, "rm -r "+p.state)
		})
	}
}

func (p place) history(t *testing.T) *history {
	t.Helper()
	h, err := loadHistory(filepath.Join(p.state, "history.json"), 1, p.port+portVendors, time.Now())
	require.NoError(t, err)
	require.False(t, h.fresh)
	return h
}

func TestRunReportsWhatDoesNotStart(t *testing.T) {
	tests := []struct {
		name                string
		database, collector string
		before              func(*testing.T, place)
		errs                []string
	}{
		{name: "the database dies", database: "dies", errs: []string{"start VictoriaLogs (its output is in ", "exit status 2: panic: FATAL"}},
		{name: "the collector dies", collector: "dies", errs: []string{"start otelcol-activity (its output is in ", "exit status 1: Error: no such provider"}},
		{name: "the database dies later", database: "quits", errs: []string{"VictoriaLogs has ended by itself: exit status 7 (its output is in "}},
		{name: "the collector dies later", collector: "quits", errs: []string{"otelcol-activity has ended by itself: exit status 8 (its output is in "}},
		{name: "no program", errs: []string{"start otelcol-activity", "no such file", "`make run` builds"}, before: func(t *testing.T, p place) {
			require.NoError(t, os.Remove(filepath.Join(p.bin, "otelcol-activity")))
		}},
		{name: "a file in place of the state", errs: []string{"folder of the state", "not a directory"}, before: func(t *testing.T, p place) {
			require.NoError(t, os.WriteFile(p.state, nil, 0o600))
		}},
		{name: "a port in use", errs: []string{"another program uses a port", "choose other ports with PORT_BASE", "address already in use"}, before: func(t *testing.T, p place) {
			l, err := net.Listen("tcp", loopback(p.port+portVendors+1))
			require.NoError(t, err)
			t.Cleanup(func() { assert.NoError(t, l.Close()) })
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(databaseEnv, tt.database)
			t.Setenv(collectorEnv, tt.collector)
			p := newPlace(t)
			if tt.before != nil {
				tt.before(t, p)
			}
			err := p.run(t, "-duration", "20s")
			for _, text := range tt.errs {
				require.ErrorContains(t, err, text)
			}
			assert.Equal(t, 1, strings.Count(err.Error(), "its output is in ")+strings.Count(err.Error(), "folder of the state")+strings.Count(err.Error(), "another program")+strings.Count(err.Error(), "no such file"), "said once: %v", err)
		})
	}
}

func TestRunThatCouldNotStartLeavesNoState(t *testing.T) {
	p := newPlace(t)
	l, err := net.Listen("tcp", loopback(p.port))
	require.NoError(t, err)
	require.ErrorContains(t, p.run(t), "another program uses a port")
	require.NoError(t, l.Close())
	assert.NoFileExists(t, filepath.Join(p.state, "history.json"))
}

// What was repeated by kills of an earlier run is no fault of this one.
func TestKillsAreRemembered(t *testing.T) {
	p := newPlace(t)
	p.runBefore(t)
	h := p.history(t)
	h.Kills = 2
	require.NoError(t, h.save())
	p.write(t, "lock", "4711\n") // of a run that was killed
	p.runBefore(t)
	h = p.history(t)
	assert.Equal(t, 2, h.Kills)
	assert.Equal(t, 1, h.Cut)
	text, err := json.Marshal(h)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"kills":2,"cut":1`)
}

func TestInterruptedRunIsNotChecked(t *testing.T) {
	p := newPlace(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	args := []string{"-state", p.state, "-bin", p.bin, "-port-base", strconv.Itoa(p.port)}
	require.NoError(t, run(ctx, args, fakeVendors()))
	require.ErrorContains(t, run(ctx, append(args, "-duration", "20s"), fakeVendors()), "interrupted: nothing was checked")
	http.DefaultClient.CloseIdleConnections()
}
