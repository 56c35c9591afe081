package activityreceiver

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
	"github.com/otelactivity/otelactivity/receiver/activityreceiver/internal/metadata"
)

// Option changes what a factory offers.
type Option func(*registry)

// WithProvider adds a vendor from another module to the built-in ones. A key that
// is taken already is a programming error: NewFactory panics.
func WithProvider(p providers.Provider) Option {
	return func(r *registry) { r.add(p) }
}

// NewFactory returns the factory of the activity receiver with the built-in vendors
// and those of the options.
func NewFactory(opts ...Option) receiver.Factory {
	r := registry{}
	for _, p := range all.Providers() {
		r.add(p)
	}
	for _, opt := range opts {
		opt(&r)
	}
	return receiver.NewFactory(
		metadata.Type,
		func() component.Config { return defaultConfig(r) },
		receiver.WithLogs(createLogs, metadata.LogsStability),
	)
}

func createLogs(_ context.Context, set receiver.Settings, cfg component.Config, next consumer.Logs) (receiver.Logs, error) {
	config, ok := cfg.(*Config)
	if !ok {
		return nil, fmt.Errorf("activityreceiver: a configuration of type %T is not ours", cfg)
	}
	r, err := newReceiver(set, config, next)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// registry holds the vendors by their key, which is the type of an instance.
type registry map[component.Type]providers.Provider

func (r *registry) add(p providers.Provider) {
	t, err := component.NewType(p.Key)
	if err != nil {
		panic(fmt.Sprintf("activityreceiver: the key of provider %q cannot be used: %v", p.Key, err))
	}
	if _, taken := (*r)[t]; taken {
		panic(fmt.Sprintf("activityreceiver: there are two providers with the key %q", p.Key))
	}
	if p.New == nil {
		panic(fmt.Sprintf("activityreceiver: provider %q has no New function", p.Key))
	}
	(*r)[t] = p
}

// keys returns the vendors' keys, those that resemble name first.
func (r registry) keys(name string) []string {
	keys := make([]string, 0, len(r))
	for t := range maps.Keys(r) {
		keys = append(keys, t.String())
	}
	slices.Sort(keys)
	return closestFirst(name, keys)
}
