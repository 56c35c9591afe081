package onelogin

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

// open opens the example without the loading of names, unless the test is about it.
func open(t testing.TB, o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	c := newConfig()
	c.Subdomain, c.ClientID, c.ClientSecret, c.FetchEventTypes = "acme", "id", "secret", false
	source := providertest.Open(t, c, o)
	return source, providertest.Stream(t, source, "events")
}

func TestGolden(t *testing.T) {
	_, stream := open(t, providers.Options{})
	providertest.Golden(t, stream, "testdata/events")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, providers.Options{})
	providertest.Fuzz(f, stream, `{"id":1,"event_type_id":"6","created_at":"2026-03-02T07:15:30Z","user_id":1,"user_name":"a@b.c","client_id":{},"app_id":[1],"ipaddr":"::1,2"}`)
}

func TestAction(t *testing.T) {
	for id, want := range map[string]eventType{
		"5":    {"USER_LOGGED_INTO_ONELOGIN", providers.Login, providers.Success},
		"904":  {"ONELOGIN_DESKTOP_LOGIN_SUCCESS", providers.Login, providers.Success},
		"950":  {"OL_OTP_PUSH_REJECT", providers.LoginFailed, providers.Failure},
		"7":    {"USER_LOGGED_OUT_OF_ONELOGIN", providers.Logout, providers.Success},
		"291":  {"USER_CREATED_BY_TIDP", providers.UserCreated, providers.Success},
		"534":  {"API_CREATE_USER_FAILED", providers.UserCreated, providers.Failure},
		"545":  {"API_SEND_INVITE_LINK_FAILED", providers.UserInvited, providers.Failure},
		"101":  {"SELF_REGISTRATION_APPROVED", providers.UserJoined, providers.Success},
		"553":  {"USER_LOCKED_VIA_API", providers.UserDeactivated, providers.Success},
		"530":  {"API_DESTROY_USER", providers.UserDeleted, providers.Success},
		"532":  {"API_UPDATE_USER_FAILED", providers.UserUpdated, providers.Failure},
		"1609": {"PROFILE_SETTINGS_UPDATE_SHOW_TABS", providers.UserUpdated, providers.Success},
		"2109": {"DELEGATED_PRIVILEGE_REMOVED_FROM_USER_BY_USER", providers.UserUpdated, providers.Success},
		"9016": {"APP_RULES_CREATE_SUCCESS", providers.Create, providers.Success},
		"9046": {"ROLE_CREATE_FAILED", providers.Create, providers.Failure},
		"240":  {"USER_REVEALED_PASSWORD", "", ""},
		"501":  {"API_INDEX_ACTION", "", ""}, // by the receiver's own polling
		"255":  {"MANUALLY_UPDATED_LOGIN", providers.Updated, providers.Success},
		"306":  {"MANUALLY_ADDED_LOGIN_FAILURE", providers.Updated, providers.Failure},
		"172":  {"AUTHENTICATION_FACTOR_DELETED", providers.Destroy, providers.Success},
		"9047": {"ROLE_DELETE_FAILED", providers.Destroy, providers.Failure},
		"244":  {"REPORT_GENERATED", "", ""},
		"9999": {},
	} {
		assert.Equal(t, want, types[id], id)
	}
}

func TestNoTypeIsListedTwice(t *testing.T) {
	ids, words := map[int]bool{}, map[string]bool{}
	count := 0
	see := func(id int, name string) {
		assert.False(t, ids[id], id)
		assert.False(t, words[name], name)
		ids[id], words[name] = true, true
		count++
	}
	for _, table := range []table{people, peopleFailed, things, thingsFailed} {
		for action, names := range table {
			assert.True(t, action.Unified())
			for id, name := range names {
				see(id, name)
			}
		}
	}
	for id, name := range plain {
		see(id, name)
	}
	assert.Len(t, types, count)
}

