package conformance_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
	"github.com/otelactivity/otelactivity/receiver/activityreceiver"
)

// rig is one vendor, simulated, and a receiver that polls it.
type rig struct {
	t      *testing.T
	vendor vendorsim.Vendor
	world  *vendorsim.World
	entry  map[string]any // the provider entry of the configuration
	store  *ledgertest.Memory
	sink   *consumertest.LogsSink
	next   consumer.Logs
	logs   *observer.ObservedLogs
	// telemetry is set when a test reads metrics.
	telemetry *componenttest.Telemetry
	wire      *wire
	health    []string // with the lock of wire

	receiver receiver.Logs
	// settled is when every stream must have delivered everything: the longest
	// lateness, and a while, because the last windows of it wait for company.
	settled time.Duration
	every   time.Duration // a vendor is polled
}

const (
	lookback = 24 * time.Hour
	// poll is long, because hours of fake time pass in most tests, and longer where
	// days do: pollsInLateness is how often a vendor is asked at most in its lateness.
	poll            = 5 * time.Minute
	pollsInLateness = 48
)

// inBubble runs a test in fake time. The clock is set to a moment within a day, so
// that whole days have no lucky edges.
func inBubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 3, 11, 13, 47, 11, 123456789, time.UTC)
		pass(time.Until(start))
		f(t)
	})
}

// pass lets fake time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func newRig(t *testing.T, vendor vendorsim.Vendor, config func(string) map[string]any) *rig {
	t.Helper()
	world := vendorsim.NewWorld(vendor, vendorsim.Options{Seed: 7})
	r := &rig{
		t: t, vendor: vendor, world: world, store: ledgertest.New(), sink: new(consumertest.LogsSink),
		wire: &wire{next: vendorsim.RoundTripper(world.Handler())},
	}
	late := lateness(t, vendor.Key)
	r.next, r.settled = r.sink, 5*late/3+3*time.Hour
	r.entry = config("http://" + strings.ReplaceAll(vendor.Key, "_", "-") + ".sim.example")
	r.every = max(poll, late/pollsInLateness)
	r.entry["poll_interval"] = r.every.String()
	r.entry["http"] = map[string]any{"middlewares": []any{map[string]any{"id": "wire"}}}
	return r
}

// start makes a receiver of the configuration, as the collector would, and starts
// it.
func (r *rig) start() {
	r.t.Helper()
	factory := activityreceiver.NewFactory()
	config := factory.CreateDefaultConfig()
	require.NoError(r.t, confmap.NewFromStringMap(map[string]any{
		"storage":          "memory",
		"initial_lookback": lookback.String(),
		"providers":        map[string]any{r.vendor.Key: r.entry},
	}).Unmarshal(config))
	require.NoError(r.t, confmap.Validate(config))
	settings := receivertest.NewNopSettings(factory.Type())
	if r.telemetry != nil {
		settings.TelemetrySettings = r.telemetry.NewTelemetrySettings()
	}
	core, logs := observer.New(zap.InfoLevel)
	r.logs = logs
	settings.Logger = zap.New(core)
	built, err := factory.CreateLogs(r.t.Context(), settings, config, r.next)
	require.NoError(r.t, err)
	require.NoError(r.t, built.Start(r.t.Context(), r))
	r.receiver = built
}

func (r *rig) stop() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	require.NoError(r.t, r.receiver.Shutdown(ctx))
	r.receiver = nil
	r.store.Restart()
}

// read starts, lets time pass and stops.
func (r *rig) read(d time.Duration) {
	r.t.Helper()
	r.start()
	pass(d)
	r.stop()
}

// GetExtensions makes the rig the receiver's host.
func (r *rig) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{
		component.MustNewID("memory"): memory{r.store},
		component.MustNewID("wire"):   r.wire,
	}
}

// Report keeps what the component says of its health.
func (r *rig) Report(e *componentstatus.Event) {
	r.wire.mu.Lock()
	defer r.wire.mu.Unlock()
	r.health = append(r.health, fmt.Sprint(e.Status(), e.Err()))
}

// memory is a storage extension over one client.
type memory struct{ client *ledgertest.Memory }

func (memory) Start(context.Context, component.Host) error { return nil }
func (memory) Shutdown(context.Context) error              { return nil }

func (m memory) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	return m.client, nil
}

// wire is a middleware that answers requests in process and notes which hosts got a
// credential.
type wire struct {
	next http.RoundTripper

	mu          sync.Mutex
	hosts       []string
	credentials map[string]bool // that came in Authorization
}

func (*wire) Start(context.Context, component.Host) error { return nil }
func (*wire) Shutdown(context.Context) error              { return nil }

func (w *wire) GetHTTPRoundTripper(context.Context) (func(context.Context, http.RoundTripper) (http.RoundTripper, error), error) {
	return func(context.Context, http.RoundTripper) (http.RoundTripper, error) { return w, nil }, nil
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	if !slices.Contains(w.hosts, req.URL.Host) {
		w.hosts = append(w.hosts, req.URL.Host)
	}
	if fields := strings.Fields(req.Header.Get("Authorization")); len(fields) > 0 {
		if w.credentials == nil {
			w.credentials = map[string]bool{}
		}
		w.credentials[fields[len(fields)-1]] = true
	}
	w.mu.Unlock()
	return w.next.RoundTrip(req)
}

var _ component.Host = (*rig)(nil)

// noViolations requires that the vendor had nothing to object to.
func (r *rig) noViolations() {
	r.t.Helper()
	for _, v := range r.world.Violations() {
		assert.Failf(r.t, "the vendor objects", "%+v", v)
	}
}

// lateness is the longest that a provider declares.
func lateness(t *testing.T, key string) time.Duration {
	t.Helper()
	var longest time.Duration
	for _, s := range exampleStreams(t, key) {
		longest = max(longest, s.Lateness)
	}
	return longest
}

// pages reports whether a provider lets its user choose the page size.
func pages(t *testing.T, key string) bool {
	t.Helper()
	return slices.ContainsFunc(exampleStreams(t, key), func(s providers.Stream) bool { return s.MaxPageSize > 0 })
}

// exampleStreams returns the streams of a provider's example configuration.
func exampleStreams(t *testing.T, key string) []providers.Stream {
	t.Helper()
	for _, p := range all.Providers() {
		if p.Key == key {
			c, o := p.Example()
			source, err := c.Open(o)
			require.NoError(t, err)
			return source.Streams
		}
	}
	require.Failf(t, "no such provider", "%s", key)
	return nil
}
