package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/receiver/activityreceiver"
)

// sink counts records and forgets them.
type sink struct {
	records atomic.Int64
	goal    int64
	reached chan struct{}
	once    sync.Once
	watch   func(plog.Logs)
}

func newSink(goal int) *sink { return &sink{goal: int64(goal), reached: make(chan struct{})} }

// Capabilities implements consumer.Logs.
func (*sink) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeLogs implements consumer.Logs.
func (s *sink) ConsumeLogs(_ context.Context, logs plog.Logs) error {
	if s.watch != nil {
		s.watch(logs)
	}
	if s.records.Add(int64(logs.LogRecordCount())) >= s.goal {
		s.once.Do(func() { close(s.reached) })
	}
	return nil
}

// start runs a receiver with a configuration, as the collector would, without
// storage.
func start(ctx context.Context, config map[string]any, next consumer.Logs) (receiver.Logs, error) {
	factory := activityreceiver.NewFactory(activityreceiver.WithProvider(windowedProvider()))
	c := factory.CreateDefaultConfig()
	if err := confmap.NewFromStringMap(config).Unmarshal(c); err != nil {
		return nil, err
	}
	if err := confmap.Validate(c); err != nil {
		return nil, err
	}
	r, err := factory.CreateLogs(ctx, settings(factory.Type()), c, owned{next})
	if err != nil {
		return nil, err
	}
	return r, r.Start(ctx, componenttest.NewNopHost())
}

// readAll runs a receiver until it has delivered goal records.
func readAll(ctx context.Context, config map[string]any, goal int) error {
	return read(ctx, config, newSink(goal))
}

// read is readAll into a given sink.
func read(ctx context.Context, config map[string]any, s *sink) error {
	r, err := start(ctx, config, s)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	select {
	case <-s.reached:
	case <-ctx.Done():
		err = ctx.Err()
	}
	stop, cancelStop := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancelStop()
	if e := r.Shutdown(stop); err == nil {
		err = e
	}
	return err
}

// settings log errors.
func settings(t component.Type) receiver.Settings {
	s := receivertest.NewNopSettings(t)
	config := zap.NewProductionConfig()
	config.Level = zap.NewAtomicLevelAt(zap.ErrorLevel)
	if logger, err := config.Build(); err == nil {
		s.Logger = logger
	}
	return s
}
