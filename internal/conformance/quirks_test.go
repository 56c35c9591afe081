package conformance_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	simulators "github.com/otelactivity/otelactivity/internal/vendorsim/all"
)

// tight makes vendors' limits so low that some are met.
const tight = 0.2

func (r *rig) turn(knobs map[string]string) {
	r.t.Helper()
	for knob, value := range knobs {
		require.NoError(r.t, r.world.SetKnob(knob, value))
	}
	r.world.ScaleLimits(tight)
}

// A vendor may behave in more than one way: everything arrives once all the same.
func TestQuirks(t *testing.T) {
	for _, vendor := range simulators.Vendors() {
		for _, knobs := range vendor.Quirks {
			t.Run(fmt.Sprint(vendor.Key, "/", knobs), func(t *testing.T) {
				inBubble(t, func(t *testing.T) {
					r := newRig(t, vendor, vendor.Config)
					r.turn(knobs)
					now := r.world.Now()
					traffic := vendorsim.Plausible(now.Add(-2*time.Hour), 2*time.Minute)
					traffic.Stop = now.Add(time.Hour)
					r.world.RunAll(traffic)
					r.read(time.Hour + r.settled)
					r.complete()
					r.noViolations()
				})
			})
		}
	}
}

// Every other configuration brings what it brings without the quirk. Where rows have
// no ids, what is read may depend on the reading.
func TestQuirksInVariants(t *testing.T) {
	for _, vendor := range simulators.Vendors() {
		if slices.ContainsFunc(vendor.Streams, func(s vendorsim.Stream) bool { return s.NoID }) || len(vendor.Quirks) == 0 {
			continue
		}
		for name, config := range vendor.Variants {
			t.Run(vendor.Key+"/"+name, func(t *testing.T) {
				want := read(t, vendor, config, nil)
				require.NotEmpty(t, want)
				for _, knobs := range vendor.Quirks {
					assert.ElementsMatch(t, want, read(t, vendor, config, knobs), "%v", knobs)
				}
			})
		}
	}
}

// read returns the uids of what a configuration brings of a backlog.
func read(t *testing.T, vendor vendorsim.Vendor, config func(string) map[string]any, knobs map[string]string) []string {
	t.Helper()
	var uids []string
	inBubble(t, func(t *testing.T) {
		r := newRig(t, vendor, config)
		r.turn(knobs)
		r.backlog(60)
		r.read(r.settled)
		r.noViolations()
		uids = uidsOf(r.records())
	})
	return uids
}
