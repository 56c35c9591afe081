package jira_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/jira"
)

const formType = "application/x-www-form-urlencoded"

func variant(name string) map[string]any { return jira.Vendor().Variants[name](base) }

// credential returns the Authorization header of a variant, by the token endpoint
// where it has one.
func (s *site) credential(name string) string {
	s.Helper()
	c := variant(name)
	switch name {
	case "basic_scoped":
		return basic(c)
	case "bearer":
		return "Bearer " + c["api_token"].(string)
	}
	form := "grant_type=client_credentials"
	if token, ok := c["refresh_token"].(string); ok {
		form = "grant_type=refresh_token&refresh_token=" + token
	}
	a := s.token(form)
	require.Equal(s, 200, a.status, a.body)
	return "Bearer " + gjson.Get(a.body, "access_token").Str
}

// token asks the token endpoint with the client's id and secret added.
func (s *site) token(form string) answer {
	s.Helper()
	c, auth := variant("oauth2_client_credentials"), s.auth
	defer func() { s.auth = auth }()
	s.auth = ""
	return s.do(http.MethodPost, c["token_url"].(string), form+"&client_id="+c["client_id"].(string)+"&client_secret="+c["client_secret"].(string), formType)
}

func TestEveryVariantWorks(t *testing.T) {
	for name := range jira.Vendor().Variants {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			e := s.world.Emit("audit", time.Now().Add(-time.Minute))
			s.gateway(s.credential(name))
			assert.Equal(t, []string{e.ID}, s.get().ids())
			assert.Equal(t, s.config["cloud_id"], variant(name)["cloud_id"])
			assert.Empty(t, s.world.Violations())
			if name != "basic_scoped" {
				s.path = record
				assert.Equal(t, 401, s.get().status, "the site's host takes basic auth only")
			}
		})
	}
}

func TestRefusedCredentials(t *testing.T) {
	for name, tt := range map[string]struct {
		auth    string
		gateway bool
	}{
		"none":                        {"", false},
		"wrong token":                 {basic(map[string]any{"email": "auditor@example.com", "api_token": "x"}), false},
		"wrong e-mail":                {basic(map[string]any{"email": "x@example.com", "api_token": "fake-classic-api-token"}), false},
		"scoped token at the site":    {basic(jira.Vendor().Variants["basic_scoped"](base)), false},
		"service token at the site":   {"Bearer fake-scoped-service-account-token", false},
		"made-up bearer":              {"Bearer x", true},
		"nothing at the gateway":      {"", true},
		"wrong basic at the gateway":  {"Basic eDp5", true},
		"classic token as bearer":     {"Bearer fake-classic-api-token", true},
		"refresh token as a bearer":   {"Bearer fake-refresh-token", true},
		"scoped user token as bearer": {"Bearer fake-scoped-user-token", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			if tt.gateway {
				s.gateway("")
			}
			s.auth = tt.auth
			a := s.get()
			assert.Equal(t, 401, a.status)
			assert.Equal(t, int64(401), gjson.Get(a.body, "status-code").Int(), a.body)
			assert.Len(t, s.world.Violations(), 1)
		})
	}
}

func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.gateway(s.credential("oauth2_client_credentials"))
		assert.Equal(t, 200, s.get().status)
		time.Sleep(time.Hour) // fake time
		assert.Equal(t, 401, s.get().status, "a token lives an hour")

		first := s.token("grant_type=refresh_token&refresh_token=fake-refresh-token")
		next := gjson.Get(first.body, "refresh_token").Str
		require.NotEmpty(t, next)
		used := s.token("grant_type=refresh_token&refresh_token=fake-refresh-token")
		assert.Equal(t, 403, used.status)
		assert.Equal(t, "invalid_grant", gjson.Get(used.body, "error").Str)
		assert.Equal(t, 200, s.token("grant_type=refresh_token&refresh_token="+next).status)
		assert.False(t, gjson.Get(s.token("grant_type=client_credentials").body, "refresh_token").Exists())

		c := variant("oauth2_client_credentials")
		s.auth = ""
		json := strings.NewReplacer("ID", c["client_id"].(string), "SECRET", c["client_secret"].(string)).
			Replace(`{"grant_type":"client_credentials","client_id":"ID","client_secret":"SECRET"}`)
		assert.Equal(t, 200, s.do(http.MethodPost, c["token_url"].(string), json, "application/json").status)
		wrong := s.do(http.MethodPost, c["token_url"].(string), "grant_type=client_credentials&client_id=x&client_secret=y", formType)
		assert.Equal(t, 401, wrong.status)
		assert.Equal(t, "invalid_client", gjson.Get(wrong.body, "error").Str)
		require.NoError(t, s.world.SetKnob("access_denied", "true"))
		wrong = s.do(http.MethodPost, c["token_url"].(string), "grant_type=client_credentials&client_id=x&client_secret=y", formType)
		assert.Equal(t, 403, wrong.status)
		assert.Equal(t, "access_denied", gjson.Get(wrong.body, "error").Str)
	})
}

