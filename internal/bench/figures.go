package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/metrics"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"
)

// figure is one measured number and what it is held against.
type figure struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Target float64 `json:"target,omitempty"`
	Bound  string  `json:"bound,omitempty"` // "<=" or ">="
	OK     *bool   `json:"ok,omitempty"`
}

type table []figure

func (t *table) add(name string, value float64, unit string) {
	*t = append(*t, figure{Name: name, Value: value, Unit: unit})
}

// hold adds a figure with a target. A missed target is shown, not hidden.
func (t *table) hold(name string, value float64, unit, bound string, target float64) {
	ok := value <= target
	if bound == ">=" {
		ok = value >= target
	}
	*t = append(*t, figure{name, value, unit, target, bound, &ok})
}

func (t *table) print(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 2, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "figure\tvalue\tunit\ttarget\t")
	for _, f := range *t {
		target, mark := "", ""
		if f.OK != nil {
			target = fmt.Sprintf("%s %.4g", f.Bound, f.Target)
			mark = "met"
			if !*f.OK {
				mark = "MISSED"
			}
		}
		fmt.Fprintf(tw, "%s\t%.4g\t%s\t%s\t%s\n", f.Name, f.Value, f.Unit, target, mark)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, f := range *t {
		line, err := json.Marshal(f)
		if err != nil {
			return err
		}
		fmt.Fprintln(w, string(line))
	}
	return nil
}

// cpu is the time that this process has worked.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// usage is what a piece of work cost.
type usage struct {
	wall, cpu      time.Duration
	mallocs, bytes uint64
	heap           uint64 // its peak, sampled
}

// measure runs work and watches the heap meanwhile.
func measure(work func() error) (usage, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	stop := make(chan struct{})
	var heap uint64
	var watch sync.WaitGroup
	watch.Go(func() { heap = watchHeap(stop) })
	start, worked := time.Now(), cpu()
	err := work()
	u := usage{wall: time.Since(start), cpu: cpu() - worked}
	close(stop)
	watch.Wait()
	runtime.ReadMemStats(&after)
	u.mallocs, u.bytes = after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc
	u.heap = heap
	return u, err
}

// watchHeap samples the heap. Its whole size has up to twice the live part, by
// chance of when the collector ran.
func watchHeap(stop <-chan struct{}) (heap uint64) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	for {
		select {
		case <-stop:
			return heap
		case <-tick.C:
			metrics.Read(samples)
			heap = max(heap, samples[0].Value.Uint64())
		}
	}
}

// liveHeap is what is in use now, after a collection. The first one gives whoever
// works beside the caller time to come to where it waits.
func liveHeap() uint64 {
	runtime.GC()
	runtime.GC()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return live[0].Value.Uint64()
}
