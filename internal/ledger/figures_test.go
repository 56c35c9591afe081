package ledger_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelactivity/otelactivity/internal/ledger"
)

// A stream with a day of lateness settles a quarter of that at a time and forgets by
// buckets of an eighth: up to so many ids of a million events a day are remembered
// (TestIDsOfADayOfLateness in package poll).
const (
	perDay     = 1_000_000
	remembered = perDay * 14 / 10
	aDay       = 24 * hour
)

// TestMemoryOfADayOfLateness holds what the ids of a million events a day take.
func TestMemoryOfADayOfLateness(t *testing.T) {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	l := openLedger(t, &drain{})
	l.Seen().SetWidth(3 * time.Hour)
	for n := range remembered {
		at := int64(n) * aDay / perDay
		l.Seen().Add(at, at, ledger.Range{}, key(n))
		if n%1000 == 0 {
			require.NoError(t, l.Commit(t.Context(), position()))
		}
	}
	require.NoError(t, l.Commit(t.Context(), position()))
	took := heap() - before
	assert.Equal(t, remembered, l.Seen().Len())
	t.Logf("%d ids take %.1f MB, %.1f bytes each", remembered, float64(took)/1e6, float64(took)/remembered)
	assert.Less(t, took, uint64(32<<20))
	runtime.KeepAlive(l)
}

// TestWritesOfAPage holds that a page costs what it brings, however many ids are
// remembered: its ids, what is written again of the last chunk, and the position.
func TestWritesOfAPage(t *testing.T) {
	disk := &drain{}
	l := openLedger(t, disk)
	l.Seen().SetWidth(3 * time.Hour)
	const page, pages = 100, 2000
	for n := range page * pages {
		at := int64(n) * aDay / perDay
		l.Seen().Add(at, at, ledger.Range{}, key(n))
		if (n+1)%page == 0 {
			disk.most = 0
			require.NoError(t, l.Commit(t.Context(), position()))
			require.Less(t, disk.most, 16*(page+256)+1024)
		}
	}
	t.Logf("%d bytes for each page of %d events, %d ids remembered", disk.bytes/pages, page, l.Seen().Len())
	assert.Less(t, disk.bytes/pages, 16*(page+256)+1024)
	before := disk.bytes
	require.NoError(t, l.Commit(t.Context(), position()))
	assert.Less(t, disk.bytes-before, 1024, "a page without anything new writes the position")
}

// drain is a storage that counts what it is given.
type drain struct{ bytes, most int }

func (d *drain) Batch(_ context.Context, ops ...*storage.Operation) error {
	n := 0
	for _, op := range ops {
		n += len(op.Key) + len(op.Value)
	}
	d.bytes += n
	d.most = max(d.most, n)
	return nil
}

func (d *drain) Get(context.Context, string) ([]byte, error) { return nil, nil }
func (d *drain) Set(ctx context.Context, key string, value []byte) error {
	return d.Batch(ctx, storage.SetOperation(key, value))
}
func (d *drain) Delete(ctx context.Context, key string) error {
	return d.Batch(ctx, storage.DeleteOperation(key))
}
func (d *drain) Close(context.Context) error { return nil }
