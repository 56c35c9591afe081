package sdelements_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	sdelements "github.com/otelactivity/otelactivity/internal/vendorsim/sd_elements"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	list    = "/api/v2/activities/"
	feed    = "activities"
	refused = "Invalid token."
)

func newInstance(t *testing.T) *simtest.Client {
	c := simtest.New(t, sdelements.Vendor())
	return c.Auth("Token " + sdelements.Vendor().Config(simtest.Base)["api_token"].(string))
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func ids(a simtest.Answer) []string {
	out := []string{}
	for _, row := range a.At("results").Array() {
		out = append(out, row.Get("id").Raw)
	}
	return out
}

// walk follows the next links from a.
func walk(c *simtest.Client, a simtest.Answer) []string {
	c.Helper()
	var out []string
	for range 500 {
		require.Equal(c, 200, a.Status, a.Body)
		out = append(out, ids(a)...)
		next := a.At("next").Str
		if next == "" {
			return out
		}
		require.True(c, strings.HasPrefix(next, simtest.Base), next)
		a = c.Get(strings.TrimPrefix(next, simtest.Base))
	}
	require.Fail(c, "no end")
	return nil
}

func TestPagesReachEverything(t *testing.T) {
	for name, knobs := range map[string]map[string]string{
		"page numbers":         nil,
		"oldest first":         {"oldest_first": "true"},
		"cursors":              {"cursor_paging": "true"},
		"cursors from the old": {"cursor_paging": "true", "oldest_first": "true"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newInstance(t)
				for knob, value := range knobs {
					c.Knob(knob, value)
				}
				start := time.Now().Add(-2 * time.Hour)
				c.World.RunAll(vendorsim.Plausible(start, 10*time.Second))
				rows := c.World.Between(feed, vendorsim.Query{})
				require.Greater(t, len(rows), 600)
				want := simtest.Reversed(rows)
				if knobs["oldest_first"] != "" {
					want = vendorsim.IDs(rows)
				}
				first := c.Get(list, "date_from", stamp(start), "date_to", stamp(time.Now()), "page_size", "50")
				assert.Equal(t, want, walk(c, first))
				assert.Equal(t, knobs["cursor_paging"] == "", first.At("count").Exists())

				c.World.Faults.Set(vendorsim.DuplicateRows, 0.5)
				c.World.Faults.Set(vendorsim.EmptyPage, 0.2)
				again := walk(c, c.Get(list, "page_size", "50"))
				assert.Greater(t, len(again), len(rows))
				assert.Subset(t, again, vendorsim.IDs(rows))
				assert.Empty(t, c.World.Violations())
			})
		})
	}
}

func TestPagesShift(t *testing.T) {
	c := newInstance(t)
	at := time.Now().Add(-time.Hour)
	rows := c.World.EmitEach(feed, 4, at, time.Second)
	first := c.Get(list, "page_size", "2")
	c.World.Emit(feed, at.Add(time.Minute))
	second := c.Get(strings.TrimPrefix(first.At("next").Str, simtest.Base))
	assert.Equal(t, []string{rows[3].ID, rows[2].ID}, ids(first))
	assert.Equal(t, []string{rows[2].ID, rows[1].ID}, ids(second), "a new row pushed one over")
	assert.Contains(t, second.At("previous").Str, "page=1")
}

func TestBounds(t *testing.T) {
	c := newInstance(t)
	at := time.Date(2026, 3, 4, 9, 12, 44, 120455000, time.UTC)
	rows := simtest.Reversed(c.World.EmitEach(feed, 3, at, time.Microsecond))
	window := func(from, to string) []string { return ids(c.Get(list, "date_from", from, "date_to", to)) }
	assert.Equal(t, rows, window(stamp(at), stamp(at.Add(2*time.Microsecond))), "both are inclusive")
	assert.Equal(t, rows[1:2], window(stamp(at.Add(time.Microsecond)), stamp(at.Add(time.Microsecond))))
	assert.Equal(t, rows, window("2026-03-04T04:12:44.120455-05:00", "2026-03-04T10:00:00Z"))
	assert.Empty(t, window(stamp(at.Add(time.Hour)), stamp(at)))
	assert.Empty(t, c.World.Violations())
	assert.Empty(t, window("2026-03-04T09:00:00", "2026-03-04T10:00:00"), "local time is five hours behind")
	assert.Len(t, window("2026-03-04T04:00:00", "2026-03-04T05:00:00"), 3)
	assert.Len(t, c.World.Violations(), 4)
}

