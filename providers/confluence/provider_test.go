package confluence

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

const cloudID = "3d1f0a52-6b7c-4d8e-9f01-23456789abcd"

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
	assert.Empty(t, source.Shares, "the logs of Jira and Confluence differ")
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*Config)
		opts providers.Options
		want string
	}{
		"no credential":    {func(c *Config) { c.Email, c.APIToken = "", "" }, providers.Options{}, "api_token: is required for auth_type basic"},
		"site with path":   {func(c *Config) { c.Site = "acme.atlassian.net/wiki" }, providers.Options{}, "site: "},
		"no site":          {func(c *Config) { c.Site = "" }, providers.Options{}, "site: is required unless cloud_id or endpoint is set"},
		"path in endpoint": {func(*Config) {}, providers.Options{Endpoint: "https://acme.atlassian.net/wiki"}, "endpoint: leave out /wiki"},
		"OAuth, no id":     {func(c *Config) { c.AuthType = "oauth2_client_credentials" }, providers.Options{}, "cloud_id: is required"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			c.Site, c.Email, c.APIToken = "acme", "audit@example.com", "example-token"
			tt.set(c)
			_, err := c.Open(tt.opts)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestServiceAccount(t *testing.T) {
	source, _ := open(t, func(c *Config) {
		c.Site, c.CloudID, c.AuthType, c.Email, c.APIToken = "", cloudID, "oauth2_client_credentials", "", ""
		c.ClientID, c.ClientSecret = "id", "secret"
	}, providers.Options{})
	auth, ok := source.Auth.(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "client_credentials", auth.Form[0].Value)
	assert.Equal(t, "https://api.atlassian.com", source.Endpoint)
	assert.Equal(t, cloudID, source.Tenant)
}

func TestGolden(t *testing.T) {
	_, stream := open(t, nil, providers.Options{})
	providertest.Golden(t, stream, "testdata/audit")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, nil, providers.Options{})
	providertest.Fuzz(f, stream, `{"author":{"displayName":"System","accountId":""},"remoteAddress":"198.51.100.7","creationDate":1772435730250,"summary":"User added to group","affectedObject":{"name":"g:2b0c5a51-7d6e-4f11-8c22-0a1b2c3d4e5f","objectType":"Group"}}`)
}

func TestRequest(t *testing.T) {
	since := time.Date(2026, 3, 2, 7, 0, 0, 1e6, time.UTC)
	until := time.Date(2026, 3, 2, 10, 0, 0, 0, time.FixedZone("", 3600))
	window := providers.Params{{Key: "startDate", Value: "1772434800001"}, {Key: "endDate", Value: "1772442000000"}}
	with := func(more ...providers.Param) providers.Params { return append(window[:2:2], more...) }
	for name, tt := range map[string]struct {
		set    func(*Config)
		extra  map[string]string
		cursor string
		path   string
		query  providers.Params
	}{
		"first page at the site": {
			nil, nil, "", "/wiki/rest/api/audit",
			with(providers.Param{Key: "start", Value: "0"}, providers.Param{Key: "limit", Value: "1000"}),
		},
		"later page at the gateway": {
			func(c *Config) { c.CloudID, c.Search = cloudID, "finance team" },
			map[string]string{"expand": "x"},
			"1000",
			"/ex/confluence/" + cloudID + "/wiki/rest/api/audit",
			with(providers.Param{Key: "start", Value: "1000"}, providers.Param{Key: "limit", Value: "1000"}, providers.Param{Key: "searchString", Value: "finance team"}, providers.Param{Key: "expand", Value: "x"}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, tt.set, providers.Options{RemoteQuery: tt.extra, Filter: providers.Filter{EntityTypes: []string{"Space"}}})
			client := providertest.Body(`{"results":[]}`, nil)
			for range 2 { // equal requests: nothing of one call is left for the next
				_, err := stream.Fetch(t.Context(), client, providers.Query{Since: since, Until: until, Cursor: tt.cursor, PageSize: 1000})
				require.NoError(t, err)
			}
			for _, r := range client.Requests() {
				assert.Equal(t, tt.path, r.Path)
				assert.Equal(t, tt.query, r.Query)
				assert.Empty(t, r.Link, "the vendor's next link is not followed")
			}
		})
	}
}

