package slack_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

// numbered walks pages by number until paging.pages.
func numbered(c *simtest.Client, path, list string, pairs ...string) (rows []string) {
	c.Helper()
	for page := 1; ; page++ {
		a := c.Get(path, append(slices.Clone(pairs), "page", fmt.Sprint(page))...)
		require.True(c, a.At("ok").Bool(), a.Body)
		for _, row := range a.At(list).Array() {
			rows = append(rows, row.Raw)
		}
		if int64(page) >= a.At("paging.pages").Int() {
			return rows
		}
	}
}

func reversedRaws(entries []*vendorsim.Entry) []string {
	raws := vendorsim.Raws(entries)
	slices.Reverse(raws)
	return raws
}

func TestWebListsAreReadToTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		for _, stream := range []string{"access_logs", "integration_logs"} {
			c.World.Run(stream, vendorsim.Plausible(time.Now().Add(-time.Hour), 10*time.Second))
		}
		logins := reversedRaws(c.World.Between("access_logs", vendorsim.Query{}))
		require.Greater(t, len(logins), 300)
		assert.Equal(t, logins, numbered(c, access, "logins", "team_id", team))
		assert.Equal(t, logins, numbered(c, access, "logins", "team_id", team, "count", "1000"))
		assert.Equal(t, logins, walk(c, access, "logins", "team_id", team, "limit", "37"))
		assert.Equal(t, logins, walk(c, access, "logins", "team_id", team, "limit", "1000"))
		changes := reversedRaws(c.World.Between("integration_logs", vendorsim.Query{}))
		assert.Equal(t, changes, numbered(c, integrations, "logs", "team_id", team, "count", "50"))
		assert.Empty(t, c.World.Violations())
	})
}

func TestAccessLogBefore(t *testing.T) {
	c := newClient(t)
	rows := c.World.EmitEach("access_logs", 5, time.Now().Add(-time.Hour), time.Second)
	a := c.Get(access, "team_id", team, "before", unix(rows[2].Time))
	assert.Equal(t, reversedRaws(rows[:3]), a.Texts("logins"), "inclusive, newest first")
	assert.Equal(t, "3 1 1 100", fmt.Sprint(a.At("paging.total"), a.At("paging.page"), a.At("paging.pages"), a.At("paging.count")))
	assert.Equal(t, fmt.Sprint(rows[2].Time.Unix()), a.At("logins.0.date_last").Raw)
	assert.Less(t, a.At("logins.0.date_first").Int(), rows[2].Time.Unix())
	assert.Empty(t, c.World.Violations())
}

func TestAccessLogAggregates(t *testing.T) {
	c := newClient(t)
	now := time.Now()
	for i := range 3 {
		c.World.Add("access_logs", vendorsim.Entry{
			ID: fmt.Sprint(i), Time: now.Add(time.Duration(i-10) * time.Minute),
			Raw: fmt.Sprintf(`{"user_id":"U1","ip":"192.0.2.%d","user_agent":"a","count":%d}`, i/2, i),
		})
	}
	assert.Len(t, c.Get(access, "team_id", team).Texts("logins"), 3)
	c.Knob("aggregate", "true")
	assert.Equal(t, []string{"2", "1"}, c.Get(access, "team_id", team).Texts("logins.#.count"))
}

func TestIntegrationFilters(t *testing.T) {
	c := newClient(t)
	c.World.EmitEach("integration_logs", 200, time.Now().Add(-time.Hour), time.Second)
	some := gjson.Parse(c.World.Truth("integration_logs", time.Now())[0].Raw)
	require.True(t, some.Get("user_id").Exists())
	for name, query := range map[string][]string{
		"change_type": {"change_type", "removed"}, "user_id": {"user", some.Get("user_id").String()},
	} {
		n := 0
		for _, e := range c.World.Truth("integration_logs", time.Now()) {
			if gjson.Get(e.Raw, name).String() == query[1] {
				n++
			}
		}
		require.Positive(t, n)
		assert.Len(t, numbered(c, integrations, "logs", append(query, "team_id", team)...), n, name)
	}
	for _, field := range []string{"app_id", "service_id"} {
		for _, e := range c.World.Truth("integration_logs", time.Now()) {
			if id := gjson.Get(e.Raw, field).Str; id != "" {
				assert.Equal(t, []string{e.Raw}, c.Get(integrations, "team_id", team, field, id).Texts("logs"))
				break
			}
		}
	}
}

func TestWebRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		path  string
		query []string
		want  string
	}{
		"count above":     {access, []string{"count", "1001"}, "invalid_arguments"},
		"limit above":     {access, []string{"limit", "1001"}, "invalid_arguments"},
		"page above":      {access, []string{"page", "101"}, "over_pagination_limit"},
		"changes above":   {integrations, []string{"page", "101"}, "over_pagination_limit"},
		"page zero":       {integrations, []string{"page", "0"}, "invalid_arguments"},
		"cursor and page": {access, []string{"limit", "10", "page", "2"}, "invalid_arguments"},
		"made-up cursor":  {access, []string{"cursor", "x"}, "invalid_cursor"},
		"empty cursor":    {access, []string{"cursor", ""}, "invalid_cursor"},
		"other team":      {access, []string{"team_id", "T9"}, "invalid_arguments"},
		"unknown":         {integrations, []string{"before", "1"}, "invalid_arguments"},
		"fraction":        {access, []string{"before", "1.5"}, "invalid_arguments"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			query := tt.query
			if name != "other team" {
				query = append(query, "team_id", team)
			}
			a := c.Get(tt.path, query...)
			assert.Equal(t, 200, a.Status)
			assert.Equal(t, "false", a.At("ok").Raw)
			assert.Equal(t, tt.want, a.At("error").Str)
			assert.Len(t, c.World.Violations(), map[bool]int{false: 1}[tt.want == "over_pagination_limit"])
		})
	}
}

func TestShiftedPagesRepeatARow(t *testing.T) {
	c := newClient(t)
	rows := reversedRaws(c.World.EmitEach("access_logs", 10, time.Now().Add(-time.Hour), time.Second))
	c.World.Faults.Next(vendorsim.DuplicateRows, 1, "")
	assert.Equal(t, rows[:4], c.Get(access, "team_id", team, "count", "4").Texts("logins"), "not on the first page")
	assert.Equal(t, rows[3:7], c.Get(access, "team_id", team, "count", "4", "page", "2").Texts("logins"))
	cursor := c.Get(access, "team_id", team, "limit", "4").At("response_metadata.next_cursor").Str
	c.World.Faults.Next(vendorsim.DuplicateRows, 1, "")
	assert.Equal(t, rows[3:8], c.Get(access, "team_id", team, "limit", "4", "cursor", cursor).Texts("logins"))
	c.World.Faults.Next(vendorsim.EmptyPage, 1, "")
	assert.Equal(t, rows, walk(c, access, "logins", "team_id", team, "limit", "4"), "an empty page with a cursor")
	c.World.ExpireCursors()
	assert.Equal(t, "invalid_cursor", c.Get(access, "team_id", team, "cursor", cursor).At("error").Str)
	assert.Empty(t, c.World.Violations())
}
