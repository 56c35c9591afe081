package poll_test

import (
	"errors"
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

// past adds n events, one each step back from now, and returns their ids.
func (w *world) past(n int, step time.Duration) []string {
	ids := make([]string, n)
	now := time.Now()
	for i := range ids {
		ids[i] = fmt.Sprintf("past%04d", i)
		w.vendor.add(event{ID: ids[i], At: now.Add(-time.Duration(i) * step)})
	}
	return ids
}

func everyResume(t *testing.T, f func(t *testing.T, traits providers.Traits)) {
	for name, resume := range map[string]providers.Resume{"by window": providers.ByWindow, "by cursor": providers.ByCursor, "by walk": providers.ByWalk} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				traits := windowed()
				traits.Resume = resume
				f(t, traits)
			})
		})
	}
}

func TestTransientFailureRetriesTheSamePage(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		w := newWorld(t, traits)
		ids := w.past(25, 10*time.Second)
		var at []time.Time
		w.vendor.refuse = func(q providers.Query) error {
			if q.Cursor == "10" && len(at) < 4 {
				at = append(at, q.Now)
				return errors.New("connection reset")
			}
			return nil
		}
		w.start()
		run(45 * time.Second)
		w.stop()
		w.exactlyOnce(ids...)
		var cursors []string
		for _, q := range w.vendor.queries() {
			cursors = append(cursors, q.Cursor)
		}
		assert.Equal(t, []string{"", "10", "10", "10", "10", "10", "20"}, cursors[:7], "nothing else is fetched again")
		for i := 1; i < len(at); i++ {
			assert.InEpsilon(t, time.Second<<(i-1), at[i].Sub(at[i-1]), 0.51, "wait %d", i)
		}
		assert.Equal(t, []poll.State{poll.Running, poll.Retrying, poll.Running}, w.seen.states)
		assert.Equal(t, 1, w.logged(zapcore.WarnLevel, "tries again"))
		assert.Equal(t, 1, w.logged(zapcore.InfoLevel, "running again"))
	})
}

func TestThrottledWaitsAsTold(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		w := newWorld(t, traits)
		ids := w.past(15, 10*time.Second)
		var refused, again time.Time
		w.vendor.refuse = func(q providers.Query) error {
			switch {
			case q.Cursor != "10" || !again.IsZero():
			case refused.IsZero():
				refused = q.Now
				return &providers.Error{Class: providers.Throttled, RetryAfter: 20 * time.Minute}
			default:
				again = q.Now
			}
			return nil
		}
		w.start()
		run(10 * time.Minute)
		state, err := w.seen.state()
		assert.Equal(t, poll.Throttled, state)
		assert.Equal(t, providers.Throttled, providers.ClassOf(err))
		run(30 * time.Minute)
		w.stop()
		w.exactlyOnce(ids...)
		assert.GreaterOrEqual(t, again.Sub(refused), 20*time.Minute)
		assert.LessOrEqual(t, again.Sub(refused), 22*time.Minute)
	})
}

func TestDeniedParksUntilGranted(t *testing.T) {
	for name, tt := range map[string]struct {
		err    error
		probes int
	}{
		"denied":               {&providers.Error{Class: providers.Denied, Hint: "grant audit:read"}, 6},
		"unauthorized":         {&providers.Error{Class: providers.Unauthorized, Hint: "grant audit:read"}, 6},
		"with a probe of hour": {&providers.Error{Class: providers.Denied, Probe: 30 * time.Minute, Hint: "grant audit:read"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			everyResume(t, func(t *testing.T, traits providers.Traits) {
				w := newWorld(t, traits)
				w.stream.Stream.Grant = "the scope audit:read"
				ids := w.past(30, 30*time.Second)
				w.vendor.refuse = func(providers.Query) error { return tt.err }
				w.start()
				run(time.Hour + 5*time.Minute)
				state, err := w.seen.state()
				assert.Equal(t, poll.Parked, state)
				assert.ErrorContains(t, err, "grant audit:read")
				assert.InDelta(t, tt.probes+1, len(w.vendor.queries()), 1)
				assert.Equal(t, 1, w.logged(zapcore.WarnLevel, "parked"), "logged once")
				w.change(func() { w.vendor.refuse = nil })
				run(time.Hour)
				w.stop()
				w.exactlyOnce(ids...)
				assert.Equal(t, []poll.State{poll.Parked, poll.Running}, w.seen.states)
			})
		})
	}
}

