package faultsim_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// mode is what a run demands.
type mode int

const (
	calm    mode = iota // only the vendor has trouble, and that ends
	storm               // everything has trouble, and that ends: liveness
	endless             // trouble has no end: safety
	beyond              // and events show later than the vendor promises
	clock               // the collector's clock jumps a little at restarts
	wild                // it jumps far
)

func (m mode) String() string {
	return [...]string{"calm", "storm", "endless", "beyond lateness", "clock", "wild clock"}[m]
}

// heals tells that everything is delivered in the end.
func (m mode) heals() bool { return m == calm || m == storm || m == clock }

// run is one simulated history.
type run struct {
	chance  chance
	planted poll.PlantedFaults
	mode    mode
	active  time.Duration
	places  int           // of pages in flight
	room    int64         // bytes of pages in flight; 0: as much as usual
	jump    time.Duration // how far the collector's clock may be off

	hesitation time.Duration // of a shutdown
	ahead      atomic.Int64  // how far it is

	world     *vendorsim.World
	transport http.RoundTripper
	api       *api
	feeds     []*feed
	pipeline  *pipeline
	disk      *disk
	watch     *watch
	sent      counts
	fired     counts // what went wrong, by what it is
	process   *process
	ghosts    sync.WaitGroup // engines that were given up and have a page in their hands
	log       *zap.Logger
	trace     *trace

	start, healed, end time.Time // of the vendor
	total              totals

	mu       sync.Mutex
	failures []string
}

// totals are what a run adds to the summary.
type totals struct {
	seeds                       int
	days                        float64 // of streams
	requests, events, delivered int
	repeated                    int // within what is allowed
	refused                     int
	crashes, restarts           int
	faults                      map[string]int // by kind, how often
	lost, strays                int            // complaints that events are lost, or repeated
}

// newRun draws a history. It must be called in the bubble.
func newRun(seed uint64, planted poll.PlantedFaults, t *trace) *run {
	r := &run{chance: chance(seed), planted: planted, trace: t}
	rnd := r.chance.of("run", 0)
	// Somewhere in a day, so that whole days have no lucky edges.
	time.Sleep(between(rnd, 0, 36*time.Hour))
	r.mode = vendorsim.Pick(rnd, calm, storm, storm, storm, storm, storm, endless, beyond, clock, wild)
	p := paces[min(rnd.IntN(4), len(paces)-1)]
	r.active = between(rnd, p.active[0], p.active[1])
	r.api = &api{chance: r.chance, feeds: map[string]*feed{}, hit: r.hit}
	vendor := vendorsim.Vendor{
		Key: "acme", TokenPaths: []string{tokenPath}, Errors: r.api.errors,
		New: func(*vendorsim.World) http.Handler { return r.api },
	}
	for i := range []int{1, 1, 1, 2, 2, 3}[rnd.IntN(6)] {
		s := newShape(r.chance.of("shape", i), fmt.Sprint("log", i), p)
		f := &feed{shape: s, hit: r.hit}
		r.feeds = append(r.feeds, f)
		vendor.Streams = append(vendor.Streams, f.stream())
	}
	r.world = vendorsim.NewWorld(vendor, vendorsim.Options{Seed: seed, Now: r.vendorNow})
	r.transport = vendorsim.RoundTripper(r.world.Handler())
	r.drawAccess(rnd)
	r.places = vendorsim.Pick(rnd, 1, 2, 4, 8)
	r.room = vendorsim.Pick[int64](rnd, 0, 0, 4<<10, 64<<10)
	r.hesitation = upTo(rnd, vendorsim.Pick(rnd, durations("0s", "0s", "20ms", "200ms")...))
	r.pipeline, r.disk, r.watch = newPipeline(r), newDisk(r), newWatch(r)
	level := zapcore.ErrorLevel
	if t != nil {
		level = zapcore.DebugLevel
	}
	r.log = zap.New(&logCore{LevelEnabler: level, run: r})
	return r
}

// vendorNow is the true time; the bubble's clock is the collector's.
func (r *run) vendorNow() time.Time { return time.Now().Add(-time.Duration(r.ahead.Load())) }

// drawAccess draws credential and limits.
func (r *run) drawAccess(rnd *rand.Rand) {
	r.api.world = r.world
	if share(rnd, 0.5) {
		r.api.tokens = &vendorsim.TokenServer{
			World: r.world, ClientID: "acme-client", ClientSecret: "not-a-real-secret", Auth: vendorsim.SecretInBasic,
			Grants:   map[string]vendorsim.Grant{"client_credentials": {}},
			Lifetime: vendorsim.Pick(rnd, durations("5m", "1h", "0s")...),
		}
	}
	if share(rnd, 0.6) {
		r.api.limit = vendorsim.Limit{Requests: 30 + rnd.IntN(60), Per: time.Minute, Refill: share(rnd, 0.5)}
		if share(rnd, 0.3) {
			r.api.limit = vendorsim.Limit{Requests: 1500 + rnd.IntN(3000), Per: time.Hour}
		}
		r.api.tell = share(rnd, 0.5)
	}
}

const recovery = 100 * time.Minute // the longest that anything waits before it tries again, and a little

// play lets the history happen and returns when it is over.
func (r *run) play() {
	r.start = r.world.Now()
	tail := time.Duration(0)
	for _, f := range r.feeds {
		tail = max(tail, f.settledAfter()+f.catchUp(r.active))
	}
	if tail += recovery + 30*time.Minute; !r.mode.heals() {
		tail = 0
	}
	if r.mode == clock || r.mode == wild {
		r.drawJump()
	}
	for i, f := range r.feeds {
		f.world, r.api.feeds[f.name] = r.world, f
		f.fill(r.chance.of("events", i), r.start, r.active, r.start.Add(r.active+tail+24*time.Hour), r.mode == beyond)
	}
	r.trace.add("%v for %v, then %v", r.mode, r.active, tail)
	for _, f := range r.feeds {
		r.trace.add("%v", f.shape)
	}
	r.boot()
	r.trouble(r.chance.of("weather", 0))
	if r.healed = r.world.Now(); r.mode.heals() {
		r.trace.add("healed")
		r.clear()
		r.process.arm(noMoment, 0)
		r.pass(tail)
	}
	r.end = r.world.Now()
	r.stop(time.Minute)
	r.ghosts.Wait()
	r.judge()
	r.total.faults = r.fired.n
	for kind, n := range r.world.Faults.Fired() {
		r.total.faults[string(kind)] += n
	}
}

// hit counts a fault that has happened.
func (r *run) hit(kind string) { r.fired.next(kind) }

// drawJump draws how far the collector's clock may be off. A clock that is wrong by
// less than the lateness that nothing uses up must do no harm.
func (r *run) drawJump() {
	r.jump = 3 * 24 * time.Hour
	if r.mode == wild {
		return
	}
	for _, f := range r.feeds {
		r.jump = min(r.jump, f.lateness/4)
		f.spare = f.lateness / 2
	}
}

// fail notes that something must not be.
func (r *run) fail(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.trace.add("FAILURE: %s", text)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.failures) < 20 {
		r.failures = append(r.failures, text)
	}
}

func (r *run) verdict() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.failures, "\n")
}

// trace is what happened, a line per step. The nil trace keeps nothing.
type trace struct {
	mu    sync.Mutex
	lines []string
}

func (t *trace) add(format string, args ...any) {
	if t == nil {
		return
	}
	line := time.Now().UTC().Format("01-02 15:04:05.000000000 ") + fmt.Sprintf(format, args...)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, line)
}
