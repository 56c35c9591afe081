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
	h, err := loadHistory(path, 7, noon)
	require.NoError(t, err)
	require.Len(t, h.Runs, 1, "the backlog")
	assert.Equal(t, noon, h.Runs[0].Stop)
	require.NoError(t, h.add(span{Start: noon, Stop: noon.Add(time.Minute), Every: time.Second}))

	again, err := loadHistory(path, 7, noon.Add(24*time.Hour))
	require.NoError(t, err)
	assert.Equal(t, h.Runs, again.Runs)
	assert.EqualValues(t, 7, again.Seed)
}

func TestHistoryRefusesOtherSeed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.json")
	_, err := loadHistory(path, 7, noon)
	require.NoError(t, err)
	_, err = loadHistory(path, 8, noon)
	require.ErrorContains(t, err, "seed 7")
}

func TestHistoryRefusesBrokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"seed":`), 0o600))
	_, err := loadHistory(path, 7, noon)
	require.ErrorContains(t, err, path)

	_, err = loadHistory(t.TempDir(), 7, noon)
	require.Error(t, err, "a folder")
}
