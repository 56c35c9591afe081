package main

import (
	"context"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/featuregate"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/xpdata/pref"
)

// owned gives records back after their consumer, as the collector's service does
// around every component.
type owned struct{ consumer.Logs }

// ConsumeLogs implements consumer.Logs.
func (o owned) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	if pref.MarkPipelineOwnedLogs(logs) {
		defer pref.UnrefLogs(logs)
	}
	return o.Logs.ConsumeLogs(ctx, logs)
}

// pooled measures the receiver with the collector's feature gate that lets records use
// memory again. It is off by default, because it is alpha.
func pooled(ctx context.Context, v *vendor, events int) (usage, error) {
	gate := pref.UseProtoPooling.ID()
	if err := featuregate.GlobalRegistry().Set(gate, true); err != nil {
		return usage{}, err
	}
	u, err := measure(func() error { return readAll(ctx, oktaConfig(v, events), events) })
	if e := featuregate.GlobalRegistry().Set(gate, false); err == nil {
		err = e
	}
	return u, err
}
