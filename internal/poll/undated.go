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
// events, in buckets of their own that lie in a time without events: they are few,
// and if all events of a vendor come without time, only the newest are remembered.
const (
	era           = int64(100 * 365 * 24 * time.Hour) // how far before their first sight they lie
	longestMemory = 30 * 24 * time.Hour               // where the vendor's retention is unknown
	mostUndated   = 100_000
)

// endures reports whether ids of events without time are remembered that long.
func (l *loop) endures() bool {
	t := &l.Stream.Stream.Traits
	return t.Resume != providers.ByWindow && t.Bounds == providers.EventTime
}

// keep renews the memory of an id that came again and may do so as long as it is on
// the vendor's list, whatever its time.
func (l *loop) keep(at, now int64, belongs ledger.Range, key ledger.Key) {
	t := &l.Stream.Stream.Traits
	switch {
	case at < 0:
		l.ledger.Seen().Keep(at, now, belongs, key, l.memory()/2)
	case t.Resume == providers.ByWalk && t.Bounds != providers.EventTime:
		l.ledger.Seen().Keep(at, now, belongs, key, 0)
	}
}

// memory is how long an event without time may be on the vendor's list.
func (l *loop) memory() time.Duration {
	if r := l.Stream.Stream.Retention; r > 0 {
		return 2 * r
	}
	return longestMemory
}

// surplus returns how many ids of events without time are too many.
func (l *loop) surplus() int {
	return l.ledger.Seen().Within(ledger.Range{From: -era, To: 0}) - mostUndated
}
