//go:build e2e

package e2e

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// backend is a server that takes log records and tells what it holds.
type backend interface {
	start()
	stop()
	// env is what the configuration's variables must say.
	env() []string
	// field is what an attribute is called there; "" when it is not kept as a field.
	field(attribute string) string
	records(context.Context) ([]record, error)
}

// scenario is one way from vendors to a backend.
type scenario struct {
	name     string // in the report
	config   string
	exporter string // of the configuration
	sources  []source
	backlog  int // events per stream; 0: backlogEvents
	gates    string
	// collapses says that the backend may keep one copy of what it gets twice.
	collapses bool
	// section of docs/queries.md with the backend's queries, "" when it has none, and
	// how to run one; nil where the language is not to be had here.
	section string
	ask     ask
}

const (
	backlogEvents = 300 // per stream
	liveFor       = 25 * time.Second
	liveEvery     = 200 * time.Millisecond
	// outageEvents is how many events the vendors show while the backend is away.
	outageEvents = 60
	patience     = 4 * time.Minute
)

// deliver lets a backend be away in the middle of a run and requires that every
// event is there in the end, with all its attributes. Then it lets everything be
// delivered a second time, by a collector that has lost its state.
func deliver(t *testing.T, b backend, dir string, s scenario) {
	f := newFleet(t, s.sources, cmp.Or(s.backlog, backlogEvents))
	b.start()
	collector := newCollector(t, f, collectorOptions{name: "collector", dir: dir, config: s.config, env: b.env(), gates: s.gates})
	collector.start()
	f.play(time.Now(), time.Now().Add(liveFor), liveEvery)

	outage(t, f, b)
	until(t, patience, "every event is there", func(ctx context.Context) error {
		if wait := time.Until(f.quiet); wait > 0 {
			return fmt.Errorf("the last event appears in %s", wait)
		}
		held, err := b.records(ctx)
		if err != nil {
			return err
		}
		return f.missing(held, b.field)
	})
	collector.stop()
	assert.Empty(t, f.violations(), "the collector keeps the vendors' rules")

	held, err := b.records(t.Context())
	require.NoError(t, err)
	events := len(distinct(held, b.field))
	line := reportLine{Backend: s.name, Config: s.config, Events: events, Outages: 1, Repeated: len(held) - events}
	for stream, n := range byStream(held, b.field) {
		assert.LessOrEqual(t, n.records-len(n.bodies), pageLimit, "%s: what one outage may repeat", stream)
	}
	switch {
	case s.ask != nil:
		line.Run = rightAnswers(t, s.section, s.ask, held, b.field, false, s.collapses)
	case s.section != "":
		line.Named = knownNames(t, s.section, held)
	}

	made, after := again(t, f, b, dir, s)
	line.Again, line.Copies = len(made), len(after)-len(held)
	line.Attributes = sameAttributes(t, made, held, b.field)
	if s.ask != nil {
		line.Run += rightAnswers(t, s.section, s.ask, after, b.field, true, s.collapses)
	}
	report.add(line)
}

// pageLimit is the largest page that a vendor serves.
const pageLimit = 1000

// outage stops the backend once the first records are there, and starts it again
// when it has missed some.
func outage(t *testing.T, f *fleet, b backend) {
	t.Helper()
	until(t, patience, "the first records are there", func(ctx context.Context) error {
		held, err := b.records(ctx)
		if err == nil && len(held) == 0 {
			err = fmt.Errorf("there is none")
		}
		return err
	})
	b.stop()
	before := f.events()
	until(t, patience, "events appear while the backend is away", func(context.Context) error {
		if n := f.events() - before; n < outageEvents {
			return fmt.Errorf("only %d", n)
		}
		return nil
	})
	b.start()
}

// again delivers everything once more, and returns the records as the collector made
// them: a file gets each page as well. The copies must have the uids of the first.
func again(t *testing.T, f *fleet, b backend, dir string, s scenario) (made, after []record) {
	t.Helper()
	before, err := b.records(t.Context())
	require.NoError(t, err)
	path := filepath.Join(dir, "made.json")
	collector := newCollector(t, f, collectorOptions{
		name: "again", dir: dir, config: s.config, env: b.env(), copyTo: path, exporter: s.exporter,
		gates: s.gates,
	})
	collector.start()
	own := func(attribute string) string { return attribute }
	until(t, patience, "everything is made again", func(context.Context) error {
		var err error
		if made, err = readLogs(path); err != nil {
			return err
		}
		return f.missing(made, own)
	})
	// By a clean stop the page in flight is delivered to all exporters, queues included.
	collector.stop()
	made, err = readLogs(path)
	require.NoError(t, err)

	until(t, patience, "the copies are there", func(ctx context.Context) error {
		if after, err = b.records(ctx); err != nil || s.collapses {
			return err
		}
		if got, want := len(after), len(before)+len(made); got != want {
			return fmt.Errorf("%d records, not %d", got, want)
		}
		return nil
	})
	assert.Len(t, distinct(after, b.field), len(distinct(before, b.field)), "distinct uids")
	return made, after
}
