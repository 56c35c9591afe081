package zoom_test

import (
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
	"github.com/otelactivity/otelactivity/internal/vendorsim/zoom"
)

const tokens = "/oauth/token"

func config(name string) string { return zoom.Vendor().Config(simtest.Base)[name].(string) }

func basic() string { return simtest.Basic(config("client_id"), config("client_secret")) }

// grant is the form of a token request with changes; an empty value leaves a field out.
func grant(change map[string]string) string {
	form := url.Values{"grant_type": {"account_credentials"}, "account_id": {config("account_id")}}
	for name, value := range change {
		form.Set(name, value)
		if value == "" {
			form.Del(name)
		}
	}
	return form.Encode()
}

func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := simtest.New(t, zoom.Vendor()).Auth(basic())
		a := c.Post(tokens, simtest.Form, grant(nil))
		require.Equal(t, 200, a.Status, a.Body)
		assert.Equal(t, "bearer", a.At("token_type").Str)
		assert.Equal(t, int64(3599), a.At("expires_in").Int())
		assert.Equal(t, "report:read:admin", a.At("scope").Str)
		b := c.Post(tokens, simtest.Form, grant(nil))
		first, second := "Bearer "+a.At("access_token").Str, "Bearer "+b.At("access_token").Str
		assert.Equal(t, 200, c.Auth(first).Get(activities).Status, "several may be valid")
		assert.Equal(t, 200, c.Auth(second).Get(activities).Status)

		c.Knob("one_token", "true")
		assert.Equal(t, 400, c.Auth(simtest.Basic("x", "y")).Post(tokens, simtest.Form, grant(nil)).Status)
		assert.Equal(t, 200, c.Auth(second).Get(activities).Status, "a refused request ends nothing")
		c.World.ForgetViolations()
		third := c.Auth(basic()).Post(tokens, simtest.Form, grant(nil)).At("access_token").Str
		assert.Equal(t, 401, c.Auth(second).Get(activities).Status)
		assert.Equal(t, 200, c.Auth("Bearer "+third).Get(activities).Status)
		time.Sleep(time.Hour) // fake time
		old := c.Get(activities)
		assert.Equal(t, 401, old.Status)
		assert.JSONEq(t, `{"code":124,"message":"Access token is expired."}`, old.Body)
		assert.Empty(t, c.World.Violations())
	})
}

func TestTokenErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		auth, path, media, body, err, reason string
	}{
		"secret":        {simtest.Basic(config("client_id"), "x"), tokens, simtest.Form, grant(nil), "invalid_client", "Invalid client_id or client_secret"},
		"no client":     {"", tokens, simtest.Form, grant(nil), "invalid_client", "Invalid client_id or client_secret"},
		"in the body":   {"", tokens, simtest.Form, grant(map[string]string{"client_id": config("client_id"), "client_secret": config("client_secret")}), "invalid_client", "Invalid client_id or client_secret"},
		"account":       {basic(), tokens, simtest.Form, grant(map[string]string{"account_id": "x"}), "invalid_request", "Bad Request"},
		"no account":    {basic(), tokens, simtest.Form, grant(map[string]string{"account_id": ""}), "invalid_request", "Bad Request"},
		"grant":         {basic(), tokens, simtest.Form, grant(map[string]string{"grant_type": "client_credentials"}), "unsupported_grant_type", "unsupported grant type"},
		"query":         {basic(), tokens + "?" + grant(nil), "", "", "invalid_request", "Bad Request"},
		"JSON":          {basic(), tokens, "application/json", `{"grant_type":"account_credentials"}`, "invalid_request", "Bad Request"},
		"unknown field": {basic(), tokens, simtest.Form, grant(map[string]string{"scope": "report:read:admin"}), "invalid_request", "Bad Request"},
	} {
		t.Run(name, func(t *testing.T) {
			c := simtest.New(t, zoom.Vendor()).Auth(tt.auth)
			a := c.Post(tt.path, tt.media, tt.body)
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, tt.err, a.At("error").Str)
			assert.Equal(t, tt.reason, a.At("reason").Str)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := simtest.New(t, zoom.Vendor()).Auth(basic())
	c.Knob("not_activated", "true")
	assert.Equal(t, "unsupported_grant_type", c.Post(tokens, simtest.Form, grant(nil)).At("error").Str)
}

func TestWhoMayRead(t *testing.T) {
	static := zoom.Vendor().Variants["access_token"](simtest.Base)["access_token"].(string)
	c := newAccount(t)
	assert.Equal(t, 200, c.Auth("Bearer "+static).Get(activities).Status)
	assert.Empty(t, c.World.Violations())
	for name, auth := range map[string]string{"none": "", "made up": "Bearer x", "basic": basic(), "bare": static} {
		c.World.ForgetViolations()
		a := c.Auth(auth).Get(activities)
		assert.Equal(t, 401, a.Status, name)
		assert.JSONEq(t, `{"code":124,"message":"Invalid access token."}`, a.Body, name)
		assert.Len(t, c.World.Violations(), 1, name)
	}
}

func TestRights(t *testing.T) {
	today := date(time.Now())
	for name, tt := range map[string]struct {
		knob, value string
		path        string
		code        int64
		text        string
	}{
		"scope of activities": {"missing_scope", "activities", activities, 4711, "report:read:user_activities:admin"},
		"scope of operations": {"missing_scope", "operation_logs", operations, 4711, "report:read:operation_logs:admin"},
		"all scopes":          {"missing_scope", "all", operations, 4711, "does not contain scopes:[report:read:admin"},
		"the other stream":    {"missing_scope", "activities", operations, 0, ""},
		"role":                {"no_permission", "role", activities, 200, "No permission."},
		"plan":                {"no_permission", "plan", operations, 200, "Only available for"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newAccount(t)
			c.Knob(tt.knob, tt.value)
			a := c.Get(tt.path, "from", today, "to", today)
			assert.Equal(t, tt.code, a.At("code").Int(), a.Body)
			assert.Contains(t, a.At("message").Str, tt.text)
			assert.Equal(t, tt.code != 0, a.Status == 400)
			assert.Empty(t, c.World.Violations(), "rights are nobody's fault")
		})
	}
}

func TestRateLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		c.World.ScaleLimits(2.0 / 40)
		time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second))) // fake time
		a := c.Get(activities)
		assert.Equal(t, "Heavy", a.Header.Get("X-RateLimit-Category"))
		assert.Equal(t, "2999", a.Header.Get("X-RateLimit-Remaining"))
		c.Get(operations, "from", date(time.Now()), "to", date(time.Now()))
		ask := func() simtest.Answer {
			a := c.Get(activities)
			assert.Equal(t, 429, a.Status)
			assert.Equal(t, int64(429), a.At("code").Int())
			assert.Equal(t, "2", a.Header.Get("X-RateLimit-Limit"))
			assert.Contains(t, a.At("message").Str, "per-second rate limit")
			return a
		}
		a = ask() // both reports share the quota
		assert.Equal(t, "1", a.Header.Get("Retry-After"))
		assert.Equal(t, "QPS", a.Header.Get("X-RateLimit-Type"))
		c.Knob("retry_after", "none")
		a = ask()
		assert.Empty(t, a.Header.Get("Retry-After"))
		assert.Empty(t, a.Header.Get("X-RateLimit-Type"))
		for form, layout := range map[string]string{"date": time.RFC3339, "http": http.TimeFormat} {
			c.Knob("retry_after", form)
			at, err := time.Parse(layout, ask().Header.Get("Retry-After"))
			require.NoError(t, err)
			assert.False(t, at.Before(time.Now()), form)
		}
		c.Knob("retry_after", "")
		time.Sleep(time.Second) // fake time
		assert.Equal(t, 200, c.Get(activities).Status)

		c.Knob("daily_spent", "true")
		a = c.Get(activities)
		assert.Equal(t, 429, a.Status)
		assert.Contains(t, a.At("message").Str, "daily rate limit")
		assert.Equal(t, "Daily-limit", a.Header.Get("X-RateLimit-Type"))
		assert.Equal(t, "0", a.Header.Get("X-RateLimit-Remaining"))
		assert.Equal(t, midnight(time.Now()).Add(day).Format(time.RFC3339), a.Header.Get("Retry-After"))
		assert.Empty(t, c.World.Violations())
	})
}

func TestFaultBodies(t *testing.T) {
	for kind, want := range map[vendorsim.Kind]struct {
		status int
		code   int64
	}{
		vendorsim.Unauthorized: {401, 124}, vendorsim.Forbidden: {400, 200}, vendorsim.NotFound: {404, 2300},
		vendorsim.Throttled: {429, 429}, vendorsim.ThrottledBare: {429, 429}, vendorsim.Internal: {500, 500}, vendorsim.BadGateway: {502, 0},
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := newAccount(t)
			c.World.Faults.Next(kind, 1, "")
			a := c.Get(activities)
			assert.Equal(t, want.status, a.Status)
			assert.Equal(t, want.code, a.At("code").Int(), a.Body)
			assert.Equal(t, kind == vendorsim.Throttled, a.Header.Get("Retry-After") == "3")
		})
	}
	c := newAccount(t)
	c.World.Faults.Next(vendorsim.TokenExpired, 1, "")
	assert.Equal(t, "Access token is expired.", c.Get(activities).At("message").Str)
	assert.Equal(t, 401, c.Get(activities).Status, "for good")
	c.World.EmitEach("activities", 50, time.Now(), 0)
	token := newAccount(t).Header.Get("Authorization")
	a := c.Auth(token).Get(activities)
	c.World.Faults.Next(vendorsim.CursorExpired, 1, "")
	b := c.Get(activities, "next_page_token", a.At("next_page_token").Str)
	assert.Equal(t, "The next page token is invalid or expired.", b.At("message").Str)
}
