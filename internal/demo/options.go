package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"time"
)

// options say what to run and where.
type options struct {
	bin      string        // folder of the programs
	state    string        // folder of everything that is kept between runs
	portBase int           // first port
	duration time.Duration // zero: until Ctrl-C, without a check
	drain    time.Duration // how long the rest may take once the traffic has stopped
	every    time.Duration // between two tables
	kill     bool          // kill the collector at random moments
	rate     float64       // events per second and stream
	seed     uint64
	faults   float64 // share of requests that each kind of passing fault hits
}

// parseOptions reads the command line; help and complaints go to out.
func parseOptions(args []string, out io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	fs.SetOutput(out)
	fs.StringVar(&o.bin, "bin", "bin", "`folder` of the programs")
	fs.StringVar(&o.state, "state", ".run", "`folder` of what is kept between runs")
	fs.IntVar(&o.portBase, "port-base", 19400, "listen on this `port` and the ones above it")
	fs.DurationVar(&o.duration, "duration", 0, "stop the traffic after this time, wait until everything is delivered, and check; 0 runs until Ctrl-C")
	fs.DurationVar(&o.drain, "drain", 5*time.Minute, "how long the rest may take once the traffic has stopped")
	fs.DurationVar(&o.every, "every", 5*time.Second, "time between two tables")
	fs.BoolVar(&o.kill, "kill", false, "kill the collector at random moments and start it again")
	fs.Float64Var(&o.rate, "rate", 1, "events per second and stream")
	fs.Uint64Var(&o.seed, "seed", 1, "decides every event")
	fs.Float64Var(&o.faults, "faults", 0.002, "share of the vendors' requests that fail in each way that a retry heals")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	return o, o.validate(fs.Args())
}

func (o options) validate(rest []string) error {
	var errs []error
	if len(rest) > 0 {
		errs = append(errs, fmt.Errorf("unexpected arguments %q", rest))
	}
	if o.portBase < 1024 || o.portBase > 65000 {
		errs = append(errs, fmt.Errorf("-port-base %d is not within 1024..65000", o.portBase))
	}
	if o.duration < 0 || o.drain <= 0 || o.every <= 0 {
		errs = append(errs, errors.New("-duration must not be negative, -drain and -every must be positive"))
	}
	if o.rate <= 0 {
		errs = append(errs, errors.New("-rate must be positive"))
	}
	if o.faults < 0 || o.faults > 1 {
		errs = append(errs, errors.New("-faults is not within 0..1"))
	}
	if o.kill && o.duration == 0 {
		errs = append(errs, errors.New("-kill needs -duration"))
	}
	return errors.Join(errs...)
}

// The ports in use, counted from the first.
const (
	portDatabase = iota
	portHealth
	portMetrics
	portVendors // and the ones above it, one per vendor
)

func (o options) address(port int) string { return loopback(o.portBase + port) }

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func (o options) program(name string) string { return filepath.Join(o.bin, name) }

func (o options) path(parts ...string) string {
	return filepath.Join(append([]string{o.state}, parts...)...)
}
