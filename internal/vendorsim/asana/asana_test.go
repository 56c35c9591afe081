package asana_test

import (
	"net/http"
	"net/url"
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
	"github.com/otelactivity/otelactivity/internal/vendorsim/asana"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	stream = "audit_log_events"
	events = "/api/1.0/workspaces/1200000000000001/audit_log_events"
)

func newOrg(t *testing.T) *simtest.Client {
	c := simtest.New(t, asana.Vendor())
	return c.Auth("Bearer " + asana.Vendor().Config(simtest.Base)["access_token"].(string))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func message(a simtest.Answer) string { return a.At("errors.0.message").Str }

// walk asks until a page is empty and returns all ids and the last offset.
func walk(c *simtest.Client, offset string, pairs ...string) ([]string, string) {
	c.Helper()
	ids := []string{}
	for {
		q := slices.Clone(pairs)
		if offset != "" {
			q = append(q, "offset", offset)
		}
		a := c.Get(events, q...)
		require.Equal(c, 200, a.Status, a.Body)
		offset = a.At("next_page.offset").Str
		page := a.Texts("data.#.gid")
		if len(page) == 0 {
			return ids, offset
		}
		ids = append(ids, page...)
	}
}

func TestOffsetIsAStreamCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		start := stamp(time.Now().Add(-24 * time.Hour))
		a := c.Get(events, "start_at", start, "limit", "10")
		assert.JSONEq(t, `{"data":[],"next_page":null}`, a.Body, "nothing has ever matched")
		rows := c.World.EmitEach(stream, 95, time.Now().Add(-time.Hour), time.Second)
		ids, offset := walk(c, "", "start_at", start, "limit", "10")
		assert.Equal(t, vendorsim.IDs(rows), ids)
		require.NotEmpty(t, offset, "the empty page has an offset too")
		again, same := walk(c, offset, "start_at", start, "limit", "10")
		assert.Empty(t, again)
		require.NotEmpty(t, same)

		time.Sleep(48 * time.Hour) // fake time
		late := c.World.EmitLate(stream, time.Now().Add(-2*time.Hour), 2*time.Hour)
		fresh := c.World.Emit(stream, time.Now())
		ids, _ = walk(c, offset, "start_at", start, "limit", "100")
		assert.ElementsMatch(t, []string{late.ID, fresh.ID}, ids, "captured since, whatever its time; another page size will do")
		assert.Empty(t, c.World.Violations())
	})
}

func TestWalkReachesEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		c.World.Run(stream, vendorsim.Plausible(time.Now().Add(-2*time.Hour), 3*time.Second))
		c.Knob("short_pages", "true")
		ids, _ := walk(c, "", "limit", "100")
		want := vendorsim.IDs(c.World.Truth(stream, time.Now()))
		assert.Subset(t, ids, want)
		assert.Subset(t, want, ids)
		bounded, _ := walk(c, "", "limit", "100", "end_at", stamp(time.Now()))
		assert.Subset(t, bounded, want)
		of := times(c)
		assert.True(t, slices.IsSortedFunc(bounded, func(a, b string) int { return of[a].Compare(of[b]) }), "oldest first")
	})
}

// times returns when each event happened.
func times(c *simtest.Client) map[string]time.Time {
	of := map[string]time.Time{}
	for _, e := range c.World.Truth(stream, time.Now()) {
		of[e.ID] = e.Time
	}
	return of
}

func TestBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		start := time.Now().Add(-time.Hour)
		rows := vendorsim.IDs(c.World.EmitEach(stream, 6, start, time.Second))
		at := func(i int) string { return stamp(start.Add(time.Duration(i) * time.Second)) }
		assert.Equal(t, rows[2:], c.Get(events, "start_at", at(2)).Texts("data.#.gid"), "inclusive")
		assert.Equal(t, rows[2:4], c.Get(events, "start_at", at(2), "end_at", at(4)).Texts("data.#.gid"), "exclusive")
		old := c.World.Emit(stream, time.Now().Add(-91*24*time.Hour))
		assert.NotContains(t, c.Get(events).Body, old.ID, "retention")
	})
}

