package atlassian_test

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/atlassian"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	stream = "events"
	org    = "/admin/v1/orgs/0fa4e000-0000-4000-8000-0000000000a9"
	tail   = org + "/events-stream"
	query  = org + "/events"
)

func newOrg(t *testing.T) *simtest.Client {
	c := simtest.New(t, atlassian.Vendor())
	return c.Auth("Bearer " + atlassian.Vendor().Config(simtest.Base)["api_key"].(string))
}

func ids(a simtest.Answer) []string { return a.Texts("data.#.id") }

func ms(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// walk follows cursors until a page is empty or has none. It returns the ids and
// the last cursor.
func walk(c *simtest.Client, path, cursor string, first ...string) ([]string, string) {
	c.Helper()
	all := []string{}
	for {
		q := first
		if cursor != "" {
			q = []string{"cursor", cursor, "limit", "50"}
		}
		a := c.Get(path, q...)
		require.Equal(c, 200, a.Status, a.Body)
		all = append(all, ids(a)...)
		next := a.At("meta.next").Str
		if len(ids(a)) == 0 || next == "" {
			return all, next
		}
		cursor = next
	}
}

func TestStreamHasNoEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		start := time.Now()
		_, cursor := walk(c, tail, "", "from", ms(start), "sortOrder", "asc", "limit", "50")
		require.NotEmpty(t, cursor, "also before anything happened")
		assert.NotEqual(t, url.QueryEscape(cursor), cursor, "cursors need escapes")
		c.World.Run(stream, vendorsim.Plausible(start, 5*time.Second))
		time.Sleep(time.Hour) // fake time
		first, cursor := walk(c, tail, cursor)
		time.Sleep(time.Hour) // fake time
		second, _ := walk(c, tail, cursor)
		order := vendorsim.IDs(c.World.Between(stream, vendorsim.Query{By: vendorsim.VisibleTime}))
		assert.Equal(t, order, append(first, second...), "in the order of processing")
		require.Greater(t, len(second), 500)
		assert.Empty(t, c.World.Violations())
	})
}

func TestStreamBoundsAndOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		now := time.Now()
		rows := c.World.EmitEach(stream, 6, now.Add(-time.Hour), time.Second)
		late := c.World.EmitLate(stream, now.Add(-2*time.Hour), 2*time.Hour)
		at := func(i int) string { return ms(now.Add(-time.Hour + time.Duration(i)*time.Second)) }
		assert.Equal(t, append(vendorsim.IDs(rows[2:]), late.ID), ids(c.Get(tail, "from", at(2))), "from means the time of processing")
		bounded, cursor := walk(c, tail, "", "from", at(1), "to", at(4), "limit", "2")
		assert.Equal(t, vendorsim.IDs(rows[1:5]), bounded)
		assert.Empty(t, cursor, "a query with an end ends")
		desc, cursor := walk(c, tail, "", "sortOrder", "desc", "limit", "3")
		assert.Equal(t, append([]string{late.ID}, simtest.Reversed(rows)...), desc, "a cursor carries the order")
		assert.Empty(t, cursor)
		c.Knob("by_event_time", "true")
		assert.NotContains(t, ids(c.Get(tail, "from", at(0))), late.ID)
		old := c.World.Emit(stream, now.Add(-181*24*time.Hour))
		assert.NotContains(t, ids(c.Get(tail)), old.ID)
		c.Knob("stream_ends", "true")
		a := c.Get(tail, "cursor", c.Get(tail).At("meta.next").Str)
		assert.Empty(t, ids(a))
		assert.Equal(t, gjson.Null, a.At("meta.next").Type)
	})
}

func TestQueryIsNewestFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		c.World.Run(stream, vendorsim.Plausible(time.Now().Add(-time.Hour), 5*time.Second))
		now := time.Now()
		rows := c.World.Between(stream, vendorsim.Query{Since: now.Add(-30 * time.Minute), Until: now, UntilInclusive: true})
		got, cursor := walk(c, query, "", "from", ms(now.Add(-30*time.Minute)), "to", ms(now), "limit", "50")
		assert.Equal(t, simtest.Reversed(rows), got)
		assert.Empty(t, cursor)
		assert.False(t, c.Get(query).At("data.0.attributes.processedAt").Exists())
		assert.True(t, c.Get(tail).At("data.0.attributes.processedAt").Exists())
		assert.Empty(t, c.World.Violations())
	})
}

