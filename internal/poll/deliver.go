package poll

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

const longestStall = time.Minute // between two tries of the pipeline or the storage

// deliver hands the activities of a page to the pipeline, for as long as it takes,
// and returns how many it refused for good. The error is errStopped or the
// context's: the page was not delivered, or only in part.
func (l *loop) deliver(ctx context.Context, s *scratch, observed time.Time) (dropped int, err error) {
	if len(s.activities) == 0 {
		return 0, nil
	}
	b := &Batch{Stream: l.Stream, Observed: observed, Activities: s.activities, UIDs: s.uids}
	w := l.backoff(shortestRetry, longestStall)
	for {
		err := l.engine.deliver(b)
		if errors.Is(err, errStopped) {
			return dropped, err
		}
		if refusal, ok := errors.AsType[*Refusal](err); ok {
			dropped += l.refused(refusal)
			if b = rest(b, refusal.Rest); len(b.Activities) == 0 || l.engine.set.Faults.DropRest {
				err = nil
			}
		}
		if err == nil {
			l.health.clear(thePipeline)
			return dropped, nil
		}
		if ctx.Err() != nil { // the pipeline was told to give up
			return dropped, ctx.Err()
		}
		l.health.set(thePipeline, Retrying, err)
		if !sleep(ctx, w.next()) {
			return dropped, ctx.Err()
		}
	}
}

// refused logs a refusal for good, once per reason, and returns its size.
func (l *loop) refused(r *Refusal) int {
	if r.Dropped > 0 && l.once.first(r.Error()) {
		l.log.Error("the pipeline refuses activities for good; they are dropped and counted", zap.Int("dropped", r.Dropped), zap.Error(r.Err))
	}
	return r.Dropped
}

// rest returns a batch of some of the activities of b.
func rest(b *Batch, indices []int) *Batch {
	next := &Batch{Stream: b.Stream, Observed: b.Observed}
	for _, i := range indices {
		if i >= 0 && i < len(b.Activities) {
			next.Activities = append(next.Activities, b.Activities[i])
			next.UIDs = append(next.UIDs, b.UIDs[i])
		}
	}
	return next
}

// lazy is how long a position that has only become better may stay unwritten. A
// crash makes the stream read that much again, without delivering it twice, and
// thousands of idle streams need not write with every poll.
const lazy = 5 * time.Minute

// commit writes a position and the ids seen. Storage that fails is tried again for
// as long as it takes; the error is the context's. must tells that the position is
// to be durable now.
func (l *loop) commit(ctx context.Context, pos ledger.Position, must bool) error {
	if !must && !l.ledger.Pending() && time.Since(l.ledger.Written()) < lazy {
		l.ledger.Keep(pos)
		return nil
	}
	w := l.backoff(shortestRetry, longestStall)
	for {
		// Storage need not look at its context, and somebody else may own it by now.
		if err := l.engine.work.Err(); err != nil && !l.engine.set.Faults.LateCommit {
			return err
		}
		err := l.ledger.Commit(l.engine.work, pos)
		if err == nil {
			l.health.clear(theStorage)
			return nil
		}
		if l.engine.work.Err() != nil {
			return err
		}
		l.health.set(theStorage, Retrying, err)
		if !sleep(ctx, w.next()) {
			return ctx.Err()
		}
	}
}

// moved reports whether pos differs from the committed position in what a crash
// must not bring back.
func (l *loop) moved(pos *ledger.Position) bool {
	old := l.ledger.Position()
	return pos.Cursor != old.Cursor || pos.Since != old.Since || pos.CaughtUp != old.CaughtUp
}

// cover is plan.cover for a read.
func (l *loop) cover(pos ledger.Position, window ledger.Range, r *read) ledger.Position {
	if l.engine.set.Faults.CursorFromClock {
		return l.plan.drop(pos, ledger.Range{From: window.From, To: time.Now().UnixNano()})
	}
	began := r.began.UnixNano()
	if r.known { // a walk that ended on known ground has not looked for late events
		next := l.plan.cover(pos, window, began)
		next.Passes = slices.Concat(next.Passes[:1], pos.Passes[1:])
		return next
	}
	return l.plan.cover(pos, window, began)
}

// complete returns the position after r came to its end, and forgets the ids that
// nothing can bring again.
func (l *loop) complete(r *read, pos ledger.Position) ledger.Position {
	pos = l.cover(pos, r.window, r)
	pos.Read = max(pos.Read, r.began.UnixNano())
	if r.renews {
		l.renewal.end()
	}
	l.forget(r, &pos)
	return pos
}

// forget drops the ids that no read can bring again, once r is over: what may bring
// them is settled, and no other read has them in its hands.
func (l *loop) forget(r *read, pos *ledger.Position) {
	t := &l.Stream.Stream.Traits
	now := time.Now()
	settled, base, undated := pos.Settled(), l.plan.base(pos), l.forgetUndated(now)
	l.ledger.Forget(func(b ledger.Bucket) bool {
		if l.engine.set.Faults.ForgetEarly {
			return ledger.Time(b.To).Before(now.Add(-time.Duration(l.plan.lateness) / 4))
		}
		switch {
		case b.To <= undatedTime.To && l.endures():
			return undated(b)
		case t.Resume == providers.ByCursor:
			return b.To < l.plan.horizon(pos.Reached)
		case t.Resume == providers.ByWalk && now.Before(b.LastSeen.Add(t.Remember)):
			return false
		case t.Resume == providers.ByWalk && t.Bounds != providers.EventTime:
			return b.LastSeen.UnixNano() < l.renewal.done
		}
		belongs := ledger.Range{From: max(b.Belongs.From, base), To: min(b.Belongs.To, l.plan.stop)}
		return settled.Covers(belongs) && (!l.overlapped(r, b.Belongs) || l.engine.set.Faults.ForgetUnderRead)
	})
}
