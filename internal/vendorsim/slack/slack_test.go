package slack_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
	"github.com/otelactivity/otelactivity/internal/vendorsim/slack"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	logs         = "/audit/v1/logs"
	access       = "/api/team.accessLogs"
	integrations = "/api/team.integrationLogs"
	team         = "T0FAKETEAM1"
)

func config(variant string) map[string]any {
	if variant == "" {
		return slack.Vendor().Config(simtest.Base)
	}
	return slack.Vendor().Variants[variant](simtest.Base)
}

// newClient holds the organization's token.
func newClient(t *testing.T) *simtest.Client {
	c := simtest.New(t, slack.Vendor())
	return c.Auth("Bearer " + config("")["token"].(string))
}

func unix(t time.Time) string { return fmt.Sprint(t.Unix()) }

// walk repeats a query with the cursor of each answer until there is none.
func walk(c *simtest.Client, path, list string, pairs ...string) (rows []string) {
	c.Helper()
	cursor := []string{}
	for {
		a := c.Get(path, append(slices.Clone(pairs), cursor...)...)
		require.Equal(c, 200, a.Status, a.Body)
		for _, row := range a.At(list).Array() {
			rows = append(rows, row.Raw)
		}
		next := a.At("response_metadata.next_cursor").Str
		if next == "" {
			return rows
		}
		cursor = []string{"cursor", next}
	}
}

func ids(rows []string) []string {
	out := []string{}
	for _, r := range rows {
		out = append(out, gjson.Get(r, "id").Str)
	}
	return out
}

func TestWalkReachesEverything(t *testing.T) {
	for name, tt := range map[string]struct{ limit, knob string }{
		"small pages": {"10", ""}, "large pages": {"9999", ""}, "short pages": {"100", "short_pages"}, "no metadata at the end": {"100", "no_metadata"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t)
				start := time.Now().Add(-time.Hour)
				c.World.Run("audit_logs", vendorsim.Plausible(start, 5*time.Second))
				if tt.knob != "" {
					c.Knob(tt.knob, "true")
				}
				got := ids(walk(c, logs, "entries", "oldest", unix(start), "latest", unix(time.Now()), "limit", tt.limit))
				truth := c.World.Truth("audit_logs", time.Now())
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
		start := time.Now().Add(-time.Hour)
		rows := c.World.EmitEach("audit_logs", 5, start, time.Second)
		a := c.Get(logs, "oldest", unix(rows[1].Time), "latest", unix(rows[3].Time))
		assert.Equal(t, simtest.Reversed(rows[1:4]), a.Texts("entries.#.id"), "both are inclusive, newest first")
		assert.False(t, a.At("ok").Exists())
		assert.Equal(t, "application/json; charset=utf-8", a.Header.Get("Content-Type"))
		assert.Equal(t, simtest.Reversed(rows), c.Get(logs).Texts("entries.#.id"), "both are optional")
		assert.Equal(t, `""`, a.At("response_metadata.next_cursor").Raw)
		c.Knob("no_metadata", "true")
		assert.False(t, c.Get(logs).At("response_metadata").Exists())
		assert.Empty(t, c.World.Violations())
	})
}

func TestNothingBeforeTheFirstDay(t *testing.T) {
	c := newClient(t)
	c.World.Emit("audit_logs", time.Date(2018, 2, 28, 23, 59, 59, 0, time.UTC))
	kept := c.World.Emit("audit_logs", time.Date(2018, 3, 1, 0, 0, 0, 0, time.UTC))
	assert.Equal(t, []string{kept.ID}, c.Get(logs, "oldest", "0").Texts("entries.#.id"))
	assert.Equal(t, []string{kept.ID}, c.Get(logs).Texts("entries.#.id"))
}

func TestPagesMayExceedTheirLimit(t *testing.T) {
	c := newClient(t)
	at := time.Now().Add(-time.Hour)
	c.World.EmitEach("audit_logs", 3, at.Add(-time.Minute), time.Second)
	c.World.EmitEach("audit_logs", 5, at, 0)
	a := c.Get(logs, "limit", "3")
	assert.Len(t, a.Texts("entries"), 5, "events of one second stay together")
	c.World.EmitEach("audit_logs", 10, at.Add(time.Minute), 0)
	assert.Len(t, c.Get(logs, "limit", "2").Texts("entries"), 5, "but only a few more come")
	assert.Len(t, walk(c, logs, "entries", "limit", "2"), 18)
}

func TestCursorHoldsAPositionOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		rows := c.World.EmitEach("audit_logs", 6, time.Now().Add(-time.Hour), time.Minute)
		a := c.Get(logs, "oldest", unix(rows[3].Time), "limit", "2")
		cursor := a.At("response_metadata.next_cursor").Str
		want := simtest.Reversed(rows)
		assert.Equal(t, want[2:3], c.Get(logs, "oldest", unix(rows[3].Time), "cursor", cursor).Texts("entries.#.id"))
		assert.Equal(t, want[2:], c.Get(logs, "cursor", cursor).Texts("entries.#.id"), "without oldest it walks on to the beginning")
		assert.Empty(t, c.World.Violations())

		a = c.Get(logs, "oldest", unix(rows[5].Time), "cursor", cursor)
		assert.Equal(t, 400, a.Status)
		assert.Equal(t, "invalid_arguments", a.At("error").Str, "oldest is newer than the cursor")
		assert.Equal(t, "invalid_cursor", c.Get(logs, "cursor", "made-up").At("error").Str)
		assert.Len(t, c.World.Violations(), 2)
		c.World.ForgetViolations()

		late := c.World.Emit("audit_logs", time.Now())
		assert.NotContains(t, c.Get(logs, "cursor", cursor).Texts("entries.#.id"), late.ID, "newer than the walk")
		time.Sleep(13 * time.Hour) // fake time
		a = c.Get(logs, "cursor", cursor)
		assert.Equal(t, 400, a.Status)
		assert.Equal(t, "invalid_cursor", a.At("error").Str)
		assert.Empty(t, c.World.Violations(), "an old cursor is not the client's fault")
	})
}

