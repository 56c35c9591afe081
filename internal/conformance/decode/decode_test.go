package decode_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelactivity/otelactivity/internal/samples"
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

// Decode of one event of the golden files may allocate so often, by a quarter more than
// what takes most. Where the vendor gives no id, one is made of the whole record, which is
// brought into one form and so costs something for every value: one allocation for every
// two bytes, where three are used for eight.
const (
	mostAllocations = 24
	bytesPerValue   = 2
)

// decoder is a stream in one configuration, and events of its golden files.
type decoder struct {
	name   string
	decode func(providers.Event) (providers.Activity, error)
	events []providers.Event
}

// decoders lists every stream of every provider as its example reads it, and in the
// configurations of its golden files.
func decoders(t testing.TB) (list []decoder) {
	t.Helper()
	for _, p := range all.Providers() {
		for _, s := range openWith(t, p, nil).Streams {
			list = append(list, decoder{name: p.Key + "/" + s.Name, decode: s.Decode})
		}
		pages, err := samples.Of(filepath.Join("..", "..", "..", "providers", p.Key, "testdata"))
		require.NoError(t, err)
		for _, page := range pages {
			stream := providertest.Stream(t, openWith(t, p, page.Config), page.Stream)
			got, err := page.Fetch(t.Context(), &stream, stream.PageSize)
			require.NoError(t, err)
			list = append(list, decoder{p.Key + "/" + page.Page, stream.Decode, got.Events})
		}
	}
	return list
}

// openWith opens a provider's example with more configuration.
func openWith(t testing.TB, p providers.Provider, more map[string]any) *providers.Source {
	t.Helper()
	config, o := p.Example()
	require.NoError(t, confmap.NewFromStringMap(more).Unmarshal(config))
	return providertest.Open(t, config, o)
}

func TestDecodeAllocatesLittle(t *testing.T) {
	for _, d := range decoders(t) {
		for _, e := range d.events {
			a, _ := d.decode(e) // a bad event costs as well
			most := float64(mostAllocations)
			if a.ID == "" || !strings.Contains(e.Raw, a.ID) {
				most += float64(len(e.Raw)) / bytesPerValue
			}
			n := testing.AllocsPerRun(10, func() { _, _ = d.decode(e) })
			assert.LessOrEqualf(t, n, most, "%s allocates for %s", d.name, e.Raw)
		}
	}
}

// FuzzDecodeOfEveryProvider gives records, of any vendor or none, to the streams of all
// vendors. None panics, breaks the rules of an activity, or changes the record.
func FuzzDecodeOfEveryProvider(f *testing.F) {
	list := decoders(f)
	for i, d := range list {
		f.Add(uint(i), ``, ``)
		f.Add(uint(i), `{"actor":[],"id":{}}`, `null`)
		if len(d.events) > 0 { // more of them would only cost time before the first new input
			f.Add(uint(i), d.events[0].Raw, d.events[0].Side)
		}
	}
	f.Fuzz(func(t *testing.T, which uint, raw, side string) {
		d := list[which%uint(len(list))]
		was, beside := strings.Clone(raw), strings.Clone(side)
		a, err := d.decode(providers.Event{Raw: raw, Side: side})
		providertest.Check(t, a, err)
		if raw != was || side != beside {
			t.Errorf("the record is changed")
		}
		if t.Failed() {
			t.Errorf("by %s", d.name)
		}
	})
}
