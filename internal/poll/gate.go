package poll

import (
	"context"
	"slices"
	"sync"
)

// gate admits callers while it has units and room in bytes. Live callers go first;
// within a kind the order is that of arrival. One turn in fairness goes to the
// other kind when both wait, so that live work that never ends cannot stop the
// rest for ever.
type gate struct {
	units int   // admitted at the same time
	room  int64 // bytes admitted at the same time; 0: not limited

	mu    sync.Mutex
	used  int
	bytes int64
	turns int
	live  []*waiter
	rest  []*waiter
}

type waiter struct {
	bytes    int64
	admitted chan struct{}
}

const fairness = 8

// acquire waits for a unit and for room for bytes. It returns the context's error
// when that ends first, and then holds nothing.
func (g *gate) acquire(ctx context.Context, bytes int64, live bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	if len(g.live) == 0 && len(g.rest) == 0 && g.fits(bytes) {
		g.take(bytes)
		g.mu.Unlock()
		return nil
	}
	w := &waiter{bytes, make(chan struct{})}
	if live {
		g.live = append(g.live, w)
	} else {
		g.rest = append(g.rest, w)
	}
	g.admit()
	g.mu.Unlock()

	select {
	case <-w.admitted:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-w.admitted: // just now: hand it on
		g.give(w.bytes)
	default:
		drop := func(x *waiter) bool { return x == w }
		g.live, g.rest = slices.DeleteFunc(g.live, drop), slices.DeleteFunc(g.rest, drop)
	}
	g.admit()
	return ctx.Err()
}

// release returns a unit and its bytes.
func (g *gate) release(bytes int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.give(bytes)
	g.admit()
}

// adjust corrects what a holder was admitted for. It never waits: what is there is
// there, and the next ones wait for it.
func (g *gate) adjust(from, to int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.bytes += to - from
	g.admit()
}

// fits lets a single holder in whatever its size, so that nothing waits for ever.
func (g *gate) fits(bytes int64) bool {
	return g.used < g.units && (g.room == 0 || g.used == 0 || g.bytes+bytes <= g.room)
}

func (g *gate) take(bytes int64) { g.used, g.bytes = g.used+1, g.bytes+bytes }
func (g *gate) give(bytes int64) { g.used, g.bytes = g.used-1, g.bytes-bytes }

func (g *gate) admit() {
	for {
		queue := &g.live
		if len(g.live) == 0 || len(g.rest) > 0 && g.turns >= fairness-1 {
			queue = &g.rest
		}
		if len(*queue) == 0 || !g.fits((*queue)[0].bytes) {
			return
		}
		if queue == &g.live && len(g.rest) > 0 {
			g.turns++
		} else {
			g.turns = 0
		}
		w := (*queue)[0]
		*queue = slices.Delete(*queue, 0, 1)
		g.take(w.bytes)
		close(w.admitted)
	}
}

type liveKey struct{}

func isLive(ctx context.Context) bool { return ctx.Value(liveKey{}) != nil }

// Slots bounds the requests in flight over all instances. The HTTP clients take one
// for each request.
type Slots struct{ gate gate }

// Acquire waits for a slot, live reads of the engine first. It returns the
// context's error when that ends before.
func (s *Slots) Acquire(ctx context.Context) error { return s.gate.acquire(ctx, 0, isLive(ctx)) }

// Release returns a slot.
func (s *Slots) Release() { s.gate.release(0) }
