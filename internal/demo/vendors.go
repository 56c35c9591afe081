package main

import (
	"errors"
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/otelactivity/otelactivity/internal/logsdb"
	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// vendors are the simulated vendors of the demo, each on a port of its own.
type vendors struct {
	worlds  []*vendorsim.World
	servers []*vendorsim.Server
	history *history
	every   time.Duration // mean distance of two events of a stream
}

const (
	// The simulators play at a speed at which real vendors would refuse.
	limitScale        = 1000
	requestsPerMinute = 60000

	// Some events are up to lateBy late, all up to jitter: less than what the receiver
	// reads again with every poll, so that a run is complete soon after its traffic
	// has stopped.
	lateBy = 15 * time.Second
	jitter = 2 * time.Second
	latest = lateBy + jitter

	// lookback covers the backlog and whatever an earlier run has not read.
	lookback = 48 * time.Hour

	// lease is how much traffic is written down ahead.
	lease = time.Minute
)

// newVendors makes one world per vendor and plays what earlier runs had.
func newVendors(all []vendorsim.Vendor, h *history, every time.Duration) *vendors {
	v := &vendors{history: h, every: every}
	for _, vendor := range all {
		v.worlds = append(v.worlds, newWorld(vendor, h.Seed))
	}
	for _, s := range h.Runs {
		v.play(s)
	}
	return v
}

func newWorld(vendor vendorsim.Vendor, seed uint64) *vendorsim.World {
	w := vendorsim.NewWorld(vendor, vendorsim.Options{Seed: seed})
	w.ScaleLimits(limitScale)
	return w
}

func (v *vendors) play(s span) {
	for _, w := range v.worlds {
		play(w, s)
	}
}

func play(w *vendorsim.World, s span) {
	t := vendorsim.Plausible(s.Start, s.Every)
	t.Stop, t.LateBy, t.Jitter = s.Stop, lateBy, jitter
	w.RunAll(t)
}

// fail makes a share of the requests fail in each way that a retry heals; 0 ends it.
func (v *vendors) fail(share float64) {
	for _, w := range v.worlds {
		w.Faults.Harmless(share)
		w.Faults.Set(vendorsim.Hang, 0)          // each would cost a whole time-out
		w.Faults.Set(vendorsim.ShiftingPages, 0) // adds an event that the next run could not play again
		w.Faults.Set(vendorsim.HTMLPage, 0)      // may be a page to log in, for which a stream is parked longer than a run
	}
}

// extend makes sure that there is traffic until soon after now, but never after
// stop, unless that is zero. The pause between two runs has none.
func (v *vendors) extend(now, stop time.Time) error {
	from := now
	if last := v.history.last(); last.After(from) {
		from = last
	}
	to := from.Add(lease)
	if !stop.IsZero() && stop.Before(to) {
		to = stop
	}
	if from.Sub(now) > lease/2 || !from.Before(to) {
		return nil
	}
	s := span{Start: from, Stop: to, Every: v.every}
	if err := v.history.add(s); err != nil {
		return err
	}
	v.play(s)
	return nil
}

// addresses returns where each vendor is served.
func (v *vendors) addresses() []string {
	var list []string
	for _, w := range v.worlds {
		list = append(list, loopback(v.history.port(w.Vendor.Key)))
	}
	return list
}

// listen serves each vendor at its address.
func (v *vendors) listen() error {
	for i, address := range v.addresses() {
		w := v.worlds[i]
		s, err := vendorsim.Listen(address, w.Handler())
		if err != nil {
			return fmt.Errorf("simulator of %s: %w", w.Vendor.Key, err)
		}
		v.servers = append(v.servers, s)
	}
	return nil
}

// violations returns what the collector did that the vendors' rules forbid.
func (v *vendors) violations() []string {
	var all []string
	for _, w := range v.worlds {
		for _, violation := range w.Violations() {
			all = append(all, w.Vendor.Key+": "+violation.String())
		}
	}
	return all
}

func (v *vendors) close() error {
	var errs []error
	for _, s := range v.servers {
		errs = append(errs, s.Close())
	}
	v.servers = nil
	return errors.Join(errs...)
}

// config returns the entries of `providers` as YAML: one instance per vendor, named
// by its key, that reads all its streams. The vendors must be listening.
func (v *vendors) config() (string, error) {
	entries := map[string]map[string]any{}
	for i, w := range v.worlds {
		entry := w.Vendor.Config(v.servers[i].URL)
		var streams []string
		for _, s := range w.Vendor.Streams {
			streams = append(streams, s.Name)
		}
		entry["streams"] = streams
		entry["rate_limit"] = map[string]any{"requests_per_minute": requestsPerMinute, "reserve": 0}
		entries[w.Vendor.Key] = entry
	}
	text, err := yaml.Marshal(entries)
	return string(text), err
}

// truth returns how many events of each stream a reader must have by now.
func (v *vendors) truth(now time.Time) map[logsdb.Stream]int {
	truth := map[logsdb.Stream]int{}
	for _, w := range v.worlds {
		for _, s := range w.Vendor.Streams {
			truth[logsdb.Stream{Instance: w.Vendor.Key, Name: s.Name}] = len(w.Truth(s.Name, now))
		}
	}
	return truth
}
