package faultsim_test

import (
	"net/http"
	"sync"
	"time"
)

// wire carries the requests of one process: with a latency, until the process dies.
type wire struct {
	process *process
	next    http.RoundTripper

	mu   sync.Mutex
	open int
	sent []time.Time
}

// heldUp is what happens to some requests on their way.
const heldUp = "request held up"

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	r := w.process.run
	what := "wire " + req.Method + req.URL.RequestURI()
	if !w.enter(req.URL.Path != tokenPath) {
		r.fail("more than %d requests at the same time", requestSlots)
	}
	defer w.leave()
	rnd := r.chance.of(what, r.sent.next(what))
	latency := between(rnd, 2*time.Millisecond, 80*time.Millisecond)
	if share(rnd, 0.03) {
		latency += upTo(rnd, 20*time.Second)
		r.hit(heldUp)
	}
	w.process.mayEnd(inFetch)
	if !wait(req.Context(), latency, false) {
		return nil, req.Context().Err()
	}
	if w.process.isDead() {
		return nil, errKilled
	}
	answer, err := w.next.RoundTrip(req)
	if err != nil {
		r.trace.add("wire %s: %v", req.URL.RequestURI(), err)
		return nil, err
	}
	r.trace.add("wire %s: %d", req.URL.RequestURI(), answer.StatusCode)
	return answer, nil
}

// enter counts a request; it reports whether it may be sent beside the others. Token
// requests need no slot.
func (w *wire) enter(counted bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if counted {
		w.sent = append(w.sent, time.Now())
	}
	w.open++
	return w.open <= requestSlots+1
}

func (w *wire) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open--
}

// settle checks the requests of a life against the declared budget: no span of the
// budget's length has more of them. Requests that had their budget may have waited
// for a slot, so that those on the way may come on top.
func (w *wire) settle() {
	r := w.process.run
	w.mu.Lock()
	defer w.mu.Unlock()
	r.total.requests += len(w.sent)
	limit := r.api.limit
	if limit.Requests == 0 || r.api.tell { // told limits are learnt, not declared
		return
	}
	from := 0
	for i, at := range w.sent {
		for at.Sub(w.sent[from]) >= limit.Per {
			from++
		}
		if n := i - from + 1; n > limit.Requests+requestSlots {
			r.fail("%d requests within %v where %d are allowed", n, limit.Per, limit.Requests)
			return
		}
	}
}