func TestFilters(t *testing.T) {
	c := newClient(t)
	c.World.EmitEach("audit_logs", 400, time.Now().Add(-time.Hour), time.Second)
	for name, tt := range map[string]struct {
		query []string
		want  func(e gjson.Result) bool
	}{
		"action": {[]string{"action", "user_login"}, func(e gjson.Result) bool { return e.Get("action").Str == "user_login" }},
		"actions": {[]string{"action", "user_login,file_uploaded"}, func(e gjson.Result) bool {
			return e.Get("action").Str == "user_login" || e.Get("action").Str == "file_uploaded"
		}},
		"unknown action": {[]string{"action", "teleporter_engaged"}, func(e gjson.Result) bool { return e.Get("action").Str == "teleporter_engaged" }},
		"actor":          {[]string{"actor", "W0000000004"}, func(e gjson.Result) bool { return e.Get("actor.user.id").Str == "W0000000004" }},
		"user":           {[]string{"entity", "U0000000003"}, func(e gjson.Result) bool { return e.Get("entity.user.id").Str == "U0000000003" }},
		"workspace":      {[]string{"entity", team}, func(e gjson.Result) bool { return e.Get("entity.workspace.id").Str == team }},
		"actor and action": {[]string{"actor", "USLACKUSER", "action", "user_login"}, func(e gjson.Result) bool {
			return e.Get("actor.user.id").Str == "USLACKUSER" && e.Get("action").Str == "user_login"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			want := []string{}
			for _, e := range c.World.Between("audit_logs", vendorsim.Query{NewestFirst: true}) {
				if tt.want(gjson.Parse(e.Raw)) {
					want = append(want, e.ID)
				}
			}
			require.NotEmpty(t, want)
			require.Less(t, len(want), 400)
			assert.Equal(t, want, ids(walk(c, logs, "entries", append(tt.query, "limit", "30")...)))
		})
	}
	assert.Empty(t, c.World.Violations())
}

func TestAuditRefusals(t *testing.T) {
	for name, query := range map[string][]string{
		"limit above": {"limit", "10000"}, "limit zero": {"limit", "0"}, "milliseconds": {"oldest", "1741687400123"},
		"fraction": {"latest", "1741687400.5"}, "text time": {"oldest", "2025-03-01T00:00:00Z"}, "turned round": {"oldest", "1741687400", "latest", "1741687399"},
		"unknown": {"page", "1"}, "empty action": {"action", ""}, "twice": {"actor", "a", "actor", "b"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			a := c.Get(logs, query...)
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, "invalid_arguments", a.At("error").Str)
			assert.False(t, a.At("ok").Bool())
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newClient(t)
	assert.Equal(t, 405, c.Post(logs, simtest.Form, "limit=1").Status)
	assert.Equal(t, 404, c.Get("/audit/v1/log").Status)
	assert.Equal(t, "unknown_method", c.Get("/api/team.logs").At("error").Str)
	c.Header.Del("Accept")
	assert.Equal(t, 400, c.Get(logs).Status)
	assert.Len(t, c.World.Violations(), 4)
}

func TestActionsNeedNoToken(t *testing.T) {
	c := simtest.New(t, slack.Vendor())
	a := c.Get("/audit/v1/actions")
	assert.Equal(t, http.StatusOK, a.Status)
	assert.Contains(t, a.Texts("actions.user"), "user_login")
	assert.Contains(t, a.Texts("actions.file"), "file_downloaded")
	assert.Empty(t, c.World.Violations())
	assert.Equal(t, 400, c.Get("/audit/v1/actions", "x", "y").Status)
}

func TestEmptyPagesAndDuplicates(t *testing.T) {
	c := newClient(t)
	want := simtest.Reversed(c.World.EmitEach("audit_logs", 6, time.Now().Add(-time.Hour), time.Second))
	for _, path := range []string{logs, logs} { // on the first page, then on the second
		c.World.Faults.Next(vendorsim.EmptyPage, 1, path)
		assert.Equal(t, want, ids(walk(c, path, "entries", "limit", "2")), "nothing is skipped")
	}
	c.World.Faults.Next(vendorsim.DuplicateRows, 1, "")
	assert.Greater(t, len(walk(c, logs, "entries", "limit", "2")), 6)
	cursor := c.Get(logs, "limit", "2").At("response_metadata.next_cursor").Str
	c.World.Faults.Next(vendorsim.CursorExpired, 1, "")
	assert.Equal(t, 400, c.Get(logs, "limit", "2", "cursor", cursor).Status)
	assert.Equal(t, 200, c.Get(logs, "limit", "2", "cursor", cursor).Status)
}
