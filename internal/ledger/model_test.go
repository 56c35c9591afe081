package ledger_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"pgregory.net/rapid"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
)

// TestSeenAgainstModel compares a ledger under random adds, commits, failures,
// forgetting and restarts with plain maps.
func TestSeenAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		client := ledgertest.New()
		l, err := ledger.Open(t.Context(), client, "i", "s")
		require.NoError(t, err)
		mem, disk := map[int]int64{}, map[int]int64{}
		commit := func(t *rapid.T) {
			require.NoError(t, l.Commit(t.Context(), position()))
			clear(disk)
			for k, v := range mem {
				disk[k] = v
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				at := rapid.Int64Range(-5, 5).Draw(t, "hour")*hour + 1
				for range rapid.IntRange(1, 300).Draw(t, "count") {
					n := rapid.IntRange(0, 2000).Draw(t, "n")
					_, known := mem[n]
					require.Equal(t, !known, l.Seen().Add(at, at, rng{}, key(n)))
					if !known {
						mem[n] = at
					}
				}
			},
			"forget": func(t *rapid.T) {
				before := rapid.Int64Range(-5, 6).Draw(t, "hour") * hour
				l.Forget(func(b ledger.Bucket) bool { return b.To <= before })
				for k, at := range mem {
					if at < before {
						delete(mem, k)
					}
				}
			},
			"commit": commit,
			"fail": func(t *rapid.T) {
				client.Fail = func([]*storage.Operation) error { return errors.New("full") }
				require.Error(t, l.Commit(t.Context(), position()))
				client.Fail = nil
			},
			"restart": func(t *rapid.T) {
				l, err = ledger.Open(t.Context(), client, "i", "s")
				require.NoError(t, err)
				clear(mem)
				for k, v := range disk {
					mem[k] = v
				}
			},
			"": func(t *rapid.T) {
				require.Equal(t, len(mem), l.Seen().Len())
				for k := range mem {
					require.True(t, l.Seen().Has(key(k)), fmt.Sprint(k))
				}
			},
		})
	})
}
