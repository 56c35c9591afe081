package browserstack

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
	"github.com/otelactivity/otelactivity/providers/record"
)

func open(t testing.TB, set func(*Config), o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	c := newConfig()
	c.Username, c.AccessKey = "acme_a1B2c3", "example-key"
	if set != nil {
		set(c)
	}
	source := providertest.Open(t, c, o)
	return source, providertest.Stream(t, source, "audit")
}

var now = time.Date(2026, 5, 11, 9, 30, 0, 0, time.UTC)

// today is the query of a live read.
func today() providers.Query {
	return providers.Query{Since: now.Truncate(day), Until: now.Truncate(day).Add(day), Now: now}
}

func TestGolden(t *testing.T) {
	_, stream := open(t, nil, providers.Options{})
	providertest.Golden(t, stream, "testdata/audit")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, nil, providers.Options{})
	providertest.Fuzz(f, stream,
		`{"event_id":"1","date":"2026-05-11 06:42:00 UTC","actor":{"id":1,"ip":"203.0.113.1"},"activity":{"activity_name":"signed_in"},"location":{"ip":"x"}}`,
		`{"date":1e3,"actor":"a@b","activity":"Failed to sign in","location":"203.0.113.1"}`)
}

func TestAction(t *testing.T) {
	for name, want := range map[string]providers.Action{
		"signed_in":                              providers.Login,
		"failed_to_sign_in":                      providers.LoginFailed,
		"signed_out":                             providers.Logout,
		"exported_users":                         providers.Exported,
		"added_member_from_identity_provider":    providers.UserCreated,
		"removed_member_using_rest_apis":         providers.UserDeleted,
		"deleted_account":                        providers.UserDeleted,
		"resent_invitation":                      providers.UserInvited,
		"changed_product_from_identity_provider": providers.UserUpdated,
		"changed_email":                          providers.UserUpdated,
		"created_new_invite_link":                providers.Create,
		"deleted_team_using_rest_apis":           providers.Destroy,
		"disabled_auto_user_provisioning":        providers.Updated,
		"modified_sign_in_method":                providers.Updated,
		"requested_product_access":               "requested_product_access",
		"copied_invitation_link":                 "copied_invitation_link",
		"requested_password_recovery_link":       "requested_password_recovery_link",
		"Signed_In":                              "Signed_In",
		"":                                       "",
	} {
		assert.Equal(t, want, action(name), name)
	}
	for want, names := range actions {
		for _, n := range names {
			assert.Equal(t, want, action(n), n)
		}
	}
}

func TestDerivedID(t *testing.T) {
	const raw = `{"date":"2026-05-11T06:46:00Z", "activity":{"b":1,"activity_name":"x"}}`
	a, err := decode(providers.Event{Raw: raw})
	require.NoError(t, err)
	assert.Equal(t, record.Digest(`{"activity":{"activity_name":"x","b":1},"date":"2026-05-11T06:46:00Z"}`), a.ID)
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*Config)
		opts providers.Options
		want string
	}{
		"complete":        {func(*Config) {}, providers.Options{}, ""},
		"auth extension":  {func(c *Config) { c.Username, c.AccessKey = "", "" }, providers.Options{ExternalAuth: true}, ""},
		"no credential":   {func(c *Config) { c.Username, c.AccessKey = "", "" }, providers.Options{}, "username: no credential is set"},
		"no key":          {func(c *Config) { c.AccessKey = "" }, providers.Options{}, "access_key: is required"},
		"no user":         {func(c *Config) { c.Username = "" }, providers.Options{}, "username: is required"},
		"another path":    {func(c *Config) { c.LogsPath = "/audit/v2/logs" }, providers.Options{}, ""},
		"relative path":   {func(c *Config) { c.LogsPath = "audit/v1/logs" }, providers.Options{}, "logs_path: \"audit/v1/logs\" must be a path"},
		"path with query": {func(c *Config) { c.LogsPath = "/audit?x=1" }, providers.Options{}, "logs_path:"},
		"another host":    {func(c *Config) { c.LogsPath = "//evil.example/logs" }, providers.Options{}, "logs_path:"},
		"whole history":   {func(c *Config) { c.LookbackLimitDays = 181 }, providers.Options{}, "lookback_limit_days: 181 is outside 1..180"},
		"no history":      {func(c *Config) { c.LookbackLimitDays = 0 }, providers.Options{}, "lookback_limit_days: 0 is outside 1..180"},
		"endpoint":        {func(*Config) {}, providers.Options{Endpoint: "https://a b"}, "endpoint: is no URL"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			c.Username, c.AccessKey = "acme_a1B2c3", "example-key"
			tt.set(c)
			_, err := c.Open(tt.opts)
			if tt.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tt.want)
			}
		})
	}
}

