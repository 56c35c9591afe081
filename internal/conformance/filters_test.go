package conformance_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	simulators "github.com/otelactivity/otelactivity/internal/vendorsim/all"
)

// unified are the filters and the attributes that they compare.
var unified = []struct {
	name       string
	attributes []string
	entry      func(value string) map[string]any
}{
	{"action", []string{"activity.action", "activity.action_raw"}, func(v string) map[string]any { return map[string]any{"action": []any{v}} }},
	{"actor_id", []string{"user.id"}, func(v string) map[string]any { return map[string]any{"actor_id": []any{v}} }},
	{"actor.type", []string{"activity.actor.type"}, func(v string) map[string]any { return map[string]any{"actor": map[string]any{"type": []any{v}}} }},
	{"entity", []string{"activity.entity.id"}, func(v string) map[string]any { return map[string]any{"entity": []any{v}} }},
	{"entity_type", []string{"activity.entity.type"}, func(v string) map[string]any { return map[string]any{"entity_type": []any{v}} }},
	{"organization_id", []string{"activity.organization.id"}, func(v string) map[string]any { return map[string]any{"organization_id": v} }},
	{"ip_address", []string{"client.address"}, func(v string) map[string]any { return map[string]any{"ip_address": []any{v}} }},
}

// Whatever a provider pushes to its vendor, a filter brings exactly the events that
// it would keep if nothing were pushed. Every reader meets the same vendor at the
// same time: a world is made of its seed alone.
func TestFiltersAreExact(t *testing.T) {
	for _, vendor := range simulators.Vendors() {
		t.Run(vendor.Key, func(t *testing.T) {
			all := filteredBy(t, vendor, nil)
			require.NotEmpty(t, all)
			for _, f := range unified {
				for _, attribute := range f.attributes {
					for _, value := range values(all, attribute, 2) {
						got := filteredBy(t, vendor, f.entry(value))
						assert.ElementsMatch(t, uids(all, f.attributes, value), uidsOf(got), "%s: %s", f.name, value)
					}
				}
			}
		})
	}
}

// filteredBy returns what a reader with a filter gets of 80 events a stream.
func filteredBy(t *testing.T, vendor vendorsim.Vendor, filter map[string]any) []seen {
	t.Helper()
	var got []seen
	inBubble(t, func(t *testing.T) {
		r := newRig(t, vendor, vendor.Config)
		r.entry["poll_interval"] = "30m" // there is nothing to hurry for, and many filters
		if filter != nil {
			r.entry["filter"] = filter
		}
		r.backlog(80)
		r.read(r.settled)
		r.noViolations()
		got = r.records()
	})
	return got
}

// values returns some of the values that an attribute has, the first ones by name.
func values(records []seen, attribute string, most int) []string {
	set := map[string]bool{}
	for _, s := range records {
		if v := s.attrs[attribute]; v != "" {
			set[v] = true
		}
	}
	sorted := slices.Sorted(maps.Keys(set))
	return sorted[:min(len(sorted), most)]
}

func uids(records []seen, attributes []string, value string) []string {
	var out []string
	for _, s := range records {
		if slices.ContainsFunc(attributes, func(a string) bool { return s.attrs[a] == value }) {
			out = append(out, s.uid)
		}
	}
	return out
}

func uidsOf(records []seen) []string {
	var out []string
	for _, s := range records {
		out = append(out, s.uid)
	}
	return out
}
