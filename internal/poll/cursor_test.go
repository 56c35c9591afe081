package poll_test

import (
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
		assert.Empty(t, cursors[0])
		assert.Equal(t, "2", cursors[len(cursors)-1])
	})
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

func TestBranchesOfAStreamByCursorAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cursored())
		w.vendor.change = func(_ providers.Query, p *providers.Page) { p.Branches = []string{"x"} }
		w.start()
		run(10 * time.Minute)
		w.stop()
		state, err := w.seen.state()
		assert.Equal(t, poll.Retrying, state)
		assert.ErrorContains(t, err, "branches")
	})
}

// TestProviderChangesItsWayToRead is an update of the program that reads a stream by
// window instead of by cursor, or the other way round.
func TestProviderChangesItsWayToRead(t *testing.T) {
	for name, resumes := range map[string][2]providers.Resume{
		"cursor to window": {providers.ByCursor, providers.ByWindow}, "window to cursor": {providers.ByWindow, providers.ByCursor},
		"walk to window": {providers.ByWalk, providers.ByWindow}, "cursor to walk": {providers.ByCursor, providers.ByWalk},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				traits := cursored()
				traits.Resume, traits.Order = resumes[0], providers.NewestFirst
				w := newWorld(t, traits)
				ids := w.past(30, time.Minute)
				w.start()
				for i := range 600 {
					run(time.Minute)
					w.vendor.now(strconv.Itoa(i))
					ids = append(ids, strconv.Itoa(i))
				}
				w.stop()
				traits.Resume = resumes[1]
				w.stream.Stream = w.vendor.stream(traits)
				run(20 * time.Minute)
				w.vendor.now("after")
				w.start()
				run(6 * time.Hour)
				w.stop()
				w.exactlyOnce(append(ids, "after")...)
			})
		})
	}
}
