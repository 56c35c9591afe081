package atlassian

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

var (
	since = time.Date(2026, 3, 2, 7, 0, 0, 250e6, time.UTC)
	now   = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
)

func TestStreamPaging(t *testing.T) {
	const stored, quiet = "1772434800250 A=", "1772434800250 "
	for name, tt := range map[string]struct {
		cursor, body string
		next         string
		more         bool
		restart      bool
	}{
		"a page goes on":                 {stored, `{"data":[{}],"meta":{"next":"B="}}`, "1772438400000 B=", true, false},
		"first page":                     {"", `{"data":[{}],"meta":{"next":"A="}}`, "1772438400000 A=", true, false},
		"a short page goes on too":       {stored, `{"data":[{}],"meta":{"next":"B=","page_size":200}}`, "1772438400000 B=", true, false},
		"an empty page brings a cursor":  {stored, `{"data":[],"meta":{"next":"C="}}`, quiet + "C=", false, false},
		"first page, empty":              {"", `{"data":[],"meta":{"next":"C="}}`, quiet + "C=", false, false},
		"the same cursor ends":           {stored, `{"data":[{}],"meta":{"next":"A="}}`, "1772438400000 A=", false, false},
		"null and empty restarts":        {stored, `{"data":[],"meta":{"next":null}}`, "", false, true},
		"no cursor beside events, too":   {stored, `{"data":[{}],"meta":{}}`, "", false, true},
		"no cursor on the first page":    {"", `{"data":[{}]}`, "", false, true},
		"the cursor of the link":         {stored, `{"data":[{}],"meta":{"next":null},"links":{"next":"https://api.atlassian.com/admin/v1/orgs/o/events-stream?limit=2&cursor=B%2B%3D"}}`, "1772438400000 B+=", true, false},
		"a link without cursor restarts": {stored, `{"data":[{}],"links":{"next":"https://api.atlassian.com/admin/v1/orgs/next_link="}}`, "", false, true},
		"a broken link restarts":         {stored, `{"data":[{}],"links":{"next":"https://a b/%zz"}}`, "", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, nil, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{Since: since, Cursor: tt.cursor, PageSize: 2, Now: now})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.more, page.More)
			assert.Equal(t, tt.restart, page.Restart)
			assert.Empty(t, page.Warnings)
		})
	}
}

func TestStreamRequest(t *testing.T) {
	_, stream := open(t, nil, providers.Options{RemoteQuery: map[string]string{"extra": "1"}})
	client := providertest.Body(`{"data":[]}`, nil)
	for _, cursor := range []string{"", "1772434800250 A+/= x"} {
		_, err := stream.Fetch(t.Context(), client, providers.Query{Since: since, Cursor: cursor, PageSize: 200, Now: now})
		require.NoError(t, err)
	}
	requests := client.Requests()
	require.Len(t, requests, 2)
	for _, r := range requests {
		assert.Equal(t, "/admin/v1/orgs/"+org+"/events-stream", r.Path)
		assert.Empty(t, r.Method)
	}
	assert.Equal(t, providers.Params{{Key: "from", Value: "1772434800250"}, {Key: "sortOrder", Value: "asc"}, {Key: "extra", Value: "1"}, {Key: "limit", Value: "200"}}, requests[0].Query)
	assert.Equal(t, providers.Params{{Key: "cursor", Value: "A+/= x"}, {Key: "limit", Value: "200"}}, requests[1].Query)
}

// A silent log is told of once it has been silent for a day, over restarts too:
// the moment is part of the cursor.
func TestSilence(t *testing.T) {
	_, stream := open(t, nil, providers.Options{})
	empty := providertest.Body(`{"data":[],"meta":{"next":"A="}}`, nil)
	fetch := func(c *providertest.Client, cursor string, at time.Time) providers.Page {
		page, err := stream.Fetch(t.Context(), c, providers.Query{Since: since, Cursor: cursor, PageSize: 2, Now: at})
		require.NoError(t, err)
		return page
	}
	page := fetch(empty, "", since.Add(time.Hour))
	assert.Empty(t, page.Warnings)
	page = fetch(empty, page.Next, since.Add(day-time.Millisecond))
	assert.Empty(t, page.Warnings)
	page = fetch(empty, page.Next, since.Add(day))
	require.Len(t, page.Warnings, 1)
	assert.Contains(t, page.Warnings[0], "Atlassian Guard")
	page = fetch(providertest.Body(`{"data":[{}],"meta":{"next":"B="}}`, nil), page.Next, since.Add(day))
	page = fetch(empty, page.Next, since.Add(day+time.Hour))
	assert.Empty(t, page.Warnings)
}

func TestQueryPaging(t *testing.T) {
	for name, tt := range map[string]struct {
		actions      []string
		cursor, body string
		next         string
		more         bool
		branches     []string
	}{
		"a page goes on":             {nil, "", `{"data":[{}],"meta":{"next":"A"}}`, "0 A", true, nil},
		"an empty page may go on":    {nil, "0 A", `{"data":[],"meta":{"next":"B"}}`, "0 B", true, nil},
		"no cursor ends":             {nil, "0 A", `{"data":[{}],"meta":{"next":null}}`, "", false, nil},
		"the same cursor ends":       {nil, "0 A", `{"data":[{}],"meta":{"next":"A"}}`, "0 A", false, nil},
		"each action is a branch":    {[]string{"a", "b", "c"}, "", `{"data":[{}],"meta":{"next":"A"}}`, "0 A", true, []string{"1 ", "2 "}},
		"branches come but once":     {[]string{"a", "b", "c"}, "0 A", `{"data":[{}]}`, "", false, nil},
		"a branch keeps its number":  {[]string{"a", "b", "c"}, "2 ", `{"data":[{}],"meta":{"next":"A"}}`, "2 A", true, nil},
		"one action needs no branch": {[]string{"a"}, "", `{"data":[{}]}`, "", false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, func(c *Config) { c.API, c.Actions = eventsQuery, tt.actions }, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{Since: since, Until: now, Cursor: tt.cursor, PageSize: 2, Now: now})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.more, page.More)
			assert.Equal(t, tt.branches, page.Branches)
			assert.False(t, page.Restart)
		})
	}
}

func TestQueryRequest(t *testing.T) {
	_, stream := open(t, func(c *Config) { c.API, c.Actions, c.Query = eventsQuery, []string{"a", "b"}, "word" }, providers.Options{})
	client := providertest.Body(`{"data":[]}`, nil)
	for _, cursor := range []string{"", "1 ", "1 X="} {
		_, err := stream.Fetch(t.Context(), client, providers.Query{Since: since, Until: now, Cursor: cursor, PageSize: 500, Now: now})
		require.NoError(t, err)
	}
	window := providers.Params{{Key: "from", Value: "1772434800250"}, {Key: "to", Value: "1772438400000"}, {Key: "limit", Value: "500"}}
	word := providers.Param{Key: "q", Value: "word"}
	requests := client.Requests()
	require.Len(t, requests, 3)
	assert.Equal(t, "/admin/v1/orgs/"+org+"/events", requests[0].Path)
	assert.Equal(t, append(window[:3:3], providers.Param{Key: "action", Value: "a"}, word), requests[0].Query)
	assert.Equal(t, append(window[:3:3], providers.Param{Key: "action", Value: "b"}, word), requests[1].Query)
	assert.Equal(t, append(window[:3:3], providers.Param{Key: "action", Value: "b"}, word, providers.Param{Key: "cursor", Value: "X="}), requests[2].Query)
}
