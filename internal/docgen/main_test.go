package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRunReplacesTheTableOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "README.md")
	require.NoError(t, os.WriteFile(path, []byte("before\n"+begin+"stale\n"+end+"\nafter\n"), 0o600))
	require.NoError(t, run(path))
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Regexp(t, `^before\n`, string(got))
	assert.Regexp(t, `\nafter\n$`, string(got))
	assert.NotContains(t, string(got), "stale")
	assert.Contains(t, string(got), "(`okta`) | `system` | the vendor's cursor | 1 h | 90 days | simulator |")
}

func TestRunNeedsAPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "README.md")
	require.NoError(t, os.WriteFile(path, []byte("nothing"), 0o600))
	assert.ErrorContains(t, run(path), "has no place")
}

func TestSpan(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"none": 0, "24 h": 24 * time.Hour, "90 days": 90 * 24 * time.Hour, "10 min": 10 * time.Minute, "14 h": 14 * time.Hour, "1m30s": 90 * time.Second,
	} {
		assert.Equal(t, want, span(d, "none"))
	}
}
