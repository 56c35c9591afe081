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
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	o, err := parseOptions(args, os.Stderr)
	if err != nil {
		return err
	}
	d, err := newDemo(o, os.Stdout)
	if err != nil {
		return err
	}
	return d.run(ctx)
}
