package vendorhttp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers"
)

// Who gets the token of a moment while others were promised one.
func TestGrant(t *testing.T) {
	type ask struct {
		at   time.Duration
		rank rank
		want bool
	}
	for name, asks := range map[string][]ask{
		"one token, one promise":         {{0, liveReady, true}, {0, liveReady, false}, {0, otherReady, false}, {0, liveTake, true}, {0, liveTake, false}},
		"live ignores other promises":    {{0, otherReady, true}, {0, otherReady, false}, {0, liveReady, true}, {0, liveTake, true}},
		"promises end":                   {{0, liveReady, true}, {999 * time.Millisecond, liveReady, false}, {time.Second, liveReady, true}},
		"taking fulfils the own promise": {{0, otherReady, true}, {0, liveReady, true}, {0, liveTake, true}, {time.Second - 1, liveReady, false}, {time.Second, otherReady, true}},
		"taking fulfils any promise":     {{0, liveReady, true}, {0, otherTake, true}, {time.Second, liveReady, true}},
		"taking without promise":         {{0, otherTake, true}, {0, otherTake, false}, {time.Second, otherTake, true}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBudget(providers.Budget{Requests: 1, Per: time.Second}, 0)
			for i, a := range asks {
				assert.Equal(t, a.want, b.grant(epoch.Add(a.at), a.rank), "ask %d", i)
			}
		})
	}
}

// The first in the queue looks again when its token or the end of a promise is due,
// whichever comes first.
func TestNextLook(t *testing.T) {
	b := newBudget(providers.Budget{Requests: 1, Per: time.Minute}, 0)
	assert.True(t, b.grant(epoch, liveReady))
	assert.Equal(t, epoch.Add(promiseFor), b.next(epoch, liveReady))
	assert.True(t, b.grant(epoch, liveTake))
	assert.Equal(t, epoch.Add(time.Minute), b.next(epoch, liveReady))
	assert.Equal(t, epoch.Add(time.Minute), b.next(epoch, liveTake))
}

// Promises count against a pace as well, but nobody waits beyond its end.
func TestPaceWithPromises(t *testing.T) {
	b := newBudget(providers.Budget{}, 0)
	b.take(epoch)
	b.observe(epoch, reading{limit: 100, remaining: 4, reset: 10 * time.Second, hasReset: true}, 0.5)
	assert.Equal(t, 5*time.Second, b.earliest(epoch, 0).Sub(epoch))
	assert.Equal(t, 10*time.Second, b.earliest(epoch, 1).Sub(epoch))
	assert.Equal(t, 10*time.Second, b.earliest(epoch, 7).Sub(epoch))
}
