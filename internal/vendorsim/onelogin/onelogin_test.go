package onelogin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/onelogin"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	events   = "/api/1/events"
	tokens   = "/auth/oauth2/v2/token"
	oldToken = "/auth/oauth2/token"
	id       = "fake-onelogin-client-id"
	secret   = "fake-onelogin-client-secret"
	form     = "grant_type=client_credentials&client_id=" + id + "&client_secret=" + secret
)

// newClient holds a token.
func newClient(t *testing.T) *simtest.Client {
	c := simtest.New(t, onelogin.Vendor())
	return c.Auth("Bearer " + login(c))
}

func login(c *simtest.Client) string {
	c.Helper()
	a := c.Post(tokens, simtest.Form, form)
	require.Equal(c, 200, a.Status, a.Body)
	return a.At("access_token").Str
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// walk repeats a query with the cursor of each answer until there is none.
func walk(c *simtest.Client, pairs ...string) (ids []string) {
	c.Helper()
	ids = []string{}
	cursor := []string{}
	for {
		a := c.Get(events, append(slices.Clone(pairs), cursor...)...)
		require.Equal(c, 200, a.Status, a.Body)
		ids = append(ids, a.Texts("data.#.id")...)
		next := a.At("pagination.after_cursor").Str
		if next == "" {
			return ids
		}
		cursor = []string{"after_cursor", next}
	}
}

func TestWalkReachesEverything(t *testing.T) {
	for name, tt := range map[string]struct {
		limit string
		knobs []string
	}{
		"documented pages": {"50", nil}, "large pages": {"1000", nil}, "odd pages": {"37", nil}, "newest first": {"50", []string{"newest_first"}},
		"empty cursor at the end": {"50", []string{"empty_cursor"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t)
				start := time.Now().Add(-time.Hour)
				c.World.Run("events", vendorsim.Plausible(start, 5*time.Second))
				for _, k := range tt.knobs {
					c.Knob(k, "true")
				}
				got := walk(c, "since", stamp(start.Add(-time.Second)), "until", stamp(time.Now().Add(time.Second)), "limit", tt.limit)
				truth := c.World.Truth("events", time.Now())
				require.Greater(t, len(truth), 500)
				want := slices.Sorted(slices.Values(vendorsim.IDs(truth)))
				assert.Equal(t, want, slices.Compact(slices.Sorted(slices.Values(got))))
				assert.Greater(t, len(got), len(want), "some rows come twice")
				assert.Empty(t, c.World.Violations())
			})
		})
	}
}

func TestBoundsAndOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		rows := c.World.EmitEach("events", 5, time.Now().Add(-time.Hour), time.Second)
		ids := vendorsim.IDs(rows)
		window := []string{"since", stamp(rows[0].Time), "until", stamp(rows[4].Time)}
		assert.Equal(t, ids[1:4], walk(c, window...), "both are exclusive, oldest first")
		c.Knob("newest_first", "true")
		assert.Equal(t, simtest.Reversed(rows[1:4]), walk(c, window...))
		c.Knob("inclusive_bounds", "true")
		assert.Equal(t, simtest.Reversed(rows), walk(c, window...))
		c.Knob("newest_first", "")
		assert.Equal(t, simtest.Reversed(rows), walk(c), "newest first without since")
		assert.Equal(t, ids[4:], walk(c, "since", rows[4].Time.Format("2006-01-02T15:04:05Z")), "whole seconds are taken too")
		assert.Empty(t, c.World.Violations())
	})
}

func TestPagination(t *testing.T) {
	c := newClient(t)
	rows := c.World.EmitEach("events", 6, time.Now().Add(-time.Hour), time.Second)
	ids := vendorsim.IDs(rows)
	query := []string{"since", stamp(rows[0].Time.Add(-time.Second)), "limit", "2"}
	a := c.Get(events, query...)
	assert.Equal(t, "null", a.At("pagination.before_cursor").Raw)
	assert.Equal(t, "null", a.At("pagination.previous_link").Raw)
	assert.False(t, a.At("status.error").Bool())
	cursor := a.At("pagination.after_cursor").Str
	assert.True(t, strings.HasPrefix(a.At("pagination.next_link").Str, "https://api.us.onelogin.com/api/1/events?after_cursor="), "another host, the cursor alone")

	b := c.Get(events, append(query, "after_cursor", cursor)...)
	assert.Equal(t, ids[2:4], b.Texts("data.#.id"))
	assert.Equal(t, ids[:2], c.Get(events, append(query, "before_cursor", b.At("pagination.before_cursor").Str)...).Texts("data.#.id"))
	assert.Equal(t, ids[2:], c.Get(events, "after_cursor", cursor).Texts("data.#.id"), "the cursor holds position and direction, not the page size")

	last := c.Get(events, append(query, "after_cursor", b.At("pagination.after_cursor").Str)...)
	assert.Equal(t, ids[4:], last.Texts("data.#.id"))
	assert.Equal(t, "null", last.At("pagination.after_cursor").Raw, "a full page can be the last one")
	c.Knob("empty_cursor", "true")
	assert.Equal(t, `""`, c.Get(events).At("pagination.after_cursor").Raw)
	assert.Empty(t, c.World.Violations())
}