func TestFilters(t *testing.T) {
	c := newOrg(t)
	c.World.EmitEach(stream, 600, time.Now().Add(-time.Hour), time.Second)
	for param, path := range map[string]string{"event_type": "event_type", "actor_type": "actor.actor_type", "actor_gid": "actor.gid", "resource_gid": "resource.gid"} {
		t.Run(param, func(t *testing.T) {
			var value string
			want := []string{}
			for _, e := range c.World.Truth(stream, time.Now()) {
				v := gjson.Get(e.Raw, path).Str
				if value == "" && v != "" {
					value = v
				}
				if value != "" && v == value {
					want = append(want, e.ID)
				}
			}
			require.NotEmpty(t, want)
			ids, _ := walk(c, "", "limit", "50", param, value)
			assert.Equal(t, want, ids)
			assert.Less(t, len(ids), 600)
		})
	}
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		path, auth string
		query      []string
		status     int
		text       string
	}{
		"no token":          {events, "", nil, 401, "Not Authorized"},
		"wrong token":       {events, "Bearer x", nil, 401, "Not Authorized"},
		"token of a person": {events, "Bearer fake-asana-personal-token", nil, 403, "Forbidden"},
		"other workspace":   {"/api/1.0/workspaces/77/audit_log_events", "-", nil, 404, "workspace: Unknown object: 77"},
		"no such path":      {"/api/1.0/workspaces/77/audit", "-", nil, 404, "No matching route"},
		"large page":        {events, "-", []string{"limit", "101"}, 400, "limit: "},
		"empty page":        {events, "-", []string{"limit", "0"}, 400, "limit: "},
		"bad time":          {events, "-", []string{"start_at", "yesterday"}, 400, "start_at: "},
		"two types":         {events, "-", []string{"event_type", "a", "event_type", "b"}, 400, "event_type: "},
		"unknown param":     {events, "-", []string{"page", "2"}, 400, "page: "},
		"bad gid":           {events, "-", []string{"actor_gid", "me"}, 400, "actor_gid: "},
		"actor type":        {events, "-", []string{"actor_type", "bot"}, 400, "actor_type: "},
		"made-up offset":    {events, "-", []string{"offset", "abc"}, 400, "offset: Your pagination token is invalid."},
	} {
		t.Run(name, func(t *testing.T) {
			c := newOrg(t)
			if tt.auth != "-" {
				c.Auth(tt.auth)
			}
			a := c.Get(tt.path, tt.query...)
			assert.Equal(t, tt.status, a.Status)
			assert.Contains(t, message(a), tt.text)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
}

func TestOffsets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		rows := vendorsim.IDs(c.World.EmitEach(stream, 5, time.Now().Add(-time.Hour), time.Second))
		first := c.Get(events, "limit", "2")
		offset := first.At("next_page.offset").Str
		assert.NotEqual(t, url.QueryEscape(offset), offset, "offsets need escapes")
		uri := first.At("next_page.uri").Str
		assert.True(t, strings.HasPrefix(uri, "https://app.asana.com/api/1.0/workspaces/"), uri)
		assert.Equal(t, rows[2:4], c.Get(strings.TrimPrefix(uri, "https://app.asana.com")).Texts("data.#.gid"))
		assert.Equal(t, "/api/1.0"+first.At("next_page.path").Str, strings.TrimPrefix(uri, "https://app.asana.com"))

		assert.Equal(t, 400, c.Get(events, "offset", offset, "actor_type", "user").Status, "another query")
		assert.Len(t, c.World.Violations(), 1)
		c.Knob("offset_life", "30m")
		time.Sleep(time.Hour) // fake time
		a := c.Get(events, "offset", offset)
		assert.Equal(t, 400, a.Status)
		assert.Equal(t, "offset: Your pagination token has expired.", message(a))
		assert.Len(t, c.World.Violations(), 1, "expiry is not the client's fault")
	})
}

func TestFaultsAndLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		rows := vendorsim.IDs(c.World.EmitEach(stream, 3, time.Now().Add(-time.Hour), time.Second))
		c.World.Faults.Next(vendorsim.EmptyPage, 1, "")
		a := c.Get(events)
		assert.Empty(t, a.Texts("data.#.gid"))
		assert.Equal(t, rows, c.Get(events, "offset", a.At("next_page.offset").Str).Texts("data.#.gid"), "nothing is skipped")
		for kind, status := range map[vendorsim.Kind]int{
			vendorsim.Unauthorized: 401, vendorsim.Forbidden: 403, vendorsim.NotFound: 404, vendorsim.Internal: 500, vendorsim.Unavailable: 503,
		} {
			c.World.Faults.Next(kind, 1, "")
			a := c.Get(events)
			assert.Equal(t, status, a.Status)
			assert.NotEmpty(t, message(a))
			assert.Equal(t, status >= 500, a.At("errors.0.phrase").Exists())
		}
		c.Knob("no_plan", "true")
		assert.Equal(t, 402, c.Get(events).Status)
		c.Knob("no_plan", "")
		c.Knob("not_allowed", "true")
		assert.Equal(t, 403, c.Get(events).Status)
		c.Knob("not_allowed", "")
		c.World.ScaleLimits(2.0 / 1500)
		time.Sleep(time.Minute) // fake time
		assert.Equal(t, 200, c.Get(events).Status)
		assert.Equal(t, 200, c.Get(events).Status)
		a = c.Get(events)
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "60", a.Header.Get("Retry-After"))
		assert.Equal(t, 404, c.Do(http.MethodDelete, "/x", "", "").Status)
	})
}

func TestEventsAreUniqueAndAwkward(t *testing.T) {
	w := vendorsim.NewWorld(asana.Vendor(), vendorsim.Options{Seed: 1})
	seen, has := map[string]bool{}, map[string]int{}
	for _, e := range w.EmitEach(stream, 2000, time.Now().Add(-time.Hour), time.Millisecond) {
		v := gjson.Parse(e.Raw)
		assert.Equal(t, e.ID, v.Get("gid").Str)
		at, err := time.Parse(time.RFC3339, v.Get("created_at").Str)
		require.NoError(t, err)
		assert.True(t, at.Equal(e.Time))
		assert.False(t, seen[e.ID])
		seen[e.ID] = true
		for _, path := range []string{"actor", "actor.name", "actor.email", "resource", "resource.name", "context", "details.old_value", "details.method"} {
			if f := v.Get(path); f.Exists() && f.Type == gjson.Null {
				has[path+" null"]++
			} else if !f.Exists() {
				has[path+" absent"]++
			}
		}
		has["actor "+v.Get("actor.actor_type").Str]++
		if v.Get("details.method").IsArray() {
			has["method list"]++
		}
	}
	for _, what := range []string{
		"actor null", "actor.name null", "actor.email absent", "resource null", "resource.name null", "context null",
		"details.old_value null", "method list", "actor asana", "actor asana_support", "actor anonymous", "actor external_administrator",
	} {
		assert.Positive(t, has[what], what)
	}
}
