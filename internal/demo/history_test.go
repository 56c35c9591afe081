package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestHistoryIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run", "history.json")
	h, err := loadHistory(path, 7, 19403, noon)
	require.NoError(t, err)
	require.Len(t, h.Runs, 1, "the backlog")
	assert.Equal(t, noon, h.Runs[0].Stop)
	require.NoError(t, h.add(span{Start: noon, Stop: noon.Add(time.Minute), Every: time.Second}))

	again, err := loadHistory(path, 7, 19403, noon.Add(24*time.Hour))
	require.NoError(t, err)
	assert.Equal(t, h.Runs, again.Runs)
	assert.EqualValues(t, 7, again.Seed)
}

func TestVendorsStayAtTheirPorts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.json")
	h, err := loadHistory(path, 7, 19403, noon)
	require.NoError(t, err)
	assert.Equal(t, 19403, h.port("jira"))
	assert.Equal(t, 19404, h.port("okta"))
	require.NoError(t, h.add(span{Start: noon, Stop: noon.Add(time.Minute), Every: time.Second}))

	again, err := loadHistory(path, 7, 19403, noon)
	require.NoError(t, err)
	assert.Equal(t, 19405, again.port("github"), "a vendor that is new goes behind the others")
	assert.Equal(t, 19403, again.port("jira"))
}

func TestHistoryRefusesOtherBeginnings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.json")
	_, err := loadHistory(path, 7, 19403, noon)
	require.NoError(t, err)
	_, err = loadHistory(path, 8, 19403, noon)
	require.ErrorContains(t, err, "seed 7")
	_, err = loadHistory(path, 7, 20003, noon)
	require.ErrorContains(t, err, "port 19403")
}

func TestHistoryRefusesBrokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"seed":`), 0o600))
	_, err := loadHistory(path, 7, 19403, noon)
	require.ErrorContains(t, err, path)

	_, err = loadHistory(t.TempDir(), 7, 19403, noon)
	require.Error(t, err, "a folder")
}
