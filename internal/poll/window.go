package poll

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

// readLive reads the newest time that was not read. Where the vendor finds that
// too much, it reads a shorter piece: what is left is backlog.
func (l *loop) readLive(ctx context.Context) error {
	for {
		if err := l.take(ctx); err != nil {
			return err
		}
		pos, now := l.now()
		window, ok := l.plan.live(&pos, now, l.backlog.span)
		if !ok {
			l.give()
			return nil
		}
		r := l.begin(window, &pos, true)
		l.give()
		if err := l.lanes.acquire(ctx, claim{live: true}); err != nil {
			l.end(r)
			return err
		}
		err := l.readWindow(ctx, r)
		l.lanes.release(claim{})
		if timedOut(err) && window.Len() > shortestLive {
			// It may be too much for the vendor.
			l.backlog.slow(&l.plan, window, patient)
		}
		if !tooLarge(err) {
			return err
		}
		if int64(window.Len()) <= l.plan.minSpan {
			return &smallestError{window, err}
		}
		l.backlog.slow(&l.plan, window, patient)
	}
}

// shortestLive is the length below which it is not for their length that live reads
// fail.
const shortestLive = 2 * time.Minute

// walk reads the list of a stream without time filter, from its head to the oldest
// moment that has to be read.
func (l *loop) walk(ctx context.Context) error {
	if err := l.take(ctx); err != nil {
		return err
	}
	pos, now := l.now()
	l.reportGap(&pos)
	from, ok := l.plan.oldest(&pos, now)
	if !ok {
		l.give()
		return nil
	}
	r := l.begin(ledger.Range{From: from, To: min(now-l.plan.lag, l.plan.stop)}, &pos, true)
	r.renews = l.renew(r)
	r.deep = r.renews || len(l.plan.due(&pos, now)) > 0
	l.give()
	err := l.readWindow(ctx, r)
	if errors.Is(err, errEnough) {
		if l.once.first("max pages") {
			l.log.Warn("the vendor's list ends before the oldest moment to be read: what lies behind is not to be had", zap.Int("pages", l.Stream.Stream.MaxPages))
		}
		l.engine.set.Observer.Skipped(l.Key, "max_pages", 1)
		return l.finish(ctx, r)
	}
	return err
}

// now returns the position and the time to plan with. The caller has the turn.
func (l *loop) now() (ledger.Position, int64) {
	pos, now := l.ledger.Position(), time.Now().UnixNano()
	if back, ahead := l.plan.rewind(pos, now); ahead {
		l.log.Warn("the clock was ahead and has been set back: what was read in the future is read again")
		pos = back
		l.ledger.Keep(pos)
	}
	return pos, now
}

// timedOut reports whether the vendor has not answered in time for the span of patience.
func timedOut(err error) bool {
	e, ok := errors.AsType[*providers.Error](err)
	return exhausted(err) && (errors.Is(err, context.DeadlineExceeded) || ok && e.Status == http.StatusGatewayTimeout)
}

// tooLarge reports whether a shorter window may help.
func tooLarge(err error) bool {
	class := providers.ClassOf(err)
	return err != nil && (class == providers.WindowTooLarge || class == providers.PageTooLarge)
}
