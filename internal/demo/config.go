package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"net"
	"strings"
	"text/template"
	"time"
)

//go:embed collector.yaml.tmpl
var collectorTemplate string

// collectorConfig is what the collector's configuration is made of.
type collectorConfig struct {
	State     string // folder of the storage extension
	Logs      string // where the database takes OTLP logs
	Health    string // host:port of the health check
	Metrics   string // host:port of the collector's own metrics
	Lookback  time.Duration
	Providers string // YAML of the entries of `providers`
}

// render returns the configuration as YAML.
func (c collectorConfig) render() (string, error) {
	t, err := template.New("collector").Parse(collectorTemplate)
	if err != nil {
		return "", err
	}
	host, port, err := net.SplitHostPort(c.Metrics)
	if err != nil {
		return "", fmt.Errorf("address of the metrics: %w", err)
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]string{
		"State": c.State, "Logs": c.Logs, "Health": c.Health, "MetricsHost": host, "MetricsPort": port,
		"Lookback": c.Lookback.String(), "Providers": indent(c.Providers, "      "),
	})
	return b.String(), err
}

func indent(text, by string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString(by)
		}
		b.WriteString(line)
	}
	return b.String()
}
