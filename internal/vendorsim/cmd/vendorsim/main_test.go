package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.yaml.in/yaml/v3"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/all"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// freePorts returns a base port with enough free ports behind it.
func freePorts(t *testing.T) int {
	t.Helper()
	for base := 21000; base < 60000; base += 61 {
		free := true
		for i := 0; i <= len(all.Vendors()) && free; i++ {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", base+i))
			if free = err == nil; free {
				require.NoError(t, l.Close())
			}
		}
		if free {
			return base
		}
	}
	t.Fatal("no free ports")
	return 0
}

// buffer tells when the command has said that it serves.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
	up   chan struct{}
	once sync.Once
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text.Write(p)
	if bytes.Contains(b.text.Bytes(), []byte("/_sim/truth")) {
		b.once.Do(func() { close(b.up) })
	}
	return len(p), nil
}

// start runs the command until stop is called.
func start(t *testing.T, args ...string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, done := &buffer{up: make(chan struct{})}, make(chan error, 1)
	go func() { done <- run(ctx, args, out) }()
	select {
	case <-out.up:
	case err := <-done:
		cancel()
		require.NoError(t, err)
		t.Fatal("the command has ended")
	}
	return func() {
		cancel()
		require.NoError(t, <-done)
	}
}

func get(t *testing.T, url string, header ...string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, 200, res.StatusCode, "%s", body)
	return string(body)
}

func truth(t *testing.T, base int) map[string]map[string]vendorsim.StreamTruth {
	t.Helper()
	out := map[string]map[string]vendorsim.StreamTruth{}
	require.NoError(t, json.Unmarshal([]byte(get(t, fmt.Sprintf("http://127.0.0.1:%d/_sim/truth?ids=true", base))), &out))
	return out
}

func TestHistorySurvivesARestart(t *testing.T) {
	dir, base := t.TempDir(), freePorts(t)
	config := filepath.Join(dir, "config.yaml")
	args := []string{
		"-base-port", fmt.Sprint(base), "-state", filepath.Join(dir, "state.json"), "-config-out", config,
		"-backlog", "1h", "-faults", "0", "-variants",
	}
	stop := start(t, args...)
	before := truth(t, base)
	stop()
	stop = start(t, args...)
	defer stop()
	after := truth(t, base)

	assert.Len(t, before, len(all.Vendors()))
	for _, v := range all.Vendors() {
		for _, s := range v.Streams {
			name := v.Key + " " + s.Name
			assert.Greater(t, before[v.Key][s.Name].Count, 100, name)
			assert.Subset(t, after[v.Key][s.Name].IDs, before[v.Key][s.Name].IDs, name)
		}
	}
	err := run(t.Context(), append(args, "-seed", "2"), io.Discard)
	assert.ErrorContains(t, err, "-seed 1")
	err = run(t.Context(), args, io.Discard)
	assert.ErrorContains(t, err, "choose another -base-port")

	text, err := os.ReadFile(config)
	require.NoError(t, err)
	var fragment struct {
		Receivers struct {
			Activity struct {
				Providers map[string]map[string]any
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &fragment))
	for _, v := range all.Vendors() {
		assert.Contains(t, fragment.Receivers.Activity.Providers, v.Key)
		for name := range v.Variants {
			assert.Contains(t, fragment.Receivers.Activity.Providers, v.Key+"/"+name)
		}
	}
	okta := fragment.Receivers.Activity.Providers["okta"]
	body := get(t, fmt.Sprint(okta["endpoint"], "/api/v1/logs"), "Accept", "application/json", "Authorization", fmt.Sprint("SSWS ", okta["api_token"]))
	assert.Contains(t, body, before["okta"]["system"].IDs[0])
}

func TestChosenVendorsKeepTheirPorts(t *testing.T) {
	base := freePorts(t)
	keys := []string{}
	for _, v := range all.Vendors() {
		keys = append(keys, v.Key)
	}
	last := keys[len(keys)-1]
	stop := start(t, "-base-port", fmt.Sprint(base), "-vendors", last, "-backlog", "1m")
	defer stop()
	assert.Len(t, truth(t, base), 1)
	c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", base+len(keys)), time.Second)
	require.NoError(t, err)
	require.NoError(t, c.Close())
}

func TestWrongFlags(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.json")
	require.NoError(t, os.WriteFile(broken, []byte("{"), 0o600))
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"argument":     {[]string{"okta"}, "unexpected argument"},
		"flag":         {[]string{"-speed", "1"}, "not defined"},
		"rate":         {[]string{"-rate", "0"}, "-rate"},
		"backlog":      {[]string{"-backlog", "-1h"}, "-backlog"},
		"faults":       {[]string{"-faults", "2"}, "-faults"},
		"limits":       {[]string{"-limits", "0"}, "-limits"},
		"vendor":       {[]string{"-vendors", "nobody"}, "nobody"},
		"state":        {[]string{"-state", broken}, "broken.json"},
		"state folder": {[]string{"-state", filepath.Join(dir, "none", "s")}, "no such file"},
		"config":       {[]string{"-base-port", fmt.Sprint(freePorts(t)), "-config-out", filepath.Join(dir, "none", "c")}, "no such file"},
		"address":      {[]string{"-host", "no.such.host.invalid"}, "listen"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.ErrorContains(t, run(t.Context(), tt.args, io.Discard), tt.want)
		})
	}
}
