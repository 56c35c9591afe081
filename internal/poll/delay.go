package poll

import (
	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

// The delay of an event, first sight minus created_at, says how late the vendor is only
// where this stream has read in time. A backfill, an outage of the vendor, of the
// pipeline or of the collector, and a read that takes its time delay what they bring
// by themselves, and overlap is not to be set by that.

// overdue returns the moments of what r reads whose first reading, by one of the
// passes, is later at now than the plan means it to be.
func (l *loop) overdue(r *read, now int64) (set ledger.Set) {
	slack := int64(2*l.PollInterval + shortOverlap) // of polls, for their jitter and pages
	for i, pass := range r.passes {
		p := l.plan.passes[i]
		due := now - p.delay - slack
		if i > 0 { // a live read waits for no quantum
			due -= max(p.quantum, l.plan.gran)
		}
		for _, gap := range pass.Read.Gaps(ledger.Range{From: r.window.From, To: min(r.window.To, due)}) {
			set = set.Add(gap)
		}
	}
	return set
}

// tells returns what decides whether the delay of an event of time t, seen first by r
// at now, is the vendor's. Where a window is no range of created_at, nothing of it
// counts unless all of it was read in time, by a stream that was at the end of the log
// before.
func (l *loop) tells(r *read, now int64) func(t int64) bool {
	overdue := l.overdue(r, now)
	if t := &l.Stream.Stream.Traits; t.Resume != providers.ByCursor && t.Bounds == providers.EventTime {
		return func(t int64) bool { return !overdue.Contains(t) }
	}
	inTime := len(overdue) == 0 && len(r.covered) > 0
	return func(int64) bool { return inTime }
}
