package conformance_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// Whatever came from a vendor is accounted for, stream by stream: received = delivered
// + filtered + outside + duplicates + dropped; with a filter, repeats, events that
// cannot be decoded, requests that fail, and a pipeline that refuses some for good.
func TestCountersAddUp(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.telemetry = componenttest.NewTelemetry()
		r.entry["filter"] = map[string]any{"actor": map[string]any{"type": []any{"user"}}}
		pipeline := &picky{LogsSink: r.sink}
		r.next = pipeline
		r.backlog(60)
		r.world.Faults.Next(vendorsim.Internal, 1, "")
		r.world.Faults.Next(vendorsim.DuplicateRows, 2, "")
		r.start()
		pass(time.Hour)
		for _, s := range r.vendor.Streams {
			r.world.EmitEach(s.Name, 20, r.world.Now(), time.Second)
		}
		pass(2 * time.Hour)
		r.stop()

		delivered := 0.0
		for stream, received := range counted(t, r.telemetry, "received") {
			sum := 0.0
			for _, name := range []string{"delivered", "filtered", "outside", "duplicates", "dropped"} {
				sum += counted(t, r.telemetry, name)[stream]
			}
			assert.InDelta(t, received, sum, 0, "%s: received is not what became of it", stream)
			delivered += counted(t, r.telemetry, "delivered")[stream]
			assert.Positive(t, counted(t, r.telemetry, "pages")[stream], stream)
		}
		assert.InDelta(t, len(r.records()), delivered, 0)
		dropped := 0.0
		for _, n := range counted(t, r.telemetry, "dropped") {
			dropped += n
		}
		assert.InDelta(t, pipeline.refused, dropped, 0)
		assert.Positive(t, pipeline.refused)
		require.NoError(t, r.telemetry.Shutdown(context.WithoutCancel(t.Context())))
	})
}

// picky refuses the first page for good.
type picky struct {
	*consumertest.LogsSink

	once    sync.Once // streams deliver at the same time
	refused int
}

func (p *picky) ConsumeLogs(ctx context.Context, logs plog.Logs) (err error) {
	p.once.Do(func() {
		p.refused = logs.LogRecordCount()
		err = consumererror.NewPermanent(errors.New("too old"))
	})
	if err != nil {
		return err
	}
	return p.LogsSink.ConsumeLogs(ctx, logs)
}

// counted returns a counter by stream.
func counted(t *testing.T, tel *componenttest.Telemetry, name string) map[string]float64 {
	t.Helper()
	streams := map[string]float64{}
	m, err := tel.GetMetric("otelcol_receiver_activity_" + name)
	if err != nil {
		return streams // nothing was counted
	}
	sum, ok := m.Data.(metricdata.Sum[int64])
	require.True(t, ok, "%s is a %T", name, m.Data)
	for _, p := range sum.DataPoints {
		stream, _ := p.Attributes.Value(attribute.Key("stream"))
		streams[stream.AsString()] += float64(p.Value)
	}
	return streams
}
