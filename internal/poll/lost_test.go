package poll_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"go.uber.org/zap/zapcore"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

func TestLostCursorFallsBackToAWindow(t *testing.T) {
	for name, quiet := range map[string]time.Duration{"at once": 0, "after three quiet days": 72 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, cursored())
				ids := w.past(25, time.Minute)
				w.start()
				for i := range 120 {
					w.vendor.now(strconv.Itoa(i))
					ids = append(ids, strconv.Itoa(i))
					run(time.Minute)
				}
				newest := time.Now().Add(-time.Minute)
				run(quiet)
				lost := false
				w.change(func() {
					w.vendor.asked = nil
					w.vendor.refuse = func(q providers.Query) error {
						if !lost {
							lost = true
							return &providers.Error{Class: providers.CursorLost, Message: "unknown cursor"}
						}
						return nil
					}
				})
				run(10 * time.Minute)
				w.vendor.now("after")
				run(2 * time.Minute)
				w.stop()
				w.exactlyOnce(append(ids, "after")...)
				q := w.vendor.queries()[1]
				assert.Empty(t, q.Cursor)
				assert.WithinDuration(t, newest.Add(-time.Hour), q.Since, time.Second, "the newest event minus lateness")
				assert.Equal(t, 1, w.logged(zapcore.WarnLevel, "refuses the cursor"))
				state, _ := w.seen.state()
				assert.Equal(t, poll.Running, state)
			})
		})
	}
}

func TestCursorThatIsAlwaysRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cursored())
		w.vendor.refuse = func(providers.Query) error { return &providers.Error{Class: providers.CursorLost} }
		w.start()
		run(time.Hour)
		w.stop()
		state, err := w.seen.state()
		assert.Equal(t, poll.Retrying, state)
		assert.Equal(t, providers.CursorLost, providers.ClassOf(err))
		assert.Less(t, len(w.vendor.queries()), 40, "with backoff")
	})
}

func TestRestartDropsTheCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cursored())
		w.stream.InitialLookback = 10 * time.Hour
		ids := w.past(30, 10*time.Minute)
		newest := time.Now()
		w.vendor.change = func(_ providers.Query, p *providers.Page) {
			if !p.More {
				p.Next, p.Restart = "", true
			}
		}
		w.start()
		run(30 * time.Second)
		w.vendor.forgetQueries()
		run(time.Minute)
		q := w.vendor.queries()[0]
		assert.Empty(t, q.Cursor)
		assert.WithinDuration(t, newest.Add(-time.Hour), q.Since, time.Second)
		run(6 * time.Hour)
		w.stop()
		w.exactlyOnce(ids...)
		assert.Zero(t, w.seen.coverage.Gap, "nothing happens, so nothing is missing")
	})
}

func TestChangedFiltersDropTheCursor(t *testing.T) {
	for name, change := range map[string]func(s *poll.Stream){
		"of the configuration": func(s *poll.Stream) { s.Fingerprint = "other" },
		"of the provider":      func(s *poll.Stream) { s.Stream.Fingerprint = "other" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, cursored())
				w.stream.Fingerprint = "some"
				ids := w.past(25, time.Minute)
				w.start()
				run(5 * time.Minute)
				w.stop()
				change(w.stream)
				w.vendor.forgetQueries()
				w.start()
				run(5 * time.Minute)
				w.stop()
				assert.Empty(t, w.vendor.queries()[0].Cursor)
				assert.Equal(t, 1, w.logged(zapcore.WarnLevel, "filters or query have changed"))
				w.exactlyOnce(ids...)
				w.vendor.forgetQueries()
				w.start()
				run(time.Minute)
				w.stop()
				assert.Equal(t, "25", w.vendor.queries()[0].Cursor, "once")
			})
		})
	}
}

