package vendorsim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options configure a World.
type Options struct {
	// Seed decides every event and every fault.
	Seed uint64
	// Now is the clock; nil means time.Now, which testing/synctest fakes.
	Now func() time.Time
}

// World is what one simulated vendor knows: its event logs, faults, quotas,
// switches, and what its clients did wrong. It is safe for concurrent use.
type World struct {
	// Vendor is what the world was made for.
	Vendor Vendor
	// Faults are the faults that the vendor's handler plays.
	Faults *Faults

	seed uint64
	now  func() time.Time

	mu         sync.Mutex
	logs       map[string]*eventLog
	violations []Violation
	requests   []Request
	served     int
	quotas     map[string]*quota
	scale      float64
	knobs      map[string]string
	skew       time.Duration
	secrets    secrets
}

// NewWorld returns an empty world for v.
func NewWorld(v Vendor, o Options) *World {
	w := &World{
		Vendor: v, seed: o.Seed, now: o.Now, scale: 1,
		logs: map[string]*eventLog{}, quotas: map[string]*quota{}, knobs: map[string]string{},
	}
	if w.now == nil {
		w.now = time.Now
	}
	for _, s := range v.Streams {
		w.logs[s.Name] = &eventLog{stream: s}
	}
	w.Faults = newFaults(w)
	w.secrets = newSecrets(w)
	return w
}

// Handler returns the vendor's HTTP surface with faults, compression and the
// request log around it.
func (w *World) Handler() http.Handler { return &middleware{world: w, next: w.Vendor.New(w)} }

// Now returns the world's time in UTC.
func (w *World) Now() time.Time { return w.now().UTC() }

// ServerTime is Now plus the skew of the vendor's clock: what its Date header and
// its reset headers are measured by. Event times are not skewed.
func (w *World) ServerTime() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now().UTC().Add(w.skew)
}

// SetSkew sets how far the vendor's clock is ahead.
func (w *World) SetSkew(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.skew = d
}

// Rand returns a source of chance that depends on the world's seed, the vendor
// and the parts alone.
func (w *World) Rand(parts ...any) *rand.Rand {
	a, b := w.digest(parts...)
	return rand.New(rand.NewPCG(a, b))
}

func (w *World) digest(parts ...any) (uint64, uint64) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d|%s|%v", w.seed, w.Vendor.Key, parts))
	return binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:])
}

// Violation is something that a well-behaved client does not do.
type Violation struct {
	Time time.Time `json:"time"`
	// Request is method and path with query. Credentials are not in it.
	Request string `json:"request"`
	Text    string `json:"text"`
}

// String returns request and text.
func (v Violation) String() string { return v.Request + ": " + v.Text }

// Violation records that r broke a rule of the vendor.
func (w *World) Violation(r *http.Request, format string, args ...any) {
	v := Violation{Time: w.Now(), Request: r.Method + " " + r.URL.RequestURI(), Text: fmt.Sprintf(format, args...)}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.violations) < maxKept {
		w.violations = append(w.violations, v)
	}
}

// Violations returns what was recorded so far, oldest first.
func (w *World) Violations() []Violation {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.violations)
}

// ForgetViolations empties the record.
func (w *World) ForgetViolations() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.violations = nil
}

// Request is one served request.
type Request struct {
	Time   time.Time `json:"time"`
	Method string    `json:"method"`
	URI    string    `json:"uri"`
	Status int       `json:"status"` // 0: none was sent
	Fault  Kind      `json:"fault,omitempty"`
}

// maxKept bounds what a long-running world remembers of its clients.
const maxKept = 4096

func (w *World) record(q Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.served++
	if len(w.requests) == maxKept {
		w.requests = append(w.requests[:0], w.requests[maxKept/2:]...)
	}
	w.requests = append(w.requests, q)
}

// Requests returns the last few thousand requests, oldest first.
func (w *World) Requests() []Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.requests)
}

// Served returns how many requests were answered or broken off so far.
func (w *World) Served() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.served
}

// SetKnob turns one of the vendor's own switches. An unknown name is an error.
func (w *World) SetKnob(name, value string) error {
	if _, ok := w.Vendor.Knobs[name]; !ok {
		return fmt.Errorf("%s has no knob %q", w.Vendor.Key, name)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.knobs[name] = value
	return nil
}

// Knob returns the value of a switch, "" when it was never turned.
func (w *World) Knob(name string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.knobs[name]
}

// On reports whether a switch is "true".
func (w *World) On(name string) bool { return w.Knob(name) == "true" }
