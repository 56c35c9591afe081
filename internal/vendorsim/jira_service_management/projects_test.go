package jiraservicemanagement_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	jsm "github.com/otelactivity/otelactivity/internal/vendorsim/jira_service_management"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	record = "/rest/api/3/auditing/record"
	search = "/rest/api/3/project/search"
)

// newSite returns a client of the site's own host with basic auth.
func newSite(t *testing.T) *simtest.Client {
	c := jsm.Vendor().Config(simtest.Base)
	return simtest.New(t, jsm.Vendor()).Auth(simtest.Basic(c["email"].(string), c["api_token"].(string)))
}

// behindGateway fetches an OAuth token and returns the prefix of the gateway.
func behindGateway(c *simtest.Client) string {
	c.Helper()
	v := jsm.Vendor().Variants["service_projects_oauth2"](simtest.Base)
	a := c.Auth("").Post("/oauth/token", simtest.Form, "grant_type=client_credentials&client_id="+v["client_id"].(string)+"&client_secret="+v["client_secret"].(string))
	require.Equal(c, 200, a.Status, a.Body)
	c.Auth("Bearer " + a.At("access_token").Str)
	return "/ex/jira/" + v["cloud_id"].(string)
}

// projects pages to the end and returns all keys.
func projects(c *simtest.Client, path string, pairs ...string) []string {
	c.Helper()
	var keys []string
	for {
		a := c.Get(path, append([]string{"startAt", strconv.Itoa(len(keys))}, pairs...)...)
		require.Equal(c, 200, a.Status, a.Body)
		keys = append(keys, a.Texts("values.#.key")...)
		assert.Equal(c, a.At("isLast").Bool(), !a.At("nextPage").Exists())
		if a.At("isLast").Bool() {
			assert.EqualValues(c, len(keys), a.At("total").Int())
			return keys
		}
	}
}

func TestServiceProjectsPage(t *testing.T) {
	c := newSite(t)
	a := c.Get(search, "typeKey", "service_desk")
	assert.Len(t, a.Texts("values"), 50, "pages of 50 by default")
	assert.Equal(t, "service_desk", a.At("values.7.projectTypeKey").Str)
	keys := projects(c, search, "typeKey", "service_desk", "maxResults", "50")
	assert.Len(t, keys, 60)
	assert.IsIncreasing(t, keys)
	assert.Equal(t, keys, projects(c, search, "typeKey", "service_desk", "maxResults", "7"))
	assert.Len(t, projects(c, search), 180)
	assert.Len(t, projects(c, search, "typeKey", "software,business"), 120)
	all := c.Get(search, "maxResults", "1000")
	assert.Len(t, all.Texts("values"), 100, "more than 100 is taken for 100")
	assert.EqualValues(t, 100, all.At("maxResults").Int())
	assert.Empty(t, c.Get(search, "startAt", "500").Texts("values"))
	assert.Empty(t, c.World.Violations())

	c.Knob("deleted_project", a.At("values.3.id").Str)
	assert.NotContains(t, projects(c, search, "typeKey", "service_desk"), a.At("values.3.key").Str)
}

func TestSearchParameters(t *testing.T) {
	c := newSite(t)
	one := c.Get(search, "typeKey", "service_desk").At("values.0")
	assert.Equal(t, []string{one.Get("key").Str}, c.Get(search, "id", one.Get("id").Str).Texts("values.#.key"))
	assert.Equal(t, []string{"DEV3", "SD4"}, c.Get(search, "keys", "SD4", "keys", "DEV3").Texts("values.#.key"))
	assert.Equal(t, []string{"SD4", "DEV3"}, c.Get(search, "keys", "SD4", "keys", "DEV3", "orderBy", "-key").Texts("values.#.key"))
	assert.Equal(t, []string{"SD100"}, c.Get(search, "query", "sd100").Texts("values.#.key"))
	assert.Empty(t, c.Get(search, "status", "archived").Texts("values"))
	assert.Empty(t, c.World.Violations())
	for name, pairs := range map[string][]string{
		"unknown type": {"typeKey", "service_desk,x"}, "negative start": {"startAt", "-1"}, "no rows": {"maxResults", "0"},
		"unknown order": {"orderBy", "color"}, "unknown": {"limit", "5"}, "unknown status": {"status", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newSite(t)
			assert.Equal(t, 400, c.Get(search, pairs...).Status)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
}

func TestGateway(t *testing.T) {
	c := newSite(t)
	prefix := behindGateway(c)
	assert.Len(t, projects(c, prefix+search, "typeKey", "service_desk"), 60)
	assert.NotContains(t, c.Get(prefix+search).At("nextPage").Str, simtest.Base, "links name the site, not the gateway")
	assert.Equal(t, 200, c.Get(prefix+record).Status)
	assert.Empty(t, c.World.Violations())
	assert.Equal(t, 401, c.Get(search).Status, "the site's host takes no tokens")
	assert.Equal(t, 404, c.Get("/rest/servicedeskapi/audit").Status)
	assert.Len(t, c.World.Violations(), 2)
}

func TestScopesAreTold(t *testing.T) {
	for knob, want := range map[string][2]int{"": {200, 200}, "missing_scope": {401, 200}, "missing_project_scope": {200, 401}} {
		t.Run("knob "+knob, func(t *testing.T) {
			c := newSite(t)
			if knob != "" {
				c.Knob(knob, "true")
			}
			prefix := behindGateway(c)
			for i, path := range []string{record, search} {
				a := c.Get(prefix + path)
				assert.Equal(t, want[i], a.Status, path)
				if want[i] == 401 {
					assert.Equal(t, "Unauthorized; scope does not match", a.At("message").Str)
				}
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	c := newSite(t)
	for _, path := range []string{record, search} {
		a := c.Auth(simtest.Basic("auditor@example.com", "wrong")).Get(path)
		assert.Equal(t, 401, a.Status)
		assert.EqualValues(t, 401, a.At("status-code").Int())
	}
	c = newSite(t)
	c.Knob("not_admin", "true")
	assert.Equal(t, 403, c.Get(record).Status)
	assert.Equal(t, 200, c.Get(search).Status, "an agent sees projects")
	c = newSite(t)
	c.World.ScaleLimits(0.001)
	assert.Equal(t, 200, c.Get(search).Status)
	a := c.Get(record)
	assert.Equal(t, 429, a.Status, "both share one limit")
	assert.NotEmpty(t, a.Header.Get("Retry-After"))
}
