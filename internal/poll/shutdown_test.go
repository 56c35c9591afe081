package poll_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

func TestShutdown(t *testing.T) {
	for name, tt := range map[string]struct {
		prepare   func(w *world, busy chan struct{})
		delivered int // of the first page
		committed bool
	}{
		"in the first wait": {func(_ *world, busy chan struct{}) { close(busy) }, 0, false},
		"in fetch": {func(w *world, busy chan struct{}) {
			w.vendor.onFetch = func(ctx context.Context, _ providers.Query) {
				close(busy)
				<-ctx.Done()
			}
		}, 0, false},
		"in the wait for a budget": {func(w *world, busy chan struct{}) {
			w.client.ready = func(ctx context.Context, _ bool) error {
				close(busy)
				<-ctx.Done()
				return ctx.Err()
			}
		}, 0, false},
		"in a retry of fetch": {func(w *world, busy chan struct{}) {
			w.vendor.refuse = func(providers.Query) error {
				if len(w.vendor.asked) == 5 {
					close(busy)
				}
				return errors.New("down")
			}
		}, 0, false},
		"in deliver, which goes on": {func(w *world, busy chan struct{}) {
			w.sink.deliver = func(context.Context, *poll.Batch) error {
				close(busy)
				time.Sleep(30 * time.Second)
				return nil
			}
		}, 10, true},
		"in deliver, which fails": {func(w *world, busy chan struct{}) {
			w.sink.deliver = func(context.Context, *poll.Batch) error {
				close(busy)
				time.Sleep(30 * time.Second)
				return errors.New("no")
			}
		}, 0, false},
		"in a retry of deliver": {func(w *world, busy chan struct{}) {
			n := 0
			w.sink.deliver = func(context.Context, *poll.Batch) error {
				if n++; n == 5 {
					close(busy)
				}
				return errors.New("full")
			}
		}, 0, false},
		"in a retry of commit": {func(w *world, busy chan struct{}) {
			n := 0
			w.disk.Fail = func(ops []*storage.Operation) error {
				if n++; n > 2 && ledgertest.Writes(ops) {
					if n == 6 {
						close(busy)
					}
					return storage.ErrStorageFull
				}
				return nil
			}
		}, 10, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, windowed())
				ids := w.past(25, 10*time.Second)
				w.stream.InitialLookback = 3 * time.Hour
				busy := make(chan struct{})
				tt.prepare(w, busy)
				w.start()
				<-busy
				w.stop()
				calls := w.sink.calls
				assert.Len(t, w.sink.ids(), tt.delivered)
				run(time.Hour)
				assert.Equal(t, calls, w.sink.calls, "nothing is delivered after Shutdown")

				w.vendor.onFetch, w.vendor.refuse, w.sink.deliver, w.client.ready, w.disk.Fail = nil, nil, nil, nil, nil
				w.start()
				run(3 * time.Hour)
				w.stop()
				if tt.delivered > 0 && !tt.committed {
					got := w.sink.ids()
					slices.Sort(got)
					assert.Len(t, got, 35, "the page comes again")
					assert.Len(t, slices.Compact(got), 25)
					return
				}
				w.exactlyOnce(ids...)
			})
		})
	}
}

func TestShutdownObeysItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, windowed())
		w.past(5, 10*time.Second)
		var given error
		w.sink.deliver = func(ctx context.Context, _ *poll.Batch) error {
			<-ctx.Done()
			given = ctx.Err()
			return ctx.Err()
		}
		w.start()
		run(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		begin := time.Now()
		require.ErrorIs(t, w.engine.Shutdown(ctx), context.DeadlineExceeded)
		assert.Equal(t, 5*time.Second, time.Since(begin))
		synctest.Wait()
		assert.ErrorIs(t, given, context.Canceled, "the pipeline is told")
		assert.Empty(t, w.sink.ids())
	})
}

func TestShutdownOfAnEngineThatWasNeverStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, windowed())
		w.set.Sink = w.sink
		e := poll.New(w.set)
		require.NoError(t, e.Shutdown(t.Context()))
		require.NoError(t, e.Shutdown(t.Context()), "twice")
		e.Add([]*poll.Stream{w.stream})
		e.Start()
		run(time.Hour)
		assert.Empty(t, w.vendor.queries())
	})
}

// TestAbandonedPageIsReadAgain is a shutdown in which one read gives up its page while
// others of the stream still commit: they must not write what it has noted as seen.
func TestAbandonedPageIsReadAgain(t *testing.T) {
	for i := range 10 {
		synctest.Test(t, func(t *testing.T) {
			traits := windowed()
			traits.Parallel = 3
			w := newWorld(t, traits)
			w.set.StopPause = 5 * time.Millisecond
			w.stream.InitialLookback = 10 * time.Hour
			w.stream.Filter.ActorIDs = []string{"jane"}
			var ids []string
			begin := time.Now()
			for k := range 2900 { // hours in which there is something to deliver, and others
				e := event{ID: fmt.Sprint("e", k), At: begin.Add(-time.Duration(k+1) * 12 * time.Second), Actor: "joe"}
				if e.At.Hour()%2 == 0 {
					e.Actor, ids = "jane", append(ids, e.ID)
				}
				w.vendor.add(e)
			}
			w.vendor.onFetch = func(_ context.Context, q providers.Query) {
				time.Sleep(time.Duration(1+len(q.Cursor)%3) * time.Millisecond)
			}
			w.sink.deliver = func(context.Context, *poll.Batch) error { time.Sleep(2 * time.Millisecond); return nil }
			w.start()
			time.Sleep(time.Duration(100+3*i) * time.Millisecond)
			w.stop()
			w.start()
			run(12 * time.Hour)
			w.stop()
			w.exactlyOnce(ids...)
		})
	}
}

// deafDisk does not look at its context, like file_storage.
type deafDisk struct{ *ledgertest.Memory }

func (d deafDisk) Batch(_ context.Context, ops ...*operation) error {
	return d.Memory.Batch(context.Background(), ops...)
}

// TestEngineThatWasGivenUpWritesNothing is a lead that is lost and won again while the
// pipeline still has a page of the old engine: the ledger is the new one's.
func TestEngineThatWasGivenUpWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cursored())
		w.set.Storage = deafDisk{w.disk}
		ids := w.past(95, 20*time.Second)
		calls := 0
		w.sink.deliver = func(context.Context, *poll.Batch) error {
			if calls++; calls == 4 {
				time.Sleep(10 * time.Minute)
			}
			return nil
		}
		w.start()
		run(30 * time.Second)
		old := w.engine
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		require.ErrorIs(t, old.Shutdown(ctx), context.DeadlineExceeded)
		w.start()
		for i := range 300 {
			run(time.Second)
			w.vendor.now(strconv.Itoa(i))
			ids = append(ids, strconv.Itoa(i))
		}
		run(15 * time.Minute)
		states := len(w.seen.states)
		require.NoError(t, old.Shutdown(context.Background()), "its page has come back")
		assert.Len(t, w.seen.states, states, "it says nothing any more")
		w.stop()
		w.start()
		run(10 * time.Minute)
		w.stop()
		state, err := w.seen.state()
		assert.Equal(t, poll.Running, state, "%v", err)
		got := map[string]int{}
		for _, id := range w.sink.ids() {
			got[id]++
		}
		repeated := 0
		for _, id := range ids {
			assert.NotZero(t, got[id], id)
			repeated += got[id] - 1
		}
		assert.LessOrEqual(t, repeated, 10, "the page in flight at most")
	})
}
