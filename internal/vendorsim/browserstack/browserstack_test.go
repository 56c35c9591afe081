package browserstack_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/browserstack"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	stream     = "audit"
	logs       = "/audit/v1/logs"
	activities = "/audit/v1/activities"
	day        = 24 * time.Hour
)

func credential(c map[string]any) string {
	return simtest.Basic(c["username"].(string), c["access_key"].(string))
}

func newOrganization(t *testing.T) *simtest.Client {
	return simtest.New(t, browserstack.Vendor()).Auth(credential(browserstack.Vendor().Config(simtest.Base)))
}

func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func window(since, until time.Time) []string {
	return []string{"oldest_date", date(since), "latest_date", date(until)}
}

func ids(a simtest.Answer) []string { return a.Texts("logs.#.event_id") }

func TestDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrganization(t)
		now := time.Now() // midnight
		rows := c.World.EmitEach(stream, 20*24, now.Add(-20*day), time.Hour)
		get := func(pairs ...string) []string { return ids(c.Get(logs, pairs...)) }
		assert.Equal(t, simtest.Reversed(rows[24:72]), get(window(now.Add(-19*day), now.Add(-18*day))...), "both days, newest first")
		assert.Equal(t, simtest.Reversed(rows[6*24:]), get(), "two weeks without dates")
		assert.Equal(t, simtest.Reversed(rows[19*24:]), get("oldest_date", date(now.Add(-day))))
		assert.Equal(t, simtest.Reversed(rows), get(window(now.Add(-180*day), now.Add(3*day))...))
		c.Knob("exclusive_end", "true")
		assert.Equal(t, simtest.Reversed(rows[24:48]), get(window(now.Add(-19*day), now.Add(-18*day))...))
		c.Knob("exclusive_end", "")
		c.Knob("zone", "-8")
		assert.Equal(t, simtest.Reversed(rows[32:56]), get(window(now.Add(-19*day), now.Add(-19*day))...))
		c.Knob("zone", "")
		c.Knob("ignores_dates", "true")
		assert.Equal(t, simtest.Reversed(rows[6*24:]), get(window(now.Add(-19*day), now.Add(-18*day))...))
		assert.Empty(t, c.World.Violations())
	})
}

func TestTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrganization(t)
		c.World.RunAll(vendorsim.Plausible(time.Now().Add(-12*time.Hour), time.Minute))
		late := c.World.EmitLate(stream, time.Now().Add(-time.Hour), 2*time.Hour)
		got := ids(c.Get(logs, window(time.Now().Add(-day), time.Now())...))
		assert.NotContains(t, got, late.ID)
		time.Sleep(2 * time.Hour) // fake time
		got = ids(c.Get(logs, window(time.Now().Add(-day), time.Now())...))
		assert.Contains(t, got, late.ID)
		assert.Subset(t, got, vendorsim.IDs(c.World.Truth(stream, time.Now())))
		c.World.Faults.Next(vendorsim.DuplicateRows, 1, "")
		assert.Greater(t, len(ids(c.Get(logs, window(time.Now().Add(-day), time.Now())...))), len(got))
		assert.Empty(t, c.World.Violations())
	})
}

func TestEnvelopesAndOrders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrganization(t)
		rows := c.World.EmitEach(stream, 30, time.Now().Add(-day), time.Minute)
		for _, key := range []string{"audit_logs", "events", "data", "results"} {
			c.Knob("wrapper", key)
			assert.Equal(t, simtest.Reversed(rows), c.Get(logs).Texts(key+".#.event_id"))
		}
		c.Knob("wrapper", "array")
		assert.Equal(t, simtest.Reversed(rows), c.Get(logs).Texts("#.event_id"))
		c.Knob("wrapper", "")
		c.Knob("order", "oldest")
		assert.Equal(t, vendorsim.IDs(rows), ids(c.Get(logs)))
		c.Knob("order", "shuffled")
		assert.NotEqual(t, vendorsim.IDs(rows), ids(c.Get(logs)))
		assert.ElementsMatch(t, vendorsim.IDs(rows), ids(c.Get(logs)))
	})
}

