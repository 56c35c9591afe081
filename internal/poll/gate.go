package poll

import (
	"context"
	"slices"
	"sync"

	"github.com/otelactivity/otelactivity/internal/vendorhttp/priority"
)

// gate admits callers while it has units and room in bytes. Live callers go first;
// within a kind the order is that of arrival. One turn in fairness goes to the
// other kind when both wait, so that live work that never ends cannot stop the
// rest for ever. Ailing callers, whose requests are likely to take a unit for the
// length of a time-out, never have more than their share of the units.
type gate struct {
	units  int   // admitted at the same time
	room   int64 // bytes admitted at the same time; 0: not limited
	infirm int   // ailing ones admitted at the same time; 0: not limited

	mu     sync.Mutex
	used   int
	bytes  int64
	ailing int
	turns  int
	live   []*waiter
	rest   []*waiter
}

// claim is what a caller wants of a gate.
type claim struct {
	bytes        int64
	live, ailing bool
}

type waiter struct {
	claim
	admitted chan struct{}
}

const fairness = 8

// acquire waits for a unit and for room for bytes. It returns the context's error
// when that ends first, and then holds nothing.
func (g *gate) acquire(ctx context.Context, c claim) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	if g.eligible(g.live) < 0 && g.eligible(g.rest) < 0 && g.fits(c) {
		g.take(c)
		g.mu.Unlock()
		return nil
	}
	w := &waiter{c, make(chan struct{})}
	if c.live {
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
		g.give(w.claim)
	default:
		drop := func(x *waiter) bool { return x == w }
		g.live, g.rest = slices.DeleteFunc(g.live, drop), slices.DeleteFunc(g.rest, drop)
	}
	g.admit()
	return ctx.Err()
}

// release returns what a claim was admitted for.
func (g *gate) release(c claim) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.give(c)
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
func (g *gate) fits(c claim) bool {
	return g.used < g.units && (g.room == 0 || g.used == 0 || g.bytes+c.bytes <= g.room) && !g.crowded(c)
}

// crowded reports whether an ailing caller has to wait for others of its kind.
func (g *gate) crowded(c claim) bool { return c.ailing && g.infirm > 0 && g.ailing >= g.infirm }

func (g *gate) take(c claim) { g.count(c, 1) }
func (g *gate) give(c claim) { g.count(c, -1) }

func (g *gate) count(c claim, n int) {
	g.used, g.bytes = g.used+n, g.bytes+int64(n)*c.bytes
	if c.ailing {
		g.ailing += n
	}
}

// eligible returns the index of the first waiter of a queue that does not wait for
// its own kind, -1 when there is none.
func (g *gate) eligible(queue []*waiter) int {
	return slices.IndexFunc(queue, func(w *waiter) bool { return !g.crowded(w.claim) })
}

func (g *gate) admit() {
	for {
		queue, next, other := &g.live, g.eligible(g.live), g.eligible(g.rest)
		if next < 0 || other >= 0 && g.turns >= fairness-1 {
			queue, next = &g.rest, other
		}
		if next < 0 || !g.fits((*queue)[next].claim) {
			return
		}
		if queue == &g.live && other >= 0 {
			g.turns++
		} else {
			g.turns = 0
		}
		w := (*queue)[next]
		*queue = slices.Delete(*queue, next, next+1)
		g.take(w.claim)
		close(w.admitted)
	}
}

// Slots bounds the requests in flight over all instances. The HTTP clients take one
// for each request.
type Slots struct{ gate gate }

// Acquire waits for a slot, live reads of the engine first. It returns the
// context's error when that ends before.
func (s *Slots) Acquire(ctx context.Context) error {
	return s.gate.acquire(ctx, claim{live: priority.IsLive(ctx)})
}

// Release returns a slot.
func (s *Slots) Release() { s.gate.release(claim{}) }
