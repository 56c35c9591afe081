package zoom

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func open(t testing.TB, c *Config, o providers.Options) *providers.Source {
	t.Helper()
	c.AccessToken = "t"
	return providertest.Open(t, c, o)
}

func TestGolden(t *testing.T) {
	for _, s := range open(t, &Config{}, providers.Options{}).Streams {
		t.Run(s.Name, func(t *testing.T) { providertest.Golden(t, s, "testdata/"+s.Name) })
	}
}

func FuzzDecodeActivity(f *testing.F) {
	providertest.Fuzz(f, open(f, &Config{}, providers.Options{}).Streams[0], `{"email":1,"time":"2026-03-12 08:59:10Z","type":"SIGN IN"}`)
}

func FuzzDecodeOperation(f *testing.F) {
	providertest.Fuzz(f, open(f, &Config{}, providers.Options{}).Streams[1], `{"operator":"@","category_type":"User","action":"batch update","operation_detail":"( a@b )"}`)
}

func TestOperation(t *testing.T) {
	for name, tt := range map[string]struct {
		category, verb, detail string
		want                   providers.Action
	}{
		"user added":          {"User", "Add", "", providers.UserCreated},
		"by SCIM":             {"user", "SCIM API - Add", "", providers.UserCreated},
		"by SCIM, in a batch": {"User", "scim api - batch delete", "", providers.UserDeleted},
		"deactivated":         {"User", "Update", " Deactivate User x", providers.UserDeactivated},
		"activated":           {"User", "Update", "Activate User x", providers.UserUpdated},
		"group":               {"User Group", "Create", "", providers.Create},
		"setting":             {"Account", "Edit", "", providers.Updated},
		"room":                {"Zoom Rooms", "Remove", "", providers.Destroy},
		"no category":         {"", "Add", "", providers.Create},
		"other verb of user":  {"User", "Remove", "", ""},
		"download":            {"Recording", "Download", "", ""},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, operation(tt.category, tt.verb, tt.detail)) })
	}
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		config Config
		want   string
	}{
		"app":      {Config{AccountID: "a", ClientID: "i", ClientSecret: "s"}, ""},
		"token":    {Config{AccessToken: "t", CategoryTypes: []string{"user", "zoom_rooms"}}, ""},
		"none":     {Config{}, "no credential is set"},
		"both":     {Config{AccountID: "a", ClientID: "i", ClientSecret: "s", AccessToken: "t"}, "several credentials"},
		"half":     {Config{ClientID: "i", ClientSecret: "s"}, "account_id: is required"},
		"category": {Config{AccessToken: "t", CategoryTypes: []string{"User Group"}}, `category_types: "User Group" is not valid`},
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
	c := &Config{AccountID: "a", ClientID: "i", ClientSecret: "s"}
	auth, ok := providertest.Open(t, c, providers.Options{}).Auth.(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "https://zoom.us/oauth/token", auth.URL, "the token endpoint is on another host")
	assert.Equal(t, "grant_type=account_credentials&account_id=a", auth.Form.Encode())
	assert.Equal(t, "i", auth.Basic.Username)
	auth, _ = providertest.Open(t, c, providers.Options{Endpoint: "https://api.zoomgov.com"}).Auth.(providers.TokenAuth)
	assert.Equal(t, "https://zoomgov.com/oauth/token", auth.URL, "Zoom for Government has a host of its own for it")
	c.TokenURL = "https://login.example.com/token"
	auth, _ = providertest.Open(t, c, providers.Options{}).Auth.(providers.TokenAuth)
	assert.Equal(t, "https://login.example.com/token", auth.URL)
}

func TestTraitsHoldTheVendorsBounds(t *testing.T) {
	for _, s := range open(t, &Config{}, providers.Options{}).Streams {
		assert.LessOrEqual(t, s.MaxWindow+2*s.Edge+s.Granularity, 28*day, "a month at most")
		assert.Equal(t, 14*time.Hour, s.MinLateness)
		assert.True(t, s.NumberRepeats)
	}
}

