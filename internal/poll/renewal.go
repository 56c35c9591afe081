package poll

import (
	"time"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

// A list that is walked and whose times say nothing is known by its ids alone, so
// that they are remembered as long as they are on it. What has left the list shows
// only when all of it is read: once a day a walk goes to its end and renews the
// memory of every id that it meets. Then the ids that were not renewed are forgotten.
// Other walks renew nothing: with every poll they would remember the head of the list
// once more.

// renewAfter is the age of the oldest memory at which a list is renewed.
const renewAfter = 24 * time.Hour

// renewal is how far the renewal of a list is, in nanoseconds.
type renewal struct {
	began int64 // by the first walk that was to renew; 0: none since the last end
	done  int64 // what was not seen since then has left the list
}

// end notes that a walk that renews has come to the end of the list. Walks before it
// that broke off have renewed a part, which counts.
func (n *renewal) end() { n.began, n.done = 0, n.began }

// renew decides whether r renews the memory of its list.
func (l *loop) renew(r *read) bool {
	t := &l.Stream.Stream.Traits
	if t.Resume != providers.ByWalk || t.Bounds == providers.EventTime {
		return false
	}
	if l.renewal.began != 0 {
		return true
	}
	oldest, ok := l.ledger.Seen().OldestSight()
	if !ok || r.began.Before(ledger.Time(oldest).Add(renewAfter+t.Remember)) {
		return false
	}
	l.renewal.began = r.began.UnixNano()
	return true
}
