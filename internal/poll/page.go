package poll

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

// scratch is the working memory of one page. It is used again after the commit,
// when nobody holds the batch any more.
type scratch struct {
	activities []providers.Activity
	broken     int            // undecodable ones
	uids       []string       // of the activities to deliver
	text       []byte         // all of them
	sums       map[string]int // how often an id, or a record without id, was on the page
	delays     []time.Duration
}

func (s *scratch) reset() {
	clear(s.activities)
	clear(s.uids)
	clear(s.sums)
	s.activities, s.uids, s.text, s.delays, s.broken = s.activities[:0], s.uids[:0], s.text[:0], s.delays[:0], 0
}

// count returns how often key was counted, this time included.
func (s *scratch) count(key string) int {
	if s.sums == nil {
		s.sums = map[string]int{}
	}
	s.sums[key]++
	return s.sums[key]
}

// decode fills s with the activities of a page.
func (l *loop) decode(s *scratch, f *fetched) {
	for i := range f.Events {
		a, err := l.decodeOne(f.Events[i])
		a.Raw = f.Events[i].Raw
		if err != nil {
			a.DecodeError = providers.Clip(l.clean(err.Error()))
			s.broken++
		}
		if l.Stream.Stream.NumberRepeats && a.ID != "" {
			if n := s.count(a.ID); n > 1 {
				a.ID += "-" + strconv.Itoa(n)
			}
		}
		s.activities = append(s.activities, a)
	}
}

func (l *loop) decodeOne(e providers.Event) (a providers.Activity, err error) {
	defer func() {
		if p := recover(); p != nil {
			if l.once.first("decode panic") {
				l.log.Error("decode panicked", zap.String("panic", l.clean(fmt.Sprint(p))), zap.ByteString("stack", debug.Stack()))
			}
			a, err = providers.Activity{}, fmt.Errorf("decode panicked: %v", p)
		}
	}()
	return l.Stream.Stream.Decode(e)
}

// process selects, delivers and commits a decoded page. The caller has the turn.
func (l *loop) process(ctx context.Context, r *read, c *chain, f *fetched, s *scratch) (more bool, err error) {
	if len(f.Branches) > 0 && l.Stream.Stream.Resume == providers.ByCursor {
		// They could be lost: the cursor does not wait for them.
		return false, errors.New("the provider returns branches for a stream by cursor")
	}
	r.pages.Add(1)
	report, seen := l.sift(r, f, s)
	r.incomplete = (r.incomplete || f.Incomplete) && !l.engine.set.Faults.PartialIsWhole
	more = f.More && !seen.end && !f.Restart && !(r.incomplete && l.Stream.Stream.Resume == providers.ByCursor)
	r.branches = append(r.branches, f.Branches...)
	pos := l.advance(r, c, f, seen, more)

	if l.engine.set.Faults.CommitBeforeConsume {
		if err := l.commit(ctx, pos, true); err != nil {
			return false, err
		}
	}
	began := time.Now()
	if report.Dropped, err = l.deliver(ctx, s, f.at); err != nil {
		l.spent = !l.engine.set.Faults.WriteAbandoned
		return false, err
	}
	report.Deliver = time.Since(began)
	report.Delivered -= report.Dropped
	report.Late = min(report.Late, report.Delivered)
	report.Delays = s.delays[:min(len(s.delays), report.Delivered)]
	must := report.Delivered+report.Dropped > 0 || l.moved(&pos)
	if err := l.commit(ctx, pos, must); err != nil {
		return false, err
	}
	l.engine.set.Observer.Page(l.Key, report)
	if time.Since(l.progress.told) >= coveragePause {
		l.tellCoverage()
	}
	l.told(f, seen.skipped)
	return l.goOn(r, c, f, report.Delivered+report.Dropped, more)
}

// told passes on what the vendor says about a page.
func (l *loop) told(f *fetched, skipped []providers.Skip) {
	for _, s := range skipped {
		l.log.Warn("the vendor can no longer deliver a part of the log", zap.String("reason", s.Reason), zap.String("what", l.clean(s.Detail)), zap.Int("count", s.Count))
		l.engine.set.Observer.Skipped(l.Key, s.Reason, max(1, s.Count))
	}
	for _, w := range f.Warnings {
		if l.once.first(w) {
			l.log.Warn(l.clean(w))
		}
	}
}

// clean hides credentials in what a provider says of an answer, which may quote its
// request. A stream that only converts has no client, and no credential.
func (l *loop) clean(text string) string {
	if l.Client == nil {
		return text
	}
	return l.Client.Clean(errors.New(text)).Error()
}

// goOn decides about the page after this one.
func (l *loop) goOn(r *read, c *chain, f *fetched, fresh int, more bool) (bool, error) {
	if !more {
		return false, nil
	}
	most := l.Stream.Stream.MaxPages
	if c.main && most > 0 && int(r.pages.Load()) >= most {
		return false, l.tooManyPages(most)
	}
	if err := c.guard.check(c.cursor, &f.Page, fresh); err != nil {
		return false, err
	}
	c.cursor = f.Next
	return true, nil
}

// errEnough ends a poll by cursor, which goes on from there next time, and a walk.
var errEnough = errors.New("the longest chain of pages is read")

func (l *loop) tooManyPages(most int) error {
	if l.Stream.Stream.Resume != providers.ByWindow {
		return errEnough
	}
	return &providers.Error{
		Class: providers.WindowTooLarge, Code: "max_pages",
		Message: fmt.Sprintf("the window goes on after %d pages", most),
	}
}

// advance returns the position once the page is delivered.
func (l *loop) advance(r *read, c *chain, f *fetched, seen sifted, more bool) ledger.Position {
	pos := l.ledger.Position()
	pos.Newest = max(pos.Newest, seen.newest)
	switch {
	case r.incomplete && !l.engine.set.Faults.PartialMoves:
		// What the vendor left out may be older than what it sent.
	case more:
		// One event from the future must not hide how far a long catch-up has come.
		r.highest = max(r.highest, seen.highest)
		pos.Reached = max(pos.Reached, seen.lowest)
	default:
		pos.Reached = max(pos.Reached, r.highest, seen.highest)
	}
	c.nested = c.nested || len(f.Branches) > 0
	if c.branch != (ledger.Key{}) && !f.More && !r.incomplete && !c.nested {
		now := f.at.UnixNano()
		at, belongs := l.place(r, 0, now, false)
		l.ledger.Seen().Add(at, now, belongs, c.branch)
	}
	if l.Stream.Stream.Resume == providers.ByCursor {
		return l.moveCursor(r, f, pos)
	}
	early := l.engine.set.Faults.EarlyWatermark
	switch {
	case !c.main || r.incomplete:
	case early || !more && len(r.branches) == 0:
		pos = l.complete(r, pos)
	case more && r.ordered && len(r.branches) == 0 && r.last > r.window.From:
		// What lies before the last event is read; more may follow at its time.
		pos = l.cover(pos, ledger.Range{From: r.window.From, To: min(r.last, r.window.To)}, r)
	}
	return pos
}
