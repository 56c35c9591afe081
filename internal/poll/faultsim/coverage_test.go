package faultsim_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/providers"
)

// faults are what goes wrong in one history or another, beside what all simulated
// vendors have in common.
var faults = []string{
	"from the future", "window not answered in time", "given up in mid-page", heldUp, "equal times", "equal rows", "no time", "late", "late as can be", "later than promised", "no longer kept",
	"window too large", "page too large", "partial answer", "cursor refused", "link to a foreign origin",
	"throttled, seconds told", "throttled, date told", "throttled, reset told", "beyond the quota", "others use the quota",
	"vendor's clock wrong", "clock ahead", "clock behind", "clock set back",
	"disk full", "disk cannot be written", "disk written, answer lost", "disk cannot be read", "disk slow",
	"pipeline busy", "pipeline slow", "pipeline took it, answer lost", "pipeline took a part", "pipeline refused for good",
	"pipeline took a part, refused a part for good",
	"killed before a delivery", "killed after a delivery", "killed before a write", "killed after a write",
	"killed at any time", "killed soon after its start", "told to shut down in a fetch", "told to shut down in a delivery",
	"shutdown in mid-page", "shutdown deadline in mid-page", "shutdown beyond its deadline",
}

// enough is how many histories must have shown every fault.
const enough = 500

// assertFaults checks that everything went wrong that can.
func assertFaults(t *testing.T, seen map[string]int) {
	t.Helper()
	want := slices.Clone(faults)
	for _, kind := range vendorsim.Kinds() {
		want = append(want, string(kind))
	}
	for _, fault := range want {
		assert.NotZero(t, seen[fault], "%s never happened", fault)
	}
}

func tally(seen map[string]int) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		fmt.Fprintf(&b, "\n%8d  %s", seen[name], name)
	}
	return b.String()
}

// traits are the values that a stream's traits may have, by trait.
var traits = map[string][]string{
	"resume":      {"window", "cursor", "walk"},
	"order":       {"unordered", "oldest", "newest"},
	"bounds":      {"event time", "ingestion time"},
	"granularity": {"0s", "1ms", "1s", "1m0s", "24h0m0s"},
	"since":       {"inclusive", "exclusive"},
	"until":       {"inclusive", "exclusive"},
	"paging":      {"tokens", "offsets", "links"},
	"naming":      {"ids", "derived ids", "no ids", "identities"},
	"branches":    {"none", "categories", "files"},
}

// values returns what a stream has of each of the traits.
func (s *shape) values() map[string]string {
	side := map[bool]string{true: "exclusive", false: "inclusive"}
	return map[string]string{
		"resume":      [...]string{providers.ByWindow: "window", providers.ByCursor: "cursor", providers.ByWalk: "walk"}[s.Resume],
		"order":       [...]string{providers.Unordered: "unordered", providers.OldestFirst: "oldest", providers.NewestFirst: "newest"}[s.Order],
		"bounds":      [...]string{providers.EventTime: "event time", providers.IngestionTime: "ingestion time"}[s.Bounds],
		"granularity": s.Granularity.String(), "since": side[s.sinceExclusive], "until": side[!s.untilInclusive],
		"paging": s.paging.String(), "naming": s.naming.String(), "branches": s.branching.String(),
	}
}

// features are what a stream may have besides.
func (s *shape) features() map[string]bool {
	return map[string]bool{
		"edge": s.Edge > 0, "lag": s.Lag > 0, "retention": s.Retention > 0, "longest window": s.MaxWindow > 0,
		"remember": s.Remember > 0, "parallel windows": s.Parallel > 1, "parallel branches": s.branching != noBranches && s.Branches > 1,
		"fixed branches": s.FixedBranches, "most pages": s.MaxPages > 0, "no page size": s.pageSize == 0,
		"most rows of a window": s.mostRows > 0, "longest window in time": s.mostSpan > 0, "most rows of a page": s.mostPage > 0,
		"terminal page": s.terminal, "begins at its oldest": s.anyStart, "filter": len(s.filter.ActorIDs) > 0,
		"no lateness": s.lateness == 0, "a day of lateness": s.lateness == 24*time.Hour, "no lookback": s.lookback == 0,
	}
}

// impossible tells which two values no stream has.
func impossible(a, b string) bool {
	excluded := map[string][]string{
		// A list without time filter has no bounds, and no vendor has windows of it.
		"resume walk": {"granularity 1ms", "granularity 1s", "granularity 1m0s", "granularity 24h0m0s", "since exclusive", "until inclusive", "branches categories", "branches files"},
		// An offset is no place that lasts.
		"resume cursor": {"paging offsets", "branches categories", "branches files"},
		// Pages must not end among rows that only their number tells apart.
		"paging offsets": {"naming derived ids", "naming no ids", "naming identities"},
		// Files have the time at which they were closed, and a list with tokens.
		"branches files": {"bounds event time", "paging offsets", "paging links"},
	}
	return slices.Contains(excluded[a], b) || slices.Contains(excluded[b], a)
}

// TestShapes draws the streams of 2,000 seeds: every value of every trait is among
// them, and every pair of two.
func TestShapes(t *testing.T) {
	seen := map[string]int{}
	for seed := range chance(2000) {
		rnd := seed.of("run", 0)
		s := newShape(seed.of("shape", 0), "log", vendorsim.Pick(rnd, paces...))
		for feature, has := range s.features() {
			seen[fmt.Sprint(feature, " ", has)]++
		}
		countPairs(s, seen)
	}
	for feature := range new(shape).features() {
		assert.NotZero(t, seen[feature+" true"], feature)
		assert.NotZero(t, seen[feature+" false"], feature)
	}
	for _, a := range everyValue() {
		assert.NotZero(t, seen[a], a)
		for _, b := range everyValue() {
			if traitOf(a) < traitOf(b) && !impossible(a, b) {
				assert.NotZero(t, seen[a+", "+b], "%s, %s", a, b)
			}
		}
	}
	t.Logf("streams with each of two traits:%s", tally(seen))
}

func countPairs(s *shape, seen map[string]int) {
	values := s.values()
	for trait, a := range values {
		seen[trait+" "+a]++
		for other, b := range values {
			if trait < other {
				seen[trait+" "+a+", "+other+" "+b]++
			}
		}
	}
}

func everyValue() (all []string) {
	for _, trait := range slices.Sorted(maps.Keys(traits)) {
		for _, value := range traits[trait] {
			all = append(all, trait+" "+value)
		}
	}
	return all
}

func traitOf(value string) string {
	trait, _, _ := strings.Cut(value, " ")
	return trait
}
