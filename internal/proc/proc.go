// Package proc runs a program as a child: starts it, waits until it answers, stops
// or kills it, and tells when it ends by itself.
package proc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Spec says what to run.
type Spec struct {
	Name string   // for messages
	Path string   // of the program
	Args []string // without the program
	Env  []string // added to the environment
	Log  string   // file that takes stdout and stderr; appended to

	// Credential is the user as whom the program runs; nil: ours.
	Credential *syscall.Credential

	// Ready returns nil once the program does its work; nil: at once.
	Ready func(context.Context) error
	// ReadyWithin bounds the wait for Ready; zero means 30 s.
	ReadyWithin time.Duration
	// StopWithin bounds a clean stop; zero means 20 s.
	StopWithin time.Duration
}

const (
	defaultReadyWithin = 30 * time.Second
	defaultStopWithin  = 20 * time.Second
	readyInterval      = 50 * time.Millisecond
)

// Process is a running or ended child.
type Process struct {
	spec Spec
	cmd  *exec.Cmd
	done chan struct{}
	err  error // of the end; valid once done is closed

	logFrom int64 // where its output begins in the log
}

// Start runs the program and returns once it is ready. On an error nothing runs.
// The context bounds the wait, not the life of the program.
func Start(ctx context.Context, spec Spec) (*Process, error) {
	p, err := launch(spec)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	if err := p.awaitReady(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s (its output is in %s): %w", spec.Name, spec.Log, err), p.Kill())
	}
	return p, nil
}

func launch(spec Spec) (*Process, error) {
	if err := os.MkdirAll(filepath.Dir(spec.Log), 0o750); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(spec.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the process has it open too

	cmd := exec.Command(spec.Path, spec.Args...)
	cmd.Env = append(os.Environ(), spec.Env...)
	cmd.Stdout, cmd.Stderr = log, log
	// A group of its own: Ctrl-C in the terminal reaches the parent alone, which
	// stops its children in order. Linux could end them with a parent that is killed,
	// but sends the signal once per thread of it, and the second one cuts short what
	// a server writes in the end (VictoriaLogs lost records that it had taken).
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: spec.Credential}
	p := &Process{spec: spec, cmd: cmd, logFrom: sizeOf(spec.Log), done: make(chan struct{})}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

func (p *Process) awaitReady(ctx context.Context) error {
	if p.spec.Ready == nil {
		return nil
	}
	within := p.spec.ReadyWithin
	if within == 0 {
		within = defaultReadyWithin
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tick := time.NewTicker(readyInterval)
	defer tick.Stop()
	for {
		err := p.spec.Ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("it ended before it was ready: %s", p.ending())
		case <-ctx.Done():
			return fmt.Errorf("it is not ready: %w: %w", ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// Name returns the name of the spec.
func (p *Process) Name() string { return p.spec.Name }

// PID is the number of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the program ended; nil while it runs and after exit code 0.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Stop asks the program to end and waits. What does not end in time is killed, and
// that is an error, as is an exit code other than 0. Stopping what has ended already
// returns how it ended.
func (p *Process) Stop() error {
	within := p.spec.StopWithin
	if within == 0 {
		within = defaultStopWithin
	}
	if err := p.signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.done:
		if p.err != nil {
			return fmt.Errorf("stop %s (its output is in %s): %s", p.spec.Name, p.spec.Log, p.ending())
		}
		return nil
	case <-time.After(within):
		return errors.Join(fmt.Errorf("stop %s: it has not ended within %s and was killed", p.spec.Name, within), p.Kill())
	}
}

// Kill ends the program at once, as a power cut would, and waits until it is gone.
func (p *Process) Kill() error {
	if err := p.signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-p.done
	return nil
}

func (p *Process) signal(s os.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %s to %s: %w", s, p.spec.Name, err)
	}
	return nil
}

// Outcome describes how the program ended, and where its output is.
func (p *Process) Outcome() string {
	return fmt.Sprintf("%s (its output is in %s)", p.ending(), p.spec.Log)
}

// ending says how the program ended and, when it was not killed, why.
func (p *Process) ending() string {
	err := p.Err()
	if err == nil {
		return "exit status 0"
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		if reason := p.reason(); reason != "" {
			return fmt.Sprintf("%s: %s", err, reason)
		}
	}
	return err.Error()
}
