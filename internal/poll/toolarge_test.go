package poll_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

func TestTooLargeWindowsAreHalved(t *testing.T) {
	for name, tooLarge := range map[string]func(w *world) func(q providers.Query) error{
		"at the first page": func(w *world) func(q providers.Query) error {
			return func(q providers.Query) error {
				if q.Until.Sub(q.Since) > 90*time.Second {
					return &providers.Error{Class: providers.WindowTooLarge}
				}
				return nil
			}
		},
		"at the third page": func(w *world) func(q providers.Query) error {
			return func(q providers.Query) error {
				if q.Cursor == "20" {
					return &providers.Error{Class: providers.WindowTooLarge}
				}
				return nil
			}
		},
		"by the longest chain of pages": func(w *world) func(q providers.Query) error {
			w.stream.Stream.MaxPages = 2
			return nil
		},
		"by a cursor that does not last": func(w *world) func(q providers.Query) error {
			return func(q providers.Query) error {
				if q.Cursor == "20" {
					return &providers.Error{Class: providers.CursorLost}
				}
				return nil
			}
		},
		"by time-outs at the first page": func(w *world) func(q providers.Query) error {
			return func(q providers.Query) error {
				if q.Until.Sub(q.Since) > 5*time.Minute {
					return context.DeadlineExceeded
				}
				return nil
			}
		},
		"by time-outs at the third page": func(w *world) func(q providers.Query) error {
			return func(q providers.Query) error {
				if q.Cursor == "20" {
					return context.DeadlineExceeded
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, windowed())
				ids := w.past(700, 5*time.Second)
				w.vendor.refuse = tooLarge(w)
				w.start()
				run(24 * time.Hour)
				state, err := w.seen.state()
				for range 12 { // longer windows are tried now and then, and some fail
					if state == poll.Running {
						break
					}
					run(5 * time.Minute)
					state, err = w.seen.state()
				}
				w.stop()
				w.exactlyOnce(ids...)
				assert.Equal(t, poll.Running, state, "%v", err)
			})
		})
	}
}

func TestSmallestWindowIsNeverSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, windowed())
		ids := w.past(100, 30*time.Second)
		poison := time.Now().Add(-31 * time.Minute).Truncate(time.Second)
		w.vendor.refuse = func(q providers.Query) error {
			if !q.Since.After(poison) && q.Until.After(poison) {
				return &providers.Error{Class: providers.WindowTooLarge, Message: "too many results"}
			}
			return nil
		}
		w.start()
		var fresh []string
		for i := range 60 {
			run(time.Minute)
			w.vendor.now(strconv.Itoa(i))
			fresh = append(fresh, strconv.Itoa(i))
		}
		run(time.Minute)
		for _, id := range fresh {
			assert.Less(t, w.sink.delay(t, id), 3*time.Minute, "live reads go on")
		}
		state, err := w.seen.state()
		assert.Equal(t, poll.Retrying, state)
		require.Error(t, err)
		assert.Contains(t, err.Error(), "nothing of it is skipped")
		assert.Contains(t, err.Error(), "too many results")
		assert.NotZero(t, w.seen.coverage.OldestGap)
		w.change(func() { w.vendor.refuse = nil })
		run(6 * time.Hour)
		w.stop()
		w.exactlyOnce(append(ids, fresh...)...)
		state, _ = w.seen.state()
		assert.Equal(t, poll.Running, state)
	})
}

func TestTooLargePagesAreHalved(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		w := newWorld(t, traits)
		ids := w.past(40, 10*time.Second)
		w.vendor.refuse = func(q providers.Query) error {
			if q.PageSize > 3 && q.Cursor != "" {
				return &providers.Error{Class: providers.PageTooLarge}
			}
			return nil
		}
		w.start()
		run(30 * time.Second)
		w.stop()
		w.exactlyOnce(ids...)
		state, err := w.seen.state()
		assert.Equal(t, poll.Running, state, "%v", err)
	})
}

func TestFailingWindowYieldsToLiveReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, windowed())
		ids := w.past(100, 30*time.Second)
		begin := time.Now()
		w.vendor.refuse = func(q providers.Query) error {
			if q.Until.Before(begin.Add(-10 * time.Minute)) {
				return errors.New("deep reads fail")
			}
			return nil
		}
		w.start()
		var fresh []string
		for i := range 40 {
			run(time.Minute)
			w.vendor.now(strconv.Itoa(i))
			fresh = append(fresh, strconv.Itoa(i))
		}
		run(time.Minute)
		for _, id := range fresh {
			assert.Less(t, w.sink.delay(t, id), 2*time.Minute)
		}
		w.change(func() { w.vendor.refuse = nil })
		run(3 * time.Hour)
		w.stop()
		w.exactlyOnce(append(ids, fresh...)...)
	})
}
