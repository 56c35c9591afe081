package poll_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

// many returns n streams of one shape that all read by fetch.
func many(n int, traits providers.Traits, fetch func(context.Context, providers.Client, providers.Query) (providers.Page, error)) []*poll.Stream {
	source := &providers.Source{Tenant: "acme.example.com"}
	streams := make([]*poll.Stream, n)
	for i := range streams {
		streams[i] = &poll.Stream{
			Key: poll.Key{Provider: "acme", Instance: fmt.Sprint("acme/", i), Stream: "audit"}, Source: source, Client: client{},
			Stream:       providers.Stream{Name: "audit", Traits: traits, Fetch: fetch, Decode: decode},
			PollInterval: time.Minute, Lateness: traits.Lateness, PageSize: 10,
		}
	}
	return streams
}

// times notes when it was asked.
type times struct {
	mu sync.Mutex
	at []time.Time
}

func (c *times) fetch(context.Context, providers.Client, providers.Query) (providers.Page, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = append(c.at, time.Now())
	return providers.Page{}, nil
}

func (c *times) take() []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.at
	c.at = nil
	return at
}

func TestFirstPollsAreSpread(t *testing.T) {
	for name, tt := range map[string]struct {
		streams      int
		within, peak time.Duration // all begin within; no more than a tenth of them in peak
	}{
		"one":      {1, 20 * time.Millisecond, 0},
		"a few":    {20, 2 * time.Second, 0},
		"hundreds": {1000, 20 * time.Second, time.Second},
		"many":     {3200, time.Minute, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var c times
				e := poll.New(poll.Settings{Sink: &sink{}, Seed: 7})
				traits := cursored()
				e.Add(many(tt.streams, traits, c.fetch))
				begin := time.Now()
				e.Start()
				assert.Equal(t, begin, time.Now(), "Start returns at once")
				run(tt.within)
				at := c.take()
				assert.GreaterOrEqual(t, len(at), tt.streams)
				assert.LessOrEqual(t, len(at), tt.streams+tt.streams/10, "hardly any a second time")
				if tt.peak > 0 {
					assert.Less(t, herd(at, tt.peak), tt.streams/10)
				}
				run(20*time.Minute - tt.within)
				c.take()
				run(2 * time.Minute)
				at = c.take()
				assert.InEpsilon(t, 2*tt.streams, len(at), 0.1, "each polls once a minute")
				if tt.peak > 0 {
					assert.Less(t, herd(at, tt.peak), tt.streams/7)
				}
				require.NoError(t, e.Shutdown(t.Context()))
			})
		})
	}
}

// herd returns how many of the times lie within d of each other.
func herd(at []time.Time, d time.Duration) (most int) {
	slices.SortFunc(at, time.Time.Compare)
	for i := range at {
		j, _ := slices.BinarySearchFunc(at, at[i].Add(d), time.Time.Compare)
		most = max(most, j-i)
	}
	return most
}

func TestNoHerdAfterAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c times
		down := true
		var mu sync.Mutex
		fetch := func(ctx context.Context, cl providers.Client, q providers.Query) (providers.Page, error) {
			mu.Lock()
			defer mu.Unlock()
			if down {
				return providers.Page{}, fmt.Errorf("no network")
			}
			return c.fetch(ctx, cl, q)
		}
		e := poll.New(poll.Settings{Sink: &sink{}, Seed: 7})
		e.Add(many(1000, cursored(), fetch))
		e.Start()
		run(2 * time.Hour)
		mu.Lock()
		down = false
		mu.Unlock()
		run(20 * time.Minute)
		assert.Less(t, herd(c.take(), time.Second), 60)
		require.NoError(t, e.Shutdown(t.Context()))
	})
}

func TestSeedMakesTheJitterReproducible(t *testing.T) {
	record := func(seed uint64) (at []time.Time) {
		synctest.Test(t, func(t *testing.T) {
			var c times
			e := poll.New(poll.Settings{Sink: &sink{}, Seed: seed})
			e.Add(many(1, cursored(), c.fetch))
			e.Start()
			run(time.Hour)
			require.NoError(t, e.Shutdown(t.Context()))
			at = c.take()
		})
		return at
	}
	first := record(3)
	assert.Equal(t, first, record(3))
	assert.NotEqual(t, first, record(4))
}

func TestStreamsCanBeAddedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c times
		streams := many(3, cursored(), c.fetch)
		e := poll.New(poll.Settings{Sink: &sink{}, Streams: streams[:1]})
		e.Start()
		run(30 * time.Second)
		assert.Len(t, c.take(), 1)
		e.Add(streams[1:])
		run(time.Second)
		assert.Len(t, c.take(), 2)
		require.NoError(t, e.Shutdown(t.Context()))
	})
}

func TestPagesInFlightAreBounded(t *testing.T) {
	for name, tt := range map[string]struct {
		pages int
		bytes int64
		most  int
	}{"by number": {3, 1 << 30, 3}, "by bytes": {100, 5 << 20, 5}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var inside, fetched atomic32
				raw := fmt.Sprintf(`{"id":"%01000000d"}`, 0)
				fetch := func(context.Context, providers.Client, providers.Query) (providers.Page, error) {
					fetched.max(inside.add(1))
					time.Sleep(time.Second)
					return providers.Page{Events: []providers.Event{{Raw: raw}}, Next: "x"}, nil
				}
				busy := true
				var mu sync.Mutex
				s := &sink{deliver: func(context.Context, *poll.Batch) error {
					mu.Lock()
					defer mu.Unlock()
					if busy {
						return fmt.Errorf("queue is full")
					}
					inside.add(-1)
					return nil
				}}
				e := poll.New(poll.Settings{Sink: s, MaxPagesInFlight: tt.pages, MaxBytesInFlight: tt.bytes})
				streams := many(50, cursored(), fetch)
				for _, s := range streams {
					s.Stream.Decode = func(providers.Event) (providers.Activity, error) {
						return providers.Activity{ID: "x", RawAction: "x"}, nil
					}
				}
				e.Add(streams)
				e.Start()
				run(10 * time.Minute)
				assert.Equal(t, int32(tt.most), fetched.Load(), "nobody fetches what nobody takes")
				mu.Lock()
				busy = false
				mu.Unlock()
				run(20 * time.Minute)
				assert.Len(t, s.ids(), 50)
				require.NoError(t, e.Shutdown(t.Context()))
			})
		})
	}
}

func TestBudgetComesBeforeAnyPlaceInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c times
		streams := many(10, cursored(), c.fetch)
		blocked := client{ready: func(ctx context.Context, _ bool) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		for _, s := range streams[1:] {
			s.Client = blocked
		}
		e := poll.New(poll.Settings{Sink: &sink{}, MaxPagesInFlight: 1})
		e.Add(streams)
		e.Start()
		run(10 * time.Minute)
		assert.InDelta(t, 10, len(c.take()), 1, "the one with a budget is not in the way of the others")
		require.NoError(t, e.Shutdown(t.Context()))
	})
}

// TestVendorThatHangsDoesNotStarveOthers has hundreds of streams whose every request
// takes the whole time-out.
func TestVendorThatHangsDoesNotStarveOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := func(ctx context.Context, _ providers.Client, _ providers.Query) (providers.Page, error) {
			select {
			case <-time.After(30 * time.Second):
				return providers.Page{}, context.DeadlineExceeded
			case <-ctx.Done():
				return providers.Page{}, ctx.Err()
			}
		}
		const healthy = 10
		var fine times
		e := poll.New(poll.Settings{Sink: &sink{}, Seed: 7})
		e.Add(many(300, cursored(), hang))
		e.Add(many(healthy, cursored(), fine.fetch))
		e.Start()
		run(30 * time.Minute)
		fine.take()
		run(time.Hour)
		assert.GreaterOrEqual(t, len(fine.take()), 55*healthy, "a poll a minute each")
		require.NoError(t, e.Shutdown(context.Background()))
	})
}
