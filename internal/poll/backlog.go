package poll

import (
	"slices"
	"time"

	"github.com/otelactivity/otelactivity/internal/ledger"
)

// firstSpan is the length of the first window of a backlog. It doubles as long as
// windows are short in pages, so that no window is so long that a break costs much,
// or that its ids fill the memory.
const firstSpan = time.Hour

const (
	fewPages  = 16
	manyPages = 64
	patient   = 8  // windows after one that was too large before spans grow again
	burnt     = 64 // windows after one that was not answered, which took minutes to see
)

// backlog is what the main goroutine knows about the windows that others read.
type backlog struct {
	span    int64
	careful int // windows to go before span may grow
	running ledger.Set
	workers int
	begun   int // workers ever
	done    chan outcome
	hard    []hard
}

// outcome is how the reading of a window ended.
type outcome struct {
	r   *read
	err error
}

// hard is a range of which a window failed.
type hard struct {
	window ledger.Range
	span   int64     // longest window that is tried in it; 0: as elsewhere
	until  time.Time // when it is tried again
	failed bool      // not just too large
	tries  int       // how often it failed without hope for shorter windows
	good   int       // windows in it that were read since span was set
}

// narrow halves the windows of a range of which one was too large. The error says
// that it cannot be any smaller.
func (b *backlog) narrow(p *plan, window ledger.Range, cause error) (*hard, error) {
	length := int64(window.Len())
	if length <= p.minSpan {
		return nil, &smallestError{window, cause}
	}
	h := b.mark(window)
	h.span = max(p.minSpan, p.floor(length/2))
	return h, nil
}

// slow halves the windows of the whole stream after one was too large, for as many
// windows as are given.
func (b *backlog) slow(p *plan, window ledger.Range, careful int) {
	b.span = max(p.minSpan, p.floor(min(int64(window.Len()), b.span)/2))
	b.careful = careful
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

// limit returns how long a window may be that begins with the newest part of due:
// shorter where windows have failed.
func (b *backlog) limit(p *plan, due ledger.Set) int64 {
	if len(due) == 0 {
		return b.span
	}
	newest, span := due[len(due)-1], b.span
	for _, h := range b.hard {
		end := p.ceil(newest.To)
		if h.span > 0 && h.window.Overlaps(ledger.Range{From: end - span, To: end}) {
			span = min(span, max(h.span, end-h.window.To)) // or so short that it ends before
		}
	}
	return span
}

// busy returns the time that no new window may be begun in.
func (b *backlog) busy(now time.Time) ledger.Set {
	busy := b.running
	for _, h := range b.hard {
		if now.Before(h.until) {
			busy = busy.Add(h.window)
		}
	}
	return busy
}

// mark makes a window a hard range of its own, with the tries that parts of it had.
func (b *backlog) mark(window ledger.Range) *hard {
	h := hard{window: window}
	for _, old := range b.hard {
		if old.window.Overlaps(window) {
			h.tries, h.failed = max(h.tries, old.tries), h.failed || old.failed
		}
	}
	b.clear(window)
	b.hard = append(b.hard, h)
	return &b.hard[len(b.hard)-1]
}

// ease lets the windows of a hard range grow again once some were read: what was too
// much for the vendor in a bad hour may not be so for ever.
func (b *backlog) ease(window ledger.Range) {
	for i := range b.hard {
		h := &b.hard[i]
		if h.span == 0 || !h.window.Overlaps(window) {
			continue
		}
		if h.good++; h.good >= patient {
			h.span, h.good = 2*h.span, 0
		}
	}
}

// known reports whether a window lies in a range that is hard already.
func (b *backlog) known(window ledger.Range) bool {
	return slices.ContainsFunc(b.hard, func(h hard) bool { return h.window.Overlaps(window) })
}

// retry ends all waits.
func (b *backlog) retry() {
	for i := range b.hard {
		b.hard[i].until = time.Time{}
	}
}

// keep drops hard ranges that are no longer due: other reads have covered them.
func (b *backlog) keep(due ledger.Set) {
	b.hard = slices.DeleteFunc(b.hard, func(h hard) bool {
		return !slices.ContainsFunc(due, h.window.Overlaps)
	})
}

// clear takes a window out of the hard ranges.
func (b *backlog) clear(window ledger.Range) {
	var left []hard
	for _, h := range b.hard {
		for _, r := range (ledger.Set{window}).Gaps(h.window) {
			left = append(left, hard{r, h.span, h.until, h.failed, h.tries, h.good})
		}
	}
	b.hard = left
}

// failing returns how many ranges the vendor does not answer for.
func (b *backlog) failing() (n int) {
	for _, h := range b.hard {
		if h.failed {
			n++
		}
	}
	return n
}
