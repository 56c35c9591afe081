package conformance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	simulators "github.com/otelactivity/otelactivity/internal/vendorsim/all"
)

// simulator returns the simulator of a vendor.
func simulator(t *testing.T, key string) vendorsim.Vendor {
	t.Helper()
	i := slices.IndexFunc(simulators.Vendors(), func(v vendorsim.Vendor) bool { return v.Key == key })
	require.GreaterOrEqual(t, i, 0, key)
	return simulators.Vendors()[i]
}

// said counts the warnings and errors that have a text.
func (r *rig) said(text string) (n int) {
	for _, l := range r.logs.All() {
		if l.Level >= zapcore.WarnLevel && strings.Contains(l.Message+fmt.Sprint(l.ContextMap()), text) {
			n++
		}
	}
	return n
}

// A stream whose plan, license or permission is missing stops alone and says once
// what it needs. The others go on, and so does it when it gets that.
func TestAStreamFailsAlone(t *testing.T) {
	for name, tt := range map[string]struct {
		vendor, knob, value string
		stopped             []string
		hint                string
	}{
		"no P1 or P2 license": {"azure_active_directory", "free_tenant", "true", []string{"sign_ins"}, "license for Entra ID P1 or P2"},
		"no ReadDlp":          {"microsoft_365", "missing_permission", "DLP.All", []string{"content.dlp"}, "ActivityFeed.ReadDlp"},
		"no Enterprise plan":  {"slack", "audit_error", "feature_not_enabled", []string{"audit_logs"}, "needs an Enterprise plan"},
		"no paid plan":        {"slack", "web_error", "paid_only", []string{"access_logs", "integration_logs"}, "paid workspace"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				vendor := simulator(t, tt.vendor)
				r := newRig(t, vendor, vendor.Config)
				require.NoError(t, r.world.SetKnob(tt.knob, tt.value))
				r.backlog(40)
				r.start()
				pass(3*time.Hour + r.settled)
				var others []string
				for _, s := range r.streams() {
					if !slices.Contains(tt.stopped, s) {
						others = append(others, s)
					}
				}
				r.complete(others...)
				for _, s := range r.records() {
					assert.NotContains(t, tt.stopped, s.stream)
				}
				assert.Positive(t, r.said(tt.hint))
				assert.LessOrEqual(t, r.said(tt.hint), 2*len(tt.stopped), "once for each stream, not with every probe")
				require.NoError(t, r.world.SetKnob(tt.knob, ""))
				pass(probe + r.settled)
				r.stop()
				r.complete()
				r.noViolations()
			})
		})
	}
}

// A subscription that an administrator switches off is started again, and what came
// meanwhile is read.
func TestASubscriptionIsStartedAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		vendor := simulator(t, "microsoft_365")
		r := newRig(t, vendor, vendor.Config)
		r.backlog(40)
		r.start()
		pass(20 * time.Minute)
		require.NoError(t, r.world.SetKnob("disable", "Audit.SharePoint"))
		r.world.EmitEach("content.sharepoint", 20, r.world.Now(), time.Minute)
		pass(time.Hour + r.settled)
		r.stop()
		r.complete()
		r.noViolations()
	})
}

// Blobs that are gone when their turn comes are told, and hold nothing up.
func TestBlobsThatAreGoneAreTold(t *testing.T) {
	for code, reason := range map[string]string{"AF20050": "gone", "AF20051": "expired"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				vendor := simulator(t, "microsoft_365")
				r := newRig(t, vendor, vendor.Config)
				require.NoError(t, r.world.SetKnob("blob_error", code))
				r.backlog(40)
				r.read(r.settled)
				visible := 0
				for _, s := range vendor.Streams {
					rows, _ := r.expected(s.Name)
					visible += len(rows)
				}
				assert.Less(t, len(r.records()), visible)
				assert.Greater(t, len(r.records()), visible/2)
				assert.Positive(t, r.said(reason), "%v", r.logs.All())
				r.noViolations()
			})
		})
	}
}
