package poll

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// Engine polls streams until it is shut down. It cannot be started again.
type Engine struct {
	set    Settings
	slots  Slots
	flight gate // pages fetched and not yet committed
	pool   sync.Pool

	run  context.Context // fetches, waits, retries: ends when Shutdown begins
	work context.Context // deliveries and commits under way: ends with Shutdown's context
	stop context.CancelFunc
	kill context.CancelFunc

	mu      sync.Mutex
	waiting []*Stream
	started bool
	stopped bool
	loops   sync.WaitGroup
}

// errStopped ends a page that Shutdown abandons.
var errStopped = errors.New("the engine is shutting down")

// New returns an engine that is not started.
func New(s Settings) *Engine {
	s = s.withDefaults()
	if s.Seed == 0 {
		s.Seed = rand.Uint64()
	}
	e := &Engine{set: s, waiting: s.Streams}
	e.slots.gate.units = s.MaxConcurrentRequests
	e.flight.units, e.flight.room = s.MaxPagesInFlight, s.MaxBytesInFlight
	// Streams whose vendor does not answer leave half of the requests to the others.
	e.flight.infirm = max(1, min(s.MaxPagesInFlight, s.MaxConcurrentRequests)/2)
	if s.Faults.Boundless {
		e.flight.units, e.flight.room = math.MaxInt, 0
	}
	e.pool.New = func() any { return &scratch{} }
	e.run, e.stop = context.WithCancel(context.Background())
	e.work, e.kill = context.WithCancel(context.Background())
	return e
}

// Slots returns the request slots that the HTTP clients of all streams share.
func (e *Engine) Slots() *Slots { return &e.slots }

// Add gives the engine more streams. They are polled from Start on, or at once when
// it is started; after Shutdown Add does nothing.
func (e *Engine) Add(streams []*Stream) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.waiting = append(e.waiting[:len(e.waiting):len(e.waiting)], streams...)
	if e.started {
		e.launch()
	}
}

// Start begins to poll and returns at once. First polls are spread over 20 ms per
// stream, and over no more than the poll interval.
func (e *Engine) Start() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.started = true
	e.launch()
}

const startSpread = 20 * time.Millisecond

func (e *Engine) launch() {
	if e.stopped {
		return
	}
	spread := time.Duration(len(e.waiting)) * startSpread
	for _, s := range e.waiting {
		l := newLoop(e, s)
		e.loops.Go(func() { l.main(e.run, min(spread, s.PollInterval)) })
	}
	e.waiting = nil
}

// Shutdown stops polling. Fetches and waits are abandoned; a page that the pipeline
// has in its hands is committed once it is accepted. When ctx ends first, the page
// is left to be read again and Shutdown returns the context's error. Deliver is not
// called after Shutdown has begun.
func (e *Engine) Shutdown(ctx context.Context) error {
	e.mu.Lock()
	e.stopped = true
	e.mu.Unlock()
	sleep(ctx, e.set.StopPause)
	e.stop()
	defer e.kill()

	done := make(chan struct{})
	go func() {
		e.loops.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-done:
		return nil
	default:
		return ctx.Err()
	}
}

// deliver hands a batch to the sink, unless Shutdown has begun.
func (e *Engine) deliver(b *Batch) error {
	e.mu.Lock()
	stopped := e.stopped
	e.mu.Unlock()
	if stopped {
		return errStopped
	}
	return e.set.Sink.Deliver(e.work, b)
}
