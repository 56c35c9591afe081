package confluenceonprem

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

const endpoint = "https://wiki.example.com/confluence"

func open(t testing.TB, set func(*Config), o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	c := newConfig()
	c.Token = "example-token"
	if set != nil {
		set(c)
	}
	if o.Endpoint == "" {
		o.Endpoint = endpoint
	}
	source := providertest.Open(t, c, o)
	return source, providertest.Stream(t, source, "audit")
}

func old(c *Config) { c.API = legacy }

func TestExampleOpens(t *testing.T) {
	c, o := Provider().Example()
	source := providertest.Open(t, c, o)
	assert.Equal(t, endpoint, source.Endpoint)
	assert.Equal(t, "wiki.example.com/confluence", source.Tenant)
	assert.Equal(t, providers.Bearer("example-token"), source.Auth)
	assert.Empty(t, source.Warnings)
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		config Config
		opts   providers.Options
		want   string // part of the error; empty: opens
	}{
		"token":             {Config{API: auditing, Token: "t"}, providers.Options{Endpoint: endpoint}, ""},
		"basic":             {Config{API: legacy, Username: "u", Password: "p"}, providers.Options{Endpoint: endpoint}, ""},
		"basic by name":     {Config{API: auditing, AuthType: basic, Username: "u", Password: "p"}, providers.Options{Endpoint: endpoint}, ""},
		"service account":   {Config{API: auditing, AuthType: clientCredentials, ClientID: "i", ClientSecret: "s", OAuthScope: "ADMIN"}, providers.Options{Endpoint: endpoint}, ""},
		"auth extension":    {Config{API: auditing}, providers.Options{Endpoint: endpoint, ExternalAuth: true}, ""},
		"no endpoint":       {Config{API: auditing, Token: "t"}, providers.Options{}, "endpoint: is required as the base URL with its context path"},
		"path in endpoint":  {Config{API: auditing, Token: "t"}, providers.Options{Endpoint: endpoint + "/rest/api"}, "endpoint: leave out /rest"},
		"rest in endpoint":  {Config{API: auditing, Token: "t"}, providers.Options{Endpoint: endpoint + "/rest"}, "endpoint: leave out /rest"},
		"no credential":     {Config{API: auditing}, providers.Options{Endpoint: endpoint}, "username: is required for auth_type basic"},
		"half of basic":     {Config{API: auditing, Username: "u"}, providers.Options{Endpoint: endpoint}, "password: is required for auth_type basic"},
		"token and basic":   {Config{API: auditing, Token: "t", Username: "u", Password: "p"}, providers.Options{Endpoint: endpoint}, "username: does not belong to auth_type token"},
		"token missing":     {Config{API: auditing, AuthType: token}, providers.Options{Endpoint: endpoint}, "token: is required for auth_type token"},
		"secret missing":    {Config{API: auditing, AuthType: clientCredentials, ClientID: "i"}, providers.Options{Endpoint: endpoint}, "client_secret: is required"},
		"scope missing":     {Config{API: auditing, AuthType: clientCredentials, ClientID: "i", ClientSecret: "s"}, providers.Options{Endpoint: endpoint}, "oauth_scope: is required for auth_type oauth2_client_credentials"},
		"scope of nothing":  {Config{API: auditing, Token: "t", OAuthScope: "ADMIN"}, providers.Options{Endpoint: endpoint}, "oauth_scope: does not belong to auth_type token"},
		"unknown auth type": {Config{API: auditing, AuthType: "saml"}, providers.Options{Endpoint: endpoint}, `auth_type: "saml" is not valid; use one of token, basic, oauth2_client_credentials`},
		"unknown api":       {Config{API: "v2", Token: "t"}, providers.Options{Endpoint: endpoint}, `api: "v2" is not valid; use one of auditing, legacy`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tt.config.Open(tt.opts)
			if tt.want != "" {
				assert.ErrorContains(t, err, tt.want)
				return
			}
			require.NoError(t, err)
		})
	}
}

func TestAuth(t *testing.T) {
	c := Config{Username: "u", Password: "p"}
	assert.Equal(t, providers.BasicAuth{Username: "u", Password: "p"}, c.auth())
	c = Config{ClientID: "i", ClientSecret: "s", OAuthScope: "ADMIN"}
	auth, ok := c.auth().(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "/rest/oauth2/latest/token", auth.URL, "below the endpoint")
	assert.Equal(t, providers.Params{{Key: "grant_type", Value: "client_credentials"}, {Key: "client_id", Value: "i"}, {Key: "scope", Value: "ADMIN"}}, auth.Form)
	assert.Equal(t, []providers.SecretParam{{Key: "client_secret", Value: "s"}}, auth.Secrets)
	assert.False(t, auth.Rotates)
	c = Config{ClientID: "i", ClientSecret: "s", OAuthScope: "ADMIN", TokenURL: "https://login.example.com/token"}
	auth, ok = c.auth().(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "https://login.example.com/token", auth.URL)
	assert.Nil(t, (&Config{}).auth())
}

