package hubspot_test

import (
	"encoding/base64"
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
	"github.com/otelactivity/otelactivity/internal/vendorsim/hubspot"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	activity = "/account-info/v3/activity/"
	login    = activity + "login"
	security = activity + "security"
	audit    = activity + "audit-logs"
)

// paths of the streams.
var paths = map[string]string{"login": login, "security": security, "audit_logs": audit}

func newAccount(t *testing.T) *simtest.Client {
	c := simtest.New(t, hubspot.Vendor())
	return c.Auth("Bearer " + hubspot.Vendor().Config(simtest.Base)["access_token"].(string))
}

// walk follows paging.next.after to the end.
func walk(c *simtest.Client, path string, pairs ...string) []string {
	c.Helper()
	ids := []string{}
	for after := ""; ; {
		q := slices.Clone(pairs)
		if after != "" {
			q = append(q, "after", after)
		}
		a := c.Get(path, q...)
		require.Equal(c, 200, a.Status, a.Body)
		ids = append(ids, a.Texts("results.#.id")...)
		if after = a.At("paging.next.after").Str; after == "" {
			assert.False(c, a.At("paging").Exists(), "the last page has no paging")
			return ids
		}
	}
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
func stamp(t time.Time) string  { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func TestWalksReachEverything(t *testing.T) {
	for stream, path := range paths {
		for _, order := range []string{"", "oldest", "mixed"} {
			t.Run(stream+" "+order, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := newAccount(t)
					c.Knob("order", order)
					c.World.Run(stream, vendorsim.Plausible(time.Now().Add(-time.Hour), 10*time.Second))
					c.World.Faults.Set(vendorsim.DuplicateRows, 0.3)
					ids := walk(c, path, "limit", "20")
					want := vendorsim.IDs(c.World.Truth(stream, time.Now()))
					assert.Subset(t, ids, want)
					assert.Subset(t, want, ids)
					assert.Greater(t, len(ids), len(want), "some rows come twice")
					assert.Empty(t, c.World.Violations())
				})
			})
		}
	}
}

func TestOrder(t *testing.T) {
	c := newAccount(t)
	for stream, path := range paths {
		rows := c.World.EmitEach(stream, 30, time.Now().Add(-time.Hour), time.Second)
		if stream == "audit_logs" {
			assert.Equal(t, vendorsim.IDs(rows), walk(c, path, "limit", "7"), "oldest first")
			assert.Equal(t, simtest.Reversed(rows), walk(c, path, "limit", "7", "sort", "-occurredAt"))
			continue
		}
		assert.Equal(t, simtest.Reversed(rows), walk(c, path, "limit", "7"), stream)
	}
	assert.Empty(t, c.World.Violations())
}

func TestBounds(t *testing.T) {
	c := newAccount(t)
	start := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	at := func(i int) time.Time { return start.Add(time.Duration(i) * time.Second) }
	rows := vendorsim.IDs(c.World.EmitEach("audit_logs", 6, start, time.Second))
	assert.Equal(t, rows[2:4], walk(c, audit, "occurredAfter", stamp(at(1)), "occurredBefore", stamp(at(4))), "after and before")
	events := c.World.EmitEach("security", 6, start, time.Second)
	want := simtest.Reversed(events[2:4])
	assert.Equal(t, want, walk(c, security, "fromTimestamp", millis(at(1)), "toTimestamp", millis(at(4))))
	c.Knob("bounds", "inclusive")
	assert.Equal(t, rows[1:5], walk(c, audit, "occurredAfter", stamp(at(1)), "occurredBefore", stamp(at(4))))
	old := c.World.Emit("login", time.Now().Add(-91*24*time.Hour))
	kept := c.World.Emit("login", time.Now().Add(-89*24*time.Hour))
	assert.Equal(t, []string{kept.ID}, walk(c, login), "not %s: 90 days", old.ID)
	assert.Empty(t, c.World.Violations())
}

func TestUserFilters(t *testing.T) {
	c := newAccount(t)
	for stream, f := range map[string]struct{ param, field string }{
		"login": {"userId", "userId"}, "security": {"userId", "userId"}, "audit_logs": {"actingUserId", "actingUser.userId"},
	} {
		rows := c.World.EmitEach(stream, 300, time.Now().Add(-time.Hour), time.Second)
		want := []string{}
		for _, e := range rows {
			if gjson.Get(e.Raw, f.field).Raw == "61500233" {
				want = append(want, e.ID)
			}
		}
		require.NotEmpty(t, want)
		got := walk(c, paths[stream], f.param, "61500233", "limit", "10")
		assert.ElementsMatch(t, want, got, stream)
	}
	both := walk(c, audit, "actingUserId", "61500233", "actingUserId", "61500234")
	assert.Greater(t, len(both), len(walk(c, audit, "actingUserId", "61500233")), "a repeated key")
	assert.Empty(t, c.World.Violations())
	assert.Len(t, walk(c, audit, "userId", "61500233"), 300, "ignored")
	assert.NotEmpty(t, c.World.Violations())
}

func TestAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		c.World.EmitEach("login", 9, time.Now().Add(-time.Hour), time.Second)
		first := c.Get(login, "limit", "2")
		after := first.At("paging.next.after").Str
		link, err := url.Parse(first.At("paging.next.link").Str)
		require.NoError(t, err)
		assert.Equal(t, "api.hubapi.com", link.Host, "whatever host was asked")
		assert.Equal(t, after, link.Query().Get("after"))
		assert.NotEqual(t, after, url.QueryEscape(after))
		assert.Equal(t, c.Get(login, "limit", "3", "after", after).At("results.0.id").Str, c.Get(link.RequestURI()).At("results.0.id").Str)
		assert.Empty(t, c.World.Violations())

		assert.Empty(t, c.Get(login, "after", url.QueryEscape(after)).Texts("results"), "encoded twice")
		for _, bad := range []string{"abc", base64.StdEncoding.EncodeToString([]byte("7719377"))} {
			a := c.Get(login, "after", bad)
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, "VALIDATION_ERROR", a.At("category").Str)
		}
		assert.Equal(t, 400, c.Get(security, "after", after).Status, "another list")
		assert.Len(t, c.World.Violations(), 4)
		c.Knob("after_life", "10m")
		time.Sleep(time.Hour) // fake time
		assert.Equal(t, 400, c.Get(login, "after", after).Status)
		assert.Len(t, c.World.Violations(), 4, "expiry is not the client's fault")
	})
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		path   string
		query  []string
		status int
	}{
		"large page":             {login, []string{"limit", "201"}, 400},
		"large page, security":   {security, []string{"limit", "201"}, 400},
		"large page, audit logs": {audit, []string{"limit", "101"}, 400},
		"empty page":             {login, []string{"limit", "0"}, 400},
		"time filter on logins":  {login, []string{"fromTimestamp", "1"}, 400},
		"time as text":           {security, []string{"fromTimestamp", "2026-01-01T00:00:00Z"}, 400},
		"time as number":         {audit, []string{"occurredAfter", "1767225600000"}, 400},
		"end before start":       {security, []string{"fromTimestamp", "2", "toTimestamp", "1"}, 400},
		"two users":              {login, []string{"userId", "1", "userId", "2"}, 400},
		"user by name":           {audit, []string{"actingUserId", "ada"}, 400},
		"other order":            {audit, []string{"sort", "id"}, 400},
		"hapikey":                {login, []string{"hapikey", "x"}, 400},
		"no such list":           {activity + "logins", nil, 404},
		"no such version":        {"/account-info/v2/activity/login", nil, 404},
	} {
		t.Run(name, func(t *testing.T) {
			c := newAccount(t)
			a := c.Get(tt.path, tt.query...)
			assert.Equal(t, tt.status, a.Status)
			for _, field := range []string{"message", "category", "correlationId"} {
				assert.NotEmpty(t, a.At(field).Str, field)
			}
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newAccount(t)
	for _, version := range []string{"v3", "2025-09", "2026-03", "2026-09"} {
		assert.Equal(t, 200, c.Get(strings.Replace(login, "v3", version, 1)).Status)
	}
	assert.Equal(t, 405, c.Post(login, "application/json", "{}").Status)
}

func TestRowsAreAwkward(t *testing.T) {
	w := vendorsim.NewWorld(hubspot.Vendor(), vendorsim.Options{Seed: 1})
	absent := map[string]int{}
	for stream, required := range map[string][]string{
		"login": {"id", "loginAt", "loginSucceeded"}, "security": {"id", "type", "createdAt", "userId"},
		"audit_logs": {"id", "category", "action", "occurredAt", "actingUser.userId"},
	} {
		for _, e := range w.EmitEach(stream, 500, time.Now().Add(-time.Hour), time.Second) {
			v := gjson.Parse(e.Raw)
			assert.Equal(t, e.ID, v.Get("id").Str)
			for _, path := range required {
				assert.True(t, v.Get(path).Exists(), path)
			}
			for _, path := range []string{"userId", "email", "ipAddress", "userAgent", "objectId", "actingUser", "subCategory", "targetObjectId", "actingUser.userEmail"} {
				if !v.Get(path).Exists() {
					absent[stream+" "+path]++
				}
			}
		}
	}
	for _, what := range []string{
		"login userId", "login email", "login ipAddress", "login userAgent", "security objectId", "security actingUser",
		"audit_logs subCategory", "audit_logs targetObjectId", "audit_logs actingUser.userEmail",
	} {
		assert.Positive(t, absent[what], what)
	}
}
