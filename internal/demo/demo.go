package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/otelactivity/otelactivity/internal/logsdb"
	"github.com/otelactivity/otelactivity/internal/proc"
	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// demo is one run.
type demo struct {
	options
	lock    *stateLock
	screen  screen
	vendors *vendors
	db      *logsdb.DB
	journal *journal

	database, collector *proc.Process
	stopAt              time.Time // when the traffic stops; zero: never
	shown               time.Time // when the last table was printed
}

// newDemo makes a run of what is in the folder of the state, which is locked.
func newDemo(o options, simulators []vendorsim.Vendor, out io.Writer, lock *stateLock) (*demo, error) {
	h, err := loadHistory(o.path("history.json"), o.seed, o.portBase+portVendors, time.Now())
	if err != nil {
		return nil, err
	}
	if lock.cut {
		h.Cut++
	}
	if err := checkFolders(o, h); err != nil {
		return nil, err
	}
	prints, err := fingerprintsOf(simulators, h)
	if err != nil {
		return nil, err
	}
	if err := h.recognize(prints); err != nil {
		return nil, err
	}
	j, err := newJournal(o.path("log", "collector.log"))
	if err != nil {
		return nil, err
	}
	return &demo{
		options: o,
		lock:    lock,
		screen:  newScreen(out),
		vendors: newVendors(simulators, h, time.Duration(float64(time.Second)/o.rate)),
		db:      logsdb.New("http://" + o.address(portDatabase)),
		journal: j,
	}, nil
}

// run starts everything, watches, and stops everything in order: the collector
// first, so that it can deliver and commit what it holds.
func (d *demo) run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, d.stop()) }()
	err = d.start(ctx)
	if err == nil {
		d.screen.say(d.welcome())
		err = d.work(ctx)
	}
	if interrupted := errors.Is(err, context.Canceled) && ctx.Err() != nil; !interrupted {
		return err
	}
	if d.duration > 0 {
		return errors.New("interrupted: nothing was checked")
	}
	return nil // it is how a run without an end is ended
}

func (d *demo) work(ctx context.Context) error {
	if d.duration > 0 {
		return d.runAndCheck(ctx)
	}
	return d.watch(ctx, nil)
}

func (d *demo) start(ctx context.Context) error {
	if err := d.checkPorts(); err != nil {
		return err
	}
	if err := d.lock.take(); err != nil {
		return err
	}
	if err := d.vendors.history.save(); err != nil {
		return err
	}
	d.scheduleStop(time.Now())
	if err := d.vendors.extend(time.Now(), d.stopAt); err != nil {
		return err
	}
	d.vendors.fail(d.faults)
	if err := d.vendors.listen(); err != nil {
		return err
	}
	var err error
	if d.database, err = d.startProgram(ctx, d.databaseSpec()); err != nil {
		return err
	}
	rs, err := d.look(ctx)
	if err != nil {
		return err
	}
	if err := checkDatabase(d.options, d.vendors.history, rs); err != nil {
		return err
	}
	if err := d.writeConfig(); err != nil {
		return err
	}
	d.collector, err = d.startProgram(ctx, d.collectorSpec())
	return err
}

// scheduleStop decides when the traffic stops. What an earlier run has written down
// ahead is played to its end: it would go on behind the check.
func (d *demo) scheduleStop(now time.Time) {
	if d.duration == 0 {
		return
	}
	d.stopAt = now.Add(d.duration)
	if last := d.vendors.history.last(); last.After(d.stopAt) {
		d.stopAt = last
		d.screen.say(fmt.Sprintf("The run before has promised traffic for %s more: this one is longer than %s.\n",
			last.Sub(now).Round(time.Second), d.duration))
	}
}

// startProgram adds to an error what the reader can do.
func (d *demo) startProgram(ctx context.Context, spec proc.Spec) (*proc.Process, error) {
	p, err := proc.Start(ctx, spec)
	switch {
	case err == nil:
		return p, d.lock.note(p.PID(), p.Name())
	case ctx.Err() != nil:
		return nil, err
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%w; `make run` builds what is in %s", err, d.bin)
	case !d.vendors.history.fresh:
		return nil, fmt.Errorf("%w; if what earlier runs left in %[2]s is damaged, begin anew: rm -r %[2]s", err, d.state)
	}
	return nil, err
}

// stop ends what runs, the collector first.
func (d *demo) stop() error {
	errs := []error{d.stopCollector(), d.vendors.close()}
	if d.database != nil {
		errs = append(errs, d.database.Stop())
		d.database = nil
	}
	return errors.Join(errs...)
}

func (d *demo) stopCollector() error {
	if d.collector == nil {
		return nil
	}
	err := d.collector.Stop()
	d.collector = nil
	return err
}

func (d *demo) checkPorts() error {
	addresses := d.vendors.addresses()
	for port := range portVendors {
		addresses = append(addresses, d.address(port))
	}
	err := proc.CheckPorts(addresses...)
	if err == nil {
		return nil
	}
	names, numbers := d.lock.orphans()
	switch {
	case names != "":
		return fmt.Errorf("a demo that was killed has left %s running: kill %s; %w", names, numbers, err)
	case d.vendors.history.fresh:
		return fmt.Errorf("another program uses a port of the demo: end it, or choose other ports with PORT_BASE; %w", err)
	}
	return fmt.Errorf("another program uses a port of the demo: end it, or, for other ports with PORT_BASE, begin anew: rm -r %s; %w", d.state, err)
}

func (d *demo) databaseSpec() proc.Spec {
	return proc.Spec{
		Name: "VictoriaLogs",
		Path: d.program("victoria-logs"),
		Args: []string{
			"-httpListenAddr=" + d.address(portDatabase),
			"-storageDataPath=" + d.path(databaseFolder),
			"-retentionPeriod=100y", // records older than that would be refused
		},
		Log:   d.path("log", "victoria-logs.log"),
		Ready: d.db.Ready,
	}
}

func (d *demo) collectorSpec() proc.Spec {
	return proc.Spec{
		Name:        "otelcol-activity",
		Path:        d.program("otelcol-activity"),
		Args:        []string{"--config", d.configPath()},
		Log:         d.path("log", "collector.log"),
		Ready:       answers("http://" + d.address(portHealth)),
		ReadyWithin: time.Minute,
	}
}

// answers returns a check for an HTTP address.
func answers(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
		return nil
	}
}

func (d *demo) configPath() string { return d.path("collector.yaml") }

func (d *demo) writeConfig() error {
	entries, err := d.vendors.config()
	if err != nil {
		return err
	}
	state, err := filepath.Abs(d.path(ledgerFolder))
	if err != nil {
		return err
	}
	text, err := collectorConfig{
		State: state, Logs: d.db.LogsEndpoint(), Health: d.address(portHealth), Metrics: d.address(portMetrics),
		Lookback: d.vendors.history.lookbackFrom(time.Now()), Providers: entries,
	}.render()
	if err != nil {
		return err
	}
	return os.WriteFile(d.configPath(), []byte(text), 0o600)
}

func (d *demo) welcome() string {
	return fmt.Sprintf(`
%d simulated vendors -> otelcol-activity -> VictoriaLogs

  records    %s
  by stream  %s
  metrics    http://%s/metrics
  config     %s
  logs       %s

Ctrl-C stops everything; the next run goes on from there. Remove %s to begin anew.

`, len(d.vendors.worlds), d.db.WebUI("*", 7), d.db.WebUI(`* | stats by ("service.instance.id", "activity.stream") count() records`, 7),
		d.address(portMetrics), d.configPath(), d.path("log"), d.state)
}
