package vendorsim

import (
	"math"
	"time"
)

// Limit is a vendor's rate limit.
type Limit struct {
	Requests int
	Per      time.Duration
	// Refill makes it a token bucket that refills all the time. Otherwise it is a
	// fixed window of length Per, whose full quota comes back at its end.
	Refill bool
}

// Usage is what a limit says after one request.
type Usage struct {
	// Allowed tells whether the request is within the limit.
	Allowed bool
	// Limit is the quota after scaling, Remaining what is left of it.
	Limit, Remaining int
	// Reset is when there is room again (refused) or when the quota is whole again
	// (allowed), by the vendor's clock.
	Reset time.Time
	// Wait is Reset minus the vendor's time, rounded up to whole seconds, at least 1.
	Wait int
}

// quota is guarded by World.mu.
type quota struct {
	used  float64
	since time.Time // start of the window, or time of the last refill
}

// Take charges cost units of a class of requests (one bucket per class; put the
// account into its name where the vendor counts by account) and tells how the
// limit stands. A refused request is not charged.
func (w *World) Take(class string, limit Limit, cost int) Usage {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now().UTC()
	total := int(math.Max(1, math.Round(float64(limit.Requests)*w.scale)))
	q := w.quotas[class]
	if q == nil {
		q = &quota{since: now.Truncate(limit.Per)}
		w.quotas[class] = q
	}
	perUnit := limit.Per / time.Duration(total)
	if limit.Refill {
		q.used = math.Max(0, q.used-float64(now.Sub(q.since))/float64(max(perUnit, 1)))
		q.since = now
	} else if now.Sub(q.since) >= limit.Per || now.Before(q.since) {
		q.used, q.since = 0, now.Truncate(limit.Per)
	}
	u := Usage{Limit: total, Allowed: q.used+float64(cost) <= float64(total)}
	if u.Allowed {
		q.used += float64(cost)
	}
	u.Remaining = int(math.Max(0, math.Floor(float64(total)-q.used)))
	reset := q.since.Add(limit.Per)
	if limit.Refill {
		need := q.used
		if !u.Allowed {
			need = math.Max(0, q.used+float64(cost)-float64(total))
		}
		reset = now.Add(time.Duration(math.Ceil(need * float64(perUnit))))
	}
	u.Reset = reset.Add(w.skew)
	u.Wait = max(1, int(math.Ceil(reset.Sub(now).Seconds())))
	return u
}

// ScaleLimits multiplies all limits: below 1 makes tests meet them quickly, above 1
// keeps them out of the way. A limit is never below one request.
func (w *World) ScaleLimits(factor float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scale = factor
}

// Spend charges a class as another user of the API would.
func (w *World) Spend(class string, cost int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if q := w.quotas[class]; q != nil {
		q.used += float64(cost)
	}
}
