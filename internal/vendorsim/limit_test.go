package vendorsim_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

func TestFixedWindowLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		limit := vendorsim.Limit{Requests: 3, Per: time.Minute}
		window := time.Now().UTC().Truncate(time.Minute)
		time.Sleep(20 * time.Second) // fake time
		for left := 2; left >= 0; left-- {
			assert.Equal(t, vendorsim.Usage{Allowed: true, Limit: 3, Remaining: left, Reset: window.Add(time.Minute), Wait: 40}, w.Take("c", limit, 1))
		}
		assert.Equal(t, vendorsim.Usage{Limit: 3, Reset: window.Add(time.Minute), Wait: 40}, w.Take("c", limit, 1))
		assert.True(t, w.Take("other class", limit, 3).Allowed)
		assert.False(t, w.Take("third class", limit, 4).Allowed)
		time.Sleep(40 * time.Second) // fake time
		assert.Equal(t, 2, w.Take("c", limit, 1).Remaining, "a new window")
	})
}

func TestRefillingLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		limit := vendorsim.Limit{Requests: 10, Per: 10 * time.Second, Refill: true}
		assert.Equal(t, 0, w.Take("c", limit, 10).Remaining)
		u := w.Take("c", limit, 2)
		assert.False(t, u.Allowed)
		assert.Equal(t, 2, u.Wait, "two units take two seconds")
		time.Sleep(2 * time.Second) // fake time
		assert.True(t, w.Take("c", limit, 2).Allowed)
		time.Sleep(time.Hour) // fake time
		assert.Equal(t, 9, w.Take("c", limit, 1).Remaining, "never more than full")
	})
}

func TestScaledLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		limit := vendorsim.Limit{Requests: 100, Per: time.Minute}
		w.ScaleLimits(0.05)
		assert.Equal(t, 5, w.Take("c", limit, 1).Limit)
		w.ScaleLimits(0)
		assert.Equal(t, 1, w.Take("c", limit, 0).Limit, "at least one request")
		w.ScaleLimits(2)
		w.Spend("c", 150)
		w.Spend("a class that nobody used", 1)
		assert.Equal(t, 49, w.Take("c", limit, 0).Remaining)
		w.Spend("c", 100)
		assert.Equal(t, 0, w.Take("c", limit, 1).Remaining)
	})
}

func TestResetIsByTheVendorsClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		w.SetSkew(time.Hour)
		u := w.Take("c", vendorsim.Limit{Requests: 1, Per: time.Minute}, 1)
		assert.Equal(t, time.Duration(u.Wait)*time.Second, u.Reset.Sub(w.ServerTime()))
	})
}
