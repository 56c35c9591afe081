package poll_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

const day = 24 * time.Hour

// undatedWorld is a world whose events have no time where their id begins with "u".
func undatedWorld(t *testing.T, traits providers.Traits) *world {
	w := newWorld(t, traits)
	w.stream.PollInterval = time.Hour
	w.stream.Stream.Decode = func(e providers.Event) (providers.Activity, error) {
		a, err := decode(e)
		if strings.HasPrefix(a.ID, "u") {
			a.CreatedAt, a.CreatedAtRaw = time.Time{}, "soon"
		}
		return a, err
	}
	return w
}

// live lets days pass with an event without a time every six hours, and one with a
// time between each two. It returns their ids.
func (w *world) live(name string, days int) (ids []string) {
	for i := range 4 * days {
		for _, id := range []string{"u" + name + strconv.Itoa(i), "d" + name + strconv.Itoa(i)} {
			w.vendor.now(id)
			ids = append(ids, id)
			run(3 * time.Hour)
		}
	}
	return ids
}

// TestUndatedEventsOfAListThatIsReadAgain shows the vendor's whole list again after days: to a feed
// that begins at its oldest event without its cursor, and to a walk that goes deep
// because of an outage. No time tells that the events without one are known.
func TestUndatedEventsOfAListThatIsReadAgain(t *testing.T) {
	for name, traits := range map[string]providers.Traits{
		"feed": cursored(), "walk": walked(),
		"walk in any order":    {Resume: providers.ByWalk, Lateness: 10 * time.Minute},
		"feed, kept six days":  {Resume: providers.ByCursor, Lateness: time.Hour, Retention: 6 * day},
		"walk, kept six days":  {Resume: providers.ByWalk, Order: providers.NewestFirst, Lateness: time.Hour, Retention: 6 * day},
		"feed without overlap": {Resume: providers.ByCursor},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := undatedWorld(t, traits)
				if traits.Retention > 0 {
					w.retain(traits.Retention)
				}
				w.start()
				ids := w.live("a", 5)
				w.refuseCursorOnce()
				ids = append(ids, w.live("b", 5)...)
				w.stop()
				w.vendor.now("u in an outage")
				run(2 * day)
				w.refuseCursorOnce()
				w.start()
				ids = append(ids, w.live("c", 5)...)
				w.kill()
				w.refuseCursorOnce()
				w.start()
				run(day)
				w.stop()
				w.exactlyOnce(append(ids, "u in an outage")...)
			})
		})
	}
}

// retain makes the vendor drop events when their time is over.
func (w *world) retain(d time.Duration) {
	w.change(func() {
		w.vendor.onFetch = func(context.Context, providers.Query) {
			w.vendor.mu.Lock()
			defer w.vendor.mu.Unlock()
			for len(w.vendor.events) > 0 && time.Since(w.vendor.events[0].At) > d {
				w.vendor.events = w.vendor.events[1:]
				w.vendor.dropped++
			}
		}
	})
}

// refuseCursorOnce makes a stream by cursor begin again.
func (w *world) refuseCursorOnce() {
	w.change(func() {
		w.vendor.refuse = func(q providers.Query) error {
			if w.stream.Stream.Resume == providers.ByCursor && q.Cursor != "" {
				w.vendor.refuse = nil
				return &providers.Error{Class: providers.CursorLost}
			}
			return nil
		}
	})
}

// TestUndatedIDsAreForgottenWithTheirEvents has a vendor that keeps events for a day:
// a year of them leaves no trace.
func TestUndatedIDsAreForgottenWithTheirEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		traits := cursored()
		traits.Retention = day
		w := undatedWorld(t, traits)
		w.retain(day)
		w.start()
		ids := w.live("a", 100)
		w.stop()
		w.exactlyOnce(ids...)
		assert.Less(t, w.seen.coverage.Seen, 16, "two days of them, and what the stream's overlap takes")
		assert.Less(t, len(w.disk.Keys()), 16)
	})
}

// TestManyUndatedEvents is a vendor of which no event has a time. Only the newest ids
// are remembered, and those of the page just delivered are among them.
func TestManyUndatedEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const pages, perPage = 40, 3000
		w := newWorld(t, cursored())
		w.stream.Stream.Decode = func(e providers.Event) (providers.Activity, error) {
			return providers.Activity{ID: e.Raw}, nil
		}
		first := 0 // of the pages that the vendor has at the moment
		w.stream.Stream.Fetch = func(_ context.Context, _ providers.Client, q providers.Query) (p providers.Page, err error) {
			n := first
			if q.Cursor != "" {
				n, _ = strconv.Atoi(q.Cursor)
			}
			for i := range perPage {
				p.Events = append(p.Events, providers.Event{Raw: strconv.Itoa(n*perPage + i)})
			}
			p.Next, p.More = strconv.Itoa(n+1), n+1 < pages
			if n >= pages {
				return providers.Page{Next: q.Cursor}, nil
			}
			return p, nil
		}
		w.start()
		run(10 * time.Minute)
		w.kill()
		assert.Len(t, w.sink.ids(), pages*perPage)
		assert.InDelta(t, 100_000, w.seen.coverage.Seen, 2*perPage)
		assert.Less(t, len(w.disk.Keys()), 450, "a chunk for 256 ids each")

		first = pages - 100_000/perPage // without its cursor, the feed begins there
		w.stream.Fingerprint = "another filter"
		w.start()
		run(10 * time.Minute)
		w.stop()
		assert.Len(t, w.sink.ids(), pages*perPage, "the newest are known")
		assert.Greater(t, w.seen.sum().Duplicates, 90_000)
	})
}

// TestVeryLateEventOfAQuietFeed is one whose bounds mean when events became available:
// an event that happened days before comes again without the cursor, and its time does
// not tell.
func TestVeryLateEventOfAQuietFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		traits := cursored()
		traits.Bounds = providers.IngestionTime
		w := newWorld(t, traits)
		w.stream.Stream.Fetch = w.vendor.fetch(func(now time.Time, q providers.Query) []event {
			if q.Cursor == "" {
				w.vendor.dropped = 0
				for _, e := range w.vendor.arrivals(now, q) {
					if e.visible.Before(q.Since) {
						w.vendor.dropped++
					}
				}
			}
			return w.vendor.arrivals(now, q)[w.vendor.dropped:]
		}, true)
		w.start()
		run(time.Minute)
		w.vendor.now("first")
		run(3 * day)
		w.vendor.add(event{ID: "very late", At: time.Now().Add(-4 * day), visible: time.Now()})
		run(10 * time.Minute)
		w.vendor.now("second")
		run(20 * time.Minute)
		w.refuseCursorOnce()
		run(2 * time.Hour)
		w.stop()
		w.exactlyOnce("first", "very late", "second")
		state, err := w.seen.state()
		assert.Equal(t, poll.Running, state, "%v", err)
		assert.NotZero(t, w.seen.sum().Duplicates)
	})
}
