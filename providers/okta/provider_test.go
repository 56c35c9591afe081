package okta

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func open(t testing.TB, o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	c, _ := Provider().Example()
	source := providertest.Open(t, c, o)
	return source, providertest.Stream(t, source, "system")
}

func TestGolden(t *testing.T) {
	_, stream := open(t, providers.Options{})
	providertest.Golden(t, stream, "testdata/system")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, providers.Options{})
	providertest.Fuzz(f, stream, `{"eventType":"user.session.start","published":"2026-03-02T07:15:30Z","actor":{"id":"u","type":"User"},"target":[{"id":1}]}`)
}

func TestAction(t *testing.T) {
	for _, tt := range []struct {
		event   string
		outcome providers.Outcome
		want    providers.Action
	}{
		{"user.session.start", providers.Success, providers.Login},
		{"user.session.start", providers.Failure, providers.LoginFailed},
		{"user.session.start", "", "user.session.start"},
		{"user.authentication.auth_via_mfa", providers.Failure, providers.LoginFailed},
		{"user.authentication.auth_via_mfa", providers.Success, "user.authentication.auth_via_mfa"},
		{"user.session.end", providers.Success, providers.Logout},
		{"user.lifecycle.create", providers.Failure, providers.UserCreated},
		{"user.lifecycle.delete.initiated", providers.Success, "user.lifecycle.delete.initiated"},
		{"app.audit_report.download.local", providers.Success, providers.Exported},
		{"group.user_membership.remove", providers.Success, providers.Updated},
		{"policy.lifecycle.delete", providers.Success, providers.Destroy},
		{"zone.create", providers.Success, providers.Create},
		{"application.lifecycle.deactivate", providers.Success, providers.Updated},
		{"system.import.session.created", providers.Success, "system.import.session.created"},
		{"app.office365.api.error.user.create", providers.Failure, "app.office365.api.error.user.create"},
		{"policy.evaluate_sign_on", providers.Success, "policy.evaluate_sign_on"},
		{"", "", ""},
	} {
		assert.Equal(t, tt.want, action(tt.event, tt.outcome), "%s %s", tt.event, tt.outcome)
	}
}

func TestEveryListedTypeHasOneAction(t *testing.T) {
	seen := map[string]providers.Action{}
	for a, types := range actions {
		for _, typ := range types {
			assert.NotContains(t, seen, typ)
			seen[typ] = a
			assert.Equal(t, a, action(typ, providers.Success))
		}
	}
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*Config)
		opts providers.Options
		want string // part of the error; empty: opens
	}{
		"API token":          {func(c *Config) { c.Domain, c.APIToken = "acme.okta.com", "t" }, providers.Options{}, ""},
		"service app":        {func(c *Config) { c.Domain, c.ClientID, c.PrivateKey = "acme.okta.com", "id", "key" }, providers.Options{}, ""},
		"endpoint only":      {func(c *Config) { c.APIToken = "t" }, providers.Options{Endpoint: "https://login.example.com"}, ""},
		"no domain":          {func(c *Config) { c.APIToken = "t" }, providers.Options{}, "domain: is required unless endpoint is set"},
		"address as domain":  {func(c *Config) { c.Domain, c.APIToken = "https://acme.okta.com", "t" }, providers.Options{}, "must be a host name only"},
		"admin console":      {func(c *Config) { c.Domain, c.APIToken = "acme-admin.okta.com", "t" }, providers.Options{}, "leave out -admin"},
		"no credential":      {func(c *Config) { c.Domain = "acme.okta.com" }, providers.Options{}, "no credential is set"},
		"both credentials":   {func(c *Config) { c.Domain, c.APIToken, c.ClientID, c.PrivateKey = "acme.okta.com", "t", "id", "key" }, providers.Options{}, "several credentials"},
		"half a service app": {func(c *Config) { c.Domain, c.ClientID = "acme.okta.com", "id" }, providers.Options{}, "private_key: is required for service app"},
		"no scope":           {func(c *Config) { c.Domain, c.ClientID, c.PrivateKey, c.Scopes = "acme.okta.com", "id", "key", nil }, providers.Options{}, "scopes: is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			tt.set(c)
			source, err := c.Open(tt.opts)
			if tt.want != "" {
				assert.ErrorContains(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			assert.NotEmpty(t, source.Tenant)
		})
	}
}

func TestTenantSurvivesAnEndpointOverride(t *testing.T) {
	source, _ := open(t, providers.Options{Endpoint: "http://127.0.0.1:9000"})
	assert.Equal(t, "acme.okta.com", source.Tenant)
	assert.Equal(t, "http://127.0.0.1:9000", source.Endpoint)
}

