package vendorhttp

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/providers"
)

const (
	defaultEarly = time.Minute
	// A failed exchange is not repeated at once for every stream that asks: vendors
	// lock out clients that keep failing.
	deniedPause    = 10 * time.Second
	transientPause = time.Second
	// maxExchange bounds an exchange, with its storage calls, in requests.
	maxExchange = 3
	// refusedPause is for a token endpoint that limits us and does not say for how long.
	refusedPause = time.Minute
)

// tokenAuth puts the current token on the requests of one instance.
type tokenAuth struct {
	*tokens
	secrets *scrubber
}

func (a tokenAuth) authorize(ctx context.Context, h http.Header) (string, *providers.Error) {
	value, failure := a.get(ctx)
	if failure != nil {
		return "", failure
	}
	a.secrets.issue(value)
	h.Set(cmp.Or(a.decl.HeaderName, "Authorization"), a.prefix()+value)
	return value, nil
}

// tokens gets a token, keeps it until shortly before its end, and gets the next one
// once for all who wait.
type tokens struct {
	decl     providers.TokenAuth
	url      string
	http     http.Client
	signer   *assertions
	rotation *rotation
	secrets  *scrubber
	timeout  time.Duration
	instance string
	observer Observer
	log      *zap.Logger

	mu          sync.Mutex
	current     grant
	flight      *flight
	failure     *providers.Error
	failedUntil time.Time
	skew        time.Duration // vendor's clock minus ours, once it mattered
}

// grant is a token with the time from which it is not used any more; zero: until
// it is refused.
type grant struct {
	token string
	ends  time.Time
}

func (g grant) valid(now time.Time) bool {
	return g.token != "" && (g.ends.IsZero() || now.Before(g.ends))
}

// flight is an exchange under way.
type flight struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiters int
	grant   grant
	failure *providers.Error
}

func (t *tokens) prefix() string {
	if t.decl.HeaderName == "" && t.decl.Prefix == "" {
		return "Bearer "
	}
	return t.decl.Prefix
}

// get returns a token that is good for now.
func (t *tokens) get(ctx context.Context) (string, *providers.Error) {
	t.mu.Lock()
	now := time.Now()
	if t.current.valid(now) {
		defer t.mu.Unlock()
		return t.current.token, nil
	}
	if t.failure != nil && now.Before(t.failedUntil) {
		defer t.mu.Unlock()
		again := *t.failure
		if again.RetryAfter > 0 {
			again.RetryAfter = t.failedUntil.Sub(now)
		}
		return "", &again
	}
	f := t.join(ctx)
	t.mu.Unlock()
	select {
	case <-f.done:
	case <-ctx.Done():
		t.abandon(f)
		return "", interrupted(ctx.Err())
	}
	if f.failure != nil {
		own := *f.failure
		return "", &own
	}
	return f.grant.token, nil
}

// join enters the flight under way, or starts one. It outlives the caller that
// started it as long as others wait.
func (t *tokens) join(ctx context.Context) *flight {
	if t.flight == nil {
		detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxExchange*t.timeout)
		t.flight = &flight{done: make(chan struct{}), cancel: cancel}
		go t.fly(detached, t.flight)
	}
	t.flight.waiters++
	return t.flight
}

// abandon leaves a flight; the last one to leave ends it. An exchange that replaces
// the refresh token is not broken off: the answer that gets lost may hold the only
// one that is still good. The last to leave waits for it.
func (t *tokens) abandon(f *flight) {
	t.mu.Lock()
	f.waiters--
	last := f.waiters == 0
	if last && t.rotation == nil && t.flight == f {
		t.flight = nil // who comes now must not get our cancellation
	}
	t.mu.Unlock()
	if !last {
		return
	}
	if t.rotation == nil {
		f.cancel()
	}
	<-f.done
}

// fly gets a token and tells all who wait.
func (t *tokens) fly(ctx context.Context, f *flight) {
	defer f.cancel()
	f.grant, f.failure = t.obtain(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	defer close(f.done)
	if t.flight == f {
		t.flight = nil
	}
	switch {
	case f.failure == nil:
		t.current, t.failure = f.grant, nil
		t.log.Debug("New token", zap.String("instance", t.instance), zap.Time("renewed_at", f.grant.ends))
	case f.waiters > 0:
		t.failure, t.failedUntil = f.failure, time.Now().Add(pauseAfter(f.failure))
	}
}

func pauseAfter(e *providers.Error) time.Duration {
	switch {
	case e.RetryAfter > 0:
		return e.RetryAfter
	case e.Class == providers.Denied:
		return deniedPause
	default:
		return transientPause
	}
}

// refuse drops a token that the vendor refused, unless it was replaced already.
func (t *tokens) refuse(used string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current.token == used {
		t.current = grant{}
	}
	return true
}

// obtain makes one exchange, with what must be durable made so before anybody
// uses the token.
func (t *tokens) obtain(ctx context.Context) (grant, *providers.Error) {
	if t.rotation == nil {
		g, _, failure := t.exchange(ctx, "")
		return g, failure
	}
	g, failure := t.rotation.obtain(ctx, t.exchange)
	if failure != nil {
		failure = t.secrets.clean(failure)
	}
	return g, failure
}