func TestFilters(t *testing.T) {
	c := newOrg(t)
	rows := c.World.EmitEach(stream, 500, time.Now().Add(-time.Hour), time.Second)
	ip := ""
	for _, e := range rows {
		if found := gjson.Get(e.Raw, "attributes.location.ip").Str; found != "" {
			ip = found
			break
		}
	}
	who := []string{"712020:00000001-0000-4000-8000-0000000000a9", "712020:00000002-0000-4000-8000-0000000000a9"}
	for name, tt := range map[string]struct {
		query []string
		want  func(e gjson.Result) bool
	}{
		"action in any case": {[]string{"action", "USER_LOGIN"}, func(e gjson.Result) bool { return e.Get("attributes.action").Str == "user_login" }},
		"actors":             {[]string{"actor", who[0], "actor", who[1]}, func(e gjson.Result) bool { return slices.Contains(who, e.Get("attributes.actor.id").Str) }},
		"address":            {[]string{"ip", ip}, func(e gjson.Result) bool { return e.Get("attributes.location.ip").Str == ip }},
		"product":            {[]string{"product", "jira"}, func(e gjson.Result) bool { return strings.HasPrefix(e.Get("attributes.action").Str, "jira_") }},
		"word":               {[]string{"q", "REPOSITORY"}, func(e gjson.Result) bool { return strings.Contains(strings.ToLower(e.Raw), "repository") }},
		"none":               {[]string{"action", "nothing"}, func(gjson.Result) bool { return false }},
	} {
		t.Run(name, func(t *testing.T) {
			want := []string{}
			for _, e := range rows {
				if tt.want(gjson.Parse(e.Raw)) {
					want = append(want, e.ID)
				}
			}
			slices.Reverse(want)
			assert.Equal(t, name == "none", len(want) == 0)
			got, _ := walk(c, query, "", append(tt.query, "limit", "5")...)
			assert.Equal(t, want, got)
		})
	}
	assert.Contains(t, c.Get(org+"/event-actions").Texts("data.#.id"), "USER_LOGIN")
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		auth, path string
		query      []string
		status     int
		code       string
	}{
		"no key":           {"", tail, nil, 401, ""},
		"personal token":   {simtest.Basic("ana@example.com", "token"), query, nil, 401, ""},
		"other org":        {"-", "/admin/v1/orgs/x/events-stream", nil, 404, "ADMIN-404-2"},
		"other path":       {"-", org + "/users", nil, 404, "ADMIN-404-1"},
		"time in words":    {"-", tail, []string{"from", "2026-05-04T10:20:30Z"}, 400, "ADMIN-400-3"},
		"large page":       {"-", tail, []string{"limit", "501"}, 400, "ADMIN-400-2"},
		"filter on stream": {"-", tail, []string{"action", "user_login"}, 400, "ADMIN-400-2"},
		"order":            {"-", tail, []string{"sortOrder", "ascending"}, 400, "ADMIN-400-2"},
		"two actions":      {"-", query, []string{"action", "a", "action", "b"}, 400, "ADMIN-400-2"},
		"product":          {"-", query, []string{"product", "trello"}, 400, "ADMIN-400-2"},
		"made-up cursor":   {"-", tail, []string{"cursor", "abc"}, 400, "ADMIN-400-1"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newOrg(t)
			if tt.auth != "-" {
				c.Auth(tt.auth)
			}
			a := c.Get(tt.path, tt.query...)
			assert.Equal(t, tt.status, a.Status)
			assert.Equal(t, tt.code, a.At("errors.0.code").Str, a.Body)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newOrg(t)
	c.World.Emit(stream, time.Now().Add(-time.Hour))
	cursor := c.Get(tail).At("meta.next").Str
	assert.Equal(t, 400, c.Get(query, "cursor", cursor).Status, "of the other endpoint")
	c.World.ExpireCursors()
	a := c.Get(tail, "cursor", cursor)
	assert.Equal(t, "ADMIN-400-1", a.At("errors.0.code").Str)
	assert.Len(t, c.World.Violations(), 1, "expiry is not the client's fault")
}

func TestLinksAndKnobs(t *testing.T) {
	c := newOrg(t)
	rows := c.World.EmitEach(stream, 4, time.Now().Add(-time.Hour), time.Second)
	a := c.Get(tail, "limit", "2")
	assert.Equal(t, int64(2), a.At("meta.page_size").Int())
	link, err := url.Parse(a.At("links.next").Str)
	require.NoError(t, err)
	assert.Equal(t, "api.atlassian.com", link.Host)
	assert.Equal(t, a.At("meta.next").Str, link.Query().Get("cursor"))
	c.Knob("links_only", "true")
	assert.False(t, c.Get(tail).At("meta.next").Exists())
	c.World.Faults.Next(vendorsim.EmptyPage, 1, "")
	a = c.Get(tail)
	assert.Empty(t, ids(a))
	link, _ = url.Parse(a.At("links.next").Str)
	assert.Equal(t, vendorsim.IDs(rows), ids(c.Get(tail, "cursor", link.Query().Get("cursor"))), "nothing is skipped")
	c.Knob("no_guard", "true")
	assert.Empty(t, ids(c.Get(tail)))
	c.Knob("not_admin", "true")
	assert.Equal(t, "ADMIN-403-3", c.Get(tail).At("errors.0.code").Str)
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		c.World.ScaleLimits(0.2) // 2 requests a minute for the query, 10 for the stream
		a := c.Get(query)
		assert.Equal(t, "2", a.Header.Get("X-RateLimit-Limit"))
		assert.Equal(t, "1", a.Header.Get("X-RateLimit-Remaining"))
		c.Get(query)
		a = c.Get(query)
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "ADMIN-429-1", a.At("errors.0.code").Str)
		assert.Empty(t, a.Header.Get("Retry-After"))
		reset, err := time.Parse("2006-01-02T15:04Z07:00", a.Header.Get("X-RateLimit-Reset"))
		require.NoError(t, err)
		assert.Equal(t, time.Minute, time.Until(reset))
		assert.Equal(t, "10", c.Get(tail).Header.Get("X-RateLimit-Limit"), "each path has its own")
		c.Knob("retry_after", "x")
		c.Knob("reset_seconds", "true")
		a = c.Get(query)
		assert.Equal(t, "60", a.Header.Get("X-Retry-After"))
		_, err = time.Parse(time.RFC3339, a.Header.Get("X-RateLimit-Reset"))
		assert.NoError(t, err)
		c.Knob("retry_after", "header")
		assert.Equal(t, "60", c.Get(query).Header.Get("Retry-After"))
		time.Sleep(time.Minute) // fake time
		assert.Equal(t, 200, c.Get(query).Status)
		for kind, status := range map[vendorsim.Kind]int{
			vendorsim.Unauthorized: 401, vendorsim.Forbidden: 403, vendorsim.NotFound: 404,
			vendorsim.Throttled: 429, vendorsim.Internal: 500, vendorsim.Unavailable: 503,
		} {
			c.World.Faults.Next(kind, 1, "")
			assert.Equal(t, status, c.Get(tail).Status)
		}
	})
}

