// Package samples reads the pages in the vendors' testdata as the vendors would answer
// with them, for the tests that range over all providers.
package samples

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tidwall/gjson"
	"go.yaml.in/yaml/v3"

	"github.com/otelactivity/otelactivity/providers"
)

// Now is when the pages are read.
var Now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// Sample says how one page is read. Without an entry for the page or its folder in
// testdata/samples.yaml the folder has the name of a stream of the vendor's example.
type Sample struct {
	// Page is folder/name, Body the vendor's answer.
	Page string `yaml:"-"`
	Body string `yaml:"-"`

	// Stream, and what the configuration says besides the example.
	Stream string         `yaml:"stream"`
	Config map[string]any `yaml:"config"`
	// Cursor of the request that brings the page, when it is not the first one.
	Cursor string `yaml:"cursor"`
	// Answers to the look-ups beside the page: the body for a request whose path or
	// query contains a text.
	Answers []struct {
		Contains string `yaml:"contains"`
		Body     string `yaml:"body"`
	} `yaml:"answers"`
}

// Of returns the samples in a vendor's testdata: every page that has golden activities.
func Of(testdata string) ([]Sample, error) {
	entries, err := entriesOf(testdata)
	if err != nil {
		return nil, err
	}
	found, err := filepath.Glob(filepath.Join(testdata, "*", "*.json"))
	if err != nil {
		return nil, err
	}
	var samples []Sample
	for _, path := range found {
		if _, err := os.Stat(strings.TrimSuffix(path, ".json") + ".yaml"); err != nil {
			continue
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		folder := filepath.Base(filepath.Dir(path))
		page := folder + "/" + strings.TrimSuffix(filepath.Base(path), ".json")
		s, ok := entries[page]
		if !ok {
			s, ok = entries[folder]
		}
		if !ok {
			s.Stream = folder
		}
		s.Page, s.Body = page, string(body)
		samples = append(samples, s)
	}
	return samples, nil
}

func entriesOf(testdata string) (entries map[string]Sample, err error) {
	text, err := os.ReadFile(filepath.Join(testdata, "samples.yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	return entries, decoder.Decode(&entries)
}

// Fetch reads the page through the stream.
func (s *Sample) Fetch(ctx context.Context, stream *providers.Stream, pageSize int) (providers.Page, error) {
	return stream.Fetch(ctx, client{s}, providers.Query{
		Since: Now.AddDate(0, -6, 0), Until: Now, Now: Now, PageSize: pageSize, Cursor: s.Cursor,
	})
}

// client knows a page and the look-ups beside it. A file that is asked for as a stream
// holds the page's rows as CSV.
type client struct{ *Sample }

// Do implements providers.Client.
func (c client) Do(_ context.Context, r providers.Request) (*providers.Response, error) {
	if r.Stream {
		file, err := csvOf(c.Body)
		return &providers.Response{Status: http.StatusOK, Header: http.Header{}, Stream: io.NopCloser(file)}, err
	}
	body := c.Body
	for _, answer := range c.Answers {
		if strings.Contains(r.Path+"?"+r.Query.Encode(), answer.Contains) {
			body = answer.Body
		}
	}
	return &providers.Response{Status: http.StatusOK, Header: http.Header{}, Body: body}, nil
}

// csvOf writes a list of flat objects, with the names of the first one as head.
func csvOf(list string) (io.Reader, error) {
	var out strings.Builder
	w := csv.NewWriter(&out)
	rows := gjson.Parse(list).Array()
	if len(rows) > 0 {
		rows = append([]gjson.Result{rows[0].Get("@keys")}, rows...)
	}
	for i, row := range rows {
		values := row
		if i > 0 {
			values = row.Get("@values")
		}
		var cells []string
		for _, v := range values.Array() {
			cells = append(cells, v.String())
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return strings.NewReader(out.String()), w.Error()
}
