package vendorhttp

import (
	"cmp"
	"math"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/otelactivity/otelactivity/providers"
)

const (
	// promiseFor is how long a token is kept for a caller whom Ready let pass.
	promiseFor = time.Second
	// recovery is how long after a block requests of a class without a declared rate
	// go out one by one, at recoveryGap.
	recovery    = 10 * time.Second
	recoveryGap = 100 * time.Millisecond
	maxBackoff  = 5 * time.Minute
)

// budget is what one class of requests may take. The zero value is unlimited.
//
// All state is computed from the times of past events: no goroutine and no timer
// of its own; the methods that take now are pure in that sense. A request may go
// at the latest of these moments: when the bucket has a token, when fewer than the
// declared number went out within the declared time, when the pace that was learnt
// allows, and when a block ends.
type budget struct {
	mu       sync.Mutex
	rate     rate
	raised   rate      // until raisedUntil, instead of rate
	raisedTo time.Time // end of raised
	fixed    bool      // the user said the rate: it is never raised

	full    time.Time // when the bucket will be full again
	last    time.Time // of the last token taken
	log     takes
	blocked time.Time

	pace   time.Duration // least distance between requests, until paced
	paced  time.Time
	most   float64       // the highest remaining number seen, where no limit is told
	window time.Duration // the longest time to a reset seen

	headers    *providers.LimitHeaders
	retryAfter time.Duration // declared wait after a refusal without hint
	strikes    int           // refusals without hint in a row
	backoff    backoff.ExponentialBackOff

	queues   [ranks][]*waiter
	promises []promise
}

// rate is a number of requests per time with a burst. The zero value is unlimited.
type rate struct {
	requests int
	per      time.Duration
	burst    int
}

func (r rate) unlimited() bool { return r.requests <= 0 || r.per <= 0 }

// gap is the distance between tokens.
func (r rate) gap() time.Duration {
	return time.Duration(math.Ceil(float64(r.per) / float64(r.requests)))
}

// newBudget returns the budget of a declaration. perMinute, when set, replaces the
// declared rate.
func newBudget(d providers.Budget, perMinute int) *budget {
	r := rate{d.Requests, d.Per, d.Burst}
	if perMinute > 0 {
		r = rate{requests: perMinute, per: time.Minute}
	}
	b := &budget{rate: r.normal(), fixed: perMinute > 0, headers: d.Headers, retryAfter: d.RetryAfter}
	// A declared wait doubles twice, to an hour at most.
	b.backoff = backoff.ExponentialBackOff{
		InitialInterval:     cmp.Or(d.RetryAfter, time.Second),
		RandomizationFactor: 0, // whoever waits adds jitter of its own, which is reproducible
		Multiplier:          2,
		MaxInterval:         max(min(4*d.RetryAfter, time.Hour), maxBackoff),
	}
	return b
}

func (r rate) normal() rate {
	if r.unlimited() {
		return rate{}
	}
	if r.burst <= 0 {
		r.burst = r.requests / 10
	}
	r.burst = min(max(r.burst, 1), r.requests)
	return r
}

// join makes the budget obey a second declaration as well: the slower one wins.
func (b *budget) join(d providers.Budget, perMinute int) {
	other := newBudget(d, perMinute)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fixed = b.fixed || other.fixed
	b.retryAfter = max(b.retryAfter, other.retryAfter)
	if b.rate.unlimited() || !other.rate.unlimited() && other.rate.gap() > b.rate.gap() {
		b.rate = other.rate
	}
}

// current is the rate at a moment. When the vendor's count began anew, what went
// out before under a raised rate no longer counts.
func (b *budget) current(now time.Time) rate {
	if now.Before(b.raisedTo) {
		return b.raised
	}
	if !b.raisedTo.IsZero() {
		b.raisedTo, b.log = time.Time{}, nil
	}
	return b.rate
}

// earliest is when a token can be taken, after ahead others have been.
func (b *budget) earliest(now time.Time, ahead int) time.Time {
	at := later(now, b.blocked)
	if r := b.current(now); !r.unlimited() {
		spare := time.Duration(r.burst-1-ahead) * r.gap()
		at = later(at, b.full.Add(-spare))
		if ahead >= r.burst { // the bucket never has that many: count from now
			at = later(at, now.Add(-spare))
		}
		at = later(at, b.log.free(now, r, ahead))
	}
	if now.Before(b.paced) {
		next := b.last.Add(b.pace)
		if ahead > 0 {
			next = later(next, now).Add(time.Duration(ahead) * b.pace)
		}
		if b.paced.Before(next) {
			next = b.paced
		}
		at = later(at, next)
	}
	return at
}

// take takes the token that is there at now.
func (b *budget) take(now time.Time) {
	b.last = now
	if r := b.current(now); !r.unlimited() {
		b.full = later(b.full, now).Add(r.gap())
		b.log.add(now, r.per)
	}
}

// block stops the class until a moment. At its end one token is there, not a
// burst: whoever waits goes one by one.
func (b *budget) block(until time.Time) {
	if !b.blocked.Before(until) {
		return
	}
	b.blocked = until
	b.wakeTakers()
	r := b.rate
	if r.unlimited() {
		b.pace, b.paced = recoveryGap, until.Add(recovery)
		return
	}
	b.full = later(b.full, until.Add(time.Duration(r.burst-1)*r.gap()))
}

// strike returns how long to wait after a refusal that names no time. While the
// class is blocked, further refusals come from requests that were under way
// already: they make nothing worse.
func (b *budget) strike(now time.Time) time.Duration {
	if now.Before(b.blocked) {
		return b.blocked.Sub(now)
	}
	b.strikes++
	next := b.backoff.NextBackOff()
	if b.strikes == 1 && b.retryAfter > 0 {
		return b.retryAfter
	}
	return min(max(next, b.retryAfter, minWait), b.backoff.MaxInterval)
}

// success forgets the refusals.
func (b *budget) success() {
	if b.strikes > 0 {
		b.strikes = 0
		b.backoff.Reset()
	}
}

// takes remembers when tokens were taken, in at most logGrains grains per period,
// oldest first.
type takes []grain

// grain is a number of tokens taken at nearly the same time.
type grain struct {
	first, last time.Time
	n           int
}

const logGrains = 64

func (l *takes) add(now time.Time, per time.Duration) {
	for len(*l) > 0 && !now.Before((*l)[0].last.Add(per)) {
		*l = (*l)[1:]
	}
	if i := len(*l) - 1; i >= 0 && now.Sub((*l)[i].first) < per/logGrains {
		(*l)[i].last, (*l)[i].n = now, (*l)[i].n+1
		return
	}
	*l = append(*l, grain{now, now, 1})
}

// free is when the tokens of the last period, ahead more and one are within the rate.
func (l takes) free(now time.Time, r rate, ahead int) time.Time {
	over := ahead + 1 - r.requests
	for _, g := range l {
		if now.Before(g.last.Add(r.per)) {
			over += g.n
		}
	}
	at := now
	for _, g := range l {
		end := g.last.Add(r.per)
		if over <= 0 {
			break
		}
		if now.Before(end) {
			over, at = over-g.n, end
		}
	}
	return at
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