func TestFilters(t *testing.T) {
	c := newInstance(t)
	c.World.EmitEach(feed, 600, time.Now().Add(-time.Hour), time.Second)
	for name, value := range map[string]string{
		"actor": "3", "name": "LoggedInActivity", "user": "7", "project": "9007199254740993", "project_desc": "Ledger",
		"application": "77", "application_desc": "Billing", "business_unit": "5", "business_unit_desc": "営業部",
		"standard": "CT4", "standard_desc": "CT4: Prüfe Eingaben",
	} {
		a := c.Get(list, name, value, "page_size", "1000")
		require.Equal(t, 200, a.Status, a.Body)
		path := map[string]string{"actor": "actor", "name": "name", "user": "data.user"}[name]
		if path == "" {
			path = "data." + name
		}
		found := a.At("results").Array()
		assert.True(t, len(found) > 0 && len(found) < 600, "%s: %d", name, len(found))
		for _, row := range found {
			got := row.Get(path).Raw
			assert.Equal(t, value, strings.TrimPrefix(strings.Trim(got, `"`), "U"), name)
		}
	}
	one := c.Get(list, "page_size", "1")
	id := one.At("results.0.id").Raw
	assert.Equal(t, []string{id}, ids(c.Get(list, "id", id)))
	assert.Equal(t, one.At("results.0").Raw, c.Get(list+id+"/").Body)
	assert.Equal(t, 404, c.Get(list+"1/").Status)
	a := c.Get("/api/v2/projects/881/activity-stream/", "page_size", "1000")
	assert.Len(t, ids(a), len(c.Get(list, "project", "881", "page_size", "1000").Texts("results")))
	assert.Empty(t, c.World.Violations())
}

func TestPageSizes(t *testing.T) {
	c := newInstance(t)
	c.World.EmitEach(feed, 1100, time.Now().Add(-time.Hour), time.Second)
	assert.Len(t, ids(c.Get(list)), 20)
	assert.Len(t, ids(c.Get(list, "page_size", "5000")), 1000, "cut without a word")
	a := c.Get(list, "page_size", "1000", "page", "3")
	assert.Equal(t, 404, a.Status)
	assert.Equal(t, "Invalid page.", a.At("detail").Str)
	assert.Empty(t, c.World.Violations())
}

func TestFormsOfTheEnd(t *testing.T) {
	c := newInstance(t)
	c.World.EmitEach(feed, 3, time.Now().Add(-time.Hour), time.Second)
	for value, raw := range map[string]string{"": "null", "blank": `""`, "missing": ""} {
		c.Knob("next_at_end", value)
		assert.Equal(t, raw, c.Get(list).At("next").Raw, value)
		assert.NotEmpty(t, c.Get(list, "page_size", "2").At("next").Str)
	}
	c.Knob("links", "internal")
	assert.True(t, strings.HasPrefix(c.Get(list, "page_size", "2").At("next").Str, "http://sde-web.internal.example:8000/api/v2/activities/?"))
	c.Knob("results_only", "true")
	a := c.Get(list, "page_size", "2")
	assert.Len(t, ids(a), 3)
	assert.Len(t, a.At("@this").Map(), 1)
}

