package faultsim_test

import (
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/poll"
)

// mostPlanted is how many histories a planted fault may survive.
const mostPlanted = 2000

// finders are seeds that found a fault before, so that not all have to be tried again
// each time. A change of engine or simulator may make others the first: TestPlanted
// goes on to look, and tells which it is.
var finders = map[string]uint64{
	"NoOverlap": 1, "SeenNotPersisted": 1, "EdgeOffByOne": 10, "EarlyWatermark": 2, "SettleUnread": 3,
	"ForgetUnderRead": 110, "ForgetUndated": 3, "LateCommit": 25, "WriteAbandoned": 265, "DropRest": 6,
	"PartialIsWhole": 19, "PartialMoves": 460, "ShallowWalk": 2, "Boundless": 3,
}

// TestPlanted plants each of the engine's faults and looks for a history that ends
// with a complaint: a simulator that finds nothing proves nothing.
func TestPlanted(t *testing.T) {
	kind := reflect.TypeFor[poll.PlantedFaults]()
	caught := 0
	for i := range kind.NumField() {
		name := kind.Field(i).Name
		t.Run(name, func(t *testing.T) {
			var planted poll.PlantedFaults
			reflect.ValueOf(&planted).Elem().Field(i).SetBool(true)
			seed := finders[name]
			verdict := simulate(t, seed, planted, nil).verdict()
			if verdict == "" {
				seed, verdict = hunt(t, planted)
			}
			require.NotEmpty(t, verdict, "no history of %d shows the fault", mostPlanted)
			t.Logf("found by seed %d: %.200s", seed, verdict)
			caught++
		})
	}
	fmt.Printf("%d of %d planted faults caught\n", caught, kind.NumField())
}

// hunt returns the first seed that complains, and about what.
func hunt(t *testing.T, planted poll.PlantedFaults) (seed uint64, verdict string) {
	var next, first atomic.Uint64
	first.Store(mostPlanted)
	var mu sync.Mutex
	verdicts := map[uint64]string{}
	t.Run("hunt", func(t *testing.T) {
		for i := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				for s := next.Add(1) - 1; s < first.Load(); s = next.Add(1) - 1 {
					if v := simulate(t, s, planted, nil).verdict(); v != "" {
						mu.Lock()
						verdicts[s] = v
						first.Store(min(s, first.Load()))
						mu.Unlock()
					}
				}
			})
		}
	})
	return first.Load(), verdicts[first.Load()]
}
