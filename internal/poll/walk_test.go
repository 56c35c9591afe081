package poll_test

import (
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
)

func walked() providers.Traits {
	return providers.Traits{Resume: providers.ByWalk, Order: providers.NewestFirst, Lateness: 10 * time.Minute}
}

func TestWalkStopsBeforeKnownGround(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, walked())
		w.past(1000, time.Minute)
		w.start()
		run(30 * time.Second)
		for _, q := range w.vendor.queries() {
			assert.True(t, q.Since.IsZero())
			assert.True(t, q.Until.IsZero())
		}
		assert.Len(t, w.vendor.queries(), 7, "an hour, and one page that lies before it")
		for i := range 120 {
			run(time.Minute)
			w.vendor.now(strconv.Itoa(i))
		}
		w.vendor.forgetQueries()
		run(time.Hour)
		assert.InDelta(t, 60*1.3, len(w.vendor.queries()), 15, "about one page each minute")
		w.stop()
		assert.Len(t, w.sink.ids(), 61+120-1)
	})
}

func TestWalkWithoutOrderGoesToTheEnd(t *testing.T) {
	for name, declared := range map[string]providers.Order{"declared": providers.Unordered, "found out": providers.NewestFirst} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				traits := walked()
				traits.Order = declared
				w := newWorld(t, traits)
				w.stream.Stream.Fetch = w.vendor.fetch(w.vendor.list(providers.OldestFirst), false)
				ids := w.past(100, time.Minute)
				w.start()
				for i := range 30 {
					run(time.Minute)
					w.vendor.now(strconv.Itoa(i))
					ids = append(ids, strconv.Itoa(i))
				}
				run(time.Minute)
				w.stop()
				w.exactlyOnce(append(ids[:60], ids[100:]...)...)
			})
		})
	}
}

func TestWalkFindsLateEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		traits := walked()
		traits.Lateness = time.Hour
		w := newWorld(t, traits)
		w.start()
		run(2 * time.Hour)
		at := time.Now()
		w.vendor.add(event{ID: "late", At: at, visible: at.Add(50 * time.Minute)})
		run(2 * time.Hour)
		w.stop()
		w.exactlyOnce("late")
		assert.Equal(t, 1, w.seen.sum().Late)
	})
}

// TestWalkOfAnUndatedList is a list whose times say nothing about its order: ids
// alone tell what is known, for as long as they are on it.
func TestWalkOfAnUndatedList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		traits := walked()
		traits.Bounds = providers.IngestionTime
		w := newWorld(t, traits)
		var ids []string
		for i := range 95 {
			ids = append(ids, fmt.Sprint("old", i))
			w.vendor.add(event{ID: ids[i], At: time.Now().Add(-time.Duration(i) * 24 * time.Hour)})
		}
		w.start()
		for i := range 50 {
			run(time.Hour)
			w.vendor.now(strconv.Itoa(i))
			ids = append(ids, strconv.Itoa(i))
		}
		w.vendor.add(event{ID: "in the middle", At: time.Now().Add(-50 * 24 * time.Hour), visible: time.Now()})
		w.kill()
		w.vendor.forgetQueries()
		w.start()
		run(time.Hour)
		w.stop()
		w.exactlyOnce(append(ids, "in the middle")...)
		assert.Less(t, len(w.vendor.queries()), 60+15*15, "live walks stop where everything is known")
		assert.InDelta(t, 146, w.seen.coverage.Seen, 0, "what is on the list is remembered, once")
	})
}

// TestWalkRemembersWhatIsOnTheList is a list that never has to be walked to its end
// for late events, and that events leave.
func TestWalkRemembersWhatIsOnTheList(t *testing.T) {
	for name, order := range map[string]providers.Order{"newest first": providers.NewestFirst, "unordered": providers.Unordered} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				traits := walked()
				traits.Bounds, traits.Lateness, traits.Order = providers.IngestionTime, 0, order
				w := newWorld(t, traits)
				w.stream.PollInterval = 10 * time.Minute
				var ids []string
				for i := range 100 {
					ids = append(ids, fmt.Sprint("old", i))
					w.vendor.add(event{ID: ids[i], At: time.Now().Add(-time.Duration(i) * time.Minute)})
				}
				w.start()
				for i := range 240 {
					run(30 * time.Minute)
					ids = append(ids, strconv.Itoa(i))
					w.change(func() { w.vendor.events = w.vendor.events[1:] })
					w.vendor.now(strconv.Itoa(i))
					if i == 100 { // the clock of the renewal is what the disk has
						w.kill()
						w.start()
					}
					require.LessOrEqual(t, w.seen.coverage.Seen, 100+2*48, "those of the list, and what came and went since they were renewed")
				}
				run(25 * time.Hour)
				w.stop()
				w.exactlyOnce(ids...)
				assert.InDelta(t, 100, w.seen.coverage.Seen, 10, "those of the list, once")
			})
		})
	}
}

func TestWalkIsCutByTheVendorsLastPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		traits := walked()
		traits.MaxPages = 3
		w := newWorld(t, traits)
		ids := w.past(100, time.Minute)
		w.start()
		run(time.Hour)
		w.stop()
		w.exactlyOnce(ids[:30]...)
		assert.Equal(t, map[string]int{"max_pages": 1}, w.seen.skipped)
	})
}
