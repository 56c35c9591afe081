package poll_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/internal/vendorhttp/priority"
	"github.com/otelactivity/otelactivity/providers"
)

func TestLiveReadsAreMarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, windowed())
		w.stream.InitialLookback = 24 * time.Hour
		begin := time.Now()
		var mu sync.Mutex
		ready := map[bool]int{}
		w.client.ready = func(ctx context.Context, live bool) error {
			mu.Lock()
			defer mu.Unlock()
			assert.Equal(t, live, priority.IsLive(ctx))
			ready[live]++
			return nil
		}
		w.vendor.onFetch = func(ctx context.Context, q providers.Query) {
			live := !q.Since.Before(begin.Add(-20 * time.Minute))
			assert.Equal(t, live, priority.IsLive(ctx), "%s to %s", q.Since, q.Until)
		}
		w.start()
		run(4 * time.Minute)
		w.stop()
		assert.NotZero(t, ready[true])
		assert.NotZero(t, ready[false])
	})
}

func TestStateSaysWhereAStreamIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, windowed())
		w.stream.InitialLookback = 10 * time.Hour
		w.past(60, 10*time.Minute)
		begin := time.Now()
		w.vendor.refuse = func(q providers.Query) error {
			if q.Until.Before(begin.Add(-5 * time.Hour)) {
				return &providers.Error{Class: providers.Denied}
			}
			return nil
		}
		w.start()
		run(30 * time.Minute)
		w.stop()
		c := w.seen.coverage
		assert.WithinDuration(t, begin.Add(-10*time.Hour), c.OldestGap, time.Second)
		assert.Greater(t, c.Gap, 150*time.Minute, "what lies more than five hours back, but for a window that reaches further")
		assert.Less(t, c.Gap, 5*time.Hour+30*time.Minute)
		assert.InDelta(t, 1-c.Gap.Hours()/9.5, c.Settled, 0.02)
		assert.WithinDuration(t, begin, w.seen.coverage.Newest, time.Second)
	})
}

// TestThousandsOfIdleStreams holds what an idle stream costs.
func TestThousandsOfIdleStreams(t *testing.T) {
	const n = 3000
	synctest.Test(t, func(t *testing.T) {
		var c times
		disk := ledgertest.New()
		heap := func() uint64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapInuse + m.StackInuse
		}
		streams := many(n, windowed(), c.fetch)
		for _, s := range streams {
			s.InitialLookback = 0
		}
		before, goroutines := heap(), runtime.NumGoroutine()
		e := poll.New(poll.Settings{Sink: &sink{}, Storage: disk})
		e.Add(streams)
		e.Start()
		run(3 * time.Minute)
		c.take()
		assert.Equal(t, n, runtime.NumGoroutine()-goroutines, "one goroutine each")
		each := (heap() - before) / n
		t.Logf("%d bytes for each stream, state in storage included", each)
		assert.Less(t, each, uint64(16<<10))
		batches, _ := disk.Written()
		run(10 * time.Minute)
		after, _ := disk.Written()
		assert.LessOrEqual(t, after-batches, 3*n, "one write in five minutes")
		require.NoError(t, e.Shutdown(t.Context()))
	})
}
