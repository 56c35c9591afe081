package poll_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
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

// event is one event of the fake vendor.
type event struct {
	ID      string    `json:"id,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Bad     string    `json:"bad,omitempty"` // "error" or "panic" when decoded
	Actor   string    `json:"actor,omitempty"`
	visible time.Time // when the vendor first shows it
}

// vendor is a fake vendor with one list of events, and the three ways to read it.
type vendor struct {
	mu      sync.Mutex
	events  []event
	asked   []providers.Query
	shown   int                                          // pages answered
	refuse  func(providers.Query) error                  // asked before each answer
	change  func(providers.Query, *providers.Page)       // the last word about each page
	onFetch func(ctx context.Context, q providers.Query) // outside the lock
}

func (v *vendor) add(es ...event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, e := range es {
		if e.visible.IsZero() {
			e.visible = e.At
		}
		i, _ := slices.BinarySearchFunc(v.events, e, func(a, b event) int { return cmp.Or(a.At.Compare(b.At), -1) })
		v.events = slices.Insert(v.events, i, e)
	}
}

// now adds an event that happens and shows now.
func (v *vendor) now(id string) { v.add(event{ID: id, At: time.Now()}) }

func (v *vendor) fetch(list func(now time.Time, q providers.Query) []event, byCursor bool) func(context.Context, providers.Client, providers.Query) (providers.Page, error) {
	return func(ctx context.Context, _ providers.Client, q providers.Query) (providers.Page, error) {
		v.mu.Lock()
		onFetch := v.onFetch
		v.mu.Unlock()
		if onFetch != nil {
			onFetch(ctx, q)
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		v.asked = append(v.asked, q)
		if v.refuse != nil {
			if err := v.refuse(q); err != nil {
				return providers.Page{}, err
			}
		}
		all := list(time.Now(), q)
		offset, _ := strconv.Atoi(q.Cursor)
		offset = min(offset, len(all))
		end := min(offset+q.PageSize, len(all))
		p := providers.Page{Next: strconv.Itoa(end), More: end < len(all)}
		if byCursor && end == 0 {
			p.Next = ""
		}
		for _, e := range all[offset:end] {
			raw, err := json.Marshal(e)
			if err != nil {
				return p, err
			}
			p.Events = append(p.Events, providers.Event{Raw: string(raw)})
		}
		if v.change != nil {
			v.change(q, &p)
		}
		v.shown++
		return p, nil
	}
}

// inWindow lists what is visible of a window, in the order o.
func (v *vendor) inWindow(o providers.Order) func(time.Time, providers.Query) []event {
	return func(now time.Time, q providers.Query) []event {
		from, _ := slices.BinarySearchFunc(v.events, q.Since, func(e event, t time.Time) int { return e.At.Compare(t) })
		to, _ := slices.BinarySearchFunc(v.events, q.Until, func(e event, t time.Time) int { return e.At.Compare(t) })
		return visible(v.events[from:max(from, to)], now, o)
	}
}

// list lists what is visible of everything, in the order o.
func (v *vendor) list(o providers.Order) func(time.Time, providers.Query) []event {
	return func(now time.Time, _ providers.Query) []event { return visible(v.events, now, o) }
}

// arrivals lists everything in the order in which it showed. Its offsets are cursors
// that last.
func (v *vendor) arrivals(now time.Time, _ providers.Query) []event {
	in := visible(v.events, now, providers.OldestFirst)
	slices.SortStableFunc(in, func(a, b event) int { return a.visible.Compare(b.visible) })
	return in
}

// visible returns the events that show by now, of a list that is sorted by time.
func visible(events []event, now time.Time, o providers.Order) []event {
	in := make([]event, 0, len(events))
	for _, e := range events {
		if !e.visible.After(now) {
			in = append(in, e)
		}
	}
	switch o {
	case providers.NewestFirst:
		slices.Reverse(in)
	case providers.Unordered: // the halves crossed
		in = slices.Concat(in[len(in)/2:], in[:len(in)/2])
	}
	return in
}

func (v *vendor) stream(t providers.Traits) providers.Stream {
	if t.PageSize == 0 {
		t.PageSize = 10
	}
	s := providers.Stream{Name: "audit", Traits: t, Decode: decode}
	switch t.Resume {
	case providers.ByWindow:
		s.Fetch = v.fetch(v.inWindow(t.Order), false)
	case providers.ByWalk:
		s.Fetch = v.fetch(v.list(t.Order), false)
	default:
		s.Fetch = v.fetch(v.arrivals, true)
	}
	return s
}

func decode(e providers.Event) (providers.Activity, error) {
	var in event
	if err := json.Unmarshal([]byte(e.Raw), &in); err != nil {
		return providers.Activity{}, err
	}
	a := providers.Activity{ID: in.ID, CreatedAt: in.At.UTC(), RawAction: "test", Actor: providers.Actor{ID: in.Actor}}
	switch in.Bad {
	case "error":
		return a, fmt.Errorf("a bad event")
	case "panic":
		panic("a very bad event")
	}
	return a, nil
}

func (v *vendor) queries() []providers.Query {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.asked)
}

func (v *vendor) forgetQueries() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asked = nil
}

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
