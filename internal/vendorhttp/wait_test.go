package vendorhttp_test

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/internal/vendorhttp/priority"
	"github.com/otelactivity/otelactivity/providers"
)

// Whoever asks holds a place: it gets that back when a block lasts, and keeps it for
// a short one and for ordinary pacing.
func TestDoDoesNotWaitForABlock(t *testing.T) {
	headers := &providers.LimitHeaders{Limit: "L", Remaining: "R", Reset: "T", Kind: providers.ResetSeconds}
	patient := func(ctx context.Context) context.Context {
		for range 3 {
			assert.False(t, priority.IsPatient(ctx))
			ctx = priority.Refused(ctx)
		}
		return priority.Refused(ctx)
	}
	for name, tt := range map[string]struct {
		budget  providers.Budget
		status  int // of the first answer; default 429
		header  []string
		with    func(context.Context) context.Context
		waits   time.Duration
		refused time.Duration
	}{
		"short":             {header: []string{"Retry-After", "5"}, waits: 5 * time.Second},
		"long":              {header: []string{"Retry-After", "6"}, refused: 6 * time.Second},
		"long, live":        {header: []string{"Retry-After", "6"}, with: priority.Live, refused: 6 * time.Second},
		"refused often":     {header: []string{"Retry-After", "60"}, with: patient, waits: time.Minute},
		"nothing remains":   {budget: providers.Budget{Headers: headers}, status: 200, header: []string{"L", "10", "R", "0", "T", "60"}, refused: time.Minute},
		"declared pace":     {budget: providers.Budget{Requests: 1, Per: time.Minute}, status: 200, waits: time.Minute},
		"pace of the reset": {budget: providers.Budget{Headers: headers}, status: 200, header: []string{"L", "10", "R", "2", "T", "60"}, waits: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				status, header := max(tt.status, 200), tt.header
				if tt.status == 0 {
					status = 429
				}
				s := settings(transport(func(*http.Request) (*http.Response, error) { return answer(status, "{}", header...), nil }),
					providers.Source{Budgets: []providers.Budget{tt.budget}})
				s.Reserve = 0.5
				c := newClient(t, s)
				_, _ = get(t.Context(), c, "/first")
				status, header = 200, nil
				ctx := t.Context()
				if tt.with != nil {
					ctx = tt.with(ctx)
				}
				start := time.Now()
				_, err := get(ctx, c, "/second")
				assert.Equal(t, tt.waits, time.Since(start))
				if tt.refused == 0 {
					require.Nil(t, err)
					return
				}
				require.NotNil(t, err)
				assert.Equal(t, providers.Throttled, err.Class)
				assert.Equal(t, tt.refused, err.RetryAfter)
				assert.Zero(t, err.Status, "the vendor was not asked")
				time.Sleep(err.RetryAfter)
				_, err = get(ctx, c, "/second")
				require.Nil(t, err, "the wait that it says is enough")
			})
		})
	}
}

// Requests that wait for their turn give their places back when a block begins, also
// behind others that hold none; those wait on.
func TestABlockSendsWaitersAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var status atomic.Int32
		status.Store(429)
		c := newClient(t, settings(transport(func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return answer(int(status.Load()), "", "Retry-After", "60"), nil
		}), providers.Source{Budgets: []providers.Budget{{Requests: 1, Per: 3 * time.Second}}}))
		start := time.Now()
		begin(t.Context(), c, "/refused")
		synctest.Wait()
		var ready time.Duration
		go func() {
			assert.NoError(t, c.Ready(t.Context(), "", true))
			ready = time.Since(start)
		}()
		synctest.Wait()
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() {
				_, err := get(t.Context(), c, "/"+strconv.Itoa(i))
				if assert.NotNil(t, err) {
					assert.Equal(t, time.Minute, err.RetryAfter)
				}
			})
		}
		wg.Wait()
		assert.Equal(t, time.Second, time.Since(start))
		status.Store(200)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		assert.Equal(t, time.Minute+time.Second, ready)
	})
}

