package atlassian

import (
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

const org = "5a1b2c3d-0000-4000-8000-1234567890ab"

func open(t testing.TB, set func(*Config), o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	c := newConfig()
	c.OrgID, c.APIKey = org, "example-key"
	if set != nil {
		set(c)
	}
	source := providertest.Open(t, c, o)
	return source, providertest.Stream(t, source, "events")
}

func query(c *Config) { c.API = eventsQuery }

func TestExampleOpens(t *testing.T) {
	c, o := Provider().Example()
	source := providertest.Open(t, c, o)
	assert.Equal(t, "https://api.atlassian.com", source.Endpoint)
	assert.Equal(t, org, source.Tenant)
	assert.Equal(t, providers.Bearer("example-key"), source.Auth)
	other := providertest.Open(t, c, providers.Options{Endpoint: "http://127.0.0.1:9000"})
	assert.Equal(t, source.Tenant, other.Tenant)
	assert.Equal(t, "http://127.0.0.1:9000", other.Endpoint)
}

func TestGolden(t *testing.T) {
	for _, set := range []func(*Config){nil, query} {
		_, stream := open(t, set, providers.Options{})
		providertest.Golden(t, stream, "testdata/stream")
	}
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, nil, providers.Options{})
	providertest.Fuzz(f, stream, `{"id":"1","attributes":{"time":"2026-03-02T07:15:30Z","action":"user_invited","actor":{"id":"712020:a","email":"a@example.com","auth":{"authType":"session"}},"context":[{"id":"g","type":"groups"},{"id":"u","type":"users","attributes":{"name":"n"}}],"location":{"ip":"198.51.100.7"}},"message":{"content":"c"}}`)
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*Config)
		opts providers.Options
		want string // part of the error; empty: opens
	}{
		"stream":            {func(*Config) {}, providers.Options{}, ""},
		"query":             {func(c *Config) { c.API, c.Products, c.IPs = "events", []string{"jira"}, []string{"2001:db8::1"} }, providers.Options{}, ""},
		"auth extension":    {func(c *Config) { c.APIKey = "" }, providers.Options{ExternalAuth: true}, ""},
		"no organization":   {func(c *Config) { c.OrgID = "" }, providers.Options{}, "org_id: is required"},
		"a path for an id":  {func(c *Config) { c.OrgID = "../x" }, providers.Options{}, `org_id: "../x" is no id`},
		"no key":            {func(c *Config) { c.APIKey = "" }, providers.Options{}, "api_key: no credential is set"},
		"unknown api":       {func(c *Config) { c.API = "v2" }, providers.Options{}, `api: "v2" is not valid; use one of events_stream, events`},
		"actions, stream":   {func(c *Config) { c.Actions = []string{"user_login"} }, providers.Options{}, "actions: needs api: events"},
		"actors, stream":    {func(c *Config) { c.Actors = []string{"a"} }, providers.Options{}, "actors: needs api: events"},
		"addresses, stream": {func(c *Config) { c.IPs = []string{"198.51.100.1"} }, providers.Options{}, "ips: needs api: events"},
		"products, stream":  {func(c *Config) { c.Products = []string{"jira"} }, providers.Options{}, "products: needs api: events"},
		"words, stream":     {func(c *Config) { c.Query = "word" }, providers.Options{}, "query: needs api: events"},
		"unknown product":   {func(c *Config) { c.API, c.Products = "events", []string{"trello"} }, providers.Options{}, `products: "trello" is not valid`},
		"a network":         {func(c *Config) { c.API, c.IPs = "events", []string{"198.51.100.0/24"} }, providers.Options{}, `ips: "198.51.100.0/24" is no address`},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			c.OrgID, c.APIKey = org, "example-key"
			tt.set(c)
			_, err := c.Open(tt.opts)
			if tt.want != "" {
				assert.ErrorContains(t, err, tt.want)
				return
			}
			require.NoError(t, err)
		})
	}
}

