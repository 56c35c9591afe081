package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
)

func windowedConfig(v *vendor, lookback, poll time.Duration, entry map[string]any) map[string]any {
	entry["endpoint"] = v.url
	entry["rate_limit"] = unlimited()
	return map[string]any{
		"initial_lookback": lookback.String(),
		"poll_interval":    poll.String(),
		"providers":        map[string]any{"windowed": entry},
	}
}

// backfill measures a history of 192 windows from a vendor that takes 100 ms for an
// answer, one window at a time and eight.
func backfill(ctx context.Context, t *table, v *vendor) error {
	const window, windows = time.Hour, 192
	step := window / pageSize * 2 // half a page a window
	goal := int(windows*window/step) - 3*pageSize
	timed := func(parallel int) (time.Duration, error) {
		started := time.Now()
		err := readAll(ctx, windowedConfig(v, windows*window, time.Minute, map[string]any{
			"step": step.String(), "latency": "100ms", "parallel": parallel, "window": window.String(),
		}), goal)
		return time.Since(started), err
	}
	one, err := timed(1)
	if err != nil {
		return err
	}
	eight, err := timed(8)
	if err != nil {
		return err
	}
	t.add("backfill, 1 window at a time", one.Seconds(), "s")
	t.add("backfill, 8 windows at a time", eight.Seconds(), "s")
	t.hold("backfill, 8 against 1", one.Seconds()/eight.Seconds(), "x", ">=", 7)
	return nil
}

// liveLag measures how old live events are when they arrive, while a backfill of
// the same stream keeps the vendor busy.
func liveLag(ctx context.Context, t *table, v *vendor, watch time.Duration) error {
	const poll = time.Second
	var mu sync.Mutex
	var lags []time.Duration
	started := time.Now()
	s := newSink(1 << 40)
	s.watch = func(logs plog.Logs) {
		now := time.Now()
		mu.Lock()
		defer mu.Unlock()
		for _, r := range logs.ResourceLogs().All() {
			for _, sl := range r.ScopeLogs().All() {
				for _, rec := range sl.LogRecords().All() {
					if at := rec.Timestamp().AsTime(); at.After(started.Add(2 * poll)) {
						lags = append(lags, now.Sub(at))
					}
				}
			}
		}
	}
	r, err := start(ctx, windowedConfig(v, 30*24*time.Hour, poll, map[string]any{
		"step": "100ms", "latency": "50ms", "parallel": 8, "window": "10m",
	}), s)
	if err != nil {
		return err
	}
	select {
	case <-time.After(watch):
	case <-ctx.Done():
	}
	backlog := s.records.Load()
	stop, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := r.Shutdown(stop); err != nil {
		return err
	}
	mu.Lock()
	defer mu.Unlock()
	if len(lags) == 0 {
		return fmt.Errorf("no live event arrived in %s", watch)
	}
	slices.Sort(lags)
	t.add("events of the backfill meanwhile", float64(backlog), "")
	t.hold("live lag p99 during a backfill (poll interval 1 s)", lags[len(lags)*99/100].Seconds(), "s", "<=", (poll + time.Second).Seconds())
	return nil
}
