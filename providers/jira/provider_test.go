package jira

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
	assert.Equal(t, "https://acme.atlassian.net", source.Endpoint)
	assert.Equal(t, "acme.atlassian.net", source.Tenant)
	assert.Equal(t, "acme.atlassian.net", source.ServerAddress)
	assert.Equal(t, providers.BasicAuth{Username: "audit@example.com", Password: "example-token"}, source.Auth)
	assert.Empty(t, source.Warnings)
}

func TestOpenReportsEveryProblem(t *testing.T) {
	_, err := newConfig().Open(providers.Options{})
	for _, want := range []string{"site: is required", "email: is required", "api_token: is required"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestGolden(t *testing.T) {
	_, stream := open(t, nil, providers.Options{})
	providertest.Golden(t, stream, "testdata/audit")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, nil, providers.Options{})
	providertest.Fuzz(f, stream, `{"id":1,"summary":"User updated","created":"2026-03-02T07:15:30.250+0000","remoteAddress":"198.51.100.7","objectItem":{"name":"g","typeName":"GROUP"},"changedValues":[{"fieldName":"Active / Inactive","changedTo":"Inactive"}]}`)
}

func TestRequest(t *testing.T) {
	since := time.Date(2026, 3, 2, 7, 0, 0, 1e6, time.UTC)
	until := time.Date(2026, 3, 2, 10, 0, 0, 0, time.FixedZone("", 3600))
	const prefix = "/ex/jira/3d1f0a52-6b7c-4d8e-9f01-23456789abcd"
	for name, tt := range map[string]struct {
		set    func(*Config)
		extra  map[string]string
		cursor string
		path   string
		query  providers.Params
	}{
		"first page at the site": {
			path:  "/rest/api/3/auditing/record",
			query: providers.Params{{Key: "offset", Value: "0"}, {Key: "limit", Value: "1000"}, {Key: "from", Value: "2026-03-02T07:00:00.001Z"}, {Key: "to", Value: "2026-03-02T09:00:00.000Z"}},
		},
		"later page at the gateway, same bounds and words": {
			set:    func(c *Config) { c.CloudID = "3d1f0a52-6b7c-4d8e-9f01-23456789abcd" },
			extra:  map[string]string{"filter": "198.51.100.7 project"},
			cursor: "1000",
			path:   prefix + "/rest/api/3/auditing/record",
			query: providers.Params{
				{Key: "offset", Value: "1000"},
				{Key: "limit", Value: "1000"},
				{Key: "from", Value: "2026-03-02T07:00:00.001Z"},
				{Key: "to", Value: "2026-03-02T09:00:00.000Z"},
				{Key: "filter", Value: "198.51.100.7 project"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, tt.set, providers.Options{RemoteQuery: tt.extra, Filter: providers.Filter{Actions: []string{"create"}, Entities: []string{"10300"}}})
			client := providertest.Body(`{"records":[]}`, nil)
			_, err := stream.Fetch(t.Context(), client, providers.Query{Since: since, Until: until, Cursor: tt.cursor, PageSize: 1000})
			require.NoError(t, err)
			require.Len(t, client.Requests(), 1)
			assert.Equal(t, tt.path, client.Requests()[0].Path)
			assert.Equal(t, tt.query, client.Requests()[0].Query)
		})
	}
	_, stream := open(t, nil, providers.Options{})
	for _, kv := range []string{"offset", "limit", "from", "to"} {
		assert.Contains(t, stream.Reserved, kv)
	}
}

func TestPaging(t *testing.T) {
	two := `{"offset":0,"limit":2,"total":412,"records":[{"id":2},{"id":1}]}`
	for name, tt := range map[string]struct {
		cursor, body string
		next         string
		more         bool
	}{
		"a full page goes on":                   {"", two, "2", true},
		"by the rows received":                  {"40", two, "42", true},
		"a short page ends, whatever the total": {"2", `{"limit":2,"total":412,"records":[{"id":1}]}`, "3", false},
		"an empty page ends":                    {"4", `{"limit":2,"total":412,"records":[]}`, "4", false},
		"a total of less does not end":          {"", `{"limit":2,"total":1,"records":[{"id":2},{"id":1}]}`, "2", true},
		"a limit that the vendor lowered":       {"", `{"limit":1,"records":[{"id":1}]}`, "1", true},
		"a limit above the one asked for":       {"", `{"limit":1000,"records":[{"id":2},{"id":1}]}`, "2", true},
		"no limit told":                         {"", `{"records":[{"id":1}]}`, "1", false},
		"a log without rows":                    {"", `{"total":0}`, "0", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, nil, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{Cursor: tt.cursor, PageSize: 2})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.more, page.More)
			assert.False(t, page.Incomplete || page.Restart)
		})
	}
}

func TestErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		want   providers.Class
		text   string
	}{
		"no token":               {401, `{"message":"Client must be authenticated to access this resource.","status-code":401}`, providers.Unauthorized, "Client must be authenticated"},
		"wrong token, plain":     {401, "Basic authentication with passwords is deprecated.", providers.Unauthorized, "wrong, revoked or expired"},
		"gateway":                {401, `{"code":401,"message":"Unauthorized"}`, providers.Unauthorized, "Unauthorized"},
		"scope missing":          {401, `{"code":401,"message":"Unauthorized; scope does not match"}`, providers.Denied, "manage:jira-configuration"},
		"not an administrator":   {403, `{"errorMessages":["You are not an administrator"],"errors":{}}`, providers.Denied, "Administer Jira"},
		"redirect to a login":    {302, "", providers.Unauthorized, "login page"},
		"login page with 200":    {200, "\n<!DOCTYPE html>", providers.Unauthorized, "login page"},
		"wrong site":             {404, `{"errorCode":"OTHER","errorMessage":"Site temporarily unavailable"}`, providers.Denied, "cloud_id"},
		"bad bound":              {400, `{"errorMessages":["bad"],"errors":{"from":"no date"}}`, providers.Denied, "bad; from: no date"},
		"rate limit":             {429, "", providers.Throttled, "jira-burst-based"},
		"outage":                 {503, "<html>Down</html>", providers.Transient, "HTTP 503"},
		"cut body":               {200, `{"records":[{"id":1`, providers.Transient, "not JSON"},
		"records are missing":    {200, `{"total":3}`, providers.Transient, "records is missing"},
		"records are no list":    {200, `{"records":{}}`, providers.Transient, "a list of events was expected"},
		"a list instead of that": {200, `[]`, providers.Transient, "records is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, nil, providers.Options{})
			client := providertest.Refuse(source, tt.status, http.Header{"Ratelimit-Reason": {"jira-burst-based"}}, tt.body)
			_, err := stream.Fetch(t.Context(), client, providers.Query{PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
			assert.NotContains(t, err.Error(), "example-token")
		})
	}
}

func TestTraits(t *testing.T) {
	source, stream := open(t, nil, providers.Options{})
	assert.Equal(t, providers.ByWindow, stream.Resume)
	assert.Equal(t, providers.NewestFirst, stream.Order)
	assert.Equal(t, providers.EventTime, stream.Bounds)
	assert.Equal(t, 10*time.Minute, stream.Lateness)
	assert.Equal(t, 1000, stream.MaxPageSize)
	require.Len(t, source.Budgets, 1)
	assert.Equal(t, providers.ResetTimestamp, source.Budgets[0].Headers.Kind)
}

func TestOneSiteHasOneName(t *testing.T) {
	byName, _ := open(t, nil, providers.Options{})
	byHost, _ := open(t, func(c *Config) { c.Site = "ACME.atlassian.net" }, providers.Options{Endpoint: "http://127.0.0.1:9000"})
	other, _ := open(t, func(c *Config) { c.Site = "beta" }, providers.Options{})
	assert.Equal(t, byName.Shares, byHost.Shares)
	assert.Equal(t, byName.Tenant, byHost.Tenant)
	assert.NotEqual(t, byName.Shares, other.Shares)
}

func BenchmarkDecode(b *testing.B) {
	_, stream := open(b, nil, providers.Options{})
	event := providers.Event{Raw: `{"id":31207,"summary":"Custom field updated","remoteAddress":"198.51.100.77","authorKey":"ug:0f7a1d4c-9b21-4e55-8d60-2a3b4c5d6e7f","authorAccountId":"712020:7b1c9e20-1f2e-4d3c-8b4a-5968778695a4","created":"2026-03-02T07:15:30.250+0000","category":"fields","eventSource":"","objectItem":{"id":"customfield_10077","name":"Cost centre","typeName":"CUSTOM_FIELD"},"changedValues":[{"fieldName":"Name","changedFrom":"Costs","changedTo":"Cost centre"}]}`}
	b.ReportAllocs()
	b.SetBytes(int64(len(event.Raw)))
	for b.Loop() {
		_, _ = stream.Decode(event)
	}
}
