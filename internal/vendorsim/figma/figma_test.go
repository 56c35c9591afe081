package figma_test

import (
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/figma"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	stream = "activity_logs"
	logs   = "/v1/activity_logs"
)

func newOrg(t *testing.T) *simtest.Client {
	c := simtest.New(t, figma.Vendor())
	return c.Auth("Bearer " + figma.Vendor().Config(simtest.Base)["access_token"].(string))
}

func ids(a simtest.Answer) []string { return a.Texts("meta.activity_logs.#.id") }

func seconds(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// walk follows cursors to the end.
func walk(c *simtest.Client, pairs ...string) []string {
	c.Helper()
	var all []string
	for cursor := ""; ; {
		q := slices.Clone(pairs)
		if cursor != "" {
			q = append(q, "cursor", cursor)
		}
		a := c.Get(logs, q...)
		require.Equal(c, 200, a.Status, a.Body)
		all = append(all, ids(a)...)
		cursor = a.At("meta.cursor").Str
		if !a.At("meta.next_page").Bool() {
			return all
		}
	}
}

func TestWalkReachesEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		c.World.Run(stream, vendorsim.Plausible(time.Now().Add(-2*time.Hour), 2*time.Second))
		now := time.Now()
		rows := c.World.Between(stream, vendorsim.Query{})
		got := walk(c, "start_time", seconds(now.Add(-3*time.Hour)), "end_time", seconds(now), "limit", "100", "order", "asc")
		assert.Equal(t, vendorsim.IDs(rows), got)
		assert.Equal(t, simtest.Reversed(rows), walk(c, "limit", "333", "order", "desc"))
		assert.Empty(t, c.World.Violations())
	})
}

func TestBoundsAreInclusiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		start := time.Now().Add(-time.Hour).Truncate(time.Second)
		rows := vendorsim.IDs(c.World.EmitEach(stream, 8, start.Add(300*time.Millisecond), 500*time.Millisecond))
		at := func(s int) string { return seconds(start.Add(time.Duration(s) * time.Second)) }
		assert.Equal(t, rows[2:6], ids(c.Get(logs, "start_time", at(1), "end_time", at(2))), "two events in each second")
		assert.Equal(t, rows[2:4], ids(c.Get(logs, "start_time", at(1), "end_time", at(1))))
		assert.Equal(t, rows, ids(c.Get(logs)), "a year, oldest first")
		assert.Empty(t, ids(c.Get(logs, "start_time", at(2), "end_time", at(1))))
		old := c.World.Emit(stream, time.Now().Add(-366*24*time.Hour))
		assert.NotContains(t, ids(c.Get(logs, "start_time", "0")), old.ID)
	})
}

func TestCursorIsAPositionInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		rows := c.World.EmitEach(stream, 4, time.Now().Add(-time.Hour), time.Second)
		a := c.Get(logs, "limit", "4")
		assert.False(t, a.At("meta.next_page").Bool())
		cursor := a.At("meta.cursor").Str
		require.NotEmpty(t, cursor, "the last page has a cursor too")
		late := c.World.Emit(stream, rows[1].Time)
		fresh := c.World.Emit(stream, time.Now())
		assert.Equal(t, []string{fresh.ID}, ids(c.Get(logs, "cursor", cursor)), "%s is behind it", late.ID)
		c.Knob("last_cursor", "none")
		assert.False(t, c.Get(logs).At("meta.cursor").Exists())
		c.World.Faults.Next(vendorsim.CursorExpired, 1, "")
		a = c.Get(logs, "cursor", cursor)
		assert.Equal(t, 400, a.Status)
		assert.Empty(t, c.World.Violations())
	})
}

