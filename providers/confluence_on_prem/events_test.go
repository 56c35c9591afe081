package confluenceonprem

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

var (
	since = time.Date(2026, 3, 2, 7, 0, 0, 1e6, time.UTC)
	until = time.Date(2026, 3, 2, 10, 0, 0, 0, time.FixedZone("", 3600))
)

func row(at string) string { return `{"timestamp":"` + at + `","type":{"actionI18nKey":"k"}}` }

func TestPaging(t *testing.T) {
	inside, before := row("2026-03-02T07:00:01.000Z"), row("2026-03-02T07:00:00.000Z")
	const paging = `"pagingInfo":{"lastPage":false,"size":1,"nextPageOffset":0,"nextPageCursor":"1772434801000,7","nextPageLink":"http://wiki.internal/rest/auditing/1.0/events?offset=0"}`
	for name, tt := range map[string]struct {
		cursor, body string
		next         string
		more         bool
	}{
		"a page goes on":             {"", `{"entities":[` + inside + `],` + paging + `}`, "0 1772434801000,7", true},
		"with the vendor's offset":   {"", `{"entities":[` + inside + `],"pagingInfo":{"nextPageOffset":5,"nextPageCursor":"1,2"}}`, "5 1,2", true},
		"the last page ends":         {"0 9,9", `{"entities":[` + inside + `],"pagingInfo":{"lastPage":true,"size":1}}`, "", false},
		"last page beside a cursor":  {"0 9,9", `{"entities":[` + inside + `],"pagingInfo":{"lastPage":true,"nextPageCursor":"1,2"}}`, "", false},
		"no cursor ends":             {"0 9,9", `{"entities":[` + inside + `],"pagingInfo":{"lastPage":false}}`, "", false},
		"no paging at all ends":      {"", `{"entities":[` + inside + `]}`, "", false},
		"an empty page ends":         {"0 9,9", `{"entities":[],` + paging + `}`, "0 1772434801000,7", false},
		"the same cursor ends":       {"0 1772434801000,7", `{"entities":[` + inside + `],` + paging + `}`, "0 1772434801000,7", false},
		"beyond the window ends":     {"", `{"entities":[` + inside + `,` + before + `],` + paging + `}`, "0 1772434801000,7", false},
		"an unreadable time goes on": {"", `{"entities":[` + row("soon") + `],` + paging + `}`, "0 1772434801000,7", true},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, nil, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{Since: since, Until: until, Cursor: tt.cursor, PageSize: 2})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.more, page.More)
		})
	}
}

func TestLegacyPaging(t *testing.T) {
	for name, tt := range map[string]struct {
		cursor, body string
		next         string
		more         bool
	}{
		"a full page goes on":      {"", `{"results":[{},{}],"limit":2}`, "2", true},
		"a short page ends":        {"2", `{"results":[{}],"limit":2,"_links":{"next":"/rest/api/audit?start=3"}}`, "3", false},
		"an empty page ends":       {"4", `{"results":[],"limit":2}`, "4", false},
		"a limit that was lowered": {"", `{"results":[{}],"limit":1}`, "1", true},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, old, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{Cursor: tt.cursor, PageSize: 2})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.more, page.More)
		})
	}
}

func TestRequest(t *testing.T) {
	window := providers.Params{{Key: "from", Value: "2026-03-02T07:00:00.001Z"}, {Key: "to", Value: "2026-03-02T09:00:00.000Z"}, {Key: "limit", Value: "500"}}
	_, stream := open(t, nil, providers.Options{
		Filter:      providers.Filter{Actions: []string{"user_created"}, ActorIDs: []string{"a", "b"}},
		RemoteQuery: map[string]string{"search": "docs", "scanLimit": "1000"},
	})
	client := providertest.Body(`{"entities":[]}`, nil)
	for _, cursor := range []string{"", "0 1772434801000,7"} {
		_, err := stream.Fetch(t.Context(), client, providers.Query{Since: since, Until: until, Cursor: cursor, PageSize: 500})
		require.NoError(t, err)
	}
	filters := append(window[:3:3], providers.Param{Key: "userIds", Value: "a,b"}, providers.Param{Key: "scanLimit", Value: "1000"}, providers.Param{Key: "search", Value: "docs"})
	requests := client.Requests()
	require.Len(t, requests, 2)
	assert.Equal(t, "/rest/auditing/1.0/events", requests[0].Path)
	assert.Equal(t, filters, requests[0].Query)
	assert.Equal(t, append(filters[:len(filters):len(filters)], providers.Param{Key: "offset", Value: "0"}, providers.Param{Key: "pageCursor", Value: "1772434801000,7"}), requests[1].Query)
	assert.Empty(t, requests[1].Link, "the vendor's next link is not followed")
	for _, key := range []string{"from", "to", "limit", "offset", "pageCursor", "outputFormat"} {
		assert.Contains(t, stream.Reserved, key)
	}
}

