package box

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func open(t testing.TB, kind string, o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	c := newConfig()
	c.ClientID, c.ClientSecret, c.EnterpriseID, c.StreamType = "i", "s", "100200300", kind
	source := providertest.Open(t, c, o)
	return source, providertest.Stream(t, source, kind)
}

func TestGolden(t *testing.T) {
	for _, kind := range []string{streaming, history} {
		_, stream := open(t, kind, providers.Options{})
		providertest.Golden(t, stream, "testdata/admin_logs")
	}
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, streaming, providers.Options{})
	providertest.Fuzz(f, stream, `{"event_id":1,"event_type":"GROUP_X","created_by":{"id":2},"additional_details":"{\"group_id\":1}"}`)
}

func TestAction(t *testing.T) {
	for event, want := range map[string]providers.Action{
		"LOGIN": providers.Login, "ADMIN_LOGIN": providers.Login, "FAILED_LOGIN": providers.LoginFailed,
		"NEW_USER": providers.UserCreated, "MASTER_INVITE_ACCEPT": providers.UserJoined, "DELETE_USER": providers.UserDeleted,
		"CHANGE_ADMIN_ROLE": providers.UserUpdated, "FILE_WATERMARKED_DOWNLOAD": providers.Exported, "UPLOAD": providers.Create,
		"DATA_RETENTION_REMOVE_RETENTION": providers.Destroy, "COLLABORATION_INVITE": providers.Updated,
		"PREVIEW": "PREVIEW", "SHIELD_ALERT": "SHIELD_ALERT", "": "",
	} {
		assert.Equal(t, want, action(event), event)
	}
	for want, types := range actions {
		for _, eventType := range types {
			assert.Equal(t, want, action(eventType), eventType)
		}
	}
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*Config)
		opts providers.Options
		want string
	}{
		"client credentials": {func(c *Config) { c.ClientID, c.ClientSecret, c.EnterpriseID = "i", "s", "1" }, providers.Options{}, ""},
		"as a user":          {func(c *Config) { c.ClientID, c.ClientSecret, c.UserID = "i", "s", "1" }, providers.Options{}, ""},
		"JWT from a file":    {func(c *Config) { c.AuthType, c.JWTConfigFile = "jwt", "testdata/jwt/config.json" }, providers.Options{}, ""},
		"JWT from fields": {func(c *Config) {
			c.AuthType, c.ClientID, c.ClientSecret, c.EnterpriseID, c.PrivateKey, c.PublicKeyID = "jwt", "i", "s", "1", "k", "kid"
		}, providers.Options{}, ""},
		"developer token":        {func(c *Config) { c.AuthType, c.AccessToken = "access_token", "t" }, providers.Options{}, ""},
		"auth extension":         {func(*Config) {}, providers.Options{ExternalAuth: true}, ""},
		"nothing":                {func(*Config) {}, providers.Options{}, "client_id: is required for auth_type client_credentials"},
		"no subject":             {func(c *Config) { c.ClientID, c.ClientSecret = "i", "s" }, providers.Options{}, "enterprise_id: is required (or user_id)"},
		"two subjects":           {func(c *Config) { c.ClientID, c.ClientSecret, c.EnterpriseID, c.UserID = "i", "s", "1", "2" }, providers.Options{}, "user_id: stands beside enterprise_id"},
		"unknown kind":           {func(c *Config) { c.AuthType = "oauth" }, providers.Options{}, `auth_type: "oauth" is not valid; use one of client_credentials, jwt, access_token`},
		"token without its kind": {func(c *Config) { c.ClientID, c.ClientSecret, c.EnterpriseID, c.AccessToken = "i", "s", "1", "t" }, providers.Options{}, "access_token: stands beside auth_type"},
		"kind without token":     {func(c *Config) { c.AuthType = "access_token" }, providers.Options{}, "access_token: is required"},
		"key without its kind":   {func(c *Config) { c.ClientID, c.ClientSecret, c.EnterpriseID, c.PrivateKey = "i", "s", "1", "k" }, providers.Options{}, "auth_type: must be jwt"},
		"JWT without a key":      {func(c *Config) { c.AuthType, c.ClientID, c.ClientSecret, c.EnterpriseID = "jwt", "i", "s", "1" }, providers.Options{}, "private_key: is required for auth_type jwt (or jwt_config"},
		"no such file":           {func(c *Config) { c.AuthType, c.JWTConfigFile = "jwt", "testdata/none.json" }, providers.Options{}, "jwt_config_file: cannot be read"},
		"another file":           {func(c *Config) { c.AuthType, c.JWTConfig = "jwt", "{}" }, providers.Options{}, "jwt_config: is not the config.json"},
		"file and text":          {func(c *Config) { c.AuthType, c.JWTConfig, c.JWTConfigFile = "jwt", "{}", "x" }, providers.Options{}, "stands beside jwt_config"},
		"stream":                 {func(c *Config) { c.ClientID, c.ClientSecret, c.EnterpriseID, c.StreamType = "i", "s", "1", "all" }, providers.Options{}, `stream_type: "all" is not valid`},
		"overlap":                {func(c *Config) { c.ClientID, c.ClientSecret, c.EnterpriseID = "i", "s", "1" }, providers.Options{Overlap: time.Hour}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			tt.set(c)
			_, err := c.Open(tt.opts)
			if tt.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tt.want)
				assert.NotContains(t, err.Error(), "file-secret")
			}
		})
	}
}

