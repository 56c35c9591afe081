package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/otelactivity/otelactivity/internal/logsdb"
	"github.com/otelactivity/otelactivity/internal/vendorsim"
	simulators "github.com/otelactivity/otelactivity/internal/vendorsim/all"
	"github.com/otelactivity/otelactivity/providers/all"
)

// testPort and the one above it are outside of the range that the system hands out.
const testPort = 18743

// fakeVendor is a vendor with one stream.
func fakeVendor(key string) vendorsim.Vendor {
	return vendorsim.Vendor{
		Key: key,
		Streams: []vendorsim.Stream{{
			Name: "audit",
			Generate: func(_ *rand.Rand, n int, _ time.Time) (string, string) {
				return fmt.Sprint(n), fmt.Sprintf(`{"id":"%d"}`, n)
			},
		}},
		New: func(w *vendorsim.World) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				w.Violation(r, "no credential")
				_, _ = io.WriteString(rw, key)
			})
		},
		Config: func(baseURL string) map[string]any {
			return map[string]any{"endpoint": baseURL, "token": "fake-" + key}
		},
	}
}

func newTestVendors(t *testing.T, path string) *vendors {
	t.Helper()
	h, err := loadHistory(path, 1, testPort, time.Now())
	require.NoError(t, err)
	return newVendors([]vendorsim.Vendor{fakeVendor("acme"), fakeVendor("umbrella")}, h, time.Second)
}

func ids(v *vendors, at time.Time) []string {
	return vendorsim.IDs(v.worlds[0].Truth("audit", at))
}

func TestSecondRunFindsTheSameEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "history.json")
		first := newTestVendors(t, path)
		acme := logsdb.Stream{Instance: "acme", Name: "audit"}
		backlog := first.truth(time.Now())[acme]
		assert.InDelta(t, backlogEvents, backlog, backlogEvents/2)

		for range 100 {
			require.NoError(t, first.extend(time.Now(), time.Time{}))
			time.Sleep(time.Second)
		}
		now := time.Now()
		seen := ids(first, now)
		assert.Greater(t, len(seen), backlog+50, "about one event per second")

		time.Sleep(time.Hour)
		second := newTestVendors(t, path)
		assert.Equal(t, seen, ids(second, now))
		later := ids(second, time.Now())
		assert.Less(t, len(later)-len(seen), int(2*lease/time.Second), "the pause had no traffic but what was written down ahead")

		require.NoError(t, second.extend(time.Now(), time.Time{}))
		time.Sleep(lease)
		assert.Greater(t, len(ids(second, time.Now())), len(later))
	})
}

func TestTrafficNeverRunsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestVendors(t, filepath.Join(t.TempDir(), "history.json"))
		for range 1000 {
			require.NoError(t, v.extend(time.Now(), time.Time{}))
			last := v.history.Runs[len(v.history.Runs)-1]
			require.True(t, last.Stop.After(time.Now()))
			time.Sleep(time.Second)
		}
		for i, s := range v.history.Runs[1:] {
			require.True(t, s.Start.Equal(v.history.Runs[i].Stop), "no gap and no overlap")
		}
	})
}

func TestTrafficStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestVendors(t, filepath.Join(t.TempDir(), "history.json"))
		stop := time.Now().Add(90 * time.Second)
		for range 200 {
			require.NoError(t, v.extend(time.Now(), stop))
			time.Sleep(time.Second)
		}
		assert.True(t, v.history.Runs[len(v.history.Runs)-1].Stop.Equal(stop))
		for _, e := range v.worlds[0].Truth("audit", time.Now()) {
			require.True(t, e.Time.Before(stop))
			require.LessOrEqual(t, e.Visible.Sub(e.Time), latest)
		}
	})
}

func TestFaultsEnd(t *testing.T) {
	v := newTestVendors(t, filepath.Join(t.TempDir(), "history.json"))
	v.fail(0.5)
	for _, w := range v.worlds {
		assert.InDelta(t, 0.5, w.Faults.Rates()[vendorsim.Internal], 0)
		assert.Zero(t, w.Faults.Rates()[vendorsim.Hang])
		assert.Zero(t, w.Faults.Rates()[vendorsim.ShiftingPages], "the next run would find an event less")
	}
	v.fail(0)
	for _, w := range v.worlds {
		for kind, share := range w.Faults.Rates() {
			assert.Zero(t, share, kind)
		}
	}
}

func TestVendorsServeAndDescribeThemselves(t *testing.T) {
	v := newTestVendors(t, filepath.Join(t.TempDir(), "history.json"))
	require.NoError(t, v.listen())

	text, err := v.config()
	require.NoError(t, err)
	var entries map[string]map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &entries))
	require.Len(t, entries, 2)
	assert.Equal(t, map[string]any{
		"endpoint": v.servers[1].URL, "token": "fake-umbrella", "streams": []any{"audit"},
		"rate_limit": map[string]any{"requests_per_minute": requestsPerMinute, "reserve": 0},
	}, entries["umbrella"])

	resp, err := http.Get(v.servers[1].URL + "/events")
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, "umbrella", string(body))
	assert.Equal(t, []string{"umbrella: GET /events: no credential"}, v.violations())

	taken := newTestVendors(t, filepath.Join(t.TempDir(), "history.json"))
	require.ErrorContains(t, taken.listen(), "simulator of acme")

	http.DefaultClient.CloseIdleConnections()
	require.NoError(t, v.close())
	require.NoError(t, v.close(), "closing twice is the same as once")
}

// The demo reads the streams that a simulator has: all of the provider's, those that
// are read only when they are named included.
func TestEverySimulatorHasEveryStream(t *testing.T) {
	for _, p := range all.Providers() {
		i := slices.IndexFunc(simulators.Vendors(), func(v vendorsim.Vendor) bool { return v.Key == p.Key })
		if i < 0 {
			continue // the suite lists what is not simulated
		}
		c, o := p.Example()
		source, err := c.Open(o)
		require.NoError(t, err, p.Key)
		var want, got []string
		for _, s := range source.Streams {
			want = append(want, s.Name)
		}
		for _, s := range simulators.Vendors()[i].Streams {
			got = append(got, s.Name)
		}
		assert.ElementsMatch(t, want, got, p.Key)
	}
}
