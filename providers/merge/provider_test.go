package merge

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

func open(t testing.TB, o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	c, _ := Provider().Example()
	source := providertest.Open(t, c, o)
	return source, providertest.Stream(t, source, "audit_trail")
}

func TestGolden(t *testing.T) {
	_, stream := open(t, providers.Options{})
	providertest.Golden(t, stream, "testdata/audit_trail")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, providers.Options{})
	providertest.Fuzz(f, stream, `{"id":"1","user_email":"a@example.com","role":"API","ip_address":"203.0.113.1","event_type":"INVITED_USER","created_at":"2026-05-11T06:40:01.120455Z"}`)
}

func TestAction(t *testing.T) {
	for eventType, want := range map[string]struct {
		action providers.Action
		entity string
	}{
		"CREATED_DESTINATION":           {providers.Create, "destination"},
		"DELETED_TEST_API_KEY":          {providers.Destroy, "api_key"},
		"MERGE_WEBHOOK_TARGET_CHANGED":  {providers.Updated, "webhook"},
		"INVITED_USER":                  {providers.UserInvited, "user"},
		"TWO_FACTOR_AUTH_DISABLED":      {providers.UserUpdated, "user"},
		"FORCED_LINKED_ACCOUNT_RESYNC":  {"FORCED_LINKED_ACCOUNT_RESYNC", "linked_account"},
		"END_USER_CREDENTIALS_ACCESSED": {"END_USER_CREDENTIALS_ACCESSED", "credential"},
		"invited_user":                  {"invited_user", ""},
		"SOMETHING_NEW":                 {"SOMETHING_NEW", ""},
		"":                              {"", ""},
	} {
		got, entity := action(eventType)
		assert.Equal(t, want.action, got, eventType)
		assert.Equal(t, want.entity, entity, eventType)
	}
	assert.Len(t, eventTypes, 43)
	for eventType, m := range eventTypes {
		assert.NotEmpty(t, m.entity, eventType)
		assert.True(t, m.action == "" || m.action.Unified(), eventType)
	}
}

func TestDerivedIDCountsEveryField(t *testing.T) {
	fields := []string{"created_at", "event_type", "user_email", "ip_address", "event_description"}
	seen := map[string]bool{}
	for _, left := range append(fields, "") {
		raw := `{"role":"ADMIN"`
		for _, f := range fields {
			if f != left {
				raw += `,"` + f + `":"` + f + `-value"`
			}
		}
		a, _ := decode(providers.Event{Raw: raw + "}"})
		assert.False(t, seen[a.ID], "without %s", left)
		seen[a.ID] = true
	}
	assert.True(t, seen[record.Digest("created_at-value", "event_type-value", "user_email-value", "ip_address-value", "event_description-value")])
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		config Config
		opts   providers.Options
		want   string
	}{
		"complete":         {Config{APIKey: "k", Category: "ats"}, providers.Options{}, ""},
		"newest category":  {Config{APIKey: "k", Category: "knowledgebase"}, providers.Options{}, ""},
		"auth extension":   {Config{Category: "hris"}, providers.Options{ExternalAuth: true}, ""},
		"no key":           {Config{Category: "hris"}, providers.Options{}, "api_key: no credential is set"},
		"unknown category": {Config{APIKey: "k", Category: "HRIS"}, providers.Options{}, `category: "HRIS" is not valid; use one of hris, ats`},
		"no category":      {Config{APIKey: "k"}, providers.Options{}, "category:"},
		"endpoint":         {Config{APIKey: "k", Category: "hris"}, providers.Options{Endpoint: "https://a b"}, "endpoint: is no URL"},
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
	assert.Equal(t, "hris", newConfig().Category)
}

func TestSource(t *testing.T) {
	source, stream := open(t, providers.Options{Endpoint: "https://api-eu.merge.dev"})
	assert.Equal(t, "api-eu.merge.dev", source.Tenant)
	assert.Equal(t, providers.Bearer("example-key"), source.Auth)
	assert.Equal(t, http.Header{"Accept": {"application/json"}}, source.Header)
	assert.Equal(t, time.Minute, source.Budgets[0].RetryAfter)
	assert.Equal(t, 100, stream.MaxPageSize)
	plain, _ := open(t, providers.Options{})
	assert.Equal(t, "https://api.merge.dev", plain.Endpoint)
}

func TestPaging(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want string
		n    int
	}{
		"cursor":       {`{"next":"cD0y+/=","results":[{"id":"1"}]}`, "cD0y+/=", 1},
		"empty page":   {`{"next":"c2","results":[]}`, "c2", 0},
		"null results": {`{"next":"c2","results":null}`, "c2", 0},
		"end":          {`{"next":null,"results":[{"id":"1"}]}`, "", 1},
		"no next":      {`{"results":[]}`, "", 0},
		"a link":       {`{"next":"https://evil.example/api/hris/v1/audit-trail?page_size=1&cursor=cD0y%2B","results":[]}`, "cD0y+", 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{PageSize: 100})
			require.NoError(t, err)
			assert.Equal(t, tt.want, page.Next)
			assert.Equal(t, tt.want != "", page.More)
			assert.Len(t, page.Events, tt.n)
		})
	}
}

