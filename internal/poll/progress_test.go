package poll_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"go.uber.org/zap/zapcore"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

func TestCoverageWhileTimeGoesOn(t *testing.T) {
	now := time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
	hour := func(n int) time.Time { return now.Add(time.Duration(n) * time.Hour) }
	for name, row := range map[string]struct {
		was, want poll.Coverage
		after     time.Duration
	}{
		"a gap grows": {
			was:   poll.Coverage{Start: hour(-11), Until: hour(-1), Lateness: time.Hour, Gap: 2 * time.Hour, OldestGap: hour(-8), Settled: 0.8},
			after: 10 * time.Hour,
			want:  poll.Coverage{Start: hour(-11), Until: hour(9), Lateness: time.Hour, Gap: 12 * time.Hour, OldestGap: hour(-8), Settled: 0.4},
		},
		"a gap begins": {
			was:   poll.Coverage{Start: hour(-11), Until: hour(-1), Lateness: time.Hour, Settled: 1},
			after: 10 * time.Hour,
			want:  poll.Coverage{Start: hour(-11), Until: hour(9), Lateness: time.Hour, Gap: 10 * time.Hour, OldestGap: hour(-1), Settled: 0.5},
		},
		"what is read beyond lateness is no gap yet": {
			was:   poll.Coverage{Start: hour(-11), Until: hour(0), Lateness: 6 * time.Hour, Settled: 1},
			after: 6 * time.Hour,
			want:  poll.Coverage{Start: hour(-11), Until: hour(0), Lateness: 6 * time.Hour, Settled: 1},
		},
		"nothing is wanted any more": {
			was:   poll.Coverage{Start: hour(-11), Until: hour(-1), End: hour(0), Lateness: time.Hour, Settled: 1},
			after: 100 * time.Hour,
			want:  poll.Coverage{Start: hour(-11), Until: hour(0), End: hour(0), Lateness: time.Hour, Gap: time.Hour, OldestGap: hour(-1), Settled: 1 - 1.0/11},
		},
		"nothing was told": {after: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			got := row.was.At(now.Add(row.after))
			assert.InDelta(t, row.want.Settled, got.Settled, 1e-9)
			got.Settled = row.want.Settled
			assert.Equal(t, row.want, got)
		})
	}
}

// A stream that stands still falls behind by the hour, and whoever looks can see it.
func TestCoverageOfAStreamThatStandsStill(t *testing.T) {
	for name, traits := range readings() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, traits)
				w.past(100, 30*time.Second)
				w.start()
				w.traffic(3*time.Hour, "before")
				assert.Less(t, w.seen.coverage.At(time.Now()).Gap, 20*time.Minute)
				w.change(func() {
					w.sink.deliver = func(context.Context, *poll.Batch) error { return errors.New("queue is full") }
				})
				w.traffic(time.Hour, "meanwhile")
				run(48 * time.Hour)
				c := w.seen.coverage.At(time.Now())
				open := time.Hour // before, of a stream that is read by windows: it may be late
				if traits.Resume == providers.ByCursor {
					open = 0
				}
				assert.InDelta(t, 48+open.Hours(), c.Gap.Hours(), 0.5)
				assert.WithinDuration(t, time.Now().Add(-49*time.Hour-open), c.OldestGap, 30*time.Minute)
				w.change(func() { w.sink.deliver = nil })
				run(3 * time.Hour)
				w.stop()
				assert.Less(t, w.seen.coverage.At(time.Now()).Gap, 20*time.Minute)
			})
		})
	}
}

// A stream that never came to the end of its first poll is behind as well.
func TestCoverageOfAFirstPollThatDoesNotEnd(t *testing.T) {
	for name, traits := range readings() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, traits)
				w.stream.InitialLookback = 11 * time.Hour
				w.past(100, 30*time.Second)
				w.sink.deliver = func(context.Context, *poll.Batch) error { return errors.New("queue is full") }
				w.start()
				run(10 * time.Hour)
				assert.InDelta(t, 20, w.seen.coverage.At(time.Now()).Gap.Hours(), 0.1)
				w.change(func() { w.sink.deliver = nil })
				w.stop()
			})
		})
	}
}

func TestProgressOfALongBackfillIsLogged(t *testing.T) {
	for name, traits := range map[string]providers.Traits{"windows": windowed(), "cursor": cursored()} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, traits)
				w.stream.PollInterval = 5 * time.Minute
				w.stream.InitialLookback = 10 * 24 * time.Hour
				w.past(600, 24*time.Minute)
				w.vendor.onFetch = func(context.Context, providers.Query) { time.Sleep(90 * time.Second) }
				w.start()
				run(9 * time.Minute)
				assert.Zero(t, w.logged(zapcore.InfoLevel, "backfill"), "it may be over soon")
				run(10 * time.Hour)
				lines := w.logged(zapcore.InfoLevel, "% settled, oldest gap begins")
				assert.Greater(t, lines, 3)
				assert.LessOrEqual(t, lines, 24)
				assert.Equal(t, 1, w.logged(zapcore.InfoLevel, "backfill: done"))
				run(24 * time.Hour)
				w.stop()
				assert.Equal(t, lines+1, w.logged(zapcore.InfoLevel, "backfill"), "nothing more")
			})
		})
	}
}

func TestShortBackfillIsNotLogged(t *testing.T) {
	for name, traits := range readings() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, traits)
				w.stream.InitialLookback = 24 * time.Hour
				w.past(60, 20*time.Minute)
				w.start()
				run(8 * time.Hour)
				w.stop()
				assert.Zero(t, w.logged(zapcore.InfoLevel, "backfill"))
			})
		})
	}
}
