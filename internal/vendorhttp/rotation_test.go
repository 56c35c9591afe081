package vendorhttp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/providers"
)

// store is a TokenStore that fails on demand and notes what happens.
type store struct {
	mu       sync.Mutex
	values   map[string]string
	failLoad error
	failSave error
	events   *[]string
}

func (s *store) Load(_ context.Context, key string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.events = append(*s.events, "load")
	return s.values[key], s.failLoad
}

func (s *store) Save(_ context.Context, key, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.events = append(*s.events, "save "+value)
	if s.failSave != nil {
		return s.failSave
	}
	if s.values == nil {
		s.values = map[string]string{}
	}
	s.values[key] = value
	return nil
}

// rotating is a vendor whose refresh tokens are good for one exchange each.
type rotating struct {
	t       *testing.T
	store   *store
	events  []string
	refresh string // the one that is good
	count   int
	keep    bool // the refresh token is not replaced
	broken  bool // answers without access token
	delay   time.Duration
}

func (v *rotating) RoundTrip(r *http.Request) (*http.Response, error) {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	if r.URL.Host == "api.example.com" {
		v.events = append(v.events, "use "+r.Header.Get("Authorization"))
		if r.URL.Path == "/refused" {
			return answer(401, `{"message":"`+v.refresh+` and `+r.Header.Get("Authorization")+`"}`), nil
		}
		return answer(200, "{}"), nil
	}
	body := make([]byte, r.ContentLength)
	_, _ = r.Body.Read(body)
	form, err := url.ParseQuery(string(body))
	require.NoError(v.t, err)
	assert.Equal(v.t, []string{"refresh_token"}, form["grant_type"])
	require.Len(v.t, form["refresh_token"], 1)
	got := form.Get("refresh_token")
	v.events = append(v.events, "exchange "+got)
	v.store.mu.Unlock()
	time.Sleep(v.delay)
	v.store.mu.Lock()
	if got != v.refresh {
		return answer(400, `{"error":"invalid_grant","error_description":"`+got+` was used"}`), nil
	}
	v.count++
	access := fmt.Sprintf(`"access_token":"access-%d","expires_in":3600`, v.count)
	if v.broken {
		access = `"error":"oops"`
	}
	if v.keep {
		return answer(200, "{"+access+"}"), nil
	}
	v.refresh = fmt.Sprintf("refresh-%d", v.count)
	return answer(200, `{`+access+`,"refresh_token":"`+v.refresh+`"}`), nil
}

func newRotating(t *testing.T) *rotating {
	v := &rotating{t: t, refresh: "configured-1"}
	v.store = &store{events: &v.events}
	return v
}

func (v *rotating) client(configured string) *vendorhttp.Client {
	return newClient(v.t, v.settings(configured, nil))
}

func (v *rotating) settings(configured string, shared *vendorhttp.Shared) vendorhttp.Settings {
	s := settings(v, providers.Source{Auth: providers.TokenAuth{
		URL: tokenURL, Form: providers.Params{{Key: "grant_type", Value: "refresh_token"}},
		Secrets: []providers.SecretParam{{Key: "refresh_token", Value: providers.Secret(configured)}}, Rotates: true,
	}})
	s.Tokens, s.Shared = v.store, shared
	return s
}

func (v *rotating) took() []string {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	out := v.events
	v.events = nil
	return out
}

func TestRefreshTokenIsSavedBeforeTheTokenIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newRotating(t)
		c := v.client("configured-1")
		_, err := get(t.Context(), c, "/v1")
		require.Nil(t, err)
		assert.Equal(t, []string{"load", "exchange configured-1", "save refresh-1", "use Bearer access-1"}, v.took())
		time.Sleep(time.Hour)
		_, err = get(t.Context(), c, "/v1")
		require.Nil(t, err)
		assert.Equal(t, []string{"load", "exchange refresh-1", "save refresh-2", "use Bearer access-2"}, v.took())
	})
}

// Two instances with one refresh token: the second to use it would have all tokens
// revoked.
func TestInstancesWithOneRefreshTokenTakeTurns(t *testing.T) {
	for name, tt := range map[string]struct {
		configured [2]string
		share      string
		want       []string
	}{
		"one token":            {configured: [2]string{"configured-1", "configured-1"}, want: []string{"exchange configured-1"}},
		"one token, one name":  {configured: [2]string{"configured-1", "configured-1"}, share: "app", want: []string{"exchange configured-1"}},
		"two tokens":           {configured: [2]string{"configured-1", "configured-2"}, want: []string{"exchange configured-1", "exchange configured-2"}},
		"two tokens, one name": {configured: [2]string{"configured-1", "configured-2"}, share: "app", want: []string{"exchange configured-1", "exchange configured-2"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, shared := newRotating(t), &vendorhttp.Shared{}
				v.delay = 50 * time.Millisecond
				var clients []*vendorhttp.Client
				for i, configured := range tt.configured {
					s := v.settings(configured, shared)
					auth := s.Source.Auth.(providers.TokenAuth)
					auth.Share = tt.share
					s.Source.Auth, s.Instance = auth, fmt.Sprint("vendor/", i)
					clients = append(clients, newClient(t, s))
				}
				begin(t.Context(), clients[0], "/v1")
				time.Sleep(20 * time.Millisecond)
				begin(t.Context(), clients[1], "/v1")
				time.Sleep(time.Second)
				var exchanges []string
				for _, e := range v.took() {
					if strings.HasPrefix(e, "exchange") {
						exchanges = append(exchanges, e)
					}
				}
				assert.Equal(t, tt.want, exchanges)
			})
		})
	}
}