func TestJWT(t *testing.T) {
	c := newConfig()
	c.AuthType, c.JWTConfigFile = "jwt", "testdata/jwt/config.json"
	source := providertest.Open(t, c, providers.Options{Endpoint: "http://127.0.0.1:9"})
	auth, ok := source.Auth.(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "424242", source.Tenant)
	assert.Equal(t, "/oauth2/token", auth.URL)
	assert.Equal(t, "assertion", auth.AssertionParam)
	assert.Equal(t, realTokenURL, auth.Assertion.Audience, "the audience stays the real one when the endpoint is another")
	assert.Equal(t, "424242", auth.Assertion.Subject)
	assert.Equal(t, map[string]string{"box_sub_type": "enterprise"}, auth.Assertion.Claims)
	assert.Equal(t, providers.Secret("example-pass"), auth.Assertion.Passphrase)
	assert.LessOrEqual(t, auth.Assertion.Lifetime, time.Minute)
	c.TokenURL = "https://token.example.com"
	auth, _ = providertest.Open(t, c, providers.Options{}).Auth.(providers.TokenAuth)
	assert.Equal(t, "https://token.example.com", auth.Assertion.Audience)
}

func TestStreamingPositions(t *testing.T) {
	now := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		cursor   string
		since    time.Time
		body     string
		position string
		next     string
		more     bool
	}{
		"from the oldest":                {"", now.Add(-time.Hour), `{"entries":[{}],"next_stream_position":"5"}`, "0", "5", true},
		"from now":                       {"", now, `{"entries":[],"next_stream_position":"5"}`, "now", "5", false},
		"a number beyond 2^53":           {"1152923302671905417", now, `{"entries":[{}],"next_stream_position":1152923302671905419}`, "1152923302671905417", "1152923302671905419", true},
		"a short chunk goes on":          {"5", now, `{"entries":[{}],"next_stream_position":"6"}`, "5", "6", true},
		"an empty chunk is the end":      {"5", now, `{"entries":[],"next_stream_position":"5"}`, "5", "5", false},
		"zero never replaces a real one": {"5", now, `{"entries":[],"next_stream_position":0}`, "5", "5", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, streaming, providers.Options{})
			client := providertest.Body(tt.body, nil)
			page, err := stream.Fetch(t.Context(), client, providers.Query{Cursor: tt.cursor, Since: tt.since, Now: now, PageSize: 500})
			require.NoError(t, err)
			assert.Equal(t, "stream_type=admin_logs_streaming&limit=500&stream_position="+tt.position, client.Requests()[0].Query.Encode())
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.more, page.More)
		})
	}
}

func TestHistoryPaging(t *testing.T) {
	const window = "stream_type=admin_logs&limit=500&created_after=2026-03-10T00%3A00%3A00Z&created_before=2026-03-10T01%3A00%3A00Z"
	for name, tt := range map[string]struct {
		cursor, body, next, query string
	}{
		"first":                 {"", `{"entries":[{}],"next_stream_position":"7"}`, "7", window},
		"more, the same bounds": {"7", `{"entries":[{}],"next_stream_position":8}`, "8", window + "&stream_position=7"},
		"an empty one ends":     {"8", `{"entries":[],"next_stream_position":0}`, "", window + "&stream_position=8"},
		"position repeated":     {"8", `{"entries":[],"next_stream_position":"8"}`, "", window + "&stream_position=8"},
		"nothing at all":        {"", `{"entries":[],"next_stream_position":"0"}`, "", window},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, history, providers.Options{})
			client := providertest.Body(tt.body, nil)
			since := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
			page, err := stream.Fetch(t.Context(), client, providers.Query{Cursor: tt.cursor, Since: since, Until: since.Add(time.Hour), PageSize: 500})
			require.NoError(t, err)
			assert.Equal(t, tt.query, client.Requests()[0].Query.Encode())
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.next != "", page.More)
		})
	}
}

