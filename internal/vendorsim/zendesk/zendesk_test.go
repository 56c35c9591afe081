package zendesk_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
	"github.com/otelactivity/otelactivity/internal/vendorsim/zendesk"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const logs = "/api/v2/audit_logs"

func newAccount(t *testing.T) *simtest.Client {
	c := simtest.New(t, zendesk.Vendor())
	config := zendesk.Vendor().Config(simtest.Base)
	return c.Auth(simtest.Basic(config["email"].(string)+"/token", config["api_token"].(string)))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// rawIDs returns the ids without passing them through a float.
func rawIDs(a simtest.Answer) []string {
	ids := []string{}
	for _, row := range a.At("audit_logs").Array() {
		ids = append(ids, row.Get("id").Raw)
	}
	return ids
}

// walk reads a list to its end, by its cursors.
func walk(c *simtest.Client, pairs ...string) []string {
	c.Helper()
	ids, cursor := []string{}, ""
	for range 500 {
		query := pairs
		if cursor != "" {
			query = append([]string{"page[after]", cursor}, pairs...)
		}
		a := c.Get(logs, query...)
		require.Equal(c, 200, a.Status, a.Body)
		ids = append(ids, rawIDs(a)...)
		if !a.At("meta.has_more").Bool() {
			return ids
		}
		require.NotEqual(c, cursor, a.At("meta.after_cursor").Str)
		cursor = a.At("meta.after_cursor").Str
	}
	require.Fail(c, "no end")
	return nil
}

func TestCursorsReachEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		start := time.Now().Add(-3 * time.Hour)
		c.World.RunAll(vendorsim.Plausible(start, 10*time.Second))
		rows := c.World.Between("audit_logs", vendorsim.Query{})
		require.Greater(t, len(rows), 900)
		ids := vendorsim.IDs(rows)
		window := []string{"filter[created_at][]", stamp(start.Add(-time.Minute)), "filter[created_at][]", stamp(time.Now())}
		assert.Equal(t, ids, walk(c, append(window, "page[size]", "100", "sort", "created_at")...))
		assert.Equal(t, simtest.Reversed(rows), walk(c, "page[size]", "37"), "newest first by default")

		c.World.Faults.Set(vendorsim.EmptyPage, 0.3)
		assert.Equal(t, ids, walk(c, append(window, "page[size]", "100", "sort", "created_at")...))
		c.World.Faults.Heal()
		c.World.Faults.Set(vendorsim.DuplicateRows, 1)
		assert.Greater(t, len(walk(c, append(window, "page[size]", "100", "sort", "created_at")...)), len(ids))
		assert.Empty(t, c.World.Violations())
	})
}

func TestPagesDoNotShift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		at := time.Now().Add(-time.Hour)
		rows := c.World.EmitEach("audit_logs", 6, at, 0)
		late := c.World.EmitLate("audit_logs", at.Add(-time.Second), time.Hour+2*time.Second)
		a := c.Get(logs, "page[size]", "3", "sort", "created_at")
		time.Sleep(3 * time.Second) // fake time
		b := c.Get(logs, "page[size]", "3", "sort", "created_at", "page[after]", a.At("meta.after_cursor").Str)
		assert.Equal(t, vendorsim.IDs(rows), append(rawIDs(a), rawIDs(b)...))
		assert.Equal(t, late.ID, rawIDs(c.Get(logs, "page[size]", "3", "sort", "created_at"))[0])
	})
}

func TestLinksLeadThereAndBack(t *testing.T) {
	c := newAccount(t)
	rows := vendorsim.IDs(c.World.EmitEach("audit_logs", 5, time.Now().Add(-time.Hour), time.Minute))
	a := c.Get(logs+".json", "page[size]", "2", "sort", "created_at", "filter[created_at][]", stamp(time.Now().Add(-2*time.Hour)), "filter[created_at][]", stamp(time.Now()))
	next := a.At("links.next").Str
	require.True(t, strings.HasPrefix(next, simtest.Base), next)
	assert.False(t, a.At("links.prev").Bool())
	b := c.Get(strings.TrimPrefix(next, simtest.Base))
	assert.Equal(t, rows[2:4], rawIDs(b))
	back := c.Get(strings.TrimPrefix(b.At("links.prev").Str, simtest.Base))
	assert.Equal(t, rows[:2], rawIDs(back))
	last := c.Get(strings.TrimPrefix(b.At("links.next").Str, simtest.Base))
	assert.Equal(t, rows[4:], rawIDs(last))
	assert.Equal(t, "null", last.At("links.next").Raw)
	assert.NotEmpty(t, last.At("meta.after_cursor").Str)

	c.Knob("null_cursors", "true")
	assert.Equal(t, "null", c.Get(logs, "page[size]", "5").At("meta.after_cursor").Raw)
	c.Knob("foreign_links", "true")
	assert.True(t, strings.HasPrefix(c.Get(logs, "page[size]", "2").At("links.next").Str, "https://acme.zendesk.example/"))
	assert.Empty(t, c.World.Violations())
}

func TestBoundsAreInclusive(t *testing.T) {
	c := newAccount(t)
	at := time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)
	rows := vendorsim.IDs(c.World.EmitEach("audit_logs", 3, at, time.Second))
	window := func(from, to time.Time) []string {
		return rawIDs(c.Get(logs, "page[size]", "9", "sort", "created_at", "filter[created_at][]", stamp(from), "filter[created_at][]", stamp(to)))
	}
	assert.Equal(t, rows, window(at, at.Add(2*time.Second)))
	assert.Equal(t, rows[1:2], window(at.Add(time.Second), at.Add(time.Second)))
	assert.Empty(t, c.World.Violations())
	assert.Empty(t, window(at.Add(time.Second), at), "the end first")
	assert.Len(t, c.World.Violations(), 1)
}

