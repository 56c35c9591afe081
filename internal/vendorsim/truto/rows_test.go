package truto_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/truto"
)

// filled is an environment with enough rows of every integration.
func filled(t *testing.T) *env {
	e := newEnv(t)
	e.world.EmitEach("activities", 4000, time.Now().Add(-2*time.Hour), time.Second)
	return e
}

func (e *env) of(integration string) []gjson.Result {
	e.account = truto.Account(integration)
	rows, _ := e.walk("organization_id", "org-77", "limit", "200")
	out := make([]gjson.Result, len(rows))
	for i, r := range rows {
		out[i] = gjson.Parse(r)
	}
	return out
}

func anyHas(rows []gjson.Result, path string) bool {
	for _, r := range rows {
		if r.Get(path).Exists() {
			return true
		}
	}
	return false
}

func TestFieldsOfEachIntegration(t *testing.T) {
	without := map[string][]string{
		"id": {"Zoom"}, "action": {"Confluence", "Confluence On Prem", "Jira", "Jira Service Management"},
		"context": {"Box", "GitHub", "Teamwork Project Management"},
	}
	with := map[string][]string{
		"description": {
			"Atlassian", "Azure Active Directory", "BrowserStack", "Confluence", "Confluence On Prem", "Jira", "Jira Service Management",
			"Microsoft 365", "Teamwork Project Management", "Zendesk", "Zoom",
		},
		"entity":       {"Asana", "Azure Active Directory", "Box", "Figma", "HubSpot", "Jira", "Jira Service Management", "Microsoft 365", "Teamwork Project Management", "Zendesk"},
		"organization": {"Asana", "Atlassian", "Figma", "GitHub", "Teamwork Project Management"},
	}
	e := filled(t)
	assert.Len(t, truto.Integrations(), 23)
	total := 0
	for _, name := range truto.Integrations() {
		rows := e.of(name)
		total += len(rows)
		require.Greater(t, len(rows), 50, name)
		assert.True(t, anyHas(rows, "created_at") && anyHas(rows, "actor") && anyHas(rows, "remote_data"), name)
		assert.False(t, anyHas(rows, "group"), name)
		for field, names := range without {
			assert.Equal(t, !slices.Contains(names, name), anyHas(rows, field), "%s of %s", field, name)
		}
		for field, names := range with {
			assert.Equal(t, slices.Contains(names, name), anyHas(rows, field), "%s of %s", field, name)
		}
	}
	assert.Equal(t, 4000, total, "each row belongs to one account")
	assert.Empty(t, e.world.Violations())
}

func TestIdsAreWhatARowTells(t *testing.T) {
	e := filled(t)
	seen, numbers, derived := map[string]bool{}, 0, 0
	for _, entry := range e.world.Truth("activities", time.Now()) {
		row := gjson.Parse(entry.Raw)
		want := row.Get("id").String()
		if row.Get("id").Type == gjson.Number {
			numbers++
		}
		if !row.Get("id").Exists() {
			derived++
			sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s", row.Get("created_at").Str, row.Get("action").Str,
				row.Get("actor.user.id").String(), row.Get("remote_data").Raw))
			want = hex.EncodeToString(sum[:])
		}
		assert.Equal(t, want, entry.ID)
		assert.False(t, seen[entry.ID])
		seen[entry.ID] = true
		at, err := time.Parse(time.RFC3339, row.Get("created_at").Str)
		require.NoError(t, err)
		assert.True(t, at.Equal(entry.Time))
	}
	assert.Greater(t, numbers, 100)
	assert.Greater(t, derived, 50)
}

