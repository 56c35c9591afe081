package poll

import (
	"time"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

// An event without a time that is read from a window comes again only with that
// window. In a feed that begins at its oldest event when its cursor is lost, and in a
// list that is walked some way down, it may come again at any time, and no time tells
// that it is known ground. Such ids are remembered for as long as the vendor keeps
// events, in buckets of their own that lie in a time without events. They are few; if
// all events of a vendor come without time, only the newest are remembered.
//
// These buckets outlast all others, and every new id is looked up in each of them.
// So they are few as well, whatever the width of the stream's other buckets.
const (
	era          = int64(100 * 365 * 24 * time.Hour) // how far before their first sight they lie
	mostUndated  = 100_000
	undatedParts = 32 // buckets for so many ids, and for so long as they are remembered
)

// undatedTime is where the buckets of undated events lie.
var undatedTime = ledger.Range{From: -2 * era, To: 0}

// endures reports whether ids of events without time are remembered that long.
func (l *loop) endures() bool {
	t := &l.Stream.Stream.Traits
	return t.Resume != providers.ByWindow && t.Bounds == providers.EventTime && !l.engine.set.Faults.ForgetUndated
}

// undatedPlace returns where an id without time is remembered: in the newest bucket
// of its kind, unless that is full or was begun too long ago.
func (l *loop) undatedPlace(now int64) int64 {
	at := now - era
	newest, ok := l.ledger.Seen().Newest(undatedTime)
	switch {
	case !ok:
		return at
	case newest.IDs >= mostUndated/undatedParts:
		return max(at, newest.To)
	case l.memory() > 0 && at-newest.From > int64(l.memory())/undatedParts:
		return at
	}
	return newest.From
}

// unbelievable reports whether a feed may bring an event of time t again at any time
// until then, whatever the feed has reached: it comes from the future. It is remembered
// like an event without time.
func (l *loop) unbelievable(t, now int64) bool {
	return l.Stream.Stream.Resume == providers.ByCursor && t > now+l.plan.trust()
}

// keep renews the memory of an id that came again and may do so as long as it is on
// the vendor's list, whatever its time.
func (l *loop) keep(r *read, at, now int64, belongs ledger.Range, key ledger.Key) {
	switch {
	case at < 0 && l.memory() > 0:
		l.ledger.Seen().Keep(at, now, belongs, key, l.memory()/2)
	case r.renews:
		l.ledger.Seen().Keep(at, now, belongs, key, time.Duration(now-l.renewal.began))
	}
}

// memory is how long the id of an event without time is remembered: twice as long as
// the vendor keeps it, so that it need not be renewed with every sight; 0 where nobody
// knows how long that is: then only their number ends it.
func (l *loop) memory() time.Duration { return 2 * l.Stream.Stream.Retention }

// forgetUndated returns what tells of the buckets of undated events, oldest first,
// whether they are to be forgotten.
func (l *loop) forgetUndated(now time.Time) func(ledger.Bucket) bool {
	surplus := l.ledger.Seen().Within(undatedTime) - mostUndated
	return func(b ledger.Bucket) bool {
		if surplus -= b.IDs; surplus >= 0 {
			return true
		}
		return l.memory() > 0 && now.After(b.LastSeen.Add(l.memory()))
	}
}
