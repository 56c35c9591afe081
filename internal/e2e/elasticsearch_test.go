//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

func TestElasticsearch(t *testing.T) {
	dir := place(t)
	e := newElasticsearch(t, dir)
	deliver(t, e, dir, scenario{
		name: "VictoriaLogs, bulk API of Elasticsearch", config: "elasticsearch.yaml", exporter: "elasticsearch", collapses: true, section: "Elasticsearch",
		sources: []source{
			{instance: "okta", vendor: "okta", stream: "system"},
			{instance: "zendesk", vendor: "zendesk", stream: "audit_logs"},
		},
	})
	e.mu.Lock()
	defer e.mu.Unlock()
	assert.Empty(t, e.complaints)
	assert.Positive(t, e.conflicts, "documents that were sent again are refused")
	held, err := e.records(t.Context())
	require.NoError(t, err)
	assert.Len(t, distinct(held, e.field), len(held), "with the ids that Elasticsearch would know, no document is there twice")
}

// elasticsearch is VictoriaLogs, which takes Elasticsearch's bulk requests but knows
// no document ids, behind a handler that plays this one rule of Elasticsearch: a
// document is created under its id once, and each further attempt is a conflict.
// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
type elasticsearch struct {
	*victoriaLogs
	front *vendorsim.Server

	mu         sync.Mutex
	ids        map[string]bool
	conflicts  int
	complaints []string // documents without the id that they must have
}

func newElasticsearch(t *testing.T, dir string) *elasticsearch {
	t.Helper()
	e := &elasticsearch{victoriaLogs: newVictoriaLogs(t, dir), ids: map[string]bool{}}
	e.name = documentField
	front, err := vendorsim.Listen("127.0.0.1:0", http.HandlerFunc(e.bulk))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, front.Close()) })
	e.front = front
	return e
}

func (e *elasticsearch) env() []string { return []string{"ELASTICSEARCH_URL=" + e.front.URL} }

// documentField is the path of an attribute in a document. The id itself is the
// document's name and not in it; what chooses the data stream is at the top.
func documentField(attribute string) string {
	switch prefix, _, _ := strings.Cut(attribute, "."); {
	case attribute == "elasticsearch.document_id", prefix == "data_stream":
		return ""
	case prefix == "service", prefix == "server", attribute == "activity.provider", attribute == streamName:
		return "resource.attributes." + attribute
	}
	return "attributes." + attribute
}

// document is one pair of lines of a bulk request.
type document struct {
	lines    []byte
	index    string
	id       string
	conflict bool
}

func (e *elasticsearch) bulk(rw http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/_bulk" {
		http.NotFound(rw, r)
		return
	}
	e.mu.Lock() // one request after the other, so that the ids of a failed one stay unknown
	defer e.mu.Unlock()
	documents, err := e.read(r)
	if err == nil {
		err = e.forward(r.Context(), documents)
	}
	if err != nil {
		http.Error(rw, err.Error(), http.StatusServiceUnavailable)
		return
	}
	var items []any
	for _, d := range documents {
		item := map[string]any{"_index": d.index, "_id": d.id, "status": http.StatusCreated}
		if d.conflict {
			e.conflicts++
			item["status"] = http.StatusConflict
			item["error"] = map[string]any{"type": "version_conflict_engine_exception", "reason": "document already exists"}
		}
		e.ids[d.index+"/"+d.id] = true
		items = append(items, map[string]any{"create": item})
	}
	reply := map[string]any{"took": 1, "errors": false, "items": items}
	vendorsim.JSONReply(http.StatusOK, reply, http.Header{"X-Elastic-Product": {"Elasticsearch"}}).Write(rw)
}

// read takes a bulk request apart.
func (e *elasticsearch) read(r *http.Request) ([]document, error) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(r.Body); err != nil {
			return nil, err
		}
	}
	var out []document
	seen := map[string]bool{}
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var action struct {
			Create struct {
				Index string `json:"_index"`
				ID    string `json:"_id"`
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &action); err != nil {
			return nil, err
		}
		d := document{lines: append(bytes.Clone(lines.Bytes()), '\n'), index: action.Create.Index, id: action.Create.ID}
		if !lines.Scan() {
			return nil, errors.New("an action without its document")
		}
		d.lines = append(append(d.lines, lines.Bytes()...), '\n')
		e.judge(d, lines.Bytes())
		name := d.index + "/" + d.id
		d.conflict = e.ids[name] || seen[name]
		seen[name] = true
		out = append(out, d)
	}
	return out, lines.Err()
}

// judge requires that the id of a document is its uid.
func (e *elasticsearch) judge(d document, source []byte) {
	var content struct{ Attributes map[string]any }
	err := json.Unmarshal(source, &content)
	if uid := content.Attributes[uidName]; err != nil || d.id == "" || uid != d.id {
		e.complaints = append(e.complaints, fmt.Sprintf("the id is %q, the uid %v %v", d.id, uid, err))
	}
}

// forward gives VictoriaLogs what is no conflict, and tells it which field is what:
// Elasticsearch knows that from its index templates.
// https://docs.victoriametrics.com/victorialogs/data-ingestion/#http-headers
func (e *elasticsearch) forward(ctx context.Context, documents []document) error {
	var body bytes.Buffer
	for _, d := range documents {
		if !d.conflict {
			body.Write(d.lines)
		}
	}
	if body.Len() == 0 {
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url+"/insert/elasticsearch/_bulk", &body)
	if err != nil {
		return err
	}
	req.Header.Set("VL-Time-Field", "@timestamp")
	req.Header.Set("VL-Msg-Field", "body.text")
	req.Header.Set("VL-Stream-Fields", "resource.attributes.service.instance.id")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}
