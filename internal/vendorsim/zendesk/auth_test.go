package zendesk_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
	"github.com/otelactivity/otelactivity/internal/vendorsim/zendesk"
)

const (
	tokens = "/oauth/tokens"
	media  = "application/json"
)

// grant is the body of a token request.
func grant(change map[string]any) string {
	c := zendesk.Vendor().Variants["client_credentials"](simtest.Base)
	body := map[string]any{"grant_type": "client_credentials", "client_id": c["client_id"], "client_secret": c["client_secret"], "scope": "auditlogs:read"}
	for k, v := range change {
		if v == nil {
			delete(body, k)
			continue
		}
		body[k] = v
	}
	return vendorsim.JSON(body)
}

func TestCredentials(t *testing.T) {
	static := zendesk.Vendor().Variants["access_token"](simtest.Base)["access_token"].(string)
	for name, tt := range map[string]struct {
		auth   string
		status int
		err    string
	}{
		"access token":     {"Bearer " + static, 200, ""},
		"none":             {"", 401, "Couldn't authenticate you"},
		"without /token":   {simtest.Basic("admin@example.com", "fake-zendesk-api-token"), 401, "Couldn't authenticate you"},
		"wrong token":      {simtest.Basic("admin@example.com/token", "x"), 401, "Couldn't authenticate you"},
		"wrong bearer":     {"Bearer x", 401, "invalid_token"},
		"token as a Token": {"Token " + static, 401, "invalid_token"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newAccount(t).Auth(tt.auth)
			a := c.Get(logs, "page[size]", "1")
			assert.Equal(t, tt.status, a.Status)
			assert.Equal(t, tt.err, a.At("error").Str)
			assert.Equal(t, tt.status != 200, len(c.World.Violations()) > 0)
		})
	}
}

func TestClientCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		a := c.Post(tokens, media, grant(map[string]any{"expires_in": 600}))
		require.Equal(t, 200, a.Status, a.Body)
		assert.Equal(t, int64(600), a.At("expires_in").Int())
		assert.Equal(t, "bearer", a.At("token_type").Str)
		assert.Equal(t, "auditlogs:read", a.At("scope").Str)
		c.Auth("Bearer " + a.At("access_token").Str)
		assert.Equal(t, 200, c.Get(logs, "page[size]", "1").Status)
		time.Sleep(10 * time.Minute) // fake time
		assert.Equal(t, "invalid_token", c.Get(logs, "page[size]", "1").At("error").Str)

		c.Knob("tokens_without_expiry", "true")
		a = c.Post(tokens, media, grant(nil))
		assert.False(t, a.At("expires_in").Exists())
		c.Auth("Bearer " + a.At("access_token").Str)
		time.Sleep(72 * time.Hour) // fake time
		assert.Equal(t, 200, c.Get(logs, "page[size]", "1").Status)
		c.World.RevokeTokens()
		assert.Equal(t, 401, c.Get(logs, "page[size]", "1").Status)
		assert.Empty(t, c.World.Violations())
	})
}

func TestTokenErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		media, body string
		status      int
		err         string
	}{
		"secret":        {media, grant(map[string]any{"client_secret": "x"}), 401, "invalid_client"},
		"no client":     {media, grant(map[string]any{"client_id": nil, "client_secret": nil}), 401, "invalid_client"},
		"grant":         {media, grant(map[string]any{"grant_type": "password"}), 400, "unsupported_grant_type"},
		"scope":         {media, grant(map[string]any{"scope": "everything"}), 400, "invalid_scope"},
		"no scope":      {media, grant(map[string]any{"scope": nil}), 400, "invalid_scope"},
		"too short":     {media, grant(map[string]any{"expires_in": 300}), 400, "invalid_grant"},
		"too long":      {media, grant(map[string]any{"expires_in": 172800}), 400, "invalid_grant"},
		"unknown field": {media, grant(map[string]any{"audience": "x"}), 400, "invalid_request"},
		"form":          {simtest.Form, "grant_type=client_credentials", 400, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newAccount(t)
			a := c.Post(tokens, tt.media, tt.body)
			assert.Equal(t, tt.status, a.Status)
			assert.Equal(t, tt.err, a.At("error").Str)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
}

func TestScopes(t *testing.T) {
	c := newAccount(t)
	for scope, status := range map[string]int{"auditlogs:read": 200, "read": 200, "tickets:read": 403} {
		c.Auth("Bearer " + c.Post(tokens, media, grant(map[string]any{"scope": scope})).At("access_token").Str)
		assert.Equal(t, status, c.Get(logs, "page[size]", "1").Status, scope)
	}
	c.Auth("Bearer " + c.Post(tokens, media, grant(nil)).At("access_token").Str)
	c.Knob("missing_scope", "true")
	assert.Equal(t, "Forbidden", c.Get(logs, "page[size]", "1").At("error").Str)
}

func TestClosedAccounts(t *testing.T) {
	for knob, want := range map[string]struct {
		status int
		text   string
	}{
		"not_admin":      {403, "You do not have access to this page"},
		"no_plan":        {404, "RecordNotFound"},
		"no_account":     {404, "No help desk at vendor.sim.test"},
		"api_tokens_off": {401, "Couldn't authenticate you"},
	} {
		t.Run(knob, func(t *testing.T) {
			c := newAccount(t)
			c.Knob(knob, "true")
			a := c.Get(logs, "page[size]", "1")
			assert.Equal(t, want.status, a.Status)
			assert.Contains(t, a.Body, want.text)
			assert.Empty(t, c.World.Violations())
		})
	}
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		c.World.ScaleLimits(2.0 / 700)
		time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(time.Minute + 20*time.Second))) // fake time
		a := c.Get(logs, "page[size]", "1")
		for name, value := range map[string]string{"X-Rate-Limit": "2", "X-Rate-Limit-Remaining": "1", "Ratelimit-Limit": "2", "Ratelimit-Remaining": "1", "Ratelimit-Reset": "40"} {
			assert.Equal(t, value, a.Header.Get(name), name)
		}
		c.Get(logs, "page[size]", "1")
		a = c.Get(logs, "page[size]", "1")
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "40", a.Header.Get("Retry-After"))
		assert.NotEmpty(t, a.At("error").Str)
		c.Knob("html_throttle", "true")
		assert.NotContains(t, c.Get(logs, "page[size]", "1").Body, "{")
		time.Sleep(40 * time.Second) // fake time
		assert.Equal(t, 200, c.Get(logs, "page[size]", "1").Status)
	})
}

func TestFaultBodies(t *testing.T) {
	for kind, want := range map[vendorsim.Kind]struct {
		status int
		text   string
	}{
		vendorsim.Unauthorized: {401, "Couldn't authenticate you"}, vendorsim.Forbidden: {403, `"title":"Forbidden"`},
		vendorsim.NotFound: {404, "RecordNotFound"}, vendorsim.Throttled: {429, "APIRateLimitExceeded"},
		vendorsim.Unavailable: {503, "maintenance"}, vendorsim.Internal: {500, "Internal Server Error"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := newAccount(t)
			c.World.Faults.Next(kind, 1, "")
			a := c.Get(logs, "page[size]", "1")
			assert.Equal(t, want.status, a.Status)
			assert.Contains(t, a.Body, want.text)
			assert.Equal(t, want.status == 429 || want.status == 503, a.Header.Get("Retry-After") != "")
		})
	}
}
