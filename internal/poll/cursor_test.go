package poll_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

func cursored() providers.Traits {
	return providers.Traits{Resume: providers.ByCursor, Order: providers.OldestFirst, Lateness: time.Hour, Granularity: time.Second}
}

func TestCursorIsKeptOverRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cursored())
		begin := time.Now()
		ids := w.past(25, time.Minute)
		w.start()
		run(10 * time.Minute)
		w.stop()
		queries := w.vendor.queries()
		assert.Equal(t, []string{"", "10", "20", "25", "25"}, cursorsOf(queries[:5]))
		assert.Equal(t, begin.Add(-time.Hour).UTC(), queries[0].Since, "rounded down")
		assert.True(t, queries[0].Until.IsZero())

		w.vendor.now("a")
		w.vendor.forgetQueries()
		w.start()
		run(time.Minute)
		w.stop()
		assert.Equal(t, "25", w.vendor.queries()[0].Cursor)
		assert.Equal(t, queries[0].Since, w.vendor.queries()[0].Since, "of the query that the cursor belongs to")
		w.exactlyOnce(append(ids, "a")...)
	})
}

func cursorsOf(queries []providers.Query) []string {
	cursors := make([]string, len(queries))
	for i, q := range queries {
		cursors[i] = q.Cursor
	}
	return cursors
}

func TestCursorOfAnEmptyPageIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cursored())
		w.vendor.change = func(q providers.Query, p *providers.Page) {
			n, _ := strconv.Atoi(q.Cursor)
			p.Next = strconv.Itoa(n + 1)
		}
		w.start()
		run(10 * time.Minute)
		w.kill()
		last := w.vendor.queries()[len(w.vendor.queries())-1].Cursor
		w.vendor.forgetQueries()
		w.start()
		run(time.Minute)
		w.stop()
		n, err := strconv.Atoi(last)
		require.NoError(t, err)
		assert.Equal(t, strconv.Itoa(n+1), w.vendor.queries()[0].Cursor)
	})
}

func TestEmptyNextKeepsTheCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cursored())
		w.vendor.change = func(q providers.Query, p *providers.Page) {
			if len(p.Events) == 0 {
				p.Next = ""
			}
		}
		w.start()
		run(5 * time.Minute)
		w.vendor.now("a")
		run(2 * time.Minute)
		w.vendor.now("b")
		run(5 * time.Minute)
		w.stop()
		w.exactlyOnce("a", "b")
		cursors := cursorsOf(w.vendor.queries())
		assert.Equal(t, "", cursors[0])
		assert.Equal(t, "2", cursors[len(cursors)-1])
	})
}

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
		w.stop()
		w.exactlyOnce(ids...)
		q := w.vendor.queries()[0]
		assert.Empty(t, q.Cursor)
		assert.WithinDuration(t, newest.Add(-time.Hour), q.Since, time.Second)
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

// TestFeedThatBeginsAtItsOldestEvent is a vendor that cannot be asked from a time:
// without a cursor it begins two weeks ago.
func TestFeedThatBeginsAtItsOldestEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		traits := cursored()
		traits.Lateness, traits.Remember = time.Hour, 24*time.Hour
		w := newWorld(t, traits)
		old := w.past(14*24, time.Hour)
		wanted := slices.Clone(old[:1]) // the lookback is an hour
		w.vendor.now("0")
		wanted = append(wanted, "0")
		w.start()
		for i := 1; i < 200; i++ {
			run(5 * time.Minute)
			w.vendor.now(strconv.Itoa(i))
			wanted = append(wanted, strconv.Itoa(i))
		}
		lost := false
		w.change(func() {
			w.vendor.refuse = func(providers.Query) error {
				if !lost {
					lost = true
					return &providers.Error{Class: providers.CursorLost}
				}
				return nil
			}
		})
		run(time.Hour)
		// Very late, but new: the feed is in the order of arrival.
		w.vendor.add(event{ID: "very late", At: time.Now().Add(-3 * time.Hour), visible: time.Now()})
		run(10 * time.Minute)
		w.stop()
		w.exactlyOnce(append(wanted, "very late")...)
		assert.Greater(t, w.seen.sum().Outside, 300)
	})
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

func TestLongCatchUpForgetsWhatIsOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		traits := cursored()
		traits.Lateness = 10 * time.Minute
		w := newWorld(t, traits)
		w.stream.InitialLookback = 30 * 24 * time.Hour
		w.past(5000, 8*time.Minute)
		most := 0
		w.vendor.change = func(providers.Query, *providers.Page) { most = max(most, len(w.disk.Keys())) }
		w.start()
		run(5 * time.Minute)
		w.stop()
		assert.Len(t, w.sink.ids(), 5000)
		assert.Less(t, w.seen.coverage.Seen, 50)
		assert.Less(t, most, 8, "storage is bounded by lateness, not by history")
	})
}

func TestLatenessOfACursorStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cursored())
		w.past(10, time.Minute)
		w.start()
		run(10 * time.Minute)
		assert.Zero(t, w.seen.sum().Late, "a backfill is not late")
		w.vendor.add(event{ID: "late", At: time.Now().Add(-5 * time.Minute), visible: time.Now()})
		w.vendor.now("in time")
		run(10 * time.Minute)
		w.stop()
		assert.Equal(t, 1, w.seen.sum().Late)
	})
}
