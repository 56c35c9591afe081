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

// readLive reads the newest time that was not read. Where the vendor finds that
// too much, it reads a shorter piece: what is left is backlog.
func (l *loop) readLive(ctx context.Context) error {
	for {
		if !l.take(ctx) {
			return ctx.Err()
		}
		pos, now := l.now()
		window, ok := l.plan.live(&pos, now, l.backlog.span)
		if !ok {
			l.give()
			return nil
		}
		r := l.begin(window, &pos, true)
		l.give()
		if err := l.lanes.acquire(ctx, 0, true); err != nil {
			l.end(r)
			return err
		}
		err := l.readWindow(ctx, r)
		l.lanes.release(0)
		if !tooLarge(err) {
			return err
		}
		if err := l.backlog.narrow(&l.plan, window, err); err != nil {
			return err
		}
	}
}

// walk reads the list of a stream without time filter, from its head to the oldest
// moment that has to be read.
func (l *loop) walk(ctx context.Context) error {
	if !l.take(ctx) {
		return ctx.Err()
	}
	pos, now := l.now()
	l.reportGap(&pos)
	from, ok := l.plan.oldest(&pos, now)
	if !ok {
		l.give()
		return nil
	}
	r := l.begin(ledger.Range{From: from, To: min(now-l.plan.lag, l.plan.stop)}, &pos, true)
	r.deep = len(l.plan.due(&pos, now)) > 0
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

// tooLarge reports whether a shorter window may help.
func tooLarge(err error) bool {
	class := providers.ClassOf(err)
	return err != nil && (class == providers.WindowTooLarge || class == providers.PageTooLarge)
}

// firstSpan is the length of the first window of a backlog. It doubles as long as
// windows are short in pages, so that no window is so long that a break costs much,
// or that its ids fill the memory.
const firstSpan = time.Hour

const (
	fewPages  = 16
	manyPages = 64
	patient   = 8 // windows after one that was too large before spans grow again
)

// backlog is what the main goroutine knows about the windows that it has read by
// others.
type backlog struct {
	span     int64
	careful  int // windows to go before span may grow
	running  ledger.Set
	workers  int
	done     chan outcome
	deferred []deferred
}

// outcome is how the reading of a window ended.
type outcome struct {
	r   *read
	err error
}

// deferred is a window that failed, and when it is tried again.
type deferred struct {
	window ledger.Range
	until  time.Time
	tries  int
}

// narrow halves the span after a window was too large. The error says that it
// cannot be any smaller.
func (b *backlog) narrow(p *plan, window ledger.Range, cause error) error {
	length := int64(window.Len())
	if length <= p.minSpan {
		return &smallestError{window, cause}
	}
	b.span = max(p.minSpan, p.floor(min(length, b.span)/2))
	b.careful = patient
	return nil
}

// smallestError says that the smallest window that the vendor can be asked for is
// too large for it.
type smallestError struct {
	window ledger.Range
	cause  error
}

// Error names the window.
func (e *smallestError) Error() string {
	return "the window " + ledger.Time(e.window.From).Format(time.RFC3339) + " to " + ledger.Time(e.window.To).Format(time.RFC3339) +
		" cannot be made smaller, and nothing of it is skipped: " + e.cause.Error()
}

// adapt sets the length of the windows to come by the pages of the last one.
func (b *backlog) adapt(p *plan, window ledger.Range, pages int) {
	switch {
	case pages > manyPages:
		b.span = max(p.minSpan, p.floor(max(b.span/2, int64(window.Len())/int64(pages/manyPages+1))))
		b.careful = 1
	case b.careful > 0:
		b.careful--
	case pages < fewPages && int64(window.Len()) >= b.span/2:
		b.span = min(2*b.span, p.maxSpan)
	}
}

// busy returns the time that no new window may be begun in.
func (b *backlog) busy(now time.Time) ledger.Set {
	busy := b.running
	for _, d := range b.deferred {
		if now.Before(d.until) {
			busy = busy.Add(d.window)
		}
	}
	return busy
}

// postpone puts a window off and returns for how many times it was by now.
func (b *backlog) postpone(window ledger.Range) *deferred {
	d := deferred{window: window, tries: 1}
	for _, old := range b.deferred {
		if old.window.Overlaps(window) {
			d.tries = max(d.tries, old.tries+1)
		}
	}
	b.clear(window)
	b.deferred = append(b.deferred, d)
	return &b.deferred[len(b.deferred)-1]
}

// keep drops what is put off and no longer due: other reads have covered it.
func (b *backlog) keep(due ledger.Set) {
	b.deferred = slices.DeleteFunc(b.deferred, func(d deferred) bool {
		return !slices.ContainsFunc(due, d.window.Overlaps)
	})
}

// clear takes a window out of what is put off.
func (b *backlog) clear(window ledger.Range) {
	var left []deferred
	for _, d := range b.deferred {
		for _, r := range (ledger.Set{window}).Gaps(d.window) {
			left = append(left, deferred{r, d.until, d.tries})
		}
	}
	b.deferred = left
}