func TestTenant(t *testing.T) {
	for in, want := range map[string]string{
		"https://Wiki.example.com":             "wiki.example.com",
		"https://wiki.example.com:8443":        "wiki.example.com:8443",
		"http://intra.example.com/confluence":  "intra.example.com/confluence",
		"https://intra.example.com/Confluence": "intra.example.com/Confluence",
	} {
		assert.Equal(t, want, tenant(in))
	}
}

func TestGolden(t *testing.T) {
	_, stream := open(t, nil, providers.Options{})
	providertest.Golden(t, stream, "testdata/auditing")
	_, stream = open(t, old, providers.Options{})
	providertest.Golden(t, stream, "testdata/legacy")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, nil, providers.Options{})
	providertest.Fuzz(f, stream, `{"timestamp":"2026-03-02T07:15:30.250Z","author":{"id":"-2","type":"user","name":"Anonymous"},"type":{"actionI18nKey":"audit.logging.summary.login.failed","action":"User login failed"},"affectedObjects":[{"type":"User","id":"1"},{"type":"Group","id":"g"}],"source":"198.51.100.7,10.0.0.1"}`)
}

func FuzzDecodeLegacy(f *testing.F) {
	_, stream := open(f, old, providers.Options{})
	providertest.Fuzz(f, stream, `{"author":{"displayName":"Mia","username":"mia","userKey":"k"},"creationDate":1772435730250,"summary":"Space exported","affectedObject":{"name":"Docs","objectType":"Space"}}`)
}

func TestTraits(t *testing.T) {
	source, stream := open(t, nil, providers.Options{})
	assert.Equal(t, providers.ByWindow, stream.Resume)
	assert.Equal(t, providers.NewestFirst, stream.Order)
	assert.Equal(t, 24*time.Hour, stream.MaxWindow)
	assert.Equal(t, 500, stream.PageSize)
	assert.Equal(t, 10000, stream.MaxPageSize)
	assert.Positive(t, stream.Edge, "nobody knows the bounds")
	assert.Equal(t, 10*time.Minute, stream.Lateness)
	require.Len(t, source.Budgets, 1)
	_, stream = open(t, old, providers.Options{})
	assert.Equal(t, 1000, stream.MaxPageSize)
}

func TestWarning(t *testing.T) {
	source, _ := open(t, func(c *Config) { c.API, c.SkipAuditSearches = legacy, true }, providers.Options{})
	require.Len(t, source.Warnings, 1)
	assert.Contains(t, source.Warnings[0], "skip_audit_searches has no effect")
}

func TestErrors(t *testing.T) {
	seraph := func(reason string) http.Header { return http.Header{"X-Seraph-Loginreason": {reason}} }
	for name, tt := range map[string]struct {
		set    func(*Config)
		status int
		header http.Header
		body   string
		want   providers.Class
		probe  time.Duration
		text   string
	}{
		"failed log-in":      {nil, 401, seraph("AUTHENTICATED_FAILED"), "<html>Unauthorized</html>", providers.Unauthorized, time.Hour, "AUTHENTICATED_FAILED"},
		"locked by CAPTCHA":  {nil, 401, seraph("AUTHENTICATION_DENIED"), "<html>", providers.Denied, 12 * time.Hour, "CAPTCHA"},
		"wrong token":        {nil, 401, nil, `{"message":"Client must be authenticated"}`, providers.Unauthorized, time.Hour, "Client must be authenticated"},
		"no administrator":   {nil, 403, nil, "<html>", providers.Denied, 0, "treated like a visitor"},
		"basic is off":       {nil, 403, nil, `{"status-code":403,"message":"Basic Authentication has been disabled on this instance."}`, providers.Denied, 0, "use a personal access token"},
		"redirect to SSO":    {nil, 302, nil, "", providers.Unauthorized, time.Hour, "single sign-on"},
		"login page":         {nil, 200, nil, "<!DOCTYPE html>", providers.Unauthorized, time.Hour, "single sign-on"},
		"old version":        {nil, 404, nil, "", providers.Denied, 0, "set api: legacy"},
		"wrong path, legacy": {old, 404, nil, "", providers.Denied, 0, "context path"},
		"rate limit":         {nil, 429, nil, "", providers.Throttled, 0, ""},
		"restart":            {nil, 503, nil, "<html>", providers.Transient, 0, ""},
		"bad request":        {nil, 400, nil, `{"message":"limit"}`, providers.Denied, 0, "limit"},
		"cut body":           {nil, 200, nil, `{"entities":[{`, providers.Transient, 0, "not JSON"},
		"another answer":     {nil, 200, nil, `{"results":[]}`, providers.Transient, 0, "entities is missing"},
		"legacy, another":    {old, 200, nil, `{"entities":[]}`, providers.Transient, 0, "results is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, tt.set, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, tt.header, tt.body), providers.Query{PageSize: 10})
			var e *providers.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, tt.want, e.Class)
			assert.Equal(t, tt.probe, e.Probe)
			assert.Contains(t, err.Error(), tt.text)
			assert.NotContains(t, err.Error(), "example-token")
		})
	}
}
