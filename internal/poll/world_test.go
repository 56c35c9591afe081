package poll_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client is a poll.Client whose budget never ends, unless ready says otherwise.
type client struct {
	ready func(ctx context.Context, live bool) error
}

func (client) Do(context.Context, providers.Request) (*providers.Response, error) {
	panic("the fake vendor needs no client")
}

func (c client) Ready(ctx context.Context, _ string, live bool) error {
	if c.ready != nil {
		return c.ready(ctx, live)
	}
	return ctx.Err()
}

// secret is what the fake client knows of credentials.
const secret = "planted-secret"

func (client) Clean(err error) error {
	if !strings.Contains(err.Error(), secret) {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), secret, "[hidden]"))
}

// sink is a pipeline that keeps everything.
type sink struct {
	mu      sync.Mutex
	got     []providers.Activity
	uids    []string
	when    []time.Time
	calls   int
	deliver func(context.Context, *poll.Batch) error // asked first
}

func (s *sink) Deliver(ctx context.Context, b *poll.Batch) error {
	s.mu.Lock()
	deliver := s.deliver
	s.mu.Unlock()
	var err error
	if deliver != nil {
		err = deliver(ctx, b)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if refusal, ok := err.(*poll.Refusal); ok {
		s.keep(b, func(i int) bool { return !slices.Contains(refusal.Rest, i) && i >= refusal.Dropped })
	} else if err == nil {
		s.keep(b, func(int) bool { return true })
	}
	return err
}

func (s *sink) keep(b *poll.Batch, accepted func(i int) bool) {
	for i, a := range b.Activities {
		if accepted(i) {
			s.got, s.uids, s.when = append(s.got, a), append(s.uids, b.UIDs[i]), append(s.when, time.Now())
		}
	}
}

// delay returns how long after its time an event came.
func (s *sink) delay(t *testing.T, id string) time.Duration {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.got, func(a providers.Activity) bool { return a.ID == id })
	require.GreaterOrEqual(t, i, 0, "%s was delivered", id)
	return s.when[i].Sub(s.got[i].CreatedAt)
}

func (s *sink) ids() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]string, len(s.got))
	for i := range s.got {
		ids[i] = s.got[i].ID
	}
	return ids
}

// seen keeps what an observer is told, and checks that every report adds up.
type seen struct {
	t        testing.TB
	mu       sync.Mutex
	total    poll.Report
	reports  int
	states   []poll.State
	errs     []error
	skipped  map[string]int
	coverage poll.Coverage
}

func (o *seen) Page(_ poll.Key, r poll.Report) {
	o.mu.Lock()
	defer o.mu.Unlock()
	assert.Equal(o.t, r.Received, r.Delivered+r.Filtered+r.Outside+r.Duplicates+r.Dropped, "a report adds up: %+v", r)
	assert.LessOrEqual(o.t, r.Late, r.Delivered)
	assert.LessOrEqual(o.t, len(r.Delays), r.Delivered)
	o.reports++
	o.total.Received += r.Received
	o.total.Delivered += r.Delivered
	o.total.Filtered += r.Filtered
	o.total.Outside += r.Outside
	o.total.Duplicates += r.Duplicates
	o.total.Dropped += r.Dropped
	o.total.Late += r.Late
	o.total.Undecodable += r.Undecodable
	o.total.Bytes += r.Bytes
	o.total.Delays = append(o.total.Delays, r.Delays...)
}

func (o *seen) Covered(_ poll.Key, c poll.Coverage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	assert.GreaterOrEqual(o.t, c.Settled, 0.0)
	assert.LessOrEqual(o.t, c.Settled, 1.0)
	o.coverage = c
}

func (o *seen) State(_ poll.Key, s poll.State, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.states, o.errs = append(o.states, s), append(o.errs, err)
}

func (o *seen) Skipped(_ poll.Key, reason string, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.skipped == nil {
		o.skipped = map[string]int{}
	}
	o.skipped[reason] += n
}

func (o *seen) state() (poll.State, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.states) == 0 {
		return -1, nil
	}
	return o.states[len(o.states)-1], o.errs[len(o.errs)-1]
}

func (o *seen) sum() poll.Report {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.total
}

// world is an engine with one stream between fakes. It lives in a synctest bubble.
type world struct {
	t      *testing.T
	vendor *vendor
	client client
	sink   *sink
	seen   *seen
	disk   *ledgertest.Memory
	logs   *observer.ObservedLogs
	set    poll.Settings
	stream *poll.Stream
	engine *poll.Engine
}

func newWorld(t *testing.T, traits providers.Traits) *world {
	core, logs := observer.New(zapcore.DebugLevel)
	w := &world{t: t, vendor: &vendor{}, sink: &sink{}, seen: &seen{t: t}, disk: ledgertest.New(), logs: logs}
	w.stream = &poll.Stream{
		Key:          poll.Key{Provider: "acme", Instance: "acme/eu", Stream: "audit"},
		Source:       &providers.Source{Tenant: "acme.example.com"},
		Stream:       w.vendor.stream(traits),
		PollInterval: time.Minute, InitialLookback: time.Hour, Lateness: traits.Lateness,
		PageSize: w.vendor.stream(traits).PageSize,
	}
	w.set = poll.Settings{Logger: zap.New(core), Seed: 1}
	return w
}

func (w *world) start() {
	w.t.Helper()
	w.set.Sink, w.set.Observer = w.sink, w.seen
	if w.set.Storage == nil && w.disk != nil {
		w.set.Storage = storage.Client(w.disk)
	}
	w.stream.Client = w.client
	w.engine = poll.New(w.set)
	w.engine.Add([]*poll.Stream{w.stream})
	w.engine.Start()
}

func (w *world) stop() {
	w.t.Helper()
	require.NoError(w.t, w.engine.Shutdown(context.Background()))
}

// kill ends the engine without any grace, and leaves the disk as it is.
func (w *world) kill() {
	w.t.Helper()
	disk := w.disk.Copy()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = w.engine.Shutdown(ctx)
	synctest.Wait()
	w.disk, w.set.Storage = disk, disk
}

// change changes the fakes while the engine runs.
func (w *world) change(f func()) {
	w.vendor.mu.Lock()
	defer w.vendor.mu.Unlock()
	w.sink.mu.Lock()
	defer w.sink.mu.Unlock()
	f()
}

// run lets time pass.
func run(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// exactlyOnce checks that the sink has exactly the given events.
func (w *world) exactlyOnce(ids ...string) {
	w.t.Helper()
	count := map[string]int{}
	for _, id := range w.sink.ids() {
		count[id]++
	}
	var lost, repeated []string
	for _, id := range ids {
		if count[id] == 0 {
			lost = append(lost, id)
		}
		if count[id] > 1 {
			repeated = append(repeated, id)
		}
		delete(count, id)
	}
	assert.Empty(w.t, lost, "lost")
	assert.Empty(w.t, repeated, "repeated")
	assert.Empty(w.t, count, "not wanted")
}

// logged returns how many entries at level or above contain the text.
func (w *world) logged(level zapcore.Level, text string) int {
	n := 0
	for _, e := range w.logs.All() {
		if e.Level >= level && strings.Contains(e.Message, text) {
			n++
		}
	}
	return n
}

type operation = storage.Operation

// atomic32 is a counter that knows its peak.
type atomic32 struct{ atomic.Int32 }

func (a *atomic32) add(n int32) int32 { return a.Add(n) }

func (a *atomic32) max(n int32) {
	for {
		old := a.Load()
		if n <= old || a.CompareAndSwap(old, n) {
			return
		}
	}
}