func TestIncompletePagesAreReadAgain(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		w := newWorld(t, traits)
		ids := w.past(15, 10*time.Second)
		partial := 3
		w.vendor.change = func(q providers.Query, p *providers.Page) {
			if q.Cursor == "" && partial > 0 {
				partial--
				p.Events, p.Incomplete = p.Events[:1], true
			}
		}
		w.start()
		run(40 * time.Minute)
		w.stop()
		w.exactlyOnce(ids...)
		assert.Zero(t, partial)
		assert.Contains(t, w.seen.states, poll.Retrying)
		state, _ := w.seen.state()
		assert.Equal(t, poll.Running, state)
	})
}

// TestIncompletePageMovesNothing is an answer that leaves out old events and has new
// ones: where the stream begins again must not depend on it.
func TestIncompletePageMovesNothing(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		traits.Lateness = time.Minute
		w := newWorld(t, traits)
		ids := w.past(8, 5*time.Minute)
		partial := 3
		w.vendor.change = func(q providers.Query, p *providers.Page) {
			if q.Cursor == "" && partial > 0 && len(p.Events) > 0 {
				partial--
				newest := slices.MaxFunc(p.Events, func(a, b providers.Event) int { return timeOf(a).Compare(timeOf(b)) })
				p.Events, p.Incomplete = []providers.Event{newest}, true
			}
		}
		w.start()
		run(time.Hour)
		w.stop()
		w.exactlyOnce(ids...)
		assert.Zero(t, partial)
	})
}

func timeOf(e providers.Event) time.Time {
	a, _ := decode(e)
	return a.CreatedAt
}

func TestStuckCursorIsNeverAnEndlessLoop(t *testing.T) {
	for name, change := range map[string]func(q providers.Query, p *providers.Page){
		"the same cursor": func(q providers.Query, p *providers.Page) { p.Next, p.More = "x", true },
		"no cursor":       func(q providers.Query, p *providers.Page) { p.Next, p.More = "", true },
		"a circle": func(q providers.Query, p *providers.Page) {
			n, _ := strconv.Atoi(q.Cursor)
			p.Next, p.More = strconv.Itoa((n+1)%7), true
		},
		"the same events for new cursors": func(q providers.Query, p *providers.Page) {
			n, _ := strconv.Atoi(q.Cursor)
			p.Next, p.More, p.Events = strconv.Itoa(n+1), true, []providers.Event{{Raw: `{"id":"same","at":"1999-12-31T23:59:30Z"}`}}
		},
		"empty pages for new cursors": func(q providers.Query, p *providers.Page) {
			n, _ := strconv.Atoi(q.Cursor)
			p.Next, p.More, p.Events = strconv.Itoa(n+1), true, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			everyResume(t, func(t *testing.T, traits providers.Traits) {
				w := newWorld(t, traits)
				ids := w.past(5, 10*time.Second)
				w.vendor.change = change
				w.start()
				limit, span := 1000, 10*time.Minute
				if name == "empty pages for new cursors" { // each poll goes far
					limit, span = 200_000, 30*time.Second
				}
				run(span)
				state, err := w.seen.state()
				assert.Equal(t, poll.Failed, state)
				assert.ErrorContains(t, err, "stuck cursor")
				assert.Less(t, w.vendor.shown, limit)
				w.change(func() { w.vendor.change = nil })
				run(2 * time.Hour)
				w.stop()
				got := w.sink.ids()
				for _, id := range ids {
					if traits.Resume != providers.ByCursor { // there the cursor itself was moved
						assert.Contains(t, got, id)
					}
				}
				assert.LessOrEqual(t, len(w.seen.states), 3, "the state does not flap: %v", w.seen.states)
				state, _ = w.seen.state()
				assert.Equal(t, poll.Running, state)
			})
		})
	}
}

func TestVendorPanicsAreContained(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		w := newWorld(t, traits)
		ids := w.past(5, 10*time.Second)
		n := 0
		w.vendor.refuse = func(providers.Query) error {
			if n++; n < 4 {
				panic("nil map")
			}
			return nil
		}
		w.start()
		run(time.Minute)
		w.stop()
		w.exactlyOnce(ids...)
		assert.Equal(t, 1, w.logged(zapcore.ErrorLevel, "fetch panicked"))
		assert.ErrorContains(t, w.seen.errs[0], "nil map")
	})
}
