//go:build e2e

package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/logsdb"
)

var (
	killSeed   = flag.Uint64("kill-seed", 0, "decides when the collector is killed; 0: another one each time")
	killRounds = flag.Int("kill-rounds", 20, "how often it is killed")
)

func TestKillsWithFileStorage(t *testing.T) {
	dir := place(t)
	kills(t, dir, "file_storage", collectorOptions{config: "victorialogs.yaml"})
}

func TestKillsWithPostgreSQL(t *testing.T) {
	programs := postgresPrograms()
	if programs == "" {
		report.leaveOut("kills with db_storage on PostgreSQL: no initdb on this machine")
		return
	}
	dir := place(t)
	url := newPostgres(t, programs, dir)
	kills(t, dir, "db_storage, PostgreSQL", collectorOptions{config: "postgresql.yaml", env: []string{"DATABASE_URL=" + url}})
}

const (
	killPage    = 50 // events a page: small, so that a stream has many in a run
	killBacklog = 1000
	killEvery   = 100 * time.Millisecond // between two events of a stream
	longestLife = 3 * time.Second
	// every so many-th life ends before the collector is ready.
	earlyEach = 4
)

// kills ends the collector again and again, at random moments, while it reads a
// backlog and then live traffic. Nothing may be lost, and each kill may repeat the
// page in flight of each stream.
func kills(t *testing.T, dir, storage string, o collectorOptions) {
	line := killLine{Storage: storage, Seed: *killSeed, Rounds: *killRounds}
	if line.Seed == 0 {
		line.Seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-kill-seed=%d", line.Seed)
	rnd := rand.New(rand.NewPCG(line.Seed, 0))

	f := newFleet(t, victoriaSources, killBacklog)
	db := newVictoriaLogs(t, dir)
	db.start()
	o.name, o.dir, o.pageSize, o.env = "collector", dir, killPage, append(o.env, db.env()...)
	collector := newCollector(t, f, o)
	ready := collector.spec.Ready
	for round := range line.Rounds {
		f.play(time.Now(), time.Now().Add(2*longestLife), killEvery)
		early := round%earlyEach == earlyEach-1
		collector.spec.Ready = ready
		if early {
			collector.spec.Ready = nil
		}
		life := time.Duration(rnd.Int64N(int64(longestLife)))
		collector.start()
		await(t.Context(), life)
		collector.kill()
		line.after(t, db, round, fmt.Sprintf("kill %d, %s after the %s", round+1, life.Round(time.Millisecond), map[bool]string{true: "launch", false: "start"}[early]))
	}
	collector.spec.Ready = ready
	collector.start()
	until(t, patience, "every event is there", func(ctx context.Context) error { return f.short(ctx, db) })
	collector.stop()
	line.after(t, db, line.Rounds, "the end")
	held, err := db.records(t.Context())
	require.NoError(t, err)
	require.NoError(t, f.missing(held, db.field))
	line.Events = f.events()
	assert.Empty(t, f.violations(), "the collector keeps the vendors' rules")
	report.addKills(line)
}

// after counts the repeats at the end of a life that so many kills came before. Each
// of them leaves at most one page of a stream delivered and not written down, and
// that comes again once. Not always in the next life: where the newest events are on
// the first page, that page has moved on, and a life that ends early repeats a part.
func (l *killLine) after(t *testing.T, db *victoriaLogs, kills int, what string) {
	t.Helper()
	records := 0
	l.Repeated, l.Most = 0, 0
	for s, n := range settled(t, db) {
		repeats := n.Records - n.UIDs
		assert.LessOrEqual(t, repeats, kills*killPage, "%s: %s: at most the page in flight comes again", what, s)
		l.Most = max(l.Most, repeats)
		l.Repeated += repeats
		records += n.Records
	}
	t.Logf("%s: %d records, %d of them repeats", what, records, l.Repeated)
}

// settled returns what the database holds once it has taken what was on its way when
// the collector died: two equal answers a while apart, each with everything that it
// has taken made visible.
func settled(t *testing.T, db *victoriaLogs) map[logsdb.Stream]logsdb.Count {
	t.Helper()
	var last map[logsdb.Stream]logsdb.Count
	until(t, time.Minute, "the database comes to rest", func(ctx context.Context) error {
		// https://docs.victoriametrics.com/victorialogs/#forced-flush
		if err := answers(db.url + "/internal/force_flush")(ctx); err != nil {
			return err
		}
		now, err := db.db.Counts(ctx)
		if err != nil {
			return err
		}
		rests := last != nil && maps.Equal(now, last)
		last = now
		if !rests {
			await(ctx, time.Second)
			return errors.New("it still changes")
		}
		return nil
	})
	return last
}

// short objects when the database has fewer events than the vendors have shown or
// will show.
func (f *fleet) short(ctx context.Context, db *victoriaLogs) error {
	if wait := time.Until(f.quiet); wait > 0 {
		return fmt.Errorf("the last event appears in %s", wait)
	}
	counts, err := db.db.Counts(ctx)
	if err != nil {
		return err
	}
	for s, rows := range f.truth() {
		if n := counts[s].UIDs; n != len(rows) {
			return fmt.Errorf("%s: %d of %d events", s, n, len(rows))
		}
	}
	return nil
}
