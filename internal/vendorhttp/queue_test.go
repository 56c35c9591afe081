package vendorhttp_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/internal/vendorhttp/priority"
	"github.com/otelactivity/otelactivity/providers"
)

// arrivals notes which requests arrive, and when.
type arrivals struct {
	mu    sync.Mutex
	start time.Time
	paths []string
	times []time.Duration
}

func (a *arrivals) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.paths = append(a.paths, r.URL.Path)
	a.times = append(a.times, time.Since(a.start))
	return answer(200, "{}"), nil
}

// oneASecond is a client whose source allows a request a second.
func oneASecond(t testing.TB) (*vendorhttp.Client, *arrivals) {
	a := &arrivals{start: time.Now()}
	return newClient(t, settings(a, providers.Source{Budgets: []providers.Budget{{Requests: 1, Per: time.Second}}})), a
}

func every(d time.Duration, n int) (out []time.Duration) {
	for i := range n {
		out = append(out, time.Duration(i)*d)
	}
	return out
}

func TestFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, a := oneASecond(t)
		var want []string
		for i := range 5 {
			path := "/" + strconv.Itoa(i)
			want = append(want, path)
			begin(t.Context(), c, path)
			synctest.Wait()
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		assert.Equal(t, want, a.paths)
		assert.Equal(t, every(time.Second, 5), a.times)
	})
}

func TestLiveGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, a := oneASecond(t)
		for i := range 4 {
			begin(t.Context(), c, "/settle"+strconv.Itoa(i))
			synctest.Wait()
		}
		time.Sleep(1500 * time.Millisecond)
		for i := range 2 {
			begin(priority.Live(t.Context()), c, "/live"+strconv.Itoa(i))
			synctest.Wait()
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"/settle0", "/settle1", "/live0", "/live1", "/settle2", "/settle3"}, a.paths)
		assert.Equal(t, every(time.Second, 6), a.times)
	})
}

func TestPriorityOfContexts(t *testing.T) {
	assert.False(t, priority.IsLive(context.Background()))
	ctx, cancel := context.WithCancel(priority.Live(context.Background()))
	defer cancel()
	assert.True(t, priority.IsLive(ctx))
}

// With more settle requests than the budget takes, at all times, every live request
// takes the very next token.
func TestLiveNeverStarves(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		requests := rapid.IntRange(1, 20).Draw(rt, "requests")
		settlers := rapid.IntRange(1, 8).Draw(rt, "settlers")
		pauses := rapid.SliceOfN(rapid.IntRange(0, 3000), 1, 20).Draw(rt, "milliseconds before each live request")
		viaReady := rapid.Bool().Draw(rt, "through Ready")
		synctest.Test(t, func(t *testing.T) {
			a := &arrivals{start: time.Now()}
			c := newClient(t, settings(a, providers.Source{Budgets: []providers.Budget{{Requests: requests, Per: 10 * time.Second, Burst: 1}}}))
			ctx, cancel := context.WithCancel(t.Context())
			for range settlers {
				go func() {
					for c.Ready(ctx, "", false) == nil {
						_, _ = get(ctx, c, "/settle")
					}
				}()
			}
			gap := 10*time.Second/time.Duration(requests) + time.Millisecond
			for i, pause := range pauses {
				time.Sleep(time.Duration(pause) * time.Millisecond)
				asked := time.Now()
				if viaReady {
					assert.NoError(t, c.Ready(ctx, "", true))
				}
				_, err := get(priority.Live(ctx), c, "/live"+strconv.Itoa(i))
				assert.Nil(t, err)
				assert.LessOrEqual(t, time.Since(asked), gap)
			}
			cancel()
			synctest.Wait()
			assertSpaced(t, a.times, gap-2*time.Millisecond)
		})
	})
}

func assertSpaced(t *testing.T, times []time.Duration, least time.Duration) {
	t.Helper()
	for i := 1; i < len(times); i++ {
		assert.GreaterOrEqual(t, times[i]-times[i-1], least)
	}
}

// After a block nobody storms: those who wait go one by one, whether they wait in
// Ready or in Do, and whether a rate is declared or not.
func TestNoStormAfterABlock(t *testing.T) {
	for name, tt := range map[string]struct {
		budget providers.Budget
		gap    time.Duration
	}{
		"declared":   {providers.Budget{Requests: 10, Per: 20 * time.Second, Burst: 10}, 2 * time.Second},
		"undeclared": {providers.Budget{}, 100 * time.Millisecond},
	} {
		for _, ready := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, ready %v", name, ready), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a := &arrivals{}
					var refused atomic.Bool
					c := newClient(t, settings(transport(func(r *http.Request) (*http.Response, error) {
						if refused.CompareAndSwap(false, true) {
							return answer(429, "", "Retry-After", "60"), nil
						}
						return a.RoundTrip(r)
					}), providers.Source{Budgets: []providers.Budget{tt.budget}}))
					_, err := get(t.Context(), c, "/refused")
					require.Equal(t, providers.Throttled, err.Class)
					a.start = time.Now().Add(time.Minute)
					var passed []time.Duration
					var mu sync.Mutex
					for i := range 5 {
						go func() {
							ctx := t.Context()
							if i%2 == 0 {
								ctx = priority.Live(ctx)
							}
							if ready {
								assert.NoError(t, c.Ready(ctx, "", i%2 == 0))
								mu.Lock()
								passed = append(passed, time.Since(a.start))
								mu.Unlock()
							}
							_, err := get(ctx, c, "/"+strconv.Itoa(i))
							for err != nil { // as the engine does
								assert.Equal(t, providers.Throttled, err.Class)
								time.Sleep(err.RetryAfter)
								_, err = get(ctx, c, "/"+strconv.Itoa(i))
							}
						}()
					}
					time.Sleep(2 * time.Minute)
					synctest.Wait()
					assert.Equal(t, every(tt.gap, 5), a.times)
					if ready {
						assert.Equal(t, every(tt.gap, 5), passed)
					}
				})
			})
		}
	}
}

func TestReadyTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := oneASecond(t)
		start := time.Now()
		require.NoError(t, c.Ready(t.Context(), "", false))
		_, err := get(t.Context(), c, "/1")
		require.Nil(t, err)
		assert.Zero(t, time.Since(start))
		require.NoError(t, c.Ready(t.Context(), "", true))
		assert.Equal(t, time.Second, time.Since(start))
	})
}

// Whoever was let pass and then does not ask keeps the others waiting for a second
// at most.
func TestPromiseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, settings(always(200, "{}"), providers.Source{Budgets: []providers.Budget{{Requests: 1, Per: time.Hour}}}))
		start := time.Now()
		for i := range 3 {
			require.NoError(t, c.Ready(t.Context(), "", false))
			assert.Equal(t, time.Duration(i)*time.Second, time.Since(start))
		}
		_, err := get(t.Context(), c, "/1")
		require.Nil(t, err)
		assert.Equal(t, 2*time.Second, time.Since(start), "who takes does not wait for promises")
	})
}

func TestWaiterThatGivesUpIsPassedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, a := oneASecond(t)
		short, cancel := context.WithTimeout(priority.Live(t.Context()), 500*time.Millisecond)
		defer cancel()
		begin(t.Context(), c, "/1")
		synctest.Wait()
		begin(short, c, "/gone")
		synctest.Wait()
		begin(t.Context(), c, "/2")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"/1", "/2"}, a.paths)
		assert.Equal(t, every(time.Second, 2), a.times)
	})
}
