package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOneDemoPerState(t *testing.T) {
	p := newPlace(t)
	l, err := lockState(p.state)
	require.NoError(t, err)
	require.NoError(t, l.take())
	require.NoError(t, l.note(4711, "VictoriaLogs"))
	require.ErrorContains(t, p.run(t), fmt.Sprintf("another demo uses the state in %s: end it (process %d), or", p.state, os.Getpid()))
	require.NoError(t, l.release())
	p.runBefore(t)
}

func TestLockTellsOfAKilledRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	open := func() *stateLock {
		l, err := lockState(dir)
		require.NoError(t, err)
		return l
	}
	l := open()
	assert.False(t, l.cut, "there was none")
	require.NoError(t, l.take())
	require.NoError(t, l.note(os.Getpid(), "VictoriaLogs"))
	require.NoError(t, l.note(1<<30, "otelcol-activity"))
	require.NoError(t, l.file.Close(), "killed")

	l = open()
	assert.True(t, l.cut)
	names, numbers := l.orphans()
	assert.Equal(t, "VictoriaLogs", names, "the other one has ended")
	assert.Equal(t, fmt.Sprint(os.Getpid()), numbers)
	require.NoError(t, l.release())

	l = open()
	assert.True(t, l.cut, "the run between has not begun")
	require.NoError(t, l.take())
	require.NoError(t, l.release())

	l = open()
	assert.False(t, l.cut, "the run before has ended in order")
	names, _ = l.orphans()
	assert.Empty(t, names)
	require.NoError(t, l.release())
}

func TestRunNamesWhatAKilledOneLeft(t *testing.T) {
	p := newPlace(t)
	l, err := net.Listen("tcp", loopback(p.port))
	require.NoError(t, err)
	p.write(t, "lock", fmt.Sprintf("4711\n%d VictoriaLogs\n", os.Getpid()))
	require.ErrorContains(t, p.run(t), fmt.Sprintf("a demo that was killed has left VictoriaLogs running: kill %d;", os.Getpid()))
	require.NoError(t, l.Close())
}
