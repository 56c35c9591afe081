package dropboxbusiness

import (
	"net/http"
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
	return source, providertest.Stream(t, source, "team_events")
}

func TestGolden(t *testing.T) {
	_, stream := open(t, providers.Options{})
	providertest.Golden(t, stream, "testdata/team_events")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, providers.Options{})
	providertest.Fuzz(f, stream, `{"event_type":{".tag":"member_change_status"},"actor":{".tag":"user"},"assets":[{".tag":"x"}],"details":7}`)
}

func TestAction(t *testing.T) {
	for name, tt := range map[string]struct {
		event, category, before, after string
		want                           providers.Action
	}{
		"sign-in":                  {"login_success", "logins", "", "", providers.Login},
		"single sign-on failed":    {"sso_error", "logins", "", "", providers.LoginFailed},
		"session ended":            {"sign_in_as_session_end", "logins", "", "", providers.Logout},
		"invited":                  {"member_change_status", "members", "not_joined", "invited", providers.UserInvited},
		"joined":                   {"member_change_status", "members", "invited", "active", providers.UserJoined},
		"joined, no status before": {"member_change_status", "members", "", "active", providers.UserJoined},
		"recovered":                {"member_change_status", "members", "removed", "active", providers.UserCreated},
		"unsuspended":              {"member_change_status", "members", "suspended", "active", providers.UserUpdated},
		"suspended":                {"member_change_status", "members", "active", "suspended", providers.UserDeactivated},
		"moved":                    {"member_change_status", "members", "active", "moved_to_another_team", providers.UserDeleted},
		"unknown status":           {"member_change_status", "members", "active", "frozen", "member_change_status"},
		"two factors":              {"tfa_add_exception", "tfa", "", "", providers.UserUpdated},
		"report":                   {"outdated_link_view_create_report", "reports", "", "", providers.Exported},
		"report failed":            {"outdated_link_view_report_failed", "reports", "", "", "outdated_link_view_report_failed"},
		"pattern":                  {"shared_link_settings_add_password", "sharing", "", "", providers.Updated},
		"team profile":             {"team_profile_change_name", "team_profile", "", "", providers.Updated},
		"policy":                   {"anything_policy_changed", "team_policies", "", "", providers.Updated},
		"download":                 {"file_download", "file_operations", "", "", providers.Exported},
		"view":                     {"shared_content_view", "sharing", "", "", "shared_content_view"},
		"a name beside the spec":   {"app_link_member", "apps", "", "", "app_link_member"},
		"not in the spec":          {"file_view", "file_operations", "", "", "file_view"},
		"suggestion":               {"member_suggest", "members", "", "", "member_suggest"},
		"nothing":                  {"", "", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, action(tt.event, tt.category, tt.before, tt.after)) })
	}
}

func TestOutcome(t *testing.T) {
	for in, want := range map[string]providers.Outcome{
		"login_success": providers.Success, "login_fail": providers.Failure, "sso_error": providers.Failure,
		"emm_error": providers.Failure, "dropbox_passwords_import_failed": providers.Failure, "logout": "",
	} {
		assert.Equal(t, want, outcome(in), in)
	}
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		config Config
		want   string
	}{
		"refresh token": {Config{ClientID: "i", ClientSecret: "s", RefreshToken: "r"}, ""},
		"PKCE app":      {Config{ClientID: "i", RefreshToken: "r"}, ""},
		"access token":  {Config{AccessToken: "t", Category: "logins", AccountID: "dbid:1"}, ""},
		"none":          {Config{}, "no credential is set"},
		"both":          {Config{AccessToken: "t", ClientID: "i", RefreshToken: "r"}, "several credentials"},
		"half":          {Config{ClientID: "i", ClientSecret: "s"}, "refresh_token: is required"},
		"stray secret":  {Config{AccessToken: "t", ClientSecret: "s"}, "client_secret: belongs to a refresh token"},
		"category":      {Config{AccessToken: "t", Category: "login"}, `category: "login" is not valid`},
		"two filters":   {Config{AccessToken: "t", Category: "logins", EventType: "logout"}, "the vendor refuses both"},
		"an e-mail":     {Config{AccessToken: "t", AccountID: "a@example.com"}, "begins with dbid:"},
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
	auth, ok := (&Config{ClientID: "i", ClientSecret: "s", RefreshToken: "r"}).auth().(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "/oauth2/token", auth.URL)
	assert.Equal(t, "grant_type=refresh_token&client_id=i", auth.Form.Encode())
	assert.Len(t, auth.Secrets, 2)
	assert.False(t, auth.Rotates)
	public, ok := (&Config{ClientID: "i", RefreshToken: "r"}).auth().(providers.TokenAuth)
	require.True(t, ok)
	assert.Len(t, public.Secrets, 1)
}

