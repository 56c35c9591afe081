package faultsim_test

import (
	"math"
	"strings"
	"sync"

	"go.uber.org/zap/zapcore"

	"github.com/otelactivity/otelactivity/internal/poll"
)

// watch is what the engine's observers are told. It outlives the process.
type watch struct {
	run *run

	mu       sync.Mutex
	coverage map[string]poll.Coverage
	state    map[string]poll.State
	why      map[string]error
	skipped  map[string]int // by stream
	total    poll.Report
}

func newWatch(r *run) *watch {
	return &watch{run: r, coverage: map[string]poll.Coverage{}, state: map[string]poll.State{}, why: map[string]error{}, skipped: map[string]int{}}
}

// lookout is the observer of one process.
type lookout struct {
	*watch
	process *process
}

// Page implements poll.Observer.
func (o lookout) Page(k poll.Key, r poll.Report) {
	o.process.flight.leave(k.Stream)
	o.page(k, r)
}

func (w *watch) page(k poll.Key, r poll.Report) {
	if r.Received != r.Delivered+r.Filtered+r.Outside+r.Duplicates+r.Dropped ||
		min(r.Delivered, r.Filtered, r.Outside, r.Duplicates, r.Dropped, r.Late, r.Undecodable) < 0 ||
		r.Late > r.Delivered || len(r.Delays) > r.Delivered || r.Undecodable > r.Received {
		w.run.fail("a report does not add up: %+v", r)
	}
	w.run.pipeline.reported(k.Stream, &r)
	w.run.trace.add("report %s received %d delivered %d filtered %d outside %d duplicates %d dropped %d late %d",
		k.Stream, r.Received, r.Delivered, r.Filtered, r.Outside, r.Duplicates, r.Dropped, r.Late)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.total.Delivered += r.Delivered
	w.total.Dropped += r.Dropped
}

// Covered implements poll.Observer.
func (w *watch) Covered(k poll.Key, c poll.Coverage) {
	if math.IsNaN(c.Settled) || c.Settled < 0 || c.Settled > 1 || c.Gap < 0 || c.Seen < 0 {
		w.run.fail("an impossible coverage: %+v", c)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.coverage[k.Stream] = c
}

// State implements poll.Observer.
func (w *watch) State(k poll.Key, s poll.State, err error) {
	w.run.trace.add("state %s %d: %v", k.Stream, s, err)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state[k.Stream], w.why[k.Stream] = s, err
	if s == poll.Failed {
		w.run.fail("%s has failed: %v", k.Stream, err)
	}
}

// Skipped implements poll.Observer.
func (w *watch) Skipped(k poll.Key, reason string, n int) {
	w.run.trace.add("skipped %s %s %d", k.Stream, reason, n)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.skipped[k.Stream] += n
}

// logCore sends the engine's log to the trace, and makes a panic that the engine
// survived a failure of the run.
type logCore struct {
	zapcore.LevelEnabler
	run    *run
	fields []zapcore.Field
}

// With implements zapcore.Core.
func (c *logCore) With(fields []zapcore.Field) zapcore.Core {
	return &logCore{c.LevelEnabler, c.run, append(c.fields[:len(c.fields):len(c.fields)], fields...)}
}

// Check implements zapcore.Core.
func (c *logCore) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return ce.AddCore(e, c)
	}
	return ce
}

// Write implements zapcore.Core.
func (c *logCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	enc := zapcore.NewMapObjectEncoder()
	for _, f := range append(c.fields[:len(c.fields):len(c.fields)], fields...) {
		f.AddTo(enc)
	}
	if strings.Contains(e.Message, "panicked") {
		c.run.fail("%s: %v", e.Message, enc.Fields)
	}
	c.run.trace.add("log %s %s %v", e.Level, e.Message, enc.Fields)
	return nil
}

// Sync implements zapcore.Core.
func (*logCore) Sync() error { return nil }
