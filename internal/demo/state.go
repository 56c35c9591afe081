package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// uselessState says that a run cannot go on from what is in the folder, and what to do.
func uselessState(dir string, why error) error {
	return fmt.Errorf("the state in %s is of no use to this run: %w; to begin anew, remove it: rm -r %s", dir, why, dir)
}

// stateLock keeps two demos from using one state, and notices when one was killed:
// its number and those of its programs are in the file until a run has ended in order.
type stateLock struct {
	file   *os.File
	cut    bool     // the run before was killed
	left   []string // what it has started, "number name" each, that may still run
	length int64
}

// lockState takes the folder, which it makes.
func lockState(dir string) (*stateLock, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("folder of the state: %w; choose another with -state", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("folder of the state: %w", err)
	}
	busy := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	text, err := io.ReadAll(io.LimitReader(f, 1<<10))
	holder, left, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if err == nil && busy != nil {
		err = fmt.Errorf("another demo uses the state in %s: end it (process %s), or run beside it with a state and ports of its own: bin/demo -state FOLDER -port-base PORT",
			dir, holder)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	l := &stateLock{file: f, cut: holder != ""}
	for line := range strings.Lines(left) {
		l.left = append(l.left, strings.TrimSpace(line))
	}
	return l, nil
}

// take says that this run has begun: what the run before has left is known.
func (l *stateLock) take() error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	l.length = 0
	return l.note(os.Getpid(), "")
}

// note writes down a program that has been started.
func (l *stateLock) note(pid int, name string) error {
	n, err := l.file.WriteAt([]byte(strings.TrimSpace(fmt.Sprint(pid, " ", name))+"\n"), l.length)
	l.length += int64(n)
	return err
}

// release ends the run. Once it has begun, that is in order.
func (l *stateLock) release() error {
	var err error
	if l.length > 0 {
		err = l.file.Truncate(0)
	}
	return errors.Join(err, l.file.Close())
}

// orphans returns what the run before has left running, "" for nothing: names for
// the reader and numbers for kill.
func (l *stateLock) orphans() (names, numbers string) {
	var n, p []string
	for _, line := range l.left {
		number, name, _ := strings.Cut(line, " ")
		pid, err := strconv.Atoi(number)
		if err != nil || pid <= 1 || syscall.Kill(pid, 0) != nil {
			continue
		}
		n, p = append(n, name), append(p, number)
	}
	return strings.Join(n, " and "), strings.Join(p, " ")
}

// The folders of the state beside the history.
const (
	databaseFolder = "victorialogs"
	ledgerFolder   = "state"
)

// checkFolders looks whether the parts of a state belong together, before anything
// is started.
func checkFolders(o options, h *history) error {
	database, err := filled(o.path(databaseFolder))
	if err != nil {
		return err
	}
	ledger, err := filled(o.path(ledgerFolder))
	if err != nil {
		return err
	}
	switch {
	case h.fresh && (database || ledger):
		return h.useless(fmt.Errorf("%s, which says what the vendors have produced, is not there", h.path))
	case ledger && !database:
		return h.useless(fmt.Errorf("the database %s is not there, and the collector will not send again what it has sent", o.path(databaseFolder)))
	}
	return nil
}

// checkDatabase looks whether the records that are there when a run begins are what
// the vendors have produced and the collector has sent.
func checkDatabase(o options, h *history, rows []row) error {
	ledger, err := filled(o.path(ledgerFolder))
	if err != nil {
		return err
	}
	for _, r := range rows {
		name := r.Instance + " " + r.Name
		switch {
		case !r.expected:
			return h.useless(fmt.Errorf("its database holds %d records of %s, which no simulator has", r.Records, name))
		case r.UIDs > r.truth:
			return h.useless(fmt.Errorf("its database holds %d events of %s, and the simulators have produced %d", r.UIDs, name, r.truth))
		case r.Records > 0 && !ledger:
			return h.useless(fmt.Errorf("%s, where the collector keeps what it has sent, is not there: everything would be sent again", o.path(ledgerFolder)))
		}
	}
	return nil
}

// filled tells whether a folder is there and holds anything.
func filled(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("folder of the state: %w", err)
	}
	return len(entries) > 0, nil
}
