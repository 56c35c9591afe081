package vendorhttp

import (
	"context"
	"slices"
	"time"
)

// rank orders those who wait for a budget: first come first served within a rank,
// and a rank only when all before it are empty. Whoever was let pass by Ready and
// now takes goes before those whom Ready still holds.
type rank int

const (
	liveTake rank = iota
	liveReady
	otherTake
	otherReady
	ranks
)

func rankOf(live, take bool) rank {
	switch {
	case live && take:
		return liveTake
	case live:
		return liveReady
	case take:
		return otherTake
	default:
		return otherReady
	}
}

// promise is a token that Ready told somebody of and nobody has taken yet.
type promise struct {
	until time.Time
	live  bool
}

type waiter struct{ wake chan struct{} }

func (w *waiter) look() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// atOnce takes or promises the token that is there, if nobody waits for one.
func (b *budget) atOnce(r rank) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.first() == nil && b.grant(time.Now(), r)
}

// await blocks until a token is there and takes or promises it. Who is not patient
// gets no token while a block lasts for longer than patience, but its length. Only
// the first in the queue has a timer; it wakes the next.
func (b *budget) await(ctx context.Context, r rank, patient bool) (blocked time.Duration, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := &waiter{wake: make(chan struct{}, 1)}
	b.queues[r] = append(b.queues[r], w)
	defer b.leave(r, w)
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		now := time.Now()
		if left := b.blocked.Sub(now); left > patience && !patient {
			return left, nil
		}
		var timer *time.Timer
		var due <-chan time.Time
		if b.first() == w {
			if b.grant(now, r) {
				return 0, nil
			}
			timer = time.NewTimer(b.next(now, r).Sub(now))
			due = timer.C
		}
		b.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-w.wake:
		case <-due:
		}
		if timer != nil {
			timer.Stop()
		}
		b.mu.Lock()
	}
}

// leave takes a waiter out of its queue and lets the next one look.
func (b *budget) leave(r rank, w *waiter) {
	if i := slices.Index(b.queues[r], w); i >= 0 {
		b.queues[r] = slices.Delete(b.queues[r], i, i+1)
	}
	b.wakeFirst()
}

// first returns whose turn it is, nil when nobody waits.
func (b *budget) first() *waiter {
	for _, q := range b.queues {
		if len(q) > 0 {
			return q[0]
		}
	}
	return nil
}

// wakeFirst makes the first waiter look again, after anything changed.
func (b *budget) wakeFirst() {
	if w := b.first(); w != nil {
		w.look()
	}
}

// wakeTakers makes all look again that may have a place to give back.
func (b *budget) wakeTakers() {
	for _, r := range []rank{liveTake, otherTake} {
		for _, w := range b.queues[r] {
			w.look()
		}
	}
}

// grant gives the token of now to a caller of rank r, if there is one for it.
func (b *budget) grant(now time.Time, r rank) bool {
	b.promises = slices.DeleteFunc(b.promises, func(p promise) bool { return !now.Before(p.until) })
	if b.earliest(now, b.ahead(r)).After(now) {
		return false
	}
	live := r == liveTake || r == liveReady
	if r == liveReady || r == otherReady {
		b.promises = append(b.promises, promise{now.Add(promiseFor), live})
		return true
	}
	if len(b.promises) > 0 {
		own := slices.IndexFunc(b.promises, func(p promise) bool { return p.live == live })
		b.promises = slices.Delete(b.promises, max(own, 0), max(own, 0)+1)
	}
	b.take(now)
	return true
}

// ahead is how many promised tokens Ready must leave alone for a caller of rank r.
// Whoever takes need not ask: the ranks have settled whose turn it is.
func (b *budget) ahead(r rank) int {
	switch r {
	case otherReady:
		return len(b.promises)
	case liveTake, otherTake:
		return 0
	}
	live := 0
	for _, p := range b.promises {
		if p.live {
			live++
		}
	}
	return live
}

// next is when the first waiter, of rank r, looks again.
func (b *budget) next(now time.Time, r rank) time.Time {
	at := b.earliest(now, b.ahead(r))
	for _, p := range b.promises {
		if p.until.Before(at) {
			at = p.until
		}
	}
	return at
}
