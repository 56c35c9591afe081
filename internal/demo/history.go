package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// history is the traffic of all runs so far: played again with the same seed it
// yields the same events, so that a second run finds the vendors as the first one
// left them. It is kept in a file.
type history struct {
	path string

	Seed uint64 `json:"seed"`
	Runs []span `json:"runs"`
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
func loadHistory(path string, seed uint64, now time.Time) (*history, error) {
	h := &history{path: path}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		h.Seed = seed
		now = now.UTC().Truncate(time.Millisecond)
		return h, h.add(span{Start: now.Add(-backlogAge), Stop: now, Every: backlogAge / backlogEvents})
	case err != nil:
		return nil, err
	}
	if err := json.Unmarshal(text, h); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if h.Seed != seed {
		return nil, fmt.Errorf("%s was begun with seed %d; remove %s to begin anew with %d", path, h.Seed, filepath.Dir(path), seed)
	}
	return h, nil
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
