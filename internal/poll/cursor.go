package poll

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math"
	"time"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

// follow reads a stream from its cursor until the vendor says that there is no more
// for now.
func (l *loop) follow(ctx context.Context) error {
	r, cursor, err := l.beginPoll(ctx)
	if err != nil {
		return err
	}
	defer l.end(r)
	c := &chain{cursor: cursor, main: true, guard: newGuard(l)}
	for lost := false; ; {
		err = l.readChain(ctx, r, c)
		switch class := providers.ClassOf(err); {
		case err == nil && r.incomplete:
			return errIncomplete
		case errors.Is(err, errEnough):
			return nil
		case class == providers.PageTooLarge && r.size > 1:
			r.size /= 2
		case class == providers.CursorLost && c.cursor != "" && !lost:
			lost = true
			if err := l.dropCursor(ctx, r, err); err != nil {
				return err
			}
			c = &chain{main: true, guard: newGuard(l)}
		default:
			return err
		}
	}
}

// beginPoll returns the read of one poll and the cursor that it begins with.
func (l *loop) beginPoll(ctx context.Context) (*read, string, error) {
	if err := l.take(ctx); err != nil {
		return nil, "", err
	}
	defer l.give()
	pos := l.ledger.Position()
	l.reportGap(&pos)
	r := l.begin(ledger.Range{}, &pos, true)
	l.from(r, &pos)
	if pos.CaughtUp && pos.Read != 0 {
		// What lies before the last poll should have come with it.
		r.covered = ledger.Set{{From: math.MinInt64, To: pos.Read - l.plan.passes[0].delay}}
	}
	r.passes = []ledger.Pass{{Read: r.covered}}
	return r, pos.Cursor, nil
}

// from sets where a read by cursor begins: what it asks for when it has no cursor,
// and what it takes as too old.
func (l *loop) from(r *read, pos *ledger.Position) {
	start := l.plan.base(pos)
	if pos.Cursor == "" {
		pos.Since, pos.CaughtUp = l.rewound(pos, start), false
	}
	r.query.From = l.plan.floor(pos.Since - l.plan.edge)
	r.window = ledger.Range{From: pos.Since, To: math.MaxInt64}
	if pos.CaughtUp {
		r.window.From = start
	}
}

// rewound returns where a stream begins again whose cursor is lost: at the newest
// event read, minus lateness.
func (l *loop) rewound(pos *ledger.Position, start int64) int64 {
	since := start
	if l.engine.set.Faults.CursorFromClock {
		since = time.Now().UnixNano()
	} else if pos.Reached != 0 {
		since = max(start, pos.Reached-l.plan.lateness)
	}
	if l.plan.retention > 0 {
		since = max(since, time.Now().UnixNano()-l.plan.retention)
	}
	return since
}

// moveCursor returns the position of a stream by cursor after a page.
func (l *loop) moveCursor(r *read, f *fetched, pos ledger.Position) ledger.Position {
	if r.incomplete {
		return pos // the same page again
	}
	if pos.Cursor == "" {
		pos.Since, pos.CaughtUp = r.window.From, false
	}
	switch {
	case f.Restart:
		pos.Cursor, pos.CaughtUp = "", false
	case f.Next != "":
		pos.Cursor = f.Next
	}
	if !f.More {
		pos.Read, pos.CaughtUp = r.began.UnixNano(), pos.Cursor != ""
	}
	l.forget(r, &pos)
	return pos
}

// dropCursor forgets a cursor that the vendor refuses.
func (l *loop) dropCursor(ctx context.Context, r *read, cause error) error {
	if err := l.take(ctx); err != nil {
		return err
	}
	defer l.give()
	pos := l.ledger.Position()
	pos.Cursor = ""
	l.from(r, &pos)
	l.log.Warn("the vendor refuses the cursor: reading again from the newest event minus overlap, known events are dropped",
		zap.Time("from", ledger.Time(pos.Since)), zap.Error(cause))
	return l.commit(ctx, pos, true)
}

// reportGap tells once that the stream was not read for longer than the vendor
// keeps events.
func (l *loop) reportGap(pos *ledger.Position) {
	kept := time.Now().UnixNano() - l.plan.retention
	if l.plan.retention == 0 || pos.Read == 0 || pos.Read >= kept || l.gap == pos.Read {
		return
	}
	l.gap = pos.Read
	l.lost(ledger.Range{From: pos.Read, To: kept})
}

// lost tells that a range of time can no longer be read.
func (l *loop) lost(r ledger.Range) {
	l.log.Error("a part of the log was not read before the vendor's retention ended: it is lost",
		zap.Time("from", ledger.Time(r.From)), zap.Time("to", ledger.Time(r.To)))
	l.engine.set.Observer.Skipped(l.Key, "retention", 1)
}

// behind describes a stream by cursor. What was to be had when the last poll began
// that came to its end has been read, whether or not the stream has a cursor since.
func (l *loop) behind(pos *ledger.Position, now int64) (c Coverage) {
	start, due := l.plan.base(pos), now-l.plan.lateness
	c.Settled = 1
	reached := max(start, pos.Reached)
	if pos.Read <= now { // else the clock was ahead
		reached = max(reached, pos.Read)
	}
	c.Start, c.Until = ledger.Time(start), ledger.Time(max(reached, due))
	if gap := due - reached; gap > 0 {
		c.Gap, c.OldestGap = time.Duration(gap), ledger.Time(reached)
		c.Settled = float64(reached-start) / float64(due-start)
	}
	return c
}

// fingerprint names what the stored cursor depends on.
func (l *loop) fingerprint() string {
	sum := sha256.Sum256([]byte(l.Fingerprint + "\x00" + l.Stream.Stream.Fingerprint))
	return hex.EncodeToString(sum[:8])
}
