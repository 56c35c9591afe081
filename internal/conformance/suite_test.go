package conformance_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	simulators "github.com/otelactivity/otelactivity/internal/vendorsim/all"
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// each runs a test for every simulated vendor, in fake time.
func each(t *testing.T, f func(t *testing.T, r *rig)) {
	t.Helper()
	for _, vendor := range simulators.Vendors() {
		t.Run(vendor.Key, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) { f(t, newRig(t, vendor, vendor.Config)) })
		})
	}
}

// backlog puts events of the hours before now into every stream.
func (r *rig) backlog(n int) {
	from := r.world.Now().Add(-10 * time.Hour)
	for _, s := range r.vendor.Streams {
		r.world.EmitEach(s.Name, n, from, 10*time.Hour/time.Duration(n+1))
	}
}

func TestEveryProviderIsComplete(t *testing.T) {
	var simulated []string
	for _, v := range simulators.Vendors() {
		simulated = append(simulated, v.Key)
	}
	for _, p := range all.Providers() {
		t.Run(p.Key, func(t *testing.T) {
			assert.Contains(t, simulated, p.Key, "there is no simulator")
			root := filepath.Join("..", "..", "providers")
			folder := filepath.Join(root, p.Key)
			_, err := os.Stat(filepath.Join(folder, "README.md"))
			assert.NoError(t, err)
			golden, err := filepath.Glob(filepath.Join(folder, "testdata", "*", "*.otlp.yaml"))
			require.NoError(t, err)
			assert.NotEmpty(t, golden, "there are no golden files")
			assert.NoError(t, checkActionTable(root, p.Key))
			c, o := p.Example()
			source, err := c.Open(o)
			require.NoError(t, err, "the example does not open")
			assert.NotEmpty(t, source.Tenant)
			checkStreams(t, source)
			_, err = p.New().Open(providers.Options{})
			assert.Error(t, err, "an empty configuration opens")
		})
	}
}

func checkStreams(t *testing.T, source *providers.Source) {
	t.Helper()
	assert.True(t, slices.ContainsFunc(source.Streams, func(s providers.Stream) bool { return s.Default }), "nothing is read by default")
	for _, s := range source.Streams {
		assert.NotEmpty(t, s.Grant, "%s does not say what to grant", s.Name)
		assert.NotNil(t, s.Fetch, s.Name)
		assert.NotNil(t, s.Decode, s.Name)
		assert.LessOrEqual(t, s.PageSize, s.MaxPageSize, s.Name)
		assert.GreaterOrEqual(t, s.Lateness, s.MinLateness, s.Name)
		assert.Positive(t, s.Lateness, "%s declares no lateness", s.Name)
		assert.Equal(t, strings.ToLower(s.Name), s.Name)
	}
}

func TestFirstStart(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.backlog(450)
		r.read(r.settled)
		r.complete()
		r.noViolations()
		assert.Len(t, r.wire.hosts, 1, "requests went to other hosts: %v", r.wire.hosts)
	})
}

func TestEmptyFeed(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.read(3 * time.Hour)
		r.complete()
		r.noViolations()
	})
}

func TestLiveTraffic(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		now := r.world.Now()
		traffic := vendorsim.Plausible(now.Add(-2*time.Hour), time.Minute)
		traffic.Stop = now.Add(3 * time.Hour)
		r.world.RunAll(traffic)
		r.read(3*time.Hour + r.settled)
		r.complete()
		r.noViolations()
	})
}

func TestRestarts(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.backlog(150)
		for range 4 {
			r.read(37 * time.Minute)
			for _, s := range r.vendor.Streams {
				r.world.EmitEach(s.Name, 5, r.world.Now().Add(-time.Minute), time.Second)
			}
			pass(11 * time.Minute)
		}
		r.read(r.settled)
		r.complete()
		r.noViolations()
	})
}

func TestLateAndRepeatedEvents(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.start()
		pass(time.Hour)
		for _, s := range r.vendor.Streams {
			late := s.Lateness
			if late == 0 {
				late = 4 * time.Minute
			}
			e := r.world.Emit(s.Name, r.world.Now())
			r.world.EmitLate(s.Name, r.world.Now().Add(-time.Second), late)
			r.world.EmitLate(s.Name, r.world.Now(), late/2)
			r.world.EmitEach(s.Name, 3, r.world.Now(), 0)
			if !s.NoID {
				r.world.Repeat(e, r.world.Now().Add(30*time.Second))
			}
		}
		pass(r.settled)
		r.stop()
		r.complete()
		r.noViolations()
	})
}

func TestVariants(t *testing.T) {
	for _, vendor := range simulators.Vendors() {
		for name, config := range vendor.Variants {
			t.Run(vendor.Key+"/"+name, func(t *testing.T) {
				t.Parallel()
				inBubble(t, func(t *testing.T) {
					r := newRig(t, vendor, config)
					r.backlog(120)
					r.read(r.settled)
					assert.NotEmpty(t, r.records(), "nothing arrived")
					uids := map[string]bool{}
					for _, s := range r.records() {
						assert.False(t, uids[s.uid], "uid %s arrived twice", s.uid)
						uids[s.uid] = true
					}
					r.noViolations()
				})
			})
		}
	}
}
