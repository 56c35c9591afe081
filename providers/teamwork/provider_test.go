package teamwork

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func open(t testing.TB, version string, o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	c := newConfig()
	c.Site, c.APIKey, c.APIVersion = "acme", "example-key", version
	source := providertest.Open(t, c, o)
	return source, providertest.Stream(t, source, "activity")
}

func TestGolden(t *testing.T) {
	_, v3 := open(t, "v3", providers.Options{})
	providertest.Golden(t, v3, "testdata/activity")
	_, v1 := open(t, "v1", providers.Options{})
	providertest.Golden(t, v1, "testdata/activity_v1")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, "v3", providers.Options{})
	providertest.Fuzz(f, stream, `{"id":1,"activityType":"new","userId":-1,"user":{"id":"00"}}`)
}

func FuzzDecodeV1(f *testing.F) {
	_, stream := open(f, "v1", providers.Options{})
	providertest.Fuzz(f, stream, `{"id":"1","activitytype":"new","userid":"0"}`)
}

func TestAction(t *testing.T) {
	for in, want := range map[string]providers.Action{
		"new": providers.Create, "NEW": providers.Create, "edited": providers.Updated, "completed": providers.Updated,
		"reopened": providers.Updated, "undeleted": providers.Updated, "deleted": providers.Destroy,
		"liked": "liked", "reacted": "reacted", "viewed": "viewed", "Teleported": "Teleported", "": "",
	} {
		assert.Equal(t, want, action(in), in)
	}
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*Config)
		opts providers.Options
		want string
	}{
		"key":                {func(c *Config) { c.APIKey = "k" }, providers.Options{}, ""},
		"key and password":   {func(c *Config) { c.APIKey, c.Password = "k", "x" }, providers.Options{}, ""},
		"token":              {func(c *Config) { c.AccessToken = "t" }, providers.Options{}, ""},
		"user":               {func(c *Config) { c.Username, c.Password = "u@example.com", "p" }, providers.Options{}, ""},
		"EU site":            {func(c *Config) { c.Site, c.APIKey = "acme.eu", "k" }, providers.Options{}, ""},
		"endpoint":           {func(c *Config) { c.Site, c.APIKey = "", "k" }, providers.Options{Endpoint: "https://work.example.com"}, ""},
		"no site":            {func(c *Config) { c.Site, c.APIKey = "", "k" }, providers.Options{}, "site: is required unless endpoint is set"},
		"a host":             {func(c *Config) { c.Site, c.APIKey = "acme.teamwork.com", "k" }, providers.Options{}, "site's name only"},
		"no credential":      {func(*Config) {}, providers.Options{}, "no credential is set"},
		"user alone":         {func(c *Config) { c.Username = "u" }, providers.Options{}, "password: is required"},
		"two":                {func(c *Config) { c.APIKey, c.AccessToken = "k", "t" }, providers.Options{}, "several credentials"},
		"version":            {func(c *Config) { c.APIKey, c.APIVersion = "k", "v2" }, providers.Options{}, `api_version: "v2" is not valid; use one of v3, v1`},
		"v1 and projects":    {func(c *Config) { c.APIKey, c.APIVersion, c.ProjectIDs = "k", "v1", []int64{1} }, providers.Options{}, "v1 has no project filters"},
		"v1 and large pages": {func(c *Config) { c.APIKey, c.APIVersion = "k", "v1" }, providers.Options{PageSize: 500}, "page_size: 500 is outside 1..100"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			c.Site = "acme"
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

func TestAuth(t *testing.T) {
	assert.Equal(t, providers.BasicAuth{Username: "k", Password: "x"}, (&Config{APIKey: "k"}).auth())
	assert.Equal(t, providers.Bearer("t"), (&Config{AccessToken: "t"}).auth())
	assert.Equal(t, providers.BasicAuth{Username: "u", Password: "p"}, (&Config{Username: "u", Password: "p"}).auth())
}

func TestRequest(t *testing.T) {
	const head = "startDate=2026-03-06T09%3A00%3A00Z&endDate=2026-03-06T10%3A00%3A00Z&orderBy=date&orderMode=asc&page=2&pageSize=100&skipCounts=true&include=users&includeArchivedProjects=true&showDeleted=true"
	for name, tt := range map[string]struct {
		filter providers.Filter
		set    func(*Config)
		want   string
	}{
		"plain": {providers.Filter{}, nil, ""},
		"projects": {providers.Filter{}, func(c *Config) {
			c.ProjectIDs, c.ProjectTagIDs, c.OnlyStarredProjects = []int64{1, 2}, []int64{3}, true
		}, "&projectIds=1%2C2&projectTagIds=3&onlyStarredProjects=true"},
		"owners and more": {providers.Filter{}, func(c *Config) {
			c.ProjectOwnerIDs, c.ProjectCompanyIDs, c.ProjectCategoryIDs = []int64{1}, []int64{2}, []int64{3}
		}, "&projectOwnerIds=1&projectCompanyIds=2&projectCategoryIds=3"},
		"users":           {providers.Filter{ActorIDs: []string{"5", "6"}}, nil, "&userIds=5%2C6"},
		"no number":       {providers.Filter{ActorIDs: []string{"jon"}}, nil, ""},
		"items of a type": {providers.Filter{EntityTypes: []string{"billinginvoice"}, Entities: []string{"77"}}, nil, "&activityTypes=billingInvoice&itemIds=77"},
		"an unknown type": {providers.Filter{EntityTypes: []string{"task", "dream"}}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			c.Site, c.APIKey = "acme", "k"
			if tt.set != nil {
				tt.set(c)
			}
			source := providertest.Open(t, c, providers.Options{Filter: tt.filter})
			client := providertest.Body(`{"activities":[]}`, nil)
			_, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{
				Since: time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC), Until: time.Date(2026, 3, 6, 10, 0, 0, 0, time.UTC), Cursor: "2", PageSize: 100,
			})
			require.NoError(t, err)
			assert.Equal(t, "/projects/api/v3/latestactivity.json", client.Requests()[0].Path)
			assert.Equal(t, head+tt.want, client.Requests()[0].Query.Encode())
		})
	}
}

