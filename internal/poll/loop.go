package poll

import (
	"context"
	"errors"
	"hash/maphash"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

// loop polls one stream. Its main goroutine plans and does the live reads; windows
// of the backlog, and branches of a window, are read by further goroutines while
// they last. Pages are fetched and decoded side by side, but selected, delivered
// and committed one after the other: whoever does that has the turn.
type loop struct {
	*Stream
	engine *Engine
	plan   plan
	redact *redactor
	log    *zap.Logger
	jitter *jitter
	health health
	once   once
	seed   maphash.Seed
	size   atomic.Int64 // bytes of the last page: the estimate for the next
	ailing atomic.Bool  // the last request was not answered
	lanes  gate         // requests of backlog windows; a live read takes one for its whole length

	turn   *turn
	ledger *ledger.Ledger
	// spent tells that the ledger in memory has ids of a page that Shutdown made give
	// up: whoever writes it now loses that page.
	spent   bool
	hash    hasher
	renewal renewal

	mu    sync.Mutex
	reads []*read // under way

	postponed atomic.Int32 // windows of the backlog that failed

	// The rest belongs to the main goroutine.
	backlog  backlog
	parked   bool
	stubborn bool // the last poll failed although the vendor answered
	failures *wait
	gap      int64 // begin of the gap that was told last

	progress progress // belongs to whoever has the turn
}

func newLoop(e *Engine, s *Stream) *loop {
	l := &loop{
		Stream: s,
		engine: e,
		plan:   newPlan(s, e.set.Faults),
		redact: newRedactor(s.Exclude),
		log:    e.set.Logger.With(zap.String("instance", s.Key.Instance), zap.String("stream", s.Key.Stream)),
		jitter: e.jitterOf(s.Key),
		seed:   maphash.MakeSeed(),
		turn:   newTurn(e.jitterOf(s.Key, "turn")),
		hash:   newHasher(s.Key.Provider, s.Source.Tenant, s.Key.Stream),
	}
	l.health.changed = l.changed
	l.lanes.units = max(1, s.Stream.Parallel) * max(1, s.Stream.Branches)
	l.backlog.span = max(l.plan.minSpan, min(l.plan.maxSpan, l.plan.floor(int64(firstSpan))))
	return l
}

// main runs until ctx ends or the state of the stream cannot be read.
func (l *loop) main(ctx context.Context, spread time.Duration) {
	if !sleep(ctx, l.jitter.below(spread)) || !l.open(ctx) {
		return
	}
	l.covered(ctx) // the first poll may take hours
	next := time.Now()
	for ctx.Err() == nil {
		if now := time.Now(); !now.Before(next) {
			err := l.poll(ctx)
			if errors.Is(err, errStopped) {
				<-ctx.Done() // which is about to end
				break
			}
			next = l.next(now, err)
		}
		l.launch(ctx)
		l.await(ctx, next)
	}
	l.drain()
}

// poll does the live read, in the way the stream is continued.
func (l *loop) poll(ctx context.Context) error {
	var err error
	switch l.Stream.Stream.Resume {
	case providers.ByCursor:
		err = l.follow(ctx)
	case providers.ByWalk:
		err = l.walk(ctx)
	default:
		err = l.readLive(ctx)
	}
	if ctx.Err() == nil {
		l.covered(ctx)
	}
	return err
}

// next returns when to poll again after a poll that began at began.
func (l *loop) next(began time.Time, err error) time.Time {
	class := providers.ClassOf(err)
	switch {
	case l.engine.run.Err() != nil: // Shutdown is no problem of the stream
		return began
	case err == nil:
		if l.parked {
			l.backlog.retry()
		}
		l.parked, l.stubborn, l.failures = false, false, nil
		l.health.set(liveReads, Running, nil)
		return began.Add(l.jitter.around(l.PollInterval, 0.05))
	case class == providers.Denied || class == providers.Unauthorized:
		l.parked = true
		l.health.set(liveReads, Parked, err)
		return time.Now().Add(l.jitter.around(probeAfter(err), 0.1))
	}
	if l.failures == nil {
		l.failures = l.backoff(max(l.PollInterval, time.Second), longestPause)
	}
	l.parked, l.stubborn = false, !exhausted(err)
	l.health.set(liveReads, troubled(err), err)
	return time.Now().Add(l.failures.next())
}

// troubled is the state of a stream that tries again after an error. A vendor that
// leads a chain of pages in a circle does so again, until somebody sees to it.
func troubled(err error) State {
	if _, stuck := errors.AsType[*stuckError](err); stuck {
		return Failed
	}
	return Retrying
}

const longestPause = 5 * time.Minute // between polls that fail

// keepsOrder tells that a window that breaks off is read up to its last event. A
// cursor needs no order: it marks its place by itself.
func (l *loop) keepsOrder() bool {
	t := &l.Stream.Stream.Traits
	return t.Resume == providers.ByWindow && t.Order == providers.OldestFirst && t.Bounds == providers.EventTime && !l.once.has(disorder)
}

// begin makes the read of a window known to all that decide what may be forgotten.
// The caller has the turn.
func (l *loop) begin(window ledger.Range, pos *ledger.Position, isLive bool) *read {
	r := &read{
		window: window, query: l.plan.query(window), began: time.Now(), live: isLive, last: math.MinInt64,
		settled: pos.Settled(), size: l.PageSize,
		ordered: l.keepsOrder(),
	}
	if len(pos.Passes) > 0 {
		r.covered, r.passes = pos.Passes[0].Read, pos.Passes
	}
	l.mu.Lock()
	l.reads = append(l.reads, r)
	l.mu.Unlock()
	return r
}

func (l *loop) end(r *read) {
	l.mu.Lock()
	l.reads = slices.DeleteFunc(l.reads, func(x *read) bool { return x == r })
	l.mu.Unlock()
}

// take waits for the turn. Its error is the context's, or says that the ledger in
// memory must not be written any more.
func (l *loop) take(ctx context.Context) error {
	if err := l.turn.take(ctx); err != nil {
		return err
	}
	if l.spent {
		l.give()
		return errStopped
	}
	return nil
}

func (l *loop) give() { l.turn.give() }

// covered tells the observer how far the stream is.
func (l *loop) covered(ctx context.Context) {
	if l.take(ctx) != nil {
		return
	}
	defer l.give()
	l.tellCoverage()
}

func (l *loop) changed(state State, err error, first bool) {
	l.engine.set.Observer.State(l.Key, state, err)
	switch state {
	case Running:
		if !first {
			l.log.Info("stream is running again")
		}
	case Parked:
		l.log.Warn("stream is parked until the vendor grants access; it is probed slowly, the other streams go on",
			zap.Error(err), zap.String("needs", l.Stream.Stream.Grant))
	case Failed:
		l.log.Error("stream has failed and needs a person", zap.Error(err))
	default:
		l.log.Warn("stream cannot go on for now and tries again", zap.Error(err))
	}
}