func TestRequest(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		require.NoError(t, err)
		return v
	}
	now := at("2026-03-12T10:00:00Z")
	for name, tt := range map[string]struct {
		since, until string
		cursor       string
		config       Config
		want         string
	}{
		"days, the last one inclusive": {"2026-03-05T00:00:00Z", "2026-03-08T00:00:00Z", "", Config{}, "from=2026-03-05&to=2026-03-07&page_size=300"},
		"never the future":             {"2026-03-11T00:00:00Z", "2026-03-14T00:00:00Z", "", Config{}, "from=2026-03-11&to=2026-03-12&page_size=300"},
		"never too old":                {"2025-08-01T00:00:00Z", "2025-09-20T00:00:00Z", "", Config{}, "from=2025-09-13&to=2025-09-19&page_size=300"},
		"the same query goes on":       {"2026-03-05T00:00:00Z", "2026-03-08T00:00:00Z", "2026-03-04 2026-03-06 user t=k", Config{CategoryTypes: []string{"user"}}, "from=2026-03-04&to=2026-03-06&page_size=300&category_type=user&next_page_token=t%3Dk"},
		"a category":                   {"2026-03-05T00:00:00Z", "2026-03-08T00:00:00Z", "", Config{CategoryTypes: []string{"role", "im"}}, "from=2026-03-05&to=2026-03-07&page_size=300&category_type=role"},
		"all, goes on":                 {"2026-03-05T00:00:00Z", "2026-03-08T00:00:00Z", "2026-03-05 2026-03-07  t", Config{}, "from=2026-03-05&to=2026-03-07&page_size=300&next_page_token=t"},
		"the chain of another":         {"2026-03-05T00:00:00Z", "2026-03-08T00:00:00Z", "im", Config{CategoryTypes: []string{"role", "im"}}, "from=2026-03-05&to=2026-03-07&page_size=300&category_type=im"},
	} {
		t.Run(name, func(t *testing.T) {
			client := providertest.Body(`{"operation_logs":[]}`, nil)
			_, err := open(t, &tt.config, providers.Options{}).Streams[1].Fetch(t.Context(), client, providers.Query{
				Since: at(tt.since), Until: at(tt.until), Now: now, Cursor: tt.cursor, PageSize: 300,
			})
			require.NoError(t, err)
			assert.Equal(t, "/v2/report/operationlogs", client.Requests()[0].Path)
			assert.Equal(t, tt.want, client.Requests()[0].Query.Encode())
		})
	}
}

func TestPaging(t *testing.T) {
	const going = "2026-03-05 2026-03-07 "
	for name, tt := range map[string]struct {
		cursor, body string
		next         string
		branches     []string
	}{
		"a token goes on":       {"", `{"operation_logs":[{}],"next_page_token":"b c"}`, going + "role b c", []string{"im"}},
		"another chain begins":  {"im", `{"operation_logs":[{}],"next_page_token":"b"}`, going + "im b", nil},
		"an empty page goes on": {going + "role a", `{"operation_logs":[],"next_page_token":"b"}`, going + "role b", nil},
		"an empty token ends":   {going + "role a", `{"operation_logs":[{}],"next_page_token":""}`, "", nil},
		"no token ends":         {"im", `{"operation_logs":[{}]}`, "", nil},
		"past midnight":         {"2026-03-04 2026-03-06 role a", `{"operation_logs":[],"next_page_token":"b"}`, "2026-03-04 2026-03-06 role b", nil},
	} {
		t.Run(name, func(t *testing.T) {
			source := open(t, &Config{CategoryTypes: []string{"role", "im"}}, providers.Options{})
			since := time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
			page, err := source.Streams[1].Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{
				Since: since, Until: since.Add(3 * day), Now: since.Add(5 * day), Cursor: tt.cursor, PageSize: 300,
			})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.next != "", page.More)
			assert.Equal(t, tt.branches, page.Branches)
		})
	}
}

