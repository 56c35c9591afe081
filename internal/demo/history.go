package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// history is the traffic of all runs so far: played again with the same seed it
// yields the same events, so that a second run finds the vendors as the first one
// left them. It is kept in a file.
type history struct {
	path  string
	fresh bool // begun now, there was no file

	Seed uint64 `json:"seed"`
	// Port is the first one of the vendors and Vendors has their order: a vendor must
	// stay at its address, for the receiver tells tenants apart by it.
	Port       int          `json:"port"`
	Vendors    []string     `json:"vendors"`
	Simulators fingerprints `json:"simulators"`
	// Kills is how often the collector was killed, and Cut how often a whole run was:
	// the database keeps what each time was repeated.
	Kills int    `json:"kills"`
	Cut   int    `json:"cut"`
	Runs  []span `json:"runs"`
}

// span is steady traffic: an event every Every on each stream, from Start to Stop.
type span struct {
	Start time.Time     `json:"start"`
	Stop  time.Time     `json:"stop"`
	Every time.Duration `json:"every_ns"`
}

// The first span, which lies before the first run: what a customer has before the
// collector is installed.
const (
	backlogAge    = 6 * time.Hour
	backlogEvents = 200 // per stream
)

// loadHistory reads the file, or begins a history with a backlog before now. It
// writes nothing: a run that cannot start must not leave a state behind that binds
// the next one to its ports.
func loadHistory(path string, seed uint64, port int, now time.Time) (*history, error) {
	h := &history{path: path}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		now = now.UTC().Truncate(time.Millisecond)
		h.fresh, h.Seed, h.Port = true, seed, port
		h.Runs = []span{{Start: now.Add(-backlogAge), Stop: now, Every: backlogAge / backlogEvents}}
		return h, nil
	case err != nil:
		return nil, err
	}
	if err := json.Unmarshal(text, h); err != nil {
		return nil, h.useless(fmt.Errorf("read %s: %w", path, err))
	}
	if err := h.validate(); err != nil {
		return nil, h.useless(fmt.Errorf("read %s: %w", path, err))
	}
	if h.Seed != seed {
		return nil, h.useless(fmt.Errorf("it was begun with seed %d, not %d; to go on, run with -seed %d", h.Seed, seed, h.Seed))
	}
	if h.Port != port {
		return nil, h.useless(fmt.Errorf("it was begun with the first vendor at port %d, not %d, and a vendor must stay at its address; to go on, run with PORT_BASE=%d", h.Port, port, h.Port-portVendors))
	}
	return h, nil
}

func (h *history) validate() error {
	if len(h.Runs) == 0 {
		return errors.New("there are no runs in it")
	}
	for i, s := range h.Runs {
		if s.Every <= 0 || s.Start.IsZero() || s.Stop.Before(s.Start) {
			return fmt.Errorf("run %d is no span of time with events", i)
		}
	}
	return nil
}

// useless says that a run cannot go on from the state, and what to do.
func (h *history) useless(why error) error { return uselessState(filepath.Dir(h.path), why) }

// last is when the traffic that is written down ends.
func (h *history) last() time.Time { return h.Runs[len(h.Runs)-1].Stop }

// port of a vendor. A vendor that is new gets the next one.
func (h *history) port(vendor string) int {
	i := slices.Index(h.Vendors, vendor)
	if i < 0 {
		i = len(h.Vendors)
		h.Vendors = append(h.Vendors, vendor)
	}
	return h.Port + i
}

// add writes the span down before it is played: what a reader has seen is always in
// the file, even when the demo is killed.
func (h *history) add(s span) error {
	h.Runs = append(h.Runs, s)
	return h.save()
}

func (h *history) save() error {
	if err := h.write(); err != nil {
		return fmt.Errorf("write the history of the traffic: %w", err)
	}
	return nil
}

func (h *history) write() error {
	text, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(h.path), 0o750); err != nil {
		return err
	}
	draft := h.path + ".new"
	if err := os.WriteFile(draft, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(draft, h.path)
}
