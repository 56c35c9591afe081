package poll_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers"
)

// TestIDsOfADayOfLateness holds how many ids a stream remembers whose events may be a
// day late: those of 1.4 days (what that takes is told by
// TestADayAtAMillionEvents in package ledger).
func TestIDsOfADayOfLateness(t *testing.T) {
	for name, traits := range map[string]providers.Traits{
		"windows":               {Order: providers.OldestFirst},
		"long windows":          {Order: providers.NewestFirst, MaxWindow: 90 * day},
		"windows of ingestion":  {Bounds: providers.IngestionTime},
		"cursor":                {Resume: providers.ByCursor},
		"cursor over ingestion": {Resume: providers.ByCursor, Bounds: providers.IngestionTime},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				traits.Lateness, traits.Granularity, traits.PageSize = day, time.Second, 100
				w := newWorld(t, traits)
				w.stream.PollInterval = 10 * time.Minute
				w.start()
				const perDay, days = 480, 4
				most := 0
				for n := range perDay * days {
					w.vendor.now(fmt.Sprint(n))
					run(day / perDay)
					most = max(most, w.seen.coverage.Seen)
				}
				w.stop()
				assert.InDelta(t, perDay*days, len(w.sink.ids()), 5, "the last ones come with the next poll")
				t.Logf("at most %d ids, %.2f days", most, float64(most)/perDay)
				assert.Less(t, most, perDay*14/10)
			})
		})
	}
}
