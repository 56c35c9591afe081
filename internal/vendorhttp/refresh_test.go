package vendorhttp_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/providers"
)

func TestOneRefreshForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{delay: 5 * time.Second, slow: time.Second}
		c := v.client(t, providers.TokenAuth{})
		ask := func() {
			var wg sync.WaitGroup
			for range 50 {
				wg.Go(func() {
					_, err := get(t.Context(), c, "/v1")
					assert.Nil(t, err)
				})
			}
			wg.Wait()
		}
		ask()
		assert.Equal(t, 1, v.issued)
		v.mu.Lock()
		v.good = "token-2"
		v.asked = nil
		v.mu.Unlock()
		ask() // all are refused together, and go with the next one
		assert.Equal(t, 2, v.issued)
		assert.Len(t, v.asked, 100)
	})
}

func TestRefusedTokenIsReplacedOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		good    string
		initial providers.Secret
		want    []string
		issued  int
		denied  bool
	}{
		"initial is good":    {good: "initial-token", initial: "initial-token", want: []string{"initial-token"}},
		"initial is old":     {initial: "initial-token", want: []string{"initial-token", "token-1"}, issued: 1},
		"none is good":       {good: "never", want: []string{"token-1", "token-2"}, issued: 2, denied: true},
		"issued one is good": {good: "token-1", want: []string{"token-1"}, issued: 1},
	} {
		t.Run(name, func(t *testing.T) {
			v := &vendor{good: tt.good}
			_, err := get(t.Context(), v.client(t, providers.TokenAuth{Initial: tt.initial}), "/v1")
			if tt.denied {
				assert.Equal(t, providers.Unauthorized, err.Class)
				assert.Equal(t, "[hidden] is not good", err.Message)
			} else {
				assert.Nil(t, err)
			}
			assert.Equal(t, tt.want, v.asked)
			assert.Equal(t, tt.issued, v.issued)
		})
	}
}

// What counts is what the source calls it, whatever the status.
func TestUnauthorizedByClassify(t *testing.T) {
	for name, tt := range map[string]struct {
		class providers.Class
		want  int
	}{
		"403 is unauthorized": {providers.Unauthorized, 2},
		"401 is denied":       {providers.Denied, 1},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			c := newClient(t, settings(transport(func(r *http.Request) (*http.Response, error) {
				if r.URL.Host != "api.example.com" {
					return answer(200, `{"access_token":"x-token"}`), nil
				}
				asked++
				return answer(418, ""), nil
			}), providers.Source{Auth: providers.TokenAuth{URL: tokenURL}, Classify: func(r *providers.Response) *providers.Error {
				return &providers.Error{Class: tt.class}
			}}))
			_, err := get(t.Context(), c, "/v1")
			assert.Equal(t, tt.class, err.Class)
			assert.Equal(t, tt.want, asked)
		})
	}
}

func TestFixedCredentialIsNotTriedTwice(t *testing.T) {
	asked := 0
	c := newClient(t, settings(transport(func(*http.Request) (*http.Response, error) {
		asked++
		return answer(401, ""), nil
	}), providers.Source{Auth: providers.Bearer("example-token")}))
	_, err := get(t.Context(), c, "/v1")
	assert.Equal(t, providers.Unauthorized, err.Class)
	assert.Equal(t, 1, asked)
}

// A caller that gives up leaves the refresh to the others; the last one ends it.
func TestRefreshOutlivesItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{delay: 10 * time.Second}
		c := v.client(t, providers.TokenAuth{})
		first, cancel := context.WithCancel(t.Context())
		gone := make(chan *providers.Error)
		go func() {
			_, err := get(first, c, "/v1")
			gone <- err
		}()
		synctest.Wait()
		second := make(chan *providers.Error)
		go func() {
			_, err := get(t.Context(), c, "/v1")
			second <- err
		}()
		synctest.Wait()
		cancel()
		assert.ErrorIs(t, <-gone, context.Canceled)
		assert.Nil(t, <-second)
		assert.Equal(t, 1, v.issued)
	})
}

func TestAbandonedRefreshEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{delay: 10 * time.Second}
		c := v.client(t, providers.TokenAuth{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := get(ctx, c, "/v1")
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
		_, err = get(t.Context(), c, "/v1")
		assert.Nil(t, err, "who comes later starts anew and does not see the cancellation")
		assert.Equal(t, 1, v.issued)
	})
}

func TestTokensAreShared(t *testing.T) {
	auth := func(secret, share string) providers.TokenAuth {
		return providers.TokenAuth{URL: tokenURL, Share: share, Secrets: []providers.SecretParam{{Key: "client_secret", Value: providers.Secret(secret)}}}
	}
	for name, tt := range map[string]struct {
		first, second providers.TokenAuth
		want          int
	}{
		"one name":            {auth("same-secret", "app"), auth("same-secret", "app"), 1},
		"two names":           {auth("same-secret", "app"), auth("same-secret", "other"), 2},
		"no name":             {auth("same-secret", ""), auth("same-secret", ""), 2},
		"one name, two sorts": {auth("same-secret", "app"), auth("other-secret", "app"), 2},
	} {
		t.Run(name, func(t *testing.T) {
			v := &vendor{t: t, good: "token-1"}
			v.issue = func(*http.Request, string) *http.Response { return answer(200, `{"access_token":"token-1"}`) }
			shared := &vendorhttp.Shared{}
			for i, a := range []providers.TokenAuth{tt.first, tt.second} {
				s := settings(v, providers.Source{Auth: a})
				s.Shared, s.Instance = shared, fmt.Sprint("vendor/", i)
				_, err := get(t.Context(), newClient(t, s), "/v1")
				require.Nil(t, err)
			}
			assert.Equal(t, tt.want, v.issued)
		})
	}
}

// An instance that shares a token hides it as well.
func TestSharedTokenIsHidden(t *testing.T) {
	v := &vendor{t: t, good: "never"}
	shared := &vendorhttp.Shared{}
	for i := range 2 {
		s := settings(v, providers.Source{Auth: providers.TokenAuth{URL: tokenURL, Share: "app"}})
		s.Shared, s.Instance = shared, fmt.Sprint("vendor/", i)
		_, err := get(t.Context(), newClient(t, s), "/v1")
		assert.Equal(t, "[hidden] is not good", err.Message)
	}
}

func TestTokenRequestsAreObserved(t *testing.T) {
	rec := &recorder{}
	v := &vendor{t: t}
	s := settings(v, providers.Source{Auth: providers.TokenAuth{URL: tokenURL}})
	s.Observer = rec
	_, err := get(t.Context(), newClient(t, s), "/v1")
	require.Nil(t, err)
	assert.Equal(t, []string{vendorhttp.TokenClass, ""}, rec.classes)
	assert.Equal(t, []int{200, 200}, rec.requests)
}
