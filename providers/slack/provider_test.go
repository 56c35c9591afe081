package slack

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

var streams = []string{"audit_logs", "access_logs", "integration_logs"}

func open(t testing.TB, c *Config, o providers.Options) *providers.Source {
	t.Helper()
	if c.Token == "" {
		c.Token = "xoxp-example"
	}
	return providertest.Open(t, c, o)
}

func stream(t testing.TB, name string) providers.Stream {
	t.Helper()
	return providertest.Stream(t, open(t, &Config{}, providers.Options{}), name)
}

func TestGolden(t *testing.T) {
	for _, name := range streams {
		t.Run(name, func(t *testing.T) { providertest.Golden(t, stream(t, name), "testdata/"+name) })
	}
}

func FuzzDecodeAudit(f *testing.F) {
	providertest.Fuzz(f, stream(f, "audit_logs"), `{"id":1,"action":"user_login","date_create":"1","actor":{"user":[]},"entity":{"type":"message","message":{"channel":1,"timestamp":2}},"context":{"location":3}}`)
}

func FuzzDecodeAccess(f *testing.F) {
	providertest.Fuzz(f, stream(f, "access_logs"), `{"user_id":1,"date_last":1,"ip":"::1"}`)
}

func FuzzDecodeIntegration(f *testing.F) {
	providertest.Fuzz(f, stream(f, "integration_logs"), `{"user_id":0,"date":"1","change_type":"added","app_id":{}}`)
}

func TestAction(t *testing.T) {
	for name, want := range map[string]providers.Action{
		"user_login":                      providers.Login,
		"cli_login":                       providers.Login,
		"user_login_failed":               providers.LoginFailed,
		"user_logout_compromised":         providers.Logout,
		"guest_created":                   providers.UserCreated,
		"user_joined_workspace":           providers.UserJoined,
		"guest_expired":                   providers.UserDeactivated,
		"user_profile_deleted":            providers.UserUpdated,
		"user_passkey_created":            providers.UserUpdated,
		"manual_export_started":           providers.Exported,
		"scheduled_export_downloaded":     providers.Exported,
		"manual_user_export_completed":    providers.Exported,
		"corporate_export_approved":       "corporate_export_approved",
		"workflow_responses_csv_download": providers.Exported,
		"public_channel_created":          providers.Create,
		"emoji_added":                     providers.Create,
		"pref.block_download":             providers.Updated,
		"pref.two_factor_auth_deleted":    providers.Updated,
		"usergroup_updated":               providers.Updated,
		"channel_renamed":                 providers.Updated,
		"list_edited":                     providers.Updated,
		"user_session_settings_changed":   providers.UserUpdated,
		"private_channel_deleted":         providers.Destroy,
		"app_uninstalled":                 providers.Destroy,
		"anomaly":                         "anomaly",
		"user_channel_join":               "user_channel_join",
		"huddle_started":                  "huddle_started",
		"":                                "",
	} {
		assert.Equal(t, want, action(name), name)
	}
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		config Config
		want   string
	}{
		"user token":         {Config{Token: "xoxp-1"}, ""},
		"everything":         {Config{Token: "xoxp-1", TeamID: "T1", Actions: []string{"user_login"}, Actor: "W1", Entity: "C1", WebEndpoint: "https://slack-gov.com/"}, ""},
		"no token":           {Config{}, "token: no credential is set"},
		"rotating token":     {Config{Token: "xoxe.xoxp-1"}, "token: is one that rotates"},
		"bot token":          {Config{Token: "xoxb-1"}, "token: is a bot token"},
		"web endpoint":       {Config{Token: "xoxp-1", WebEndpoint: "slack.com"}, "web_endpoint: must be an http(s) URL"},
		"web endpoint query": {Config{Token: "xoxp-1", WebEndpoint: "https://slack.com?a=b"}, "web_endpoint: must be an http(s) URL"},
		"an empty action":    {Config{Token: "xoxp-1", Actions: []string{"user_login", ""}}, "actions: has an empty name"},
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

func TestSource(t *testing.T) {
	for name, tt := range map[string]struct {
		config   Config
		endpoint string
		api, web string
		tenant   string
	}{
		"defaults":     {Config{}, "", "https://api.slack.com", "https://slack.com", "slack"},
		"a workspace":  {Config{TeamID: "T1"}, "", "https://api.slack.com", "https://slack.com", "T1"},
		"one override": {Config{}, "http://127.0.0.1:9", "http://127.0.0.1:9", "http://127.0.0.1:9", "slack"},
		"both":         {Config{WebEndpoint: "https://slack-gov.com/"}, "https://api.slack-gov.com", "https://api.slack-gov.com", "https://slack-gov.com", "slack"},
	} {
		t.Run(name, func(t *testing.T) {
			source := open(t, &tt.config, providers.Options{Endpoint: tt.endpoint})
			assert.Equal(t, tt.api, source.Endpoint)
			assert.Equal(t, []string{tt.web}, source.LinkOrigins)
			assert.Equal(t, tt.tenant, source.Tenant)
			client := providertest.Body(`{"ok":true,"logins":[]}`, nil)
			_, err := providertest.Stream(t, source, "access_logs").Fetch(t.Context(), client, providers.Query{PageSize: 1})
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(client.Requests()[0].Link, tt.web+"/api/team.accessLogs?"), client.Requests()[0].Link)
		})
	}
}