func TestQuietMistakes(t *testing.T) {
	for name, query := range map[string][]string{
		"one bound":        {"filter[created_at][]", "2026-01-05T10:00:00Z"},
		"without brackets": {"filter[created_at]", "2026-01-05T10:00:00Z", "filter[created_at]", "2026-01-05T10:00:00Z"},
		"start_time":       {"start_time", "1767607200"},
		"sort_by":          {"sort_by", "created_at"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newAccount(t)
			c.World.EmitEach("audit_logs", 4, time.Now().Add(-time.Hour), time.Minute)
			assert.Len(t, rawIDs(c.Get(logs, append(query, "page[size]", "10")...)), 4, "everything comes back")
			assert.Len(t, c.World.Violations(), 1)
		})
	}
}

func TestFilters(t *testing.T) {
	c := newAccount(t)
	c.World.EmitEach("audit_logs", 200, time.Now().Add(-time.Hour), time.Second)
	all := c.Get(logs, "page[size]", "100")
	row := all.At(`audit_logs.#(actor_id>0)`)
	for _, name := range []string{"action", "source_type", "actor_id", "ip_address"} {
		value := row.Get(name).String()
		if name == "actor_id" {
			value = row.Get(name).Raw
		}
		a := c.Get(logs, "page[size]", "100", "filter["+name+"]", value)
		require.Equal(t, 200, a.Status, a.Body)
		assert.NotEmpty(t, rawIDs(a), name)
		for _, v := range a.Texts("audit_logs.#." + name) {
			assert.Equal(t, row.Get(name).String(), v)
		}
	}
	a := c.Get(logs, "page[size]", "100", "filter[source_type]", row.Get("source_type").Str, "filter[source_id]", row.Get("source_id").Raw)
	assert.Contains(t, rawIDs(a), row.Get("id").Raw)
	assert.Empty(t, c.World.Violations())
}

func TestOffsetPaging(t *testing.T) {
	c := newAccount(t)
	rows := vendorsim.IDs(c.World.EmitEach("audit_logs", 5, time.Now().Add(-time.Hour), time.Second))
	a := c.Get(logs, "per_page", "2", "page", "2", "sort_order", "asc")
	assert.Equal(t, rows[2:4], rawIDs(a))
	assert.Equal(t, int64(5), a.At("count").Int())
	next := c.Get(strings.TrimPrefix(a.At("next_page").Str, simtest.Base))
	assert.Equal(t, rows[4:], rawIDs(next))
	assert.Equal(t, "null", next.At("next_page").Raw)
	assert.Contains(t, next.At("previous_page").Str, "page=2")
	assert.Equal(t, rows[4], rawIDs(c.Get(logs))[0], "newest first")
	c.World.Faults.Next(vendorsim.DuplicateRows, 1, "")
	assert.Equal(t, rows[1:4], rawIDs(c.Get(logs, "per_page", "2", "page", "2", "sort_order", "asc")))
	assert.Empty(t, c.World.Violations())
	assert.Equal(t, 400, c.Get(logs, "page", "101").Status)
	c.Get(logs, "sort", "created_at")
	assert.Len(t, c.World.Violations(), 2)
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		query  []string
		status int
		code   string
	}{
		"page too large":   {[]string{"page[size]", "101"}, 400, "errors.0.code"},
		"page of zero":     {[]string{"page[size]", "0"}, 400, "errors.0.code"},
		"sort":             {[]string{"page[size]", "1", "sort", "id"}, 400, "errors.0.code"},
		"made-up cursor":   {[]string{"page[size]", "1", "page[after]", "abc"}, 400, "errors.0.code"},
		"time":             {[]string{"page[size]", "1", "filter[created_at][]", "yesterday"}, 422, "error"},
		"id without type":  {[]string{"page[size]", "1", "filter[source_id]", "1"}, 422, "error"},
		"actor":            {[]string{"page[size]", "1", "filter[actor_id]", "ana"}, 422, "error"},
		"action":           {[]string{"page[size]", "1", "filter[action]", "delete"}, 422, "error"},
		"repeated address": {[]string{"page[size]", "1", "filter[ip_address]", "192.0.2.1", "filter[ip_address]", "192.0.2.2"}, 422, "error"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newAccount(t)
			a := c.Get(logs, tt.query...)
			assert.Equal(t, tt.status, a.Status)
			assert.NotEmpty(t, a.At(tt.code).Str, a.Body)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newAccount(t)
	assert.Equal(t, 405, c.Post(logs, "application/json", "{}").Status)
	assert.Equal(t, 404, c.Get("/api/v2/users").Status)
	c.Header.Set("Accept", "text/csv")
	assert.Equal(t, 406, c.Get(logs).Status)
}

func TestCursorBelongsToItsQuery(t *testing.T) {
	c := newAccount(t)
	c.World.EmitEach("audit_logs", 5, time.Now().Add(-time.Hour), time.Second)
	cursor := c.Get(logs, "page[size]", "2", "sort", "created_at").At("meta.after_cursor").Str
	assert.Equal(t, 200, c.Get(logs, "page[size]", "3", "sort", "created_at", "page[after]", cursor).Status)
	assert.Equal(t, 400, c.Get(logs, "page[size]", "2", "page[after]", cursor).Status, "another order")
	c.World.ForgetViolations()
	c.World.ExpireCursors()
	a := c.Get(logs, "page[size]", "2", "sort", "created_at", "page[after]", cursor)
	assert.Equal(t, http.StatusBadRequest, a.Status)
	assert.Equal(t, "InvalidPaginationParameter", a.At("errors.0.code").Str)
	assert.Empty(t, c.World.Violations(), "expiry is nobody's fault")
}