func TestKnobs(t *testing.T) {
	s := newSite(t)
	set := func(name, value string) { require.NoError(t, s.world.SetKnob(name, value)) }
	for _, name := range []string{"free_plan", "not_admin"} {
		set(name, "true")
		a := s.get()
		assert.Equal(t, 403, a.status)
		assert.NotEmpty(t, gjson.Get(a.body, "errorMessages.0").Str)
		set(name, "")
	}
	set("login_page", "html")
	a := s.get()
	assert.Equal(t, 200, a.status)
	assert.Contains(t, a.header.Get("Content-Type"), "text/html")
	set("login_page", "redirect")
	a = s.get()
	assert.Equal(t, 302, a.status)
	assert.NotContains(t, a.header.Get("Location"), base)
	set("login_page", "")

	set("password_text", "true")
	s.auth = "Basic eDp5"
	assert.Contains(t, s.get().body, "Basic authentication with passwords is deprecated")

	set("missing_scope", "true")
	s.gateway(s.credential("oauth2_client_credentials"))
	a = s.get()
	assert.Equal(t, 401, a.status)
	assert.Equal(t, "Unauthorized; scope does not match", gjson.Get(a.body, "message").Str)
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.world.ScaleLimits(2.0 / 350)
		a := s.get()
		assert.Equal(t, "2", a.header.Get("X-RateLimit-Limit"))
		assert.Equal(t, "1", a.header.Get("X-RateLimit-Remaining"))
		assert.Equal(t, "false", a.header.Get("X-RateLimit-NearLimit"))
		assert.Equal(t, "true", s.get().header.Get("X-RateLimit-NearLimit"))
		a = s.get()
		assert.Equal(t, 429, a.status)
		assert.Equal(t, "60", a.header.Get("Retry-After"))
		assert.Equal(t, "jira-burst-based", a.header.Get("RateLimit-Reason"))
		reset, err := time.Parse("2006-01-02T15:04Z07:00", a.header.Get("X-RateLimit-Reset"))
		require.NoError(t, err)
		assert.True(t, reset.Equal(time.Now().Add(time.Minute)))
		time.Sleep(time.Minute) // fake time
		assert.Equal(t, 200, s.get().status)

		s.world.ScaleLimits(1)
		require.NoError(t, s.world.SetKnob("quota_exhausted", "true"))
		assert.Equal(t, 200, s.get().status, "API tokens have no quota")
		s.gateway(s.credential("oauth2_client_credentials"))
		time.Sleep(10 * time.Minute) // fake time
		a = s.get()
		assert.Equal(t, 429, a.status)
		assert.Equal(t, "jira-quota-global-based", a.header.Get("RateLimit-Reason"))
		assert.Equal(t, "2941", a.header.Get("Retry-After"), "to the end of the hour")
	})
}

func TestRecords(t *testing.T) {
	w := vendorsim.NewWorld(jira.Vendor(), vendorsim.Options{Seed: 1})
	seen, has := map[string]bool{}, map[string]int{}
	for _, e := range w.EmitEach("audit", 2000, time.Now().Add(-time.Hour), time.Millisecond) {
		v := gjson.Parse(e.Raw)
		require.True(t, gjson.Valid(e.Raw))
		assert.Equal(t, e.ID, v.Get("id").Raw, "ids are integers")
		at, err := time.Parse("2006-01-02T15:04:05.000-0700", v.Get("created").Str)
		require.NoError(t, err)
		assert.True(t, at.Equal(e.Time))
		assert.False(t, seen[e.ID])
		seen[e.ID] = true
		for _, path := range []string{"authorKey", "authorAccountId", "remoteAddress", "objectItem", "changedValues", "associatedItems", "description"} {
			if !v.Get(path).Exists() {
				has["no "+path]++
			}
		}
		if v.Get("objectItem.typeName").Str == "GROUP" && !v.Get("objectItem.id").Exists() {
			has["group without id"]++
		}
		if strings.HasPrefix(v.Get("objectItem.id").Str, "qm:") {
			has["portal customer"]++
		}
		if v.Get("changedValues.0.changedTo").Str == "Inactive" {
			has["deactivated"]++
		}
	}
	for _, what := range []string{
		"no authorKey", "no authorAccountId", "no remoteAddress", "no objectItem", "no changedValues",
		"no associatedItems", "no description", "group without id", "portal customer", "deactivated",
	} {
		assert.Positive(t, has[what], what)
	}
}
