//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/otelactivity/otelactivity/internal/proc"
)

// collectorOptions say how the distribution is run.
type collectorOptions struct {
	name   string // of the log and of the folder of its state
	dir    string
	config string // in testdata/collector; taken as it is
	env    []string
	gates  string // feature gates to turn on; "": none
	// pageSize of every instance; 0: the vendor's.
	pageSize int
	// copyTo is a file that gets a copy of every record after the backend has it.
	copyTo string
	// exporter is the file's own, for copyTo.
	exporter string
}

// newCollector prepares the distribution with a file of testdata/collector. A second
// file is laid over it that says what only a test needs: where the simulators are,
// and to poll them each second.
func newCollector(t *testing.T, f *fleet, o collectorOptions) *service {
	t.Helper()
	health := address(t)
	entries := f.providers()
	for _, entry := range entries {
		if o.pageSize > 0 {
			entry.(map[string]any)["page_size"] = o.pageSize
		}
	}
	overlay := map[string]any{
		"receivers": map[string]any{"activity": map[string]any{"poll_interval": "1s", "providers": entries}},
		"service":   map[string]any{"telemetry": map[string]any{"metrics": map[string]any{"level": "none"}}},
	}
	if o.copyTo != "" {
		overlay["exporters"] = map[string]any{"file": map[string]any{"path": o.copyTo, "flush_interval": "100ms"}}
		overlay["service"].(map[string]any)["pipelines"] = map[string]any{
			"logs": map[string]any{"exporters": []any{o.exporter, "file"}},
		}
	}
	text, err := yaml.Marshal(overlay)
	require.NoError(t, err)
	second := filepath.Join(o.dir, o.name+".yaml")
	require.NoError(t, os.WriteFile(second, text, 0o600))
	first, err := filepath.Abs(filepath.Join(root, "testdata", "collector", o.config))
	require.NoError(t, err)

	env := []string{"HEALTH_ADDRESS=" + health, "STATE_DIR=" + filepath.Join(o.dir, o.name+".state")}
	for _, name := range []string{
		"OKTA_TOKEN", "OKTA_EU_TOKEN", "OKTA_US_TOKEN", "AIRTABLE_TOKEN", "ZENDESK_EMAIL", "ZENDESK_TOKEN", "ASANA_TOKEN",
		"JIRA_EMAIL", "JIRA_TOKEN", "GITHUB_TOKEN", "SLACK_TOKEN", "ELASTICSEARCH_API_KEY", "SPLUNK_TOKEN",
	} {
		env = append(env, name+"=made-up")
	}
	args := []string{"--config", first, "--config", second}
	if o.gates != "" {
		args = append(args, "--feature-gates="+o.gates)
	}
	return newService(t, proc.Spec{
		Name: "otelcol-activity", Path: program(t, "otelcol-activity"),
		Args:  args,
		Env:   append(env, o.env...),
		Log:   filepath.Join(o.dir, o.name+".log"),
		Ready: answers("http://" + health), ReadyWithin: 2 * time.Minute, StopWithin: time.Minute,
	})
}
