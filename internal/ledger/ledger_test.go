package ledger_test

import (
	"crypto/sha256"
	"encoding/binary"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
)

const hour = int64(time.Hour)

func key(n int) ledger.Key {
	sum := sha256.Sum256(binary.AppendVarint(nil, int64(n)))
	return ledger.Key(sum[:16])
}

func openLedger(t testing.TB, client storage.Client) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), client, "okta/eu", "system")
	require.NoError(t, err)
	return l
}

func position() ledger.Position {
	return ledger.Position{
		Start: 5, Capped: true, Cursor: "a\x00b", Since: -7, CaughtUp: true, Newest: 8, Reached: 9, Read: 10, Fingerprint: "f",
		Passes: []ledger.Pass{{Delay: time.Minute, Read: set{{-4, 5}, {7, 900}}}, {Delay: time.Hour}},
	}
}

func TestRestartBringsBackWhatWasCommitted(t *testing.T) {
	client := ledgertest.New()
	l := openLedger(t, client)
	assert.True(t, l.Fresh())
	for n := range 1000 {
		assert.True(t, l.Seen().Add(int64(n)*hour/100, 77, rng{}, key(n)))
	}
	require.NoError(t, l.Commit(t.Context(), position()))
	l.Seen().Add(1, 78, rng{}, key(5000)) // never committed

	l = openLedger(t, client)
	assert.False(t, l.Fresh())
	assert.Equal(t, position(), l.Position())
	assert.Equal(t, 1000, l.Seen().Len())
	for n := range 1000 {
		assert.True(t, l.Seen().Has(key(n)))
		assert.False(t, l.Seen().Add(int64(n)*hour/100, 79, rng{}, key(n)), "known")
	}
	assert.False(t, l.Seen().Has(key(5000)))
}

func TestLedgersAreIndependent(t *testing.T) {
	client := ledgertest.New()
	for _, name := range [][2]string{{"okta", "a/b"}, {"okta/a", "b"}, {"okta", "a%2Fb"}} {
		l, err := ledger.Open(t.Context(), client, name[0], name[1])
		require.NoError(t, err)
		assert.True(t, l.Fresh(), name)
		require.NoError(t, l.Commit(t.Context(), position()))
	}
}

func TestWithoutStorage(t *testing.T) {
	l := openLedger(t, nil)
	assert.True(t, l.Seen().Add(1, 1, rng{}, key(1)))
	require.NoError(t, l.Commit(t.Context(), position()))
	assert.False(t, l.Seen().Add(1, 1, rng{}, key(1)))
	assert.Equal(t, position(), l.Position())
}

func TestPositionIsACopy(t *testing.T) {
	l := openLedger(t, nil)
	l.Keep(position())
	p := l.Position()
	p.Passes[0].Read = nil
	assert.Equal(t, position(), l.Position())
}

func TestIdIsKnownWhateverItsTime(t *testing.T) {
	l := openLedger(t, nil)
	require.True(t, l.Seen().Add(10*hour, 1, rng{}, key(1)))
	assert.False(t, l.Seen().Add(20*hour, 1, rng{}, key(1)), "an event whose time the vendor changed")
	l.Seen().SetWidth(10 * time.Minute)
	assert.False(t, l.Seen().Add(10*hour, 1, rng{}, key(1)), "after a change of lateness")
}

func TestForget(t *testing.T) {
	client := ledgertest.New()
	l := openLedger(t, client)
	for n := range 600 {
		l.Seen().Add(int64(n/300)*hour, 5, rng{}, key(n))
	}
	l.Seen().Add(hour+1, 9, rng{0, 9 * hour}, key(700))
	require.NoError(t, l.Commit(t.Context(), position()))
	require.Len(t, client.Keys(), 3)

	var asked []ledger.Bucket
	l.Forget(func(b ledger.Bucket) bool {
		asked = append(asked, b)
		return b.From == 0
	})
	assert.Equal(t, []ledger.Bucket{
		{Range: rng{0, hour}, Belongs: rng{0, hour}, LastSeen: ledger.Time(5), IDs: 300},
		{Range: rng{hour, 2 * hour}, Belongs: rng{0, 9 * hour}, LastSeen: ledger.Time(9), IDs: 301},
	}, asked)
	assert.Equal(t, 301, l.Seen().Len())
	assert.False(t, l.Seen().Has(key(1)))
	assert.Len(t, client.Keys(), 3, "storage changes with the next commit")
	require.NoError(t, l.Commit(t.Context(), position()))
	assert.Len(t, client.Keys(), 2)
	assert.Equal(t, 301, openLedger(t, client).Seen().Len())
}

func TestForgottenBucketComesBack(t *testing.T) {
	client := ledgertest.New()
	l := openLedger(t, client)
	l.Seen().Add(1, 1, rng{}, key(1))
	require.NoError(t, l.Commit(t.Context(), position()))
	l.Forget(func(ledger.Bucket) bool { return true })
	require.True(t, l.Seen().Add(1, 1, rng{}, key(2)))
	require.NoError(t, l.Commit(t.Context(), position()))
	l = openLedger(t, client)
	assert.True(t, l.Seen().Has(key(2)))
	assert.False(t, l.Seen().Has(key(1)))
}