func TestReserved(t *testing.T) {
	_, plain := open(t, nil, providers.Options{})
	_, search := open(t, func(c *Config) { c.Search = "x" }, providers.Options{})
	assert.ElementsMatch(t, []string{"startDate", "endDate", "start", "limit"}, plain.Reserved)
	assert.Contains(t, search.Reserved, "searchString")
}

func TestPaging(t *testing.T) {
	const next = `,"_links":{"base":"https://acme.atlassian.net/wiki","next":"/rest/api/audit?start=2"}`
	for name, tt := range map[string]struct {
		cursor, body string
		next         string
		more         bool
	}{
		"a full page goes on":            {"", `{"results":[{},{}],"limit":2,"size":2` + next + `}`, "2", true},
		"by the rows received":           {"40", `{"results":[{},{}],"limit":2}`, "42", true},
		"full without next goes on":      {"", `{"results":[{},{}],"limit":2}`, "2", true},
		"a short page ends":              {"2", `{"results":[{}],"limit":2,"size":37}`, "3", false},
		"a short page with next goes on": {"2", `{"results":[{}],"limit":2` + next + `}`, "3", true},
		"an empty page ends":             {"4", `{"results":[],"limit":2` + next + `}`, "4", false},
		"a limit that was lowered":       {"", `{"results":[{}],"limit":1}`, "1", true},
		"no limit told":                  {"", `{"results":[{}]}`, "1", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, nil, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{Cursor: tt.cursor, PageSize: 2})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.more, page.More)
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
		"wrong token":         {401, "Basic authentication with passwords is deprecated.", providers.Unauthorized, "wrong, revoked or expired"},
		"gateway":             {401, `{"code":401,"message":"Unauthorized"}`, providers.Unauthorized, "Unauthorized"},
		"scope missing":       {401, `{"code":401,"message":"Unauthorized; scope does not match"}`, providers.Denied, "read:audit-log:confluence"},
		"no administrator":    {403, `{"statusCode":403,"message":"com.atlassian.confluence.api.service.exceptions.PermissionException: Current user not permitted to use Confluence"}`, providers.Denied, "Confluence Administrator"},
		"free plan":           {403, `{"statusCode":403,"message":"Cannot make this request because you are on Free edition. Please upgrade to standard or premium."}`, providers.Denied, "Standard or higher"},
		"bad paging":          {400, `{"statusCode":400,"message":"limit"}`, providers.Denied, "limit"},
		"no Confluence":       {404, "", providers.Denied, "no Confluence behind them"},
		"gone at the gateway": {410, `{"message":"Gone"}`, providers.Denied, "without scopes"},
		"redirect":            {302, "", providers.Unauthorized, "login page"},
		"login page":          {200, "<html></html>", providers.Unauthorized, "login page"},
		"rate limit":          {429, "", providers.Throttled, "burst"},
		"outage":              {500, `{"message":"oops"}`, providers.Transient, "oops"},
		"cut body":            {200, `{"results":[{`, providers.Transient, "not JSON"},
		"another answer":      {200, `{"records":[]}`, providers.Transient, "results is missing"},
		"results is no list":  {200, `{"results":{}}`, providers.Transient, "results is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, nil, providers.Options{})
			client := providertest.Refuse(source, tt.status, http.Header{"Ratelimit-Reason": {"burst"}}, tt.body)
			_, err := stream.Fetch(t.Context(), client, providers.Query{PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
			assert.NotContains(t, err.Error(), "example-token")
		})
	}
}

func TestTraits(t *testing.T) {
	_, stream := open(t, nil, providers.Options{})
	assert.Equal(t, providers.ByWindow, stream.Resume)
	assert.Equal(t, providers.NewestFirst, stream.Order)
	assert.Equal(t, 10*time.Minute, stream.Lateness)
	assert.Equal(t, 1000, stream.MaxPageSize)
	assert.False(t, stream.NumberRepeats, "rows have no derived id")
}
