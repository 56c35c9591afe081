//go:build e2e

package e2e

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
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
	killBacklog = 2000
	killEvery   = 50 * time.Millisecond // between two events of a stream
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
	repeats := map[string]int{}
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
		line.after(t, db, repeats, fmt.Sprintf("kill %d, %s after the %s", round+1, life.Round(time.Millisecond), map[bool]string{true: "launch", false: "start"}[early]))
	}
	collector.spec.Ready = ready
	collector.start()
	until(t, patience, "every event is there", func(ctx context.Context) error {
		if wait := time.Until(f.quiet); wait > 0 {
			return fmt.Errorf("the last event appears in %s", wait)
		}
		held, err := db.records(ctx)
		if err != nil {
			return err
		}
		return f.missing(held, db.field)
	})
	collector.stop()
	line.after(t, db, repeats, "the end")
	line.Events = f.events()
	assert.Empty(t, f.violations(), "the collector keeps the vendors' rules")
	report.addKills(line)
}

// after counts the repeats. What was delivered before a kill is repeated after the
// next start, so each life may add the page that the one before it had in flight.
func (l *killLine) after(t *testing.T, db *victoriaLogs, before map[string]int, what string) {
	t.Helper()
	held := settled(t, db)
	repeated := 0
	for s, n := range byStream(held, db.field) {
		name := s.Instance + " " + s.Name
		repeats := n.records - len(n.bodies)
		repeated += repeats
		assert.LessOrEqual(t, repeats-before[name], killPage, "%s: %s: at most the page in flight comes again", what, name)
		l.Most = max(l.Most, repeats-before[name])
		before[name] = repeats
	}
	l.Repeated = repeated
	t.Logf("%s: %d records, %d of them repeats", what, len(held), repeated)
}

// settled returns what the database holds once it has made everything visible that
// it has taken: with no collector running, two equal answers a while apart.
func settled(t *testing.T, db *victoriaLogs) []record {
	t.Helper()
	var last []record
	asked := false
	until(t, time.Minute, "the database comes to rest", func(ctx context.Context) error {
		now, err := db.records(ctx)
		if err != nil {
			return err
		}
		grown := len(now) - len(last)
		rests := asked && grown == 0
		last, asked = now, true
		if !rests {
			await(ctx, time.Second) // it may hide new records for as long
			return fmt.Errorf("it has %d records more", grown)
		}
		return nil
	})
	return last
}
