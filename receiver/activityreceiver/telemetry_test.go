package activityreceiver

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/receiver/activityreceiver/internal/metadata"
	"github.com/otelactivity/otelactivity/receiver/activityreceiver/internal/metadatatest"
)

func newTestTelemetry(t *testing.T) (*telemetry, *componenttest.Telemetry) {
	t.Helper()
	tt := componenttest.NewTelemetry()
	builder, err := metadata.NewTelemetryBuilder(tt.NewTelemetrySettings())
	require.NoError(t, err)
	tel, err := newTelemetry(builder, newStatus(&testHost{}, nil, false))
	require.NoError(t, err)
	t.Cleanup(func() {
		builder.Shutdown()
		require.NoError(t, tt.Shutdown(context.WithoutCancel(t.Context())))
	})
	return tel, tt
}

// value is the sum of a counter's or gauge's points.
func value(t *testing.T, tt *componenttest.Telemetry, name string) float64 {
	t.Helper()
	m, err := tt.GetMetric("otelcol_receiver_activity_" + name)
	if err != nil {
		return 0 // nothing was counted
	}
	var sum float64
	switch data := m.Data.(type) {
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			sum += float64(p.Value)
		}
	case metricdata.Sum[float64]:
		for _, p := range data.DataPoints {
			sum += p.Value
		}
	case metricdata.Gauge[int64]:
		for _, p := range data.DataPoints {
			sum += float64(p.Value)
		}
	case metricdata.Gauge[float64]:
		for _, p := range data.DataPoints {
			sum += p.Value
		}
	default:
		t.Fatalf("%s is a %T", name, data)
	}
	return sum
}

func streamSet(more ...attribute.KeyValue) attribute.Set {
	return attribute.NewSet(streamAttributes(auditKey, more...)...)
}

func TestPagesAreCounted(t *testing.T) {
	tel, tt := newTestTelemetry(t)
	tel.Page(auditKey, poll.Report{
		Received: 20, Delivered: 9, Filtered: 5, Outside: 3, Duplicates: 2, Dropped: 1,
		Late: 4, Undecodable: 6, Bytes: 1000, Fetch: time.Second, Deliver: 2 * time.Second,
		Delays: []time.Duration{-time.Second, 20 * time.Second, 30 * time.Hour},
	})
	tel.Page(auditKey, poll.Report{Fetch: 3 * time.Second})
	tel.Skipped(auditKey, "expired", 7)

	ignore := metricdatatest.IgnoreTimestamp()
	count := func(n int64, more ...attribute.KeyValue) []metricdata.DataPoint[int64] {
		return []metricdata.DataPoint[int64]{{Attributes: streamSet(more...), Value: n}}
	}
	metadatatest.AssertEqualReceiverActivityReceived(t, tt, count(20), ignore)
	metadatatest.AssertEqualReceiverActivityDelivered(t, tt, count(9), ignore)
	metadatatest.AssertEqualReceiverActivityFiltered(t, tt, count(5), ignore)
	metadatatest.AssertEqualReceiverActivityOutside(t, tt, count(3), ignore)
	metadatatest.AssertEqualReceiverActivityDuplicates(t, tt, count(2), ignore)
	metadatatest.AssertEqualReceiverActivityDropped(t, tt, count(1, attribute.String("reason", "refused")), ignore)
	metadatatest.AssertEqualReceiverActivityLate(t, tt, count(4), ignore)
	metadatatest.AssertEqualReceiverActivityUndecodable(t, tt, count(6), ignore)
	metadatatest.AssertEqualReceiverActivityReceivedSize(t, tt, count(1000), ignore)
	metadatatest.AssertEqualReceiverActivityPages(t, tt, count(2), ignore)
	metadatatest.AssertEqualReceiverActivitySkipped(t, tt, count(7, attribute.String("reason", "expired")), ignore)
	assert.Equal(t, histogram{2, 4}, histogramOf(t, tt, "fetch_duration"))
	assert.Equal(t, histogram{1, 2}, histogramOf(t, tt, "deliver_duration"), "a page without events delivers nothing")
	assert.Equal(t, histogram{3, 20 + 30*3600}, histogramOf(t, tt, "delay"), "a clock ahead of ours is no negative delay")
}

type histogram struct {
	count uint64
	sum   float64
}

