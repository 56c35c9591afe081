package figma

import (
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
	return source, providertest.Stream(t, source, "activity_logs")
}

func TestGolden(t *testing.T) {
	_, stream := open(t, providers.Options{})
	providertest.Golden(t, stream, "testdata/activity_logs")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, providers.Options{})
	providertest.Fuzz(f, stream, `{"id":1,"timestamp":1e3,"actor":{"id":"1"},"action":{"type":"user_sign_in"},"context":{"is_figma_support_team_action":true}}`)
}

func TestAction(t *testing.T) {
	for event, want := range map[string]providers.Action{
		"user_sign_in":                         providers.Login,
		"user_login":                           providers.Login,
		"user_idle_session_timeout":            providers.Logout,
		"idp_user_create":                      providers.UserCreated,
		"org_invite_create":                    providers.UserInvited,
		"org_user_permission_change":           providers.UserUpdated,
		"roster_exported":                      providers.Exported,
		"repo_branch_create":                   providers.Create,
		"branch_delete":                        providers.Destroy,
		"folder_move":                          providers.Updated,
		"project_move":                         providers.Updated,
		"team_rename":                          providers.Updated,
		"workspace_member_add":                 providers.Updated,
		"org_saml_setting_update":              providers.Updated,
		"fig_file_view":                        "fig_file_view",
		"fig_file_view_prototype_external":     "fig_file_view_prototype_external",
		"org_user_create_external":             "org_user_create_external",
		"org_join_request_access_change":       "org_join_request_access_change",
		"plugin_approvelist_request_enable":    "plugin_approvelist_request_enable",
		"fig_file_transfer_permission_change":  "fig_file_transfer_permission_change",
		"org_user_account_type_upgrade_enable": "org_user_account_type_upgrade_enable",
		"team_export":                          "team_export",
		"":                                     "",
	} {
		assert.Equal(t, want, action(event), event)
	}
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		config Config
		want   string
	}{
		"OAuth app":                {Config{ClientID: "i", ClientSecret: "s", RefreshToken: "r"}, ""},
		"OAuth app, first token":   {Config{ClientID: "i", ClientSecret: "s", RefreshToken: "r", AccessToken: "a"}, ""},
		"access token":             {Config{AccessToken: "a"}, ""},
		"plan token":               {Config{APIToken: "p"}, ""},
		"none":                     {Config{}, "no credential is set"},
		"two":                      {Config{AccessToken: "a", APIToken: "p"}, "several credentials"},
		"app and plan token":       {Config{ClientID: "i", ClientSecret: "s", RefreshToken: "r", APIToken: "p"}, "several credentials"},
		"half an app":              {Config{ClientID: "i", RefreshToken: "r"}, "client_secret: is required for OAuth app"},
		"settle is no time travel": {Config{AccessToken: "a", Settle: -time.Second}, "settle: -1s is outside"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tt.config.Open(providers.Options{})
			if tt.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tt.want)
			}
		})
	}
}

func TestAuth(t *testing.T) {
	assert.Equal(t, providers.HeaderAuth{Name: "X-Figma-Token", Value: "p"}, (&Config{APIToken: "p"}).auth())
	assert.Equal(t, providers.Bearer("a"), (&Config{AccessToken: "a"}).auth())
	auth, ok := (&Config{ClientID: "i", ClientSecret: "s", RefreshToken: "r", AccessToken: "a"}).auth().(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "/v1/oauth/refresh", auth.URL)
	assert.Equal(t, providers.Secret("a"), auth.Initial)
	assert.False(t, auth.Rotates)
}

func TestSettleIsTheLag(t *testing.T) {
	source, err := (&Config{AccessToken: "a", Settle: time.Minute}).Open(providers.Options{})
	require.NoError(t, err)
	assert.Equal(t, time.Minute, source.Streams[0].Lag)
}

