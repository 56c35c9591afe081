package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

const golden = "../../testdata/collector/demo.yaml"

// The example among the collector configurations is what the demo writes.
func TestRenderIsTheExample(t *testing.T) {
	want, err := os.ReadFile(filepath.FromSlash(golden))
	require.NoError(t, err)
	got, err := exampleConfig().render()
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

func exampleConfig() collectorConfig {
	return collectorConfig{
		State:    ".run/state",
		Logs:     "http://127.0.0.1:19400/insert/opentelemetry/v1/logs",
		Health:   "127.0.0.1:19401",
		Metrics:  "127.0.0.1:19402",
		Lookback: 48 * time.Hour,
		Providers: `okta:
    api_token: 00fake-token
    endpoint: http://127.0.0.1:19403
    rate_limit:
        requests_per_minute: 60000
        reserve: 0
    streams:
        - system
`,
	}
}

func TestRenderKeepsTheEntries(t *testing.T) {
	c := exampleConfig()
	c.Providers = "acme:\n  note: |\n    two\n\n    lines\n"
	text, err := c.render()
	require.NoError(t, err)
	var got struct {
		Receivers struct {
			Activity struct {
				Providers map[string]struct{ Note string }
			}
		}
	}
	require.NoError(t, yaml.Unmarshal([]byte(text), &got))
	assert.Equal(t, "two\n\nlines\n", got.Receivers.Activity.Providers["acme"].Note)
}

func TestRenderRefusesBadAddress(t *testing.T) {
	c := exampleConfig()
	c.Metrics = "127.0.0.1"
	_, err := c.render()
	require.ErrorContains(t, err, "address of the metrics")
}
