//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/proc"
)

// postgresPrograms returns the folder of initdb and postgres; "" when PostgreSQL is
// not installed. Debian keeps it out of the path.
func postgresPrograms() string {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil { // the others are beside it
			return filepath.Dir(path)
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return ""
	}
	return filepath.Dir(found[len(found)-1])
}

// newPostgres starts a PostgreSQL server with an empty database and returns its
// address. It refuses to run as root, so it gets a folder and a user of its own.
func newPostgres(t *testing.T, programs, dir string) (url string) {
	t.Helper()
	as := unprivileged(t)
	data, err := os.MkdirTemp("", "e2e-postgres-") //nolint:usetesting // the other user may not enter t.TempDir
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(data) })
	if as != nil {
		require.NoError(t, os.Chown(data, int(as.Uid), int(as.Gid)))
	}
	initdb := exec.CommandContext(t.Context(), filepath.Join(programs, "initdb"), "-D", filepath.Join(data, "db"), "-U", "otelcol", "-A", "trust", "-E", "UTF8")
	initdb.SysProcAttr, initdb.Dir = &syscall.SysProcAttr{Credential: as}, data
	out, err := initdb.CombinedOutput()
	require.NoError(t, err, "%s", out)

	listen := address(t)
	_, port, err := net.SplitHostPort(listen)
	require.NoError(t, err)
	s := newService(t, proc.Spec{
		Name: "PostgreSQL", Path: filepath.Join(programs, "postgres"),
		Args: []string{"-D", filepath.Join(data, "db"), "-h", "127.0.0.1", "-p", port, "-k", data},
		Log:  filepath.Join(dir, "postgres.log"), Credential: as,
		Ready: func(ctx context.Context) error {
			return exec.CommandContext(ctx, filepath.Join(programs, "pg_isready"), "-h", "127.0.0.1", "-p", port, "-U", "otelcol").Run()
		},
		ReadyWithin: time.Minute,
	})
	s.start()
	return fmt.Sprintf("postgres://otelcol@%s/postgres?sslmode=disable", listen)
}

// unprivileged is the user that a server runs as which root may not be; nil when we
// are not root.
func unprivileged(t *testing.T) *syscall.Credential {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("nobody")
	require.NoError(t, err)
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	require.NoError(t, err)
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	require.NoError(t, err)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}
