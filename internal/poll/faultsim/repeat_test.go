package faultsim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/poll"
)

// TestRepeatable plays histories twice: each step must come again, at the same moment.
// In the last two many pages wait for the turn of one stream.
func TestRepeatable(t *testing.T) {
	for _, s := range []uint64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 65, 199} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			t.Parallel()
			var histories [2][]string
			for i := range histories {
				var tr trace
				simulate(t, s, poll.PlantedFaults{}, &tr)
				histories[i] = byInstant(tr.lines)
			}
			a, b := histories[0], histories[1]
			for i := range min(len(a), len(b)) {
				require.Equal(t, a[i], b[i], "line %d of %d", i, len(a))
			}
			require.Len(t, b, len(a))
		})
	}
}

// byInstant orders the steps of one instant by their text: what happens at the same
// nanosecond happens in no order.
func byInstant(lines []string) []string {
	const stamp = len("01-02 15:04:05.000000000")
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b string) int {
		if c := strings.Compare(a[:stamp], b[:stamp]); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return lines
}
