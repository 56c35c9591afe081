package poll_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap/zapcore"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

func TestBusyPipelineIsNeverARefetch(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		w := newWorld(t, traits)
		ids := w.past(25, 10*time.Second)
		var first *poll.Batch
		n := 0
		w.sink.deliver = func(_ context.Context, b *poll.Batch) error {
			if n++; n == 2 {
				first = b
			}
			if n >= 2 && n < 20 {
				assert.Same(t, first, b, "the same batch")
				return errors.New("queue is full")
			}
			return nil
		}
		w.start()
		run(2 * time.Hour)
		state, _ := w.seen.state()
		assert.Equal(t, poll.Running, state)
		assert.Equal(t, []poll.State{poll.Running, poll.Retrying, poll.Running}, w.seen.states)
		w.stop()
		w.exactlyOnce(ids...)
		assert.Equal(t, []string{"", "10", "20"}, cursorsOf(w.vendor.queries()[:3]))
		assert.Greater(t, w.vendor.queries()[2].Now.Sub(w.vendor.queries()[1].Now), 8*time.Minute, "the stream stood still")
	})
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		refuse    func(n int, b *poll.Batch) error
		calls     []int // sizes of the batches
		delivered int
		dropped   int
	}{
		"all for good":  {func(int, *poll.Batch) error { return &poll.Refusal{Dropped: 5, Err: errors.New("bad")} }, []int{5}, 0, 5},
		"some for good": {func(int, *poll.Batch) error { return &poll.Refusal{Dropped: 2, Err: errors.New("bad")} }, []int{5}, 3, 2},
		"some again": {func(n int, _ *poll.Batch) error {
			if n == 1 {
				return &poll.Refusal{Rest: []int{1, 3}, Err: errors.New("busy")}
			}
			return nil
		}, []int{5, 2}, 5, 0},
		"some again, then for good": {func(n int, _ *poll.Batch) error {
			switch n {
			case 1:
				return &poll.Refusal{Rest: []int{0, 4}, Err: errors.New("busy")}
			case 2:
				return errors.New("down")
			}
			return fmt.Errorf("wrapped: %w", &poll.Refusal{Dropped: 2, Err: errors.New("bad")})
		}, []int{5, 2, 2}, 3, 2},
		"nonsense indices": {func(n int, _ *poll.Batch) error {
			if n == 1 {
				return &poll.Refusal{Rest: []int{-1, 2, 99}, Err: errors.New("busy")}
			}
			return nil
		}, []int{5, 1}, 5, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, windowed())
				w.past(5, 10*time.Second)
				var calls []int
				w.sink.deliver = func(_ context.Context, b *poll.Batch) error {
					require.Len(t, b.UIDs, len(b.Activities))
					calls = append(calls, len(b.Activities))
					return tt.refuse(len(calls), b)
				}
				w.start()
				run(3 * time.Hour)
				w.stop()
				assert.Equal(t, tt.calls, calls)
				assert.Equal(t, tt.delivered, w.seen.sum().Delivered)
				assert.Equal(t, tt.dropped, w.seen.sum().Dropped)
				if tt.dropped > 0 {
					assert.Equal(t, 1, w.logged(zapcore.ErrorLevel, "refuses"))
				}
			})
		})
	}
}

func TestStorageErrorsStopTheStreamUntilTheyEnd(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		w := newWorld(t, traits)
		ids := w.past(25, 10*time.Second)
		var failing atomic.Bool
		w.disk.Fail = func(ops []*storage.Operation) error {
			if failing.Load() && ledgertest.Writes(ops) {
				return storage.ErrStorageFull
			}
			return nil
		}
		w.sink.deliver = func(context.Context, *poll.Batch) error {
			failing.Store(true)
			return nil
		}
		w.start()
		run(10 * time.Minute)
		assert.Len(t, w.sink.ids(), 10, "one page")
		state, err := w.seen.state()
		assert.Equal(t, poll.Retrying, state)
		assert.ErrorIs(t, err, storage.ErrStorageFull)
		w.change(func() { w.sink.deliver = nil })
		failing.Store(false)
		run(10 * time.Minute)
		w.stop()
		w.exactlyOnce(ids...)
	})
}

func TestUnreadableStateFailsTheStream(t *testing.T) {
	for name, value := range map[string][]byte{"corrupt": []byte("garbage"), "newer": {200, 1, 2, 3, 4, 5}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, windowed())
				key := "v1/acme%2Feu/audit/position"
				require.NoError(t, w.disk.Set(t.Context(), key, value))
				w.past(5, time.Minute)
				w.start()
				run(time.Hour)
				w.stop()
				state, err := w.seen.state()
				assert.Equal(t, poll.Failed, state)
				assert.ErrorContains(t, err, key)
				assert.Empty(t, w.vendor.queries())
				assert.Equal(t, value, w.disk.Value(key), "nothing is reset")
			})
		})
	}
}

func TestStorageThatCannotBeReadAtFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, windowed())
		ids := w.past(5, 10*time.Second)
		n := 0
		w.disk.Fail = func([]*storage.Operation) error {
			if n++; n < 6 {
				return errors.New("database is locked")
			}
			return nil
		}
		w.start()
		run(5 * time.Minute)
		w.stop()
		w.exactlyOnce(ids...)
		assert.Equal(t, []poll.State{poll.Retrying, poll.Running}, w.seen.states)
	})
}

func TestWithoutStorageNothingComesTwice(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		w := newWorld(t, traits)
		w.disk = nil
		ids := w.past(25, 10*time.Second)
		w.start()
		for i := range 100 {
			run(time.Minute)
			w.vendor.now(strconv.Itoa(i))
			ids = append(ids, strconv.Itoa(i))
		}
		run(time.Hour)
		w.stop()
		w.exactlyOnce(ids...)
	})
}