func TestPaging(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrganization(t)
		rows := c.World.EmitEach(stream, 250, time.Now().Add(-day), time.Minute)
		assert.Len(t, ids(c.Get(logs)), 250, "no pages are described")
		query := window(time.Now().Add(-day), time.Now())
		for _, kind := range []string{"link", "path"} {
			c.Knob("paging", kind)
			c.Knob("paging_key", map[string]string{"link": "", "path": "next"}[kind])
			a, got := c.Get(logs, query...), []string{}
			for n := 0; ; n++ {
				require.Less(t, n, 3)
				got = append(got, ids(a)...)
				next := a.Body[strings.Index(a.Body, `"next`):]
				if strings.HasSuffix(next, ":null}") {
					break
				}
				link := a.At("next_page").Str + a.At("next").Str
				assert.Equal(t, kind == "link", strings.HasPrefix(link, simtest.Base))
				a = c.Get(strings.TrimPrefix(link, simtest.Base))
			}
			assert.Equal(t, simtest.Reversed(rows), got)
		}
		c.Knob("paging_key", "")
		c.Knob("paging", "number")
		assert.Equal(t, "2", c.Get(logs).At("next_page").Raw)
		assert.Equal(t, simtest.Reversed(rows)[100:200], ids(c.Get(logs, "page", "2")))
		c.Knob("paging", "token")
		assert.Equal(t, gjson.String, c.Get(logs).At("next_page").Type)
		assert.Empty(t, c.World.Violations())
		c.Knob("paging", "")
		assert.Equal(t, 400, c.Get(logs, "page", "2").Status)
		assert.Len(t, c.World.Violations(), 1)
	})
}

func TestRefusals(t *testing.T) {
	now := time.Now()
	for name, pairs := range map[string][]string{
		"no date":           {"oldest_date", "yesterday"},
		"a time":            {"oldest_date", now.UTC().Format(time.RFC3339)},
		"other names":       {"startDate", date(now), "endDate", date(now)},
		"turned round":      window(now, now.Add(-day)),
		"too old":           window(now.Add(-182*day), now),
		"repeated":          {"oldest_date", date(now), "oldest_date", date(now)},
		"unknown parameter": {"limit", "10"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newOrganization(t)
			assert.Equal(t, 400, c.Get(logs, pairs...).Status)
			assert.Len(t, c.World.Violations(), 1)
			c.Knob("bad_date", "422")
			assert.Equal(t, 422, c.Get(logs, pairs...).Status)
		})
	}
	c := newOrganization(t)
	assert.Equal(t, 404, c.Post(logs, "application/json", "{}").Status)
	assert.Equal(t, 400, c.Get(activities, "page", "2").Status)
	c.Knob("unlimited_history", "true")
	old := c.World.Emit(stream, now.Add(-200*day))
	assert.Equal(t, []string{old.ID}, ids(c.Get(logs, window(now.Add(-201*day), now.Add(-199*day))...)))
}

func TestCatalogue(t *testing.T) {
	c := newOrganization(t)
	a := c.Get(activities)
	assert.Equal(t, 200, a.Status)
	assert.Contains(t, a.Texts("activities.accounts"), "failed_to_sign_in")
	assert.Len(t, a.Texts("activities.user_provisioning"), 8)
	assert.Empty(t, c.World.Violations())
}

func TestCredentials(t *testing.T) {
	config := browserstack.Vendor().Config(simtest.Base)
	for name, auth := range map[string]string{
		"none": "", "bearer": "Bearer x", "wrong key": simtest.Basic(config["username"].(string), "x"),
		"wrong name": simtest.Basic("jo@example.com", config["access_key"].(string)),
	} {
		t.Run(name, func(t *testing.T) {
			c := newOrganization(t).Auth(auth)
			a := c.Get(logs)
			assert.Equal(t, 401, a.Status)
			assert.Equal(t, "HTTP Basic: Access denied.\n", a.Body)
			assert.Contains(t, a.Header.Get("Content-Type"), "text/html")
			assert.Equal(t, `Basic realm="Application"`, a.Header.Get("WWW-Authenticate"))
			assert.Len(t, c.World.Violations(), 1)
			c.Knob("json_errors", "true")
			assert.NotEmpty(t, c.Get(logs).At("message").Str)
			c.Knob("login_page", "true")
			assert.Equal(t, 200, c.Get(logs).Status)
		})
	}
	for name, variant := range browserstack.Vendor().Variants {
		c := newOrganization(t).Auth(credential(variant(simtest.Base)))
		path, ok := variant(simtest.Base)["logs_path"].(string)
		if !ok {
			path = logs
		}
		assert.Equal(t, 200, c.Get(path).Status, name)
		assert.Empty(t, c.World.Violations())
	}
	c := newOrganization(t)
	c.Knob("recycled", "true")
	assert.Equal(t, 401, c.Get(logs).Status)
	assert.Empty(t, c.World.Violations(), "the client cannot know")
}

