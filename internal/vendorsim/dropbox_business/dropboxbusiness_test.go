package dropboxbusiness_test

import (
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
	dropboxbusiness "github.com/otelactivity/otelactivity/internal/vendorsim/dropbox_business"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	stream = "team_events"
	events = "/2/team_log/get_events"
	more   = events + "/continue"
	jsonCT = "application/json"
)

func newTeam(t *testing.T) *simtest.Client {
	c := simtest.New(t, dropboxbusiness.Vendor())
	return c.Auth("Bearer " + dropboxbusiness.Vendor().Variants["access_token"](simtest.Base)["access_token"].(string))
}

func rowsOf(a simtest.Answer) []string {
	out := []string{}
	for _, e := range a.At("events").Array() {
		out = append(out, e.Raw)
	}
	return out
}

// walk follows cursors while has_more is true; it returns all rows and the last
// cursor.
func walk(c *simtest.Client, a simtest.Answer) ([]string, string) {
	c.Helper()
	rows := []string{}
	for {
		require.Equal(c, 200, a.Status, a.Body)
		rows = append(rows, rowsOf(a)...)
		if !a.At("has_more").Bool() {
			return rows, a.At("cursor").Str
		}
		a = next(c, a.At("cursor").Str)
	}
}

func next(c *simtest.Client, cursor string) simtest.Answer {
	c.Helper()
	return c.Post(more, jsonCT, vendorsim.JSON(map[string]string{"cursor": cursor}))
}

func TestCursorDeliversByArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTeam(t)
		c.World.Run(stream, vendorsim.Plausible(time.Now().Add(-5*time.Hour), 30*time.Second))
		since := `{"limit":300,"time":{"start_time":"` + time.Now().Add(-6*time.Hour).UTC().Format("2006-01-02T15:04:05Z") + `"}}`
		rows, cursor := walk(c, c.Post(events, jsonCT, since))
		require.Greater(t, len(rows), 300)
		assert.ElementsMatch(t, vendorsim.Raws(c.World.Truth(stream, time.Now())), rows)

		time.Sleep(48 * time.Hour) // fake time
		fresh, cursor := walk(c, next(c, cursor))
		assert.ElementsMatch(t, vendorsim.Raws(c.World.Truth(stream, time.Now())), append(rows, fresh...), "late rows are among them")
		time.Sleep(time.Second) // fake time
		e := c.World.EmitLate(stream, time.Now().Add(-time.Hour), time.Hour)
		got, _ := walk(c, next(c, cursor))
		assert.Contains(t, got, e.Raw)
		assert.Empty(t, c.World.Violations())
	})
}

func TestFilters(t *testing.T) {
	c := newTeam(t)
	start := time.Now().Truncate(time.Second).Add(-2 * time.Hour)
	all := c.World.EmitEach(stream, 900, start, time.Second)
	at := func(i int) string {
		return start.Add(time.Duration(i) * time.Second).UTC().Format("2006-01-02T15:04:05Z")
	}
	only := func(keep func(gjson.Result) bool) []string {
		want := []string{}
		for _, e := range all {
			if keep(gjson.Parse(e.Raw)) {
				want = append(want, e.Raw)
			}
		}
		return want
	}
	someone := dropboxbusiness.Vendor().Variants["account_id"]("")["account_id"].(string)
	for name, tt := range map[string]struct {
		body string
		want []string
	}{
		"nothing":          {`{}`, vendorsim.Raws(all)},
		"start":            {`{"time":{"start_time":"` + at(10) + `"}}`, vendorsim.Raws(all[10:])},
		"start and end":    {`{"time":{"start_time":"` + at(10) + `","end_time":"` + at(20) + `"}}`, vendorsim.Raws(all[10:20])},
		"category":         {`{"category":"logins"}`, only(func(e gjson.Result) bool { return e.Get(`event_category.\.tag`).Str == "logins" })},
		"category, tagged": {`{"category":{".tag":"logins"}}`, only(func(e gjson.Result) bool { return e.Get(`event_category.\.tag`).Str == "logins" })},
		"type":             {`{"event_type":{".tag":"file_add"},"limit":2}`, only(func(e gjson.Result) bool { return e.Get(`event_type.\.tag`).Str == "file_add" })},
		"account":          {`{"account_id":"` + someone + `"}`, only(func(e gjson.Result) bool { return strings.Contains(e.Raw, someone) })},
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEmpty(t, tt.want)
			c.T = t
			rows, _ := walk(c, c.Post(events, jsonCT, tt.body))
			assert.Equal(t, tt.want, rows)
		})
	}
	assert.Empty(t, c.World.Violations())
}

func TestPages(t *testing.T) {
	c := newTeam(t)
	want := vendorsim.Raws(c.World.EmitEach(stream, 30, time.Now().Add(-time.Hour), time.Second))
	c.World.Faults.Next(vendorsim.EmptyPage, 1, "")
	a := c.Post(events, jsonCT, `{"limit":10}`)
	assert.Empty(t, rowsOf(a))
	assert.True(t, a.At("has_more").Bool(), "an empty page is not the end")
	rows, _ := walk(c, a)
	assert.Equal(t, want, rows)
	c.Knob("short_pages", "true")
	a = c.Post(events, jsonCT, `{"limit":10}`)
	assert.Len(t, rowsOf(a), 5)
	rows, _ = walk(c, a)
	assert.Equal(t, want, rows)
	again := rowsOf(next(c, a.At("cursor").Str))
	assert.Equal(t, again, rowsOf(next(c, a.At("cursor").Str)), "a cursor may be sent again")
}