func TestTraits(t *testing.T) {
	source, stream := open(t, nil, providers.Options{})
	assert.Equal(t, providers.ByCursor, stream.Resume)
	assert.Equal(t, providers.IngestionTime, stream.Bounds, "the stream is sorted by the time of processing")
	assert.Equal(t, 10*time.Minute, stream.Lateness)
	assert.GreaterOrEqual(t, stream.Remember, time.Hour)
	assert.Equal(t, 200, stream.PageSize)
	assert.Equal(t, 500, stream.MaxPageSize)
	assert.Equal(t, 180*day, stream.Retention)
	require.Len(t, source.Budgets, 1)
	assert.Equal(t, stream.Class, source.Budgets[0].Class)
	assert.LessOrEqual(t, source.Budgets[0].Requests, 50)
	assert.Equal(t, providers.ResetTimestamp, source.Budgets[0].Headers.Kind)

	source, stream = open(t, query, providers.Options{})
	assert.Equal(t, providers.ByWindow, stream.Resume)
	assert.Equal(t, providers.NewestFirst, stream.Order)
	assert.Equal(t, providers.EventTime, stream.Bounds)
	assert.Equal(t, time.Hour, stream.Lateness)
	assert.Equal(t, 10, source.Budgets[0].Requests)
	assert.Equal(t, stream.Class, source.Budgets[0].Class)
}

func TestErrors(t *testing.T) {
	body := func(code, title, detail string) string {
		return `{"errors":[{"id":"e","status":"x","code":"` + code + `","title":"` + title + `","detail":"` + detail + `"}]}`
	}
	const cursor = "1772435730250 eyJhIjoxfQ=="
	for name, tt := range map[string]struct {
		status int
		header http.Header
		body   string
		cursor string
		want   providers.Class
		wait   time.Duration
		text   string
	}{
		"wrong key":           {401, nil, `{"code":401,"message":"Unauthorized"}`, "", providers.Unauthorized, 0, "a person's API token does not work"},
		"not an admin":        {403, nil, body("ADMIN-403-3", "Forbidden", "no access"), "", providers.Denied, 0, "ADMIN-403-3: no access (the key must"},
		"wrong organization":  {404, nil, body("ADMIN-404-2", "Not found", ""), "", providers.Denied, 0, "Not found (check org_id)"},
		"cursor refused":      {400, nil, body("ADMIN-400-1", "Invalid", "cursor"), cursor, providers.CursorLost, 0, "ADMIN-400-1"},
		"refused, no code":    {400, nil, ``, cursor, providers.CursorLost, 0, ""},
		"wrong time":          {400, nil, body("ADMIN-400-3", "Invalid", "from"), "", providers.Denied, 0, "from"},
		"time with a cursor":  {400, nil, body("ADMIN-400-3", "Invalid", "from"), cursor, providers.Denied, 0, "from"},
		"cursor never sent":   {400, nil, body("ADMIN-400-1", "Invalid", "cursor"), "", providers.Denied, 0, ""},
		"rate limit":          {429, http.Header{"X-Retry-After": {"17"}}, body("ADMIN-429-1", "Slow", "down"), cursor, providers.Throttled, 17 * time.Second, "down"},
		"rate limit, both":    {429, http.Header{"X-Retry-After": {"17"}, "Retry-After": {"3"}}, ``, "", providers.Throttled, 0, ""},
		"rate limit, garbage": {429, http.Header{"X-Retry-After": {"soon"}}, ``, "", providers.Throttled, 0, ""},
		"internal":            {500, nil, body("ADMIN-500-1", "Oops", ""), "", providers.Transient, 0, "Oops"},
		"cut body":            {200, nil, `{"data":[{"id"`, "", providers.Transient, 0, "not JSON"},
		"no data":             {200, nil, `{"meta":{}}`, "", providers.Transient, 0, "data is missing"},
		"data is no list":     {200, nil, `{"data":{}}`, "", providers.Transient, 0, "data is missing"},
	} {
		for api, set := range map[string]func(*Config){"stream": nil, "query": query} {
			t.Run(name+" "+api, func(t *testing.T) {
				source, stream := open(t, set, providers.Options{})
				_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, tt.header, tt.body), providers.Query{Cursor: tt.cursor, PageSize: 10})
				var e *providers.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, tt.want, e.Class)
				assert.Equal(t, tt.wait, e.RetryAfter)
				assert.Contains(t, err.Error(), tt.text)
				assert.NotContains(t, err.Error(), "example-key")
			})
		}
	}
}

