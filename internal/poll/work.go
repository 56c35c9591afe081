package poll

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

// launch begins to read windows of the backlog, as many as the stream allows.
func (l *loop) launch(ctx context.Context) {
	if l.Stream.Stream.Resume != providers.ByWindow || l.parked {
		return
	}
	b := &l.backlog
	defer l.relieve()
	for b.workers < max(1, l.Stream.Stream.Parallel) {
		r := l.nextWindow(ctx)
		if r == nil {
			return
		}
		if b.done == nil {
			b.done = make(chan outcome, max(1, l.Stream.Stream.Parallel))
		}
		b.workers++
		b.begun++
		order := time.Duration(b.begun % 256)
		b.running = b.running.Add(r.window)
		go func() {
			sleep(ctx, order) // nanoseconds: the plan decides who is first, not the scheduler
			b.done <- outcome{r, l.readWindow(ctx, r)}
		}()
	}
}

// relieve ends the backlog's problem once no window is put off.
func (l *loop) relieve() {
	failing := l.backlog.failing()
	l.postponed.Store(int32(failing))
	if failing == 0 && l.backlog.workers == 0 {
		l.health.clear(theBacklog)
	}
}

// nextWindow begins the read of the next window, nil when nothing is due. It gives
// up what the vendor no longer has.
func (l *loop) nextWindow(ctx context.Context) *read {
	if l.take(ctx) != nil {
		return nil
	}
	defer l.give()
	for {
		pos, now := l.now()
		due := l.plan.due(&pos, now)
		l.backlog.keep(due)
		due = due.Minus(l.backlog.busy(ledger.Time(now)))
		window, expired := l.plan.pick(&pos, due, now, l.backlog.limit(&l.plan, due))
		if !window.Empty() {
			return l.begin(window, &pos, false)
		}
		if expired.Empty() || l.expire(ctx, pos, expired) != nil {
			return nil
		}
	}
}

// expire counts a range that the vendor no longer has as read, and tells. A first
// backfill that begins where the retention ends loses its oldest part to the time
// that it takes, which is no news.
func (l *loop) expire(ctx context.Context, pos ledger.Position, r ledger.Range) error {
	if pos.Capped && r.From == pos.Start {
		l.log.Info("the oldest part of the first backfill is beyond the vendor's retention",
			zap.Time("from", ledger.Time(r.From)), zap.Time("to", ledger.Time(r.To)))
	} else {
		l.lost(r)
	}
	pos = l.plan.drop(pos, r)
	l.backlog.clear(r)
	l.forget(nil, &pos)
	return l.commit(ctx, pos, true)
}

// await waits until it is time to poll, or a window of the backlog is read. What has
// been read already comes first: polls that take long must not leave windows without
// somebody to read them.
func (l *loop) await(ctx context.Context, next time.Time) {
	select {
	case o := <-l.backlog.done:
		l.settle(ctx, o)
		return
	default:
	}
	t := time.NewTimer(time.Until(next))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case o := <-l.backlog.done:
		l.settle(ctx, o)
	}
}

// drain waits for the windows that are still being read.
func (l *loop) drain() {
	for ; l.backlog.workers > 0; l.backlog.workers-- {
		<-l.backlog.done
	}
}

// settle draws the consequences of a window that was read, or was not.
func (l *loop) settle(ctx context.Context, o outcome) {
	b := &l.backlog
	b.workers--
	b.running = b.running.Minus(ledger.Set{o.r.window})
	if ctx.Err() != nil || errors.Is(o.err, errStopped) {
		return
	}
	err := o.err
	switch {
	case tooLarge(err):
		if !b.known(o.r.window) { // else it is this range, not the stream
			b.slow(&l.plan, o.r.window, patient)
		}
		_, err = b.narrow(&l.plan, o.r.window, err)
	case l.failures == nil && exhausted(err):
		if !b.known(o.r.window) {
			b.slow(&l.plan, o.r.window, burnt)
		}
		var h *hard
		if h, err = b.narrow(&l.plan, o.r.window, err); h != nil {
			h.failed, h.until = true, time.Now().Add(l.jitter.around(firstPostponement, 0.2))
		}
	case err == nil:
		b.adapt(&l.plan, o.r.window, int(o.r.pages.Load()))
		b.ease(o.r.window)
		b.clear(o.r.window)
	}
	if err != nil {
		l.postpone(o.r, err)
		l.settleUnread(ctx, o.r)
	}
	l.covered(ctx)
}

// exhausted reports whether the vendor, which answers otherwise, has not answered
// for a window in the span of patience: it may be too much for it.
func exhausted(err error) bool {
	_, stuck := errors.AsType[*stuckError](err)
	return err != nil && !stuck && !errors.Is(err, errIncomplete) && providers.ClassOf(err) == providers.Transient
}

const (
	firstPostponement   = time.Minute
	longestPostponement = time.Hour
)

// postpone lets the rest of the stream go on when a window cannot be read for now.
func (l *loop) postpone(r *read, err error) {
	h := l.backlog.mark(r.window)
	pause := min(firstPostponement<<min(h.tries, 10), longestPostponement)
	h.tries, h.failed = h.tries+1, true
	if class := providers.ClassOf(err); class == providers.Denied || class == providers.Unauthorized {
		pause = max(pause, probeAfter(err))
	}
	h.until = time.Now().Add(l.jitter.around(pause, 0.2))
	l.health.set(theBacklog, troubled(err), err)
	if !errors.Is(err, errIncomplete) && l.once.first(err.Error()) {
		l.log.Warn("a window cannot be read; it is tried again, newer events go on", zap.Error(err),
			zap.Time("from", ledger.Time(r.window.From)), zap.Time("to", ledger.Time(r.window.To)))
	}
}

// settleUnread is a planted fault.
func (l *loop) settleUnread(ctx context.Context, r *read) {
	if !l.engine.set.Faults.SettleUnread || l.take(ctx) != nil {
		return
	}
	defer l.give()
	_ = l.commit(ctx, l.plan.cover(l.ledger.Position(), r.window, r.began.UnixNano()), true)
}
