package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
)

const root = "../.."

func TestDocumentationIsUpToDate(t *testing.T) {
	documents, err := generate(root, all.Providers())
	require.NoError(t, err)
	assert.Len(t, documents, 2+len(all.Providers()))
	for _, d := range documents {
		assert.Equal(t, d.old, d.fresh, "%s is stale: run make generate", d.path)
	}
}

func TestRenewReplacesTheBlocksOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "README.md")
	begin, end := marks("things")
	require.NoError(t, os.WriteFile(path, []byte("before\n"+begin+"stale\n"+end+"\nafter\n"), 0o600))
	d, err := renew(path, map[string]string{"things": "fresh\n"})
	require.NoError(t, err)
	assert.Equal(t, "before\n"+begin+"fresh\n"+end+"\nafter\n", d.fresh)
	assert.Contains(t, d.old, "stale")
}

func TestRenewNeedsAPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "README.md")
	require.NoError(t, os.WriteFile(path, []byte("nothing"), 0o600))
	_, err := renew(path, map[string]string{"things": ""})
	assert.ErrorContains(t, err, "has no place for things")
	_, err = renew(path+".none", nil)
	assert.Error(t, err)
}

func TestSpan(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"none": 0, "24 h": 24 * time.Hour, "90 days": 90 * 24 * time.Hour, "10 min": 10 * time.Minute, "14 h": 14 * time.Hour, "1m30s": 90 * time.Second,
	} {
		assert.Equal(t, want, span(d, "none"))
	}
}

func TestBlock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit")
	require.NoError(t, os.Mkdir(path, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(path, "page.otlp.yaml"), []byte(`
resourceLogs:
  - resource:
      attributes:
        - {key: activity.stream, value: {stringValue: audit}}
    scopeLogs:
      - logRecords:
          - eventName: activity.other
            body: {stringValue: '{}'}
          - timeUnixNano: "1772435730250000000"
            severityNumber: 9
            severityText: INFO
            eventName: activity.login
            body: {stringValue: '{"id":7}'}
            attributes:
              - {key: activity.id, value: {stringValue: "7"}}
              - {key: activity.description, value: {stringValue: "Login: by Ana"}}
`), 0o600))
	p := providers.Provider{Key: "fake", Example: func() (providers.Config, providers.Options) { return opened{}, providers.Options{} }}
	v, err := readVendor(p, filepath.Dir(path))
	require.NoError(t, err)
	got, err := v.block()
	require.NoError(t, err)
	assert.Equal(t, "`x`: filled in at least one event of [testdata](testdata).\n\n"+
		"| field | in the record | `audit` |\n|---|---|---|\n"+
		"| id | `activity.id` | x |\n| action | EventName | x |\n| created_at | Timestamp | x |\n| description | `activity.description` | x |\n"+
		"\nAn event of `audit` as the vendor sends it, which is the body of the log record:\n\n```json\n{\"id\":7}\n```\n"+
		"\nWhat the log record says beside it:\n\n```yaml\n"+
		"EventName: activity.login\nTimestamp: 2026-03-02T07:15:30.25Z\nSeverityNumber: 9\nSeverityText: INFO\n"+
		"Resource:\n  activity.stream: audit\nAttributes:\n  activity.id: \"7\"\n  activity.description: 'Login: by Ana'\n```\n", got)

	_, err = readVendor(p, t.TempDir())
	assert.ErrorContains(t, err, "there are no golden records")
}

// opened is a configuration without streams.
type opened struct{}

func (opened) Open(providers.Options) (*providers.Source, error) { return &providers.Source{}, nil }
