package poll

import (
	"context"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

// read is one reading of a window, a walk, or one poll by cursor.
type read struct {
	window ledger.Range // what is delivered, by event time
	query  ledger.Range // what is asked for
	began  time.Time
	live   bool
	// settled and covered are what was settled, and what a live read had read, when
	// the read began.
	settled, covered ledger.Set
	passes           []ledger.Pass // what each pass had read then
	size             int           // page size
	deep             bool          // a walk has to look for late events, or renews
	renews           bool          // it renews the memory of what is on the list
	pages            atomic.Int32

	// The rest is changed by whoever has the turn.
	ordered    bool     // events have come oldest first so far
	last       int64    // time of the last event, while ordered
	highest    int64    // time of the newest event of all pages but the last
	incomplete bool     // the vendor called a page partial
	known      bool     // a walk ended on known ground, not at the end of the list
	branches   []string // still to be read
}

func (r *read) source() source {
	if r.live {
		return liveReads
	}
	return theBacklog
}

// chain is one sequence of pages: the main one of a read, or a branch.
type chain struct {
	cursor string
	branch ledger.Key // of a branch whose content is fixed
	main   bool
	nested bool // it has listed branches of its own
	guard  guard
}

// readWindow reads a window to its end. Its error is nil only then.
func (l *loop) readWindow(ctx context.Context, r *read) error {
	defer l.end(r)
	for lost := 0; ; {
		err := l.readOnce(ctx, r)
		if err == nil || ctx.Err() != nil {
			return err
		}
		switch class := providers.ClassOf(err); {
		case class == providers.PageTooLarge && r.size > 1:
			r.size /= 2
		case class == providers.CursorLost && lost < mostLost:
			lost++
		case class == providers.CursorLost:
			// The cursor does not last until the end of so long a window.
			return &providers.Error{Class: providers.WindowTooLarge, Err: err}
		default:
			return err
		}
		// From the first page: offsets and page numbers depend on the page size.
		r.branches, r.last, r.incomplete = nil, math.MinInt64, false
		r.pages.Store(0)
	}
}

// mostLost is how often a window is begun again because its cursor was refused.
const mostLost = 2

func (l *loop) readOnce(ctx context.Context, r *read) error {
	if err := l.readChain(ctx, r, &chain{main: true, guard: newGuard(l)}); err != nil {
		return err
	}
	branched := false
	for len(r.branches) > 0 {
		branched = true
		cursors := r.branches
		r.branches = nil
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(max(1, l.Stream.Stream.Branches))
		for i, cursor := range cursors {
			g.Go(func() error {
				sleep(gctx, time.Duration(i%256)) // nanoseconds, as in launch
				return l.readBranch(gctx, r, cursor)
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	if r.incomplete {
		return errIncomplete
	}
	if branched {
		return l.finish(ctx, r)
	}
	return nil
}

// readBranch reads a branch, unless its content is fixed and was read before.
func (l *loop) readBranch(ctx context.Context, r *read, cursor string) error {
	c := &chain{cursor: cursor, guard: newGuard(l)}
	if l.Stream.Stream.FixedBranches {
		if err := l.take(ctx); err != nil {
			return err
		}
		c.branch = l.hash.branch(cursor)
		done := l.ledger.Seen().Has(c.branch)
		l.give()
		if done {
			return nil
		}
	}
	return l.readChain(ctx, r, c)
}

func (l *loop) readChain(ctx context.Context, r *read, c *chain) error {
	for {
		more, err := l.step(ctx, r, c)
		if err != nil || !more {
			return err
		}
	}
}

// step reads one page and commits it.
func (l *loop) step(ctx context.Context, r *read, c *chain) (more bool, err error) {
	f, err := l.fetch(ctx, r, c.cursor)
	if err != nil {
		return false, err
	}
	defer f.free()
	s := l.engine.pool.Get().(*scratch)
	defer func() {
		s.reset()
		l.engine.pool.Put(s)
	}()
	l.decode(s, f)
	if err := l.take(ctx); err != nil {
		return false, err
	}
	defer l.give()
	// A page that is begun is not given up because a sibling branch failed.
	return l.process(l.engine.run, r, c, f, s)
}

// finish commits that a window with branches was read.
func (l *loop) finish(ctx context.Context, r *read) error {
	if err := l.take(ctx); err != nil {
		return err
	}
	defer l.give()
	pos := l.complete(r, l.ledger.Position())
	return l.commit(ctx, pos, false)
}

// overlapped reports whether a read under way, other than r, may bring events of
// the range.
func (l *loop) overlapped(r *read, belongs ledger.Range) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.reads, func(x *read) bool { return x != r && x.query.Overlaps(belongs) })
}
