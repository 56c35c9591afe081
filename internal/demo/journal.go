package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/otelactivity/otelactivity/internal/logsdb"
)

// journal follows the collector's log, JSON lines, and remembers the last trouble of
// each stream. The receiver writes one line whenever the state of a stream changes.
type journal struct {
	path    string
	offset  int64
	streams map[logsdb.Stream]string
	general string // last error that names no stream
}

// newJournal follows what is added to the log from now on.
func newJournal(path string) (*journal, error) {
	j := &journal{path: path, streams: map[logsdb.Stream]string{}}
	info, err := os.Stat(path)
	if err == nil {
		j.offset = info.Size()
	}
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return j, err
}

type journalLine struct {
	Level    string `json:"level"`
	Msg      string `json:"msg"`
	Error    string `json:"error"`
	Needs    string `json:"needs"`
	Instance string `json:"instance"`
	Stream   string `json:"stream"`
}

// read takes in the complete lines since the last call.
func (j *journal) read() error {
	f, err := os.Open(j.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if _, err := f.Seek(j.offset, io.SeekStart); err != nil {
		return err
	}
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil // what has no end yet is read the next time
		}
		if err != nil {
			return err
		}
		j.offset += int64(len(line))
		j.take(line)
	}
}

func (j *journal) take(line []byte) {
	var l journalLine
	if json.Unmarshal(line, &l) != nil {
		j.general = string(line) // a panic, or what is written before the logger is up
		return
	}
	trouble := l.Level == "warn" || l.Level == "error"
	switch {
	case l.Stream != "" && trouble:
		j.streams[logsdb.Stream{Instance: l.Instance, Name: l.Stream}] = l.text()
	case l.Stream != "":
		delete(j.streams, logsdb.Stream{Instance: l.Instance, Name: l.Stream})
	case trouble:
		j.general = l.text()
	}
}

func (l journalLine) text() string {
	text := l.Msg
	if l.Error != "" {
		text = fmt.Sprintf("%s: %s", text, l.Error)
	}
	if l.Needs != "" {
		text = fmt.Sprintf("%s (needs %s)", text, l.Needs)
	}
	return text
}
