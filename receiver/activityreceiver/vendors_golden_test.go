package activityreceiver

import (
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/golden"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/plogtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.yaml.in/yaml/v3"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
)

// sample says how the pages of one folder of a vendor's testdata, or one page of it,
// are read. Without an entry in testdata/samples.yaml the folder has the name of a
// stream of the vendor's example.
type sample struct {
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

// sampled is when the pages are read.
var sampled = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// Every page in the vendors' testdata becomes the log records of its golden file, in
// OTLP. Run with -update to write the files, then read them beside the vendor's
// documentation.
func TestVendorsGolden(t *testing.T) {
	for _, p := range all.Providers() {
		t.Run(p.Key, func(t *testing.T) {
			root := filepath.Join("..", "..", "providers", p.Key, "testdata")
			samples := readSamples(t, root)
			pages := pagesOf(t, root)
			assert.NotEmpty(t, pages, "there are no pages")
			for _, page := range pages {
				folder, _ := filepath.Split(page)
				key := strings.TrimSuffix(folder, "/")
				if _, ok := samples[page]; ok {
					key = page
				}
				s, ok := samples[key]
				if !ok {
					s.Stream = key
				}
				t.Run(page, func(t *testing.T) {
					path := filepath.Join(root, page)
					compareGolden(t, path, s.logs(t, p, path+".json"))
				})
			}
		})
	}
}

func readSamples(t *testing.T, root string) map[string]sample {
	t.Helper()
	samples := map[string]sample{}
	text, err := os.ReadFile(filepath.Join(root, "samples.yaml"))
	if os.IsNotExist(err) {
		return samples
	}
	require.NoError(t, err)
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(&samples))
	return samples
}

// pagesOf lists the pages as folder/name: those that have golden activities.
func pagesOf(t *testing.T, root string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, "*", "*.json"))
	require.NoError(t, err)
	var pages []string
	for _, path := range found {
		page := strings.TrimSuffix(path, ".json")
		if _, err := os.Stat(page + ".yaml"); err == nil {
			name, err := filepath.Rel(root, page)
			require.NoError(t, err)
			pages = append(pages, filepath.ToSlash(name))
		}
	}
	return pages
}

// logs fetches, decodes and builds the records of a page.
func (s *sample) logs(t *testing.T, p providers.Provider, page string) plog.Logs {
	t.Helper()
	body, err := os.ReadFile(page)
	require.NoError(t, err)
	cfg := as[*Config](t, NewFactory().CreateDefaultConfig())
	vendor, o := p.Example()
	require.NoError(t, confmap.NewFromStringMap(s.Config).Unmarshal(vendor))
	i := cfg.newInstance(p)
	i.Vendor, i.Endpoint, i.Streams, i.RemoteQuery = vendor, o.Endpoint, []string{s.Stream}, o.RemoteQuery
	i.Filter.OrganizationID, i.Filter.Product = o.Filter.OrganizationID, o.Filter.Product
	cfg.Providers = map[component.ID]*InstanceConfig{component.NewID(component.MustNewType(p.Key)): i}
	instances, err := cfg.open()
	require.NoError(t, err)
	opened := instances[0]
	stream := opened.stream(opened.streams[0], nil)
	fetched, err := stream.Stream.Fetch(t.Context(), &answering{body: string(body), sample: s}, providers.Query{
		Since: sampled.AddDate(0, -6, 0), Until: sampled, Now: sampled, PageSize: stream.PageSize, Cursor: s.Cursor,
	})
	require.NoError(t, err)
	require.NotEmpty(t, fetched.Events)
	return newRecordBuilder(cfg, opened, s.Stream, "0.1.0").logs(poll.Convert(stream, fetched.Events, sampled))
}

// answering is a client that knows a page and the look-ups beside it. A file that is
// asked for as a stream holds the page's rows as CSV.
type answering struct {
	body   string
	sample *sample
}

func (a *answering) Do(_ context.Context, r providers.Request) (*providers.Response, error) {
	if r.Stream {
		file, err := csvOf(a.body)
		return &providers.Response{Status: http.StatusOK, Header: http.Header{}, Stream: io.NopCloser(file)}, err
	}
	body := a.body
	for _, answer := range a.sample.Answers {
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

func compareGolden(t *testing.T, page string, got plog.Logs) {
	t.Helper()
	path := page + ".otlp.yaml"
	text := otlpYAML(t, got)
	if *update {
		require.NoError(t, os.WriteFile(path, text, 0o600))
	}
	want, err := golden.ReadLogs(path)
	require.NoError(t, err)
	require.NoError(t, plogtest.CompareLogs(want, got))
	written, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(written), string(text))
}
