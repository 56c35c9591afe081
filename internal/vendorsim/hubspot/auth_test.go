package hubspot_test

import (
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/hubspot"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func refresh() url.Values {
	c := hubspot.Vendor().Variants["oauth2"](simtest.Base)
	return url.Values{
		"grant_type": {"refresh_token"}, "client_id": {c["client_id"].(string)},
		"client_secret": {c["client_secret"].(string)}, "refresh_token": {c["refresh_token"].(string)},
	}
}

func TestOAuth(t *testing.T) {
	for _, path := range []string{"/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token"} {
		t.Run(path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newAccount(t).Auth("")
				a := c.Post(path, simtest.Form, refresh().Encode())
				require.Equal(t, 200, a.Status, a.Body)
				assert.Equal(t, int64(1800), a.At("expires_in").Int())
				assert.Equal(t, refresh().Get("refresh_token"), a.At("refresh_token").Str)
				c.Auth("Bearer " + a.At("access_token").Str)
				b := c.Get(login)
				assert.Equal(t, 200, b.Status)
				assert.Equal(t, "110000", b.Header.Get("X-HubSpot-RateLimit-Max"), "scaled by 1000")
				assert.Empty(t, b.Header.Get("X-HubSpot-RateLimit-Daily"), "not told to OAuth apps")
				time.Sleep(30 * time.Minute) // fake time
				b = c.Get(login)
				assert.Equal(t, 401, b.Status)
				assert.Equal(t, "EXPIRED_AUTHENTICATION", b.At("category").Str)
				assert.Empty(t, c.World.Violations())
			})
		})
	}
	for name, tt := range map[string]struct{ param, value, want string }{
		"wrong secret":  {"client_secret", "x", "BAD_CLIENT_SECRET"},
		"wrong refresh": {"refresh_token", "x", "BAD_REFRESH_TOKEN"},
		"other grant":   {"grant_type", "password", ""},
		"unknown field": {"extra", "x", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newAccount(t).Auth("")
			f := refresh()
			f.Set(tt.param, tt.value)
			a := c.Post("/oauth/v1/token", simtest.Form, f.Encode())
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, tt.want, a.At("status").Str)
			assert.NotEmpty(t, a.At("correlationId").Str)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
}

func TestCredentials(t *testing.T) {
	for name, auth := range map[string]string{"none": "", "made-up": "Bearer pat-na1-x", "basic": simtest.Basic("a", "b")} {
		t.Run(name, func(t *testing.T) {
			c := newAccount(t).Auth(auth)
			a := c.Get(login)
			assert.Equal(t, 401, a.Status)
			assert.Equal(t, "INVALID_AUTHENTICATION", a.At("category").Str)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
}

func TestKnobs(t *testing.T) {
	c := newAccount(t)
	c.Knob("no_enterprise", "true")
	a := c.Get(audit)
	assert.Equal(t, 403, a.Status)
	assert.Equal(t, "MISSING_SCOPES", a.At("category").Str)
	assert.Equal(t, "account-info.security.read", a.At("errors.0.context.requiredGranularScopes.0").Str)
	assert.Equal(t, 200, c.Get(login).Status, "the other lists go on")
	c.Knob("missing_scope", "true")
	assert.Equal(t, 403, c.Get(login).Status)
	c.Knob("migrating", "true")
	a = c.Get(login)
	assert.Equal(t, 477, a.Status)
	assert.Equal(t, "3600", a.Header.Get("Retry-After"))
	assert.Empty(t, c.World.Violations())
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		c.World.ScaleLimits(1)
		for i := range 190 {
			a := c.Get(login)
			require.Equal(t, 200, a.Status, i)
		}
		a := c.Get(security)
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "TEN_SECONDLY_ROLLING", a.At("policyName").Str)
		assert.Empty(t, a.Header.Get("Retry-After"))
		c.Knob("retry_after", "true")
		assert.Equal(t, "10", c.Get(login).Header.Get("Retry-After"))
		time.Sleep(10 * time.Second) // fake time
		a = c.Get(login)
		assert.Equal(t, "190", a.Header.Get("X-HubSpot-RateLimit-Max"))
		assert.Equal(t, "189", a.Header.Get("X-HubSpot-RateLimit-Remaining"))
		assert.Equal(t, "649809", a.Header.Get("X-HubSpot-RateLimit-Daily-Remaining"))
		c.Knob("daily_spent", "true")
		a = c.Get(login)
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "DAILY", a.At("policyName").Str)
		assert.Empty(t, c.World.Violations())
	})
}

func TestFaultBodies(t *testing.T) {
	for kind, want := range map[vendorsim.Kind]struct {
		status   int
		category string
	}{
		vendorsim.Unauthorized: {401, "INVALID_AUTHENTICATION"}, vendorsim.Forbidden: {403, "MISSING_SCOPES"},
		vendorsim.NotFound: {404, "OBJECT_NOT_FOUND"}, vendorsim.Throttled: {429, "RATE_LIMITS"},
		vendorsim.Internal: {500, "RUNTIME_ERROR"}, vendorsim.BadGateway: {502, ""}, vendorsim.Timeout: {504, ""},
		vendorsim.TokenExpired: {200, ""},
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := newAccount(t)
			c.World.Faults.Next(kind, 1, "")
			a := c.Get(login)
			assert.Equal(t, want.status, a.Status)
			if want.status >= 400 {
				assert.Equal(t, want.category, a.At("category").Str)
			}
		})
	}
}
