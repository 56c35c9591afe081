package poll_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/internal/vendorhttp/priority"
	"github.com/otelactivity/otelactivity/providers"
)

// A fetch that the client sent away from its second request begins with its first one
// again. One that needs more requests than the limit allows at once must wait for them
// at last, or it never ends.
func TestPageThatIsSentAwayOftenWaits(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		want   []bool
	}{
		"by the client": {0, []bool{false, false, false, true, true, true}},
		"by the vendor": {429, []bool{false, false, false, false, false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, windowed())
				ids := w.past(25, 10*time.Second)
				var patient, next []bool
				w.vendor.onFetch = func(ctx context.Context, q providers.Query) {
					switch q.Cursor {
					case "10":
						patient = append(patient, priority.IsPatient(ctx))
					case "20":
						next = append(next, priority.IsPatient(ctx))
					}
				}
				w.vendor.refuse = func(q providers.Query) error {
					if q.Cursor == "10" && len(patient) < len(tt.want) {
						return &providers.Error{Class: providers.Throttled, Status: tt.status, RetryAfter: 10 * time.Second}
					}
					return nil
				}
				w.start()
				run(3 * time.Minute)
				w.stop()
				w.exactlyOnce(ids...)
				assert.Equal(t, tt.want, patient[:len(tt.want)])
				assert.NotContains(t, next, true, "each page begins anew")
			})
		})
	}
}
