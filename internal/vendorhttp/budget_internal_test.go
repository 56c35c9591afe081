package vendorhttp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/otelactivity/otelactivity/providers"
)

var epoch = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// drawBudget draws a declaration that is within what vendors publish.
func drawBudget(t *rapid.T) providers.Budget {
	return providers.Budget{
		Requests: rapid.IntRange(1, 300).Draw(t, "requests"),
		Per:      rapid.SampledFrom([]time.Duration{time.Second, 7 * time.Second, 10 * time.Second, time.Minute, time.Hour}).Draw(t, "per"),
		Burst:    rapid.IntRange(0, 400).Draw(t, "burst"),
	}
}

// Whatever the declaration, whenever it is asked and blocked: no period of the
// declared length, wherever it begins, has more requests than declared; no stretch
// has more than the bucket gives; and none falls into a block.
func TestNeverMoreThanAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBudget(drawBudget(t), 0)
		now := epoch
		var taken []time.Time
		for range rapid.IntRange(1, 600).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				now = now.Add(time.Duration(rapid.Int64Range(0, int64(2*b.rate.per)).Draw(t, "pause")))
			case 1:
				b.block(now.Add(time.Duration(rapid.Int64Range(0, int64(b.rate.per/2)).Draw(t, "block"))))
			case 2:
				b.observe(now, reading{limit: 100, remaining: float64(rapid.IntRange(0, 50).Draw(t, "left")), reset: b.rate.per, hasReset: true}, 0.5)
			default:
				now = b.earliest(now, 0)
				if now.Before(b.blocked) {
					t.Fatalf("allowed at %v within a block until %v", now, b.blocked)
				}
				b.take(now)
				taken = append(taken, now)
			}
		}
		assertWithin(t, taken, b.rate)
	})
}

func assertWithin(t *rapid.T, taken []time.Time, r rate) {
	first := 0
	for i, at := range taken {
		for at.Sub(taken[first]) >= r.per {
			first++
		}
		if n := i - first + 1; n > r.requests {
			t.Fatalf("%d requests within %v, %d are allowed", n, r.per, r.requests)
		}
	}
	for i := range taken {
		for j := i; j < min(i+3*r.burst, len(taken)); j++ {
			if n, most := j-i+1, r.burst+int(taken[j].Sub(taken[i])/r.gap()); n > most {
				t.Fatalf("%d requests within %v, the bucket gives %d", n, taken[j].Sub(taken[i]), most)
			}
		}
	}
}

// The other side: a client that asks without pause gets nearly all that is allowed.
func TestNotMuchLessThanAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBudget(drawBudget(t), 0)
		now, n := epoch, 0
		for now.Before(epoch.Add(5 * b.rate.per)) {
			now = b.earliest(now, 0)
			b.take(now)
			n++
		}
		least := float64(5*b.rate.requests) * 0.95
		assert.GreaterOrEqual(t, float64(n), least)
		assert.LessOrEqual(t, n, 5*b.rate.requests+1)
	})
}

func TestDefaultBurst(t *testing.T) {
	for name, tt := range map[string]struct {
		declared  providers.Budget
		perMinute int
		want      rate
	}{
		"a tenth":         {providers.Budget{Requests: 60, Per: time.Minute}, 0, rate{60, time.Minute, 6}},
		"at least one":    {providers.Budget{Requests: 5, Per: 10 * time.Second}, 0, rate{5, 10 * time.Second, 1}},
		"declared":        {providers.Budget{Requests: 60, Per: time.Minute, Burst: 20}, 0, rate{60, time.Minute, 20}},
		"beyond the rate": {providers.Budget{Requests: 10, Per: time.Second, Burst: 20}, 0, rate{10, time.Second, 10}},
		"configured":      {providers.Budget{Requests: 60, Per: time.Hour, Burst: 20}, 120, rate{120, time.Minute, 12}},
		"configured only": {providers.Budget{}, 7, rate{7, time.Minute, 1}},
		"none":            {providers.Budget{Burst: 3}, 0, rate{}},
		"no period":       {providers.Budget{Requests: 3}, 0, rate{}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, newBudget(tt.declared, tt.perMinute).rate)
		})
	}
}

func TestSlowerDeclarationWins(t *testing.T) {
	slow, fast, none := providers.Budget{Requests: 1, Per: time.Second, RetryAfter: time.Minute}, providers.Budget{Requests: 50, Per: time.Second}, providers.Budget{}
	for name, tt := range map[string]struct{ first, second providers.Budget }{
		"slow, fast": {slow, fast},
		"fast, slow": {fast, slow},
		"none, slow": {none, slow},
		"slow, none": {slow, none},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBudget(tt.first, 0)
			b.join(tt.second, 0)
			assert.Equal(t, rate{1, time.Second, 1}, b.rate)
			assert.Equal(t, time.Minute, b.retryAfter)
		})
	}
}

