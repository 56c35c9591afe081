package sdelements

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

const endpoint = "https://acme.sdelements.com"

func open(t testing.TB, c Config, o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	if c.APIToken == "" {
		c.APIToken = "example-token"
	}
	if o.Endpoint == "" {
		o.Endpoint = endpoint
	}
	source := providertest.Open(t, &c, o)
	return source, providertest.Stream(t, source, "activities")
}

func TestGolden(t *testing.T) {
	_, stream := open(t, Config{}, providers.Options{})
	providertest.Golden(t, stream, "testdata/activities")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, Config{}, providers.Options{})
	providertest.Fuzz(f, stream, `{"id":1,"name":"ComponentAddedTaskActivity","actor":2,"date":"2026-05-11T06:40:01.120455Z","data":{"task":"1-T2","":3}}`)
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		config Config
		opts   providers.Options
		want   string
	}{
		"complete":           {Config{APIToken: "t"}, providers.Options{Endpoint: endpoint}, ""},
		"below a path":       {Config{APIToken: "t"}, providers.Options{Endpoint: "https://tools.example.com/sde"}, ""},
		"auth extension":     {Config{}, providers.Options{Endpoint: endpoint, ExternalAuth: true}, ""},
		"no endpoint":        {Config{APIToken: "t"}, providers.Options{}, "endpoint: is required (the instance"},
		"endpoint with path": {Config{APIToken: "t"}, providers.Options{Endpoint: endpoint + "/api/v2"}, "leave out /api/v2"},
		"endpoint is no URL": {Config{APIToken: "t"}, providers.Options{Endpoint: "https://a b"}, "endpoint: is no URL"},
		"no token":           {Config{}, providers.Options{Endpoint: endpoint}, "api_token: no credential is set"},
		"token in quotes":    {Config{APIToken: `"t"`}, providers.Options{Endpoint: endpoint}, "api_token: must be the bare token"},
		"token with prefix":  {Config{APIToken: `Token t`}, providers.Options{Endpoint: endpoint}, "api_token: must be the bare token"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tt.config.Open(tt.opts)
			if tt.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tt.want)
			}
		})
	}
}

func TestSource(t *testing.T) {
	source, stream := open(t, Config{}, providers.Options{Endpoint: "https://SDE.example.com:8443"})
	assert.Equal(t, "sde.example.com:8443", source.Tenant)
	assert.Equal(t, providers.HeaderAuth{Name: "Authorization", Prefix: "Token ", Value: "example-token"}, source.Auth)
	assert.Equal(t, time.Minute, source.Budgets[0].RetryAfter)
	assert.Equal(t, http.Header{"Accept": {"application/json"}}, source.Header)
	assert.LessOrEqual(t, stream.Parallel, 1, "one request at a time")
	assert.Subset(t, stream.Reserved, []string{"date_from", "date_to", "page", "page_size", "cursor"})
}

func TestPaging(t *testing.T) {
	const next = "/api/v2/activities/?date_from=2026-05-01T00%3A00%3A00.000000Z&page=2&page_size=100"
	for name, tt := range map[string]struct {
		next string // JSON
		want string
	}{
		"link of the instance":     {`"` + endpoint + next + `"`, next},
		"link of an internal host": {`"http://sde.internal:8000` + next + `"`, next},
		"link by cursor":           {`"https://acme.sdelements.com/api/v2/activities/?cursor=cD0x"`, "/api/v2/activities/?cursor=cD0x"},
		"null":                     {`null`, ""},
		"empty":                    {`""`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, Config{}, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(`{"count":7,"next":`+tt.next+`,"results":[{"id":1}]}`, nil), providers.Query{PageSize: 1})
			require.NoError(t, err)
			assert.Equal(t, tt.want, page.Next)
			assert.Equal(t, tt.want != "", page.More)
			assert.Len(t, page.Events, 1)
		})
	}
	t.Run("results alone", func(t *testing.T) {
		_, stream := open(t, Config{}, providers.Options{})
		page, err := stream.Fetch(t.Context(), providertest.Body(`{"results":[]}`, nil), providers.Query{PageSize: 1})
		require.NoError(t, err)
		assert.Empty(t, page.Events)
		assert.False(t, page.More)
	})
}

func TestRequest(t *testing.T) {
	_, stream := open(t, Config{ApplicationDesc: "Pay & Go", BusinessUnitDesc: "Retail", ProjectDesc: "Atlas", StandardDesc: "T21: Encrypt", ID: "7"},
		providers.Options{Filter: providers.Filter{ActorIDs: []string{"21"}}, RemoteQuery: map[string]string{"name__iexact": "x", "id": "8"}})
	client := providertest.Body(`{"results":[]}`, nil)
	since := time.Date(2026, 5, 11, 8, 0, 0, 120455000, time.FixedZone("", 7200))
	_, err := stream.Fetch(t.Context(), client, providers.Query{Since: since, Until: since.Add(time.Hour), PageSize: 250})
	require.NoError(t, err)
	link := "/api/v2/activities/?date_from=x%2By&page=2"
	_, err = stream.Fetch(t.Context(), client, providers.Query{Since: since, Until: since.Add(time.Hour), Cursor: link, PageSize: 250})
	require.NoError(t, err)
	requests := client.Requests()
	assert.Equal(t, providers.Request{Path: "/api/v2/activities/", Query: providers.Params{
		{Key: "date_from", Value: "2026-05-11T06:00:00.120455Z"},
		{Key: "date_to", Value: "2026-05-11T07:00:00.120455Z"},
		{Key: "page_size", Value: "250"},
		{Key: "actor", Value: "21"},
		{Key: "application_desc", Value: "Pay & Go"},
		{Key: "business_unit_desc", Value: "Retail"},
		{Key: "id", Value: "8"},
		{Key: "name__iexact", Value: "x"},
		{Key: "project_desc", Value: "Atlas"},
		{Key: "standard_desc", Value: "T21: Encrypt"},
	}}, requests[0])
	assert.Equal(t, providers.Request{Link: link}, requests[1], "a link goes out as it came")
}

