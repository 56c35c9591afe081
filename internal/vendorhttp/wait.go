package vendorhttp

import (
	"context"
	"sync"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorhttp/priority"
	"github.com/otelactivity/otelactivity/providers"
)

// patience is how long a request that is about to be sent waits for a block to end.
// Whoever asked holds a place meanwhile that others could use, and can wait without
// it; but what a fetch of several requests has got already is asked for again then.
const patience = 5 * time.Second

// Ready blocks until a request of the class could be sent: its budget has room
// and is not blocked. It takes nothing; Do does. It returns early with the
// context's error.
func (c *Client) Ready(ctx context.Context, class string, live bool) error {
	_, err := c.await(ctx, class, rankOf(live, false), true)
	return err
}

// turn waits for the turn of a request, or returns the error of one that has to wait
// for too long.
func (c *Client) turn(ctx context.Context, class string) *providers.Error {
	blocked, err := c.await(ctx, class, rankOf(priority.IsLive(ctx), true), priority.IsPatient(ctx))
	switch {
	case err != nil:
		return interrupted(err)
	case blocked > 0:
		c.waits(class, 0, blocked)
		return &providers.Error{
			Class: providers.Throttled, Code: "blocked", RetryAfter: blocked,
			Message: "earlier answers say that the vendor's limit is used up",
		}
	default:
		return nil
	}
}

// await waits for the budget of a class. Unless the caller is patient, it returns at
// once for how long a block lasts that is a long one.
func (c *Client) await(ctx context.Context, class string, r rank, patient bool) (blocked time.Duration, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	b := c.budget(class)
	if b.atOnce(r) {
		return 0, nil
	}
	c.waits(class, 1, 0)
	defer c.waits(class, -1, 0)
	return b.await(ctx, r, patient)
}

// waits notes that more requests of a class wait, or that one was refused and has to
// wait for a while, and tells the observer what was waited until now.
func (c *Client) waits(class string, more int, refusedFor time.Duration) {
	m, ok := c.meters.Load(class)
	if !ok {
		m, _ = c.meters.LoadOrStore(class, &meter{})
	}
	if waited := m.(*meter).advance(time.Now(), more, refusedFor); waited > 0 {
		c.observer.Throttled(c.instance, class, waited)
	}
}

// meter measures the time in which requests of a class wait for the vendor's limit,
// the declared, the learnt or the one it refused for. Those that wait at once count
// once. A request that was refused waits wherever whoever asked lets it wait. It has
// no timer: what was waited is told with the next thing that happens.
type meter struct {
	mu      sync.Mutex
	waiting int       // requests that wait for their budget
	refused time.Time // a refused one waits until then
	told    time.Time // what was waited until then is told
}

// advance returns what was waited since it was last called.
func (m *meter) advance(now time.Time, more int, refusedFor time.Duration) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	end := now
	if m.waiting == 0 && m.refused.Before(now) {
		end = m.refused
	}
	waited := max(end.Sub(m.told), 0)
	m.told = later(m.told, now)
	m.waiting += more
	if refusedFor > 0 {
		m.refused = later(m.refused, now.Add(refusedFor))
	}
	return waited
}
