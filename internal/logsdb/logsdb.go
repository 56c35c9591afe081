// Package logsdb asks VictoriaLogs what it holds.
// https://docs.victoriametrics.com/victorialogs/querying/
package logsdb

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// DB is one VictoriaLogs server.
type DB struct {
	base   string
	client *http.Client
}

// Stream names one stream of one instance.
type Stream struct {
	Instance string
	Name     string
}

// Count is what the database holds of a stream.
type Count struct {
	Records int
	UIDs    int       // distinct log.record.uid; a record without one counts as no uid
	Newest  time.Time // of the newest record
}

// New returns the server at base, for example http://127.0.0.1:9428.
func New(base string) *DB {
	return &DB{base: strings.TrimSuffix(base, "/"), client: &http.Client{Timeout: 30 * time.Second}}
}

// LogsEndpoint is where the server takes OTLP logs.
func (db *DB) LogsEndpoint() string { return db.base + "/insert/opentelemetry/v1/logs" }

// WebUI is the address of the web user interface with a query over the last days,
// for example 7.
func (db *DB) WebUI(query string, days int) string {
	return fmt.Sprintf("%s/select/vmui/?#/?query=%s&g0.range_input=%dd&g0.relative_time=none",
		db.base, strings.ReplaceAll(url.QueryEscape(query), "+", "%20"), days)
}

// Ready returns nil when the server answers.
func (db *DB) Ready(ctx context.Context) error {
	body, err := db.get(ctx, "/health")
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	_, err = io.Copy(io.Discard, body)
	return err
}

const countQuery = `* | stats by ("service.instance.id", "activity.stream") ` +
	`count() records, count_uniq("log.record.uid") uids, max(_time) newest`

// Counts returns what the database holds by stream.
func (db *DB) Counts(ctx context.Context) (map[Stream]Count, error) {
	counts := map[Stream]Count{}
	err := db.Query(ctx, countQuery, func(row map[string]string) error {
		records, err := strconv.Atoi(row["records"])
		if err != nil {
			return fmt.Errorf("count of records: %w", err)
		}
		uids, err := strconv.Atoi(row["uids"])
		if err != nil {
			return fmt.Errorf("count of uids: %w", err)
		}
		newest, err := time.Parse(time.RFC3339Nano, row["newest"])
		if err != nil {
			return fmt.Errorf("newest record: %w", err)
		}
		counts[Stream{row["service.instance.id"], row["activity.stream"]}] = Count{Records: records, UIDs: uids, Newest: newest}
		return nil
	})
	return counts, err
}

// Values returns how many records hold each value of a field, of one stream.
func (db *DB) Values(ctx context.Context, of Stream, field string) (map[string]int, error) {
	q := fmt.Sprintf(`"service.instance.id":=%q "activity.stream":=%q | stats by (%q) count() records`,
		of.Instance, of.Name, field)
	values := map[string]int{}
	err := db.Query(ctx, q, func(row map[string]string) error {
		n, err := strconv.Atoi(row["records"])
		values[row[field]] = n
		return err
	})
	return values, err
}

// Query runs a LogsQL query and calls row for each line of the answer.
func (db *DB) Query(ctx context.Context, q string, row func(map[string]string) error) error {
	body, err := db.get(ctx, "/select/logsql/query?query="+url.QueryEscape(q))
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	dec := json.NewDecoder(body)
	for {
		var fields map[string]string
		if err := dec.Decode(&fields); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("read answer of %s: %w", db.base, err)
		}
		if err := row(fields); err != nil {
			return err
		}
	}
}

func (db *DB) get(ctx context.Context, path string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, db.base+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := db.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		defer func() { _ = resp.Body.Close() }()
		msg, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return nil, fmt.Errorf("%s answered %s: %s", db.base, resp.Status, strings.TrimSpace(string(msg)))
	}
	return resp.Body, nil
}
