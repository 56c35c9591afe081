package poll

import (
	"math"
	"slices"
	"time"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

// plan says what a stream without a durable cursor has to read, as pure functions
// of its position and the time. All times are nanoseconds, as in the ledger.
type plan struct {
	gran, edge, lag, retention int64
	lateness, remember         int64
	since, stop                int64 // bounds by the filter on created_at
	fresh                      int64 // longest live read
	minSpan, maxSpan           int64 // shortest and longest window of other reads
	passes                     []pass
}

// pass demands that every moment is read by a read that begins at least delay
// after it. A part that becomes due continuously is read in pieces of a quantum.
type pass struct{ delay, quantum int64 }

const (
	shortOverlap   = time.Minute      // what a live read repeats, besides granularity
	shortestFresh  = 15 * time.Minute // a live read may reach back this far at least
	defaultWindow  = 24 * time.Hour   // for vendors without a longest window
	longestQuantum = 6 * time.Hour
	earlyRecheck   = 15 * time.Minute // of streams with a lateness of many hours
	quantumInPolls = 4                // a quantum is at least so many poll intervals
)

func newPlan(s *Stream, faults PlantedFaults) plan {
	t := &s.Stream.Traits
	interval, gran := int64(s.PollInterval), int64(t.Granularity)
	p := plan{
		gran: gran, edge: int64(t.Edge), lag: int64(t.Lag), retention: int64(t.Retention), remember: int64(t.Remember),
		since: math.MinInt64, stop: math.MaxInt64,
	}
	if !s.Filter.Since.IsZero() {
		p.since = ledger.Nanos(s.Filter.Since)
	}
	// An event may become available long after its time, so that a bound on
	// created_at ends only windows of event time.
	if !s.Filter.Until.IsZero() && t.Bounds == providers.EventTime {
		p.stop = ledger.Nanos(s.Filter.Until)
	}
	p.minSpan = max(gran, int64(time.Second))
	p.maxSpan = int64(defaultWindow)
	if t.MaxWindow > 0 {
		p.maxSpan = int64(t.MaxWindow) - 2*p.ceil(p.edge)
	}
	p.maxSpan = max(p.floor(p.maxSpan), p.minSpan)

	short := p.lag + min(int64(shortOverlap)+min(gran, int64(time.Minute)), int64(s.Lateness))
	p.lateness = max(int64(s.Lateness), short)
	if faults.NoOverlap {
		short, p.lateness = 0, 0
	}
	p.fresh = min(max(int64(shortestFresh), quantumInPolls*interval, 2*(short+interval), gran), p.maxSpan)
	p.passes = passes(short, p.lateness, interval, p.fresh)
	return p
}

// passes returns the live pass, the rechecks and the settling pass. Rechecks are
// left out where the pass before is nearly as late, or where lateness is so short
// that settling comes soon enough.
func passes(short, lateness, interval, fresh int64) []pass {
	list := []pass{{short, fresh}}
	if lateness > quantumInPolls*interval {
		rechecks := []int64{lateness / 8, lateness / 2}
		if early := int64(earlyRecheck); 4*early <= rechecks[0] {
			rechecks = slices.Insert(rechecks, 0, early)
		}
		for _, d := range rechecks {
			if d >= 2*(short+interval) {
				list = append(list, pass{d, max(d/2, quantumInPolls*interval)})
			}
		}
	}
	if lateness > short {
		list = append(list, pass{lateness, max(min(lateness/4, int64(longestQuantum)), quantumInPolls*interval)})
	}
	return list
}

func (p *plan) delays() []time.Duration {
	d := make([]time.Duration, len(p.passes))
	for i := range d {
		d[i] = time.Duration(p.passes[i].delay)
	}
	return d
}

// width returns the width of the ledger's buckets: few enough to be asked one by
// one, narrow enough to be forgotten soon. Windows of many days, which have more
// buckets, are read only where there is little in them.
func (p *plan) width() time.Duration {
	return time.Duration(max(p.lateness/8, min(p.maxSpan/16, int64(widest)), int64(time.Minute)))
}

const widest = 3 * time.Hour // whatever the longest window

// base returns the first moment that is wanted.
func (p *plan) base(pos *ledger.Position) int64 { return max(pos.Start, p.since) }

// live returns the newest time that has not been read, at most p.fresh and span of
// it; ok is false when there is none.
func (p *plan) live(pos *ledger.Position, now, span int64) (window ledger.Range, ok bool) {
	base, end := p.base(pos), min(now-p.lag, p.stop)
	gaps := pos.Passes[0].Read.Gaps(ledger.Range{From: base, To: end})
	if len(gaps) == 0 || gaps[len(gaps)-1].To != end {
		return ledger.Range{}, false
	}
	return p.cut(gaps[len(gaps)-1], min(span, p.fresh), base, end), true
}

// cut returns the newest part of r, rounded outwards to the granularity: what the
// vendor sends anyway counts as read. Rounded, it is at most span long.
func (p *plan) cut(r ledger.Range, span, base, end int64) ledger.Range {
	from, to := p.floor(r.From), p.ceil(r.To)
	if to-from > span {
		from = to - max(p.floor(span), p.minSpan)
	}
	return ledger.Range{From: max(from, base), To: min(to, end)}
}

// due returns the time that must be read (again) now, apart from live reads.
func (p *plan) due(pos *ledger.Position, now int64) ledger.Set {
	base := p.base(pos)
	var due ledger.Set
	for i, pass := range p.passes {
		end := min(now-pass.delay, p.stop)
		coarse := p.gran > pass.quantum
		if coarse && end < p.stop {
			end = p.floor(end)
		}
		for _, gap := range pos.Passes[i].Read.Gaps(ledger.Range{From: base, To: end}) {
			growing := gap.To == end && end < p.stop && !coarse
			if !growing || int64(gap.Len()) >= pass.quantum {
				due = due.Add(gap)
			}
		}
	}
	return due
}

// pick returns the next window to be read apart from live reads: the newest part of
// what is due and nobody reads, at most span long. Where the vendor has nothing left,
// it returns the expired range instead. Both are empty when nothing is due.
func (p *plan) pick(pos *ledger.Position, due ledger.Set, now, span int64) (window, expired ledger.Range) {
	if len(due) == 0 {
		return
	}
	newest := due[len(due)-1]
	kept := int64(math.MinInt64)
	if p.retention > 0 {
		kept = now - p.retention
	}
	if newest.To <= kept {
		return ledger.Range{}, newest
	}
	return p.cut(newest, span, max(p.base(pos), kept), min(now-p.lag, p.stop)), ledger.Range{}
}

// oldest returns the oldest moment that a walk has to reach now; ok is false when
// there is nothing to read.
func (p *plan) oldest(pos *ledger.Position, now int64) (from int64, ok bool) {
	unread := pos.Passes[0].Read.Gaps(ledger.Range{From: p.base(pos), To: min(now-p.lag, p.stop)})
	if unread = unread.Union(p.due(pos, now)); len(unread) == 0 {
		return 0, false
	}
	return unread[0].From, true
}

// cover returns the position after window was read to its end by a read that began
// at began: each pass gains what is at least its delay older than that. Nothing
// else makes a moment read.
func (p *plan) cover(pos ledger.Position, window ledger.Range, began int64) ledger.Position {
	passes := make([]ledger.Pass, len(pos.Passes))
	for i, pass := range pos.Passes {
		to := min(window.To, began-int64(pass.Delay))
		passes[i] = ledger.Pass{Delay: pass.Delay, Read: pass.Read.Add(ledger.Range{From: window.From, To: to})}
	}
	pos.Passes = passes
	return pos
}

// drop returns the position with a range that nobody can read any more counted as
// read by all passes.
func (p *plan) drop(pos ledger.Position, r ledger.Range) ledger.Position {
	return p.cover(pos, r, math.MaxInt64)
}

// rewind returns the position without what lies after now, and whether there was
// any: a clock that was ahead has claimed to have read the future.
func (p *plan) rewind(pos ledger.Position, now int64) (ledger.Position, bool) {
	ahead := slices.ContainsFunc(pos.Passes, func(p ledger.Pass) bool {
		end, ok := p.Read.End()
		return ok && end > now
	})
	if !ahead {
		return pos, false
	}
	pos.Passes = slices.Clone(pos.Passes)
	for i := range pos.Passes {
		pos.Passes[i].Read = pos.Passes[i].Read.Before(now)
	}
	return pos, true
}

// query returns the bounds to ask for: the window widened by Edge and rounded
// outwards to Granularity.
func (p *plan) query(window ledger.Range) ledger.Range {
	return ledger.Range{From: p.floor(window.From - p.edge), To: p.ceil(window.To + p.edge)}
}

// reach returns how far outside a window its query, or the query of a neighbour
// that was rounded and widened too, may bring events.
func (p *plan) reach() int64 { return p.gran + p.ceil(p.edge) }

func (p *plan) floor(t int64) int64 {
	if p.gran <= 1 {
		return t
	}
	m := t % p.gran
	if m < 0 {
		m += p.gran
	}
	return t - m
}

func (p *plan) ceil(t int64) int64 {
	if f := p.floor(t); f < t {
		return f + p.gran
	}
	return t
}

// horizon returns the time of the oldest events that a stream by cursor may bring
// again: from where it would begin without its cursor, as the vendor would round
// that, and earlier by what the vendor may repeat and what clocks may differ by.
func (p *plan) horizon(reached int64) int64 {
	return p.floor(reached-p.lateness-p.edge) - p.remember - p.lateness/8 - int64(margin)
}

// margin is what clocks may differ by.
const margin = 5 * time.Minute

// trust is how far in the future an event may lie before its time says nothing.
func (p *plan) trust() int64 { return max(p.lateness, int64(margin)) }

// coverage describes what is not settled although it is older than lateness.
func (p *plan) coverage(pos *ledger.Position, now int64) (c Coverage) {
	whole := ledger.Range{From: p.base(pos), To: min(now-p.lateness, p.stop)}
	gaps := pos.Settled().Gaps(whole)
	c.Settled, c.Start, c.Until = 1, ledger.Time(whole.From), ledger.Time(max(whole.From, whole.To))
	if p.stop < math.MaxInt64 {
		c.End = ledger.Time(p.stop)
	}
	if len(gaps) > 0 {
		c.Gap, c.OldestGap = gaps.Len(), ledger.Time(gaps[0].From)
		c.Settled = 1 - float64(c.Gap)/float64(whole.Len())
	}
	return c
}
