package intercom_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

const media = "application/json"

func TestSearch(t *testing.T) {
	c := newWorkspace(t)
	start := time.Now().Add(-time.Hour)
	c.World.EmitEach("activity_logs", 100, start, time.Second)
	c.Header.Set("Intercom-Version", "2.16")
	body := vendorsim.JSON(map[string]any{"created_at_after": start.Unix(), "event_types": []string{"admin_login_success", "admin_logout"}, "per_page": 3, "page": 2})
	a := c.Post(logs+"/search", media, body)
	require.Equal(t, 200, a.Status, a.Body)
	assert.Len(t, ids(a), 3)
	for _, row := range a.At("activity_logs").Array() {
		if row.IsObject() {
			assert.Contains(t, []string{"admin_login_success", "admin_logout"}, row.Get("activity_type").Str)
		}
	}
	assert.Empty(t, c.World.Violations())
	assert.Equal(t, 400, c.Post(logs+"/search", media, `{"per_page":251}`).Status)
	assert.Equal(t, 400, c.Post(logs+"/search", media, `{"created_at_after":"soon"}`).Status)
	assert.Equal(t, 400, c.Post(logs+"/search", simtest.Form, "a=b").Status)
	c.Header.Set("Intercom-Version", "2.14")
	assert.Equal(t, 404, c.Post(logs+"/search", media, body).Status)
	assert.Len(t, c.World.Violations(), 4)
}

func TestEventTypes(t *testing.T) {
	c := newWorkspace(t)
	assert.Equal(t, 404, c.Get("/admins/activity_log_event_types").Status)
	c.Header.Set("Intercom-Version", "2.16")
	a := c.Get("/admins/activity_log_event_types")
	assert.Equal(t, "activity_log_event_type.list", a.At("type").Str)
	assert.Contains(t, a.Texts("event_types"), "admin_login_success")

	start := time.Now().Add(-time.Hour)
	c.World.EmitEach("activity_logs", 100, start, time.Second)
	filtered := []string{"created_at_after", unix(start), "per_page", "100", "event_types", "admin_logout"}
	assert.Len(t, ids(c.Get(logs, filtered...)), 100, "2.16 ignores it")
	c.Header.Set("Intercom-Version", "Preview")
	some := len(ids(c.Get(logs, filtered...)))
	assert.True(t, some > 0 && some < 100, "%d", some)
}

func TestCredentials(t *testing.T) {
	for name, tt := range map[string]struct{ auth, code string }{
		"none":   {"", "missing_authorization"},
		"wrong":  {"Bearer x", "unauthorized"},
		"scheme": {simtest.Basic("fake-intercom-access-token", ""), "unauthorized"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newWorkspace(t).Auth(tt.auth)
			a := c.Get(logs, "created_at_after", "1")
			assert.Equal(t, 401, a.Status)
			assert.Equal(t, "error.list", a.At("type").Str)
			assert.Equal(t, tt.code, a.At("errors.0.code").Str)
			assert.Empty(t, a.Header.Get("X-RateLimit-Limit"), "no limit headers without a credential")
			assert.Len(t, c.World.Violations(), 1)
		})
	}
}

func TestClosedWorkspaces(t *testing.T) {
	for name, tt := range map[string]struct {
		knob, value string
		status      int
		code        string
	}{
		"plan":       {"plan_restricted", "true", 403, "api_plan_restricted"},
		"permission": {"missing_permission", "true", 403, "token_unauthorized"},
		"unpaid":     {"unpaid", "true", 402, "client_error"},
		"revoked":    {"token_error", "token_revoked", 401, "token_revoked"},
		"expired":    {"token_error", "token_expired", 401, "token_expired"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newWorkspace(t)
			c.Knob(tt.knob, tt.value)
			a := c.Get(logs, "created_at_after", "1")
			assert.Equal(t, tt.status, a.Status)
			assert.Equal(t, tt.code, a.At("errors.0.code").Str)
			assert.Empty(t, c.World.Violations())
		})
	}
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		query  []string
		status int
	}{
		"no start":       {nil, 404},
		"time as text":   {[]string{"created_at_after", "2026-01-01T00:00:00Z"}, 400},
		"fraction":       {[]string{"created_at_after", "1.5"}, 400},
		"page too large": {[]string{"created_at_after", "1", "per_page", "251"}, 400},
		"page zero":      {[]string{"created_at_after", "1", "page", "0"}, 400},
		"made-up cursor": {[]string{"created_at_after", unix(time.Now()), "starting_after", "x"}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			c := newWorkspace(t)
			assert.Equal(t, tt.status, c.Get(logs, tt.query...).Status)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newWorkspace(t)
	assert.Equal(t, 404, c.Get("/admins").Status)
	assert.Equal(t, 405, c.Post(logs, media, "{}").Status)
	c.Header.Set("Accept", "text/html")
	assert.Equal(t, 406, c.Get(logs, "created_at_after", "1").Status)
	assert.Len(t, c.World.Violations(), 3)
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newWorkspace(t)
		c.World.ScaleLimits(1)
		a := c.Get(logs, "created_at_after", unix(time.Now()))
		assert.Equal(t, "1667", a.Header.Get("X-RateLimit-Limit"))
		assert.Equal(t, "1666", a.Header.Get("X-RateLimit-Remaining"))
		c.World.Spend("app", 1666)
		a = c.Get(logs, "created_at_after", unix(time.Now()))
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "rate_limit_exceeded", a.At("errors.0.code").Str)
		assert.Empty(t, a.Header.Get("Retry-After"))
		assert.Equal(t, unix(time.Now().Truncate(10*time.Second).Add(10*time.Second)), a.Header.Get("X-RateLimit-Reset"))
		time.Sleep(10 * time.Second) // fake time
		assert.Equal(t, 200, c.Get(logs, "created_at_after", unix(time.Now())).Status)
	})
}

func TestFaultBodies(t *testing.T) {
	for kind, want := range map[vendorsim.Kind]struct {
		status int
		code   string
	}{
		vendorsim.Unauthorized: {401, "unauthorized"}, vendorsim.Forbidden: {403, "api_plan_restricted"}, vendorsim.NotFound: {404, "not_found"},
		vendorsim.Throttled: {429, "rate_limit_exceeded"}, vendorsim.Internal: {500, "server_error"}, vendorsim.Unavailable: {503, "service_unavailable"},
		vendorsim.BadGateway: {502, ""},
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := newWorkspace(t)
			c.World.Faults.Next(kind, 1, "")
			a := c.Get(logs, "created_at_after", "1")
			assert.Equal(t, want.status, a.Status)
			assert.Equal(t, want.code, a.At("errors.0.code").Str)
		})
	}
}
