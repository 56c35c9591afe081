package dropboxbusiness_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	dropboxbusiness "github.com/otelactivity/otelactivity/internal/vendorsim/dropbox_business"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestCredentials(t *testing.T) {
	for name, tt := range map[string]struct {
		auth   string
		status int
		want   string
	}{
		"none":      {"", 400, `Must provide HTTP header "Authorization"`},
		"malformed": {"Bearer a b", 400, "OAuth 2 access token is malformed"},
		"basic":     {simtest.Basic("a", "b"), 400, "malformed"},
		"made-up":   {"Bearer sl.x", 401, "invalid_access_token"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newTeam(t).Auth(tt.auth)
			a := c.Post(events, jsonCT, `{}`)
			assert.Equal(t, tt.status, a.Status)
			assert.Contains(t, a.Body, tt.want)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
}

func refreshForm(c map[string]any) url.Values {
	f := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {c["refresh_token"].(string)}, "client_id": {c["client_id"].(string)}}
	if secret, ok := c["client_secret"].(string); ok {
		f.Set("client_secret", secret)
	}
	return f
}

func TestTokens(t *testing.T) {
	for name, form := range map[string]url.Values{
		"app":  refreshForm(dropboxbusiness.Vendor().Config(simtest.Base)),
		"pkce": refreshForm(dropboxbusiness.Vendor().Variants["pkce"](simtest.Base)),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newTeam(t).Auth("")
				for range 2 { // the refresh token is not used up
					a := c.Post("/oauth2/token", simtest.Form, form.Encode())
					require.Equal(t, 200, a.Status, a.Body)
					assert.Equal(t, "bearer", a.At("token_type").Str)
					assert.Equal(t, int64(14400), a.At("expires_in").Int())
					assert.False(t, a.At("refresh_token").Exists())
					c.Auth("Bearer " + a.At("access_token").Str)
					assert.Equal(t, 200, c.Post(events, jsonCT, `{}`).Status)
					time.Sleep(4 * time.Hour) // fake time
					b := c.Post(events, jsonCT, `{}`)
					assert.Equal(t, 401, b.Status)
					assert.Equal(t, "expired_access_token", b.At(`error.\.tag`).Str)
					c.Auth("")
				}
				assert.Empty(t, c.World.Violations())
			})
		})
	}
	for name, change := range map[string]struct {
		set  func(url.Values)
		code string
	}{
		"wrong secret":  {func(f url.Values) { f.Set("client_secret", "x") }, "invalid_client"},
		"no secret":     {func(f url.Values) { f.Del("client_secret") }, "invalid_client"},
		"wrong refresh": {func(f url.Values) { f.Set("refresh_token", "x") }, "invalid_grant"},
		"other grant":   {func(f url.Values) { f.Set("grant_type", "password") }, "unsupported_grant_type"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newTeam(t).Auth("")
			f := refreshForm(dropboxbusiness.Vendor().Config(simtest.Base))
			change.set(f)
			a := c.Post("/oauth2/token", simtest.Form, f.Encode())
			assert.Contains(t, []int{400, 401}, a.Status)
			assert.Equal(t, change.code, a.At("error").Str)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
}

func TestFaultsAndKnobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTeam(t)
		ask := func() simtest.Answer { return c.Post(events, jsonCT, `{}`) }
		tag := func(a simtest.Answer) string { return a.At(`error.\.tag`).Str }
		for _, knob := range []struct {
			name, value string
			status      int
		}{{"auth_error", "user_suspended", 401}, {"access_error", "invalid_account_type", 403}} {
			c.Knob(knob.name, knob.value)
			a := ask()
			assert.Equal(t, knob.status, a.Status)
			assert.Equal(t, knob.value, tag(a))
			assert.True(t, strings.HasPrefix(a.At("error_summary").Str, knob.value+"/"))
			c.Knob(knob.name, "")
		}
		c.Knob("app_type", "true")
		assert.Contains(t, ask().Body, "not permitted")
		c.Knob("app_type", "")
		for kind, want := range map[vendorsim.Kind]int{
			vendorsim.Unauthorized: 401, vendorsim.Forbidden: 403, vendorsim.Throttled: 429, vendorsim.Internal: 500,
		} {
			c.World.Faults.Next(kind, 1, "")
			a := ask()
			assert.Equal(t, want, a.Status)
			assert.Equal(t, want < 429, tag(a) != "")
			assert.Equal(t, want == 429, a.Header.Get("Retry-After") != "")
		}
		c.World.ScaleLimits(1.0 / 600)
		time.Sleep(time.Minute) // fake time
		assert.Equal(t, 200, ask().Status)
		a := ask()
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "too_many_requests", a.At(`error.reason.\.tag`).Str)
		assert.Equal(t, a.Header.Get("Retry-After"), a.At("error.retry_after").Raw)
		c.Knob("plain_throttle", "true")
		assert.False(t, gjson.Valid(ask().Body))

		c.World.ScaleLimits(1000)
		c.Knob("missing_scope", "true")
		form := refreshForm(dropboxbusiness.Vendor().Config(simtest.Base))
		token := c.Auth("").Post("/oauth2/token", simtest.Form, form.Encode()).At("access_token").Str
		c.Auth("Bearer " + token)
		a = ask()
		assert.Equal(t, http.StatusUnauthorized, a.Status)
		assert.Equal(t, "missing_scope", tag(a))
		assert.Equal(t, "events.read", a.At("error.required_scope").Str)
	})
}
