package confluence_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/confluence"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

// login returns the path of the audit log for a variant, and sets its credential.
func login(c *simtest.Client, name string) string {
	c.Helper()
	v := confluence.Vendor().Variants[name](simtest.Base)
	text := func(key string) string {
		s, _ := v[key].(string)
		return s
	}
	if text("cloud_id") == "" {
		c.Auth(simtest.Basic(text("email"), text("api_token")))
		return audit
	}
	path := "/ex/confluence/" + text("cloud_id") + audit
	grant := ""
	switch text("auth_type") {
	case "basic":
		c.Auth(simtest.Basic(text("email"), text("api_token")))
		return path
	case "bearer":
		c.Auth("Bearer " + text("api_token"))
		return path
	case "oauth2_client_credentials":
		grant = "grant_type=client_credentials"
	case "oauth2_refresh_token":
		grant = "grant_type=refresh_token&refresh_token=" + text("refresh_token")
	}
	a := c.Auth("").Post("/oauth/token", simtest.Form, grant+"&client_id="+text("client_id")+"&client_secret="+text("client_secret"))
	require.Equal(c, 200, a.Status, a.Body)
	c.Auth("Bearer " + a.At("access_token").Str)
	return path
}

func TestEveryVariantWorks(t *testing.T) {
	for name := range confluence.Vendor().Variants {
		t.Run(name, func(t *testing.T) {
			c := newSite(t)
			e := c.World.Emit("audit", time.Now().Add(-time.Minute))
			path := login(c, name)
			a := c.Get(path)
			assert.Equal(t, []string{e.Raw}, raws(a))
			assert.Empty(t, c.World.Violations())
			if path != audit {
				assert.NotContains(t, a.At("_links.base").Str, simtest.Base, "links name the site behind the gateway too")
				assert.Equal(t, 401, c.Get(audit).Status, "the site's host takes classic tokens only")
			}
		})
	}
}

func TestWrongCredentials(t *testing.T) {
	c := newSite(t)
	a := c.Auth("").Get(audit)
	assert.Equal(t, 401, a.Status)
	assert.NotEmpty(t, a.At("message").Str)
	a = c.Auth(simtest.Basic("auditor@example.com", "wrong")).Get(audit)
	assert.Equal(t, 401, a.Status)
	assert.Contains(t, a.Body, "deprecated", "text, not JSON")
	gateway := login(c, "bearer")
	a = c.Auth("Bearer wrong").Get(gateway)
	assert.Equal(t, 401, a.Status)
	assert.JSONEq(t, `{"code":401,"message":"Unauthorized"}`, a.Body)
	assert.Len(t, c.World.Violations(), 3)

	c = newSite(t)
	c.Knob("missing_scope", "true")
	gateway = login(c, "oauth2_client_credentials")
	assert.JSONEq(t, `{"code":401,"message":"Unauthorized; scope does not match"}`, c.Get(gateway).Body)
}

func TestKnobs(t *testing.T) {
	for knob, want := range map[string]struct {
		status int
		text   string
	}{
		"free_plan":     {403, "Free edition"},
		"not_admin":     {403, "Current user not permitted to use Confluence"},
		"no_confluence": {404, "Not Found"},
		"gone":          {410, "removed"},
	} {
		t.Run(knob, func(t *testing.T) {
			c := newSite(t)
			path := login(c, "bearer")
			c.Knob(knob, "true")
			c.Knob("exception_text", "true")
			a := c.Get(path)
			assert.Equal(t, want.status, a.Status)
			assert.Contains(t, a.At("message").Str, want.text)
		})
	}
	c := newSite(t)
	c.Knob("gone", "true")
	assert.Equal(t, 200, c.Get(audit).Status, "only the gateway says so")
	c.Knob("login_page", "html")
	assert.Contains(t, c.Get(audit).Header.Get("Content-Type"), "text/html")
	c.Knob("login_page", "redirect")
	assert.Equal(t, 302, c.Get(audit).Status)
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSite(t)
		c.World.ScaleLimits(0.001)
		assert.Equal(t, "0", c.Get(audit).Header.Get("X-RateLimit-Remaining"))
		a := c.Get(audit)
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "confluence-burst-based", a.Header.Get("RateLimit-Reason"))
		assert.Equal(t, "60", a.Header.Get("Retry-After"))
		time.Sleep(time.Minute) // fake time
		assert.Equal(t, 200, c.Get(audit).Status)

		c.World.ScaleLimits(1)
		c.Knob("quota_exhausted", "true")
		a = c.Get(login(c, "oauth2_client_credentials"))
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "confluence-quota-global-based", a.Header.Get("RateLimit-Reason"))
	})
}

func TestFaultBodies(t *testing.T) {
	for kind, status := range map[vendorsim.Kind]int{
		vendorsim.Unauthorized: 401, vendorsim.Forbidden: 403, vendorsim.NotFound: 404, vendorsim.Throttled: 429,
		vendorsim.ThrottledBare: 429, vendorsim.Internal: 500, vendorsim.BadGateway: 502, vendorsim.Unavailable: 503,
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := newSite(t)
			c.World.Faults.Next(kind, 1, "")
			a := c.Get(audit)
			assert.Equal(t, status, a.Status)
			assert.NotEmpty(t, a.Body)
			assert.Equal(t, kind == vendorsim.Throttled || kind == vendorsim.Unavailable, a.Header.Get("Retry-After") != "")
			assert.Equal(t, 200, c.Get(audit).Status)
		})
	}
}
