package poll

import (
	"errors"
	"sync"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

// source is where a problem of a stream lies. Of equal problems the first one is
// shown: while a page waits for the storage or the pipeline nothing is read, and what
// is known of the vendor is old.
type source int

const (
	theStorage  source = iota
	thePipeline        // what takes the pages
	liveReads          // its live reads, or its state
	theBacklog         // windows of the backlog
	sources
)

// severity orders the states by how much a stream is held up.
var severity = [...]int{Running: 0, Throttled: 1, Retrying: 2, Parked: 3, Failed: 4}

// reasonPause is how long a reason stands before another one of the same state is
// told.
const reasonPause = 5 * time.Minute

// health is the condition of a stream: the worst of its problems, or Running.
type health struct {
	// changed is called under the lock when the state or its reason has changed; first
	// tells that nothing was known before.
	changed func(s State, err error, first bool)

	mu       sync.Mutex
	problems [sources]problem
	shown    State
	why      reason
	told     time.Time // zero: nothing is known
}

type problem struct {
	state State
	err   error
}

// reason is what makes two problems of one state different. The text of an error does
// not: it may have a number in it that changes with every try.
type reason struct {
	source source
	class  providers.Class
	code   string
}

// reasonOf: the vendor is one reason, whichever reads it answers.
func reasonOf(s source, err error) reason {
	r := reason{source: min(s, liveReads), class: providers.ClassOf(err)}
	if e, ok := errors.AsType[*providers.Error](err); ok {
		r.code = e.Code
	}
	return r
}

// clear ends the problem of a source, if it has one.
func (h *health) clear(s source) {
	h.mu.Lock()
	fine := h.problems[s].state == Running
	h.mu.Unlock()
	if !fine {
		h.set(s, Running, nil)
	}
}

// set says how a source is.
func (h *health) set(s source, state State, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.problems[s] = problem{state, err}
	now, why := h.worst()
	first := h.told.IsZero()
	if !first && now.state == h.shown && (why == h.why || time.Since(h.told) < reasonPause) {
		return
	}
	h.shown, h.why, h.told = now.state, why, time.Now()
	h.changed(now.state, now.err, first)
}

// worst returns the worst problem and its reason, which Running has none of.
func (h *health) worst() (worst problem, why reason) {
	for s, p := range h.problems {
		if severity[p.state] > severity[worst.state] {
			worst, why = p, reasonOf(source(s), p.err)
		}
	}
	return worst, why
}
