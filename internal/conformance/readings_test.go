package conformance_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	simulators "github.com/otelactivity/otelactivity/internal/vendorsim/all"
)

// Where a vendor's documentation leaves something open, or the vendor was seen to
// behave in more than one way, everything arrives once whichever is true.
func TestReadings(t *testing.T) {
	for _, vendor := range simulators.Vendors() {
		for name, reading := range vendor.Readings {
			t.Run(vendor.Key+"/"+name, func(t *testing.T) {
				inBubble(t, func(t *testing.T) {
					r := newReadingRig(t, vendor, reading)
					r.backlog(150)
					traffic := vendorsim.Plausible(r.world.Now().Add(-time.Hour), time.Minute)
					traffic.Stop = r.world.Now().Add(2 * time.Hour)
					r.world.RunAll(traffic)
					r.read(2*time.Hour + r.settled)
					if reading.Variant == "" {
						r.complete()
					} else { // which may read the log under another name
						r.whole()
					}
					if reading.Skew == 0 { // else the first signed assertion is of the wrong time
						r.noViolations()
					}
				})
			})
		}
	}
}

func newReadingRig(t *testing.T, vendor vendorsim.Vendor, reading vendorsim.Reading) *rig {
	t.Helper()
	config := vendor.Config
	if reading.Variant != "" {
		config = vendor.Variants[reading.Variant]
		require.NotNil(t, config, "there is no variant %s", reading.Variant)
	}
	r := newRig(t, vendor, config)
	r.entry["poll_interval"] = "15m" // there is nothing to hurry for, and many readings
	if pages(t, vendor.Key) {
		r.entry["page_size"] = 20 // chains of pages also in little traffic
	}
	maps.Copy(r.entry, reading.Config)
	for knob, value := range reading.Knobs {
		require.NoError(t, r.world.SetKnob(knob, value))
	}
	r.world.SetSkew(reading.Skew)
	if reading.Limits > 0 {
		r.world.ScaleLimits(reading.Limits)
	}
	return r
}

// Every other configuration brings what it brings without the reading. Where rows
// have no ids, what is read may depend on the reading.
func TestReadingsInVariants(t *testing.T) {
	for _, vendor := range simulators.Vendors() {
		if slices.ContainsFunc(vendor.Streams, func(s vendorsim.Stream) bool { return s.NoID }) {
			continue
		}
		readings := maps.Clone(vendor.Readings)
		maps.DeleteFunc(readings, func(_ string, r vendorsim.Reading) bool { return !r.Everywhere })
		if len(readings) == 0 {
			continue
		}
		for variant := range vendor.Variants {
			t.Run(vendor.Key+"/"+variant, func(t *testing.T) {
				want := readUnder(t, vendor, vendorsim.Reading{Variant: variant})
				require.NotEmpty(t, want)
				for name, reading := range readings {
					reading.Variant = variant
					assert.ElementsMatch(t, want, readUnder(t, vendor, reading), name)
				}
			})
		}
	}
}

// readUnder returns the uids of what is read of a backlog.
func readUnder(t *testing.T, vendor vendorsim.Vendor, reading vendorsim.Reading) (uids []string) {
	t.Helper()
	inBubble(t, func(t *testing.T) {
		r := newReadingRig(t, vendor, reading)
		r.backlog(120)
		r.read(r.settled)
		r.noViolations()
		uids = uidsOf(r.records())
	})
	return uids
}
