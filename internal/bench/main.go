// Command bench measures the receiver: what an event costs beside the floor
// (download and JSON validation of the same pages in the same run), memory against
// the length of a backlog, parallel backfill, thousands of idle instances, requests
// against the ideal, and how live events fare during a backfill.
//
// The vendor runs in a process of its own, so that its work is not counted. Absolute
// times depend on the machine; compare figures of one run. Each figure is also
// printed as a JSON line after the table.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"time"
)

func main() {
	serve := flag.Bool("serve", false, "be the vendor (used by the benchmark itself)")
	var o options
	flag.IntVar(&o.idle, "idle", 10_000, "idle instances")
	flag.DurationVar(&o.idleFor, "idle-for", 75*time.Second, "how long idle instances are watched; 0 leaves them out")
	flag.IntVar(&o.events, "events", 500_000, "events of the long backlog; the short one has a tenth")
	flag.DurationVar(&o.lagFor, "lag-for", 20*time.Second, "how long live events are watched during a backfill")
	flag.StringVar(&o.profile, "cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	work := func() error { return run(context.Background(), o) }
	if *serve {
		work = serveVendor
	}
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the sizes of a run.
type options struct {
	events, idle    int
	idleFor, lagFor time.Duration
	profile         string
}

func startProfile(path string) (func(), error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = file.Close()
	}, nil
}

func run(ctx context.Context, o options) error {
	if o.profile != "" {
		stop, err := startProfile(o.profile)
		if err != nil {
			return err
		}
		defer stop()
	}
	vendor, err := startVendor(ctx)
	if err != nil {
		return err
	}
	defer vendor.stop()
	var t table
	err = eachOf(
		func() error { return throughput(ctx, &t, vendor, o.events) },
		func() error { return backfill(ctx, &t, vendor) },
		func() error { return liveLag(ctx, &t, vendor, o.lagFor) },
		func() error {
			if o.idleFor <= 0 {
				return nil
			}
			return idleInstances(ctx, &t, vendor, o.idle, o.idleFor)
		},
	)
	if err != nil {
		return err
	}
	return t.print(os.Stdout)
}

// eachOf takes steps one after the other, until one fails.
func eachOf(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
