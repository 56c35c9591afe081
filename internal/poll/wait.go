package poll

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/otelactivity/otelactivity/providers"
)

// jitter is the randomness of one stream: reproducible by the engine's seed
// whatever the other streams do.
type jitter struct {
	mu  sync.Mutex
	rng *rand.Rand
}

func newJitter(seed uint64, of ...string) *jitter {
	h := fnv.New64a()
	for _, s := range of {
		_, _ = h.Write(append([]byte(s), 0))
	}
	return &jitter{rng: rand.New(rand.NewPCG(seed, h.Sum64()))}
}

// jitterOf returns the randomness of a stream, or of a purpose within it.
func (e *Engine) jitterOf(k Key, purpose ...string) *jitter {
	return newJitter(e.set.Seed, append([]string{k.Provider, k.Instance, k.Stream}, purpose...)...)
}

// jitterOf returns a randomness for the retries of one page. Pages of a stream that
// are fetched side by side fail at the same moment when what they share fails, and
// must not take turns at one source.
func (l *loop) jitterOf(r *read, cursor string) *jitter {
	return l.engine.jitterOf(l.Key, fmt.Sprint(r.window, r.live, r.began.UnixNano()), cursor)
}

// around returns d times a factor within 1 ± share.
func (j *jitter) around(d time.Duration, share float64) time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	return time.Duration(float64(d) * (1 + share*(2*j.rng.Float64()-1)))
}

// below returns a duration within [0, d).
func (j *jitter) below(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return time.Duration(j.rng.Int64N(int64(d)))
}

// wait is a jittered exponential backoff.
type wait struct {
	b      backoff.ExponentialBackOff
	jitter *jitter
}

func (l *loop) backoff(first, longest time.Duration) *wait {
	return &wait{backoff.ExponentialBackOff{
		InitialInterval: min(first, longest), MaxInterval: longest, Multiplier: 2,
		RandomizationFactor: 0, // the library's jitter is not reproducible
	}, l.jitter}
}

// next returns the next wait: half to one and a half of an interval that doubles.
func (w *wait) next() time.Duration { return w.jitter.around(w.b.NextBackOff(), 0.5) }

// sleep waits for d. It reports false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

const (
	defaultProbe  = 10 * time.Minute
	shortestRetry = time.Second
	longestRetry  = time.Hour // of what a vendor may ask for
)

// probeAfter is how long a parked stream, or a refused window, waits.
func probeAfter(err error) time.Duration {
	if e, ok := errors.AsType[*providers.Error](err); ok && e.Probe > 0 {
		return e.Probe
	}
	return defaultProbe
}

// once remembers what was logged. It holds a bounded number of texts: a stream that
// has more to say repeats itself.
type once struct {
	mu   sync.Mutex
	said map[string]struct{}
}

const mostSaid = 64

// first reports whether text is new, and remembers it.
func (o *once) first(text string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.said[text]; ok || len(o.said) >= mostSaid {
		return false
	}
	if o.said == nil {
		o.said = map[string]struct{}{}
	}
	o.said[text] = struct{}{}
	return true
}

func (o *once) has(text string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, ok := o.said[text]
	return ok
}
