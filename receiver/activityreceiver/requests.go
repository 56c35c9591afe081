package activityreceiver

import (
	"context"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// defaultClass names the class of requests of vendors that count all together.
const defaultClass = "default"

// classKey names one class of requests of one instance.
type classKey struct{ instance, class string }

// classMetrics is what is known of one class of requests, and its attributes, made
// once.
type classMetrics struct {
	key       classKey
	set       metric.MeasurementOption
	statuses  map[string]metric.MeasurementOption
	told      bool // the vendor says what remains
	remaining float64
}

func (t *telemetry) class(instance, class string) *classMetrics {
	if class == "" {
		class = defaultClass
	}
	key := classKey{instance, class}
	c, ok := t.classes[key]
	if !ok {
		c = &classMetrics{
			key:      key,
			set:      metric.WithAttributeSet(attribute.NewSet(key.attributes()...)),
			statuses: map[string]metric.MeasurementOption{},
		}
		t.classes[key] = c
	}
	return c
}

func (k classKey) attributes(more ...attribute.KeyValue) []attribute.KeyValue {
	provider, _, _ := strings.Cut(k.instance, "/")
	return append([]attribute.KeyValue{
		attribute.String("provider", provider),
		attribute.String("instance", k.instance),
		attribute.String("class", k.class),
	}, more...)
}

// Request implements vendorhttp.Observer.
func (t *telemetry) Request(instance, class string, status int, _ time.Duration) {
	t.mu.Lock()
	c := t.class(instance, class)
	name := statusClass(status)
	set, ok := c.statuses[name]
	if !ok {
		set = metric.WithAttributeSet(attribute.NewSet(c.key.attributes(attribute.String("status", name))...))
		c.statuses[name] = set
	}
	t.mu.Unlock()
	t.builder.ReceiverActivityRequests.Add(context.Background(), 1, set)
}

// Throttled implements vendorhttp.Observer.
func (t *telemetry) Throttled(instance, class string, waited time.Duration) {
	t.mu.Lock()
	set := t.class(instance, class).set
	t.mu.Unlock()
	t.builder.ReceiverActivityThrottled.Add(context.Background(), waited.Seconds(), set)
}

// Budget implements vendorhttp.Observer.
func (t *telemetry) Budget(instance, class string, remaining float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.class(instance, class)
	c.told, c.remaining = true, remaining
}

func (t *telemetry) budgetsLeft(_ context.Context, o metric.Float64Observer) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.classes {
		if c.told {
			o.Observe(c.remaining, c.set)
		}
	}
	return nil
}

func statusClass(status int) string {
	if status < 100 || status > 599 {
		return "error"
	}
	return [...]string{"1xx", "2xx", "3xx", "4xx", "5xx"}[status/100-1]
}
