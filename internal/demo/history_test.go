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

func TestHistoryIsBegunByWriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.json")
	_, err := loadHistory(path, 7, 19403, noon)
	require.NoError(t, err)
	_, err = loadHistory(path, 7, 29403, noon)
	require.NoError(t, err, "a run that could not start binds nobody to its ports")
}

func TestHistoryRefusesOtherBeginnings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.json")
	h, err := loadHistory(path, 7, 19403, noon)
	require.NoError(t, err)
	require.NoError(t, h.save())
	_, err = loadHistory(path, 8, 19403, noon)
	require.ErrorContains(t, err, "begun with seed 7, not 8; to go on, run with -seed 7; to begin anew, remove it: rm -r "+filepath.Dir(path))
	_, err = loadHistory(path, 7, 20003, noon)
	require.ErrorContains(t, err, "to go on, run with PORT_BASE=19400; to begin anew")
}

func TestHistoryRefusesBrokenFile(t *testing.T) {
	good := `{"start":"2026-03-02T06:00:00Z","stop":"2026-03-02T12:00:00Z","every_ns":1000}`
	for name, text := range map[string]string{
		"empty":             ``,
		"cut":               `{"seed":`,
		"no runs":           `{"seed":7,"port":19403}`,
		"no distance":       `{"seed":7,"port":19403,"runs":[` + good + `,{"start":"2026-03-02T06:00:00Z","stop":"2026-03-02T12:00:00Z"}]}`,
		"no start":          `{"seed":7,"port":19403,"runs":[{"stop":"2026-03-02T12:00:00Z","every_ns":1000}]}`,
		"stop before start": `{"seed":7,"port":19403,"runs":[{"start":"2026-03-02T06:00:00Z","stop":"2026-03-02T05:00:00Z","every_ns":1}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.json")
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			_, err := loadHistory(path, 7, 19403, noon)
			require.ErrorContains(t, err, path)
			require.ErrorContains(t, err, "rm -r "+filepath.Dir(path))
		})
	}

	_, err := loadHistory(t.TempDir(), 7, 19403, noon)
	require.Error(t, err, "a folder")
}

func TestLookbackReachesTheBacklog(t *testing.T) {
	h, err := loadHistory(filepath.Join(t.TempDir(), "history.json"), 7, 19403, noon)
	require.NoError(t, err)
	assert.Equal(t, lookback, h.lookbackFrom(noon))
	assert.Equal(t, 100*24*time.Hour+backlogAge+2*time.Hour, h.lookbackFrom(noon.Add(100*24*time.Hour)))
}