const account = "dbid:AAAexampleActor00000000000000000001"

func TestRequest(t *testing.T) {
	since := time.Date(2026, 3, 9, 10, 0, 0, 0, time.FixedZone("", 3600))
	for name, tt := range map[string]struct {
		config     Config
		filter     providers.Filter
		extra      map[string]string
		cursor     string
		path, body string
	}{
		"first":         {Config{}, providers.Filter{}, nil, "", "/2/team_log/get_events", `{"limit":1000,"time":{"start_time":"2026-03-09T09:00:00Z"}}`},
		"more":          {Config{Category: "logins"}, providers.Filter{}, map[string]string{"x": "1"}, `a"b`, "/2/team_log/get_events/continue", `{"cursor":"a\"b"}`},
		"own filters":   {Config{Category: "logins", AccountID: "dbid:1"}, providers.Filter{ActorIDs: []string{"dbid:2"}}, nil, "", "/2/team_log/get_events", `{"limit":1000,"time":{"start_time":"2026-03-09T09:00:00Z"},"category":"logins","account_id":"dbid:1"}`},
		"actor and raw": {Config{}, providers.Filter{ActorIDs: []string{account}, Actions: []string{"file_download"}}, nil, "", "/2/team_log/get_events", `{"limit":1000,"time":{"start_time":"2026-03-09T09:00:00Z"},"event_type":"file_download","account_id":"` + account + `"}`},
		"failed":        {Config{}, providers.Filter{Actions: []string{"login_failed"}}, nil, "", "/2/team_log/get_events", `{"limit":1000,"time":{"start_time":"2026-03-09T09:00:00Z"},"category":"logins"}`},
		"sign-ins":      {Config{}, providers.Filter{Actions: []string{"login_success", "login_failed"}}, nil, "", "/2/team_log/get_events", `{"limit":1000,"time":{"start_time":"2026-03-09T09:00:00Z"},"category":"logins"}`},
		"and another":   {Config{}, providers.Filter{Actions: []string{"login_failed", "file_download"}}, nil, "", "/2/team_log/get_events", `{"limit":1000,"time":{"start_time":"2026-03-09T09:00:00Z"}}`},
		"own type":      {Config{EventType: "logout"}, providers.Filter{Actions: []string{"login_failed"}}, nil, "", "/2/team_log/get_events", `{"limit":1000,"time":{"start_time":"2026-03-09T09:00:00Z"},"event_type":"logout"}`},
		"no account id": {Config{}, providers.Filter{ActorIDs: []string{"dbid:2"}}, nil, "", "/2/team_log/get_events", `{"limit":1000,"time":{"start_time":"2026-03-09T09:00:00Z"}}`},
		"stays here":    {Config{}, providers.Filter{ActorIDs: []string{"dbmid:2"}, Actions: []string{"login"}}, nil, "", "/2/team_log/get_events", `{"limit":1000,"time":{"start_time":"2026-03-09T09:00:00Z"}}`},
		"remote query":  {Config{}, providers.Filter{}, map[string]string{"b": "text", "a": "true"}, "", "/2/team_log/get_events", `{"limit":1000,"time":{"start_time":"2026-03-09T09:00:00Z"},"a":true,"b":"text"}`},
	} {
		t.Run(name, func(t *testing.T) {
			tt.config.AccessToken = "t"
			source := providertest.Open(t, &tt.config, providers.Options{Filter: tt.filter, RemoteQuery: tt.extra})
			client := providertest.Body(`{"events":[],"cursor":"n","has_more":false}`, nil)
			_, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{Since: since, Cursor: tt.cursor, PageSize: 1000})
			require.NoError(t, err)
			got := client.Requests()[0]
			assert.Equal(t, "POST", got.Method)
			assert.Equal(t, "application/json", got.ContentType)
			assert.Equal(t, tt.path, got.Path)
			assert.Equal(t, tt.body, got.Body)
			assert.Empty(t, got.Query)
		})
	}
}