func TestGapBeyondRetentionIsToldOnce(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		traits.Retention = 48 * time.Hour
		w := newWorld(t, traits)
		w.start()
		run(3 * time.Hour)
		w.stop()
		run(10 * 24 * time.Hour)
		var recent []string
		for i := range 10 {
			recent = append(recent, fmt.Sprint(i))
			w.vendor.add(event{ID: recent[i], At: time.Now().Add(-time.Duration(i) * time.Hour)})
		}
		w.start()
		run(3 * time.Hour)
		w.stop()
		w.start()
		run(time.Hour)
		w.stop()
		assert.Equal(t, map[string]int{"retention": 1}, w.seen.skipped)
		assert.Equal(t, 1, w.logged(zapcore.ErrorLevel, "retention"))
		w.exactlyOnce(recent...)
	})
}

func TestFirstBackfillUpToRetentionLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		traits := windowed()
		traits.Retention = 48 * time.Hour
		w := newWorld(t, traits)
		w.stream.InitialLookback = 365 * 24 * time.Hour
		ids := w.past(47, time.Hour)
		w.start()
		run(3 * time.Hour)
		w.stop()
		w.exactlyOnce(ids...)
		assert.Empty(t, w.seen.skipped)
		for _, q := range w.vendor.queries() {
			assert.False(t, q.Since.Before(q.Now.Add(-traits.Retention).Truncate(time.Second)), "%s before %s", q.Since, q.Now)
		}
	})
}

// TestEventFromTheFuture is a wrong time in the middle of a long catch-up, during
// which the cursor is lost.
// TestCatchUpWithAnEventFromTheFuture is an outage of two days, and a cursor that is
// refused soon after the pages that come next have brought an impossible time.
func TestCatchUpWithAnEventFromTheFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		traits := cursored()
		traits.Lateness = 10 * time.Minute
		w := newWorld(t, traits)
		w.stream.PollInterval = 15 * time.Minute
		w.vendor.now("first")
		ids := []string{"first"}
		w.start()
		run(10 * time.Minute)
		w.stop()
		for i := range 48 * 30 {
			e := event{ID: strconv.Itoa(i), At: time.Now(), visible: time.Now()}
			if i == 25 {
				e.At = e.At.Add(240 * time.Hour)
			}
			w.vendor.add(e)
			ids = append(ids, e.ID)
			time.Sleep(2 * time.Minute)
		}
		for lost := range 3 { // once in the catch-up, and when the impossible time is near
			w.vendor.refuse = func(q providers.Query) error {
				if q.Cursor != "" && len(w.vendor.asked) > 10 {
					w.vendor.refuse = nil
					return &providers.Error{Class: providers.CursorLost}
				}
				return nil
			}
			w.vendor.forgetQueries()
			w.stream.Stream.Fetch = w.vendor.since(w.vendor.stream(traits).Fetch)
			w.start()
			run(96 * time.Hour)
			w.vendor.now(fmt.Sprint("after", lost))
			ids = append(ids, fmt.Sprint("after", lost))
			run(time.Hour)
			w.stop()
			assert.Nil(t, w.vendor.refuse, "the cursor was refused")
		}
		w.exactlyOnce(ids...)
	})
}

// since makes a query without cursor begin at its time.
func (v *vendor) since(fetch func(context.Context, providers.Client, providers.Query) (providers.Page, error)) func(context.Context, providers.Client, providers.Query) (providers.Page, error) {
	return func(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
		if q.Cursor == "" {
			v.mu.Lock()
			before := slices.IndexFunc(v.arrivals(time.Now(), q), func(e event) bool { return !e.visible.Before(q.Since) || !e.At.Before(q.Since) })
			v.mu.Unlock()
			q.Cursor = strconv.Itoa(max(before, 0))
		}
		return fetch(ctx, c, q)
	}
}

func TestEventFromTheFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cursored())
		w.stream.InitialLookback = 48 * time.Hour
		ids := w.past(200, 12*time.Minute)
		w.vendor.add(event{ID: "future", At: time.Now().Add(100 * time.Hour), visible: time.Now().Add(-30 * time.Hour)})
		lost := false
		w.vendor.refuse = func(q providers.Query) error {
			if q.Cursor == "120" && !lost {
				lost = true
				return &providers.Error{Class: providers.CursorLost}
			}
			return nil
		}
		w.start()
		run(time.Hour)
		w.stop()
		w.exactlyOnce(append(ids, "future")...)
	})
}