func TestFilters(t *testing.T) {
	assert.Equal(t, []string{"user_settings", "role"}, categories([]string{"User Settings", "role"}))
	assert.Equal(t, []string{""}, categories([]string{"User", "Channels"}), "a category that cannot be asked for")
	assert.Equal(t, []string{""}, categories(nil))
	streams := open(t, &Config{}, providers.Options{Filter: providers.Filter{Actions: []string{"login", "logout"}}}).Streams
	assert.True(t, streams[0].Default)
	assert.False(t, streams[1].Default, "sign-ins are in the first stream only")
}

func TestIDs(t *testing.T) {
	id := func(raw string) string { a, _ := decodeActivity(providers.Event{Raw: raw}); return a.ID }
	one := id(`{"email":"a@example.com","time":"2026-03-12T09:14:41Z","type":"Sign in"}`)
	assert.Equal(t, one, id(`{"type":"Sign in","time":"2026-03-12T09:14:41Z","email":"a@example.com"}`))
	assert.NotEqual(t, one, id(`{"email":"a@example.com","time":"2026-03-12T09:14:41Z","type":"Sign in","version":"1"}`))
	assert.Equal(t, "activities-a550a010c5fdfbcca34062f998ea2570", one) // SHA-256 of the values, one a line
	a, _ := decodeOperation(providers.Event{Raw: `{"time":"2026-03-12T09:14:41Z","category_type":"User","operation_detail":" Edit  x "}`})
	assert.Equal(t, "operation_logs-8a77a1fd75cc6f54ef57197eb0428ee5", a.ID, "blanks count as they came")
	assert.Equal(t, "Edit  x", a.Description)
}

func TestErrors(t *testing.T) {
	body := func(code, message string) string { return `{"code":` + code + `,"message":"` + message + `"}` }
	for name, tt := range map[string]struct {
		status       int
		body, cursor string
		want         providers.Class
		text         string
	}{
		"token":          {401, body("124", "Invalid access token."), "", providers.Unauthorized, "expired"},
		"scope":          {400, body("4711", "Invalid access token, does not contain scopes:[x]."), "", providers.Denied, "add the scope"},
		"role":           {400, body("200", "No permission."), "", providers.Denied, "role"},
		"old token":      {401, body("124", "Access token is expired."), "", providers.Unauthorized, "expired"},
		"plan":           {400, body("200", "Only available for Paid account"), "", providers.Denied, "paid plan"},
		"page token":     {400, body("300", "The next page token is invalid or expired."), "2026-03-05 2026-03-07 user t", providers.CursorLost, ""},
		"too old":        {400, body("300", "Only provide report in recent 6 months"), "", providers.Denied, "6 months"},
		"other":          {400, body("300", "Bad from"), "", providers.Denied, "Bad from"},
		"rate limit":     {429, body("429", "maximum per-second rate limit"), "", providers.Throttled, ""},
		"outage":         {502, ``, "", providers.Transient, ""},
		"login page":     {200, `<html>`, "", providers.Transient, "not JSON"},
		"another answer": {200, `{"users":[]}`, "", providers.Transient, "activity_logs is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source := open(t, &Config{}, providers.Options{})
			_, err := source.Streams[0].Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Cursor: tt.cursor, PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}

func TestRetryAfter(t *testing.T) {
	date := "Thu, 12 Mar 2026 23:30:00 GMT"
	for name, tt := range map[string]struct {
		header http.Header
		body   string
		want   time.Duration
	}{
		"a date-time":              {http.Header{"Retry-After": {"2026-03-13T00:00:00Z"}, "Date": {date}}, `{}`, 30 * time.Minute},
		"seconds are the client's": {http.Header{"Retry-After": {"7"}, "Date": {date}}, `{}`, 0},
		"a daily limit by text":    {http.Header{}, `{"message":"You have reached the daily rate limit"}`, 15 * time.Minute},
		"a daily limit by header":  {http.Header{"X-Ratelimit-Type": {"Daily-limit"}}, `{}`, 15 * time.Minute},
		"nothing":                  {http.Header{}, `{}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := classify(&providers.Response{Status: 429, Header: tt.header, Body: tt.body})
			assert.Equal(t, tt.want, e.RetryAfter)
		})
	}
}
