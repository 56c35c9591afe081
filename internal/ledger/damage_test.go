package ledger_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
)

func TestUnreadableStateIsAnError(t *testing.T) {
	client := ledgertest.New()
	l := openLedger(t, client)
	for n := range 300 {
		l.Seen().Add(1, 1, rng{}, key(n))
	}
	require.NoError(t, l.Commit(t.Context(), position()))
	l.Seen().Add(1, 1, rng{}, key(300))
	require.NoError(t, l.Commit(t.Context(), position()))
	keys := client.Keys()
	require.Equal(t, []string{"v1/okta%2Feu/system/position", "v1/okta%2Feu/system/seen/0-3600000000000/0", "v1/okta%2Feu/system/seen/0-3600000000000/1"}, keys)

	for _, k := range keys {
		for name, damage := range map[string]func([]byte) []byte{
			"empty":        func([]byte) []byte { return []byte{} },
			"cut":          func(b []byte) []byte { return b[:len(b)-1] },
			"cut at start": func(b []byte) []byte { return b[:3] },
			"flipped":      func(b []byte) []byte { b[len(b)/2] ^= 4; return b },
			"no version":   func(b []byte) []byte { b[0] = 0; return b },
		} {
			t.Run(k+" "+name, func(t *testing.T) {
				broken := client.Copy()
				require.NoError(t, broken.Set(t.Context(), k, damage(client.Value(k))))
				_, err := ledger.Open(t.Context(), broken, "okta/eu", "system")
				corrupt, ok := errors.AsType[*ledger.CorruptError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, k, corrupt.Key)
			})
		}
		t.Run(k+" newer", func(t *testing.T) {
			newer := client.Copy()
			require.NoError(t, newer.Set(t.Context(), k, append([]byte{9}, client.Value(k)[1:]...)))
			_, err := ledger.Open(t.Context(), newer, "okta/eu", "system")
			version, ok := errors.AsType[*ledger.VersionError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, ledger.VersionError{Key: k, Version: 9}, *version)
		})
	}
	for _, k := range keys[1:] {
		t.Run(k+" missing", func(t *testing.T) {
			broken := client.Copy()
			require.NoError(t, broken.Delete(t.Context(), k))
			_, err := ledger.Open(t.Context(), broken, "okta/eu", "system")
			assert.ErrorContains(t, err, k)
		})
	}
	t.Run("chunk of another time", func(t *testing.T) {
		broken := client.Copy()
		require.NoError(t, broken.Set(t.Context(), keys[1], client.Value(keys[2])))
		_, err := ledger.Open(t.Context(), broken, "okta/eu", "system")
		assert.ErrorContains(t, err, keys[1])
	})
}

func TestStorageErrorIsNoCorruption(t *testing.T) {
	client := ledgertest.New()
	l := openLedger(t, client)
	l.Seen().Add(1, 1, rng{}, key(1))
	require.NoError(t, l.Commit(t.Context(), position()))
	busy := errors.New("busy")
	for name, failing := range map[string]int{"position": 0, "chunks": 1} {
		t.Run(name, func(t *testing.T) {
			n := 0
			client.Fail = func([]*storage.Operation) error {
				if n++; n-1 == failing {
					return busy
				}
				return nil
			}
			_, err := ledger.Open(t.Context(), client, "okta/eu", "system")
			assert.ErrorIs(t, err, busy)
		})
	}
}
