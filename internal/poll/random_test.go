package poll_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

// chaos runs one stream of random shape for a day of random arrivals, failures and
// crashes, heals everything, and returns what the pipeline got beside what the
// vendor had.
type chaos struct {
	*world
	rng             *dice
	want            []string
	trouble, doomed atomic.Bool
	// flight holds the uids that were accepted and not committed yet; mayRepeat counts
	// how often a crash came at that moment.
	flight    map[string]bool
	mayRepeat map[string]int
}

// dice is a random source for many goroutines.
type dice struct {
	mu  sync.Mutex
	rng *rand.Rand
}

func (d *dice) IntN(n int) int { return int(d.Int64N(int64(n))) }

func (d *dice) Int64N(n int64) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rng.Int64N(n)
}

func newChaos(t *testing.T, seed uint64, faults poll.PlantedFaults) *chaos {
	rng := &dice{rng: rand.New(rand.NewPCG(seed, 1))}
	traits := providers.Traits{
		Resume:      []providers.Resume{providers.ByWindow, providers.ByWindow, providers.ByCursor, providers.ByWalk}[rng.IntN(4)],
		Order:       []providers.Order{providers.Unordered, providers.OldestFirst, providers.NewestFirst}[rng.IntN(3)],
		Granularity: []time.Duration{0, time.Second, time.Minute, 24 * time.Hour}[rng.IntN(4)],
		Lateness:    []time.Duration{5 * time.Minute, time.Hour, 6 * time.Hour}[rng.IntN(3)],
		Edge:        []time.Duration{0, time.Second}[rng.IntN(2)],
		Lag:         []time.Duration{0, 10 * time.Second}[rng.IntN(2)],
		MaxWindow:   []time.Duration{0, 48 * time.Hour, 30 * time.Minute}[rng.IntN(3)],
		Parallel:    rng.IntN(4),
		PageSize:    4 + rng.IntN(20),
	}
	if traits.Resume == providers.ByWindow && rng.IntN(3) == 0 {
		traits.Bounds = providers.IngestionTime
	}
	c := &chaos{world: newWorld(t, traits), rng: rng, flight: map[string]bool{}, mayRepeat: map[string]int{}}
	c.set.Seed, c.set.Faults = seed, faults
	if traits.Granularity == 24*time.Hour { // each poll reads a whole day
		c.stream.PollInterval = 10 * time.Minute
	}
	c.vendor.refuse = func(providers.Query) error {
		if c.trouble.Load() && rng.IntN(4) == 0 {
			return []error{
				errors.New("reset by peer"),
				&providers.Error{Class: providers.Throttled, RetryAfter: time.Minute},
				&providers.Error{Class: providers.WindowTooLarge},
				&providers.Error{Class: providers.PageTooLarge},
				&providers.Error{Class: providers.CursorLost},
				&providers.Error{Class: providers.Denied, Probe: 3 * time.Minute},
			}[rng.IntN(6)]
		}
		return nil
	}
	c.sink.deliver = func(ctx context.Context, b *poll.Batch) error {
		if c.trouble.Load() && rng.IntN(60) == 0 {
			c.doomed.Store(true) // the process dies before the pipeline has the page
			<-ctx.Done()
			return ctx.Err()
		}
		if c.trouble.Load() && rng.IntN(5) == 0 {
			half := len(b.UIDs) / 2
			if rng.IntN(2) == 0 || half == 0 {
				return errors.New("queue is full")
			}
			for _, uid := range b.UIDs[:half] {
				c.flight[uid] = true
			}
			rest := make([]int, 0, half)
			for i := half; i < len(b.UIDs); i++ {
				rest = append(rest, i)
			}
			return &poll.Refusal{Rest: rest, Err: errors.New("half is enough")}
		}
		for _, uid := range b.UIDs {
			c.flight[uid] = true
		}
		return nil
	}
	c.failStorage(c.disk)
	return c
}

func (c *chaos) failStorage(disk *ledgertest.Memory) {
	fail := func(share int) func([]*storage.Operation) error {
		return func(ops []*storage.Operation) error {
			if c.trouble.Load() && ledgertest.Writes(ops) && c.rng.IntN(share) == 0 {
				return storage.ErrStorageFull
			}
			return nil
		}
	}
	lostAnswer := fail(10)
	disk.Fail = fail(6)
	disk.FailAfter = func(ops []*storage.Operation) error {
		err := lostAnswer(ops)
		if err == nil && ledgertest.Writes(ops) {
			clear(c.flight)
		}
		return err
	}
}