func TestLegacyRequest(t *testing.T) {
	_, stream := open(t, old, providers.Options{
		Filter:      providers.Filter{Actions: []string{"user_created"}, ActorIDs: []string{"a"}},
		RemoteQuery: map[string]string{"searchString": "docs"},
	})
	client := providertest.Body(`{"results":[]}`, nil)
	_, err := stream.Fetch(t.Context(), client, providers.Query{Since: since, Until: until, Cursor: "1000", PageSize: 500})
	require.NoError(t, err)
	assert.Equal(t, "/rest/api/audit", client.Requests()[0].Path)
	assert.Equal(t, providers.Params{
		{Key: "startDate", Value: "1772434800001"},
		{Key: "endDate", Value: "1772442000000"},
		{Key: "start", Value: "1000"},
		{Key: "limit", Value: "500"},
		{Key: "searchString", Value: "docs"},
	}, client.Requests()[0].Query)
}

func TestAuditSearches(t *testing.T) {
	body := `{"entities":[{"type":{"actionI18nKey":"` + auditSearch + `"}},` + row("2026-03-02T07:00:01Z") + `,{"type":{"actionI18nKey":"` + auditSearch + `"}}],"pagingInfo":{"nextPageCursor":"1,2"}}`
	for name, tt := range map[string]struct {
		skip           bool
		kept, filtered int
	}{"kept by default": {false, 3, 0}, "dropped and counted": {true, 1, 2}} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, func(c *Config) { c.SkipAuditSearches = tt.skip }, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(body, nil), providers.Query{Since: since, Until: until, PageSize: 3})
			require.NoError(t, err)
			assert.Len(t, page.Events, tt.kept)
			assert.Equal(t, tt.filtered, page.Filtered)
			assert.True(t, page.More, "a page of dropped rows alone is no end either")
			assert.Contains(t, page.Events[len(page.Events)/2].Raw, "07:00:01", "the others stay")
		})
	}
}

func TestPushedFilters(t *testing.T) {
	created := []string{"user_created"}
	for name, tt := range map[string]struct {
		filter providers.Filter
		remote map[string]string
		want   providers.Params
	}{
		"none":                       {providers.Filter{}, nil, nil},
		"actors of no sign-in":       {providers.Filter{Actions: created, ActorIDs: []string{"a", "b"}}, nil, providers.Params{{Key: "userIds", Value: "a,b"}}},
		"actors of anything":         {providers.Filter{ActorIDs: []string{"a"}}, nil, nil},
		"actors of sign-ins":         {providers.Filter{Actions: []string{"user_created", "login"}, ActorIDs: []string{"a"}}, nil, nil},
		"actors of failed ones":      {providers.Filter{Actions: []string{"login_failed"}, ActorIDs: []string{"a"}}, nil, nil},
		"actors of a raw sign-out":   {providers.Filter{Actions: []string{"audit.logging.summary.user.logout"}, ActorIDs: []string{"a"}}, nil, nil},
		"an id with a comma":         {providers.Filter{Actions: created, ActorIDs: []string{"a,b"}}, nil, nil},
		"the remote query's actors":  {providers.Filter{Actions: created, ActorIDs: []string{"a"}}, map[string]string{"userIds": "x"}, providers.Params{{Key: "userIds", Value: "x"}}},
		"one object":                 {providers.Filter{Entities: []string{"131073"}, EntityTypes: []string{"Space"}}, nil, providers.Params{{Key: "affectedObject", Value: "Space,131073"}}},
		"an object without type":     {providers.Filter{Entities: []string{"131073"}}, nil, nil},
		"a type without object":      {providers.Filter{EntityTypes: []string{"Space"}}, nil, nil},
		"a type in another spelling": {providers.Filter{Entities: []string{"131073"}, EntityTypes: []string{"space"}}, nil, nil},
		"two objects":                {providers.Filter{Entities: []string{"1", "2"}, EntityTypes: []string{"Space"}}, nil, nil},
		"an id with a semicolon":     {providers.Filter{Entities: []string{"1;User"}, EntityTypes: []string{"Space"}}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, pushed(&providers.Options{Filter: tt.filter, RemoteQuery: tt.remote}))
		})
	}
}