func TestPushedTypes(t *testing.T) {
	for name, tt := range map[string]struct {
		actions []string
		own     []string
		want    string
	}{
		"sign-ins":            {[]string{"login", "login_failed"}, nil, "LOGIN,ADMIN_LOGIN,FAILED_LOGIN"},
		"users":               {[]string{"user_created", "DELETE_USER"}, nil, "NEW_USER,DELETE_USER"},
		"undocumented values": {[]string{"create"}, nil, ""},
		"some undocumented":   {[]string{"login", "exported"}, nil, ""},
		"some raw":            {[]string{"login", "ITEM_OPEN"}, nil, ""},
		"a raw one":           {[]string{"ITEM_OPEN"}, nil, ""},
		"configured":          {[]string{"login"}, []string{"UPLOAD", "DOWNLOAD"}, "UPLOAD,DOWNLOAD"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			c.ClientID, c.ClientSecret, c.EnterpriseID, c.EventTypes = "i", "s", "1", tt.own
			source := providertest.Open(t, c, providers.Options{Filter: providers.Filter{Actions: tt.actions}})
			client := providertest.Body(`{"entries":[],"next_stream_position":"1"}`, nil)
			_, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{Cursor: "1", PageSize: 1})
			require.NoError(t, err)
			var got string
			for _, kv := range client.Requests()[0].Query {
				if kv.Key == "event_type" {
					got = kv.Value
				}
			}
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.want, source.Streams[0].Fingerprint)
		})
	}
}

// The position now is none of the history's: https://github.com/box/box-java-sdk/issues/134
func TestHistoryNeverStartsFromNow(t *testing.T) {
	_, stream := open(t, history, providers.Options{})
	client := providertest.Body(`{"entries":[],"next_stream_position":0}`, nil)
	now := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	_, err := stream.Fetch(t.Context(), client, providers.Query{Since: now, Until: now, Now: now, PageSize: 500})
	require.NoError(t, err)
	assert.NotContains(t, client.Requests()[0].Query.Encode(), "stream_position")
}

func TestLostPositions(t *testing.T) {
	for _, kind := range []string{streaming, history} {
		source, stream := open(t, kind, providers.Options{})
		refused := providertest.Refuse(source, 400, nil, `{"code":"bad_request","message":"Invalid stream position"}`)
		_, err := stream.Fetch(t.Context(), refused, providers.Query{Cursor: "5", PageSize: 10})
		assert.Equal(t, providers.CursorLost, providers.ClassOf(err), kind)
		_, err = stream.Fetch(t.Context(), refused, providers.Query{PageSize: 10})
		assert.Equal(t, providers.Denied, providers.ClassOf(err), "%s: no position was sent", kind)
	}
}

func TestErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		status       int
		body, cursor string
		want         providers.Class
		text         string
	}{
		"token":             {401, ``, "", providers.Unauthorized, "expired"},
		"token with a body": {401, `{"type":"error","status":401,"code":"unauthorized","message":"Unauthorized"}`, "", providers.Unauthorized, "unauthorized"},
		"scope":             {403, `{"code":"insufficient_scope","message":"x"}`, "", providers.Denied, "Manage enterprise properties"},
		"no admin":          {403, `{"code":"access_denied_insufficient_permissions"}`, "", providers.Denied, "access_denied_insufficient_permissions"},
		"position":          {400, `{"code":"bad_request","message":"Invalid stream position"}`, "5", providers.CursorLost, "Invalid stream position"},
		"parameter":         {400, `{"code":"bad_request","message":"x"}`, "", providers.Denied, "bad_request"},
		"rate limit":        {429, `{"code":"rate_limit_exceeded"}`, "", providers.Throttled, ""},
		"its other name":    {429, `{"code":"too_many_requests"}`, "", providers.Throttled, ""},
		"internal":          {500, `{"code":"internal_server_error"}`, "", providers.Transient, ""},
		"unavailable":       {503, `{"code":"unavailable"}`, "", providers.Transient, ""},
		"outage":            {502, ``, "", providers.Transient, ""},
		"login page":        {200, `<html>`, "", providers.Transient, "not JSON"},
		"another answer":    {200, `{"items":[]}`, "", providers.Transient, "entries is missing"},
		"no position":       {200, `{"entries":[]}`, "", providers.Transient, "next_stream_position is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, streaming, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Cursor: tt.cursor, PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}
