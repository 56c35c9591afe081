package poll

import "sync"

// source is where a problem of a stream lies.
type source int

const (
	liveReads   source = iota // its live reads, or its state
	thePipeline               // the pipeline or the storage
	theBacklog                // windows of the backlog
	sources
)

// health is the condition of a stream: the first of its problems, or Running.
type health struct {
	// changed is called under the lock on every change; first tells that nothing was
	// known before.
	changed func(s State, err error, first bool)

	mu       sync.Mutex
	problems [sources]problem
	shown    State
	told     bool
}

type problem struct {
	state State
	err   error
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
	var now problem
	for _, p := range h.problems {
		if p.state != Running {
			now = p
			break
		}
	}
	if h.told && h.shown == now.state {
		return
	}
	first := !h.told
	h.shown, h.told = now.state, true
	h.changed(now.state, now.err, first)
}
