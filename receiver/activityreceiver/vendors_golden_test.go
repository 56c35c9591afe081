package activityreceiver

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/golden"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/plogtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/internal/samples"
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
)

// Every page in the vendors' testdata becomes the log records of its golden file, in
// OTLP. Run with -update to write the files, then read them beside the vendor's
// documentation.
func TestVendorsGolden(t *testing.T) {
	for _, p := range all.Providers() {
		t.Run(p.Key, func(t *testing.T) {
			root := filepath.Join("..", "..", "providers", p.Key, "testdata")
			pages, err := samples.Of(root)
			require.NoError(t, err)
			assert.NotEmpty(t, pages, "there are no pages")
			for _, page := range pages {
				t.Run(page.Page, func(t *testing.T) {
					compareGolden(t, filepath.Join(root, page.Page), logsOf(t, p, &page))
				})
			}
		})
	}
}

// logsOf fetches, decodes and builds the records of a page.
func logsOf(t *testing.T, p providers.Provider, s *samples.Sample) plog.Logs {
	t.Helper()
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
	fetched, err := s.Fetch(t.Context(), &stream.Stream, stream.PageSize)
	require.NoError(t, err)
	require.NotEmpty(t, fetched.Events)
	return newRecordBuilder(cfg, opened, s.Stream, "0.1.0").logs(poll.Convert(stream, fetched.Events, samples.Now))
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
