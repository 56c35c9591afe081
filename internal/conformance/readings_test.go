package conformance_test

import (
	"maps"
	"testing"
	"time"

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
					r.whole()
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
