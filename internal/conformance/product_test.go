package conformance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"

	simulators "github.com/otelactivity/otelactivity/internal/vendorsim/all"
	"github.com/otelactivity/otelactivity/providers/all"
)

// directory are the events of one product in logs that cover several: what the
// vendor's own record says of itself. Where the log is that product's, all are.
var directory = map[string]func(raw string) bool{
	"azure_active_directory": func(string) bool { return true },
	"microsoft_365":          func(raw string) bool { return gjson.Get(raw, "Workload").String() == "AzureActiveDirectory" },
}

// A product filter keeps the events of the product, and no others.
func TestProductFilter(t *testing.T) {
	tried := 0
	for _, vendor := range simulators.Vendors() {
		belongs, ok := directory[vendor.Key]
		if !ok {
			continue
		}
		tried++
		t.Run(vendor.Key, func(t *testing.T) {
			config := vendor.Config
			if other, ok := vendor.Variants["default_types"]; ok { // a product goes without content types
				config = other
			}
			read := func(filter map[string]any) (got []seen) {
				inBubble(t, func(t *testing.T) {
					r := newRig(t, vendor, config)
					r.entry["filter"] = filter
					r.backlog(60)
					r.read(2 * time.Hour)
					r.noViolations()
					got = r.records()
				})
				return got
			}
			everything := read(nil)
			want := keep(everything, func(s seen) bool { return belongs(s.raw) })
			assert.NotEmpty(t, want)
			if !belongs(`{}`) {
				assert.Less(t, len(want), len(everything), "the filter leaves nothing out")
			}
			assert.ElementsMatch(t, uidsOf(want), uidsOf(read(map[string]any{"product": "azure_active_directory"})))
		})
	}
	assert.Equal(t, len(directory), tried)
}

// Every provider says which products its log knows, or that it knows one only: the
// receiver refuses the filter then.
func TestProductsAreDeclared(t *testing.T) {
	for _, p := range all.Providers() {
		c, o := p.Example()
		o.Filter.Product = "azure_active_directory"
		source, err := c.Open(o)
		if err == nil && len(source.Products) > 0 {
			assert.Contains(t, source.Products, "azure_active_directory", p.Key)
		}
		if _, covers := directory[p.Key]; covers {
			assert.NotEmpty(t, source.Products, p.Key)
		}
	}
}
