package microsoft365

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// subscription is what is known about the subscription of one content type.
type subscription struct {
	managed bool // it is ours to start

	mu      sync.Mutex
	checked bool
	started time.Time // last attempt
}

func (s *subscription) unknown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.managed && !s.checked
}

func (s *subscription) known() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.checked = true
}

// claim tells whether the caller may start the subscription now: the vendor allows
// it once in 15 minutes.
func (s *subscription) claim(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.managed || !s.started.IsZero() && now.Sub(s.started) < startEvery {
		return false
	}
	s.started = now
	return true
}

// subscribe sees to it, once, that the content type is subscribed to.
func (f feed) subscribe(ctx context.Context, c providers.Client, now time.Time) error {
	if !f.subscription.unknown() {
		return nil
	}
	enabled, err := f.enabled(ctx, c)
	if err != nil {
		return err
	}
	if !enabled && f.subscription.claim(now) { // else the list says what is missing
		if err := f.start(ctx, c); err != nil {
			return err
		}
	}
	f.subscription.known()
	return nil
}

// enabled asks for the subscriptions. A missing status is that of an enabled one.
func (f feed) enabled(ctx context.Context, c providers.Client) (bool, error) {
	resp, err := c.Do(ctx, providers.Request{Path: f.root + "/subscriptions/list", Query: f.published(nil)})
	if err != nil {
		return false, err
	}
	body, _, err := record.List(resp.Body, "")
	if err != nil {
		return false, err
	}
	found := false
	body.ForEach(func(_, v gjson.Result) bool {
		if record.Path(v, "contentType") == f.kind {
			found = record.First(record.Path(v, "status"), "enabled") == "enabled"
		}
		return !found
	})
	return found, nil
}

// start starts the subscription, which the caller has claimed. One that is on
// already is as good.
func (f feed) start(ctx context.Context, c providers.Client) error {
	_, err := c.Do(ctx, providers.Request{
		Method: http.MethodPost, Path: f.root + "/subscriptions/start",
		Query: f.published(providers.Params{{Key: "contentType", Value: f.kind}}),
	})
	if e, ok := errors.AsType[*providers.Error](err); ok && e.Code == alreadyEnabled {
		return nil
	}
	return err
}
