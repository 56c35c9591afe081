// Command demo shows the whole way of an activity on one machine: simulated vendors,
// the distribution that reads them, and a log database that takes the records. While
// it runs it prints what has arrived. With -duration it ends by itself and checks
// that every event arrived once.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/all"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:], all.Vendors())
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, simulators []vendorsim.Vendor) error {
	o, err := parseOptions(args, os.Stderr)
	if err != nil {
		return err
	}
	lock, err := lockState(o.state)
	if err != nil {
		return err
	}
	d, err := newDemo(o, simulators, os.Stdout, lock)
	if err == nil {
		err = d.run(ctx)
	}
	return errors.Join(err, lock.release())
}
