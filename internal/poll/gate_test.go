package poll

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorhttp/priority"
)

// queue lets n callers wait for g, in order, and returns where they report.
func queue(t *testing.T, g *gate, admitted chan<- string, names ...string) {
	t.Helper()
	for _, name := range names {
		go func() {
			if g.acquire(context.Background(), claim{bytes: 1, live: name[0] == 'l'}) == nil {
				admitted <- name
			}
		}()
		synctest.Wait()
	}
}

func TestGateLetsLiveCallersGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{units: 1}
		require.NoError(t, g.acquire(t.Context(), claim{bytes: 1}))
		admitted := make(chan string, 99)
		queue(t, g, admitted, "r1", "r2", "l1", "r3", "l2")
		var order []string
		for range 5 {
			g.release(claim{bytes: 1})
			synctest.Wait()
			order = append(order, <-admitted)
		}
		assert.Equal(t, []string{"l1", "l2", "r1", "r2", "r3"}, order)
	})
}

func TestGateStarvesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{units: 1}
		require.NoError(t, g.acquire(t.Context(), claim{bytes: 1}))
		admitted := make(chan string, 99)
		queue(t, g, admitted, "r")
		var order []string
		for range 2 * fairness {
			queue(t, g, admitted, "l", "l")
			g.release(claim{bytes: 1})
			synctest.Wait()
			order = append(order, <-admitted)
		}
		assert.Contains(t, order, "r")
		for range 2*2*fairness - 2*fairness + 1 {
			g.release(claim{bytes: 1})
			synctest.Wait()
			<-admitted
		}
	})
}

func TestGateBoundsBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{units: 10, room: 100}
		require.NoError(t, g.acquire(t.Context(), claim{bytes: 60}))
		require.NoError(t, g.acquire(t.Context(), claim{bytes: 40}))
		enter := func(bytes int64) chan struct{} {
			in := make(chan struct{})
			go func() {
				if g.acquire(context.Background(), claim{bytes: bytes}) == nil {
					close(in)
				}
			}()
			synctest.Wait()
			return in
		}
		waits := func(in chan struct{}) bool {
			synctest.Wait()
			select {
			case <-in:
				return false
			default:
				return true
			}
		}
		third := enter(10)
		assert.True(t, waits(third))
		g.adjust(60, 95) // larger than thought
		g.release(claim{bytes: 40})
		assert.True(t, waits(third))
		g.adjust(95, 20)
		assert.False(t, waits(third))
		huge := enter(1000)
		assert.True(t, waits(huge))
		g.release(claim{bytes: 20})
		g.release(claim{bytes: 10})
		assert.False(t, waits(huge), "alone, anything fits")
		g.release(claim{bytes: 1000})
		assert.Zero(t, g.bytes)
		assert.Zero(t, g.used)
	})
}

func TestGateForgetsWhoGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{units: 1}
		require.NoError(t, g.acquire(t.Context(), claim{bytes: 1}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, g.acquire(ctx, claim{bytes: 1, live: true}), context.DeadlineExceeded)
		require.ErrorIs(t, g.acquire(ctx, claim{bytes: 1, live: true}), context.DeadlineExceeded, "at once")
		g.release(claim{bytes: 1})
		require.NoError(t, g.acquire(t.Context(), claim{bytes: 1}))
		g.release(claim{bytes: 1})
		assert.Zero(t, g.used)
		assert.Zero(t, g.bytes)
	})
}

func TestGateLeavesUnitsToTheHealthy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{units: 4, infirm: 2}
		ill := claim{ailing: true}
		for range 2 {
			require.NoError(t, g.acquire(t.Context(), ill))
		}
		admitted := 0
		for range 3 {
			go func() {
				if g.acquire(context.Background(), ill) == nil {
					admitted++
				}
			}()
			synctest.Wait()
		}
		assert.Zero(t, admitted, "half of the units is all they get")
		for range 2 {
			require.NoError(t, g.acquire(t.Context(), claim{}), "the healthy pass those who wait")
		}
		g.release(claim{})
		synctest.Wait()
		assert.Zero(t, admitted)
		for i := range 3 {
			g.release(ill)
			synctest.Wait()
			assert.Equal(t, i+1, admitted)
		}
		assert.Equal(t, 3, g.used)
		assert.Equal(t, 2, g.ailing)
	})
}

func TestGateUnderPressure(t *testing.T) {
	g := &gate{units: 3, room: 50}
	var wg sync.WaitGroup
	var mu sync.Mutex
	inside := 0
	for i := range 200 {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(context.Background())
			if i%5 == 0 {
				go cancel()
			}
			defer cancel()
			if g.acquire(ctx, claim{bytes: int64(i % 60), live: i%2 == 0}) != nil {
				return
			}
			mu.Lock()
			inside++
			assert.LessOrEqual(t, inside, 3)
			mu.Unlock()
			mu.Lock()
			inside--
			mu.Unlock()
			g.release(claim{bytes: int64(i % 60)})
		})
	}
	wg.Wait()
	assert.Zero(t, g.used)
	assert.Zero(t, g.bytes)
	assert.Empty(t, g.live)
	assert.Empty(t, g.rest)
}

func TestSlotsKnowLiveRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Settings{MaxConcurrentRequests: 1}).Slots()
		require.NoError(t, s.Acquire(t.Context()))
		order := make(chan string, 2)
		go func() { _ = s.Acquire(context.Background()); order <- "rest" }()
		synctest.Wait()
		go func() {
			_ = s.Acquire(priority.Live(context.Background()))
			order <- "live"
		}()
		synctest.Wait()
		s.Release()
		assert.Equal(t, "live", <-order)
		s.Release()
		assert.Equal(t, "rest", <-order)
	})
}
