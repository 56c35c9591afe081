package poll

import (
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

const (
	coveragePause = 30 * time.Second // between two coverages told while pages come
	progressPause = 10 * time.Minute // between two lines in the log
)

// progress is what was told of how far a stream is.
type progress struct {
	told   time.Time // the observer
	behind time.Time // since when there is an unusual gap; zero: there is none
	logged time.Time // zero: nothing of this gap
}

// tellCoverage tells the observer, and now and then the log, how far the stream is.
// The caller has the turn.
func (l *loop) tellCoverage() {
	pos, now := l.ledger.Position(), time.Now()
	var c Coverage
	if l.Stream.Stream.Resume == providers.ByCursor {
		c = l.behind(&pos, now.UnixNano())
	} else {
		c = l.plan.coverage(&pos, now.UnixNano())
	}
	c.Seen, c.Lateness = l.ledger.Seen().Len(), time.Duration(l.plan.lateness)
	if pos.Newest != 0 {
		c.Newest = ledger.Time(pos.Newest)
	}
	l.progress.told = now
	l.engine.set.Observer.Covered(l.Key, c)
	l.logProgress(&c, now)
}

// logProgress logs how far a backfill is that takes long, and when it is done. What a
// stream has to catch up with in less than progressPause is not worth a line.
func (l *loop) logProgress(c *Coverage, now time.Time) {
	p := &l.progress
	switch {
	case c.Gap > l.usualGap():
		if p.behind.IsZero() {
			p.behind = now
		}
		if now.Sub(p.behind) >= progressPause && now.Sub(p.logged) >= progressPause {
			p.logged = now
			l.log.Info(fmt.Sprintf("backfill: %d %% settled, oldest gap begins %s", int(100*c.Settled), c.OldestGap.Format(time.RFC3339)),
				zap.Duration("gap", c.Gap), zap.Duration("since", now.Sub(p.behind)))
		}
		return
	case !p.logged.IsZero():
		l.log.Info("backfill: done", zap.Duration("took", now.Sub(p.behind)))
	}
	p.behind, p.logged = time.Time{}, time.Time{}
}

// usualGap is the largest gap of a stream that has nothing to catch up with: time is
// settled in pieces.
func (l *loop) usualGap() time.Duration {
	last := l.plan.passes[len(l.plan.passes)-1]
	return time.Duration(max(last.quantum, l.plan.gran)) + 2*l.PollInterval + shortOverlap
}

// At returns the coverage as it is at now, if nothing was read since: time goes on
// while a stream stands still.
func (c Coverage) At(now time.Time) Coverage {
	until := now.Add(-c.Lateness)
	if !c.End.IsZero() && until.After(c.End) {
		until = c.End
	}
	more := until.Sub(c.Until)
	if c.Until.IsZero() || more <= 0 {
		return c
	}
	if c.Gap == 0 {
		c.OldestGap = c.Until
	}
	c.Gap, c.Until = c.Gap+more, until
	if whole := until.Sub(c.Start); whole > 0 {
		c.Settled = max(0, 1-float64(c.Gap)/float64(whole))
	}
	return c
}
