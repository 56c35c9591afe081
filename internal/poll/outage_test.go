package poll_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

func TestOutageIsReadNewestFirst(t *testing.T) {
	for name, lateness := range map[string]time.Duration{"longer than lateness": 10 * time.Minute, "shorter than lateness": 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				traits := windowed()
				traits.Lateness, traits.Order = lateness, providers.NewestFirst
				w := newWorld(t, traits)
				w.start()
				run(2 * time.Hour)
				w.stop()
				begin := time.Now()
				var want []string
				for i := range 12 * 60 {
					id := fmt.Sprintf("%03d", i)
					w.vendor.add(event{ID: id, At: begin.Add(time.Duration(i) * time.Minute)})
					want = append(want, id)
				}
				run(12 * time.Hour)
				w.start()
				run(time.Minute)
				first := w.sink.ids()
				require.NotEmpty(t, first)
				assert.Equal(t, want[len(want)-1], first[0], "the newest comes first")
				run(time.Hour)
				w.stop()
				w.exactlyOnce(want...)
				assert.True(t, slices.IsSortedFunc(w.sink.ids(), func(a, b string) int { return strings.Compare(b, a) }), "newest first throughout")
			})
		})
	}
}

func TestLiveReadsGoOnDuringABackfill(t *testing.T) {
	for name, parallel := range map[string]int{"one window": 1, "four windows": 4} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				traits := windowed()
				traits.Parallel = parallel
				w := newWorld(t, traits)
				w.stream.InitialLookback = 10 * 24 * time.Hour
				begin := time.Now()
				var want []string
				for i := range 10 * 24 * 30 {
					id := fmt.Sprint("old", i)
					w.vendor.add(event{ID: id, At: begin.Add(-time.Duration(i+1) * 2 * time.Minute).Add(2 * time.Minute)})
					want = append(want, id)
				}
				w.vendor.onFetch = func(context.Context, providers.Query) { time.Sleep(15 * time.Second) }
				w.start()
				for i := range 30 {
					run(61 * time.Second)
					id := fmt.Sprint("new", i)
					w.vendor.now(id)
					want = append(want, id)
				}
				run(time.Minute)
				assert.Less(t, w.seen.coverage.Settled, 0.9, "the backfill is still running")
				for i := range 29 {
					assert.Less(t, w.sink.delay(t, fmt.Sprint("new", i)), 100*time.Second)
				}
				run(6 * time.Hour)
				w.stop()
				w.exactlyOnce(want...)
			})
		})
	}
}

func TestParallelWindowsAreBounded(t *testing.T) {
	for name, tt := range map[string]struct{ parallel, most int }{"not declared": {0, 1}, "one": {1, 1}, "three": {3, 3}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				traits := windowed()
				traits.Parallel = tt.parallel
				w := newWorld(t, traits)
				w.stream.InitialLookback = 10 * 24 * time.Hour
				for i := range 2000 {
					w.vendor.add(event{ID: fmt.Sprint(i), At: time.Now().Add(-time.Duration(i) * 7 * time.Minute)})
				}
				var inside, most atomic32
				w.vendor.onFetch = func(context.Context, providers.Query) {
					most.max(inside.add(1))
					time.Sleep(time.Second)
					inside.add(-1)
				}
				w.start()
				run(20 * time.Minute)
				w.stop()
				assert.Equal(t, int32(tt.most), most.Load(), "requests at the same time, the live one included")
			})
		})
	}
}

func TestOldestFirstResumesInsideAWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		traits := windowed()
		traits.Order, traits.Lateness = providers.OldestFirst, 10*time.Minute
		w := newWorld(t, traits)
		w.stream.InitialLookback = 2 * time.Hour
		begin := time.Now()
		var want []string
		for i := range 600 {
			w.vendor.add(event{ID: fmt.Sprintf("%03d", i), At: begin.Add(-119 * time.Minute).Add(time.Duration(i) * 11 * time.Second)})
			want = append(want, fmt.Sprintf("%03d", i))
		}
		broken := false
		w.vendor.refuse = func(q providers.Query) error {
			if broken = broken || q.Cursor == "100"; broken {
				return errors.New("the vendor is down")
			}
			return nil
		}
		w.start()
		run(30 * time.Second)
		w.stop()
		require.True(t, broken)
		got := w.sink.ids()
		w.vendor.refuse = nil
		w.vendor.forgetQueries()
		w.start()
		run(time.Hour)
		w.stop()
		w.exactlyOnce(want...)
		repeated := w.seen.sum().Duplicates
		assert.Less(t, repeated, 150, "at most the live overlap and lateness is read again, not the 100 events of the window (%d delivered before)", len(got))
	})
}

func TestDisorderIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		traits := windowed()
		traits.Order = providers.OldestFirst
		w := newWorld(t, traits)
		w.stream.Stream.Fetch = w.vendor.fetch(w.vendor.inWindow(providers.NewestFirst), false)
		var want []string
		for i := range 100 {
			w.vendor.add(event{ID: fmt.Sprint(i), At: time.Now().Add(-time.Duration(i) * 30 * time.Second)})
			want = append(want, fmt.Sprint(i))
		}
		n := 0
		w.vendor.refuse = func(providers.Query) error {
			if n++; n%4 == 0 {
				return &providers.Error{Class: providers.CursorLost}
			}
			return nil
		}
		w.start()
		run(3 * time.Hour)
		w.stop()
		w.exactlyOnce(want...)
		assert.Equal(t, 1, w.logged(zapcore.WarnLevel, "oldest first"))
	})
}

func TestCrashAtEachStep(t *testing.T) {
	for name, crash := range map[string]func(w *world, at int) (reached *bool){
		"in fetch": func(w *world, at int) *bool {
			reached, n := new(bool), 0
			w.vendor.onFetch = func(ctx context.Context, _ providers.Query) {
				if n++; n == at {
					*reached = true
					<-ctx.Done()
				}
			}
			return reached
		},
		"in deliver, before the pipeline has it": func(w *world, at int) *bool {
			reached, n := new(bool), 0
			w.sink.deliver = func(ctx context.Context, _ *poll.Batch) error {
				if n++; n == at {
					*reached = true
					<-ctx.Done()
					return ctx.Err()
				}
				return nil
			}
			return reached
		},
		"in commit": func(w *world, at int) *bool {
			reached, n := new(bool), 0
			w.disk.Fail = func(ops []*operation) error {
				if n++; n == at {
					*reached = true
				}
				if *reached {
					return errors.New("disk is gone")
				}
				return nil
			}
			return reached
		},
	} {
		for _, resume := range []providers.Resume{providers.ByWindow, providers.ByCursor, providers.ByWalk} {
			t.Run(fmt.Sprint(name, " resume ", resume), func(t *testing.T) {
				for at := 1; at < 25; at += 3 {
					synctest.Test(t, func(t *testing.T) {
						traits := windowed()
						traits.Resume = resume
						w := newWorld(t, traits)
						var want []string
						for i := range 100 {
							id := fmt.Sprint(i)
							w.vendor.add(event{ID: id, At: time.Now().Add(-time.Duration(i) * 30 * time.Second)})
							want = append(want, id)
						}
						reached := crash(w, at)
						w.start()
						run(10 * time.Minute)
						w.kill()
						w.vendor.onFetch, w.sink.deliver = nil, nil
						before := len(w.sink.ids())
						w.start()
						run(4 * time.Hour)
						w.stop()
						got := w.sink.ids()
						slices.Sort(got)
						if name == "in commit" && *reached {
							assert.LessOrEqual(t, len(got)-100, w.stream.PageSize, "one page is repeated")
							uids := slices.Clone(w.sink.uids)
							slices.Sort(uids)
							assert.Len(t, slices.Compact(uids), 100, "with equal uids")
							got = slices.Compact(got)
						}
						slices.Sort(want)
						assert.Equal(t, want, got, "crash %d after %d events", at, before)
					})
				}
			})
		}
	}
}
