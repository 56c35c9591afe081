package proc_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/proc"
)

const childEnv = "PROC_TEST_CHILD"

func TestMain(m *testing.M) {
	if kind := os.Getenv(childEnv); kind != "" {
		child(kind, os.Args[1:])
		return
	}
	goleak.VerifyTestMain(m)
}

// child is what the tests run: the test binary itself.
func child(kind string, args []string) {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	fmt.Println(kind, "runs with", args)
	switch kind {
	case "quits":
		os.Exit(3)
	case "panics":
		panic("the pump is broken")
	case "explains":
		fmt.Println("Error: no such\n\npump")
		os.Exit(1)
	case "stubborn":
		mark(args[0])
		select {}
	case "failing":
		mark(args[0])
		<-stop
		os.Exit(4)
	default:
		mark(args[0])
		<-stop
		fmt.Println("stopped")
	}
}

func mark(path string) {
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		os.Exit(9)
	}
}

func spec(t *testing.T, kind string) proc.Spec {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	flag := filepath.Join(dir, "up")
	return proc.Spec{
		Name: kind, Path: self, Args: []string{flag}, Env: []string{childEnv + "=" + kind},
		Log: filepath.Join(dir, "logs", "child.log"),
		Ready: func(context.Context) error {
			_, err := os.Stat(flag)
			return err
		},
	}
}

func TestStopIsClean(t *testing.T) {
	s := spec(t, "polite")
	p, err := proc.Start(t.Context(), s)
	require.NoError(t, err)
	assert.NoError(t, p.Err(), "it runs")
	require.NoError(t, p.Stop())
	<-p.Done()
	require.NoError(t, p.Stop(), "stopping twice is the same as once")
	log, err := os.ReadFile(s.Log)
	require.NoError(t, err)
	assert.Contains(t, string(log), "polite runs with")
	assert.Contains(t, string(log), "stopped")
}

func TestLogIsAppendedTo(t *testing.T) {
	s := spec(t, "polite")
	for range 2 {
		p, err := proc.Start(t.Context(), s)
		require.NoError(t, err)
		require.NoError(t, p.Stop())
		require.NoError(t, os.Remove(s.Args[0]), "or the next one would seem ready at once")
	}
	log, err := os.ReadFile(s.Log)
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(log), "stopped"))
}

func TestStopReportsExitCode(t *testing.T) {
	p, err := proc.Start(t.Context(), spec(t, "failing"))
	require.NoError(t, err)
	assert.ErrorContains(t, p.Stop(), "exit status 4")
	assert.Error(t, p.Err())
}

func TestStopKillsWhatDoesNotEnd(t *testing.T) {
	s := spec(t, "stubborn")
	s.StopWithin = 50 * time.Millisecond
	p, err := proc.Start(t.Context(), s)
	require.NoError(t, err)
	assert.ErrorContains(t, p.Stop(), "not ended within 50ms")
	<-p.Done()
}

func TestKillNeedsNoConsent(t *testing.T) {
	p, err := proc.Start(t.Context(), spec(t, "stubborn"))
	require.NoError(t, err)
	require.NoError(t, p.Kill())
	<-p.Done()
	assert.ErrorContains(t, p.Err(), "killed")
	assert.Contains(t, p.Outcome(), "killed (its output is in ")
}

func TestStartReportsEarlyEnd(t *testing.T) {
	s := spec(t, "quits")
	_, err := proc.Start(t.Context(), s)
	require.ErrorContains(t, err, "ended before it was ready: exit status 3")
	assert.ErrorContains(t, err, s.Log, "says where to look")
}

func TestStartQuotesTheReason(t *testing.T) {
	for kind, reason := range map[string]string{
		"quits":    "exit status 3: quits runs with [",
		"panics":   "exit status 2: panic: the pump is broken",
		"explains": "exit status 1: Error: no such pump",
	} {
		t.Run(kind, func(t *testing.T) {
			s := spec(t, kind)
			require.NoError(t, os.MkdirAll(filepath.Dir(s.Log), 0o750))
			require.NoError(t, os.WriteFile(s.Log, []byte("panic: of an earlier run\n"), 0o600))
			_, err := proc.Start(t.Context(), s)
			require.ErrorContains(t, err, reason)
			assert.NotContains(t, err.Error(), "earlier run")
			assert.NotContains(t, err.Error(), "goroutine", "a stack belongs into the log")
		})
	}
}

func TestStartGivesUpOnWhatNeverAnswers(t *testing.T) {
	s := spec(t, "polite")
	s.ReadyWithin = 100 * time.Millisecond
	s.Ready = func(context.Context) error { return errors.New("no answer") }
	_, err := proc.Start(t.Context(), s)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, "no answer")
}

func TestStartEndsWithItsContext(t *testing.T) {
	s := spec(t, "polite")
	ctx, cancel := context.WithCancel(t.Context())
	s.Ready = func(context.Context) error {
		cancel()
		return errors.New("no answer")
	}
	_, err := proc.Start(ctx, s)
	require.ErrorIs(t, err, context.Canceled)
}

func TestStartReportsMissingProgram(t *testing.T) {
	s := spec(t, "polite")
	s.Path = filepath.Join(t.TempDir(), "absent")
	_, err := proc.Start(t.Context(), s)
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "start polite")
}

func TestCheckPorts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	busy := l.Addr().String()
	require.ErrorContains(t, proc.CheckPorts("127.0.0.1:0", busy), busy)
	require.NoError(t, l.Close())
	require.NoError(t, proc.CheckPorts("127.0.0.1:0", busy))
}

func TestFreePort(t *testing.T) {
	port, err := proc.FreePort()
	require.NoError(t, err)
	require.NoError(t, proc.CheckPorts(fmt.Sprintf("127.0.0.1:%d", port)))
}

func TestCredentialIsUsed(t *testing.T) {
	as := &syscall.Credential{Uid: 65534, Gid: 65534}
	if uid := os.Getuid(); uid != 0 { // only root may become somebody else
		as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(os.Getgid()), NoSetGroups: true}
	}
	s := proc.Spec{Name: "id", Path: "/usr/bin/id", Args: []string{"-u"}, Log: filepath.Join(t.TempDir(), "id.log"), Credential: as}
	p, err := proc.Start(t.Context(), s)
	require.NoError(t, err)
	<-p.Done()
	require.NoError(t, p.Err(), p.Outcome())
	log, err := os.ReadFile(s.Log)
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprintln(as.Uid), string(log))
}
