package poll_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

func windowed() providers.Traits {
	return providers.Traits{Resume: providers.ByWindow, Order: providers.NewestFirst, Lateness: time.Hour, Granularity: time.Second}
}

func TestLiveAndBackfill(t *testing.T) {
	for name, order := range map[string]providers.Order{"unordered": providers.Unordered, "oldest first": providers.OldestFirst, "newest first": providers.NewestFirst} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				traits := windowed()
				traits.Order = order
				w := newWorld(t, traits)
				begin := time.Now()
				w.vendor.add(event{ID: "too old", At: begin.Add(-61 * time.Minute)})
				var want []string
				for i := range 300 {
					id := "old" + time.Duration(i).String()
					w.vendor.add(event{ID: id, At: begin.Add(-time.Duration(i) * 11 * time.Second)})
					want = append(want, id)
				}
				w.start()
				for i := range 200 {
					run(37 * time.Second)
					id := "new" + time.Duration(i).String()
					w.vendor.now(id)
					want = append(want, id)
				}
				run(3 * time.Hour)
				w.stop()
				w.exactlyOnce(want...)
				assert.Equal(t, []poll.State{poll.Running}, w.seen.states)
				assert.Zero(t, w.seen.sum().Late)
				assert.Greater(t, w.seen.coverage.Settled, 0.9)
				assert.Zero(t, w.seen.coverage.Seen, "everything is settled and forgotten")
			})
		})
	}
}

// TestLateEventsComeWithinMinutes holds the point of the rechecks: an event that
// shows late is delivered soon after, long before lateness is over.
func TestLateEventsComeWithinMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		traits := windowed()
		traits.Lateness = 24 * time.Hour
		w := newWorld(t, traits)
		w.start()
		run(30 * time.Hour)
		at := time.Now()
		delays := []time.Duration{20 * time.Second, 2 * time.Minute, 20 * time.Minute, 2 * time.Hour, 10 * time.Hour, 23 * time.Hour}
		var want []string
		for _, d := range delays {
			w.vendor.add(event{ID: d.String(), At: at, visible: at.Add(d)})
			want = append(want, d.String())
		}
		run(49 * time.Hour)
		w.stop()
		w.exactlyOnce(want...)
		for id, most := range map[string]time.Duration{
			"20s": 2 * time.Minute, "2m0s": 24 * time.Minute, "20m0s": 5 * time.Hour, "2h0m0s": 5 * time.Hour,
			"10h0m0s": 19 * time.Hour, "23h0m0s": 31 * time.Hour,
		} {
			assert.LessOrEqual(t, w.sink.delay(t, id), most, id)
		}
		assert.Equal(t, 5, w.seen.sum().Late, "all but the one within the overlap of live reads")
	})
}

func TestEventsAtTheBounds(t *testing.T) {
	for name, change := range map[string]func(v *vendor, s *providers.Stream){
		"as documented": func(*vendor, *providers.Stream) {},
		"both bounds inclusive": func(v *vendor, s *providers.Stream) {
			s.Fetch = v.fetch(func(now time.Time, q providers.Query) []event {
				q.Until = q.Until.Add(1)
				return v.inWindow(s.Order)(now, q)
			}, false)
		},
		"both bounds exclusive, declared by an edge": func(v *vendor, s *providers.Stream) {
			s.Edge = time.Second
			s.Fetch = v.fetch(func(now time.Time, q providers.Query) []event {
				q.Since = q.Since.Add(1)
				return v.inWindow(s.Order)(now, q)
			}, false)
		},
		"bounds ignored": func(v *vendor, s *providers.Stream) { s.Fetch = v.fetch(v.list(s.Order), false) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, windowed())
				change(w.vendor, &w.stream.Stream)
				var want []string
				at := time.Now().Truncate(time.Hour)
				for i := range 180 { // several at each full second, on each bound there may be
					for _, n := range []string{"a", "b", "c"} {
						id := fmt.Sprint(i, n)
						w.vendor.add(event{ID: id, At: at.Add(time.Duration(i) * time.Second * 20)})
						want = append(want, id)
					}
				}
				w.start()
				run(3 * time.Hour)
				w.stop()
				w.exactlyOnce(want...)
			})
		})
	}
}

func TestDayGranularity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const day = 24 * time.Hour
		traits := windowed()
		traits.Granularity, traits.Lateness, traits.MaxWindow = day, day, 28*day
		w := newWorld(t, traits)
		w.stream.PollInterval = 15 * time.Minute
		run(5 * time.Hour) // not at midnight
		w.start()
		var want []string
		for i := range 300 {
			id := fmt.Sprint(i)
			e := event{ID: id, At: time.Now()}
			if i%10 == 0 {
				e.visible = e.At.Add(time.Duration(i%23) * time.Hour)
			}
			w.vendor.add(e)
			want = append(want, id)
			run(17 * time.Minute)
		}
		run(30 * time.Hour)
		w.vendor.forgetQueries()
		run(10 * day)
		w.stop()
		w.exactlyOnce(want...)
		days := 0
		for _, q := range w.vendor.queries() {
			assert.Equal(t, q.Since, q.Since.Truncate(day))
			assert.Equal(t, q.Until, q.Until.Truncate(day))
			days += int(q.Until.Sub(q.Since) / day)
		}
		live := 10 * 24 * 4
		assert.InDelta(t, live, days, 0.06*float64(live), "days read: today with each poll, and a few times yesterday")
	})
}

func TestQueriesAreNeverLongerThanTheVendorAllows(t *testing.T) {
	for name, traits := range map[string]providers.Traits{
		"an hour":               {MaxWindow: time.Hour},
		"an hour, with edges":   {MaxWindow: time.Hour, Edge: time.Second, Granularity: time.Second},
		"two days, whole days":  {MaxWindow: 48 * time.Hour, Granularity: 24 * time.Hour},
		"an odd length":         {MaxWindow: 100 * time.Minute, Granularity: time.Minute},
		"shorter than fresh":    {MaxWindow: 5 * time.Minute, Granularity: time.Second},
		"a day, by the minute":  {MaxWindow: 24 * time.Hour, Granularity: time.Minute, Edge: time.Second},
		"with a lag of minutes": {MaxWindow: 10 * time.Minute, Lag: 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				traits.Lateness = time.Hour
				w := newWorld(t, traits)
				w.stream.InitialLookback = 5 * 24 * time.Hour
				run(12345 * time.Second)
				w.start()
				run(3 * time.Hour)
				w.kill()
				run(30 * time.Hour)
				w.start()
				run(3 * time.Hour)
				w.stop()
				for _, q := range w.vendor.queries() {
					assert.LessOrEqual(t, q.Until.Sub(q.Since), traits.MaxWindow)
					assert.True(t, q.Since.Before(q.Until))
					assert.Equal(t, time.UTC, q.Since.Location())
				}
				assert.Greater(t, w.seen.coverage.Settled, 0.9)
			})
		})
	}
}
