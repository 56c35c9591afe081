package conformance_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap/zapcore"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	simulators "github.com/otelactivity/otelactivity/internal/vendorsim/all"
)

// Every kind of fault for some requests in the middle of a backlog, then a healthy
// vendor: nothing is lost and nothing comes twice.
func TestFaultsHeal(t *testing.T) {
	for _, vendor := range simulators.Vendors() {
		for _, kind := range vendorsim.Kinds() {
			t.Run(vendor.Key+"/"+string(kind), func(t *testing.T) {
				t.Parallel()
				inBubble(t, func(t *testing.T) {
					r := newRig(t, vendor, vendor.Config)
					r.entry["poll_interval"] = max(3*poll, r.every).String() // hours in which nothing happens
					r.backlog(120)
					r.start()
					pass(20 * time.Minute)
					r.world.Faults.Next(kind, 3, "")
					for _, s := range r.vendor.Streams {
						r.world.EmitEach(s.Name, 20, r.world.Now(), time.Second)
					}
					pass(2 * time.Hour)
					r.world.Faults.Heal()
					if kind == vendorsim.Unauthorized || kind == vendorsim.Forbidden || kind == vendorsim.NotFound {
						pass(probe)
					}
					pass(r.settled)
					r.stop()
					r.complete()
				})
			})
		}
	}
}

// A vendor that is ill for hours, in every way that a retry heals.
func TestIllVendor(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		now := r.world.Now()
		traffic := vendorsim.Plausible(now.Add(-3*time.Hour), 2*time.Minute)
		traffic.Stop = now.Add(2 * time.Hour)
		r.world.RunAll(traffic)
		r.world.Faults.Harmless(0.01)
		r.start()
		pass(4 * time.Hour)
		r.world.Faults.Heal()
		pass(r.settled)
		r.stop()
		r.complete()
	})
}

// A refused credential parks the streams, says so once each with what to do, and
// goes on by itself when it is accepted again.
func TestRefusedCredentialParks(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.backlog(20)
		r.world.Faults.Set(vendorsim.Unauthorized, 1)
		r.start()
		pass(3 * time.Hour)
		served := r.world.Served()
		assert.Empty(t, r.records())
		warnings := 0
		for _, l := range r.logs.All() {
			if l.Level >= zapcore.WarnLevel {
				warnings++
			}
		}
		assert.LessOrEqual(t, warnings, 4*len(r.vendor.Streams)+2, "one line per change, not per poll: %v", r.logs.All())
		assert.Positive(t, warnings)
		assert.Less(t, served, 250*len(r.vendor.Streams), "a parked stream is probed slowly")
		r.world.Faults.Heal()
		pass(probe + r.settled)
		r.stop()
		r.complete()
	})
}

// probe is longer than any parked stream waits before it is tried again.
const probe = 14 * time.Hour

// What cannot be decoded arrives raw with a marker, and does not hold up the rest.
func TestBadEvents(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.backlog(20)
		bad := map[string]bool{}
		for _, s := range r.vendor.Streams {
			raw := fmt.Sprintf(`{"surprise":{"stream":%q,"big":9007199254740993}}`, s.Name)
			if s.Table {
				raw = fmt.Sprintf(`{"surprise":%q}`, s.Name+" 9007199254740993")
			}
			r.world.Add(s.Name, vendorsim.Entry{ID: "bad-" + s.Name, Time: r.world.Now().Add(-time.Hour), Raw: raw})
			bad[raw] = true
		}
		r.read(r.settled)
		marked := 0
		for _, s := range r.records() {
			if s.decodeError != "" && bad[s.raw] {
				marked++
				assert.NotEmpty(t, s.uid)
				delete(bad, s.raw)
			}
		}
		assert.Empty(t, bad, "not delivered raw with a marker")
		assert.GreaterOrEqual(t, len(r.records()), marked+20)
	})
}

