package activityreceiver

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
	"github.com/otelactivity/otelactivity/internal/schema"
	"github.com/otelactivity/otelactivity/receiver/activityreceiver/internal/metadata"
)

const (
	patience = 10 * time.Second
	tick     = 5 * time.Millisecond
)

// memoryStorage is a storage extension whose clients keep one memory.
type memoryStorage struct {
	component.StartFunc
	component.ShutdownFunc
	memory *ledgertest.Memory
	err    error
}

func (s *memoryStorage) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	if s.err != nil {
		return nil, s.err
	}
	s.memory.Restart()
	return s.memory, nil
}

type nothing struct {
	component.StartFunc
	component.ShutdownFunc
}

func hostWith(t testing.TB, extensions map[string]component.Component) *testHost {
	t.Helper()
	h := &testHost{extensions: map[component.ID]component.Component{}}
	for name, e := range extensions {
		var id component.ID
		require.NoError(t, id.UnmarshalText([]byte(name)))
		h.extensions[id] = e
	}
	return h
}

// collected is a consumer that keeps the ids of the records it accepts.
type collected struct {
	consumertest.LogsSink
	decide func(plog.Logs) error

	mu  sync.Mutex
	ids []string
}

func (c *collected) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	if c.decide != nil {
		if err := c.decide(logs); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range records(logs) {
		id, _ := r.Attributes().Get(schema.ID)
		c.ids = append(c.ids, id.Str())
	}
	return c.LogsSink.ConsumeLogs(ctx, logs)
}

func records(logs plog.Logs) []plog.LogRecord {
	var list []plog.LogRecord
	for _, rl := range logs.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, r := range sl.LogRecords().All() {
				list = append(list, r)
			}
		}
	}
	return list
}

func (c *collected) has(ids ...string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.ids) >= len(ids) && assert.ObjectsAreEqual(setOf(ids), setOf(c.ids))
}

func (c *collected) accepted() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.ids...)
}

func setOf(ids []string) map[string]bool {
	m := map[string]bool{}
	for _, id := range ids {
		m[id] = true
	}
	return m
}

// config of one instance that reads v.
func configFor(v *vendor, more string) string {
	return fmt.Sprintf(`
poll_interval: 1s
%s
providers:
  fake/eu: {domain: acme.example.com, token: fake-token, endpoint: %q}
`, more, v.URL)
}

func create(t testing.TB, yaml string, set receiver.Settings, next consumer.Logs) receiver.Logs {
	t.Helper()
	cfg, err := loadYAML(t, yaml)
	require.NoError(t, err)
	r, err := NewFactory(WithProvider(fakeProvider())).CreateLogs(context.Background(), set, cfg, next)
	require.NoError(t, err)
	return r
}

func settings() receiver.Settings {
	return receiver.Settings{
		ID:                component.NewID(metadata.Type),
		TelemetrySettings: componenttest.NewNopTelemetrySettings(),
		BuildInfo:         component.BuildInfo{Version: "1.2.3"},
	}
}

// start runs a receiver until the test ends.
func start(t testing.TB, yaml string, host component.Host, next consumer.Logs) receiver.Logs {
	t.Helper()
	r := create(t, yaml, settings(), next)
	require.NoError(t, r.Start(context.Background(), host))
	t.Cleanup(func() { assert.NoError(t, r.Shutdown(context.Background())) })
	return r
}
