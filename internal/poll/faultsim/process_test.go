package faultsim_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/internal/vendorhttp"
)

// moment is a step of a page at which a process can be killed, or told to shut down.
type moment int

const (
	noMoment moment = iota
	beforeDelivery
	afterDelivery // before the ledger is written
	beforeWrite   // the write has begun and does not reach the disk
	afterWrite    // the write is on disk and nobody knows
	inFetch       // told to shut down
	inDelivery    // told to shut down
	moments
)

// process is one life of the collector: an engine, and its hands on the world. Once
// it is dead it changes nothing any more.
type process struct {
	run    *run
	engine *poll.Engine
	wire   *wire
	flight flight

	dead     atomic.Bool
	givenUp  atomic.Bool // another engine does its work
	died     chan struct{}
	told     chan struct{} // closed when the process is to shut down
	stopping atomic.Int64  // when shutdown began; 0: not yet

	mu    sync.Mutex
	armed moment
	after int // how many such moments to let pass
}

func (m moment) String() string {
	return [...]string{
		"never", "killed before a delivery", "killed after a delivery", "killed before a write", "killed after a write",
		"told to shut down in a fetch", "told to shut down in a delivery",
	}[m]
}

const requestSlots = 6

// boot starts a process on what the disk has.
func (r *run) boot() {
	p := &process{run: r, died: make(chan struct{}), told: make(chan struct{})}
	p.wire = &wire{process: p, next: r.transport}
	r.process = p
	p.engine = poll.New(poll.Settings{
		Sink:     sinkFunc(func(ctx context.Context, b *poll.Batch) error { return r.pipeline.deliver(ctx, p, b) }),
		Observer: lookout{r.watch, p}, Storage: client{r.disk, p}, Logger: r.log,
		MaxConcurrentRequests: requestSlots, MaxPagesInFlight: r.places, MaxBytesInFlight: r.room,
		Seed: mix(uint64(r.chance)), Faults: r.planted, StopPause: r.hesitation,
	})
	source := r.source(p)
	http, err := vendorhttp.New(vendorhttp.Settings{
		Instance: "acme", Source: source, HTTP: &http.Client{Transport: p.wire}, Slots: p.engine.Slots(),
		Reserve: 0.5, Logger: zap.NewNop(),
	})
	if err != nil {
		r.fail("no client: %v", err)
		return
	}
	var streams []*poll.Stream
	for i, f := range r.feeds {
		streams = append(streams, &poll.Stream{
			Key: f.key(), Source: source, Stream: source.Streams[i], Client: http, Filter: f.filter,
			PollInterval: f.interval, InitialLookback: f.lookback, Lateness: f.lateness, PageSize: r.pageSize(f),
		})
	}
	p.engine.Add(streams)
	p.engine.Start()
	r.trace.add("boot")
}

// pageSize is what the configuration of this life says.
func (r *run) pageSize(f *feed) int {
	if f.pageSize == 0 || r.total.restarts+r.total.crashes == 0 {
		return f.pageSize
	}
	return f.pageSize/2 + 1 + r.chance.of("page size "+f.name, r.total.restarts+r.total.crashes).IntN(f.pageSize/2)
}

// page returns how many events a page of a stream may have.
func (r *run) page(stream string) int {
	most := 2 // further rows equal to the last one
	if f := r.api.feeds[stream]; f.pageSize > 0 {
		return most + f.MaxPageSize
	}
	return most + defaultPage
}

func (s *shape) key() poll.Key { return poll.Key{Provider: "acme", Instance: "acme", Stream: s.name} }

type sinkFunc func(context.Context, *poll.Batch) error

func (f sinkFunc) Deliver(ctx context.Context, b *poll.Batch) error { return f(ctx, b) }

// arm makes the process end at the n-th moment of a kind from now.
func (p *process) arm(m moment, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed, p.after = m, n
}

// dies reports whether the process dies at this moment.
func (p *process) dies(m moment) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.reaches(m) {
		return false
	}
	p.die()
	return true
}

// mayEnd tells the process to shut down, if this is the moment.
func (p *process) mayEnd(m moment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaches(m) {
		close(p.told)
	}
}

// reaches reports, once, whether this is the moment. p.mu is held.
func (p *process) reaches(m moment) bool {
	if p.armed != m || p.dead.Load() {
		return false
	}
	if p.after--; p.after > 0 {
		return false
	}
	p.armed = noMoment
	p.run.hit(m.String())
	return true
}

// die ends the process at once. p.mu is held.
func (p *process) die() {
	if !p.dead.Swap(true) {
		close(p.died)
	}
}

func (p *process) isDead() bool { return p.dead.Load() }

// hang is what a call of a dead process does: it does not come back while the
// process lives.
func (p *process) hang(ctx context.Context) error {
	<-ctx.Done()
	return errKilled
}

// kill ends the process without any grace.
func (r *run) kill(why string) {
	p := r.process
	p.mu.Lock()
	p.die()
	p.mu.Unlock()
	r.trace.add("killed: %s", why)
	r.total.crashes++
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_ = p.engine.Shutdown(gone) // the process is dead: nothing of this reaches the world
	r.buried()
	r.disk.remember()
}

// stop ends the process as the collector does, with a deadline.
func (r *run) stop(grace time.Duration) {
	began := time.Now()
	r.process.stopping.Store(began.UnixNano())
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	err := r.process.engine.Shutdown(ctx)
	if err != nil {
		r.hit("shutdown beyond its deadline")
	}
	if took := time.Since(began); took > grace {
		r.fail("shutdown took %v where it had %v", took, grace)
	}
	r.trace.add("stopped: %v", err)
	r.total.restarts++
	if err != nil && share(r.chance.of("lead", r.total.restarts), 0.5) {
		r.giveUp()
		return
	}
	r.buried()
}

// giveUp leaves an engine alone whose page is still with the pipeline, as a collector
// does that has lost the lead. The next engine begins beside it.
func (r *run) giveUp() {
	p := r.process
	r.hit("given up in mid-page")
	p.givenUp.Store(true)
	r.pipeline.ended()
	p.wire.settle()
	r.ghosts.Go(func() {
		_ = p.engine.Shutdown(context.Background())
		p.dead.Store(true)
	})
	r.process = nil
}

// buried waits until nothing of the process is left. A goroutine that stays blocked
// is a deadlock, which the bubble reports.
func (r *run) buried() {
	_ = r.process.engine.Shutdown(context.Background())
	r.process.dead.Store(true)
	r.pipeline.ended()
	r.process.wire.settle()
	r.process = nil
}