func TestTheRemoteQueryGoesBeforeUnifiedFilters(t *testing.T) {
	c := newConfig()
	c.Site, c.APIKey, c.ProjectIDs = "acme", "k", []int64{1}
	source := providertest.Open(t, c, providers.Options{
		Filter:      providers.Filter{ActorIDs: []string{"5"}, Entities: []string{"77"}, EntityTypes: []string{"task"}},
		RemoteQuery: map[string]string{"userIds": "6", "range": "allTime"},
	})
	client := providertest.Body(`{"activities":[]}`, nil)
	_, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{PageSize: 100})
	require.NoError(t, err)
	assert.Contains(t, client.Requests()[0].Query.Encode(), "&projectIds=1&activityTypes=task&itemIds=77&range=allTime&userIds=6")
	assert.Subset(t, source.Streams[0].Reserved, []string{"showDeleted", "projectIds", "startDate"})
	assert.NotContains(t, source.Streams[0].Reserved, "userIds")
}

func TestWaitsAsTheVendorSays(t *testing.T) {
	const date = "Fri, 06 Mar 2026 09:00:00 GMT"
	at := time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC).Unix()
	epoch := func(ahead int64) string { return strconv.FormatInt(at+ahead, 10) }
	for name, tt := range map[string]struct {
		header http.Header
		want   time.Duration
	}{
		"nothing told":             {http.Header{"Date": {date}}, 0},
		"a sister's spelling":      {http.Header{"Date": {date}, "X-Rate-Limit-Reset": {epoch(42)}}, 42 * time.Second},
		"a reset that has passed":  {http.Header{"Date": {date}, "X-Rate-Limit-Reset": {epoch(-5)}}, 0},
		"no clock to measure by":   {http.Header{"X-Rate-Limit-Reset": {epoch(42)}}, 0},
		"Retry-After goes before":  {http.Header{"Date": {date}, "X-Rate-Limit-Reset": {epoch(42)}, "Retry-After": {"7"}}, 0},
		"Projects' spelling first": {http.Header{"Date": {date}, "X-Rate-Limit-Reset": {epoch(42)}, "X-Ratelimit-Reset": {epoch(9)}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := classify(&providers.Response{Status: 429, Header: tt.header})
			require.NotNil(t, e)
			assert.Equal(t, tt.want, e.RetryAfter)
		})
	}
}

func TestPaging(t *testing.T) {
	for name, tt := range map[string]struct {
		version, cursor, body string
		header                http.Header
		next                  string
	}{
		"v3 goes on":                {"v3", "", `{"activities":[],"meta":{"page":{"hasMore":true}}}`, nil, "2"},
		"v3 ends":                   {"v3", "7", `{"activities":[{"id":1}],"meta":{"page":{"hasMore":false,"count":701}}}`, nil, ""},
		"v1 goes on":                {"v1", "", `{"activity":[{"id":"1"}]}`, http.Header{"X-Page": {"1"}, "X-Pages": {"3"}}, "2"},
		"v1 goes on without header": {"v1", "4", `{"activity":[{"id":"1"}]}`, nil, "5"},
		"v1 ends with its pages":    {"v1", "3", `{"activity":[{"id":"1"}]}`, http.Header{"X-Page": {"3"}, "X-Pages": {"3"}}, ""},
		"v1 ends with an empty one": {"v1", "4", `{"activity":[],"STATUS":"OK"}`, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, tt.version, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, tt.header), providers.Query{Cursor: tt.cursor, PageSize: 100})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.next != "", page.More)
		})
	}
}

func TestTooManyRowsForOneWindow(t *testing.T) {
	_, stream := open(t, "v3", providers.Options{})
	client := providertest.Body(`{"activities":[]}`, nil)
	_, err := stream.Fetch(t.Context(), client, providers.Query{Cursor: "100", PageSize: 500})
	require.NoError(t, err)
	_, err = stream.Fetch(t.Context(), client, providers.Query{Cursor: "101", PageSize: 500})
	assert.Equal(t, providers.WindowTooLarge, providers.ClassOf(err))
	assert.Len(t, client.Requests(), 1, "the vendor would refuse the request")
}

func TestErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		want   providers.Class
		text   string
	}{
		"rate limit":        {429, ``, providers.Throttled, ""},
		"rate limit, older": {400, `Rate limit reached`, providers.Throttled, ""},
		"malformed date":    {400, `{"errors":[{"title":"Bad Request"}]}`, providers.Denied, ""},
		"key":               {401, ``, providers.Unauthorized, "another site"},
		"permission":        {403, ``, providers.Denied, "site administrator"},
		"site":              {404, ``, providers.Denied, "EU sites"},
		"outage":            {500, ``, providers.Transient, ""},
		"login page":        {200, `<html>`, providers.Transient, "not JSON"},
		"another list":      {200, `{"tasks":[]}`, providers.Transient, "is missing"},
	} {
		for _, version := range []string{"v3", "v1"} {
			t.Run(version+" "+name, func(t *testing.T) {
				source, stream := open(t, version, providers.Options{})
				_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{PageSize: 10})
				require.Error(t, err)
				assert.Equal(t, tt.want, providers.ClassOf(err))
				assert.Contains(t, err.Error(), tt.text)
			})
		}
	}
}