func TestSavedRefreshTokenWins(t *testing.T) {
	v := newRotating(t)
	_, err := get(t.Context(), v.client("configured-1"), "/v1")
	require.Nil(t, err)
	v.took()

	_, err = get(t.Context(), v.client("configured-1"), "/v1")
	require.Nil(t, err, "after a restart")
	assert.Equal(t, []string{"load", "exchange refresh-1", "save refresh-2", "use Bearer access-2"}, v.took())

	v.refresh = "configured-2"
	_, err = get(t.Context(), v.client("configured-2"), "/v1")
	require.Nil(t, err, "a new one in the configuration")
	assert.Equal(t, []string{"load", "exchange configured-2", "save refresh-3", "use Bearer access-3"}, v.took())
}

// Another replica may have replaced it meanwhile.
func TestSavedRefreshTokenIsReadEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newRotating(t)
		here, there := v.client("configured-1"), v.client("configured-1")
		for _, c := range []*vendorhttp.Client{here, there, here} {
			_, err := get(t.Context(), c, "/v1")
			require.Nil(t, err)
			time.Sleep(time.Hour)
		}
		assert.Equal(t, 3, v.count)
	})
}

func TestRefreshTokenThatStays(t *testing.T) {
	v := newRotating(t)
	v.keep = true
	_, err := get(t.Context(), v.client("configured-1"), "/v1")
	require.Nil(t, err)
	assert.Equal(t, []string{"load", "exchange configured-1", "use Bearer access-1"}, v.took())
}

func TestStorageFails(t *testing.T) {
	broken := errors.New("disk full")
	t.Run("reading", func(t *testing.T) {
		v := newRotating(t)
		v.store.failLoad = broken
		_, err := get(t.Context(), v.client("configured-1"), "/v1")
		assert.Equal(t, providers.Transient, err.Class)
		assert.ErrorIs(t, err, broken)
		assert.ErrorContains(t, err, "the refresh token could not be read: disk full (check the storage extension")
		assert.Equal(t, []string{"load"}, v.took(), "no exchange whose result might be lost")
	})
	t.Run("saving", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			v := newRotating(t)
			c := v.client("configured-1")
			v.store.failSave = broken
			for i := range 3 {
				_, err := get(t.Context(), c, "/v1")
				assert.ErrorContains(t, err, "the refresh token could not be saved: disk full")
				assert.Equal(t, providers.Transient, err.Class)
				if i == 0 {
					assert.Equal(t, []string{"load", "exchange configured-1", "save refresh-1"}, v.took())
				} else {
					assert.Equal(t, []string{"save refresh-1"}, v.took(), "no further exchange, and no use")
				}
				time.Sleep(time.Second)
			}
			v.store.failSave = nil
			_, err := get(t.Context(), c, "/v1")
			require.Nil(t, err)
			assert.Equal(t, []string{"save refresh-1", "use Bearer access-1"}, v.took())
		})
	})
}

func TestRefreshTokenOfAnUnusableAnswerIsSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newRotating(t)
		v.broken = true
		c := v.client("configured-1")
		_, err := get(t.Context(), c, "/v1")
		assert.Equal(t, "oops", err.Code)
		assert.Equal(t, []string{"load", "exchange configured-1", "save refresh-1"}, v.took())
		v.broken = false
		time.Sleep(time.Minute)
		_, err = get(t.Context(), c, "/v1")
		assert.Nil(t, err)
	})
}

// Shutdown does not lose the only refresh token that is still good.
func TestRotationIsNotBrokenOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newRotating(t)
		v.delay = 5 * time.Second
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := get(ctx, v.client("configured-1"), "/v1")
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, []string{"load", "exchange configured-1", "save refresh-1"}, v.took())
	})
}

func TestRotatingTokensAreHidden(t *testing.T) {
	v := newRotating(t)
	c := v.client("configured-1")
	_, err := get(t.Context(), c, "/refused")
	assert.Equal(t, "[hidden] and Bearer [hidden]", err.Message)
	v.refresh = "another"
	_, err = get(t.Context(), v.client("configured-3"), "/v1")
	assert.Equal(t, "token endpoint login.example.com: [hidden] was used", err.Message)
}

func TestRotationNeedsARefreshToken(t *testing.T) {
	s := settings(always(200, ""), providers.Source{Auth: providers.TokenAuth{URL: tokenURL, Rotates: true}})
	s.Tokens = &store{}
	_, err := vendorhttp.New(s)
	require.ErrorContains(t, err, "without a refresh token")
}