func TestFilters(t *testing.T) {
	e := filled(t)
	for name, tt := range map[string]struct {
		integration  string
		param, value string
		path         string // compared with the value; "" where the filter is not supported
	}{
		"actor_id":                  {"Okta", "actor_id", "usr-0003", "actor.user.id"},
		"actor_id elsewhere":        {"Slack", "actor_id", "usr-0003", ""},
		"actor user":                {"Slack", "actor[user][id]", "usr-0003", "actor.user.id"},
		"actor type":                {"Zoom", "actor[type]", "system", "actor.type"},
		"action":                    {"Slack", "action", "login", "action"},
		"action that is taken":      {"Zoom", "action", "login", "action"},
		"action that is not taken":  {"Zoom", "action", "logout", ""},
		"action without actions":    {"Jira", "action", "login", ""},
		"entity type":               {"Box", "entity_type", "file", "entity_type"},
		"entity type of Confluence": {"Confluence", "entity_type", "space", "entity_type"},
		"entity type elsewhere":     {"HubSpot", "entity_type", "file", ""},
		"entity elsewhere":          {"Okta", "entity", "1", ""},
		"ip of Zendesk":             {"Zendesk", "ip_address", "?", "context.ip_address"},
		"ip elsewhere":              {"Okta", "ip_address", "203.0.113.1", ""},
		"entity":                    {"Asana", "entity", "?", "entity"},
		"product":                   {"Microsoft 365", "product", "azure_active_directory", "remote_data.Workload"},
		"product elsewhere":         {"Okta", "product", "azure_active_directory", ""},
	} {
		t.Run(name, func(t *testing.T) {
			all := e.of(tt.integration)
			value := tt.value
			for i := 0; value == "?"; i++ { // some value that is there
				if v := all[i].Get(tt.path); v.Type != gjson.Null {
					value = v.String()
				}
			}
			want := []string{}
			for _, r := range all {
				is := r.Get(tt.path).String()
				if tt.path == "" || is == value || tt.param == "product" && is == "AzureActiveDirectory" {
					want = append(want, r.Raw)
				}
			}
			got, _ := e.walk("organization_id", "org-77", "limit", "200", tt.param, value)
			assert.Equal(t, want, got)
			assert.NotEmpty(t, got)
			assert.Equal(t, tt.path == "", len(got) == len(all))
		})
	}
}

func TestRefusals(t *testing.T) {
	for name, query := range map[string][]string{
		"unknown parameter":  {"page", "2"},
		"no time":            {"created_at[gte]", "2026-01-01"},
		"time without zone":  {"created_at[gte]", "2026-01-01T00:00:00"},
		"unknown operator":   {"created_at[eq]", "2026-01-01T00:00:00Z"},
		"bare created_at":    {"created_at", "2026-01-01T00:00:00Z"},
		"raw action":         {"action", "sheet.shared"},
		"actor type":         {"actor[type]", "robot"},
		"product":            {"product", "exchange"},
		"page size":          {"limit", "0"},
		"boolean":            {"truto_ignore_limit", "yes"},
		"format":             {"truto_response_format", "xml"},
		"region":             {"truto_super_query", "emea"},
		"two values":         {"action", "login", "action", "logout"},
		"empty cursor":       {"next_cursor", ""},
		"truto in the wrong": {"truto_unknown", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEnv(t)
			a := e.get(query...)
			assert.Equal(t, 400, a.status)
			assert.Equal(t, "Bad Request", gjson.Get(a.body, "error").Str)
			assert.Equal(t, int64(400), gjson.Get(a.body, "statusCode").Int())
			assert.NotEmpty(t, gjson.Get(a.body, "message").Str)
			assert.Len(t, e.world.Violations(), 1)
		})
	}
	e := newEnv(t)
	a := e.do(http.MethodGet, path)
	assert.Equal(t, "integrated_account_id", gjson.Get(a.body, "truto_error_insight.missing_required_query_parameters.0").Str)
	e.account = truto.Account("GitHub")
	a = e.get()
	assert.Equal(t, 400, a.status)
	assert.Equal(t, "organization_id", gjson.Get(a.body, "truto_error_insight.missing_required_query_parameters.0").Str)
	e.account = "7a000000-0000-4000-8000-0000000000ff"
	assert.Equal(t, 404, e.get().status)
	assert.Equal(t, 405, e.do(http.MethodPost, path+"?integrated_account_id="+e.account).status)
	assert.Equal(t, 404, e.do(http.MethodGet, base+"/unified/user-directory/users").status)
	for _, auth := range []string{"", "Bearer x", "fake-truto-environment-token"} {
		e.auth = auth
		a = e.get()
		assert.Equal(t, 401, a.status)
		assert.False(t, gjson.Get(a.body, "truto_is_remote_error").Exists())
	}
	assert.Len(t, e.world.Violations(), 8)
}

