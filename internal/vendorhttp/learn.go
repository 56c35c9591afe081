package vendorhttp

import (
	"net/http"
	"time"
)

// observe learns from what an answer says about the vendor's limit. reserve is the
// share of what remains that is not ours.
//
// As long as more than that share of the limit remains, the declared rate holds,
// or a faster one that would still leave the share until the reset. From there on,
// our part of what remains is spread until the reset: the class slows down and
// does not stop. Nothing remaining stops it until the reset.
func (b *budget) observe(now time.Time, r reading, reserve float64) {
	if r.remaining < 0 || r.empty() {
		return
	}
	left, known := r.reset, r.hasReset
	if !known {
		left, known = b.rate.per, b.rate.per > 0
	}
	b.most = max(b.most, r.remaining)
	limit := r.limit
	if limit < 0 {
		limit = b.most
	}
	switch ours := r.remaining * (1 - reserve); {
	case !known:
	case r.remaining == 0:
		b.block(now.Add(clampWait(left)))
	case r.remaining <= reserve*limit:
		left = max(left, minWait) // it may be rounded down to nothing
		b.raisedTo = time.Time{}
		b.pace = min(time.Duration(float64(left)/ours), maxWait)
		b.paced = now.Add(left)
	default:
		b.paced = time.Time{}
		if r.hasReset && left > 0 {
			b.raise(now, left, ours, limit*(1-reserve))
		}
	}
}

// raise lets the class go faster than declared until the reset, as fast as our part
// of what remains lasts, and never faster than our part of the limit in the longest
// period seen.
func (b *budget) raise(now time.Time, left time.Duration, ours, ourLimit float64) {
	if b.fixed || b.rate.unlimited() {
		return
	}
	b.window = max(b.window, left, b.rate.per)
	perSecond := min(ours/left.Seconds(), ourLimit/b.window.Seconds())
	requests := int(min(perSecond*b.rate.per.Seconds(), 1e9))
	if requests <= b.rate.requests {
		b.raisedTo = time.Time{}
		return
	}
	b.raised, b.raisedTo = b.rate, now.Add(left)
	b.raised.requests = requests
}

// learn reads the declared headers of an answer and observes them.
func (b *budget) learn(h http.Header, now time.Time, reserve float64) reading {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := readLimits(h, b.headers, now)
	b.observe(now, r, reserve)
	b.wakeFirst()
	return r
}

// throttled blocks the class after a refused answer and returns for how long: for
// as long as the source says, else Retry-After, else until the reset when nothing
// remains, else by the declaration or growing from one second.
func (b *budget) throttled(h http.Header, classified time.Duration, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	wait, told := classified, classified > 0
	if !told {
		wait, told = retryAfter(h, now)
	}
	if r := readLimits(h, b.headers, now); !told && r.limit != 0 && r.remaining <= 0 {
		wait, told = r.reset, r.hasReset
	}
	if !told {
		wait = b.strike(now)
	}
	wait = clampWait(wait)
	b.block(now.Add(wait))
	return wait
}

// succeeded forgets earlier refusals.
func (b *budget) succeeded() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.success()
}
