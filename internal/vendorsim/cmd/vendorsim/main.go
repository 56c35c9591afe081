// Command vendorsim serves simulated vendors on loopback: one port per vendor,
// because vendors' answers hold absolute links, and one more, the base port, for
// the control endpoints /_sim/... (see vendorsim.Control).
//
// Each stream has plausible traffic, decided by the seed and by time alone. With
// -state the beginning of the history is kept in a file, and a simulator that is
// started again shows the same history.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/all"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "vendorsim:", err)
		os.Exit(1)
	}
}

type options struct {
	host      string
	basePort  int
	vendors   string
	seed      uint64
	rate      float64
	backlog   time.Duration
	faults    float64
	limits    float64
	variants  bool
	configOut string
	state     string
}

func parse(args []string, out io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("vendorsim", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&o.host, "host", "127.0.0.1", "`address` to listen on")
	f.IntVar(&o.basePort, "base-port", 18800, "`port` of the control endpoints; the vendors have the next ones")
	f.StringVar(&o.vendors, "vendors", "", "comma-separated `keys` of the vendors to simulate (default all)")
	f.Uint64Var(&o.seed, "seed", 1, "decides every event and every fault")
	f.Float64Var(&o.rate, "rate", 0.1, "mean events a second of each stream")
	f.DurationVar(&o.backlog, "backlog", 2*time.Hour, "how much history there is at the first start")
	f.Float64Var(&o.faults, "faults", 0.002, "share of requests hit by each kind of fault that a retry heals")
	f.Float64Var(&o.limits, "limits", 1, "factor on the vendors' rate limits")
	f.BoolVar(&o.variants, "variants", false, "also write every other configuration of each vendor, as key/variant")
	f.StringVar(&o.configOut, "config-out", "", "write a collector configuration fragment for all vendors to this `file`")
	f.StringVar(&o.state, "state", "", "keep the beginning of the history in this `file`")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case o.rate <= 0 || o.rate > 1e6:
		return o, fmt.Errorf("-rate %v: must be above 0 and at most 1000000", o.rate)
	case o.backlog < 0:
		return o, fmt.Errorf("-backlog %v: must not be negative", o.backlog)
	case o.faults < 0 || o.faults > 1:
		return o, fmt.Errorf("-faults %v: must be within 0..1", o.faults)
	case o.limits <= 0:
		return o, fmt.Errorf("-limits %v: must be above 0", o.limits)
	}
	return o, nil
}

// run serves until the context ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parse(args, out)
	if err != nil {
		return err
	}
	vendors, err := choose(all.Vendors(), o.vendors)
	if err != nil {
		return err
	}
	h, err := begin(o, time.Now())
	if err != nil {
		return err
	}
	s, err := serve(o, h, vendors)
	if err != nil {
		return err
	}
	defer s.close()
	if o.configOut != "" {
		if err := writeConfig(o, s); err != nil {
			return err
		}
	}
	for _, v := range s.sims {
		fmt.Fprintf(out, "%-24s %s\n", v.vendor.Key, v.server.URL)
	}
	fmt.Fprintf(out, "%-24s %s/_sim/truth\n", "control", s.control.URL)
	<-ctx.Done()
	return nil
}

func choose(vendors []vendorsim.Vendor, keys string) ([]vendorsim.Vendor, error) {
	if keys == "" {
		return vendors, nil
	}
	var chosen []vendorsim.Vendor
	for key := range strings.SplitSeq(keys, ",") {
		found := false
		for _, v := range vendors {
			if v.Key == strings.TrimSpace(key) {
				chosen, found = append(chosen, v), true
			}
		}
		if !found {
			return nil, fmt.Errorf("-vendors: there is no simulator for %q", key)
		}
	}
	return chosen, nil
}