func TestRequest(t *testing.T) {
	since := time.Date(2026, 5, 11, 8, 0, 0, 5e6, time.FixedZone("", 7200))
	const window = "start_date=2026-05-11T06%3A00%3A00.005Z&end_date=2026-05-11T07%3A00%3A00.005Z&page_size=50"
	for name, tt := range map[string]struct {
		filter providers.Filter
		remote map[string]string
		cursor string
		want   string
	}{
		"first page":           {providers.Filter{}, nil, "", window},
		"cursor":               {providers.Filter{}, nil, "cD0y+/=", window + "&cursor=cD0y%2B%2F%3D"},
		"actor and cursor":     {providers.Filter{ActorIDs: []string{"mia@example.com"}}, nil, "c", window + "&user_email=mia%40example.com&cursor=c"},
		"actor is no address":  {providers.Filter{ActorIDs: []string{"mia"}}, nil, "", window},
		"several actors":       {providers.Filter{ActorIDs: []string{"a@example.com", "b@example.com"}}, nil, "", window},
		"action of one type":   {providers.Filter{Actions: []string{"user_invited"}}, nil, "", window + "&event_type=INVITED_USER"},
		"action of several":    {providers.Filter{Actions: []string{"create"}}, nil, "", window},
		"action without types": {providers.Filter{Actions: []string{"login"}}, nil, "", window},
		"several actions":      {providers.Filter{Actions: []string{"user_invited", "create"}}, nil, "", window},
		"raw action":           {providers.Filter{Actions: []string{"FORCED_LINKED_ACCOUNT_RESYNC"}}, nil, "", window + "&event_type=FORCED_LINKED_ACCOUNT_RESYNC"},
		"type of an action":    {providers.Filter{Actions: []string{"CHANGED_SCOPES"}}, nil, "", window + "&event_type=CHANGED_SCOPES"},
		"unknown raw action":   {providers.Filter{Actions: []string{"SOMETHING_NEW"}}, nil, "", window},
		"remote query wins":    {providers.Filter{Actions: []string{"user_invited"}}, map[string]string{"event_type": "X", "a": "b"}, "", window + "&a=b&event_type=X"},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, providers.Options{Filter: tt.filter, RemoteQuery: tt.remote})
			client := providertest.Body(`{"results":[]}`, nil)
			_, err := stream.Fetch(t.Context(), client, providers.Query{Since: since, Until: since.Add(time.Hour), Cursor: tt.cursor, PageSize: 50})
			require.NoError(t, err)
			request := client.Requests()[0]
			assert.Equal(t, "/api/hris/v1/audit-trail", request.Path)
			assert.Equal(t, tt.want, request.Query.Encode())
		})
	}
	t.Run("category", func(t *testing.T) {
		source := providertest.Open(t, &Config{APIKey: "k", Category: "filestorage"}, providers.Options{})
		client := providertest.Body(`{"results":[]}`, nil)
		_, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{PageSize: 1})
		require.NoError(t, err)
		assert.Equal(t, "/api/filestorage/v1/audit-trail", client.Requests()[0].Path)
	})
}

func TestErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		status       int
		body, cursor string
		want         providers.Class
		text         string
	}{
		"wrong key":          {401, `{"detail":"Invalid key."}`, "", providers.Denied, "Invalid key. (api_key is wrong"},
		"plan":               {403, `{"detail":"Forbidden."}`, "", providers.Denied, "Enterprise plan"},
		"category, region":   {404, `{"detail":"Not found."}`, "", providers.Denied, "the organization's region"},
		"parameter":          {400, `{"detail":"bad date"}`, "", providers.Denied, "bad date"},
		"expired cursor":     {400, `{"detail":"bad cursor"}`, "c", providers.CursorLost, "bad cursor"},
		"request time-out":   {408, ``, "", providers.Denied, "HTTP 408"},
		"too early":          {425, ``, "", providers.Denied, "HTTP 425"},
		"rate limit":         {429, `{"detail":"Request was throttled."}`, "", providers.Throttled, "throttled"},
		"bad gateway":        {502, `<html>Bad Gateway</html>`, "", providers.Transient, "HTTP 502"},
		"login page":         {200, `<html>`, "", providers.Transient, "not JSON"},
		"another shape":      {200, `{"detail":"x"}`, "", providers.Transient, "results is missing"},
		"results is text":    {200, `{"results":"x"}`, "", providers.Transient, "a list of events was expected"},
		"link, no cursor":    {200, `{"next":"https://api.merge.dev/x?page=2","results":[]}`, "", providers.Transient, "a link without a cursor"},
		"link beyond repair": {200, `{"next":"https://[","results":[]}`, "", providers.Transient, "a link without a cursor"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Cursor: tt.cursor, PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}