func TestCursorFaults(t *testing.T) {
	c := newClient(t)
	rows := c.World.EmitEach("events", 6, time.Now().Add(-time.Hour), time.Second)
	query := []string{"since", stamp(rows[0].Time.Add(-time.Second)), "limit", "2"}
	cursor := c.Get(events, query...).At("pagination.after_cursor").Str
	c.World.Faults.Next(vendorsim.CursorExpired, 1, "")
	a := c.Get(events, append(query, "after_cursor", cursor)...)
	assert.Equal(t, 400, a.Status)
	assert.Equal(t, "bad request", a.At("status.message").Str)
	c.World.Faults.Next(vendorsim.EmptyPage, 1, "")
	a = c.Get(events, query...)
	assert.Empty(t, a.Texts("data"))
	assert.NotEmpty(t, a.At("pagination.after_cursor").Str)
	c.World.Faults.Next(vendorsim.EmptyPage, 1, "")
	assert.Equal(t, vendorsim.IDs(rows), walk(c, query...), "nothing is skipped")
	c.World.Faults.Next(vendorsim.DuplicateRows, 1, "")
	assert.Greater(t, len(walk(c, query...)), 6)
	assert.Empty(t, c.World.Violations())
	c.World.ExpireCursors()
	assert.Equal(t, 400, c.Get(events, "after_cursor", cursor).Status)
	assert.Empty(t, c.World.Violations())
	assert.Equal(t, 400, c.Get(events, "after_cursor", "x").Status)
	assert.Equal(t, 400, c.Get(events, "before_cursor", "x").Status)
	assert.Len(t, c.World.Violations(), 2)
}

func TestFilters(t *testing.T) {
	c := newClient(t)
	c.World.EmitEach("events", 500, time.Now().Add(-time.Hour), time.Second)
	rows := c.World.Truth("events", time.Now())
	since := stamp(time.Now().Add(-2 * time.Hour))
	for name, tt := range map[string]struct {
		query []string
		want  func(e gjson.Result) bool
	}{
		"one type": {[]string{"event_type_id", "5"}, func(e gjson.Result) bool { return e.Get("event_type_id").Int() == 5 }},
		"two types": {[]string{"event_type_id", "6,13"}, func(e gjson.Result) bool {
			return e.Get("event_type_id").Int() == 6 || e.Get("event_type_id").Int() == 13
		}},
		"target":    {[]string{"user_id", "70004"}, func(e gjson.Result) bool { return e.Get("user_id").Int() == 70004 }},
		"directory": {[]string{"directory_id", "812"}, func(e gjson.Result) bool { return e.Get("directory_id").Int() == 812 }},
		"client":    {[]string{"client_id", "18"}, func(e gjson.Result) bool { return e.Get("client_id").String() == "18" }},
		"id":        {[]string{"id", rows[3].ID}, func(e gjson.Result) bool { return e.Get("id").String() == rows[3].ID }},
		"created_at": {[]string{"created_at", gjson.Get(rows[7].Raw, "created_at").Str}, func(e gjson.Result) bool {
			return e.Get("created_at").Str == gjson.Get(rows[7].Raw, "created_at").Str
		}},
	} {
		t.Run(name, func(t *testing.T) {
			want := []string{}
			for _, e := range rows {
				if tt.want(gjson.Parse(e.Raw)) {
					want = append(want, e.ID)
				}
			}
			require.NotEmpty(t, want)
			require.Less(t, len(want), len(rows))
			assert.Equal(t, want, walk(c, append(tt.query, "since", since)...))
		})
	}
	a := c.Get(events, "id", rows[0].ID, "fields", "created_at, event_type_id")
	assert.Equal(t, fmt.Sprintf(`{"created_at":%q,"event_type_id":%d,"id":%s}`, gjson.Get(rows[0].Raw, "created_at").Str,
		gjson.Get(rows[0].Raw, "event_type_id").Int(), rows[0].ID), a.At("data.0").Raw)
	assert.Empty(t, c.World.Violations())
}

func TestRefusals(t *testing.T) {
	for name, query := range map[string][]string{
		"limit above": {"limit", "1001"}, "limit zero": {"limit", "0"}, "bad since": {"since", "yesterday"}, "no zone": {"until", "2024-05-01T10:00:00"},
		"plus as blank": {"sort", " id"}, "bad types": {"event_type_id", "5,x"}, "unknown": {"page", "2"}, "both cursors": {"after_cursor", "x", "before_cursor", "y"},
		"empty cursor": {"after_cursor", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			a := c.Get(events, query...)
			assert.Equal(t, 400, a.Status)
			assert.True(t, a.At("status.error").Bool())
			assert.Equal(t, int64(400), a.At("status.code").Int())
			assert.Contains(t, a.At("status.message").Str, "bad request")
			assert.Len(t, c.World.Violations(), 1)
			c.Knob("error_in_200", "true")
			a = c.Get(events, query...)
			assert.Equal(t, 200, a.Status)
			assert.Equal(t, int64(400), a.At("status.code").Int())
		})
	}
	c := newClient(t)
	for _, a := range []simtest.Answer{c.Get("/api/2/events"), c.Post(events, simtest.Form, "limit=1")} {
		assert.Equal(t, 404, a.Status)
		assert.Equal(t, "No Route Exists", a.At("status.message").Str)
	}
	assert.Equal(t, 400, c.Get(events+"/types", "limit", "1").Status)
	assert.Len(t, c.World.Violations(), 3)
}