func TestPushedFilters(t *testing.T) {
	of := func(kind, id string) providers.Filter {
		return providers.Filter{EntityTypes: []string{kind}, Entities: []string{id}}
	}
	for name, tt := range map[string]struct {
		filter providers.Filter
		want   map[string]string
	}{
		"none":                    {providers.Filter{}, map[string]string{}},
		"actor":                   {providers.Filter{ActorIDs: []string{"21"}}, map[string]string{"actor": "21"}},
		"actor is no number":      {providers.Filter{ActorIDs: []string{"U21"}}, map[string]string{}},
		"several actors":          {providers.Filter{ActorIDs: []string{"1", "2"}}, map[string]string{}},
		"login":                   {providers.Filter{Actions: []string{"login"}}, map[string]string{"name": "LoggedInActivity"}},
		"logout":                  {providers.Filter{Actions: []string{"logout"}}, map[string]string{"name": "LoggedOutActivity"}},
		"user_deactivated":        {providers.Filter{Actions: []string{"user_deactivated"}}, map[string]string{"name": "DeactivatedUserActivity"}},
		"raw name":                {providers.Filter{Actions: []string{"ImportExportActivity"}}, map[string]string{"name": "ImportExportActivity"}},
		"action of several names": {providers.Filter{Actions: []string{"user_created"}}, map[string]string{}},
		"action open to rules":    {providers.Filter{Actions: []string{"user_deleted"}}, map[string]string{}},
		"several actions":         {providers.Filter{Actions: []string{"login", "logout"}}, map[string]string{}},
		"user":                    {of("User", "U7"), map[string]string{"user": "7"}},
		"user by number":          {of("user", "7"), map[string]string{"user": "7"}},
		"user by something else":  {of("user", "G7"), map[string]string{}},
		"project":                 {of("project", "412"), map[string]string{"project": "412"}},
		"application":             {of("application", "38"), map[string]string{"application": "38"}},
		"business unit":           {of("business_unit", "5"), map[string]string{"business_unit": "5"}},
		"library task":            {of("standard", "CT21"), map[string]string{"standard": "CT21"}},
		"project task":            {of("standard", "PT1"), map[string]string{}},
		"other type":              {of("group", "G1"), map[string]string{}},
		"entity alone":            {providers.Filter{Entities: []string{"412"}}, map[string]string{}},
		"type alone":              {providers.Filter{EntityTypes: []string{"project"}}, map[string]string{}},
		"several entities":        {providers.Filter{EntityTypes: []string{"project"}, Entities: []string{"1", "2"}}, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, pushed(&tt.filter)) })
	}
}

func TestErrors(t *testing.T) {
	const page2, byCursor = "/api/v2/activities/?page=2", "/api/v2/activities/?cursor=cD0x"
	for name, tt := range map[string]struct {
		status       int
		body, cursor string
		want         providers.Class
		text         string
	}{
		"no token":            {401, `{"detail":"Authentication credentials were not provided."}`, "", providers.Unauthorized, "not provided. (api_token is missing"},
		"wrong token":         {401, `{"detail":"Invalid token."}`, "", providers.Unauthorized, "Invalid token."},
		"permission":          {403, `{"detail":"You do not have permission to perform this action."}`, "", providers.Denied, "use an administrator's"},
		"filter value":        {400, `{"actor":["Enter a number.","Again."],"id":"x"}`, "", providers.Denied, "actor: Enter a number.; actor: Again.; id: x"},
		"other 400":           {400, `["a"]`, "", providers.Denied, "HTTP 400"},
		"wrong host":          {404, `<html>nginx</html>`, "", providers.Denied, "no SD Elements instance"},
		"first page":          {404, `{"detail":"Not found."}`, "", providers.Denied, "Not found."},
		"refused cursor":      {404, `{"detail":"Invalid cursor"}`, byCursor, providers.CursorLost, "Invalid cursor"},
		"upgrade while paged": {404, `<html>nginx</html>`, page2, providers.Denied, "HTTP 404"},
		"rate limit":          {429, `{"detail":"Request was throttled."}`, "", providers.Throttled, "throttled"},
		"upgrade":             {503, `<html>`, "", providers.Transient, "HTTP 503"},
		"sign-in page":        {200, "\n<!DOCTYPE html>", "", providers.Unauthorized, "a sign-in page came"},
		"redirect":            {302, ``, "", providers.Unauthorized, "a sign-in page came"},
		"cut body":            {200, `{"results":[{"id":1}`, "", providers.Transient, "not JSON"},
		"another shape":       {200, `{"detail":"x"}`, "", providers.Transient, "results is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, Config{}, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Cursor: tt.cursor, PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
			assert.NotContains(t, err.Error(), "example-token")
		})
	}
	t.Run("a page past the end is the end", func(t *testing.T) {
		source, stream := open(t, Config{}, providers.Options{})
		page, err := stream.Fetch(t.Context(), providertest.Refuse(source, 404, nil, `{"detail":"Invalid page."}`), providers.Query{Cursor: page2, PageSize: 10})
		require.NoError(t, err)
		assert.Equal(t, providers.Page{}, page)
	})
}
