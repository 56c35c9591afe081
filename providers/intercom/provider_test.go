package intercom

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func open(t testing.TB) (*providers.Source, providers.Stream) {
	t.Helper()
	c, o := Provider().Example()
	source := providertest.Open(t, c, o)
	return source, providertest.Stream(t, source, "activity_logs")
}

func TestGolden(t *testing.T) {
	_, stream := open(t)
	providertest.Golden(t, stream, "testdata/activity_logs")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f)
	providertest.Fuzz(f, stream, `{"id":1,"performed_by":{"type":"bot","id":2},"metadata":{"team":{"id":[]}},"activity_type":"team_x","created_at":"1e9"}`)
}

func TestAction(t *testing.T) {
	for in, want := range map[string]providers.Action{
		"admin_login_success": providers.Login, "admin_unauthorized_sign_in_method": providers.LoginFailed, "admin_logout": providers.Logout,
		"admin_invite_creation": providers.UserInvited, "app_admin_join": providers.UserJoined, "admin_provisioned": providers.UserCreated,
		"admin_deprovisioned": providers.UserDeactivated, "admin_deletion": providers.UserDeleted, "seat_revoke": providers.UserUpdated,
		"bulk_export": providers.Exported, "series_creation": providers.Create, "oauth_token_revocation": providers.Destroy,
		"security_settings_change": providers.Updated, "brand_new_creation": providers.Create, "brand_new_export": providers.Exported,
		"brand_new_deletion": providers.Destroy, "brand_new_update": providers.Updated,
		"admin_brand_new_change": "admin_brand_new_change", "workspace_deletion_request": "workspace_deletion_request",
		"admin_impersonation_start": "admin_impersonation_start", "": "",
	} {
		assert.Equal(t, want, action(in), in)
	}
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*Config)
		want string
	}{
		"token":          {func(c *Config) { c.AccessToken = "t" }, ""},
		"none":           {func(*Config) {}, "access_token: no credential is set"},
		"version":        {func(c *Config) { c.AccessToken, c.APIVersion = "t", "latest" }, `api_version: "latest" is not valid`},
		"preview":        {func(c *Config) { c.AccessToken, c.APIVersion = "t", "Preview" }, ""},
		"narrow windows": {func(c *Config) { c.AccessToken, c.MaxWindow = "t", time.Minute }, "max_window: 1m0s is outside"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			tt.set(c)
			source, err := c.Open(providers.Options{})
			if tt.want != "" {
				assert.ErrorContains(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.APIVersion, source.Header.Get("Intercom-Version"))
			assert.Equal(t, c.MaxWindow, source.Streams[0].MaxWindow)
		})
	}
}

func TestPaging(t *testing.T) {
	for name, tt := range map[string]struct{ pages, rows, next string }{
		"an address":                  {`{"next":"https://api.intercom.io/admins/activity_logs?page=2&per_page=1","page":1,"total_pages":3}`, `[{}]`, "/admins/activity_logs?page=2&per_page=1"},
		"an object":                   {`{"next":{"per_page":1,"starting_after":"x"},"page":1}`, `[{}]`, "starting_after=x"},
		"null, but pages are left":    {`{"next":null,"page":1,"total_pages":3}`, `[{}]`, "page=2"},
		"null on the last page":       {`{"next":null,"page":3,"total_pages":3}`, `[{}]`, ""},
		"absent":                      {`{}`, `[{}]`, ""},
		"an empty page ends":          {`{"next":"https://api.intercom.io/admins/activity_logs?page=2","page":1,"total_pages":3}`, `[]`, ""},
		"a page of null rows goes on": {`{"next":null,"page":1,"total_pages":2}`, `[null]`, "page=2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t)
			page, err := stream.Fetch(t.Context(), providertest.Body(`{"pages":`+tt.pages+`,"activity_logs":`+tt.rows+`}`, nil), providers.Query{PageSize: 1})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.next != "", page.More)
		})
	}
}

func TestRequest(t *testing.T) {
	const window = "created_at_after=1773219600&created_at_before=1773223200&per_page=150&x=y"
	for name, tt := range map[string]struct{ cursor, link, query string }{
		"first":          {"", "", window + "&page=1"},
		"number":         {"page=4", "", window + "&page=4"},
		"starting_after": {"starting_after=a=b", "", window + "&starting_after=a%3Db"},
		"link":           {"/admins/activity_logs?page=2", "/admins/activity_logs?page=2", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			c.AccessToken = "t"
			source := providertest.Open(t, c, providers.Options{RemoteQuery: map[string]string{"x": "y"}})
			client := providertest.Body(`{"activity_logs":[]}`, nil)
			_, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{Since: time.Unix(1773219600, 0), Until: time.Unix(1773223200, 0), Cursor: tt.cursor, PageSize: 150})
			require.NoError(t, err)
			assert.Equal(t, tt.link, client.Requests()[0].Link)
			assert.Equal(t, tt.query, client.Requests()[0].Query.Encode())
		})
	}
}

func TestErrors(t *testing.T) {
	body := func(code string) string {
		return `{"type":"error.list","request_id":null,"errors":[{"code":"` + code + `","message":"text"}]}`
	}
	for name, tt := range map[string]struct {
		status int
		body   string
		span   time.Duration
		want   providers.Class
		text   string
	}{
		"credential":            {401, body("unauthorized"), time.Minute, providers.Unauthorized, "revoked"},
		"plan":                  {403, body("api_plan_restricted"), time.Minute, providers.Denied, "plan"},
		"unpaid":                {402, body("x"), time.Minute, providers.Denied, "unpaid"},
		"permission":            {403, body("token_unauthorized"), time.Minute, providers.Denied, "read_admins"},
		"missing parameter":     {404, body("parameter_not_found"), time.Minute, providers.Denied, "text"},
		"bad version":           {400, body("parameter_invalid"), time.Minute, providers.Denied, "api_version"},
		"rate limit":            {429, body("rate_limit_exceeded"), time.Minute, providers.Throttled, ""},
		"too wide":              {500, body("server_error"), 5 * time.Hour, providers.WindowTooLarge, ""},
		"too wide, gateway":     {504, ``, 5 * time.Hour, providers.WindowTooLarge, ""},
		"outage, narrow window": {500, body("server_error"), time.Hour, providers.Transient, ""},
		"outage, wide window":   {503, body("service_unavailable"), 5 * time.Hour, providers.Transient, ""},
		"login page":            {200, `<html>`, time.Minute, providers.Transient, "not JSON"},
		"another shape":         {200, `{"data":[]}`, time.Minute, providers.Transient, "activity_logs is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t)
			now := time.Unix(1773223200, 0)
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Since: now.Add(-tt.span), Until: now, PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}
