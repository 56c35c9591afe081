package activityreceiver

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/poll"
)

func slotsOf(requests int) *poll.Slots {
	return poll.New(poll.Settings{MaxConcurrentRequests: requests}).Slots()
}

// free tells how many slots can be had at once, and gives them back.
func free(t *testing.T, s *slots) int {
	t.Helper()
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	n := 0
	for ; n < 100; n++ {
		ctx := t.Context()
		if n >= 4 { // more than there are: do not wait
			ctx = stopped
		}
		if s.Acquire(ctx) != nil {
			break
		}
	}
	for range n {
		s.Release()
	}
	return n
}

func TestSlotsOutliveAnEngine(t *testing.T) {
	s := &slots{}
	s.use(slotsOf(4))
	for range 3 {
		require.NoError(t, s.Acquire(t.Context()))
	}
	s.use(slotsOf(4))
	assert.Equal(t, 4, free(t, s), "the new engine's slots are all free")

	require.NoError(t, s.Acquire(t.Context()))
	for range 4 { // three of the old engine, one of the new
		s.Release()
	}
	assert.Equal(t, 4, free(t, s), "and are again in the end")
	assert.Zero(t, s.stale)
	assert.Zero(t, s.held)
}

func TestSlotsGiveUpWithTheContext(t *testing.T) {
	s := &slots{}
	s.use(slotsOf(1))
	require.NoError(t, s.Acquire(t.Context()))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.Acquire(ctx), context.Canceled)
	s.Release()
	require.NoError(t, s.Acquire(t.Context()))
	s.Release()
}

// A request that waited for the old engine's slots while the new one took over.
func TestSlotOfAnEngineThatIsGone(t *testing.T) {
	s, old := &slots{}, slotsOf(1)
	s.use(old)
	require.NoError(t, s.Acquire(t.Context()))
	waiting := make(chan error)
	go func() { waiting <- s.Acquire(t.Context()) }()
	s.use(slotsOf(4))
	old.Release()
	require.NoError(t, <-waiting)
	s.Release()
	s.Release()
	assert.Equal(t, 4, free(t, s))
	assert.Zero(t, s.held)
}