func TestSource(t *testing.T) {
	source, stream := open(t, func(c *Config) { c.LookbackLimitDays = 30 }, providers.Options{Endpoint: "https://api-enterprise.browserstack.com"})
	assert.Equal(t, "acme_a1B2c3", source.Tenant, "the host is everybody's")
	assert.Equal(t, providers.BasicAuth{Username: "acme_a1B2c3", Password: "example-key"}, source.Auth)
	assert.Equal(t, http.Header{"Accept": {"application/json"}}, source.Header)
	assert.Equal(t, 30*day, stream.Retention)
	assert.Equal(t, 15, source.Budgets[0].Requests)
	assert.Equal(t, time.Minute, source.Budgets[0].RetryAfter)
	assert.Zero(t, stream.MaxPageSize)
	assert.Empty(t, source.Warnings)
	mail, _ := open(t, func(c *Config) { c.Username = "mia@example.com" }, providers.Options{})
	assert.Len(t, mail.Warnings, 1)
}

func TestRequest(t *testing.T) {
	for name, tt := range map[string]struct {
		since, until time.Time
		want         string
	}{
		"today":                {now.Truncate(day), now.Truncate(day).Add(day), "oldest_date=2026-05-11&latest_date=2026-05-11&x=y"},
		"never after today":    {now.Add(-day).Truncate(day), now.Truncate(day).Add(3 * day), "oldest_date=2026-05-10&latest_date=2026-05-11&x=y"},
		"a week":               {now.Truncate(day).Add(-20 * day), now.Truncate(day).Add(-13 * day), "oldest_date=2026-04-21&latest_date=2026-04-28&x=y"},
		"never past the limit": {now.Truncate(day).Add(-32 * day), now.Truncate(day).Add(-28 * day), "oldest_date=2026-04-11&latest_date=2026-04-13&x=y"},
		"wholly past it":       {now.Truncate(day).Add(-40 * day), now.Truncate(day).Add(-39 * day), "oldest_date=2026-04-02&latest_date=2026-04-02&x=y"},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, func(c *Config) { c.LogsPath, c.LookbackLimitDays = "/audit/v2/logs", 30 }, providers.Options{RemoteQuery: map[string]string{"x": "y"}})
			client := providertest.Body(`[]`, nil)
			_, err := stream.Fetch(t.Context(), client, providers.Query{Since: tt.since, Until: tt.until, Now: now})
			require.NoError(t, err)
			request := client.Requests()[0]
			assert.Equal(t, "/audit/v2/logs", request.Path)
			assert.Equal(t, tt.want, request.Query.Encode())
		})
	}
}