func TestErrors(t *testing.T) {
	for _, json := range []string{"", "true"} {
		c := newOrganization(t)
		c.Knob("json_errors", json)
		check := func(a simtest.Answer, status int) {
			t.Helper()
			assert.Equal(t, status, a.Status)
			assert.Equal(t, json == "true", gjson.Valid(a.Body), a.Body)
			assert.Equal(t, json == "", strings.HasPrefix(a.Header.Get("Content-Type"), "text/html"))
		}
		c.Knob("not_allowed", "true")
		check(c.Get(logs), 403)
		c.Knob("not_allowed", "")
		c.Knob("moved", "true")
		check(c.Get(logs), 404)
		assert.Equal(t, 200, c.Get(activities).Status, "the path of the list has changed")
		assert.Equal(t, 200, c.Get("/enterprise/audit/v2/logs").Status)
		c.Knob("not_enabled", "true")
		check(c.Get(activities), 404)
		assert.Empty(t, c.World.Violations())
		check(c.Get("/audit/v1/nothing"), 404)
		assert.Len(t, c.World.Violations(), 1)
	}
}

func TestPaceAndFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrganization(t)
		c.World.ScaleLimits(1)
		time.Sleep(time.Minute) // fake time
		for range 5 {
			assert.Equal(t, 200, c.Get(logs).Status)
		}
		a := c.Get(activities)
		assert.Equal(t, 429, a.Status, "all resources share it")
		assert.Empty(t, a.Header.Get("Retry-After"))
		c.Knob("retry_after", "60")
		assert.Equal(t, "60", c.Get(logs).Header.Get("Retry-After"))
		time.Sleep(4 * time.Second) // fake time
		assert.Equal(t, 200, c.Get(logs).Status)
		assert.Equal(t, 429, c.Get(logs).Status)

		c.World.ScaleLimits(1000)
		time.Sleep(time.Minute) // fake time
		for kind, status := range map[vendorsim.Kind]int{
			vendorsim.Unauthorized: 401, vendorsim.Forbidden: 403, vendorsim.NotFound: 404, vendorsim.Throttled: 429, vendorsim.ThrottledBare: 429,
			vendorsim.Internal: 500, vendorsim.BadGateway: 502, vendorsim.Unavailable: 503, vendorsim.Timeout: 504,
		} {
			c.World.Faults.Next(kind, 1, "")
			a := c.Get(logs)
			assert.Equal(t, status, a.Status)
			assert.Equal(t, status != 429, strings.HasPrefix(a.Header.Get("Content-Type"), "text/html"), kind)
		}
		assert.Empty(t, c.World.Violations())
	})
}

func TestRows(t *testing.T) {
	w := vendorsim.NewWorld(browserstack.Vendor(), vendorsim.Options{Seed: 1})
	has, names := map[string]int{}, map[string]int{}
	for _, e := range w.EmitEach(stream, 3000, time.Now().Add(-time.Hour), time.Millisecond) {
		require.True(t, gjson.Valid(e.Raw))
		v := gjson.Parse(e.Raw)
		require.Equal(t, e.ID, v.Get("event_id").Str)
		name := v.Get("activity.activity_name")
		if v.Get("activity").Type == gjson.String {
			name = v.Get("activity")
		}
		names[strings.ToLower(strings.ReplaceAll(name.Str, " ", "_"))]++
		for _, path := range []string{
			"actor", "location", "activity", "date", "actor.id", "actor.user_id", "actor.username", "actor.full_name",
			"location.ip", "location.ip_address", "activity.description",
		} {
			has[fmt.Sprint(path, " ", v.Get(path).Type)]++
		}
		if name.Str == "failed_to_sign_in" && v.Get("actor").Type == gjson.Null {
			has["nobody"]++
		}
	}
	for _, what := range []string{
		"actor Null", "actor String", "actor JSON", "location Null", "location String", "location JSON", "activity String", "activity JSON",
		"date String", "date Number", "actor.id Number", "actor.user_id String", "actor.username String", "actor.full_name String",
		"location.ip String", "location.ip_address String", "activity.description String", "nobody",
	} {
		assert.Positive(t, has[what], what)
	}
	assert.Len(t, names, 37, "every activity of the catalogue")
}
