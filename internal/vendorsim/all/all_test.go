package all_test

import (
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/all"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// each runs a test for every vendor, with fake time.
func each(t *testing.T, test func(*testing.T, vendorsim.Vendor)) {
	for _, v := range all.Vendors() {
		t.Run(v.Key, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, v) })
		})
	}
}

func TestVendorsAreSortedByKey(t *testing.T) {
	var keys []string
	for _, v := range all.Vendors() {
		keys = append(keys, v.Key)
	}
	assert.True(t, slices.IsSorted(keys))
	assert.Len(t, slices.Compact(slices.Clone(keys)), len(keys))
}

func TestHistoryDependsOnSeedAndTimeAlone(t *testing.T) {
	each(t, func(t *testing.T, v vendorsim.Vendor) {
		require.NotEmpty(t, v.Streams)
		start := time.Now().Add(-time.Hour)
		worlds := make([]*vendorsim.World, 2)
		for i := range worlds {
			worlds[i] = vendorsim.NewWorld(v, vendorsim.Options{Seed: 5})
			worlds[i].RunAll(vendorsim.Plausible(start, 5*time.Second))
		}
		for _, s := range v.Streams {
			a, b := worlds[0].Truth(s.Name, time.Now()), worlds[1].Truth(s.Name, time.Now())
			require.Greater(t, len(a), 300, s.Name)
			assert.Equal(t, vendorsim.IDs(a), vendorsim.IDs(b), s.Name)
			assert.Equal(t, vendorsim.Raws(a), vendorsim.Raws(b), s.Name)
			if s.NoID {
				assert.Len(t, worlds[0].Between(s.Name, vendorsim.Query{}), len(a), "%s: two events share an id", s.Name)
			}
		}
	})
}

func TestEmittedEventsHaveIDsOfTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, v vendorsim.Vendor) {
		w := vendorsim.NewWorld(v, vendorsim.Options{Seed: 6})
		for _, s := range v.Streams {
			// A burst: nothing but the number of the event tells them apart.
			seen := map[string]bool{}
			for _, e := range w.EmitEach(s.Name, 1500, time.Now().Add(-time.Hour), 0) {
				require.NotEmpty(t, e.ID, s.Name)
				require.False(t, seen[e.ID], "%s: id %s comes twice", s.Name, e.ID)
				seen[e.ID] = true
			}
		}
	})
}

var (
	address = regexp.MustCompile(`"([0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})"`)
	mailbox = regexp.MustCompile(`[\w.+-]+@((?:[\w-]+\.)+\w+)`)
	ranges  = []netip.Prefix{
		netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32"),
	}
)

// TestNobodyReal: addresses are those of RFC 5737, RFC 3849 or private, mailboxes
// those of RFC 2606.
func TestNobodyReal(t *testing.T) {
	each(t, func(t *testing.T, v vendorsim.Vendor) {
		w := vendorsim.NewWorld(v, vendorsim.Options{Seed: 7})
		for _, s := range v.Streams {
			text := strings.Join(vendorsim.Raws(w.EmitEach(s.Name, 1000, time.Now().Add(-time.Hour), time.Second)), "\n")
			for _, m := range address.FindAllStringSubmatch(text, -1) {
				ip, err := netip.ParseAddr(m[1])
				if err != nil {
					continue
				}
				known := slices.ContainsFunc(ranges, func(p netip.Prefix) bool { return p.Contains(ip) })
				assert.True(t, known || ip.IsPrivate() || ip.IsLoopback() || ip.IsUnspecified(), "%s: %s", s.Name, ip)
			}
			for _, m := range mailbox.FindAllStringSubmatch(text, -1) {
				labels := strings.Split(m[1], ".")
				top := labels[len(labels)-1]
				reserved := slices.Contains([]string{"example", "test", "invalid"}, top) || labels[len(labels)-2] == "example"
				assert.True(t, reserved, "%s: %s", s.Name, m[0])
			}
		}
	})
}

func TestConfigurationsPointToTheSimulator(t *testing.T) {
	const base = "http://127.0.0.1:4711"
	each(t, func(t *testing.T, v vendorsim.Vendor) {
		configs := map[string]map[string]any{"": v.Config(base)}
		for name, variant := range v.Variants {
			configs[name] = variant(base)
			assert.NotEqual(t, configs[""], configs[name], name)
		}
		for name, c := range configs {
			endpoint, _ := c["endpoint"].(string)
			assert.True(t, endpoint == base || strings.HasPrefix(endpoint, base+"/"), "%q: %s", name, endpoint)
			for key, value := range c {
				text, ok := value.(string)
				if ok && strings.Contains(text, "://") && key != "audience" && key != "scope" {
					assert.True(t, strings.HasPrefix(text, base), "%q: %s is %s", name, key, text)
				}
			}
		}
	})
}

// TestStrangersAreTurnedAway: no path gives data without a credential, and unknown
// ones are violations.
func TestStrangersAreTurnedAway(t *testing.T) {
	each(t, func(t *testing.T, v vendorsim.Vendor) {
		w := vendorsim.NewWorld(v, vendorsim.Options{Seed: 8})
		status := ask(t, w, http.MethodGet, "/no/such/path")
		assert.True(t, status >= 400 && status < 500, "status %d", status)
		assert.NotEmpty(t, w.Violations())
		for _, path := range v.TokenPaths {
			w.ForgetViolations()
			status := ask(t, w, http.MethodPost, path)
			assert.True(t, status >= 400 && status < 500, "%s: status %d", path, status)
			assert.NotEmpty(t, w.Violations(), path)
		}
	})
}

func TestEveryFaultHasAnAnswer(t *testing.T) {
	want := map[vendorsim.Kind][]int{
		vendorsim.Throttled: {400, 403, 429, 503}, vendorsim.ThrottledBare: {400, 403, 429, 503}, vendorsim.Forbidden: {200, 400, 401, 402, 403},
		vendorsim.Unauthorized: {200, 400, 401}, vendorsim.NotFound: {400, 404},
		vendorsim.Internal: {500}, vendorsim.BadGateway: {502}, vendorsim.Unavailable: {503}, vendorsim.Timeout: {504},
	}
	each(t, func(t *testing.T, v vendorsim.Vendor) {
		for kind, statuses := range want {
			w := vendorsim.NewWorld(v, vendorsim.Options{Seed: 9})
			w.Faults.Set(kind, 1)
			assert.Contains(t, statuses, ask(t, w, http.MethodGet, "/"), kind)
			assert.Empty(t, w.Violations())
		}
	})
}

func ask(t *testing.T, w *vendorsim.World, method, path string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+w.Vendor.Key+".test"+path, nil)
	require.NoError(t, err)
	res, err := vendorsim.RoundTripper(w.Handler()).RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res.StatusCode
}
