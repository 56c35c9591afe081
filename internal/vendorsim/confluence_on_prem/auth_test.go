package confluenceonprem_test

import (
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	confluenceonprem "github.com/otelactivity/otelactivity/internal/vendorsim/confluence_on_prem"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

// login returns the path of the log that a variant reads, and sets its credential.
func login(c *simtest.Client, config map[string]any) string {
	c.Helper()
	text := func(key string) string {
		s, _ := config[key].(string)
		return s
	}
	path := strings.TrimPrefix(text("endpoint"), simtest.Base)
	log := path + "/rest/auditing/1.0/events"
	if text("api") == "legacy" {
		log = path + "/rest/api/audit"
	}
	switch {
	case text("token") != "":
		c.Auth("Bearer " + text("token"))
	case text("username") != "":
		c.Auth(simtest.Basic(text("username"), text("password")))
	default:
		tokens := path + "/rest/oauth2/latest/token"
		if u := text("token_url"); u != "" {
			tokens = strings.TrimPrefix(u, simtest.Base)
		}
		form := url.Values{
			"grant_type": {"client_credentials"}, "scope": {text("oauth_scope")},
			"client_id": {text("client_id")}, "client_secret": {text("client_secret")},
		}
		a := c.Auth("").Post(tokens, simtest.Form, form.Encode())
		require.Equal(c, 200, a.Status, a.Body)
		assert.EqualValues(c, 3600, a.At("expires_in").Int())
		assert.False(c, a.At("refresh_token").Exists())
		c.Auth("Bearer " + a.At("access_token").Str)
	}
	return log
}

func TestEveryVariantWorks(t *testing.T) {
	variants := confluenceonprem.Vendor().Variants
	variants["default"] = confluenceonprem.Vendor().Config
	for name, config := range variants {
		t.Run(name, func(t *testing.T) {
			c := simtest.New(t, confluenceonprem.Vendor())
			c.World.Emit("audit", time.Now().Add(-time.Minute))
			path := login(c, config(simtest.Base))
			a := c.Get(path)
			require.Equal(t, 200, a.Status, a.Body)
			assert.Equal(t, 1, int(a.At("entities.#").Int()+a.At("results.#").Int()))
			assert.Empty(t, c.World.Violations())
		})
	}
}

func TestTokensOfServiceAccountsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := simtest.New(t, confluenceonprem.Vendor())
		config := confluenceonprem.Vendor().Variants["oauth2_client_credentials"](simtest.Base)
		path := login(c, config)
		assert.Equal(t, 200, c.Get(path).Status)
		time.Sleep(time.Hour) // fake time
		assert.Equal(t, 401, c.Get(path).Status)
		c.Knob("missing_scope", "true")
		assert.Equal(t, 403, c.Get(login(c, config)).Status)
		a := c.Auth("").Post("/confluence/rest/oauth2/latest/token", simtest.Form, "grant_type=client_credentials&client_id=fake-service-account&client_secret=fake-service-account-secret")
		assert.Equal(t, 400, a.Status, "a scope must be asked for")
		assert.Equal(t, "invalid_scope", a.At("error").Str)
		assert.Equal(t, 200, c.Get(login(c, confluenceonprem.Vendor().Config(simtest.Base))).Status)
	})
}

func TestWrongCredentials(t *testing.T) {
	c := newInstance(t)
	assert.Equal(t, 401, c.Auth("").Get(events).Status)
	for _, credential := range []string{"Bearer wrong", simtest.Basic("auditor", "wrong")} {
		a := c.Auth(credential).Get(events)
		assert.Equal(t, 401, a.Status)
		assert.Equal(t, "AUTHENTICATED_FAILED", a.Header.Get("X-Seraph-LoginReason"))
		assert.Contains(t, a.Header.Get("Content-Type"), "text/html")
		assert.Equal(t, 401, c.Get(legacy).Status)
	}
	c.Knob("anonymous", "true")
	a := c.Auth("Bearer wrong").Get(events)
	assert.Equal(t, 403, a.Status)
	assert.Contains(t, a.At("message").Str, "not allowed")
	assert.NotEmpty(t, c.World.Violations())
}

func TestKnobsOfAccess(t *testing.T) {
	basic := simtest.Basic("auditor", "fake-password-of-auditor")
	for name, tt := range map[string]struct {
		knob, value, credential string
		status                  int
		header, want            string
	}{
		"not an administrator": {"not_admin", "true", "", 403, "", "not allowed"},
		"locked":               {"captcha", "true", basic, 401, "AUTHENTICATION_DENIED", "401"},
		"basic is off":         {"basic_off", "true", basic, 403, "", "Basic Authentication has been disabled"},
		"page to log in":       {"login_page", "html", "", 200, "", "Log In"},
		"single sign-on":       {"login_page", "redirect", "", 302, "", ""},
		"an old version":       {"old_version", "true", "", 404, "", "null for uri"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newInstance(t)
			if tt.credential != "" {
				c.Auth(tt.credential)
			}
			require.Equal(t, 200, c.Get(events).Status)
			c.Knob(tt.knob, tt.value)
			a := c.Get(events)
			assert.Equal(t, tt.status, a.Status)
			assert.Contains(t, a.Body, tt.want)
			assert.Equal(t, tt.header, a.Header.Get("X-Seraph-LoginReason"))
			if tt.knob == "old_version" {
				assert.Equal(t, 200, c.Get(legacy).Status, "the older API is there")
			} else {
				assert.Equal(t, tt.status, c.Get(legacy).Status)
			}
			assert.Empty(t, c.World.Violations())
		})
	}
}

func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newInstance(t)
		c.World.ScaleLimits(1)
		assert.Empty(t, c.Get(events).Header.Get("X-RateLimit-Limit"), "it is off by default")
		c.Knob("rate_limit", "2")
		a := c.Get(events)
		assert.Equal(t, "1", a.Header.Get("X-RateLimit-Remaining"))
		assert.Equal(t, "0", a.Header.Get("Retry-After"), "there are tokens left")
		assert.Equal(t, 200, c.Get(legacy).Status)
		a = c.Get(events)
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "60", a.Header.Get("Retry-After"))
		for name, want := range map[string]string{"Limit": "2", "Remaining": "0", "Interval-Seconds": "60", "FillRate": "2"} {
			assert.Equal(t, want, a.Header.Get("X-RateLimit-"+name), name)
		}
		time.Sleep(time.Minute) // fake time
		assert.Equal(t, 200, c.Get(events).Status)
	})
}

func TestFaultBodies(t *testing.T) {
	for kind, status := range map[vendorsim.Kind]int{
		vendorsim.Unauthorized: 401, vendorsim.Forbidden: 403, vendorsim.NotFound: 404, vendorsim.Throttled: 429,
		vendorsim.ThrottledBare: 429, vendorsim.Internal: 500, vendorsim.BadGateway: 502, vendorsim.Unavailable: 503,
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := newInstance(t)
			c.World.Faults.Next(kind, 1, "")
			a := c.Get(events)
			assert.Equal(t, status, a.Status)
			assert.NotEmpty(t, a.Body)
			assert.Equal(t, kind == vendorsim.Throttled, a.Header.Get("Retry-After") != "")
			assert.Equal(t, 200, c.Get(events).Status)
		})
	}
}
