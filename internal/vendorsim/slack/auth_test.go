package slack_test

import (
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
	"github.com/otelactivity/otelactivity/internal/vendorsim/slack"
)

func TestCredentials(t *testing.T) {
	org, workspace := "Bearer "+config("")["token"].(string), "Bearer "+config("workspace")["token"].(string)
	for name, tt := range map[string]struct {
		auth, path string
		query      []string
		status     int
		want       string // error
	}{
		"organization, audit":       {org, logs, nil, 200, ""},
		"organization, web":         {org, access, []string{"team_id", team}, 200, ""},
		"organization without team": {org, integrations, nil, 200, "missing_argument"},
		"workspace, web":            {workspace, access, nil, 200, ""},
		"workspace with team":       {workspace, integrations, []string{"team_id", team}, 200, ""},
		"workspace, audit":          {workspace, logs, nil, 403, "team_not_authorized"},
		"none, audit":               {"", logs, nil, 401, "missing_authentication"},
		"none, web":                 {"", access, nil, 200, "not_authed"},
		"wrong, audit":              {"Bearer xoxp-1", logs, nil, 401, "invalid_authentication"},
		"wrong, web":                {"Bearer xoxp-1", access, nil, 200, "invalid_auth"},
		"basic":                     {simtest.Basic("a", "b"), access, nil, 200, "not_authed"},
		"bot, audit":                {"Bearer xoxb-fake-bot-token", logs, nil, 403, "not_allowed_token_type"},
		"bot, web":                  {"Bearer xoxb-fake-bot-token", integrations, nil, 200, "not_allowed_token_type"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t).Auth(tt.auth)
			a := c.Get(tt.path, tt.query...)
			assert.Equal(t, tt.status, a.Status)
			assert.Equal(t, tt.want, a.At("error").Str)
			assert.Len(t, c.World.Violations(), map[bool]int{false: 1}[tt.want == ""])
		})
	}
}

func TestErrorKnobs(t *testing.T) {
	for code, status := range map[string]int{
		"missing_scope": 403, "feature_not_enabled": 403, "invalid_workspace": 400, "token_revoked": 401, "user_not_authorized": 403, "internal_error": 500,
	} {
		c := newClient(t)
		c.Knob("audit_error", code)
		a := c.Get(logs)
		assert.Equal(t, status, a.Status, code)
		assert.Equal(t, code, a.At("error").Str)
		assert.Equal(t, code == "missing_scope", a.At("needed").Str == "auditlogs:read")
		assert.True(t, c.Get(access, "team_id", team).At("ok").Bool(), "the other streams go on")
		c.Knob("web_error", code)
		a = c.Get(access, "team_id", team)
		assert.Equal(t, 200, a.Status)
		assert.Equal(t, code, a.At("error").Str)
		assert.Equal(t, code == "missing_scope", a.At("needed").Str == "admin")
		assert.Empty(t, c.World.Violations())
	}
}

func TestRateLimits(t *testing.T) {
	for path, limit := range map[string]int{logs: 50, access: 20, integrations: 20} {
		t.Run(path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t)
				c.World.ScaleLimits(1)
				query := []string{}
				if path != logs {
					query = []string{"team_id", team}
				}
				for range limit {
					require.Equal(t, 200, c.Get(path, query...).Status)
				}
				a := c.Get(path, query...)
				assert.Equal(t, 429, a.Status)
				assert.Equal(t, "ratelimited", a.At("error").Str)
				wait, err := strconv.Atoi(a.Header.Get("Retry-After"))
				require.NoError(t, err)
				assert.LessOrEqual(t, wait, 60)
				time.Sleep(time.Duration(wait) * time.Second) // fake time
				assert.Equal(t, 200, c.Get(path, query...).Status)
				assert.Empty(t, c.World.Violations())
			})
		})
	}
}

