package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
)

// unlimited is a rate that bounds nothing here.
func unlimited() map[string]any { return map[string]any{"requests_per_minute": 60_000_000} }

func oktaConfig(v *vendor, events int) map[string]any {
	return map[string]any{
		"providers": map[string]any{"okta": map[string]any{
			"endpoint": fmt.Sprintf("%s/%d", v.url, events), "api_token": "bench", "rate_limit": unlimited(),
		}},
	}
}

// throughput measures an Okta-like stream of 1.9 KB events in pages of 1,000.
func throughput(ctx context.Context, t *table, v *vendor, events int) error {
	alone, err := pdataAlone(ctx, v) // and warm up
	if err != nil {
		return err
	}
	floor, err := measure(func() error { return download(fmt.Sprintf("%s/%d/api/v1/logs", v.url, events), events) })
	if err != nil {
		return err
	}
	short, err := measure(func() error { // as many events, so that as many samples show its peak
		for range 10 {
			if err := readAll(ctx, oktaConfig(v, events/10), events/10); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := v.requests(); err != nil {
		return err
	}
	long, err := measure(func() error { return readAll(ctx, oktaConfig(v, events), events) })
	if err != nil {
		return err
	}
	requests, err := v.requests()
	if err != nil {
		return err
	}
	reuse, err := pooled(ctx, v, events)
	if err != nil {
		return err
	}
	n := float64(events)
	floorCPU, eventCPU := micros(floor.cpu)/n, micros(long.cpu)/n
	t.add("floor: CPU per event (download + json.Valid)", floorCPU, "us")
	t.hold("receiver: CPU per event", eventCPU, "us", "<=", 10)
	t.hold("receiver: CPU against the floor", eventCPU/floorCPU, "x", "<=", 1.3)
	t.hold("receiver: allocations per event", float64(long.mallocs)/n, "", "<=", 10)
	t.hold("receiver: allocations per event, feature gate pdata.useProtoPooling", float64(reuse.mallocs)/n, "", "<=", 10)
	t.add("pdata alone: allocations per event (the same records copied)", alone, "")
	t.hold("receiver: allocations per event beside pdata's", float64(long.mallocs)/n-alone, "", "<=", 10)
	t.add("receiver: bytes allocated per event", float64(long.bytes)/n, "B")
	t.add("receiver: events per second", n/long.wall.Seconds(), "1/s")
	t.add(fmt.Sprintf("peak heap, backlog of %d", events/10), mega(short.heap), "MB")
	t.add(fmt.Sprintf("peak heap, backlog of %d", events), mega(long.heap), "MB")
	t.add(fmt.Sprintf("peak live heap, backlog of %d", events/10), mega(short.live), "MB")
	t.add(fmt.Sprintf("peak live heap, backlog of %d", events), mega(long.live), "MB")
	t.hold("peak live heap, long against short backlog", mega(long.live)/mega(short.live), "x", "<=", 1.1)
	t.hold("requests against the ideal", float64(requests)/(n/pageSize), "x", "<=", 1.05)
	return nil
}

// pdataAlone returns how many allocations pdata's own data structures cost for each
// of the events. Every attribute is at least one of them, and no public API shares
// them between records, so the receiver cannot do with fewer.
func pdataAlone(ctx context.Context, v *vendor) (float64, error) {
	const events = 20 * pageSize
	copies := 0
	var mallocs uint64
	s := newSink(events)
	s.watch = func(logs plog.Logs) {
		var before, after runtime.MemStats
		again := plog.NewLogs()
		runtime.ReadMemStats(&before)
		logs.CopyTo(again)
		runtime.ReadMemStats(&after)
		mallocs, copies = mallocs+after.Mallocs-before.Mallocs, copies+again.LogRecordCount()
	}
	err := read(ctx, oktaConfig(v, events), s)
	return float64(mallocs) / float64(max(copies, 1)), err
}

// download is the least that anybody must do: fetch every page and see that it is
// JSON.
func download(url string, events int) error {
	for after := 0; after < events; after += pageSize {
		resp, err := http.Get(fmt.Sprintf("%s?after=%d", url, after))
		if err != nil {
			return err
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			return err
		}
		if !json.Valid(body) {
			return fmt.Errorf("the vendor sent no JSON")
		}
	}
	return nil
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func mega(b uint64) float64 { return float64(b) / (1 << 20) }
