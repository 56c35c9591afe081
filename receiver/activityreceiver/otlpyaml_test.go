package activityreceiver

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.yaml.in/yaml/v3"
)

// otlpYAML writes logs as OTLP in YAML, which contrib's golden.ReadLogs reads, with a
// line for each attribute, so that people can read it as well.
func otlpYAML(t *testing.T, logs plog.Logs) []byte {
	t.Helper()
	json, err := (&plog.JSONMarshaler{}).MarshalLogs(logs)
	require.NoError(t, err)
	var document yaml.Node
	require.NoError(t, yaml.Unmarshal(json, &document)) // JSON is YAML
	readable(&document)
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	require.NoError(t, encoder.Encode(&document))
	return out.Bytes()
}

// readable turns flow style into blocks, but for attributes.
func readable(n *yaml.Node) {
	isAttribute := n.Kind == yaml.MappingNode && len(n.Content) == 4 && n.Content[0].Value == "key" && n.Content[2].Value == "value"
	if !isAttribute {
		n.Style = 0
		if strings.Contains(n.Value, "\n") {
			n.Style = yaml.LiteralStyle
		}
	}
	for _, c := range n.Content {
		if isAttribute {
			plain(c)
		} else {
			readable(c)
		}
	}
}

// plain leaves the quotes away where they are not needed.
func plain(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		n.Style = 0
	}
	for _, c := range n.Content {
		plain(c)
	}
}