func TestFaultBodies(t *testing.T) {
	for kind, want := range map[vendorsim.Kind]struct {
		status int
		remote bool
	}{
		vendorsim.Unauthorized: {401, false}, vendorsim.Forbidden: {403, true}, vendorsim.NotFound: {404, false},
		vendorsim.Throttled: {429, true}, vendorsim.ThrottledBare: {429, true},
		vendorsim.Internal: {500, false}, vendorsim.BadGateway: {502, true}, vendorsim.Unavailable: {503, true}, vendorsim.Timeout: {504, true},
	} {
		t.Run(string(kind), func(t *testing.T) {
			e := newEnv(t)
			e.world.Faults.Next(kind, 1, "")
			a := e.get()
			assert.Equal(t, want.status, a.status)
			assert.Equal(t, int64(want.status), gjson.Get(a.body, "statusCode").Int())
			assert.Equal(t, http.StatusText(want.status), gjson.Get(a.body, "error").Str)
			assert.Equal(t, want.remote, gjson.Get(a.body, "truto_is_remote_error").Bool())
			assert.Equal(t, want.remote, gjson.Get(a.body, "raw_response").Exists())
			assert.Equal(t, kind == vendorsim.Throttled, a.header.Get("ratelimit-reset") == "7")
			if kind == vendorsim.Forbidden {
				assert.Equal(t, "audit:read", gjson.Get(a.body, "truto_error_insight.forbidden_error.value.missing_scopes.0").Str)
			}
		})
	}
	e := newEnv(t)
	require.NoError(t, e.world.SetKnob("no_limit_headers", "true"))
	e.world.Faults.Next(vendorsim.Throttled, 1, "")
	assert.Equal(t, "10", e.get().header.Get("Retry-After"), "Truto's own limit")
}

func TestAccountKnobs(t *testing.T) {
	e := newEnv(t)
	require.NoError(t, e.world.SetKnob("needs_reauth", "true"))
	a := e.get()
	assert.Equal(t, 401, a.status)
	assert.True(t, gjson.Get(a.body, "truto_is_remote_error").Bool())
	assert.Empty(t, gjson.Get(a.body, "message").Str, "the message of a remote error can be empty")
	require.NoError(t, e.world.SetKnob("blocked", "true"))
	a = e.get()
	assert.Equal(t, 503, a.status)
	assert.False(t, gjson.Get(a.body, "truto_is_remote_error").Exists())
}

func TestVariantsAreOfTheMixedAccountUnlessTheyNameAnother(t *testing.T) {
	v := truto.Vendor()
	for name, config := range v.Variants {
		c := config(base)
		want := v.Config(base)
		if integration, ok := c["integration"].(string); ok {
			require.NotEmpty(t, truto.Account(integration), name)
			want["integrated_account_id"] = truto.Account(integration)
		}
		for key, value := range want {
			assert.Equal(t, value, c[key], name)
		}
		assert.Greater(t, len(c), 3, name)
	}
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEnv(t)
		e.world.ScaleLimits(1)
		a := e.get()
		assert.Equal(t, []string{"110;w=10", "109", "10"}, []string{a.header.Get("ratelimit-limit"), a.header.Get("ratelimit-remaining"), a.header.Get("ratelimit-reset")})
		for range 49 {
			assert.Equal(t, 200, e.get().status)
		}
		a = e.get()
		assert.Equal(t, 429, a.status)
		assert.Equal(t, "10", a.header.Get("Retry-After"))
		assert.False(t, gjson.Get(a.body, "truto_is_remote_error").Bool())
		e.account = truto.Account("Okta")
		assert.Equal(t, 200, e.get().status, "50 requests for each account")
		e.world.Spend("token", 500)
		assert.Equal(t, 429, e.get().status, "500 for the token")
		time.Sleep(10 * time.Second) // fake time
		assert.Equal(t, 200, e.get().status)
		e.world.Spend("vendor behind Okta", 110)
		a = e.get()
		assert.Equal(t, 429, a.status)
		assert.True(t, gjson.Get(a.body, "truto_is_remote_error").Bool())
		assert.Empty(t, a.header.Get("Retry-After"))
		assert.Equal(t, "10", a.header.Get("ratelimit-reset"))
		require.NoError(t, e.world.SetKnob("no_limit_headers", "true"))
		time.Sleep(10 * time.Second) // fake time
		assert.Empty(t, e.get().header.Get("ratelimit-limit"))
	})
}
