package activityreceiver

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pipeline"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/otelactivity/otelactivity/internal/schema"
	"github.com/otelactivity/otelactivity/receiver/activityreceiver/internal/metadata"
)

// generator makes events for the contract checker, a new vendor log per scenario.
type generator struct {
	vendor *vendor
	mu     sync.Mutex
	next   int
}

func (g *generator) Start() {
	g.vendor.mu.Lock()
	defer g.vendor.mu.Unlock()
	g.vendor.events = nil
}

func (*generator) Stop() {}

func (g *generator) Generate() []receivertest.UniqueIDAttrVal {
	g.mu.Lock()
	defer g.mu.Unlock()
	id := fmt.Sprintf("c-%d", g.next)
	g.next++
	g.vendor.put(event(id, "login", time.Now()))
	return []receivertest.UniqueIDAttrVal{receivertest.UniqueIDAttrVal(id)}
}

// checked is what the checker needs between the receiver and its own consumer: the
// vendor's id under the name that it looks for, and an end to refusals. The checker
// waits for five seconds and refuses at random, while the receiver doubles its
// waits; so a batch that comes again is offered until the checker decides.
type checked struct {
	next consumer.Logs

	mu      sync.Mutex
	offered map[string]bool
}

func (c *checked) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

func (c *checked) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	again := false
	for _, r := range records(logs) {
		id, _ := r.Attributes().Get(schema.ID)
		r.Attributes().PutStr(receivertest.UniqueIDAttrName, id.Str())
		again = again || c.offered[id.Str()]
		c.offered[id.Str()] = true
	}
	for {
		err := c.next.ConsumeLogs(ctx, logs)
		if err == nil || consumererror.IsPermanent(err) || !again {
			return err
		}
	}
}

func TestConsumeContract(t *testing.T) {
	v := newVendor(t)
	inner := NewFactory(WithProvider(fakeProvider()))
	factory := receiver.NewFactory(metadata.Type, inner.CreateDefaultConfig, receiver.WithLogs(
		func(ctx context.Context, set receiver.Settings, cfg component.Config, next consumer.Logs) (receiver.Logs, error) {
			return inner.CreateLogs(ctx, set, cfg, &checked{next: next, offered: map[string]bool{}})
		}, metadata.LogsStability))
	cfg, err := loadYAML(t, configFor(v, ""))
	require.NoError(t, err)
	receivertest.CheckConsumeContract(receivertest.CheckConsumeContractParams{
		T:             t,
		Factory:       factory,
		Signal:        pipeline.SignalLogs,
		Config:        cfg,
		Generator:     &generator{vendor: v},
		GenerateCount: 100,
	})
}