func TestPaging(t *testing.T) {
	two := `[{"uuid":"1"},{"uuid":"2"}]`
	link := func(path string) http.Header {
		return http.Header{"Link": {`<https://acme.okta.com/api/v1/logs>; rel="self"`, `<https://acme.okta.com` + path + `>; rel="next"`}}
	}
	const stored = "/api/v1/logs?after=1_1&limit=2"
	const next = "/api/v1/logs?after=2%2B1&limit=2"
	for name, tt := range map[string]struct {
		cursor string
		body   string
		header http.Header
		want   string
		more   bool
	}{
		"full page goes on":            {stored, two, link(next), next, true},
		"short page ends for now":      {stored, `[{"uuid":"1"}]`, link(next), next, false},
		"empty page keeps the link":    {stored, `[]`, link(next), next, false},
		"next equal to self ends":      {stored, two, link(stored), stored, false},
		"no link ends":                 {stored, two, http.Header{}, "", false},
		"first page":                   {"", two, link(next), next, true},
		"links of another host shrink": {stored, two, http.Header{"Link": {`<https://evil.example` + next + `>; rel="next"`}}, next, true},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, tt.header), providers.Query{Cursor: tt.cursor, PageSize: 2})
			require.NoError(t, err)
			assert.Equal(t, tt.want, page.Next)
			assert.Equal(t, tt.more, page.More)
		})
	}
}

func TestRequest(t *testing.T) {
	since := time.Date(2026, 3, 2, 7, 0, 0, 0, time.FixedZone("", 3600))
	_, stream := open(t, providers.Options{
		Filter:      providers.Filter{ActorIDs: []string{"00u1"}, Actions: []string{"logout"}},
		RemoteQuery: map[string]string{"filter": `client.zone eq "x"`, "q": "word"},
	})
	client := providertest.Body(`[]`, nil)
	_, err := stream.Fetch(t.Context(), client, providers.Query{Since: since, PageSize: 1000})
	require.NoError(t, err)
	_, err = stream.Fetch(t.Context(), client, providers.Query{Cursor: "/api/v1/logs?after=1%2B1&limit=1000&x=%2F", PageSize: 1000})
	require.NoError(t, err)
	_, err = stream.Fetch(t.Context(), client, providers.Query{Cursor: "/api/v1/logs?after=1%2B1&limit=1000&x=%2F", PageSize: 500})
	require.NoError(t, err)
	requests := client.Requests()
	assert.Equal(t, providers.Params{
		{Key: "since", Value: "2026-03-02T06:00:00.000Z"},
		{Key: "sortOrder", Value: "ASCENDING"},
		{Key: "limit", Value: "1000"},
		{Key: "filter", Value: `actor.id eq "00u1" and eventType eq "user.session.end" and (client.zone eq "x")`},
		{Key: "q", Value: "word"},
	}, requests[0].Query)
	assert.Equal(t, "/api/v1/logs?after=1%2B1&limit=1000&x=%2F", requests[1].Link, "a link goes out as it came")
	assert.Empty(t, requests[1].Query)
	assert.Equal(t, "/api/v1/logs?after=1%2B1&limit=500&x=%2F", requests[2].Link)

	client = providertest.Body(`[]`, nil)
	_, err = stream.Fetch(t.Context(), client, providers.Query{Cursor: requests[2].Link, PageSize: 1000})
	require.NoError(t, err)
	assert.Equal(t, "/api/v1/logs?after=1%2B1&limit=1000&x=%2F", client.Requests()[0].Link, "small pages do not last for ever")
}

func TestPushedFilters(t *testing.T) {
	for name, tt := range map[string]struct {
		filter providers.Filter
		want   string
	}{
		"none":               {providers.Filter{}, ""},
		"several actors":     {providers.Filter{ActorIDs: []string{"a", `b"`}}, `(actor.id eq "a" or actor.id eq "b\"")`},
		"entity and type":    {providers.Filter{Entities: []string{"e"}, EntityTypes: []string{"User"}}, `target.id eq "e" and target.type eq "User"`},
		"type, spelt freely": {providers.Filter{EntityTypes: []string{"appinstance", "USER"}}, `(target.type eq "AppInstance" or target.type eq "User")`},
		"unheard-of type":    {providers.Filter{EntityTypes: []string{"User", "Spaceship"}}, ""},
		"raw action":         {providers.Filter{Actions: []string{"policy.evaluate_sign_on"}}, `eventType eq "policy.evaluate_sign_on"`},
		"by ending":          {providers.Filter{Actions: []string{"destroy"}}, `(eventType eq "system.api_token.revoke" or eventType eq "integration.api_service.lifecycle.revoke" or eventType ew ".delete" or eventType ew ".deleted")`},
		"no type for it":     {providers.Filter{Actions: []string{"user_joined", "login"}}, ""},
		"too long for URL":   {providers.Filter{Actions: []string{"updated", "user_updated"}}, ""},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, pushed(&tt.filter, "")) })
	}
}