func TestFaultBodies(t *testing.T) {
	for name, want := range map[string]struct {
		kind   vendorsim.Kind
		path   string
		status int
		code   string
	}{
		"unauthorized, audit": {vendorsim.Unauthorized, logs, 401, "invalid_authentication"},
		"unauthorized, web":   {vendorsim.Unauthorized, access, 200, "invalid_auth"},
		"forbidden, audit":    {vendorsim.Forbidden, logs, 403, "missing_scope"},
		"forbidden, web":      {vendorsim.Forbidden, access, 200, "missing_scope"},
		"internal, audit":     {vendorsim.Internal, logs, 500, "internal_error"},
		"internal, web":       {vendorsim.Internal, access, 200, "internal_error"},
		"unavailable, audit":  {vendorsim.Unavailable, logs, 503, ""},
		"unavailable, web":    {vendorsim.Unavailable, access, 200, "fatal_error"},
		"throttled, audit":    {vendorsim.Throttled, logs, 429, "ratelimited"},
		"throttled, web":      {vendorsim.Throttled, access, 429, "ratelimited"},
		"bare":                {vendorsim.ThrottledBare, access, 429, "ratelimited"},
		"gateway":             {vendorsim.BadGateway, access, 502, ""},
		"not found":           {vendorsim.NotFound, logs, 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			c.World.Faults.Next(want.kind, 1, want.path)
			a := c.Get(want.path)
			assert.Equal(t, want.status, a.Status)
			assert.Equal(t, want.code, a.At("error").Str)
			assert.Equal(t, want.kind == vendorsim.Throttled, a.Header.Get("Retry-After") != "")
		})
	}
}

func TestVariantsNameTheirStreams(t *testing.T) {
	assert.Equal(t, []any{"audit_logs", "access_logs", "integration_logs"}, config("")["streams"])
	assert.NotContains(t, config("audit"), "streams", "the audit log is the default")
	assert.Equal(t, simtest.Base, config("web_endpoint")["web_endpoint"])
}

func TestEventsAreUniqueAndAwkward(t *testing.T) {
	w := vendorsim.NewWorld(slack.Vendor(), vendorsim.Options{Seed: 1})
	seen, has := map[string]bool{}, map[string]int{}
	for _, stream := range []string{"audit_logs", "access_logs", "integration_logs"} {
		for _, e := range w.EmitEach(stream, 2000, time.Now().Add(-time.Hour), time.Millisecond) {
			require.True(t, gjson.Valid(e.Raw))
			v := gjson.Parse(e.Raw)
			key := e.ID
			if stream == "access_logs" {
				key = fmt.Sprint(gjson.GetMany(e.Raw, "user_id", "ip", "user_agent", "date_first", "date_last"))
			} else if stream == "integration_logs" {
				key = e.Raw
			} else {
				assert.Equal(t, e.ID, v.Get("id").Str)
			}
			assert.False(t, seen[key], key)
			seen[key] = true
			assert.Equal(t, e.Time.Unix(), v.Get(map[string]string{"audit_logs": "date_create", "access_logs": "date_last", "integration_logs": "date"}[stream]).Int())
			for what, is := range map[string]bool{
				"no actor": stream == "audit_logs" && !v.Get("actor").Exists(), "slackbot": v.Get("actor.user.id").Str == "USLACKUSER",
				"null context": v.Get("context").Raw == "null", "session number": v.Get("context.session_id").Type == gjson.Number,
				"session text": v.Get("context.session_id").Type == gjson.String, "empty address": v.Get("context.ip_address").Raw == `""`,
				"message": v.Get("entity.message.timestamp").Exists(), "users as text": v.Get("details.succeeded_users").Type == gjson.String,
				"reason list": v.Get("details.reason").IsArray(), "reason object": v.Get("details.reason").IsObject(),
				"null address": v.Get("ip").Raw == "null", "date text": v.Get("date").Type == gjson.String, "service": v.Get("service_id").Exists(), "id zero": v.Get("user_id").Raw == "0",
			} {
				if is {
					has[what]++
				}
			}
			has[v.Get("action").Str]++
		}
	}
	for _, what := range []string{
		"no actor", "slackbot", "null context", "session number", "session text", "empty address", "message", "users as text",
		"reason list", "reason object", "null address", "date text", "service", "id zero", "user_login", "user_login_failed", "teleporter_engaged",
	} {
		assert.Positive(t, has[what], what)
	}
}