func TestConfig(t *testing.T) {
	whole := Config{Subdomain: "acme", ClientID: "i", ClientSecret: "s"}
	for name, tt := range map[string]struct {
		set      func(*Config)
		endpoint string
		want     string
	}{
		"credential":          {func(*Config) {}, "", ""},
		"regional host":       {func(c *Config) { c.Subdomain = "" }, "https://api.eu.onelogin.com", ""},
		"no subdomain":        {func(c *Config) { c.Subdomain = "" }, "", "subdomain: is required unless endpoint is set"},
		"a host as subdomain": {func(c *Config) { c.Subdomain = "acme.onelogin.com" }, "", "subdomain: "},
		"no credential":       {func(c *Config) { c.ClientID, c.ClientSecret = "", "" }, "", "no credential is set"},
		"no secret":           {func(c *Config) { c.ClientSecret = "" }, "", "client_secret: is required for API credential"},
		"a bad type":          {func(c *Config) { c.EventTypeIDs = []int{5, 0} }, "", "event_type_ids: 0 is no event type"},
	} {
		t.Run(name, func(t *testing.T) {
			c := whole
			tt.set(&c)
			_, err := c.Open(providers.Options{Endpoint: tt.endpoint})
			if tt.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tt.want)
			}
		})
	}
}

func TestTenant(t *testing.T) {
	source, _ := open(t, providers.Options{})
	assert.Equal(t, "https://acme.onelogin.com", source.Endpoint)
	assert.Equal(t, "acme.onelogin.com", source.Tenant)
	source, _ = open(t, providers.Options{Endpoint: "http://127.0.0.1:9"})
	assert.Equal(t, "acme.onelogin.com", source.Tenant, "the subdomain names the account")
	source = providertest.Open(t, &Config{ClientID: "i", ClientSecret: "s"}, providers.Options{Endpoint: "https://api.eu.onelogin.com"})
	assert.Equal(t, "api.eu.onelogin.com", source.ServerAddress)
	other := providertest.Open(t, &Config{ClientID: "j", ClientSecret: "s"}, providers.Options{Endpoint: "https://api.eu.onelogin.com"})
	assert.NotEqual(t, source.Tenant, other.Tenant, "the regional host names no account")
	assert.NotEqual(t, source.Budgets[0].Share, other.Budgets[0].Share)
	source = providertest.Open(t, &Config{Subdomain: "acme", ClientID: "i", ClientSecret: "s"}, providers.Options{Endpoint: "https://api.eu.onelogin.com"})
	assert.Equal(t, "acme.onelogin.com", source.Tenant)
	source = providertest.Open(t, &Config{ClientID: "i", ClientSecret: "s"}, providers.Options{Endpoint: "https://umbrella.onelogin.com"})
	assert.Equal(t, "umbrella.onelogin.com", source.Tenant)
}

func TestAuth(t *testing.T) {
	auth, ok := (&Config{ClientID: "i", ClientSecret: "s"}).auth().(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "/auth/oauth2/v2/token", auth.URL)
	assert.Equal(t, "grant_type=client_credentials&client_id=i", auth.Form.Encode())
	assert.Equal(t, []providers.SecretParam{{Key: "client_secret", Value: "s"}}, auth.Secrets)
	assert.False(t, auth.JSON)
	assert.Contains(t, auth.Hint, "HTTP 500 means that the administrator who made the credential was deleted")
	auth, _ = (&Config{TokenURL: "https://login.example.com/token"}).auth().(providers.TokenAuth)
	assert.Equal(t, "https://login.example.com/token", auth.URL)
}