func TestObserve(t *testing.T) {
	const perMinute = 60 // one a second, declared with a burst of one
	for name, tt := range map[string]struct {
		reading reading
		reserve float64
		fixed   bool
		// how long after the one before the next request goes (its distance was settled
		// by the one before, but for what slows down), and how many go until the reset
		next  time.Duration
		total int
	}{
		"plenty":              {reading: reading{limit: 60, remaining: 50, reset: 30 * time.Second, hasReset: true}, reserve: 0.5, next: time.Second, total: 30},
		"half of it is ours":  {reading: reading{limit: 60, remaining: 30, reset: 30 * time.Second, hasReset: true}, reserve: 0.5, next: 2 * time.Second, total: 15},
		"little":              {reading: reading{limit: 60, remaining: 6, reset: 30 * time.Second, hasReset: true}, reserve: 0.5, next: 10 * time.Second, total: 3},
		"one":                 {reading: reading{limit: 60, remaining: 1, reset: 30 * time.Second, hasReset: true}, reserve: 0.5, next: 30 * time.Second, total: 1},
		"none":                {reading: reading{limit: 60, remaining: 0, reset: 30 * time.Second, hasReset: true}, reserve: 0.5, next: 30 * time.Second, total: 1},
		"none, reset passed":  {reading: reading{limit: 60, remaining: 0, reset: -time.Second, hasReset: true}, reserve: 0.5, next: time.Second, total: 30},
		"little, no reserve":  {reading: reading{limit: 60, remaining: 6, reset: 30 * time.Second, hasReset: true}, next: time.Second, total: 30},
		"little, reset gone":  {reading: reading{limit: 60, remaining: 6, reset: -time.Second, hasReset: true}, reserve: 0.5, next: time.Second, total: 30},
		"no reset told":       {reading: reading{limit: 60, remaining: 12}, reserve: 0.5, next: 10 * time.Second, total: 3},
		"no limit told":       {reading: reading{limit: -1, remaining: 6, reset: 30 * time.Second, hasReset: true}, reserve: 0.5, next: time.Second, total: 30},
		"limit of zero":       {reading: reading{limit: 0, remaining: 0, reset: 30 * time.Second, hasReset: true}, reserve: 0.5, next: time.Second, total: 30},
		"nothing told":        {reading: reading{limit: -1, remaining: -1}, reserve: 0.5, next: time.Second, total: 30},
		"much more than said": {reading: reading{limit: 600, remaining: 500, reset: 30 * time.Second, hasReset: true}, reserve: 0.5, next: time.Second, total: 1 + 29*5},
		"more, but fixed":     {reading: reading{limit: 600, remaining: 500, reset: 30 * time.Second, hasReset: true}, reserve: 0.5, fixed: true, next: time.Second, total: 30},
		"more for a day":      {reading: reading{limit: 864000, remaining: 864000, reset: 24 * time.Hour, hasReset: true}, reserve: 0.5, next: time.Second, total: 1 + 29*5},
		"less for a day":      {reading: reading{limit: 8640, remaining: 8000, reset: 24 * time.Hour, hasReset: true}, reserve: 0.5, next: time.Second, total: 30},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBudget(providers.Budget{Requests: perMinute, Per: time.Minute, Burst: 1}, 0)
			b.fixed = tt.fixed
			b.take(epoch)
			b.observe(epoch, tt.reading, tt.reserve)
			next := b.earliest(epoch, 0)
			assert.Equal(t, tt.next, next.Sub(epoch).Round(time.Millisecond))
			total := 1
			for next.Before(epoch.Add(30 * time.Second)) {
				b.take(next)
				total++
				next = b.earliest(next, 0)
			}
			assert.InDelta(t, tt.total, total, 1)
		})
	}
}

// When a raised rate ends with the vendor's count, the declared one begins afresh.
func TestRaiseEnds(t *testing.T) {
	b := newBudget(providers.Budget{Requests: 60, Per: time.Minute, Burst: 1}, 0)
	b.observe(epoch, reading{limit: 6000, remaining: 6000, reset: 10 * time.Second, hasReset: true}, 0.5)
	now, n := epoch, 0
	for ; now.Before(epoch.Add(10 * time.Second)); n++ {
		b.take(now)
		now = b.earliest(now, 0)
	}
	assert.InDelta(t, 500, n, 10, "half of 6000 a minute, for ten seconds")
	b.take(now)
	assert.Equal(t, time.Second, b.earliest(now, 0).Sub(now))
	b.observe(now, reading{limit: 6000, remaining: 5000, reset: time.Minute, hasReset: true}, 0.5)
	assert.True(t, b.raisedTo.After(now))
	b.observe(now, reading{limit: 6000, remaining: 2000, reset: time.Minute, hasReset: true}, 0.5)
	assert.False(t, b.raisedTo.After(now), "from the reserve on, no faster than declared")
}

func TestUnlimitedBudgetPaces(t *testing.T) {
	b := newBudget(providers.Budget{}, 0)
	b.take(epoch)
	assert.Equal(t, epoch, b.earliest(epoch, 5))
	b.observe(epoch, reading{limit: 100, remaining: 10, reset: 10 * time.Second, hasReset: true}, 0.5)
	assert.Equal(t, 2*time.Second, b.earliest(epoch, 0).Sub(epoch))
	b.observe(epoch, reading{limit: 100, remaining: 0}, 0.5)
	assert.Equal(t, 2*time.Second, b.earliest(epoch, 0).Sub(epoch), "when it comes back is not told")
	b.observe(epoch, reading{limit: 100, remaining: 90, reset: 10 * time.Second, hasReset: true}, 0.5)
	assert.Equal(t, epoch, b.earliest(epoch, 0))
}