// arrive makes the vendor have one more event, in the past by its delay.
func (c *chaos) arrive(n int) {
	at := time.Now()
	if c.rng.IntN(3) == 0 {
		at = at.Truncate(time.Minute) // equal times, on bounds
	}
	late := time.Duration(0)
	if c.rng.IntN(3) == 0 {
		late = time.Duration(c.rng.Int64N(int64(c.stream.Lateness) * 9 / 10))
	}
	e := event{ID: fmt.Sprintf("e%04d", n), At: at, visible: at.Add(max(late, time.Since(at)))}
	if c.stream.Stream.Bounds == providers.IngestionTime {
		e.stored, e.At = at, at.Add(-time.Duration(c.rng.Int64N(int64(20*time.Hour))))
	}
	c.want = append(c.want, e.ID)
	c.vendor.add(e)
}

func (c *chaos) crash() {
	c.doomed.Store(false)
	assert.LessOrEqual(c.t, len(c.flight), c.stream.PageSize, "what a crash may repeat")
	for uid := range c.flight {
		c.mayRepeat[uid]++
	}
	c.kill()
	c.failStorage(c.disk)
	run(time.Duration(c.rng.Int64N(int64(2 * time.Hour))))
	c.start()
}

func (c *chaos) run() {
	c.start()
	c.trouble.Store(true)
	n := 0
	for range 150 {
		for range c.rng.IntN(8) {
			c.arrive(n)
			n++
		}
		run(time.Duration(c.rng.Int64N(int64(10 * time.Minute))))
		if c.doomed.Load() || c.rng.IntN(12) == 0 {
			c.crash()
		}
	}
	c.trouble.Store(false)
	if c.doomed.Load() {
		c.crash()
	}
	run(2*c.stream.Lateness + 2*c.stream.Stream.Granularity + 4*time.Hour)
	c.stop()
}

// lost and repeated are what must not be.
func (c *chaos) verdict() (lost, repeated []string) {
	count := map[string]int{}
	for _, id := range c.sink.ids() {
		count[id]++
	}
	for _, id := range c.want {
		if count[id] == 0 {
			lost = append(lost, id)
		}
	}
	byUID, times := map[string]string{}, map[string]int{}
	for i, a := range c.sink.got {
		uid := c.sink.uids[i]
		if id, ok := byUID[uid]; ok && id != a.ID {
			repeated = append(repeated, "uid of "+id+" and "+a.ID)
		}
		byUID[uid] = a.ID
		times[uid]++
	}
	for uid, n := range times {
		if n > 1+c.mayRepeat[uid] {
			repeated = append(repeated, fmt.Sprintf("%s %d times", byUID[uid], n))
		}
	}
	slices.Sort(repeated)
	return lost, repeated
}

var seeds = flag.Uint64("chaos.seeds", 30, "how many random worlds TestChaos runs")

func TestChaos(t *testing.T) {
	for seed := range *seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newChaos(t, seed, poll.PlantedFaults{})
				c.run()
				lost, repeated := c.verdict()
				assert.Empty(t, lost, "lost")
				assert.Empty(t, repeated, "repeated")
				state, err := c.seen.state()
				assert.Equal(t, poll.Running, state, "%v", err)
				if t.Failed() {
					t.Logf("%+v", c.stream.Stream.Traits)
					t.Log(strings.Join(lost, " "))
				}
			})
		})
	}
}

// TestChaosFindsPlantedFaults shows that the chaos would notice: each of the engine's
// planted faults loses or repeats events within a few seeds.
func TestChaosFindsPlantedFaults(t *testing.T) {
	for name, faults := range map[string]poll.PlantedFaults{
		"commit before consume": {CommitBeforeConsume: true},
		"no overlap":            {NoOverlap: true},
		"cursor from clock":     {CursorFromClock: true},
		"seen not persisted":    {SeenNotPersisted: true},
		"edge off by one":       {EdgeOffByOne: true},
		"early watermark":       {EarlyWatermark: true},
		"settle unread":         {SettleUnread: true},
		"forget early":          {ForgetEarly: true},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(40) {
				found := false
				synctest.Test(t, func(t *testing.T) {
					c := newChaos(t, seed, faults)
					c.run()
					lost, repeated := c.verdict()
					found = len(lost)+len(repeated) > 0
				})
				if found {
					t.Log("found by seed", seed)
					return
				}
			}
			t.Error("no seed has found the fault")
		})
	}
}
