//go:build e2e

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/otelactivity/otelactivity/internal/proc"
)

func TestSplunk(t *testing.T) {
	dir := place(t)
	deliver(t, newSplunk(t, dir), dir, scenario{
		name: "Splunk HEC (the collector's receiver of it)", config: "splunk.yaml", exporter: "splunk_hec", section: "Splunk",
		sources: []source{
			{instance: "okta", vendor: "okta", stream: "system"},
			{instance: "asana", vendor: "asana", stream: "audit_log_events"},
		},
	})
}

// splunk is the receiving side of the HTTP Event Collector, which writes what it
// gets into a file.
type splunk struct {
	*service
	listen, path string
}

func newSplunk(t *testing.T, dir string) *splunk {
	t.Helper()
	s := &splunk{listen: address(t), path: filepath.Join(dir, "splunk.json")}
	config, err := yaml.Marshal(map[string]any{
		"receivers": map[string]any{"splunk_hec": map[string]any{"endpoint": s.listen}},
		"exporters": map[string]any{"file": map[string]any{"path": s.path, "append": true, "flush_interval": "100ms"}},
		"service": map[string]any{
			"telemetry": map[string]any{"metrics": map[string]any{"level": "none"}},
			"pipelines": map[string]any{"logs": map[string]any{"receivers": []any{"splunk_hec"}, "exporters": []any{"file"}}},
		},
	})
	require.NoError(t, err)
	configPath := filepath.Join(dir, "splunk.yaml")
	require.NoError(t, os.WriteFile(configPath, config, 0o600))
	s.service = newService(t, proc.Spec{
		Name: "splunk", Path: program(t, "splunk"), Args: []string{"--config", configPath},
		Log: filepath.Join(dir, "splunk.log"), Ready: answers("http://" + s.listen + "/services/collector/health"),
	})
	return s
}

func (s *splunk) env() []string { return []string{"SPLUNK_URL=http://" + s.listen} }

func (s *splunk) field(attribute string) string { return attribute }

func (s *splunk) records(context.Context) ([]record, error) { return readLogs(s.path) }
