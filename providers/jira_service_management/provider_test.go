package jiraservicemanagement

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func open(t testing.TB, set func(*Config), o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	c := newConfig()
	c.Site, c.Email, c.APIToken = "acme", "audit@example.com", "example-token"
	if set != nil {
		set(c)
	}
	source := providertest.Open(t, c, o)
	return source, providertest.Stream(t, source, "audit")
}

func TestExampleOpens(t *testing.T) {
	c, o := Provider().Example()
	source := providertest.Open(t, c, o)
	assert.Equal(t, "https://acme-help.atlassian.net", source.Endpoint)
	assert.Equal(t, "acme-help.atlassian.net", source.Tenant)
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*Config)
		want string
	}{
		"projects of all rows": {func(c *Config) { c.Projects = []string{"HELP"} }, "projects: needs rows: service_projects"},
		"unknown rows":         {func(c *Config) { c.Rows = "some" }, `rows: "some" is not valid; use one of all, service_projects`},
		"no key":               {func(c *Config) { c.Rows, c.Projects = serviceRows, []string{"IT help"} }, `projects: "IT help" is no key or id`},
		"empty key":            {func(c *Config) { c.Rows, c.Projects = serviceRows, []string{""} }, `projects: "" is no key or id`},
		"no site":              {func(c *Config) { c.Site = "" }, "site: is required"},
		"no credential":        {func(c *Config) { c.APIToken = "" }, "api_token: is required"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			c.Site, c.Email, c.APIToken = "acme", "audit@example.com", "example-token"
			tt.set(c)
			_, err := c.Open(providers.Options{})
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestServiceAccount(t *testing.T) {
	source, _ := open(t, func(c *Config) {
		c.Site, c.CloudID, c.AuthType, c.Email, c.APIToken = "", "3d1f0a52-6b7c-4d8e-9f01-23456789abcd", "oauth2_client_credentials", "", ""
		c.ClientID, c.ClientSecret = "id", "secret"
	}, providers.Options{})
	auth, ok := source.Auth.(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, providers.Params{{Key: "grant_type", Value: "client_credentials"}, {Key: "client_id", Value: "id"}}, auth.Form)
	assert.Contains(t, auth.Hint, "client_secret", "a wrong secret is told of by the token endpoint")
}

func TestGolden(t *testing.T) {
	_, stream := open(t, nil, providers.Options{})
	providertest.Golden(t, stream, "testdata/audit")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, nil, providers.Options{})
	providertest.Fuzz(f, stream, `{"id":7119,"summary":"User updated","created":"2026-03-02T08:11:55.020+0000","objectItem":{"id":"qm:1","typeName":"USER"},"associatedItems":[{"id":"10041","typeName":"PROJECT"}]}`)
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{``, `[]`, `{"objectItem":[],"associatedItems":{"a":1}}`, `{"created":"2026-03-02T08:11:55.020+0000","associatedItems":[{"id":10041,"typeName":"PROJECT"},null]}`} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, raw string) { read(providers.Event{Raw: raw}) })
}

func TestAllRowsNeedNoLookUp(t *testing.T) {
	_, stream := open(t, nil, providers.Options{})
	client := providertest.Body(`{"limit":2,"records":[{"id":1},{"id":2,"objectItem":{"id":"10300","typeName":"PROJECT"}}]}`, nil)
	page, err := stream.Fetch(t.Context(), client, providers.Query{Since: at(0), Until: at(time.Hour), Now: at(time.Hour), PageSize: 2})
	require.NoError(t, err)
	require.Len(t, client.Requests(), 1)
	assert.Equal(t, "/rest/api/3/auditing/record", client.Requests()[0].Path)
	assert.Len(t, page.Events, 2)
	assert.Zero(t, page.Filtered)
	assert.True(t, page.More)
}

func TestErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		rows   string
		status int
		body   string
		want   providers.Class
		text   string
	}{
		"no token":               {allRows, 401, `{"message":"Client must be authenticated to access this resource.","status-code":401}`, providers.Unauthorized, "Client must be authenticated"},
		"gateway":                {allRows, 401, `{"code":401,"message":"Unauthorized"}`, providers.Unauthorized, "cloud_id"},
		"scope missing":          {allRows, 401, `{"code":401,"message":"Unauthorized; scope does not match"}`, providers.Denied, "read:audit-log:jira"},
		"agent, no admin":        {allRows, 403, `{"errorMessages":["no"],"errors":{}}`, providers.Denied, "Administer Jira"},
		"rate limit":             {allRows, 429, ``, providers.Throttled, ""},
		"look-up, scope missing": {serviceRows, 401, `{"code":401,"message":"Unauthorized; scope does not match"}`, providers.Denied, "read:jira-work or read:project:jira"},
		"look-up, refused":       {serviceRows, 403, `{"errorMessages":["no"]}`, providers.Denied, "list their ids in projects"},
		"look-up, wrong token":   {serviceRows, 401, `{"code":401,"message":"Unauthorized"}`, providers.Unauthorized, "wrong, revoked or expired"},
		"look-up, rate limit":    {serviceRows, 429, ``, providers.Throttled, ""},
		"look-up, outage":        {serviceRows, 503, ``, providers.Transient, ""},
		"look-up, cut":           {serviceRows, 200, `{"values":[`, providers.Transient, "not JSON"},
		"look-up, another":       {serviceRows, 200, `{"records":[]}`, providers.Transient, "values is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, func(c *Config) { c.Rows = tt.rows }, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, http.Header{}, tt.body), providers.Query{PageSize: 10, Now: at(0)})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
			assert.NotContains(t, err.Error(), "example-token")
		})
	}
}