func prefixes(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func TestPushedFilters(t *testing.T) {
	for name, tt := range map[string]struct {
		set     func(*Config)
		opts    providers.Options
		actions []string
		want    providers.Params
	}{
		"none": {nil, providers.Options{}, nil, nil},
		"configured": {
			func(c *Config) {
				c.Actions, c.Actors, c.IPs = []string{"b", "a", "b"}, []string{"712020:x", "712020:y"}, []string{"198.51.100.1"}
				c.Products, c.Query = []string{"jira", "loom"}, "word"
			},
			providers.Options{Filter: providers.Filter{Actions: []string{"login"}, ActorIDs: []string{"z"}, IPs: prefixes("203.0.113.9/32")}},
			[]string{"a", "b"},
			providers.Params{{Key: "q", Value: "word"}, {Key: "actor", Value: "712020:x"}, {Key: "actor", Value: "712020:y"}, {Key: "ip", Value: "198.51.100.1"}, {Key: "product", Value: "jira"}, {Key: "product", Value: "loom"}},
		},
		"unified": {
			nil,
			providers.Options{Filter: providers.Filter{Actions: []string{"login", "logout", "domain_added"}, ActorIDs: []string{"z"}, IPs: prefixes("203.0.113.9/32", "203.0.113.10/32")}},
			[]string{"domain_added", "user_login", "user_logout"},
			providers.Params{{Key: "actor", Value: "z"}, {Key: "ip", Value: "203.0.113.9"}, {Key: "ip", Value: "203.0.113.10"}},
		},
		"one action beyond the table": {nil, providers.Options{Filter: providers.Filter{Actions: []string{"login", "create"}}}, nil, nil},
		"too many words":              {nil, providers.Options{Filter: providers.Filter{Actions: []string{"user_updated"}}}, nil, nil},
		"no word for it":              {nil, providers.Options{Filter: providers.Filter{Actions: []string{"user_joined"}}}, nil, nil},
		"a network":                   {nil, providers.Options{Filter: providers.Filter{IPs: prefixes("203.0.113.9/32", "203.0.113.0/24")}}, nil, nil},
		"an address with two forms":   {nil, providers.Options{Filter: providers.Filter{IPs: prefixes("2001:db8::1/128")}}, nil, nil},
		"the remote query goes first": {
			nil,
			providers.Options{Filter: providers.Filter{Actions: []string{"login"}, ActorIDs: []string{"z"}}, RemoteQuery: map[string]string{"actor": "712020:x", "action": "user_logout", "location": "NO"}},
			nil,
			providers.Params{{Key: "action", Value: "user_logout"}, {Key: "actor", Value: "712020:x"}, {Key: "location", Value: "NO"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			if tt.set != nil {
				tt.set(c)
			}
			assert.Equal(t, tt.actions, c.wantedActions(&tt.opts)) //nolint:testifylint // the name does not make it the wanted value
			assert.Equal(t, tt.want, c.pushed(&tt.opts))
		})
	}
}

func TestTheCursorBelongsToTheEndpoint(t *testing.T) {
	_, polled := open(t, nil, providers.Options{})
	_, queried := open(t, query, providers.Options{})
	assert.Equal(t, polled.Name, queried.Name, "one event has one uid, whichever endpoint brought it")
	assert.NotEqual(t, polled.Fingerprint, queried.Fingerprint)
}
