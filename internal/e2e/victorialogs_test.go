//go:build e2e

package e2e

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/otelactivity/otelactivity/internal/logsdb"
	"github.com/otelactivity/otelactivity/internal/proc"
)

// The streams of victorialogs.yaml and postgresql.yaml.
var victoriaSources = []source{
	{instance: "okta/eu", vendor: "okta", stream: "system"},
	{instance: "jira", vendor: "jira", stream: "audit"},
	{instance: "github", vendor: "github", stream: "audit"},
	{instance: "slack", vendor: "slack", stream: "audit_logs"},
}

func TestVictoriaLogs(t *testing.T) {
	dir := place(t)
	db := newVictoriaLogs(t, dir)
	deliver(t, db, dir, scenario{
		name: "VictoriaLogs, OTLP", config: "victorialogs.yaml", exporter: "otlp_http/victorialogs", sources: victoriaSources,
		section: "VictoriaLogs", ask: db.ask,
	})
}

// The collector's gate by which records use memory again must not mix them up: not in
// queues while the backend is away, and not where two exporters share a page.
func TestVictoriaLogsWithPooledRecords(t *testing.T) {
	dir := place(t)
	db := newVictoriaLogs(t, dir)
	deliver(t, db, dir, scenario{
		name: "VictoriaLogs, OTLP, pooled records", config: "victorialogs.yaml", exporter: "otlp_http/victorialogs",
		sources: victoriaSources, backlog: 5000, gates: "pdata.useProtoPooling",
	})
}

// victoriaLogs is a VictoriaLogs server.
type victoriaLogs struct {
	*service
	url  string
	db   *logsdb.DB
	name func(attribute string) string
}

func newVictoriaLogs(t *testing.T, dir string) *victoriaLogs {
	t.Helper()
	listen := address(t)
	v := &victoriaLogs{url: "http://" + listen, db: logsdb.New("http://" + listen)}
	v.name = func(attribute string) string { return attribute }
	v.service = newService(t, proc.Spec{
		Name: "VictoriaLogs", Path: program(t, "victoria-logs"),
		Args: []string{
			"-httpListenAddr=" + listen, "-storageDataPath=" + filepath.Join(dir, "victorialogs"),
			"-retentionPeriod=100y", // records older than that would be refused
		},
		Log: filepath.Join(dir, "victoria-logs.log"), Ready: v.db.Ready,
	})
	return v
}

func (v *victoriaLogs) env() []string { return []string{"VICTORIALOGS_URL=" + v.url} }

func (v *victoriaLogs) field(attribute string) string { return v.name(attribute) }

func (v *victoriaLogs) records(ctx context.Context) ([]record, error) {
	var out []record
	err := v.db.Query(ctx, "*", func(fields map[string]string) error {
		out = append(out, record{body: fields["_msg"], fields: fields})
		return nil
	})
	return out, err
}

// ask runs a LogsQL query.
func (v *victoriaLogs) ask(ctx context.Context, query string) ([]map[string]string, error) {
	var rows []map[string]string
	err := v.db.Query(ctx, query, func(row map[string]string) error {
		rows = append(rows, row)
		return nil
	})
	return rows, err
}
