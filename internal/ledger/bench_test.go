package ledger_test

import (
	"testing"
	"time"

	"github.com/otelactivity/otelactivity/internal/ledger"
)

// BenchmarkSeen measures one id among a day of ids at a million a day: a known one,
// which its own bucket answers, and a new one, which all buckets are asked for.
func BenchmarkSeen(b *testing.B) {
	const day, other = 1_000_000, 1 << 16
	l := openLedger(b, nil)
	l.Seen().SetWidth(3 * time.Hour)
	for n := range day {
		l.Seen().Add(int64(n)*24*hour/day, 1, ledger.Range{}, key(n))
	}
	keys := make([]ledger.Key, other)
	for i := range keys {
		keys[i] = key(day + i)
	}
	b.Run("new", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			if l.Seen().Has(keys[n%other]) {
				b.Fatal("unknown id is known")
			}
		}
	})
	for _, k := range keys {
		l.Seen().Add(23*hour, 1, ledger.Range{}, k)
	}
	b.Run("known", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			if l.Seen().Add(23*hour, 1, ledger.Range{}, keys[n%other]) {
				b.Fatal("known id is new")
			}
		}
	})
}
