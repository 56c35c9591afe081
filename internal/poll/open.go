package poll

import (
	"context"
	"errors"
	"time"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

// open reads the ledger, for as long as it takes. It reports false when ctx ends
// first, or when the state cannot be understood: then the stream has failed.
func (l *loop) open(ctx context.Context) bool {
	w := l.backoff(shortestRetry, longestStall)
	for {
		led, err := ledger.Open(ctx, l.engine.set.Storage, l.Key.Instance, l.Key.Stream)
		if err == nil {
			l.ledger = led
			return l.prepare(ctx) == nil
		}
		if Ended(err) {
			l.health.set(liveReads, Failed, err)
			return false
		}
		if ctx.Err() == nil {
			l.health.set(liveReads, Retrying, err)
		}
		if !sleep(ctx, w.next()) {
			return false
		}
	}
}

// Ended reports whether a stream that is Failed because of err is not tried again
// before the next start: its state in storage cannot be understood.
func Ended(err error) bool {
	_, corrupt := errors.AsType[*ledger.CorruptError](err)
	_, newer := errors.AsType[*ledger.VersionError](err)
	return corrupt || newer
}

// prepare brings the position into line with the configuration, and makes the
// start of a new stream durable before anything is read.
func (l *loop) prepare(ctx context.Context) error {
	l.ledger.ForgetOnCrash = l.engine.set.Faults.SeenNotPersisted
	l.ledger.Seen().SetWidth(l.plan.width())
	pos, fresh := l.ledger.Position(), l.ledger.Fresh()
	if fresh {
		l.start(&pos)
	}
	byCursor := l.Stream.Stream.Resume == providers.ByCursor
	if !byCursor {
		followed := !fresh && len(pos.Passes) == 0 && pos.Reached != 0
		pos.Passes = pos.Align(l.plan.delays())
		if followed { // by a cursor, before the provider changed its way to read
			pos = l.plan.drop(pos, ledger.Range{From: pos.Start, To: pos.Reached - l.plan.lateness})
		}
	}
	changed := pos.Fingerprint != l.fingerprint()
	if changed && byCursor && pos.Cursor != "" {
		l.log.Warn("filters or query have changed: the stored cursor is dropped, and the stream is read from the newest event minus overlap")
		pos.Cursor = ""
	}
	pos.Fingerprint = l.fingerprint()
	if err := l.commit(ctx, pos, fresh || changed); err != nil {
		return err
	}
	return nil
}

// start sets the first moment wanted of a new stream.
func (l *loop) start(pos *ledger.Position) {
	now := time.Now().UnixNano()
	pos.Start = now - int64(l.InitialLookback)
	if kept := now - l.plan.retention; l.plan.retention > 0 && pos.Start <= kept {
		pos.Start, pos.Capped = kept, true
	}
	if l.plan.since > pos.Start {
		pos.Start, pos.Capped = l.plan.since, false
	}
}
