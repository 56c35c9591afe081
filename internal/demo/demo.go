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
	"github.com/otelactivity/otelactivity/internal/vendorsim/all"
)

// demo is one run.
type demo struct {
	options
	screen  screen
	vendors *vendors
	db      *logsdb.DB
	journal *journal

	database, collector *proc.Process
	kills               int
	stopAt              time.Time // when the traffic stops; zero: never
	shown               time.Time // when the last table was printed
}

func newDemo(o options, out io.Writer) (*demo, error) {
	h, err := loadHistory(o.path("history.json"), o.seed, o.portBase+portVendors, time.Now())
	if err != nil {
		return nil, err
	}
	j, err := newJournal(o.path("log", "collector.log"))
	if err != nil {
		return nil, err
	}
	return &demo{
		options: o,
		screen:  newScreen(out),
		vendors: newVendors(all.Vendors(), h, time.Duration(float64(time.Second)/o.rate)),
		db:      logsdb.New("http://" + o.address(portDatabase)),
		journal: j,
	}, nil
}

// run starts everything, watches, and stops everything in order: the collector
// first, so that it can deliver and commit what it holds.
func (d *demo) run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, d.stop()) }()
	if err := d.start(ctx); err != nil {
		return ignoreInterrupt(ctx, err)
	}
	d.screen.say(d.welcome())
	if d.duration == 0 {
		return ignoreInterrupt(ctx, d.watch(ctx, nil))
	}
	return d.runAndCheck(ctx)
}

// ignoreInterrupt: Ctrl-C is how a run without an end is ended.
func ignoreInterrupt(ctx context.Context, err error) error {
	if interrupted := errors.Is(err, context.Canceled) && ctx.Err() != nil; !interrupted {
		return err
	}
	return nil
}

func (d *demo) start(ctx context.Context) error {
	if err := d.checkPorts(); err != nil {
		return err
	}
	if d.duration > 0 {
		d.stopAt = time.Now().Add(d.duration)
	}
	if err := d.vendors.extend(time.Now(), d.stopAt); err != nil {
		return err
	}
	d.vendors.fail(d.faults)
	if err := d.vendors.listen(); err != nil {
		return err
	}
	var err error
	if d.database, err = proc.Start(ctx, d.databaseSpec()); err != nil {
		return err
	}
	if err := d.writeConfig(); err != nil {
		return err
	}
	d.collector, err = proc.Start(ctx, d.collectorSpec())
	return err
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
	if err := proc.CheckPorts(addresses...); err != nil {
		return fmt.Errorf("another program uses a port of the demo; end it (another demo?) or choose other ports with PORT_BASE: %w", err)
	}
	return nil
}

func (d *demo) databaseSpec() proc.Spec {
	return proc.Spec{
		Name: "VictoriaLogs",
		Path: d.program("victoria-logs"),
		Args: []string{
			"-httpListenAddr=" + d.address(portDatabase),
			"-storageDataPath=" + d.path("victorialogs"),
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
	state, err := filepath.Abs(d.path("state"))
	if err != nil {
		return err
	}
	text, err := collectorConfig{
		State: state, Logs: d.db.LogsEndpoint(), Health: d.address(portHealth), Metrics: d.address(portMetrics),
		Lookback: lookback, Providers: entries,
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
