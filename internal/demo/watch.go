package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/proc"
)

const (
	// tick is how often watch looks whether something is to be done.
	tick = 250 * time.Millisecond
	// The collector is killed this long after it was ready.
	minLife, maxLife = 200 * time.Millisecond, 6 * time.Second
)

// watch prints a table from time to time until done returns true, the context ends
// or a program ends by itself. A nil done never returns true.
func (d *demo) watch(ctx context.Context, done func(context.Context) bool) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-d.collector.Done():
			return d.ended(&d.collector)
		case <-d.database.Done():
			return d.ended(&d.database)
		case now := <-ticker.C:
			if err := d.vendors.extend(now, d.stopAt); err != nil {
				return err
			}
			if now.Sub(d.shown) >= d.every {
				if err := d.show(ctx); err != nil {
					return d.because(ctx, err)
				}
			}
			if done != nil && done(ctx) {
				return nil
			}
		}
	}
}

// ended reports a program that has ended by itself. What has ended is not stopped.
func (d *demo) ended(p **proc.Process) error {
	err := fmt.Errorf("%s has ended by itself: %s", (*p).Name(), (*p).Outcome())
	*p = nil
	return err
}

// endsWithin is how long a database that answers no more may take until it is gone.
const endsWithin = 2 * time.Second

// because turns the error of a question into the end of the database, if that is why.
func (d *demo) because(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return err
	case <-d.database.Done():
		return d.ended(&d.database)
	case <-time.After(endsWithin):
		return fmt.Errorf("ask the database how things stand: %w", err)
	}
}

// look asks the vendors, the database and the collector's log how things stand.
func (d *demo) look(ctx context.Context) ([]row, error) {
	counts, err := d.db.Counts(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.journal.read(); err != nil {
		return nil, err
	}
	return rows(d.vendors.truth(time.Now()), counts, d.journal.streams), nil
}

func (d *demo) show(ctx context.Context) error {
	rs, err := d.look(ctx)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := printTable(&b, rs, time.Now()); err != nil {
		return err
	}
	if d.journal.general != "" {
		fmt.Fprintln(&b, "last error of the collector:", short(d.journal.general))
	}
	d.screen.redraw(b.String())
	d.shown = time.Now()
	return nil
}

// runAndCheck runs for the duration, stops the traffic, waits until everything is
// delivered, stops the collector and compares the database with the vendors.
func (d *demo) runAndCheck(ctx context.Context) error {
	if err := d.untilTrafficStops(ctx); err != nil {
		return err
	}
	d.vendors.fail(0)
	d.screen.say(fmt.Sprintf("The traffic has stopped. Waiting for the rest, at most %s.\n", d.drain))
	waiting, cancel := context.WithTimeout(ctx, d.drain)
	defer cancel()
	if err := d.watch(waiting, d.complete); err != nil && (ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded)) {
		return err
	}
	if err := d.stopCollector(); err != nil {
		return err
	}
	if err := d.show(ctx); err != nil {
		return err
	}
	rs, err := d.look(ctx)
	if err != nil {
		return err
	}
	h := d.vendors.history
	if err := errors.Join(check(rs, h.Kills+h.Cut), h.doubt(rs), wellBehaved(d.vendors.violations())); err != nil {
		return err
	}
	d.screen.say(verdict(rs, h.Kills+h.Cut))
	return nil
}

// complete tells that the last late event has appeared and everything is there, or
// that no waiting will bring it.
func (d *demo) complete(ctx context.Context) bool {
	if time.Since(d.stopAt) < latest {
		return false
	}
	rs, err := d.look(ctx)
	if err != nil {
		return false
	}
	h := d.vendors.history
	return hopeless(rs, h.Kills+h.Cut) || check(rs, h.Kills+h.Cut) == nil
}

// untilTrafficStops watches until the traffic stops and, with -kill, kills the
// collector again and again.
func (d *demo) untilTrafficStops(ctx context.Context) error {
	for {
		until := d.stopAt
		if d.kill {
			if end := time.Now().Add(minLife + rand.N(maxLife-minLife)); end.Before(until) {
				until = end
			}
		}
		if err := d.watch(ctx, func(context.Context) bool { return !time.Now().Before(until) }); err != nil {
			return err
		}
		if !until.Before(d.stopAt) {
			return nil
		}
		if err := d.killCollector(ctx); err != nil {
			return err
		}
	}
}

func (d *demo) killCollector(ctx context.Context) error {
	d.vendors.history.Kills++
	if err := d.vendors.history.save(); err != nil {
		return err
	}
	if err := d.collector.Kill(); err != nil {
		return err
	}
	d.collector = nil
	var err error
	d.collector, err = d.startProgram(ctx, d.collectorSpec())
	return err
}