func histogramOf(t *testing.T, tt *componenttest.Telemetry, name string) histogram {
	t.Helper()
	m, err := tt.GetMetric("otelcol_receiver_activity_" + name)
	require.NoError(t, err)
	p := as[metricdata.Histogram[float64]](t, m.Data).DataPoints
	require.Len(t, p, 1)
	return histogram{p[0].Count, p[0].Sum}
}

func TestGauges(t *testing.T) {
	tel, tt := newTestTelemetry(t)
	tel.State(auditKey, poll.Parked, errors.New("HTTP 403"))
	_, err := tt.GetMetric("otelcol_receiver_activity_lag")
	require.Error(t, err, "nothing was delivered yet")

	tel.Covered(auditKey, poll.Coverage{Newest: time.Now().Add(-time.Hour), Gap: 2 * time.Hour, Settled: 0.75, Seen: 12})
	assert.InDelta(t, 3600, value(t, tt, "lag"), 5)
	assert.InDelta(t, 7200, value(t, tt, "coverage_gap"), 0)
	assert.InDelta(t, 0.75, value(t, tt, "settled"), 0)
	assert.InDelta(t, 12, value(t, tt, "seen_ids"), 0)
	metadatatest.AssertEqualReceiverActivityStreamState(t, tt, []metricdata.DataPoint[int64]{
		{Attributes: streamSet(attribute.String("state", "parked")), Value: 1},
	}, metricdatatest.IgnoreTimestamp())

	assert.Zero(t, value(t, tt, "oldest_gap"), "there is none")

	tel.forget()
	for _, name := range []string{"lag", "coverage_gap", "settled", "oldest_gap", "seen_ids", "stream_state"} {
		_, err := tt.GetMetric("otelcol_receiver_activity_" + name)
		assert.Error(t, err, "%s belongs to the replica that reads", name)
	}
}

// A stream that stands still tells nothing, and falls behind.
func TestGaugesWhileAStreamStandsStill(t *testing.T) {
	tel, tt := newTestTelemetry(t)
	now := time.Now()
	tel.Covered(auditKey, poll.Coverage{
		Start: now.Add(-24 * time.Hour), Until: now.Add(-4 * time.Hour), Lateness: time.Hour,
		Gap: 5 * time.Hour, OldestGap: now.Add(-10 * time.Hour), Settled: 0.75,
	})
	assert.InDelta(t, 8*3600, value(t, tt, "coverage_gap"), 5, "three hours more")
	assert.InDelta(t, 15.0/23, value(t, tt, "settled"), 0.01)
	assert.InDelta(t, 10*3600, value(t, tt, "oldest_gap"), 5)
}

func TestRequestsAreCounted(t *testing.T) {
	tel, tt := newTestTelemetry(t)
	for _, status := range []int{200, 204, 429, 503, 0, 777} {
		tel.Request("fake/eu", "", status, time.Second)
	}
	tel.Request("fake/eu", "token", 200, time.Second)
	tel.Throttled("fake/eu", "", 30*time.Second)
	tel.Throttled("fake/eu", "", 15*time.Second)
	tel.Budget("fake/eu", "", 80)
	tel.Budget("fake/eu", "", 42)

	class := func(name string, more ...attribute.KeyValue) attribute.Set {
		return attribute.NewSet(append([]attribute.KeyValue{
			attribute.String("provider", "fake"), attribute.String("instance", "fake/eu"), attribute.String("class", name),
		}, more...)...)
	}
	point := func(name, status string, n int64) metricdata.DataPoint[int64] {
		return metricdata.DataPoint[int64]{Attributes: class(name, attribute.String("status", status)), Value: n}
	}
	ignore := metricdatatest.IgnoreTimestamp()
	metadatatest.AssertEqualReceiverActivityRequests(t, tt, []metricdata.DataPoint[int64]{
		point("default", "2xx", 2), point("default", "4xx", 1), point("default", "5xx", 1), point("default", "error", 2), point("token", "2xx", 1),
	}, ignore)
	metadatatest.AssertEqualReceiverActivityThrottled(t, tt, []metricdata.DataPoint[float64]{{Attributes: class("default"), Value: 45}}, ignore)
	metadatatest.AssertEqualReceiverActivityBudgetRemaining(t, tt, []metricdata.DataPoint[float64]{{Attributes: class("default"), Value: 42}}, ignore)
}
