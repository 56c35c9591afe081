package slack

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

// logins is an answer whose entries have these times.
func logins(page, pages int, times ...int) string {
	entries := make([]string, len(times))
	for i, at := range times {
		entries[i] = fmt.Sprintf(`{"user_id":"U1","date_last":%d}`, at)
	}
	return fmt.Sprintf(`{"ok":true,"logins":[%s],"paging":{"count":2,"total":9,"page":%d,"pages":%d}}`, strings.Join(entries, ","), page, pages)
}

func TestAccessPaging(t *testing.T) {
	for name, tt := range map[string]struct {
		cursor, body, query, next string
	}{
		"first page":                     {"", logins(1, 3, 90, 80), "count=2&page=1&team_id=T1", "2 0 80"},
		"middle page keeps the oldest":   {"2 0 80", logins(2, 3, 95, 85), "count=2&page=2&team_id=T1", "3 0 80"},
		"last page":                      {"3 0 80", logins(3, 3, 70), "count=2&page=3&team_id=T1", ""},
		"empty list":                     {"", logins(1, 0), "count=2&page=1&team_id=T1", ""},
		"empty page ends":                {"2 0 80", logins(2, 3), "count=2&page=2&team_id=T1", ""},
		"after the last servable page":   {"100 0 50", logins(100, 100, 41, 40), "count=2&page=100&team_id=T1", "1 40 40"},
		"further back":                   {"1 40 40", logins(1, 2, 40, 39), "before=40&count=2&page=1&team_id=T1", "2 40 39"},
		"a hundred pages of one second":  {"100 40 40", logins(100, 100, 40, 40), "before=40&count=2&page=100&team_id=T1", "1 39 39"},
		"no page count, a full page":     {"", `{"ok":true,"logins":[{"date_last":9},{"date_last":8}]}`, "count=2&page=1&team_id=T1", "2 0 8"},
		"no page count, a short page":    {"", `{"ok":true,"logins":[{"date_last":9}]}`, "count=2&page=1&team_id=T1", ""},
		"a cursor of another version":    {"garbage", logins(1, 1, 9), "count=2&page=1&team_id=T1", ""},
		"entries without a time go on":   {"", `{"ok":true,"logins":[{},{}],"paging":{"pages":2}}`, "count=2&page=1&team_id=T1", "2 0 0"},
		"the end at the last page alone": {"100 0 0", `{"ok":true,"logins":[{}],"paging":{"pages":100}}`, "count=2&page=100&team_id=T1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			source := open(t, &Config{TeamID: "T1"}, providers.Options{})
			client := providertest.Body(tt.body, nil)
			page, err := providertest.Stream(t, source, "access_logs").Fetch(t.Context(), client, providers.Query{Cursor: tt.cursor, PageSize: 2})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.next != "", page.More)
			assert.Equal(t, "https://slack.com/api/team.accessLogs?"+tt.query, client.Requests()[0].Link)
			assert.Equal(t, "web", client.Requests()[0].Class)
		})
	}
}

func TestAccessPagingGoesOnBehindTheLimit(t *testing.T) {
	source := open(t, &Config{}, providers.Options{})
	n := 0
	client := &providertest.Client{Answer: func(providers.Request) (*providers.Response, error) {
		if n++; n == 1 {
			resp := &providers.Response{Status: 200, Body: `{"ok":false,"error":"over_pagination_limit"}`}
			return nil, providertest.Classified(source, resp)
		}
		return &providers.Response{Status: 200, Body: logins(1, 2, 50, 45)}, nil
	}}
	page, err := providertest.Stream(t, source, "access_logs").Fetch(t.Context(), client, providers.Query{Cursor: "7 0 50", PageSize: 2})
	require.NoError(t, err)
	assert.Len(t, page.Events, 2)
	assert.Equal(t, "2 50 45", page.Next)
	assert.Equal(t, "https://slack.com/api/team.accessLogs?before=50&count=2&page=1", client.Requests()[1].Link)

	refuse := providertest.Refuse(source, 200, nil, `{"ok":false,"error":"over_pagination_limit"}`)
	_, err = providertest.Stream(t, source, "access_logs").Fetch(t.Context(), refuse, providers.Query{PageSize: 2})
	assert.Equal(t, providers.Denied, providers.ClassOf(err), "on the first page there is nowhere to go on from")
}

func TestIntegrationPaging(t *testing.T) {
	s := stream(t, "integration_logs")
	client := providertest.Body(`{"ok":true,"logs":[{"date":"9"},{"date":"8"}],"paging":{"page":1,"pages":2}}`, nil)
	page, err := s.Fetch(t.Context(), client, providers.Query{PageSize: 2})
	require.NoError(t, err)
	assert.True(t, page.More)
	assert.Equal(t, "https://slack.com/api/team.integrationLogs?count=2&page=1", client.Requests()[0].Link)

	client = providertest.Body(`{"ok":true,"logs":[{"date":"7"}],"paging":{"page":2,"pages":2}}`, nil)
	page, err = s.Fetch(t.Context(), client, providers.Query{Cursor: page.Next, PageSize: 2})
	require.NoError(t, err)
	assert.False(t, page.More)
	assert.Equal(t, "https://slack.com/api/team.integrationLogs?count=2&page=2", client.Requests()[0].Link)
}

func TestIntegrationLogsBeyondTheLimitAreTold(t *testing.T) {
	source := open(t, &Config{}, providers.Options{})
	refuse := providertest.Refuse(source, 200, nil, `{"ok":false,"error":"over_pagination_limit"}`)
	page, err := providertest.Stream(t, source, "integration_logs").Fetch(t.Context(), refuse, providers.Query{Cursor: "101 0 0", PageSize: 2})
	require.NoError(t, err)
	assert.False(t, page.More)
	assert.Equal(t, []providers.Skip{{Reason: "pagination_limit", Detail: "Slack lists no integration logs beyond page 100", Count: 1}}, page.Skipped)
}

func TestAnAccessLogThatChangedIsAnotherActivity(t *testing.T) {
	s := stream(t, "access_logs")
	identity := func(raw string) string {
		a, err := s.Decode(providers.Event{Raw: raw})
		require.NoError(t, err)
		assert.Empty(t, a.ID)
		return a.Identity
	}
	first := identity(`{"user_id":"U1","ip":"198.51.100.1","user_agent":"x","date_first":1,"date_last":2,"count":1}`)
	assert.Equal(t, "U1|198.51.100.1|x|1|2", first)
	assert.Equal(t, first, identity(`{"count":5,"user_id":"U1","ip":"198.51.100.1","user_agent":"x","date_first":"1","date_last":"2","isp":"a"}`))
	assert.NotEqual(t, first, identity(`{"user_id":"U1","ip":"198.51.100.1","user_agent":"x","date_first":1,"date_last":3}`))
}
