package faultsim_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/internal/poll"
)

// TestRepeatable plays seeds twice: each step must come again, at the same moment.
func TestRepeatable(t *testing.T) {
	for s := range uint64(*seeds) {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			t.Parallel()
			var traces [2]trace
			for i := range traces {
				simulate(t, s, poll.PlantedFaults{}, &traces[i])
			}
			a, b := traces[0].lines, traces[1].lines
			for i := range min(len(a), len(b)) {
				if a[i] != b[i] {
					assert.Equal(t, a[i], b[i], "line %d of %d", i, len(a))
					t.Log(a[max(0, i-3):min(len(a), i+4)], "\n", b[max(0, i-3):min(len(b), i+4)])
					return
				}
			}
			assert.Len(t, b, len(a))
		})
	}
}
