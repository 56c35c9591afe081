package poll

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
	"unsafe"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/internal/vendorhttp/priority"
	"github.com/otelactivity/otelactivity/providers"
)

// patience is how long one page is tried again before its window is given up for
// the time being.
const patience = 5 * time.Minute

const (
	unknownPage = 1 << 20 // estimate for the first page of a stream
	urgentPages = 8       // of a poll by cursor: what follows is catching up
)

// fetched is a page in flight. It holds a place until it is released.
type fetched struct {
	providers.Page
	bytes int64
	raw   int // bytes of raw records
	at    time.Time
	took  time.Duration
	free  func()
}

// fetch returns the page of r at cursor. Failures that pass are retried here, with
// backoff; the error is one that does not pass by waiting, or that has not passed
// for the span of patience, or the context's.
func (l *loop) fetch(ctx context.Context, r *read, cursor string) (*fetched, error) {
	var w *wait
	var failing time.Time
	for {
		f, err := l.try(ctx, r, cursor)
		if ctx.Err() != nil {
			if err == nil {
				f.free()
			}
			return nil, ctx.Err()
		}
		l.ailing.Store(err != nil && providers.ClassOf(err) == providers.Transient)
		if err == nil {
			if r.live && !l.stubborn || !r.live && l.postponed.Load() == 0 {
				l.health.set(r.source(), Running, nil)
			}
			return f, nil
		}
		if w == nil {
			w = l.backoff(shortestRetry, patience)
			w.jitter = l.jitterOf(r, cursor)
		}
		pause, state := w.next(), Retrying
		switch providers.ClassOf(err) {
		case providers.Throttled:
			state, failing = Throttled, time.Time{}
			if after := told(err); after > 0 {
				pause = after + w.jitter.below(after/20+shortestRetry)
			}
			if sentAway(err) {
				ctx = priority.Refused(ctx)
			}
		case providers.Transient:
			if failing.IsZero() {
				failing = time.Now()
			} else if time.Since(failing) >= patience {
				return nil, err
			}
			pause = max(pause, told(err))
		default:
			return nil, err
		}
		l.health.set(r.source(), state, err)
		l.log.Debug("fetch failed", zap.Error(err), zap.Duration("retry_in", pause))
		if !sleep(ctx, pause) {
			return nil, ctx.Err()
		}
	}
}

// sentAway reports whether it was the client that let nobody wait for a block.
func sentAway(err error) bool {
	e, ok := errors.AsType[*providers.Error](err)
	return ok && e.Status == 0 && e.RetryAfter > 0
}

// told is how long the vendor asks to wait; 0: it does not say.
func told(err error) time.Duration {
	e, ok := errors.AsType[*providers.Error](err)
	if !ok || e.RetryAfter <= 0 {
		return 0
	}
	return min(max(e.RetryAfter, shortestRetry), longestRetry)
}

// try fetches once. Waiting for the budget comes before any place is taken.
func (l *loop) try(ctx context.Context, r *read, cursor string) (*fetched, error) {
	ailing := l.ailing.Load()
	urgent := r.live && !ailing && (l.Stream.Stream.Resume != providers.ByCursor || r.pages.Load() < urgentPages)
	if urgent {
		ctx = priority.Live(ctx)
	}
	if err := l.Client.Ready(ctx, l.Stream.Stream.Class, urgent); err != nil {
		return nil, err
	}
	if !r.live {
		if err := l.lanes.acquire(ctx, claim{}); err != nil {
			return nil, err
		}
	}
	leave := func() {
		if !r.live {
			l.lanes.release(claim{})
		}
	}
	f := &fetched{bytes: l.size.Load()}
	if f.bytes == 0 {
		f.bytes = unknownPage
	}
	flight := &l.engine.flight
	place := claim{f.bytes, urgent, ailing}
	if err := flight.acquire(ctx, place); err != nil {
		leave()
		return nil, err
	}
	f.free = func() {
		place.bytes = f.bytes
		flight.release(place)
		leave()
	}
	began := time.Now()
	page, err := l.call(ctx, l.question(r, cursor, began))
	if err != nil {
		f.free()
		return nil, l.Client.Clean(err)
	}
	f.Page, f.at = page, time.Now()
	f.took = f.at.Sub(began)
	f.weigh(flight)
	l.size.Store(f.bytes)
	return f, nil
}

func (l *loop) question(r *read, cursor string, now time.Time) providers.Query {
	q := providers.Query{Cursor: cursor, PageSize: r.size, Now: now.UTC()}
	switch l.Stream.Stream.Resume {
	case providers.ByWindow:
		q.Since, q.Until = ledger.Time(r.query.From), ledger.Time(r.query.To)
	case providers.ByCursor:
		q.Since = ledger.Time(r.query.From)
	}
	return q
}

// call turns a panic of the provider into an error, so that a bug in one vendor
// does not end the collector.
func (l *loop) call(ctx context.Context, q providers.Query) (page providers.Page, err error) {
	defer func() {
		if p := recover(); p != nil {
			if l.once.first("fetch panic") {
				l.log.Error("fetch panicked", zap.String("panic", l.clean(fmt.Sprint(p))), zap.ByteString("stack", debug.Stack()))
			}
			page, err = providers.Page{}, fmt.Errorf("fetch panicked: %v", p)
		}
	}()
	return l.Stream.Stream.Fetch(ctx, l.Client, q)
}

// weigh replaces the estimate of the page's size by what its events take. Events
// mostly share the side text of their page, which counts once.
func (f *fetched) weigh(flight *gate) {
	bytes := int64(len(f.Events)) * int64(unsafe.Sizeof(providers.Activity{}))
	var side *byte
	for i := range f.Events {
		e := &f.Events[i]
		f.raw += len(e.Raw)
		if p := unsafe.StringData(e.Side); e.Side != "" && p != side {
			bytes += int64(len(e.Side))
			side = p
		}
	}
	bytes = max(bytes+int64(f.raw), 1)
	flight.adjust(f.bytes, bytes)
	f.bytes = bytes
}
