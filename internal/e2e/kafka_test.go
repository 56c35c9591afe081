//go:build e2e

package e2e

import (
	"context"
	"net"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelactivity/otelactivity/internal/proc"
)

func TestKafka(t *testing.T) {
	dir := place(t)
	// Okta's pages have up to 1000 events, so that the first ones are larger than a
	// message may be.
	const backlog = 1500
	k := newKafka(t, dir)
	deliver(t, k, dir, scenario{
		name: "Kafka (kfake)", config: "kafka.yaml", exporter: "kafka", backlog: backlog,
		sources: []source{
			{instance: "okta", vendor: "okta", stream: "system"},
			{instance: "github", vendor: "github", stream: "audit"},
			{instance: "slack", vendor: "slack", stream: "audit_logs"},
		},
	})
	assert.Greater(t, k.largest, 600_000, "pages were split because of their size")
}

const topic = "activity"

// kafka is a broker, with what a consumer has read of its topic so far.
type kafka struct {
	*service
	broker string
	client *kgo.Client
	next   map[int32]int64 // offset by partition
	read   []record

	largest int // message, in bytes
}

func newKafka(t *testing.T, dir string) *kafka {
	t.Helper()
	k := &kafka{broker: address(t), next: map[int32]int64{}}
	_, port, err := net.SplitHostPort(k.broker)
	require.NoError(t, err)
	k.client, err = kgo.NewClient(kgo.SeedBrokers(k.broker), kgo.ConsumeTopics(topic))
	require.NoError(t, err)
	t.Cleanup(k.client.Close)
	k.service = newService(t, proc.Spec{
		Name: "kafka", Path: program(t, "kafka"),
		Args:  []string{"-port", port, "-dir", filepath.Join(dir, "kafka"), "-topic", topic},
		Log:   filepath.Join(dir, "kafka.log"),
		Ready: k.client.Ping,
	})
	return k
}

func (k *kafka) env() []string { return []string{"KAFKA_BROKER=" + k.broker} }

func (k *kafka) field(attribute string) string { return attribute }

// records reads to the end of every partition.
func (k *kafka) records(ctx context.Context) ([]record, error) {
	ends, err := kadm.NewClient(k.client).ListEndOffsets(ctx, topic)
	if err != nil {
		return nil, err
	}
	behind := func() bool {
		late := false
		ends.Each(func(o kadm.ListedOffset) { late = late || k.next[o.Partition] < o.Offset })
		return late
	}
	for behind() {
		fetches := k.client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, err
		}
		for _, message := range fetches.Records() {
			logs, err := new(plog.ProtoUnmarshaler).UnmarshalLogs(message.Value)
			if err != nil {
				return nil, err
			}
			k.read = append(k.read, flatten(logs)...)
			k.next[message.Partition] = message.Offset + 1
			k.largest = max(k.largest, len(message.Value))
		}
	}
	return slices.Clone(k.read), ends.Error()
}