func TestFailedCommitCanBeRepeated(t *testing.T) {
	for name, lostAnswer := range map[string]bool{"not written": false, "written, answer lost": true} {
		t.Run(name, func(t *testing.T) {
			client := ledgertest.New()
			l := openLedger(t, client)
			fail := func([]*storage.Operation) error { return storage.ErrStorageFull }
			for n := range 700 {
				l.Seen().Add(int64(n), 1, rng{}, key(n))
				if n%3 > 0 {
					continue
				}
				if client.Fail, client.FailAfter = fail, nil; lostAnswer {
					client.Fail, client.FailAfter = nil, fail
				}
				pos := position()
				pos.Read = int64(n)
				require.ErrorIs(t, l.Commit(t.Context(), pos), storage.ErrStorageFull)
				assert.NotEqual(t, pos, l.Position())
				client.Fail, client.FailAfter = nil, nil
				require.NoError(t, l.Commit(t.Context(), pos))
				require.Equal(t, n+1, openLedger(t, client).Seen().Len())
			}
		})
	}
}

func TestCommitWritesOnlyWhatChanged(t *testing.T) {
	client := ledgertest.New()
	l := openLedger(t, client)
	n := 0
	add := func(count int) (bytes int) {
		for range count {
			l.Seen().Add(int64(n)*1000, 1, rng{}, key(n))
			n++
		}
		_, before := client.Written()
		require.NoError(t, l.Commit(t.Context(), position()))
		_, after := client.Written()
		return after - before
	}
	add(100_000)
	assert.Less(t, add(0), 300, "a page without news")
	for range 1000 {
		require.Less(t, add(1), 256*16+500, "a page with one new id")
	}
	assert.Less(t, add(1000), 1256*16+500, "a full page")
	assert.Less(t, len(client.Keys()), 10, "few keys for many small commits")
}

func TestAlign(t *testing.T) {
	minute, all := time.Minute, position()
	all.Passes = []ledger.Pass{{Delay: minute, Read: set{{1, 9}}}, {Delay: 5 * minute, Read: set{{1, 5}}}, {Delay: 10 * minute, Read: set{{1, 3}}}}
	for name, tt := range map[string]struct {
		delays []time.Duration
		want   []set
	}{
		"the same":          {[]time.Duration{minute, 5 * minute, 10 * minute}, []set{{{1, 9}}, {{1, 5}}, {{1, 3}}}},
		"more lateness":     {[]time.Duration{minute, 30 * minute, time.Hour}, []set{{{1, 9}}, {{1, 3}}, {{1, 3}}}},
		"less lateness":     {[]time.Duration{minute, 2 * minute}, []set{{{1, 9}}, {{1, 3}}}},
		"between the two":   {[]time.Duration{2 * minute, 6 * minute, 10 * minute}, []set{{{1, 5}}, {{1, 3}}, {{1, 3}}}},
		"one pass that has": {[]time.Duration{minute}, []set{{{1, 3}}}},
	} {
		t.Run(name, func(t *testing.T) {
			passes := all.Align(tt.delays)
			require.Len(t, passes, len(tt.want))
			for i, p := range passes {
				assert.Equal(t, tt.delays[i], p.Delay)
				assert.Equal(t, tt.want[i], p.Read)
			}
		})
	}
	var none ledger.Position
	assert.Equal(t, []ledger.Pass{{Delay: minute}}, none.Align([]time.Duration{minute}))
}

// TestADayAtAMillionEvents holds the promise about memory: a day of lateness at a
// million events a day takes less than 32 MB of heap. A stream settles a quarter of
// its lateness at a time and forgets by buckets of an eighth, so that it remembers the
// ids of 1.4 days (TestIDsOfADayOfLateness in package poll).
func TestADayAtAMillionEvents(t *testing.T) {
	const perDay, events = 1_000_000, 1_400_000
	client := ledgertest.New()
	l := openLedger(t, client)
	l.Seen().SetWidth(3 * time.Hour)
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	for n := range events {
		l.Seen().Add(int64(n)*24*hour/perDay, 1, rng{}, key(n))
		if n%10_000 == 9_999 {
			require.NoError(t, l.Commit(t.Context(), position()))
		}
	}
	stored := int64(0)
	for _, k := range client.Keys() {
		stored += int64(len(client.Value(k)))
	}
	used := heap() - before - stored
	assert.Equal(t, events, l.Seen().Len())
	t.Logf("heap %d bytes for %d ids, storage %d bytes", used, events, stored)
	assert.Less(t, used, int64(32<<20))
	assert.Equal(t, events, openLedger(t, client).Seen().Len())
}

func TestForgottenIDsWaitForACommit(t *testing.T) {
	client := ledgertest.New()
	l, err := ledger.Open(t.Context(), client, "okta", "system")
	require.NoError(t, err)
	require.NoError(t, l.Commit(t.Context(), l.Position()))
	l.Seen().Add(1, 1, ledger.Range{}, ledger.Key{1})
	l.Forget(func(ledger.Bucket) bool { return true })
	assert.True(t, l.Pending(), "a crash now would bring the event again: neither its id nor the position that settled it is durable")
	require.NoError(t, l.Commit(t.Context(), l.Position()))
	assert.False(t, l.Pending())
}
