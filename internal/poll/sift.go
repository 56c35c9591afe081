package poll

import (
	"crypto/sha256"
	"math"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

// sifted is what a page tells about the position.
type sifted struct {
	newest int64 // created_at of the newest activity to deliver; 0: none
	// highest and lowest are created_at of the newest and the oldest one read.
	highest, lowest int64
	end             bool // a walk is on known ground
	skipped         []providers.Skip
}

// sift leaves in s the activities of a page that are to be delivered: inside the
// window, wanted by the filters, and not seen before. It remembers them as seen.
func (l *loop) sift(r *read, f *fetched, s *scratch) (Report, sifted) {
	report := Report{
		Received: len(s.activities) + f.Filtered, Filtered: f.Filtered, Undecodable: s.broken,
		Bytes: f.raw, Fetch: f.took,
	}
	now := f.at.UnixNano()
	o, tells := orderOf(l, r), l.tells(r, now)
	kept := 0
	for i := range s.activities {
		a := &s.activities[i]
		t, dated := ledger.Nanos(a.CreatedAt), !a.CreatedAt.IsZero()
		o.see(t, dated)
		switch {
		case dated && !l.inside(r, t):
			report.Outside++
			continue
		case a.DecodeError == "" && !l.Filter.Match(a): // what is unreadable is not judged
			report.Filtered++
			continue
		case !l.remember(r, s, a, t, dated, now):
			report.Duplicates++
			continue
		}
		if dated {
			if tells(t) {
				s.delays = append(s.delays, f.at.Sub(a.CreatedAt))
			}
			o.newest = max(o.newest, min(t, now))
			if r.covered.Contains(t) {
				report.Late++
			}
		}
		a.Raw = l.redact.apply(a.Raw)
		if kept != i {
			s.activities[kept] = *a
		}
		kept++
	}
	clear(s.activities[kept:])
	s.activities = s.activities[:kept]
	s.name()
	report.Delivered = kept
	result := sifted{newest: o.newest, skipped: l.newlySkipped(r, f, now)}
	if o.dated {
		result.highest, result.lowest = min(o.highest, now), min(o.lowest, now)
	}
	o.close(&report, &result)
	return report, result
}

// inside reports whether r delivers events of time t.
func (l *loop) inside(r *read, t int64) bool {
	if l.Stream.Stream.Bounds != providers.EventTime {
		return true
	}
	if l.engine.set.Faults.EdgeOffByOne && t == r.window.From {
		return false
	}
	return r.window.Contains(t) && !r.settled.Contains(t)
}

// remember reports whether an activity is new, remembers it, and notes its uid.
func (l *loop) remember(r *read, s *scratch, a *providers.Activity, t int64, dated bool, now int64) bool {
	sum := l.sum(s, a)
	at, belongs := l.place(r, t, now, dated)
	key := keyOf(sum)
	if !l.ledger.Seen().Add(at, now, belongs, key) {
		l.keep(r, at, now, belongs, key)
		return false
	}
	s.text = appendUID(s.text, sum)
	return true
}

// sum returns the identity of an activity. Equal records without id on one page are
// numbered, so that none is lost.
func (l *loop) sum(s *scratch, a *providers.Activity) [sha256.Size]byte {
	if a.ID != "" {
		return l.hash.id(a.ID)
	}
	text := identity(a, a.Raw)
	sum := l.hash.record(text, a, 1)
	if n := s.count(string(sum[:])); n > 1 {
		return l.hash.record(text, a, n)
	}
	return sum
}

// name cuts the uids out of one string for the whole page.
func (s *scratch) name() {
	all := string(s.text)
	for i := 0; i < len(all); i += uidLen {
		s.uids = append(s.uids, all[i:i+uidLen])
	}
}

// place returns where an activity is remembered, and the range whose reading may
// bring it again (the empty range: that of its bucket). Without a time to go by,
// that is all that a query for the same time may bring, and what the vendor may
// repeat.
func (l *loop) place(r *read, t, now int64, dated bool) (at int64, belongs ledger.Range) {
	if (!dated || l.unbelievable(t, now)) && l.endures() {
		return l.undatedPlace(now), ledger.Range{}
	}
	if l.Stream.Stream.Resume == providers.ByCursor {
		return l.placeByCursor(r, t, now, dated), ledger.Range{}
	}
	if dated && l.Stream.Stream.Bounds == providers.EventTime {
		return t, ledger.Range{}
	}
	reach, repeat := l.plan.reach(), l.plan.remember
	belongs = ledger.Range{From: r.query.From - reach - repeat, To: r.query.To + reach}
	if repeat > 0 {
		belongs.To += repeat + l.plan.lateness
	}
	return r.window.To - 1, belongs
}

// placeByCursor is place for a stream by cursor. Without its cursor it begins again at
// Reached minus lateness, in the time that its bounds mean: an id must not lie before
// the time by which the vendor would choose it, as far as clocks agree.
func (l *loop) placeByCursor(r *read, t, now int64, dated bool) int64 {
	pos := l.ledger.Position()
	reached := max(pos.Reached, r.window.From)
	latest := now + l.plan.lateness/8 // to become available
	switch {
	case !dated:
		return latest
	case l.Stream.Stream.Bounds == providers.EventTime:
		// What came very late goes with the oldest that is remembered.
		return min(max(t, reached-l.plan.lateness), now+l.plan.trust())
	case pos.CaughtUp && r.pages.Load() <= urgentPages:
		return latest // it became available just now, however long ago it happened
	}
	return min(max(t, reached)+l.plan.lateness, latest)
}

// newlySkipped returns what the page reports as lost and no page before did.
func (l *loop) newlySkipped(r *read, f *fetched, now int64) []providers.Skip {
	var list []providers.Skip
	for _, skip := range f.Skipped {
		at, belongs := l.place(r, 0, now, false)
		key := l.hash.branch("\x00" + skip.Reason + "\x00" + skip.Detail)
		if skip.Detail == "" || l.ledger.Seen().Add(at, now, belongs, key) {
			list = append(list, skip)
		} else {
			l.keep(r, at, now, belongs, key)
		}
	}
	return list
}

// order follows the times of the events of one page.
type order struct {
	l               *loop
	r               *read
	newest          int64
	last            int64
	highest, lowest int64
	falling         bool // newest first so far
	dated, undated  bool // there was one
}

func orderOf(l *loop, r *read) order {
	return order{l: l, r: r, last: math.MaxInt64, highest: math.MinInt64, lowest: math.MaxInt64, falling: true}
}

func (o *order) see(t int64, dated bool) {
	if !dated {
		o.undated = true
		return
	}
	o.falling = o.falling && t <= o.last
	o.dated, o.last, o.highest, o.lowest = true, t, max(o.highest, t), min(o.lowest, t)
	if !o.r.ordered {
		return
	}
	if t < o.r.last {
		o.r.ordered = false
		if o.l.once.first(disorder) {
			o.l.log.Warn(disorder, zap.Time("event", ledger.Time(t)), zap.Time("before", ledger.Time(o.r.last)))
		}
	}
	o.r.last = t
}

const disorder = "events do not come oldest first as the vendor says: windows that break off are read again from their beginning"

// close decides whether a walk needs no further page: the page lies before
// everything that is needed or, where times say nothing, is known altogether.
func (o *order) close(report *Report, result *sifted) {
	l, r := o.l, o.r
	t := &l.Stream.Stream.Traits
	if t.Resume != providers.ByWalk || t.Order != providers.NewestFirst || report.Received == 0 {
		return
	}
	if t.Bounds == providers.EventTime {
		result.end = o.falling && o.dated && !o.undated && o.highest < r.window.From
		return
	}
	deep := r.deep && !l.engine.set.Faults.ShallowWalk
	result.end = !deep && report.Duplicates > 0 && report.Duplicates+report.Filtered == report.Received
	r.known = r.known || result.end
}