func TestEventsAreUniqueAndAwkward(t *testing.T) {
	w := vendorsim.NewWorld(atlassian.Vendor(), vendorsim.Options{Seed: 1})
	seen, has := map[string]bool{}, map[string]int{}
	for _, e := range w.EmitEach(stream, 1500, time.Now().Add(-time.Hour).Truncate(time.Second), 500*time.Millisecond) {
		v := gjson.Parse(e.Raw)
		assert.Equal(t, e.ID, v.Get("id").Str)
		at, err := time.Parse(time.RFC3339, v.Get("attributes.time").Str)
		require.NoError(t, err)
		assert.True(t, at.Equal(e.Time))
		assert.False(t, seen[e.ID])
		seen[e.ID] = true
		has["digits "+strconv.Itoa(len(v.Get("attributes.time").Str)-len("2006-01-02T15:04:05Z"))]++
		has["actor "+v.Get("attributes.actor.id").Str]++
		has["contexts "+v.Get("attributes.context.#").Raw]++
		for _, path := range []string{"attributes.location", "attributes.location.ip", "message.content", "attributes.actor.auth", "attributes.actor.email"} {
			if v.Get(path).String() == "" {
				has["no "+path]++
			}
		}
		if v.Get("attributes.actor.onBehalfOf").Exists() {
			has["on behalf"]++
		}
	}
	for _, what := range []string{
		"digits 0", "digits 4", "digits 7", "actor ", "actor confluence", "actor atlassian-internal-system", "contexts 0", "contexts 1",
		"contexts 2", "no attributes.location", "no attributes.location.ip", "no message.content", "no attributes.actor.auth", "no attributes.actor.email", "on behalf",
	} {
		assert.Positive(t, has[what], what)
	}
}
