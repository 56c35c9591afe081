package intercom_test

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
	"github.com/otelactivity/otelactivity/internal/vendorsim/intercom"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const logs = "/admins/activity_logs"

func newWorkspace(t *testing.T) *simtest.Client {
	c := simtest.New(t, intercom.Vendor())
	c.Header.Set("Intercom-Version", "2.14")
	return c.Auth("Bearer " + intercom.Vendor().Config(simtest.Base)["access_token"].(string))
}

func unix(t time.Time) string { return fmt.Sprint(t.Unix()) }

// ids returns the ids of a page, without the null rows that the schema allows.
func ids(a simtest.Answer) []string {
	out := []string{}
	for _, row := range a.At("activity_logs").Array() {
		if row.IsObject() {
			out = append(out, row.Get("id").Str)
		}
	}
	return out
}

// walk follows the next links from a.
func walk(c *simtest.Client, a simtest.Answer) []string {
	c.Helper()
	var out []string
	for {
		require.Equal(c, 200, a.Status, a.Body)
		out = append(out, ids(a)...)
		next := a.At("pages.next")
		if !next.Exists() || next.Raw == "null" {
			return out
		}
		require.True(c, strings.HasPrefix(next.Str, simtest.Base), next.Raw)
		a = c.Get(strings.TrimPrefix(next.Str, simtest.Base))
	}
}

func TestPagesReachEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newWorkspace(t)
		start := time.Now().Add(-3 * time.Hour)
		c.World.RunAll(vendorsim.Plausible(start, 10*time.Second))
		rows := c.World.Between("activity_logs", vendorsim.Query{})
		require.Greater(t, len(rows), 900)
		window := []string{"created_at_after", unix(start), "created_at_before", unix(time.Now())}
		first := c.Get(logs, append(window, "per_page", "50")...)
		assert.Equal(t, "activity_log.list", first.At("type").Str)
		assert.Equal(t, int64((len(rows)+49)/50), first.At("pages.total_pages").Int())
		assert.Equal(t, simtest.Reversed(rows), walk(c, first), "newest first")

		c.World.Faults.Set(vendorsim.DuplicateRows, 0.5)
		again := walk(c, first)
		assert.Greater(t, len(again), len(rows))
		assert.Subset(t, again, vendorsim.IDs(rows))
		assert.Empty(t, c.World.Violations())
	})
}

func TestNullRows(t *testing.T) {
	c := newWorkspace(t)
	start := time.Now().Add(-time.Hour)
	rows := c.World.EmitEach("activity_logs", 60, start, time.Second)
	nulls := 0
	var got []string
	for n := range 30 {
		a := c.Get(logs, "created_at_after", unix(start), "created_at_before", unix(time.Now()), "per_page", "2", "page", fmt.Sprint(n+1))
		nulls += len(a.At("activity_logs").Array()) - len(ids(a))
		got = append(got, ids(a)...)
	}
	assert.Positive(t, nulls)
	assert.Equal(t, simtest.Reversed(rows), got)
}

func TestPagesShift(t *testing.T) {
	c := newWorkspace(t)
	start := time.Now().Add(-time.Hour)
	rows := c.World.EmitEach("activity_logs", 4, start, time.Minute)
	window := []string{"created_at_after", unix(start), "created_at_before", unix(start.Add(time.Hour)), "per_page", "2"}
	a := c.Get(logs, append(window, "page", "1")...)
	c.World.Emit("activity_logs", start.Add(30*time.Minute))
	b := c.Get(logs, append(window, "page", "2")...)
	assert.Equal(t, []string{rows[3].ID, rows[2].ID}, ids(a))
	assert.Equal(t, []string{rows[2].ID, rows[1].ID}, ids(b), "a new row pushed one over")
}

func TestBounds(t *testing.T) {
	c := newWorkspace(t)
	at := time.Now().Add(-time.Hour).Truncate(time.Second)
	rows := simtest.Reversed(c.World.EmitEach("activity_logs", 3, at, time.Second))
	window := []string{"created_at_after", unix(at), "created_at_before", unix(at.Add(2 * time.Second))}
	assert.Equal(t, rows, ids(c.Get(logs, window...)))
	c.Knob("exclusive_bounds", "true")
	assert.Equal(t, rows[1:2], ids(c.Get(logs, window...)))
	assert.Len(t, ids(c.Get(logs, "created_at_after", unix(at.Add(-time.Second)))), 3, "until now by default")
	assert.Empty(t, ids(c.Get(logs, "created_at_after", unix(time.Now()), "created_at_before", unix(at))))
	assert.Empty(t, c.World.Violations())
}