func TestEventsFilter(t *testing.T) {
	c := newOrg(t)
	c.World.EmitEach(stream, 300, time.Now().Add(-time.Hour), time.Second)
	var want []string
	for _, e := range c.World.Truth(stream, time.Now()) {
		if a := gjson.Get(e.Raw, "action.type").Str; a == "user_sign_in" || a == "fig_file_create" {
			want = append(want, e.ID)
		}
	}
	require.NotEmpty(t, want)
	assert.Equal(t, want, walk(c, "events", "user_sign_in,fig_file_create", "limit", "5"))
	assert.Empty(t, walk(c, "events", "nonsense"))
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		auth   string
		query  []string
		status int
	}{
		"no token":       {"", nil, 401},
		"wrong token":    {"Bearer x", nil, 401},
		"no bearer":      {"Basic eDp5", nil, 401},
		"large page":     {"-", []string{"limit", "1001"}, 400},
		"no page":        {"-", []string{"limit", "0"}, 400},
		"milliseconds":   {"-", []string{"start_time", "2026-01-01T00:00:00Z"}, 400},
		"fraction":       {"-", []string{"end_time", "1760000000.5"}, 400},
		"order":          {"-", []string{"order", "ascending"}, 400},
		"repeated":       {"-", []string{"events", "a", "events", "b"}, 400},
		"unknown":        {"-", []string{"page_size", "3"}, 400},
		"made-up cursor": {"-", []string{"cursor", "x"}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			c := newOrg(t)
			if tt.auth != "-" {
				c.Auth(tt.auth)
			}
			a := c.Get(logs, tt.query...)
			assert.Equal(t, tt.status, a.Status)
			assert.True(t, a.At("error").Bool())
			assert.NotEmpty(t, a.At("message").Str)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newOrg(t)
	assert.Equal(t, 404, c.Get("/v1/activity").Status)
	assert.Equal(t, 405, c.Post(logs, "application/json", "{}").Status)
}

func TestCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		c.Header.Set("X-Figma-Token", "figd_fake-plan-access-token")
		assert.Equal(t, 401, c.Get(logs).Status, "one credential only")
		c.Auth("")
		assert.Equal(t, 200, c.Get(logs).Status)
		c.Knob("no_plan_tokens", "true")
		assert.Equal(t, 403, c.Get(logs).Status)
		c.Header.Set("X-Figma-Token", "x")
		assert.Equal(t, "Invalid token", c.Get(logs).At("err").Str)
		c.Header.Del("X-Figma-Token")

		v := figma.Vendor().Variants["refresh_token"](simtest.Base)
		refresh := func(form string) simtest.Answer {
			c.Auth(simtest.Basic(v["client_id"].(string), v["client_secret"].(string)))
			return c.Post("/v1/oauth/refresh", simtest.Form, form)
		}
		a := refresh("refresh_token=fake-figma-refresh-token")
		assert.Equal(t, int64(7776000), a.At("expires_in").Int())
		assert.False(t, a.At("refresh_token").Exists())
		first := "Bearer " + a.At("access_token").Str
		assert.Equal(t, 200, c.Auth(first).Get(logs).Status)
		second := "Bearer " + refresh("grant_type=refresh_token&refresh_token=fake-figma-refresh-token").At("access_token").Str
		assert.Equal(t, 200, c.Auth(second).Get(logs).Status)
		a = c.Auth(first).Get(logs)
		assert.Equal(t, 403, a.Status, "a refresh kills the token before")
		assert.Equal(t, "Token expired", a.At("err").Str)
		assert.Equal(t, 400, refresh("refresh_token=x").Status)
		assert.Equal(t, 200, c.Auth(second).Get(logs).Status, "a refused one does not")
		assert.Equal(t, 401, c.Auth(simtest.Basic("x", "y")).Post("/v1/oauth/refresh", simtest.Form, "refresh_token=fake-figma-refresh-token").Status)
		assert.Equal(t, 403, c.Auth("Bearer "+figma.Vendor().Variants["expired_first_token"](simtest.Base)["access_token"].(string)).Get(logs).Status)
		time.Sleep(90 * 24 * time.Hour) // fake time
		assert.Equal(t, 403, c.Auth(second).Get(logs).Status)
	})
}

func TestLimitsFaultsAndKnobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrg(t)
		for kind, status := range map[vendorsim.Kind]int{
			vendorsim.Unauthorized: 401, vendorsim.Forbidden: 403, vendorsim.NotFound: 404,
			vendorsim.Internal: 500, vendorsim.BadGateway: 502, vendorsim.Timeout: 504,
		} {
			c.World.Faults.Next(kind, 1, "")
			assert.Equal(t, status, c.Get(logs).Status)
		}
		for knob, status := range map[string]int{"not_admin": 401, "no_plan": 403, "wrong_scope": 403} {
			c.Knob(knob, "true")
			assert.Equal(t, status, c.Get(logs).Status)
			c.Knob(knob, "")
		}
		c.Knob("error_200", "true")
		a := c.Get(logs, "limit", "0")
		assert.Equal(t, 200, a.Status)
		assert.True(t, a.At("error").Bool())

		c = newOrg(t)
		c.World.ScaleLimits(2.0 / 150)
		assert.Equal(t, 200, c.Get(logs).Status)
		assert.Equal(t, 200, c.Get(logs).Status)
		a = c.Get(logs)
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "30", a.Header.Get("Retry-After"))
		assert.Equal(t, "high", a.Header.Get("X-Figma-Rate-Limit-Type"))
		assert.Equal(t, "enterprise", a.Header.Get("X-Figma-Plan-Tier"))
		time.Sleep(30 * time.Second) // fake time
		assert.Equal(t, 200, c.Get(logs).Status)
		c.Knob("low_seat", "true")
		assert.Equal(t, "low", c.Get(logs).Header.Get("X-Figma-Rate-Limit-Type"))
	})
}

func TestEventsAreUniqueAndAwkward(t *testing.T) {
	w := vendorsim.NewWorld(figma.Vendor(), vendorsim.Options{Seed: 1})
	seen, has := map[string]bool{}, map[string]int{}
	for _, e := range w.EmitEach(stream, 2000, time.Now().Add(-time.Hour), time.Millisecond) {
		v := gjson.Parse(e.Raw)
		assert.Equal(t, e.ID, v.Get("id").Str)
		assert.Equal(t, e.Time.Unix(), v.Get("timestamp").Int())
		assert.False(t, seen[e.ID])
		seen[e.ID] = true
		for _, path := range []string{"actor", "actor.id", "actor.email", "action.details", "entity", "entity.id", "entity.key", "context.ip_address", "context.team_id"} {
			if v.Get(path).String() == "" {
				has["no "+path]++
			}
		}
		has[v.Get("actor.name").Str]++
		has[v.Get("entity.type").Str]++
	}
	for _, what := range []string{
		"no actor", "no actor.id", "no actor.email", "no action.details", "no entity", "no entity.id", "no context.ip_address",
		"no context.team_id", "SCIM Provider", "Figma Support", "idp_user", "file", "hologram",
	} {
		assert.Positive(t, has[what], what)
	}
}