// What is told of waiting is wall time: many that wait at once wait once, whether in
// Ready, in Do or at the caller's, and nobody waits for what nobody wants.
func TestTimeWaitedIsTold(t *testing.T) {
	oneAMinute := providers.Source{Budgets: []providers.Budget{{Requests: 1, Per: time.Minute}}}
	remaining := providers.Source{Budgets: []providers.Budget{{Headers: &providers.LimitHeaders{Limit: "L", Remaining: "R", Reset: "T", Kind: providers.ResetSeconds}}}}
	many := func(t *testing.T, n int, f func()) {
		var wg sync.WaitGroup
		for range n {
			wg.Go(f)
		}
		wg.Wait()
		synctest.Wait()
	}
	for name, tt := range map[string]struct {
		source providers.Source
		header []string // of the first 16 answers, which are refusals when there is Retry-After
		act    func(*testing.T, *vendorhttp.Client)
		want   time.Duration
	}{
		"nobody waits": {act: func(t *testing.T, c *vendorhttp.Client) {
			many(t, 16, func() { _, _ = get(t.Context(), c, "/x") })
		}},
		"refused together, waiting elsewhere": {header: []string{"Retry-After", "60"}, want: time.Minute, act: func(t *testing.T, c *vendorhttp.Client) {
			many(t, 16, func() { _, _ = get(t.Context(), c, "/x") })
		}},
		"refused together, waiting here": {header: []string{"Retry-After", "60"}, want: time.Minute + 1500*time.Millisecond, act: func(t *testing.T, c *vendorhttp.Client) {
			many(t, 16, func() {
				_, _ = get(t.Context(), c, "/x")
				assert.NoError(t, c.Ready(t.Context(), "", true))
				_, err := get(priority.Live(t.Context()), c, "/x") // after the block one goes every 100 ms
				assert.Nil(t, err)
			})
		}},
		"one after the other, by the declared rate": {source: oneAMinute, want: 10 * time.Minute, act: func(t *testing.T, c *vendorhttp.Client) {
			for range 11 {
				_, err := get(t.Context(), c, "/x")
				assert.Nil(t, err)
			}
		}},
		"together, by the declared rate": {source: oneAMinute, want: 10 * time.Minute, act: func(t *testing.T, c *vendorhttp.Client) {
			many(t, 11, func() { _, err := get(t.Context(), c, "/x"); assert.Nil(t, err) })
		}},
		"before they are sent": {source: oneAMinute, want: time.Minute, act: func(t *testing.T, c *vendorhttp.Client) {
			_, _ = get(t.Context(), c, "/x")
			assert.NoError(t, c.Ready(t.Context(), "", false))
		}},
		"given up": {source: oneAMinute, want: 10 * time.Second, act: func(t *testing.T, c *vendorhttp.Client) {
			_, _ = get(t.Context(), c, "/x")
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			assert.Error(t, c.Ready(ctx, "", false))
		}},
		"a block that nobody meets": {source: remaining, header: []string{"L", "10", "R", "0", "T", "60"}, act: func(t *testing.T, c *vendorhttp.Client) {
			_, _ = get(t.Context(), c, "/x")
		}},
		"a block, waiting elsewhere": {source: remaining, header: []string{"L", "10", "R", "0", "T", "60"}, want: 50 * time.Second, act: func(t *testing.T, c *vendorhttp.Client) {
			_, _ = get(t.Context(), c, "/x")
			time.Sleep(10 * time.Second)
			many(t, 16, func() { _, _ = get(t.Context(), c, "/x") })
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec := &recorder{}
				var n atomic.Int32
				s := settings(transport(func(*http.Request) (*http.Response, error) {
					if n.Add(1) > 16 || tt.header == nil {
						return answer(200, "{}"), nil
					}
					if tt.header[0] == "Retry-After" {
						time.Sleep(time.Second) // they are under way together
						return answer(429, "", tt.header...), nil
					}
					return answer(200, "{}", tt.header...), nil
				}), tt.source)
				s.Observer = rec
				c := newClient(t, s)
				tt.act(t, c)
				time.Sleep(time.Hour) // the last one does not wait
				_, _ = get(t.Context(), c, "/last")
				var sum time.Duration
				for _, d := range rec.throttled {
					sum += d
				}
				assert.Equal(t, tt.want, sum)
			})
		})
	}
}
