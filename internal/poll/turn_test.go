package poll

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTurnIsHadInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := newTurn(newJitter(1))
		require.NoError(t, turn.take(t.Context()))
		var had []int
		ends := map[time.Time]bool{} // of the turns, and of the pauses after them
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				assert.NoError(t, turn.take(t.Context()))
				had = append(had, i)
				turn.give()
				mu.Lock()
				defer mu.Unlock()
				ends[time.Now()] = true
			})
		}
		time.Sleep(time.Second)
		begin := time.Now()
		turn.give()
		assert.Equal(t, begin, time.Now(), "who did not wait goes on at once")
		all.Wait()
		assert.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7}, had)
		assert.Len(t, ends, 8, "all go on at moments of their own")
		assert.LessOrEqual(t, time.Since(begin), longestPace)
	})
}

func TestTurnIsNotWaitedForBeyondTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := newTurn(newJitter(1))
		require.NoError(t, turn.take(t.Context()))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.ErrorIs(t, turn.take(ctx), context.DeadlineExceeded)
		turn.give()
		assert.ErrorIs(t, turn.take(ctx), context.DeadlineExceeded, "also when it is free")
		assert.NoError(t, turn.take(t.Context()))
	})
}