func TestPaging(t *testing.T) {
	for name, tt := range map[string]struct{ body, next string }{
		"cursor":               {`{"data":[{"id":1}],"pagination":{"after_cursor":"c2"}}`, "c2"},
		"empty page goes on":   {`{"data":[],"pagination":{"after_cursor":"c2"}}`, "c2"},
		"null cursor":          {`{"data":[{"id":1}],"pagination":{"after_cursor":null,"next_link":null}}`, ""},
		"empty cursor":         {`{"data":[{"id":1}],"pagination":{"after_cursor":""}}`, ""},
		"no pagination object": {`{"data":[{"id":1}]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{PageSize: 50})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.next != "", page.More)
		})
	}
}

func TestRequest(t *testing.T) {
	const window = "since=2026-03-02T07%3A00%3A00.250Z&until=2026-03-02T08%3A00%3A00.000Z&limit=50"
	for name, tt := range map[string]struct {
		types  []int
		filter providers.Filter
		remote map[string]string
		cursor string
		want   string
	}{
		"plain":                  {nil, providers.Filter{}, nil, "", window},
		"a further page":         {nil, providers.Filter{}, map[string]string{"directory_id": "1"}, "a+b=", window + "&directory_id=1&after_cursor=a%2Bb%3D"},
		"configured types":       {[]int{13, 8, 8}, providers.Filter{Actions: []string{"logout"}}, nil, "", window + "&event_type_id=8%2C13"},
		"an action":              {nil, providers.Filter{Actions: []string{"user_invited", "logout"}}, nil, "", window + "&event_type_id=7%2C115%2C545%2C546"},
		"a vendor's word":        {nil, providers.Filter{Actions: []string{"USER_LOCKED", "12345"}}, nil, "", window + "&event_type_id=19%2C12345"},
		"a word unknown here":    {nil, providers.Filter{Actions: []string{"logout", "SOMETHING_NEW"}}, nil, "", window},
		"an action without type": {nil, providers.Filter{Actions: []string{"exported"}}, nil, "", window},
		"who acted":              {nil, providers.Filter{ActorIDs: []string{"70000001"}}, nil, "", window},
		"a user acted upon":      {nil, providers.Filter{Entities: []string{"70000001"}, EntityTypes: []string{"user"}}, nil, "", window + "&user_id=70000001"},
		"an entity of any type":  {nil, providers.Filter{Entities: []string{"70000001"}}, nil, "", window},
		"no id of a user":        {nil, providers.Filter{Entities: []string{"mia.berg@example.com"}, EntityTypes: []string{"user"}}, nil, "", window},
		"a user of the query":    {nil, providers.Filter{Entities: []string{"1"}, EntityTypes: []string{"user"}}, map[string]string{"user_id": "2"}, "", window + "&user_id=2"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &Config{Subdomain: "acme", ClientID: "i", ClientSecret: "s", EventTypeIDs: tt.types}
			source := providertest.Open(t, c, providers.Options{Filter: tt.filter, RemoteQuery: tt.remote})
			client := providertest.Body(`{"data":[]}`, nil)
			_, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{
				Since: time.Date(2026, 3, 2, 8, 0, 0, 250e6, time.FixedZone("", 3600)), Until: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC),
				Cursor: tt.cursor, PageSize: 50,
			})
			require.NoError(t, err)
			require.Len(t, client.Requests(), 1)
			assert.Equal(t, "/api/1/events", client.Requests()[0].Path)
			assert.Equal(t, tt.want, client.Requests()[0].Query.Encode())
		})
	}
}

func TestErrors(t *testing.T) {
	status := func(code int, kind, message string) string {
		return fmt.Sprintf(`{"status":{"error":true,"code":%d,"type":"%s","message":"%s"}}`, code, kind, message)
	}
	for name, tt := range map[string]struct {
		status       int
		body, cursor string
		want         providers.Class
		text         string
	}{
		"expired token":          {401, status(401, "Unauthorized", "Authentication Failure"), "", providers.Unauthorized, "Authentication Failure"},
		"scope":                  {403, status(403, "Forbidden", "Insufficient Permission"), "", providers.Denied, "Read All"},
		"parameter":              {400, status(400, "bad request", "since is invalid"), "", providers.Denied, "since is invalid"},
		"cursor":                 {400, status(400, "bad request", "bad cursor"), "c", providers.CursorLost, ""},
		"limit as 400":           {400, status(400, "bad request", "rate_limit_exceeded"), "", providers.Throttled, ""},
		"limit as 400, a cursor": {400, `{"message":"rate_limit_exceeded"}`, "c", providers.Throttled, "rate_limit_exceeded"},
		"limit":                  {429, status(429, "Too Many Requests", "x"), "", providers.Throttled, ""},
		"path":                   {404, status(404, "Not Found", "No Route Exists"), "", providers.Denied, "check subdomain"},
		"outage":                 {502, `<html>`, "", providers.Transient, ""},
		"error with 200":         {200, status(500, "server error", "oops"), "", providers.Transient, "oops"},
		"expired with 200":       {200, status(401, "Unauthorized", "expired"), "", providers.Unauthorized, ""},
		"a strange code":         {200, status(0, "x", "odd"), "", providers.Transient, "odd"},
		"login page":             {200, `<html>`, "", providers.Transient, "not JSON"},
		"another shape":          {200, `{"status":{"error":false}}`, "", providers.Transient, "data is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Cursor: tt.cursor, PageSize: 50})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}

func TestTheLimitIsResetInSecondsLeft(t *testing.T) {
	source, _ := open(t, providers.Options{})
	assert.Equal(t, providers.ResetSeconds, source.Budgets[0].Headers.Kind)
	assert.Equal(t, "acme.onelogin.com", source.Budgets[0].Share)
}