func TestLostCursors(t *testing.T) {
	c := newTeam(t)
	all := c.World.EmitEach(stream, 3, time.Now().Add(-time.Hour), time.Second)
	cursor := c.Post(events, jsonCT, `{}`).At("cursor").Str
	c.World.Faults.Next(vendorsim.CursorExpired, 1, "")
	a := next(c, cursor)
	assert.Equal(t, 409, a.Status)
	assert.Equal(t, "reset", a.At(`error.\.tag`).Str)
	assert.Equal(t, all[2].Time.Format("2006-01-02T15:04:05Z"), a.At("error.reset").Str, "the newest event delivered")
	c.Knob("lost_cursor", "bad_cursor")
	c.World.ExpireCursors()
	a = next(c, cursor)
	assert.Equal(t, 409, a.Status)
	assert.Equal(t, "bad_cursor", a.At(`error.\.tag`).Str)
	assert.Empty(t, c.World.Violations(), "expiry is not the client's fault")
	assert.Equal(t, "bad_cursor", next(c, "made-up").At(`error.\.tag`).Str)
	assert.Len(t, c.World.Violations(), 1)
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		path, body string
		status     int
		want       string // part of the body
	}{
		"not JSON":            {events, `{`, 400, `Error in call to API function "team_log/get_events"`},
		"unknown field":       {events, `{"size":1}`, 400, "unknown field"},
		"large page":          {events, `{"limit":1001}`, 400, "limit"},
		"empty page":          {events, `{"limit":0}`, 400, "limit"},
		"fraction":            {events, `{"time":{"start_time":"2026-01-01T00:00:00.5Z"}}`, 400, "time"},
		"offset":              {events, `{"time":{"start_time":"2026-01-01T00:00:00+00:00"}}`, 400, "time"},
		"other bound":         {events, `{"time":{"since":"2026-01-01T00:00:00Z"}}`, 400, "time"},
		"category":            {events, `{"category":"login"}`, 400, "category"},
		"both":                {events, `{"category":"logins","event_type":"logout"}`, 409, "invalid_filters"},
		"empty range":         {events, `{"time":{"start_time":"2026-01-01T00:00:00Z","end_time":"2026-01-01T00:00:00Z"}}`, 409, "invalid_time_range"},
		"short account":       {events, `{"account_id":"dbid:1"}`, 400, "account_id"},
		"other account":       {events, `{"account_id":"dbid:` + strings.Repeat("x", 35) + `"}`, 409, "account_id_not_found"},
		"cursor and limit":    {more, `{"cursor":"x","limit":10}`, 400, "cursor"},
		"no cursor":           {more, `{}`, 400, "cursor"},
		"parameters in query": {events + "?limit=10", `{}`, 400, "limit"},
		"no such route":       {"/2/team_log/events", `{}`, 400, "Unknown API function"},
		"no such path":        {"/team_log", `{}`, 404, "Not Found"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newTeam(t)
			a := c.Post(tt.path, jsonCT, tt.body)
			assert.Equal(t, tt.status, a.Status, a.Body)
			assert.Contains(t, a.Body, tt.want)
			assert.Equal(t, tt.status == 409, gjson.Valid(a.Body), "refusals of the call are plain text")
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newTeam(t)
	assert.Equal(t, 400, c.Get(events).Status, "calls are POST")
	assert.Equal(t, 400, c.Post(events, simtest.Form, "limit=1").Status)
}

func TestRowsAreUniqueAndAwkward(t *testing.T) {
	w := vendorsim.NewWorld(dropboxbusiness.Vendor(), vendorsim.Options{Seed: 1})
	rows := vendorsim.Raws(w.EmitEach(stream, 3000, time.Now(), 0))
	slices.Sort(rows)
	assert.Len(t, slices.Compact(rows), 3000, "no two rows of one second are equal")
	has := map[string]int{}
	for _, raw := range rows {
		require.True(t, gjson.Valid(raw))
		e := gjson.Parse(raw)
		for _, path := range []string{"actor", "origin", "context", "origin.geo_location", "participants", "assets"} {
			if !e.Get(path).Exists() {
				has[path]++
			}
		}
		has["actor "+e.Get(`actor.\.tag`).Str]++
		if e.Get(`actor.\.tag`).Str == "reseller" {
			assert.NotEmpty(t, e.Get("actor.reseller_email").Str, "a plain struct lies beside its tag")
		}
	}
	for _, what := range []string{
		"actor", "origin", "context", "origin.geo_location", "participants", "assets",
		"actor user", "actor admin", "actor app", "actor dropbox", "actor anonymous", "actor reseller", "actor quantum_user",
	} {
		assert.Positive(t, has[what], what)
	}
}
