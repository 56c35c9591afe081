package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/logsdb"
)

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "collector.log")
	eu, us := logsdb.Stream{Instance: "okta/eu", Name: "system"}, logsdb.Stream{Instance: "okta/us", Name: "system"}

	j, err := newJournal(path)
	require.NoError(t, err)
	require.NoError(t, j.read(), "no log yet")

	appendTo(t, path, `{"level":"info","msg":"Everything is ready."}
{"level":"warn","msg":"Stream does not get on and is retried","instance":"okta/eu","stream":"system","error":"503 Service Unavailable"}
{"level":"error","msg":"Stream is parked","instance":"okta/us","stream":"system","error":"403 Forbidden","needs":"okta.logs.read"}
{"level":"error","msg":"Exporting failed","error":"connection refused"}
`)
	require.NoError(t, j.read())
	assert.Equal(t, map[logsdb.Stream]string{
		eu: "Stream does not get on and is retried: 503 Service Unavailable",
		us: "Stream is parked: 403 Forbidden (needs okta.logs.read)",
	}, j.streams)
	assert.Equal(t, "Exporting failed: connection refused", j.general)

	appendTo(t, path, `{"level":"info","msg":"Stream is running","instance":"okta/eu",`)
	require.NoError(t, j.read())
	assert.Contains(t, j.streams, eu, "the line is not complete")
	appendTo(t, path, `"stream":"system"}`+"\n")
	require.NoError(t, j.read())
	assert.NotContains(t, j.streams, eu, "it runs again")
	assert.Contains(t, j.streams, us)

	appendTo(t, path, "panic: out of cheese\n")
	require.NoError(t, j.read())
	assert.Equal(t, "panic: out of cheese\n", j.general)

	later, err := newJournal(path)
	require.NoError(t, err)
	require.NoError(t, later.read())
	assert.Empty(t, later.streams, "what earlier runs wrote is over")
	assert.Empty(t, later.general)
}
