//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/proc"
)

const root = "../.." // of the repository

func TestMain(m *testing.M) {
	code := m.Run()
	report.print(os.Stdout)
	os.Exit(code)
}

// place returns an empty folder for what a test leaves behind: configurations and
// logs, kept until its next run.
func place(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join(root, ".cache", "e2e", t.Name()))
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.MkdirAll(dir, 0o750))
	return dir
}

func program(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, "bin", name))
	require.NoError(t, err)
	require.FileExists(t, path, "`make e2e` builds it")
	return path
}

// address returns a free address of loopback.
func address(t *testing.T) string {
	t.Helper()
	port, err := proc.FreePort()
	require.NoError(t, err)
	return fmt.Sprintf("127.0.0.1:%d", port)
}

// until asks again and again until there is no objection; the last one is the reason
// of the failure. What takes long to answer is asked less often.
func until(t *testing.T, within time.Duration, what string, objection func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	var last error
	for {
		asked := time.Now()
		err := objection(ctx)
		if err == nil {
			return
		}
		if ctx.Err() == nil || last == nil {
			last = err // not that the time is over, which is known
		}
		await(ctx, max(200*time.Millisecond, 3*time.Since(asked)))
		if ctx.Err() != nil {
			require.FailNow(t, fmt.Sprintf("%s: not within %s", what, within), last.Error())
		}
	}
}

// await returns after a while.
func await(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

// answers returns a check that an HTTP address answers with 200.
func answers(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
		return nil
	}
}

// service is a program that a test starts and stops.
type service struct {
	t    *testing.T
	spec proc.Spec
	runs *proc.Process
}

// newService prepares a program. When the test ends it is killed if it still runs,
// and when the test has failed the end of its log is shown.
func newService(t *testing.T, spec proc.Spec) *service {
	t.Helper()
	s := &service{t: t, spec: spec}
	t.Cleanup(func() {
		if s.runs != nil {
			_ = s.runs.Kill()
		}
		if t.Failed() {
			t.Logf("the end of %s:\n%s", spec.Log, tail(spec.Log, 15))
		}
	})
	return s
}

func (s *service) start() {
	s.t.Helper()
	p, err := proc.Start(s.t.Context(), s.spec)
	require.NoError(s.t, err)
	s.runs = p
}

// stop ends the program in order.
func (s *service) stop() {
	s.t.Helper()
	require.NoError(s.t, s.runs.Stop())
	s.runs = nil
}

// kill ends the program as a power cut would.
func (s *service) kill() {
	s.t.Helper()
	select {
	case <-s.runs.Done():
		require.FailNow(s.t, s.spec.Name+" has ended by itself", s.runs.Outcome())
	default:
	}
	require.NoError(s.t, s.runs.Kill())
	s.runs = nil
}

func tail(path string, lines int) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(text)), "\n")
	all = all[max(0, len(all)-lines):]
	for i, l := range all {
		all[i] = l[:min(len(l), 600)]
	}
	return strings.Join(all, "\n")
}