func TestPaging(t *testing.T) {
	one := `[{"id":"1"}]`
	for name, tt := range map[string]struct {
		body, next string
		more       bool
	}{
		"next page":               {`{"meta":{"activity_logs":` + one + `,"cursor":"c2","next_page":true}}`, "c2", true},
		"last page with a cursor": {`{"meta":{"activity_logs":` + one + `,"cursor":"c2","next_page":false}}`, "", false},
		"next_page is missing":    {`{"meta":{"activity_logs":` + one + `,"cursor":"c2"}}`, "", false},
		"empty page":              {`{"meta":{"activity_logs":[],"cursor":"c2","next_page":true}}`, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{Cursor: "c1", PageSize: 10})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.more, page.More)
		})
	}
}

func TestRequest(t *testing.T) {
	for name, tt := range map[string]struct {
		actions []string
		events  []string
		want    string
	}{
		"plain":            {nil, nil, "start_time=1772700000&end_time=1772703600&order=asc&limit=1000&x=y&cursor=a%2Fb%3D"},
		"a closed action":  {[]string{"logout"}, nil, "start_time=1772700000&end_time=1772703600&order=asc&limit=1000&events=user_sign_out%2Cuser_logout%2Cuser_idle_session_timeout&x=y&cursor=a%2Fb%3D"},
		"an open action":   {[]string{"logout", "updated"}, nil, "start_time=1772700000&end_time=1772703600&order=asc&limit=1000&x=y&cursor=a%2Fb%3D"},
		"no such event":    {[]string{"login_failed"}, nil, "start_time=1772700000&end_time=1772703600&order=asc&limit=1000&x=y&cursor=a%2Fb%3D"},
		"configured types": {[]string{"logout"}, []string{"team_create"}, "start_time=1772700000&end_time=1772703600&order=asc&limit=1000&events=team_create&x=y&cursor=a%2Fb%3D"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &Config{AccessToken: "a", Events: tt.events}
			source := providertest.Open(t, c, providers.Options{Filter: providers.Filter{Actions: tt.actions}, RemoteQuery: map[string]string{"x": "y"}})
			client := providertest.Body(`{"meta":{"activity_logs":[]}}`, nil)
			_, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{
				Since: time.Unix(1772700000, 0), Until: time.Unix(1772703600, 0), Cursor: "a/b=", PageSize: 1000,
			})
			require.NoError(t, err)
			assert.Equal(t, tt.want, client.Requests()[0].Query.Encode())
		})
	}
}

func TestErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		status       int
		body, cursor string
		want         providers.Class
		text         string
	}{
		"an unknown event":   {400, `{"error":true,"status":400,"message":"bad events"}`, "", providers.Denied, "set events"},
		"parameter":          {400, `{"error":true,"status":400,"message":"bad start_time"}`, "", providers.Denied, "bad start_time"},
		"cursor":             {400, `{"error":true,"status":400,"message":"bad cursor"}`, "c", providers.CursorLost, "bad cursor"},
		"token or role":      {401, `{"error":true,"status":401,"message":"Unauthorized"}`, "", providers.Unauthorized, "organization admin"},
		"expired token":      {403, `{"status":403,"err":"Invalid token"}`, "", providers.Unauthorized, "Invalid token"},
		"plan":               {403, `{"error":true,"status":403,"message":"Limited by Figma plan"}`, "", providers.Unauthorized, "Enterprise plan"},
		"rate limit":         {429, `{"error":true,"status":429,"message":"Rate limit exceeded"}`, "", providers.Throttled, ""},
		"outage":             {502, ``, "", providers.Transient, ""},
		"error with 200":     {200, `{"status":500,"error":true,"message":"oops"}`, "", providers.Transient, "oops"},
		"expired with 200":   {200, `{"status":403,"err":"Token expired"}`, "", providers.Unauthorized, "Token expired"},
		"throttled with 200": {200, `{"status":429,"error":true,"message":"slow down"}`, "", providers.Throttled, "slow down"},
		"login page":         {200, `<html>`, "", providers.Transient, "not JSON"},
		"the wrong shape":    {200, `{"activity_logs":[],"cursor":null}`, "", providers.Transient, "meta.activity_logs is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, providers.Options{Filter: providers.Filter{Actions: []string{"login"}}})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Cursor: tt.cursor, PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}