// secrets are the values of a configuration that must show nowhere: every text that
// is long enough to be one and not an address.
func secrets(entry map[string]any) []string {
	var out []string
	for key, v := range entry {
		s, ok := v.(string)
		if !ok || len(s) < 12 || strings.HasPrefix(s, "http") {
			continue
		}
		for _, word := range []string{"token", "secret", "key", "password", "certificate", "config"} {
			if strings.Contains(key, word) && key != "key_id" && key != "public_key_id" && !strings.HasSuffix(key, "_file") && !strings.HasSuffix(key, "_url") {
				out = append(out, s)
				break
			}
		}
	}
	return out
}

// No credential shows in records, logs or the component's status, whatever the vendor
// answers: neither what is configured nor what came with a request.
func TestSecretsShowNowhere(t *testing.T) {
	for _, vendor := range simulators.Vendors() {
		configs := map[string]func(string) map[string]any{"default": vendor.Config}
		for name, c := range vendor.Variants {
			configs[name] = c
		}
		for name, config := range configs {
			t.Run(vendor.Key+"/"+name, func(t *testing.T) {
				t.Parallel()
				inBubble(t, func(t *testing.T) {
					r := newRig(t, vendor, config)
					r.backlog(10)
					r.world.Faults.Set(vendorsim.Echo, 0.7) // of token endpoints, too
					r.start()
					pass(time.Hour)
					r.world.Faults.Heal()
					pass(20 * time.Minute)
					for _, kind := range vendorsim.Kinds() {
						r.world.Faults.Next(kind, 2, "")
						pass(20 * time.Minute)
					}
					pass(time.Hour)
					r.stop()
					r.showsNone(append(slices.Collect(maps.Keys(r.wire.credentials)), secrets(r.entry)...))
				})
			})
		}
	}
}

// showsNone requires that the secrets are in nothing that the receiver gave away.
func (r *rig) showsNone(secrets []string) {
	r.t.Helper()
	assert.NotEmpty(r.t, secrets)
	assert.NotEmpty(r.t, r.health)
	assert.Positive(r.t, r.world.Faults.Fired()[vendorsim.Echo])
	said := strings.Join(r.health, "\n")
	for _, l := range r.logs.All() {
		said += fmt.Sprintln(l.Message, l.ContextMap())
	}
	for _, logs := range r.sink.AllLogs() {
		b, err := (&plog.JSONMarshaler{}).MarshalLogs(logs)
		require.NoError(r.t, err)
		said += string(b)
	}
	for _, secret := range secrets {
		quoted, err := json.Marshal(secret)
		require.NoError(r.t, err)
		assert.NotContains(r.t, said, secret)
		assert.NotContains(r.t, said, strings.Trim(string(quoted), `"`))
		if len(secret) > 40 { // nor what a cut text leaves of it
			assert.NotContains(r.t, said, secret[:30])
		}
	}
}

// slow is a pipeline that takes pages after a while, and refuses some first.
type slow struct {
	consumertest.LogsSink
	refuse atomic.Int64 // streams deliver at the same time
	wait   time.Duration
}

func (*slow) Capabilities() consumer.Capabilities { return consumer.Capabilities{MutatesData: true} }

func (s *slow) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(s.wait):
	}
	if s.refuse.Add(-1) >= 0 {
		return errors.New("busy")
	}
	return s.LogsSink.ConsumeLogs(ctx, logs)
}

// A pipeline that refuses and is slow, and shutdowns in the middle of pages: what
// was accepted is not sent again, and the rest comes after the restart.
func TestShutdownInMidPage(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.backlog(450)
		for n := range 6 {
			pipeline := &slow{wait: 700 * time.Millisecond}
			pipeline.refuse.Store(int64(n % 3))
			r.next = pipeline
			r.read(time.Duration(1+n) * 900 * time.Millisecond)
			for _, logs := range pipeline.AllLogs() {
				require.NoError(t, r.sink.ConsumeLogs(t.Context(), logs))
			}
		}
		r.next = r.sink
		r.read(r.settled)
		r.complete()
	})
}
