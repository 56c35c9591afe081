package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// idleInstances measures thousands of instances that have nothing new, polled once
// a minute.
func idleInstances(ctx context.Context, t *table, v *vendor, n int, watch time.Duration) error {
	instances := map[string]any{}
	for i := range n {
		instances[fmt.Sprintf("okta/%d", i)] = map[string]any{
			"endpoint": v.url + "/0", "domain": fmt.Sprintf("org%d.example.com", i), "api_token": "bench", "rate_limit": unlimited(),
		}
	}
	if _, err := v.requests(); err != nil {
		return err
	}
	r, err := start(ctx, map[string]any{"poll_interval": "60s", "providers": instances}, newSink(1<<40))
	if err != nil {
		return err
	}
	select { // the first polls are spread; what follows is the steady state
	case <-time.After(watch / 3):
	case <-ctx.Done():
	}
	worked, began := cpu(), time.Now()
	select {
	case <-time.After(watch * 2 / 3):
	case <-ctx.Done():
	}
	share := (cpu() - worked).Seconds() / time.Since(began).Seconds()
	requests, err := v.requests()
	if err != nil {
		return err
	}
	rss, err := resident()
	if err != nil {
		return err
	}
	stop, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := r.Shutdown(stop); err != nil {
		return err
	}
	t.add("idle instances", float64(n), "")
	t.add("idle: requests", float64(requests), "")
	t.hold("idle: resident memory", rss, "MB", "<=", 600)
	t.hold("idle: CPU", share, "cores", "<=", 0.5)
	return nil
}

// resident is the memory of this process in MB, as Linux tells it.
func resident() (float64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("VmRSS is missing in /proc/self/status")
}
