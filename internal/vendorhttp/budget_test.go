package vendorhttp_test

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/providers"
)

func TestBudgetsByClassAndShare(t *testing.T) {
	shared := &vendorhttp.Shared{}
	budgets := []providers.Budget{
		{Requests: 1, Per: time.Minute, Share: "account"},
		{Class: "files", Requests: 1, Per: time.Minute, Share: "account"},
		{Class: "own", Requests: 1, Per: time.Minute},
	}
	for name, tt := range map[string]struct {
		first, second string // class
		other         *vendorhttp.Shared
		perMinute     int
		instance      string
		vendor        string
		want          time.Duration
	}{
		"one account":               {other: shared, want: time.Minute},
		"one account, other class":  {second: "files", other: shared},
		"own class":                 {first: "own", second: "own", other: shared},
		"undeclared is the default": {second: "unknown", other: shared, want: time.Minute},
		"other receiver":            {},
		"other vendor":              {other: shared, instance: "else/test"},
		"other product of it":       {other: shared, instance: "else/test", vendor: "vendor", want: time.Minute},
		"slower where configured":   {first: "own", second: "own", other: shared, perMinute: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				*shared = vendorhttp.Shared{}
				a := settings(always(200, "{}"), providers.Source{Budgets: budgets})
				b := settings(always(200, "{}"), providers.Source{Budgets: budgets, Vendor: tt.vendor})
				a.Shared, b.Shared, b.RequestsPerMinute = shared, tt.other, tt.perMinute
				b.Instance = cmp.Or(tt.instance, "vendor/other")
				first, second := newClient(t, a), newClient(t, b)
				start := time.Now()
				_, err := first.Do(t.Context(), providers.Request{Class: tt.first})
				require.NoError(t, err)
				_, err = second.Do(t.Context(), providers.Request{Class: tt.second})
				require.NoError(t, err)
				assert.Equal(t, tt.want, time.Since(start))
			})
		})
	}
}

// The configured number holds, whatever the source declares and the vendor says.
func TestRequestsPerMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := settings(always(200, "{}", "L", "100000", "R", "99999", "T", "60"), providers.Source{Budgets: []providers.Budget{
			{Requests: 1000, Per: time.Second, Headers: &providers.LimitHeaders{Limit: "L", Remaining: "R", Reset: "T", Kind: providers.ResetSeconds}},
		}})
		s.RequestsPerMinute = 30
		c := newClient(t, s)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		n := 0
		for ; ctx.Err() == nil; n++ {
			_, _ = get(ctx, c, "/v1")
		}
		assert.InDelta(t, 300, n, 5)
	})
}

// A vendor that counts by fixed windows and tells what remains, with other clients
// that use a part of it: alone we are never refused, beside others hardly ever, and
// we do not stand still.
func TestVendorsLimitIsNotReached(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(10, 200).Draw(rt, "limit")
		window := rapid.SampledFrom([]time.Duration{10 * time.Second, time.Minute, time.Hour}).Draw(rt, "window")
		declared := rapid.IntRange(1, 1000).Draw(rt, "declared per window")
		reserve := rapid.SampledFrom([]float64{0.2, 0.5, 0.8}).Draw(rt, "reserve")
		others := rapid.IntRange(0, limit/4).Draw(rt, "requests of others per window")
		synctest.Test(t, func(t *testing.T) {
			v := &windowed{limit: limit, window: window, others: others, began: time.Now()}
			s := settings(v, providers.Source{Budgets: []providers.Budget{{Requests: declared, Per: window, Headers: &providers.LimitHeaders{
				Limit: "L", Remaining: "R", Reset: "T", Kind: providers.ResetSeconds,
			}}}})
			s.Reserve = reserve
			c := newClient(t, s)
			ctx, cancel := context.WithTimeout(t.Context(), 4*window)
			defer cancel()
			for c.Ready(ctx, "", false) == nil {
				_, err := get(ctx, c, "/v1")
				if ctx.Err() == nil && others == 0 {
					assert.Nil(t, err)
				}
			}
			// Others may use up in between what was ours when the vendor last told.
			assert.LessOrEqual(t, v.refused, 8*min(others, 1))
			atLeast := min(float64(declared), float64(limit-others)*(1-reserve)) * 4 * 0.4
			assert.GreaterOrEqual(t, float64(v.total), atLeast-1)
		})
	})
}

// windowed is a vendor that allows a number of requests per fixed window. Others
// use their part evenly.
type windowed struct {
	limit, others        int
	window               time.Duration
	began                time.Time
	used, total, refused int
}

func (v *windowed) RoundTrip(*http.Request) (*http.Response, error) {
	for time.Since(v.began) >= v.window {
		v.began, v.used = v.began.Add(v.window), 0
	}
	past := time.Since(v.began)
	byOthers := int(float64(v.others) * float64(past) / float64(v.window))
	reset := strconv.FormatFloat((v.window - past).Seconds(), 'f', 9, 64)
	if v.used+byOthers >= v.limit {
		v.refused++
		return answer(429, "", "L", strconv.Itoa(v.limit), "R", "0", "T", reset), nil
	}
	v.used++
	v.total++
	return answer(200, "{}", "L", strconv.Itoa(v.limit), "R", strconv.Itoa(v.limit-v.used-byOthers), "T", reset), nil
}
