package faultsim_test

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/poll"
)

var (
	seeds = flag.Int("seeds", 10, "how many histories TestSeeds plays")
	first = flag.Int("first", 0, "the seed of the first of them")
	seed  = flag.Int64("seed", -1, "the one history that TestSeeds plays, with a trace")
)

func TestMain(m *testing.M) {
	flag.Parse()
	// A panic in a goroutine of the engine shows which seed it belongs to.
	_ = os.Setenv("GODEBUG", strings.TrimPrefix(os.Getenv("GODEBUG")+",tracebacklabels=1", ","))
	debug.SetGCPercent(400) // a history is short-lived, and the machine has better to do
	goleak.VerifyTestMain(m)
}

// simulate plays the history of a seed and returns it when it is over.
func simulate(t *testing.T, seed uint64, planted poll.PlantedFaults, tr *trace) (r *run) {
	synctest.Test(t, func(*testing.T) {
		r = newRun(seed, planted, tr)
		r.play()
	})
	return r
}

// TestSeeds plays random histories. A seed that fails plays the same again with
// -seed.
func TestSeeds(t *testing.T) {
	if *seed >= 0 {
		playOne(t, uint64(*seed))
		return
	}
	began := time.Now()
	var mu sync.Mutex
	var sum totals
	t.Run("seed", func(t *testing.T) {
		for s := *first; s < *first+*seeds; s++ {
			t.Run(fmt.Sprint(s), func(t *testing.T) {
				t.Parallel()
				r := simulate(t, uint64(s), poll.PlantedFaults{}, nil)
				if v := r.verdict(); v != "" {
					t.Errorf("%v; see what happens with: make sim SEED=%d\n%s", r.mode, s, v)
				}
				mu.Lock()
				defer mu.Unlock()
				sum.add(r.total)
				if sum.seeds%1000 == 0 && sum.seeds < *seeds {
					fmt.Printf("after %v: %v\n", time.Since(began).Round(time.Second), sum)
				}
			})
		}
	})
	fmt.Printf("in %v: %v\nwhat went wrong, and how often:%s\n", time.Since(began).Round(time.Second), sum, tally(sum.faults))
	if *seeds >= enough {
		assertFaults(t, sum.faults)
	}
}

// playOne plays the history of a seed and prints each step of it.
func playOne(t *testing.T, seed uint64) {
	tr := &trace{}
	r := simulate(t, seed, poll.PlantedFaults{}, tr)
	for _, line := range tr.lines {
		fmt.Println(line)
	}
	if v := r.verdict(); v != "" {
		t.Errorf("seed %d (%v):\n%s", seed, r.mode, v)
	}
}

func (t *totals) add(o totals) {
	t.seeds++
	t.days += o.days
	t.requests += o.requests
	t.events += o.events
	t.delivered += o.delivered
	t.repeated += o.repeated
	t.refused += o.refused
	t.crashes += o.crashes
	t.restarts += o.restarts
	t.lost += o.lost
	t.strays += o.strays
	if t.faults == nil {
		t.faults = map[string]int{}
	}
	for kind, n := range o.faults {
		t.faults[kind] += n
	}
}

// String returns the summary of many runs.
func (t totals) String() string {
	return fmt.Sprintf("%d seeds, %.0f stream-days, %d requests, %d events, %d delivered, %d of them again after a crash, %d refused for good, %d crashes, %d restarts; %d lost, %d repeated outside of the page in flight",
		t.seeds, t.days, t.requests, t.events, t.delivered, t.repeated, t.refused, t.crashes, t.restarts, t.lost, t.strays)
}