func TestSizes(t *testing.T) {
	c := newWorkspace(t)
	c.World.EmitEach("activity_logs", 300, time.Now().Add(-time.Hour), time.Second)
	after := unix(time.Now().Add(-2 * time.Hour))
	assert.Len(t, ids(c.Get(logs, "created_at_after", after)), 20)
	assert.Len(t, ids(c.Get(logs, "created_at_after", after, "per_page", "250")), 250)
	beyond := c.Get(logs, "created_at_after", after, "page", "99")
	assert.Empty(t, ids(beyond))
	assert.Equal(t, "null", beyond.At("pages.next").Raw)
	c.Get(logs, "created_at_after", after, "sort", "asc")
	require.Len(t, c.World.Violations(), 1, "sort is ignored")
}

func TestNextForms(t *testing.T) {
	c := newWorkspace(t)
	start := time.Now().Add(-time.Hour)
	rows := simtest.Reversed(c.World.EmitEach("activity_logs", 4, start, time.Second))
	window := []string{"created_at_after", unix(start), "created_at_before", unix(start.Add(time.Minute)), "per_page", "2"}
	c.Knob("next", "object")
	a := c.Get(logs, window...)
	assert.Equal(t, int64(2), a.At("pages.next.per_page").Int())
	cursor := a.At("pages.next.starting_after").Str
	assert.Equal(t, rows[2:], ids(c.Get(logs, append(window, "starting_after", cursor)...)))
	assert.Equal(t, 400, c.Get(logs, "created_at_after", unix(start), "starting_after", cursor).Status, "of another list")
	assert.Len(t, c.World.Violations(), 1)
	c.World.ExpireCursors()
	assert.Equal(t, "parameter_invalid", c.Get(logs, append(window, "starting_after", cursor)...).At("errors.0.code").Str)

	c.Knob("next", "null")
	a = c.Get(logs, window...)
	assert.Equal(t, "null", a.At("pages.next").Raw)
	assert.Equal(t, int64(2), a.At("pages.total_pages").Int())
	c.Knob("next", "foreign")
	assert.True(t, strings.HasPrefix(c.Get(logs, window...).At("pages.next").Str, "https://api.intercom.example/admins/"))
	assert.Len(t, c.World.Violations(), 1)
}

func TestVersions(t *testing.T) {
	c := newWorkspace(t)
	c.World.EmitEach("activity_logs", 3, time.Now().Add(-29*24*time.Hour), time.Second)
	c.World.Emit("activity_logs", time.Now().Add(-31*24*time.Hour))
	for version, status := range map[string]int{"1.4": 404, "2.14": 404, "2.16": 404, "2.17": 200, "Preview": 200} {
		c.Header.Set("Intercom-Version", version)
		a := c.Get(logs)
		assert.Equal(t, status, a.Status, version)
		if status == 200 {
			assert.Len(t, ids(a), 3, "the last thirty days")
			continue
		}
		assert.Equal(t, "parameter_not_found", a.At("errors.0.code").Str)
		assert.Equal(t, "Please provide the following parameters: created_at_after", a.At("errors.0.message").Str)
	}
	c.World.ForgetViolations()
	for _, version := range []string{"2.1x", "3", ""} {
		c.Header.Set("Intercom-Version", version)
		assert.NotEqual(t, 200, c.Get(logs, "created_at_after", "x").Status)
	}
	assert.Len(t, c.World.Violations(), 4)
}

func TestSpans(t *testing.T) {
	c := newWorkspace(t)
	ask := func(d time.Duration) simtest.Answer {
		return c.Get(logs, "created_at_after", unix(time.Now().Add(-d)), "created_at_before", unix(time.Now()))
	}
	assert.Equal(t, 200, ask(5*24*time.Hour).Status)
	a := ask(60 * 24 * time.Hour)
	assert.Equal(t, 500, a.Status)
	assert.Equal(t, "server_error", a.At("errors.0.code").Str)
	c.Knob("max_hours", "2")
	assert.Equal(t, 500, ask(3*time.Hour).Status)
	assert.Equal(t, 200, ask(time.Hour).Status)
	assert.Empty(t, c.World.Violations())
}
