//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/proc"
)

func TestLoki(t *testing.T) {
	dir := place(t)
	l := newLoki(t, dir)
	deliver(t, l, dir, scenario{
		name: "Loki, OTLP", config: "loki.yaml", exporter: "otlp_http/loki", collapses: true,
		sources: []source{
			{instance: "okta/eu", vendor: "okta", stream: "system"},
			{instance: "okta/us", vendor: "okta", stream: "system", of: "okta/eu", actions: []string{"login", "login_failed"}},
			{instance: "airtable", vendor: "airtable", stream: "audit_log_events"},
		},
		section: "Loki", ask: l.ask,
	})
}

// loki is a Grafana Loki server, all parts in one process.
type loki struct {
	*service
	url string
}

func newLoki(t *testing.T, dir string) *loki {
	t.Helper()
	listen, grpc := address(t), address(t)
	_, port, err := net.SplitHostPort(listen)
	require.NoError(t, err)
	_, grpcPort, err := net.SplitHostPort(grpc)
	require.NoError(t, err)
	l := &loki{url: "http://" + listen}
	l.service = newService(t, proc.Spec{
		Name: "Loki", Path: program(t, "loki"),
		Args:  []string{"-config.file=testdata/loki.yaml", "-config.expand-env=true"},
		Env:   []string{"LOKI_DIR=" + filepath.Join(dir, "loki"), "LOKI_PORT=" + port, "LOKI_GRPC_PORT=" + grpcPort},
		Log:   filepath.Join(dir, "loki.log"),
		Ready: answers(l.url + "/ready"), ReadyWithin: 2 * time.Minute, StopWithin: time.Minute,
	})
	return l
}

func (l *loki) env() []string { return []string{"LOKI_URL=" + l.url} }

// field: Loki's labels and structured metadata know no dots.
func (l *loki) field(attribute string) string { return strings.ReplaceAll(attribute, ".", "_") }

// lokiAnswer is the answer to a query: lines have values, numbers a value.
// https://grafana.com/docs/loki/latest/reference/loki-http-api/#query-logs-at-a-single-point-in-time
type lokiAnswer struct {
	Data struct {
		Result []struct {
			Stream map[string]string `json:"stream"`
			Values [][2]string       `json:"values"`
			Metric map[string]string `json:"metric"`
			Value  [2]any            `json:"value"`
		} `json:"result"`
	} `json:"data"`
}

// mostLines is what Loki returns at most by default.
const mostLines = 5000

func (l *loki) records(ctx context.Context) ([]record, error) {
	now := time.Now()
	a, err := l.query(ctx, "/loki/api/v1/query_range", url.Values{
		"query": {`{service_namespace="activity"}`}, "limit": {strconv.Itoa(mostLines)},
		"start": {strconv.FormatInt(now.Add(-2*backlogAge).UnixNano(), 10)}, "end": {strconv.FormatInt(now.UnixNano(), 10)},
	})
	var out []record
	for _, r := range a.Data.Result {
		for _, v := range r.Values {
			out = append(out, record{body: v[1], fields: r.Stream})
		}
	}
	if len(out) == mostLines {
		err = fmt.Errorf("there may be more than %d lines", mostLines)
	}
	return out, err
}

// ask runs a LogQL query that counts; the count is in the column "count".
func (l *loki) ask(ctx context.Context, query string) ([]map[string]string, error) {
	a, err := l.query(ctx, "/loki/api/v1/query", url.Values{"query": {query}})
	var rows []map[string]string
	for _, r := range a.Data.Result {
		r.Metric["count"] = fmt.Sprint(r.Value[1])
		rows = append(rows, r.Metric)
	}
	return rows, err
}

func (l *loki) query(ctx context.Context, path string, q url.Values) (lokiAnswer, error) {
	var a lokiAnswer
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url+path+"?"+q.Encode(), http.NoBody)
	if err != nil {
		return a, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return a, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return a, err
	}
	if resp.StatusCode != http.StatusOK {
		return a, fmt.Errorf("%s: %s", resp.Status, body)
	}
	return a, json.Unmarshal(body, &a)
}
