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
	path string

	Seed uint64 `json:"seed"`
	// Port is the first one of the vendors and Vendors has their order: a vendor must
	// stay at its address, for the receiver tells tenants apart by it.
	Port    int      `json:"port"`
	Vendors []string `json:"vendors"`
	Runs    []span   `json:"runs"`
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

// loadHistory reads the file, or begins a history with a backlog before now.
func loadHistory(path string, seed uint64, port int, now time.Time) (*history, error) {
	h := &history{path: path}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		h.Seed, h.Port = seed, port
		now = now.UTC().Truncate(time.Millisecond)
		return h, h.add(span{Start: now.Add(-backlogAge), Stop: now, Every: backlogAge / backlogEvents})
	case err != nil:
		return nil, err
	}
	if err := json.Unmarshal(text, h); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if h.Seed != seed || h.Port != port {
		return nil, fmt.Errorf("%s was begun with seed %d and the first vendor at port %d, not with seed %d and port %d; remove %s to begin anew",
			path, h.Seed, h.Port, seed, port, filepath.Dir(path))
	}
	return h, nil
}

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
