package activityreceiver

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

// printed is what `print-config` shows of a configuration.
func printed(t *testing.T, cfg *Config) string {
	t.Helper()
	conf := confmap.New()
	require.NoError(t, conf.Marshal(map[string]any{"receivers": map[string]any{"activity": cfg}}))
	sub, err := conf.Sub("receivers::activity")
	require.NoError(t, err)
	text, err := yaml.Marshal(sub.ToStringMap())
	require.NoError(t, err)
	return string(text)
}

func TestPrintedConfigIsCompleteAndHidesSecrets(t *testing.T) {
	cfg, err := loadYAML(t, `
storage: file_storage
providers:
  fake/eu:
    domain: acme.example.com
    token: planted-secret-1
    deep: {depth: 7}
    filter: {actor: {type: [user]}, created_at: {since: 2026-01-01T00:00:00Z}}
    remote_query: {q: "7"}
    http: {headers: {X-Key: planted-secret-2}, tls: {cert_pem: planted-secret-4, key_pem: planted-secret-3}}
`)
	require.NoError(t, err)
	text := printed(t, cfg)
	assert.NotContains(t, text, "planted-secret")
	for _, line := range []string{
		"storage: file_storage", "poll_interval: 1m0s", "service_namespace: activity", "fake/eu:",
		"domain: acme.example.com", "token: '[REDACTED]'", "depth: 7", "- user", "reserve: 0.5", "timeout: 30s", "q: \"7\"",
		"since: \"2026-01-01T00:00:00Z\"",
	} {
		assert.Contains(t, text, line)
	}
}

func TestPrintedConfigCanBeReadAgain(t *testing.T) {
	for _, name := range []string{"minimal", "everything"} {
		t.Run(name, func(t *testing.T) {
			want := fromFile(t, name)
			got, err := loadYAML(t, printed(t, want))
			require.NoError(t, err)
			assert.Equal(t, printed(t, want), printed(t, got))
		})
	}
}
