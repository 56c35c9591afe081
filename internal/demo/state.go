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
// its number is in the file until a run has ended in order.
type stateLock struct {
	file   *os.File
	killed bool // the run before has not ended in order
}

// lockState takes the folder, which it makes.
func lockState(dir string) (*stateLock, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("folder of the state: %w; choose another with -state", err)
	}
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("folder of the state: %w", err)
	}
	busy := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	holder, err := io.ReadAll(io.LimitReader(f, 32))
	if err == nil && busy != nil {
		err = fmt.Errorf("another demo uses the state in %s: end it (process %s), or run beside it with a state and ports of its own: bin/demo -state FOLDER -port-base PORT",
			dir, strings.TrimSpace(string(holder)))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	l := &stateLock{file: f, killed: len(holder) > 0}
	if err := l.write(strconv.Itoa(os.Getpid()) + "\n"); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return l, nil
}

// release says that the run has ended in order.
func (l *stateLock) release() error { return errors.Join(l.write(""), l.file.Close()) }

func (l *stateLock) write(text string) error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt([]byte(text), 0)
	return err
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