func TestCursorBelongsToItsQuery(t *testing.T) {
	c := newInstance(t)
	c.Knob("cursor_paging", "true")
	c.World.EmitEach(feed, 5, time.Now().Add(-time.Hour), time.Second)
	next := strings.TrimPrefix(c.Get(list, "page_size", "2").At("next").Str, simtest.Base)
	assert.Len(t, ids(c.Get(next)), 2)
	assert.Equal(t, 404, c.Get(next+"&actor=1").Status)
	assert.Len(t, c.World.Violations(), 1)
	c.World.ExpireCursors()
	assert.Equal(t, 404, c.Get(next).Status)
	assert.Len(t, c.World.Violations(), 1, "expiry is nobody's fault")
}

func TestCredentials(t *testing.T) {
	token := sdelements.Vendor().Config(simtest.Base)["api_token"]
	for name, tt := range map[string]struct{ auth, detail string }{
		"none":   {"", "Authentication credentials were not provided."},
		"bearer": {fmt.Sprint("Bearer ", token), "Authentication credentials were not provided."},
		"quotes": {fmt.Sprintf("Token %q", token), refused},
		"wrong":  {"Token x", refused},
	} {
		t.Run(name, func(t *testing.T) {
			c := newInstance(t).Auth(tt.auth)
			a := c.Get(list)
			assert.Equal(t, 401, a.Status)
			assert.Equal(t, tt.detail, a.At("detail").Str)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		query  []string
		status int
		field  string
	}{
		"page zero": {[]string{"page", "0"}, 404, "detail"},
		"page size": {[]string{"page_size", "ten"}, 400, "page_size"},
		"actor":     {[]string{"actor", "ana"}, 400, "actor"},
		"user":      {[]string{"user", "U7"}, 400, "user"},
		"standard":  {[]string{"standard", "21"}, 400, "standard"},
		"date":      {[]string{"date_from", "last week"}, 400, "date_from"},
		"cursor":    {[]string{"cursor", "abc"}, 404, "detail"},
		"ignored":   {[]string{"expand", "actor"}, 200, "results"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newInstance(t)
			a := c.Get(list, tt.query...)
			assert.Equal(t, tt.status, a.Status)
			assert.True(t, a.At(tt.field).Exists(), a.Body)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newInstance(t)
	assert.Equal(t, 404, c.Get("/api/v2/users/").Status)
	assert.Equal(t, 405, c.Post(list, "application/json", "{}").Status)
	a := c.Get("/api/v2/activities", "actor", "1")
	assert.Equal(t, 301, a.Status)
	assert.Equal(t, list+"?actor=1", a.Header.Get("Location"))
	c.Header.Set("Accept", "image/png")
	assert.Equal(t, 406, c.Get(list).Status)
	assert.Len(t, c.World.Violations(), 4)
}

func TestClosedInstances(t *testing.T) {
	c := newInstance(t)
	c.Knob("no_permission", "true")
	assert.Equal(t, 403, c.Get(list).Status)
	c.Knob("login_page", "html")
	a := c.Get(list)
	assert.Equal(t, 200, a.Status)
	assert.Contains(t, a.Header.Get("Content-Type"), "text/html")
	c.Knob("login_page", "redirect")
	assert.Equal(t, "https://sso.example.com/login", c.Get(list).Header.Get("Location"))
	assert.Empty(t, c.World.Violations())
}

func TestFaultBodies(t *testing.T) {
	for kind, want := range map[vendorsim.Kind]struct {
		status int
		text   string
	}{
		vendorsim.Unauthorized: {401, refused}, vendorsim.Forbidden: {403, "You do not have permission"}, vendorsim.NotFound: {404, "Not found."},
		vendorsim.Throttled: {429, "throttled"}, vendorsim.Unavailable: {503, "<html>"}, vendorsim.BadGateway: {502, "<html>"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := newInstance(t)
			c.World.Faults.Next(kind, 1, "")
			a := c.Get(list)
			assert.Equal(t, want.status, a.Status)
			assert.Contains(t, a.Body, want.text)
			assert.Equal(t, kind == vendorsim.Throttled, a.Header.Get("Retry-After") == "20")
		})
	}
}
