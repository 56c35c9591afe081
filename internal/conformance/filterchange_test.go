package conformance_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	simulators "github.com/otelactivity/otelactivity/internal/vendorsim/all"
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
)

// term is what one run of the receiver delivers, and when it began.
type term struct {
	began   time.Time
	records []seen
}

// A filter that is set, taken away and set again between runs: what both want comes
// once, what came into the log under a filter follows this filter, and nothing comes
// twice. The position of a stream depends on the filter in a way of its own for each
// way to resume, so one vendor of each is tried.
func TestFilterChange(t *testing.T) {
	for name, resume := range map[string]providers.Resume{
		"by cursor": providers.ByCursor, "by window": providers.ByWindow, "by walk": providers.ByWalk,
	} {
		vendor, stream := resuming(t, resume)
		t.Run(name+"/"+vendor.Key, func(t *testing.T) {
			everything := terms(t, vendor, stream, nil, nil, nil, nil)
			reference := recordsOf(everything)
			require.NotEmpty(t, reference)
			word := values(reference, []string{"activity.action_raw"}, 1)
			isWord := func(s seen) bool { return s.attrs["activity.action_raw"] == word[0] }
			only := map[string]any{"action": []any{word[0]}}

			got := terms(t, vendor, stream, only, only, nil, only)
			arrived := map[string]int{}
			for _, s := range recordsOf(got) {
				arrived[s.uid]++
				assert.Equal(t, 1, arrived[s.uid], "arrived again: %s", clip(s.raw))
			}
			wanted, others := keep(reference, isWord), 0
			for _, s := range reference {
				unfiltered := !s.at.Before(got[2].began) && s.at.Before(got[3].began)
				if isWord(s) || unfiltered {
					assert.Equal(t, 1, arrived[s.uid], "lost: %s", clip(s.raw))
				}
				if !isWord(s) && unfiltered {
					others++
				}
			}
			assert.NotEmpty(t, wanted)
			assert.Positive(t, others)
			for i, term := range got {
				if i != 2 {
					assert.Empty(t, keep(term.records, func(s seen) bool { return !isWord(s) }), "not filtered in run %d", i)
				}
			}
		})
	}
}

// terms reads one stream in several runs, each with its own filter, with new events
// before each.
func terms(t *testing.T, vendor vendorsim.Vendor, stream string, filters ...map[string]any) []term {
	t.Helper()
	var got []term
	inBubble(t, func(t *testing.T) {
		r := newRig(t, vendor, vendor.Config)
		r.entry["streams"] = []any{stream}
		r.backlog(40)
		before := 0
		for _, filter := range filters {
			delete(r.entry, "filter")
			if filter != nil {
				r.entry["filter"] = filter
			}
			began := r.world.Now()
			r.world.EmitEach(stream, 25, began.Add(time.Minute), time.Second)
			pass(2 * time.Minute)
			if len(got) < 2 {
				r.read(25 * time.Minute) // changed before the time is settled
			} else {
				r.read(r.settled)
			}
			records := r.records()
			got = append(got, term{began, records[before:]})
			before = len(records)
		}
		r.noViolations()
	})
	return got
}

func recordsOf(terms []term) []seen {
	var all []seen
	for _, term := range terms {
		all = append(all, term.records...)
	}
	return all
}

// resuming returns the first vendor with a simulated stream that is continued so.
func resuming(t *testing.T, resume providers.Resume) (vendorsim.Vendor, string) {
	t.Helper()
	for _, vendor := range simulators.Vendors() {
		for _, p := range all.Providers() {
			if p.Key != vendor.Key {
				continue
			}
			c, o := p.Example()
			source, err := c.Open(o)
			require.NoError(t, err)
			for _, s := range source.Streams {
				simulated := slices.ContainsFunc(vendor.Streams, func(v vendorsim.Stream) bool { return v.Name == s.Name })
				if s.Resume == resume && simulated {
					return vendor, s.Name
				}
			}
		}
	}
	require.Failf(t, "no vendor", "resumes as %v", resume)
	return vendorsim.Vendor{}, ""
}
