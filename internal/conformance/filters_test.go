package conformance_test

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	simulators "github.com/otelactivity/otelactivity/internal/vendorsim/all"
)

// filter is a configured filter and the records that it must keep.
type filter struct {
	name  string
	entry map[string]any
	keeps func(seen) bool
}

// lists are the filters that are lists, and the attributes that they compare.
var lists = []struct {
	key        string
	attributes []string
}{
	{"action", []string{"activity.action", "activity.action_raw"}},
	{"actor_id", []string{"user.id"}},
	{"actor.type", []string{"activity.actor.type"}},
	{"entity", []string{"activity.entity.id"}},
	{"entity_type", []string{"activity.entity.type"}},
	{"ip_address", []string{"client.address"}},
}

// Whatever a provider pushes to its vendor, a filter brings exactly the events that
// it would keep if nothing were pushed. Every reader meets the same vendor at the
// same time: a world is made of its seed alone.
func TestFiltersAreExact(t *testing.T) {
	for _, vendor := range simulators.Vendors() {
		t.Run(vendor.Key, func(t *testing.T) {
			all := filteredBy(t, vendor, nil)
			require.NotEmpty(t, all)
			for _, f := range filtersFor(all) {
				want := uidsOf(keep(all, f.keeps))
				assert.NotEmpty(t, want, "%s keeps nothing", f.name)
				assert.ElementsMatch(t, want, uidsOf(filteredBy(t, vendor, f.entry)), f.name)
			}
		})
	}
}

// filtersFor makes a filter of every kind that keeps some of the records: each list
// with one value, which vendors may be asked for, and with two, which few can be;
// networks, times, and two filters together.
func filtersFor(all []seen) []filter {
	var filters []filter
	for _, l := range lists {
		found := values(all, l.attributes, 4)
		if len(found) == 0 {
			continue
		}
		filters = append(filters, anyOf(l.key, l.attributes, found[:1]))
		if len(found) > 1 {
			filters = append(filters, anyOf(l.key, l.attributes, []string{found[0], found[len(found)-1]}))
		}
	}
	if raw := values(all, []string{"activity.action_raw"}, 1); len(raw) > 0 {
		filters = append(filters, anyOf("action", []string{"activity.action", "activity.action_raw"}, raw))
	}
	if organizations := values(all, []string{"activity.organization.id"}, 1); len(organizations) > 0 {
		filters = append(filters, filter{
			"organization_id",
			map[string]any{"organization_id": organizations[0]},
			func(s seen) bool { return s.attrs["activity.organization.id"] == organizations[0] },
		})
	}
	filters = append(filters, networks(all)...)
	return append(filters, between(all), both(all))
}

// anyOf is a list filter.
func anyOf(key string, attributes, wanted []string) filter {
	list := make([]any, len(wanted))
	for i, v := range wanted {
		list[i] = v
	}
	entry := map[string]any{key: list}
	if outer, inner, nested := strings.Cut(key, "."); nested {
		entry = map[string]any{outer: map[string]any{inner: list}}
	}
	return filter{fmt.Sprintf("%s %q", key, wanted), entry, func(s seen) bool {
		return slices.ContainsFunc(attributes, func(a string) bool { return s.attrs[a] != "" && slices.Contains(wanted, s.attrs[a]) })
	}}
}

// networks is a filter of a network around the first address, and another address.
func networks(all []seen) []filter {
	found := values(all, []string{"client.address"}, 2)
	if len(found) == 0 {
		return nil
	}
	first := netip.MustParseAddr(found[0])
	network := netip.PrefixFrom(first, first.BitLen()-8).Masked()
	last := netip.MustParseAddr(found[len(found)-1])
	return []filter{{
		fmt.Sprintf("ip_address %s %s", network, last),
		map[string]any{"ip_address": []any{network.String(), last.String()}},
		func(s seen) bool {
			a, err := netip.ParseAddr(s.attrs["client.address"])
			return err == nil && (network.Contains(a) || a == last)
		},
	}}
}

// between is a filter by time: since the first quarter of the records, until the
// last.
func between(all []seen) filter {
	var times []time.Time
	for _, s := range all {
		times = append(times, s.at)
	}
	slices.SortFunc(times, time.Time.Compare)
	since, until := times[len(times)/4], times[3*len(times)/4]
	return filter{
		fmt.Sprintf("created_at %s %s", since, until),
		map[string]any{"created_at": map[string]any{"since": since.Format(time.RFC3339Nano), "until": until.Format(time.RFC3339Nano)}},
		func(s seen) bool { return s.at.Unix() == 0 || !s.at.Before(since) && s.at.Before(until) },
	}
}

// both is a filter by action and actor, those of the first record that has both.
func both(all []seen) filter {
	for _, s := range all {
		word, kind := s.attrs["activity.action_raw"], s.attrs["activity.actor.type"]
		if word != "" && kind != "" {
			return filter{
				fmt.Sprintf("action %q and actor.type %q", word, kind),
				map[string]any{"action": []any{word}, "actor": map[string]any{"type": []any{kind}}},
				func(s seen) bool {
					return s.attrs["activity.action_raw"] == word && s.attrs["activity.actor.type"] == kind
				},
			}
		}
	}
	return between(all)
}

// filteredBy returns what a reader with a filter gets of 60 events a stream.
func filteredBy(t *testing.T, vendor vendorsim.Vendor, filter map[string]any) []seen {
	t.Helper()
	var got []seen
	inBubble(t, func(t *testing.T) {
		r := newRig(t, vendor, vendor.Config)
		r.entry["poll_interval"] = "20m"
		if filter != nil {
			r.entry["filter"] = filter
		}
		r.backlog(60)
		r.read(2 * time.Hour) // the backlog is there, and nothing comes late
		r.noViolations()
		got = r.records()
		if filter == nil {
			r.complete()
		}
	})
	return got
}

// values returns some of the values that attributes have, the first ones by name.
func values(records []seen, attributes []string, most int) []string {
	set := map[string]bool{}
	for _, s := range records {
		for _, a := range attributes {
			if v := s.attrs[a]; v != "" {
				set[v] = true
			}
		}
	}
	sorted := slices.Sorted(maps.Keys(set))
	return sorted[:min(len(sorted), most)]
}

func keep(records []seen, keeps func(seen) bool) []seen {
	return slices.DeleteFunc(slices.Clone(records), func(s seen) bool { return !keeps(s) })
}

func uidsOf(records []seen) []string {
	var out []string
	for _, s := range records {
		out = append(out, s.uid)
	}
	return out
}