func TestErrors(t *testing.T) {
	body := func(code string) string {
		return `{"errorCode":"` + code + `","errorSummary":"summary","errorCauses":[{"errorSummary":"cause"}]}`
	}
	for name, tt := range map[string]struct {
		status int
		body   string
		cursor string
		want   providers.Class
		text   string
	}{
		"bad token":         {401, body("E0000011"), "", providers.Unauthorized, "API tokens end after 30 days"},
		"not in the plan":   {401, body("E0000015"), "", providers.Denied, "plan"},
		"no permission":     {403, body("E0000006"), "", providers.Denied, "okta.logs.read"},
		"bad filter":        {400, body("E0000053"), "", providers.Denied, "summary: cause"},
		"bad date":          {400, body("E0000030"), "", providers.Denied, "E0000030"},
		"cursor refused":    {400, body("E0000001"), "/api/v1/logs?after=x", providers.CursorLost, ""},
		"rate limit":        {429, body("E0000047"), "", providers.Throttled, ""},
		"query too heavy":   {500, body("E0000009"), "", providers.PageTooLarge, ""},
		"internal error":    {500, body("E0000053"), "", providers.Transient, ""},
		"outage, no JSON":   {503, "<html>", "", providers.Transient, ""},
		"login page":        {200, "<html>", "", providers.Transient, "not JSON"},
		"an object instead": {200, `{"a":1}`, "", providers.Transient, "a list was expected"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Cursor: tt.cursor, PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}

func TestServiceApp(t *testing.T) {
	c := newConfig()
	c.Domain, c.ClientID, c.PrivateKey, c.KeyID = "acme.okta.com", "0oaApp", "-----BEGIN PRIVATE KEY-----", "kid-1"
	source := providertest.Open(t, c, providers.Options{})
	auth, ok := source.Auth.(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "/oauth2/v1/token", auth.URL)
	assert.Equal(t, "client_assertion", auth.AssertionParam)
	assert.Equal(t, "0oaApp", auth.Assertion.Issuer)
	assert.Equal(t, "0oaApp", auth.Assertion.Subject)
	assert.True(t, auth.Assertion.AudienceIsURL && auth.Assertion.ID)
	assert.LessOrEqual(t, auth.Assertion.Lifetime, time.Hour)
	assert.NotContains(t, strings.Join([]string{source.Tenant, source.Endpoint}, " "), "PRIVATE")
}

func BenchmarkDecode(b *testing.B) {
	_, stream := open(b, providers.Options{})
	page, err := stream.Fetch(b.Context(), providertest.Body(benchPage, http.Header{}), providers.Query{PageSize: 10})
	require.NoError(b, err)
	b.ReportAllocs()
	b.SetBytes(int64(len(page.Events[0].Raw)))
	for b.Loop() {
		_, _ = stream.Decode(page.Events[0])
	}
}

const benchPage = `[{"actor":{"id":"00u1","type":"User","alternateId":"mia.berg@example.com","displayName":"Mia Berg","detailEntry":null},"client":{"userAgent":{"rawUserAgent":"Mozilla/5.0 (X11; Linux x86_64)","os":"Linux","browser":"FIREFOX"},"zone":"null","device":"Computer","id":null,"ipAddress":"198.51.100.14","geographicalContext":{"city":"Bergen","country":"Norway"}},"authenticationContext":{"credentialType":"PASSWORD","externalSessionId":"102kR5w","authenticationStep":0},"displayMessage":"User login to Okta","eventType":"user.session.start","outcome":{"result":"SUCCESS","reason":null},"published":"2026-03-02T07:15:30.250Z","severity":"INFO","debugContext":{"debugData":{"requestUri":"/idp/idx/identify"}},"uuid":"0f0b9a10-1607-11f1-9c1e-5f6a0e6d1a01","version":"0","request":{"ipChain":[{"ip":"198.51.100.14"}]},"target":null}]`
