//go:build e2e

package e2e

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/logsdb"
	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/all"
)

// source is one stream that a configuration reads.
type source struct {
	instance, stream string
	vendor           string
	// actions are those that the instance's filter lets through; empty: all. of is
	// the instance that reads the same events without a filter.
	actions []string
	of      string
}

// fleet are the simulated vendors of one test.
type fleet struct {
	t       *testing.T
	sources []source
	worlds  map[string]*vendorsim.World
	urls    map[string]string
	quiet   time.Time // when the last event has appeared
}

const (
	seed = 1
	// Some events are up to lateBy late, all up to jitter: less than what the receiver
	// reads again with every poll, so that a test need not wait for hours.
	lateBy = 15 * time.Second
	jitter = 2 * time.Second
	// The simulators play at a speed at which real vendors would refuse.
	limitScale        = 1000
	requestsPerMinute = 60000
	backlogAge        = 6 * time.Hour
)

// newFleet serves the vendors of the sources, each stream with a backlog of about so
// many events.
func newFleet(t *testing.T, sources []source, backlog int) *fleet {
	t.Helper()
	f := &fleet{t: t, sources: sources, worlds: map[string]*vendorsim.World{}, urls: map[string]string{}}
	for _, s := range sources {
		if f.worlds[s.vendor] != nil {
			continue
		}
		vendors := all.Vendors()
		i := slices.IndexFunc(vendors, func(v vendorsim.Vendor) bool { return v.Key == s.vendor })
		require.GreaterOrEqual(t, i, 0, s.vendor)
		w := vendorsim.NewWorld(vendors[i], vendorsim.Options{Seed: seed})
		w.ScaleLimits(limitScale)
		server, err := vendorsim.Listen("127.0.0.1:0", w.Handler())
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, server.Close()) })
		f.worlds[s.vendor], f.urls[s.vendor] = w, server.URL
	}
	now := time.Now()
	f.play(now.Add(-backlogAge), now, backlogAge/time.Duration(backlog))
	return f
}

// play adds events to every stream.
func (f *fleet) play(from, to time.Time, every time.Duration) {
	traffic := vendorsim.Plausible(from, every)
	traffic.Stop, traffic.LateBy, traffic.Jitter = to, lateBy, jitter
	for _, w := range f.worlds {
		w.RunAll(traffic)
	}
	f.quiet = to.Add(lateBy + jitter)
}

// providers returns what the test adds to the file's own entries: where the
// simulators are and what they take as credentials.
func (f *fleet) providers() map[string]any {
	entries := map[string]any{}
	for _, s := range f.sources {
		entry := f.worlds[s.vendor].Vendor.Config(f.urls[s.vendor])
		delete(entry, "streams") // the file decides
		entry["rate_limit"] = map[string]any{"requests_per_minute": requestsPerMinute, "reserve": 0}
		entries[s.instance] = entry
	}
	return entries
}

// truth returns the vendor's rows, by source, that a reader without filter must have
// by now.
func (f *fleet) truth() map[logsdb.Stream][]string {
	now := time.Now()
	rows := map[logsdb.Stream][]string{}
	for _, s := range f.sources {
		if s.of == "" {
			rows[s.key()] = vendorsim.Raws(f.worlds[s.vendor].Truth(s.stream, now))
		}
	}
	return rows
}

// events is how many events the vendors have shown.
func (f *fleet) events() int {
	n := 0
	for _, rows := range f.truth() {
		n += len(rows)
	}
	return n
}

// violations are what the collector did that the vendors' rules forbid.
func (f *fleet) violations() []string {
	var list []string
	for key, w := range f.worlds {
		for _, v := range w.Violations() {
			list = append(list, key+": "+v.String())
		}
	}
	return list
}

func (s source) key() logsdb.Stream { return logsdb.Stream{Instance: s.instance, Name: s.stream} }