func TestTwoOrganizationsAreTwoAccounts(t *testing.T) {
	one, other := open(t, &Config{Token: "xoxp-1"}, providers.Options{}), open(t, &Config{Token: "xoxp-2"}, providers.Options{})
	assert.NotEqual(t, one.Account, other.Account)
	assert.Equal(t, one.Account, open(t, &Config{Token: "xoxp-1"}, providers.Options{}).Account)
	assert.NotContains(t, one.Account, "xoxp")
	assert.Equal(t, "T1", open(t, &Config{TeamID: "T1"}, providers.Options{}).Account)
}

func TestOnlyAuditLogsAreReadByDefault(t *testing.T) {
	for _, name := range streams {
		assert.Equal(t, name == "audit_logs", stream(t, name).Default, name)
	}
}

func TestEveryStreamHasItsBudget(t *testing.T) {
	source := open(t, &Config{}, providers.Options{})
	classes := map[string]int{}
	for _, b := range source.Budgets {
		classes[b.Class] = b.Requests
	}
	assert.Equal(t, 50, classes[providertest.Stream(t, source, "audit_logs").Class])
	assert.Equal(t, 20, classes[providertest.Stream(t, source, "access_logs").Class])
	assert.Equal(t, 20, classes[providertest.Stream(t, source, "integration_logs").Class])
}

func TestAuditRequest(t *testing.T) {
	for name, tt := range map[string]struct {
		config Config
		filter providers.Filter
		cursor string
		want   string
	}{
		"plain":                   {Config{}, providers.Filter{}, "", "oldest=1772434800&latest=1772438400&limit=500&x=y"},
		"a further page":          {Config{}, providers.Filter{}, "a+b=", "oldest=1772434800&latest=1772438400&limit=500&x=y&cursor=a%2Bb%3D"},
		"configured":              {Config{Actions: []string{"user_login"}, Actor: "W1", Entity: "C1"}, providers.Filter{Actions: []string{"anomaly"}, ActorIDs: []string{"W2"}, Entities: []string{"C2"}}, "", "oldest=1772434800&latest=1772438400&limit=500&action=user_login&actor=W1&entity=C1&x=y"},
		"several actions":         {Config{Actions: []string{"user_login", "anomaly"}}, providers.Filter{}, "", "oldest=1772434800&latest=1772438400&limit=500&x=y"},
		"filters":                 {Config{}, providers.Filter{Actions: []string{"anomaly"}, ActorIDs: []string{"W2"}, Entities: []string{"C2"}}, "", "oldest=1772434800&latest=1772438400&limit=500&action=anomaly&actor=W2&entity=C2&x=y"},
		"an action of one name":   {Config{}, providers.Filter{Actions: []string{"login_failed"}}, "", "oldest=1772434800&latest=1772438400&limit=500&action=user_login_failed&x=y"},
		"an action of many":       {Config{}, providers.Filter{Actions: []string{"login"}}, "", "oldest=1772434800&latest=1772438400&limit=500&x=y"},
		"an action of any ending": {Config{}, providers.Filter{Actions: []string{"destroy"}}, "", "oldest=1772434800&latest=1772438400&limit=500&x=y"},
		"several values":          {Config{}, providers.Filter{ActorIDs: []string{"W1", "W2"}, Entities: []string{"a", "b"}}, "", "oldest=1772434800&latest=1772438400&limit=500&x=y"},
		"a message":               {Config{}, providers.Filter{Entities: []string{"C1:1.2"}}, "", "oldest=1772434800&latest=1772438400&limit=500&x=y"},
	} {
		t.Run(name, func(t *testing.T) {
			source := open(t, &tt.config, providers.Options{Filter: tt.filter, RemoteQuery: map[string]string{"x": "y"}})
			client := providertest.Body(`{"entries":[]}`, nil)
			_, err := providertest.Stream(t, source, "audit_logs").Fetch(t.Context(), client, providers.Query{
				Since: time.Unix(1772434800, 0), Until: time.Unix(1772438400, 0), Cursor: tt.cursor, PageSize: 500,
			})
			require.NoError(t, err)
			assert.Equal(t, "/audit/v1/logs", client.Requests()[0].Path)
			assert.Equal(t, tt.want, client.Requests()[0].Query.Encode())
		})
	}
}