func TestShapes(t *testing.T) {
	const row = `{"event_id":"1"}`
	for name, tt := range map[string]struct {
		body   string
		events int
	}{
		"a list":                  {`[` + row + `]`, 1},
		"logs":                    {`{"logs":[` + row + `]}`, 1},
		"audit_logs":              {`{"audit_logs":[` + row + `]}`, 1},
		"events":                  {`{"events":[` + row + `,` + row + `]}`, 2},
		"data":                    {`{"data":[` + row + `]}`, 1},
		"results":                 {`{"results":[` + row + `]}`, 1},
		"the first list counts":   {`{"results":[],"logs":null,"data":[` + row + `]}`, 1},
		"null":                    {`{"logs":null}`, 0},
		"an object is not a list": {`{"data":{"a":1},"results":[` + row + `]}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, nil, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), today())
			require.NoError(t, err)
			assert.Len(t, page.Events, tt.events)
			assert.False(t, page.More)
			assert.Empty(t, page.Warnings)
		})
	}
}

func TestPaging(t *testing.T) {
	for name, tt := range map[string]struct {
		member string
		want   string
		warned bool
	}{
		"a link":           {`"next":"https://api.browserstack.com/audit/v1/logs?page=2"`, "/audit/v1/logs?page=2", false},
		"a link, upstream": {`"next":"http://api-enterprise.browserstack.com/audit/v1/logs?page=2"`, "/audit/v1/logs?page=2", false},
		"a path":           {`"next_page":"/audit/v1/logs?page=2"`, "/audit/v1/logs?page=2", false},
		"a foreign link":   {`"next":"https://evil.example/audit/v1/logs?page=2"`, "", true},
		"a foreign host":   {`"next":"//evil.example/logs"`, "", true},
		"a number":         {`"next_page":2`, "", true},
		"a token":          {`"next_cursor":"abc"`, "", true},
		"null":             {`"next_page":null,"next":"","next_cursor":false`, "", false},
		"zero":             {`"next_page":0`, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, nil, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(`{"logs":[{"event_id":"1"}],`+tt.member+`}`, nil), today())
			require.NoError(t, err)
			assert.Equal(t, tt.want, page.Next)
			assert.Equal(t, tt.want != "", page.More)
			assert.Len(t, page.Events, 1)
			if tt.warned {
				assert.Contains(t, page.Warnings[0], "paging seen, not supported")
				assert.Equal(t, []providers.Skip{{Reason: "paging_not_supported", Detail: "2026-05-11 to 2026-05-11", Count: 1}}, page.Skipped)
			} else {
				assert.Empty(t, page.Warnings)
			}
		})
	}
	t.Run("the link goes out as it came", func(t *testing.T) {
		_, stream := open(t, nil, providers.Options{})
		client := providertest.Body(`[]`, nil)
		q := today()
		q.Cursor = "/audit/v1/logs?page=2&x=%2F"
		_, err := stream.Fetch(t.Context(), client, q)
		require.NoError(t, err)
		assert.Equal(t, providers.Request{Link: q.Cursor}, client.Requests()[0])
	})
}

func TestIgnoredDateFilterIsFoundOut(t *testing.T) {
	row := func(date string) string { return `{"logs":[{"event_id":"1","date":"` + date + `"}]}` }
	for name, tt := range map[string]struct {
		daysAgo int // end of the window
		date    string
		warned  bool
	}{
		"rows of the window":                 {30, "2026-04-10T12:00:00Z", false},
		"rows of a day that begins later":    {30, "2026-04-11T13:00:00Z", false},
		"newer rows":                         {30, "2026-05-10T12:00:00Z", true},
		"newer rows, a window of last week":  {7, "2026-05-10T12:00:00Z", false},
		"a row without a time tells nothing": {30, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, nil, providers.Options{})
			until := now.Truncate(day).AddDate(0, 0, -tt.daysAgo)
			page, err := stream.Fetch(t.Context(), providertest.Body(row(tt.date), nil), providers.Query{Since: until.AddDate(0, 0, -7), Until: until, Now: now})
			require.NoError(t, err)
			if tt.warned {
				assert.Contains(t, page.Warnings[0], "the date filter is ignored")
				assert.Equal(t, []providers.Skip{{Reason: "date_filter_ignored", Detail: "2026-04-04 to 2026-04-11", Count: 1}}, page.Skipped)
			} else {
				assert.Empty(t, page.Warnings)
				assert.Empty(t, page.Skipped)
			}
			assert.Len(t, page.Events, 1, "what is outside the window is left to the engine")
		})
	}
}
