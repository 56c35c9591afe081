package main

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

func TestRecognize(t *testing.T) {
	acme, umbrella := fakeVendor("acme"), fakeVendor("umbrella")
	change := func(f func(*vendorsim.Vendor)) vendorsim.Vendor {
		v := fakeVendor("acme")
		f(&v)
		return v
	}
	tests := []struct {
		name string
		now  []vendorsim.Vendor
		err  string
	}{
		{name: "the same", now: []vendorsim.Vendor{acme, umbrella}},
		{name: "in another order", now: []vendorsim.Vendor{umbrella, acme}},
		{name: "one more", now: []vendorsim.Vendor{acme, umbrella, fakeVendor("initech")}},
		{name: "one less", now: []vendorsim.Vendor{umbrella}, err: "the events of acme/audit are not"},
		{name: "none of them", now: []vendorsim.Vendor{fakeVendor("initech")}, err: "acme/audit, umbrella/audit"},
		{name: "other rows", now: []vendorsim.Vendor{umbrella, change(func(v *vendorsim.Vendor) {
			v.Streams[0].Generate = func(*rand.Rand, int, time.Time) (string, string) { return "1", `{"id":"1"}` }
		})}, err: "acme/audit"},
		{name: "other times", now: []vendorsim.Vendor{umbrella, change(func(v *vendorsim.Vendor) { v.Streams[0].Precision = time.Minute })}, err: "acme/audit"},
		{name: "another stream", now: []vendorsim.Vendor{umbrella, change(func(v *vendorsim.Vendor) { v.Streams[0].Name = "sign_ins" })}, err: "acme/audit"},
		{name: "another tenant", now: []vendorsim.Vendor{umbrella, change(func(v *vendorsim.Vendor) {
			v.Config = func(string) map[string]any { return map[string]any{"site": "other"} }
		})}, err: "acme/audit"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.json")
			begin(t, path, acme, umbrella)
			again, err := loadHistory(path, 1, testPort, noon.Add(time.Hour))
			require.NoError(t, err)
			prints, err := fingerprintsOf(tt.now, again)
			require.NoError(t, err)
			err = again.recognize(prints)
			if tt.err == "" {
				require.NoError(t, err)
				assert.Len(t, again.Simulators, len(tt.now))
				return
			}
			require.ErrorContains(t, err, "begun with other simulators")
			require.ErrorContains(t, err, tt.err)
			require.ErrorContains(t, err, "rm -r "+filepath.Dir(path))
		})
	}
}

// begin writes the state of a first run with some vendors.
func begin(t *testing.T, path string, all ...vendorsim.Vendor) {
	t.Helper()
	h, err := loadHistory(path, 1, testPort, noon)
	require.NoError(t, err)
	prints, err := fingerprintsOf(all, h)
	require.NoError(t, err)
	require.NoError(t, h.recognize(prints))
	require.NoError(t, h.save())
}

func TestRecognizeNothingInWhatSaysNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.json")
	h, err := loadHistory(path, 1, testPort, noon)
	require.NoError(t, err)
	require.NoError(t, h.save())
	old, err := loadHistory(path, 1, testPort, noon)
	require.NoError(t, err)
	require.ErrorContains(t, old.recognize(fingerprints{"acme/audit": "1"}), "earlier version")
}

func TestEnumerate(t *testing.T) {
	assert.Equal(t, "a, b", enumerate([]string{"a", "b"}))
	assert.Equal(t, "a, b, c, d, e and 2 more streams", enumerate([]string{"a", "b", "c", "d", "e", "f", "g"}))
}