func TestAuditPaging(t *testing.T) {
	for name, tt := range map[string]struct{ body, next string }{
		"cursor":             {`{"entries":[{"id":"1"}],"response_metadata":{"next_cursor":"c2"}}`, "c2"},
		"empty page goes on": {`{"entries":[],"response_metadata":{"next_cursor":"c2"}}`, "c2"},
		"empty cursor":       {`{"entries":[{"id":"1"}],"response_metadata":{"next_cursor":""}}`, ""},
		"null cursor":        {`{"ok":true,"entries":[{"id":"1"}],"response_metadata":{"next_cursor":null}}`, ""},
		"no metadata":        {`{"entries":[{"id":"1"}]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := stream(t, "audit_logs").Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{PageSize: 10})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.next != "", page.More)
		})
	}
}

func TestOtherActionsAreLeftOutAndCounted(t *testing.T) {
	source := open(t, &Config{Actions: []string{"user_login", "user_logout"}}, providers.Options{})
	client := providertest.Body(`{"entries":[{"action":"user_login"},{"action":"anomaly"},{"action":7},{"action":"user_logout"},{"action":"file_shared"}]}`, nil)
	page, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{PageSize: 10})
	require.NoError(t, err)
	assert.Equal(t, []providers.Event{{Raw: `{"action":"user_login"}`}, {Raw: `{"action":7}`}, {Raw: `{"action":"user_logout"}`}}, page.Events)
	assert.Equal(t, 2, page.Filtered)
}

func TestErrors(t *testing.T) {
	coded := func(code string) string { return `{"ok":false,"error":"` + code + `"}` }
	for name, tt := range map[string]struct {
		stream       string
		status       int
		body, cursor string
		want         providers.Class
		text         string
	}{
		"no token":                {"audit_logs", 401, coded("missing_authentication"), "", providers.Unauthorized, "wrong, expired or revoked"},
		"bad token":               {"audit_logs", 401, coded("invalid_authentication"), "", providers.Unauthorized, ""},
		"not authed":              {"access_logs", 200, coded("not_authed"), "", providers.Unauthorized, ""},
		"bad token, web":          {"access_logs", 200, coded("invalid_auth"), "", providers.Unauthorized, "invalid_auth"},
		"revoked":                 {"access_logs", 200, coded("token_revoked"), "", providers.Unauthorized, ""},
		"expired":                 {"access_logs", 200, coded("token_expired"), "", providers.Unauthorized, ""},
		"account gone":            {"access_logs", 200, coded("account_inactive"), "", providers.Unauthorized, ""},
		"scope":                   {"access_logs", 200, `{"ok":false,"error":"missing_scope","needed":"admin","provided":"identify,users:read"}`, "", providers.Denied, "needs the scope admin, has identify,users:read"},
		"bot token":               {"access_logs", 200, coded("not_allowed_token_type"), "", providers.Denied, ""},
		"not the owner":           {"audit_logs", 403, coded("user_not_authorized"), "", providers.Denied, "owner's token"},
		"no Enterprise":           {"audit_logs", 400, coded("feature_not_enabled"), "", providers.Denied, "streams: [access_logs"},
		"on a workspace":          {"audit_logs", 403, coded("team_not_authorized"), "", providers.Denied, "installed on the organization"},
		"invalid workspace":       {"audit_logs", 400, coded("invalid_workspace"), "", providers.Denied, "Enterprise plan"},
		"free plan":               {"access_logs", 200, coded("paid_only"), "", providers.Denied, "paid workspace"},
		"Enterprise, web":         {"integration_logs", 200, coded("enterprise_is_restricted"), "", providers.Denied, ""},
		"cursor":                  {"audit_logs", 400, coded("invalid_arguments"), "c", providers.CursorLost, ""},
		"cursor, without a code":  {"audit_logs", 400, `Bad Request`, "c", providers.CursorLost, ""},
		"cursor, by its code":     {"access_logs", 200, coded("invalid_cursor"), "", providers.CursorLost, ""},
		"parameter":               {"audit_logs", 400, coded("invalid_arguments"), "", providers.Denied, "invalid_arguments"},
		"unknown error, web":      {"access_logs", 200, coded("unknown_method"), "", providers.Denied, "unknown_method"},
		"rate limit":              {"audit_logs", 429, coded("ratelimited"), "", providers.Throttled, ""},
		"rate limit with 200":     {"access_logs", 200, coded("ratelimited"), "", providers.Throttled, ""},
		"internal error with 200": {"access_logs", 200, coded("internal_error"), "", providers.Transient, ""},
		"fatal error":             {"access_logs", 500, coded("fatal_error"), "", providers.Transient, ""},
		"outage":                  {"audit_logs", 503, `<html>`, "", providers.Transient, ""},
		"login page":              {"audit_logs", 200, `<html>`, "", providers.Transient, "not JSON"},
		"another shape":           {"audit_logs", 200, `{"ok":true}`, "", providers.Transient, "entries is missing"},
		"another shape, web":      {"access_logs", 200, `{"ok":true,"logs":[]}`, "", providers.Transient, "logins is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source := open(t, &Config{}, providers.Options{})
			_, err := providertest.Stream(t, source, tt.stream).Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Cursor: tt.cursor, PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}
