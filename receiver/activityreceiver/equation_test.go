package activityreceiver

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelactivity/otelactivity/receiver/activityreceiver/internal/metadatatest"
)

// What came in went somewhere: received = delivered + filtered + outside +
// duplicates + dropped.
func TestCountersAddUp(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	now := time.Now()
	v.put(
		event("in-1", "login", now.Add(-time.Minute)),
		event("in-2", "login", now.Add(-2*time.Minute)),
		event("filtered-1", "destroy", now.Add(-time.Minute)),
		event("filtered-2", "create", now.Add(-time.Minute)),
		event("outside", "login", now.Add(-1000*time.Hour)),
		event("in-1", "login", now.Add(-time.Minute)),
		`["undecodable"]`,
	)
	tt := componenttest.NewTelemetry()
	var batches atomic.Int64
	next := &collected{decide: func(plog.Logs) error {
		if batches.Add(1) == 1 {
			return nil
		}
		return consumererror.NewPermanent(errors.New("too old"))
	}}
	r := create(t, fmt.Sprintf(`
poll_interval: 1s
providers:
  fake/eu:
    domain: acme.example.com
    token: fake-token
    endpoint: %q
    streams: [sign_ins]
    filter: {action: [login]}
`, v.URL), metadatatest.NewSettings(tt), next)
	require.NoError(t, r.Start(t.Context(), hostWith(t, nil)))
	require.Eventually(t, func() bool { return value(t, tt, "delivered") >= 2 && value(t, tt, "duplicates") >= 3 }, patience, tick)
	v.put(event("dropped", "login", time.Now()))
	require.Eventually(t, func() bool { return value(t, tt, "dropped") == 1 }, patience, tick)
	require.Eventually(t, func() bool { return value(t, tt, "lag") > 0 }, patience, tick)
	assert.Positive(t, value(t, tt, "seen_ids"))
	assert.Positive(t, value(t, tt, "requests"))
	assert.Positive(t, histogramOf(t, tt, "fetch_duration").count)
	assert.Positive(t, histogramOf(t, tt, "delay").count)

	// The engine is stopped but the meter still reads what was counted.
	require.NoError(t, as[*activityReceiver](t, r).engine.Shutdown(t.Context()))
	sum := 0.0
	for _, name := range []string{"delivered", "filtered", "outside", "duplicates", "dropped"} {
		n := value(t, tt, name)
		assert.Positive(t, n, name)
		sum += n
	}
	assert.InDelta(t, value(t, tt, "received"), sum, 0)
	assert.Positive(t, value(t, tt, "undecodable"))
	require.NoError(t, r.Shutdown(t.Context()))
	require.NoError(t, tt.Shutdown(context.WithoutCancel(t.Context())))
}