func TestPaging(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		more bool
		err  string
	}{
		"goes on":                  {`{"events":[{}],"cursor":"n","has_more":true}`, true, ""},
		"an empty page goes on":    {`{"events":[],"cursor":"n","has_more":true}`, true, ""},
		"the end keeps the cursor": {`{"events":[],"cursor":"n","has_more":false}`, false, ""},
		"without a cursor":         {`{"events":[],"has_more":false}`, false, "cursor is missing"},
		"without events":           {`{"cursor":"n"}`, false, "events is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{Cursor: "c", PageSize: 10})
			if tt.err != "" {
				assert.ErrorContains(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, "n", page.Next)
			assert.Equal(t, tt.more, page.More)
		})
	}
}

func TestErrors(t *testing.T) {
	tag := func(t string) string {
		return `{"error_summary":"` + t + `/..","error":{".tag":"` + t + `","required_scope":"events.read"}}`
	}
	for name, tt := range map[string]struct {
		status int
		body   string
		want   providers.Class
		text   string
	}{
		"malformed, plain text":    {400, `Error in call to API function "team_log/get_events": bad time`, providers.Denied, "bad time"},
		"no credential":            {400, `Must provide HTTP header "Authorization" or URL parameter`, providers.Unauthorized, ""},
		"cut credential":           {400, `The given OAuth 2 access token is malformed.`, providers.Unauthorized, ""},
		"expired":                  {401, tag("expired_access_token"), providers.Unauthorized, "expired"},
		"revoked":                  {401, tag("invalid_access_token"), providers.Unauthorized, "revoked"},
		"suspended":                {401, tag("user_suspended"), providers.Denied, "suspended"},
		"route":                    {401, tag("route_access_denied"), providers.Denied, "may not use the team log"},
		"new tag":                  {401, tag("something_new"), providers.Denied, "something_new"},
		"scope":                    {401, tag("missing_scope"), providers.Denied, "events.read"},
		"plan":                     {403, tag("invalid_account_type"), providers.Denied, "plan"},
		"reset":                    {409, `{"error_summary":"reset/","error":{".tag":"reset","reset":"2026-03-09T10:00:00Z"}}`, providers.CursorLost, ""},
		"bad cursor":               {409, tag("bad_cursor"), providers.CursorLost, ""},
		"filters":                  {409, tag("invalid_filters"), providers.Denied, "category"},
		"account":                  {409, tag("account_id_not_found"), providers.Denied, "account_id"},
		"rate limit":               {429, `{"error_summary":"too_many_requests/..","error":{"reason":{".tag":"too_many_requests"},"retry_after":300}}`, providers.Throttled, ""},
		"rate limit in plain text": {429, `slow down`, providers.Throttled, ""},
		"outage":                   {503, ``, providers.Transient, ""},
		"login page":               {200, `<html>`, providers.Transient, "not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Cursor: "c", PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}

func TestTheBodyTellsTheWaitToo(t *testing.T) {
	const body = `{"error_summary":"too_many_requests/..","error":{"reason":{".tag":"too_many_requests"},"retry_after":300}}`
	assert.Equal(t, 5*time.Minute, classify(&providers.Response{Status: 429, Body: body}).RetryAfter)
	assert.Zero(t, classify(&providers.Response{Status: 429, Header: http.Header{"Retry-After": {"7"}}, Body: body}).RetryAfter, "the header decides")
	assert.Zero(t, classify(&providers.Response{Status: 429, Body: "slow down"}).RetryAfter)
}

func TestEverySignInOfTheCategoryIsOne(t *testing.T) {
	for _, name := range signIns {
		assert.Contains(t, []providers.Action{providers.Login, providers.LoginFailed, providers.Logout}, byType[name], name)
	}
	for _, name := range actions[providers.LoginFailed] {
		assert.Contains(t, signIns, name, "the category has every failed sign-in")
	}
}

func TestDerivedIDIsOfTheRecordNotItsSpelling(t *testing.T) {
	one, _ := decode(providers.Event{Raw: `{"timestamp":"2026-03-09T10:00:00Z","event_type":{".tag":"logout"}}`})
	two, _ := decode(providers.Event{Raw: `{ "event_type":{".tag":"logout"}, "timestamp":"2026-03-09T10:00:00Z" }`})
	other, _ := decode(providers.Event{Raw: `{"timestamp":"2026-03-09T10:00:01Z","event_type":{".tag":"logout"}}`})
	assert.Equal(t, one.ID, two.ID)
	assert.NotEqual(t, one.ID, other.ID)
	assert.Len(t, one.ID, 64)
}
