package activityreceiver

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/receiver/activityreceiver/internal/metadata"
)

// Why an event was dropped.
const droppedRefused = "refused"

// telemetry turns what the engine and the HTTP clients tell into metrics.
type telemetry struct {
	*status
	builder *metadata.TelemetryBuilder

	mu      sync.Mutex
	streams map[poll.Key]*streamMetrics
	classes map[classKey]*classMetrics
}

// streamMetrics is what the gauges of one stream show, and its attributes, made
// once.
type streamMetrics struct {
	key      poll.Key
	set      metric.MeasurementOption
	covered  bool
	coverage poll.Coverage
	state    poll.State
}

func newTelemetry(builder *metadata.TelemetryBuilder, s *status) (*telemetry, error) {
	t := &telemetry{
		status:  s,
		builder: builder,
		streams: map[poll.Key]*streamMetrics{},
		classes: map[classKey]*classMetrics{},
	}
	return t, t.register()
}

func (t *telemetry) stream(key poll.Key) *streamMetrics {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.streamLocked(key)
}

func (t *telemetry) streamLocked(key poll.Key) *streamMetrics {
	s, ok := t.streams[key]
	if !ok {
		s = &streamMetrics{key: key, set: metric.WithAttributeSet(attribute.NewSet(streamAttributes(key)...))}
		t.streams[key] = s
	}
	return s
}

func streamAttributes(key poll.Key, more ...attribute.KeyValue) []attribute.KeyValue {
	return append([]attribute.KeyValue{
		attribute.String("provider", key.Provider),
		attribute.String("instance", key.Instance),
		attribute.String("stream", key.Stream),
	}, more...)
}

// Page implements poll.Observer.
func (t *telemetry) Page(key poll.Key, r poll.Report) {
	ctx, set, b := context.Background(), t.stream(key).set, t.builder
	b.ReceiverActivityPages.Add(ctx, 1, set)
	for _, c := range []struct {
		counter metric.Int64Counter
		n       int
	}{
		{b.ReceiverActivityReceived, r.Received},
		{b.ReceiverActivityDelivered, r.Delivered},
		{b.ReceiverActivityFiltered, r.Filtered},
		{b.ReceiverActivityOutside, r.Outside},
		{b.ReceiverActivityDuplicates, r.Duplicates},
		{b.ReceiverActivityLate, r.Late},
		{b.ReceiverActivityUndecodable, r.Undecodable},
		{b.ReceiverActivityReceivedSize, r.Bytes},
	} {
		if c.n > 0 {
			c.counter.Add(ctx, int64(c.n), set)
		}
	}
	if r.Dropped > 0 {
		b.ReceiverActivityDropped.Add(ctx, int64(r.Dropped), withReason(key, droppedRefused))
	}
	b.ReceiverActivityFetchDuration.Record(ctx, r.Fetch.Seconds(), set)
	if r.Deliver > 0 {
		b.ReceiverActivityDeliverDuration.Record(ctx, r.Deliver.Seconds(), set)
	}
	for _, d := range r.Delays {
		b.ReceiverActivityDelay.Record(ctx, max(d, 0).Seconds(), set)
	}
}

// Covered implements poll.Observer.
func (t *telemetry) Covered(key poll.Key, c poll.Coverage) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.streamLocked(key)
	s.covered, s.coverage = true, c
}

// State implements poll.Observer.
func (t *telemetry) State(key poll.Key, state poll.State, err error) {
	t.mu.Lock()
	t.streamLocked(key).state = state
	t.mu.Unlock()
	t.change(key, state, err)
}

// Skipped implements poll.Observer.
func (t *telemetry) Skipped(key poll.Key, reason string, count int) {
	t.builder.ReceiverActivitySkipped.Add(context.Background(), int64(count), withReason(key, reason))
}

func withReason(key poll.Key, reason string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(streamAttributes(key, attribute.String("reason", reason))...))
}

// forget leaves only what is counted: a replica that does not lead shows no gauge.
func (t *telemetry) forget() {
	t.mu.Lock()
	clear(t.streams)
	clear(t.classes)
	t.mu.Unlock()
	t.clear()
}

func (t *telemetry) register() error {
	b := t.builder
	for _, err := range []error{
		b.RegisterReceiverActivityLagCallback(t.float(func(c *poll.Coverage) (float64, bool) {
			return time.Since(c.Newest).Seconds(), !c.Newest.IsZero()
		})),
		b.RegisterReceiverActivityCoverageGapCallback(t.float(func(c *poll.Coverage) (float64, bool) {
			return c.Gap.Seconds(), true
		})),
		b.RegisterReceiverActivitySettledCallback(t.float(func(c *poll.Coverage) (float64, bool) {
			return c.Settled, true
		})),
		b.RegisterReceiverActivityOldestGapCallback(t.float(func(c *poll.Coverage) (float64, bool) {
			if c.OldestGap.IsZero() {
				return 0, true
			}
			return time.Since(c.OldestGap).Seconds(), true
		})),
		b.RegisterReceiverActivitySeenIdsCallback(t.seen),
		b.RegisterReceiverActivityStreamStateCallback(t.states),
		b.RegisterReceiverActivityBudgetRemainingCallback(t.budgetsLeft),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// float observes one number of every stream that has it, as it is now: a stream that
// stands still tells nothing.
func (t *telemetry) float(value func(*poll.Coverage) (float64, bool)) metric.Float64Callback {
	return func(_ context.Context, o metric.Float64Observer) error {
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, s := range t.streams {
			c := s.coverage.At(time.Now())
			if v, ok := value(&c); ok && s.covered {
				o.Observe(v, s.set)
			}
		}
		return nil
	}
}

func (t *telemetry) seen(_ context.Context, o metric.Int64Observer) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.streams {
		if s.covered {
			o.Observe(int64(s.coverage.Seen), s.set)
		}
	}
	return nil
}

func (t *telemetry) states(_ context.Context, o metric.Int64Observer) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.streams {
		o.Observe(1, metric.WithAttributeSet(attribute.NewSet(streamAttributes(s.key, attribute.String("state", stateName(s.state)))...)))
	}
	return nil
}
