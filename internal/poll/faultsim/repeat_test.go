package faultsim_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/poll"
)

// TestRepeatable plays histories twice: each step must come again, at the same moment.
func TestRepeatable(t *testing.T) {
	for s := range uint64(4) {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			t.Parallel()
			var traces [2]trace
			for i := range traces {
				simulate(t, s, poll.PlantedFaults{}, &traces[i])
			}
			a, b := traces[0].lines, traces[1].lines
			for i := range min(len(a), len(b)) {
				require.Equal(t, a[i], b[i], "line %d of %d", i, len(a))
			}
			require.Len(t, b, len(a))
		})
	}
}
