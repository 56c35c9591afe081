package dealcloud_test

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
	"github.com/otelactivity/otelactivity/internal/vendorsim/dealcloud"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	stream   = "user_activity"
	activity = "/api/rest/v1/management/user/activity"
	media    = "application/json"
	day      = 24 * time.Hour
	first    = "?pageNumber=1&pageSize=1000"
)

// site is a client with a fresh token.
func newSite(t *testing.T) *simtest.Client {
	c := simtest.New(t, dealcloud.Vendor())
	return c.Auth(bearer(c))
}

// bearer asks for a token in the body.
func bearer(c *simtest.Client) string {
	c.Helper()
	a := c.Post(tokens, simtest.Form, grant(nil))
	require.Equal(c, 200, a.Status, a.Body)
	return "Bearer " + a.At("access_token").Str
}

func midnight(t time.Time) time.Time { return t.UTC().Truncate(day) }

// days is a body that asks for whole days, the second one excluded.
func days(from, to time.Time, more ...string) string {
	const layout = "2006-01-02T15:04:05.000Z"
	fields := append([]string{fmt.Sprintf(`"dateFrom":%q,"dateTo":%q`, from.UTC().Format(layout), to.UTC().Format(layout))}, more...)
	return "{" + strings.Join(fields, ",") + "}"
}

func rows(a simtest.Answer) []string {
	out := []string{}
	for _, row := range a.At("rows").Array() {
		out = append(out, row.Raw)
	}
	return out
}

// walk reads pages until the rows are as many as the latest answer promises.
func walk(c *simtest.Client, size int, body string) []string {
	c.Helper()
	var all []string
	for number := 1; number < 500; number++ {
		a := c.Post(fmt.Sprintf("%s?pageNumber=%d&pageSize=%d", activity, number, size), media, body)
		require.Equal(c, 200, a.Status, a.Body)
		all = append(all, rows(a)...)
		if len(rows(a)) == 0 || int64(number*size) >= a.At("totalRecords").Int() {
			return all
		}
	}
	require.Fail(c, "no end")
	return nil
}

func TestPagesReachEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSite(t)
		start := time.Now().Add(-3 * time.Hour)
		c.World.RunAll(vendorsim.Plausible(start, 20*time.Second))
		entries := c.World.Between(stream, vendorsim.Query{})
		require.Greater(t, len(entries), 400)
		body := days(midnight(start), midnight(time.Now()).Add(day))
		assert.Equal(t, vendorsim.Raws(entries), walk(c, 100, body), "rising")
		assert.Equal(t, vendorsim.Raws(entries), walk(c, 1000, `{}`), "ninety days by default")
		c.Knob("newest_first", "true")
		got := walk(c, 37, body)
		require.Len(t, got, len(entries))
		assert.Equal(t, entries[0].Raw, got[len(got)-1])

		c.World.Faults.Set(vendorsim.DuplicateRows, 1)
		assert.Greater(t, len(walk(c, 37, body)), len(entries))
		assert.Empty(t, c.World.Violations())
	})
}

func TestDefaultsOfPaging(t *testing.T) {
	c := newSite(t)
	entries := c.World.EmitEach(stream, 25, time.Now().Add(-time.Hour), time.Second)
	a := c.Post(activity, media, `{}`)
	assert.Equal(t, vendorsim.Raws(entries[:10]), rows(a))
	assert.Equal(t, int64(25), a.At("totalRecords").Int())
	assert.Equal(t, vendorsim.Raws(entries[20:]), rows(c.Post(activity+"?pageNumber=3", media, `{}`)))
	past := c.Post(activity+"?pageNumber=4", media, `{}`)
	assert.Empty(t, rows(past))
	assert.Equal(t, "[]", past.At("rows").Raw)

	c.Knob("max_page_size", "20")
	assert.Len(t, rows(c.Post(activity+first, media, `{}`)), 20, "cut without a word")
	assert.Empty(t, c.World.Violations())

	// Parameters as one JSON text are not understood, and that is not said.
	a = c.Post(activity+"?%7B%22pageNumber%22:2,%22pageSize%22:20%7D", media, `{}`)
	assert.Equal(t, vendorsim.Raws(entries[:10]), rows(a))
	assert.Len(t, c.World.Violations(), 1)
}

func TestDatesMeanDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSite(t)
		today := midnight(time.Now())
		entries := c.World.EmitEach(stream, 4, today.Add(-3*day), 12*time.Hour-time.Minute)
		ask := func(from, to time.Time) []string { return rows(c.Post(activity+first, media, days(from, to))) }
		raws := vendorsim.Raws(entries)
		assert.Equal(t, raws[:3], ask(today.Add(-3*day), today.Add(-2*day)))
		assert.Equal(t, raws[3:], ask(today.Add(-2*day), today.Add(-day)))
		assert.Empty(t, c.World.Violations())

		from, to := today.Add(-3*day+20*time.Hour), today.Add(-2*day+20*time.Hour)
		assert.Equal(t, raws[:3], ask(from, to), "the time of day is cut")
		c.Knob("round_days", "true")
		assert.Equal(t, raws[3:], ask(from, to), "or rounded")
		assert.Len(t, c.World.Violations(), 2)
		c.Knob("last_day_included", "true")
		assert.Equal(t, raws, ask(today.Add(-3*day), today.Add(-2*day)))
	})
}

func TestRange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSite(t)
		today := midnight(time.Now())
		old := c.World.Emit(stream, today.Add(-90*day-time.Minute))
		oldest := c.World.Emit(stream, today.Add(-90*day))
		for name, tt := range map[string]struct {
			body   string
			status int
		}{
			"ninety days":        {days(today.Add(-90*day), today), 200},
			"with today":         {days(today.Add(-89*day), today.Add(day)), 200},
			"only a start":       {`{"dateFrom":"` + today.Add(-90*day).Format(time.RFC3339) + `"}`, 200},
			"today":              {days(today, today.Add(day)), 200},
			"only an end":        {`{"dateTo":"` + today.Add(-80*day).Format(time.RFC3339) + `"}`, 200},
			"ninety-one":         {days(today.Add(-90*day), today.Add(day)), 400},
			"less than a day":    {days(today, today.Add(day-time.Second)), 400},
			"the same day":       {days(today, today), 400},
			"turned round":       {days(today, today.Add(-day)), 400},
			"starts in future":   {`{"dateFrom":"` + today.Add(day).Format(time.RFC3339) + `"}`, 400},
			"ends before record": {`{"dateTo":"` + today.Add(-100*day).Format(time.RFC3339) + `"}`, 400},
		} {
			c.World.ForgetViolations()
			a := c.Post(activity+first, media, tt.body)
			assert.Equal(t, tt.status, a.Status, "%s: %s", name, a.Body)
			assert.NotContains(t, a.Body, old.Raw)
			if tt.status == 400 {
				assert.Contains(t, a.At("message").Str, "ate", name)
				assert.NotEmpty(t, c.World.Violations(), name)
			} else {
				assert.Equal(t, name != "with today" && name != "today", strings.Contains(a.Body, oldest.Raw), name)
				assert.Empty(t, c.World.Violations(), name)
			}
		}
		assert.Equal(t, "DateTo should be greater than DateFrom.", c.Post(activity, media, days(today, today)).At("message").Str)
	})
}

func TestSiteInAnotherZone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSite(t)
		c.Knob("zone", "America/New_York")
		at := time.Date(1999, 12, 31, 2, 30, 0, 0, time.UTC) // the evening of the 30th there
		c.World.Emit(stream, at)
		thirtieth := time.Date(1999, 12, 30, 0, 0, 0, 0, time.UTC)
		a := c.Post(activity, media, days(thirtieth, thirtieth.Add(day)))
		require.Len(t, rows(a), 1)
		assert.True(t, strings.HasPrefix(a.At("rows.0.eventDate").Str, "1999-12-30T21:30:00"))
		assert.Empty(t, rows(c.Post(activity, media, days(thirtieth.Add(day), thirtieth.Add(2*day)))))
		assert.Empty(t, c.World.Violations())
	})
}

func TestFilters(t *testing.T) {
	c := newSite(t)
	entries := c.World.EmitEach(stream, 600, time.Now().Add(-time.Hour), time.Second)
	count := func(want func(row gjson.Result) bool) int {
		n := 0
		for _, e := range entries {
			if want(gjson.Parse(e.Raw)) {
				n++
			}
		}
		require.Positive(t, n)
		return n
	}
	ask := func(body string) []string { return rows(c.Post(activity+first, media, body)) }
	assert.Len(t, ask(`{"userIds":[11,13]}`), count(func(r gjson.Result) bool { return r.Get("userId").Int() == 11 || r.Get("userId").Int() == 13 }))
	assert.Len(t, ask(`{"userIDs":[11]}`), count(func(r gjson.Result) bool { return r.Get("userId").Int() == 11 }), "spelled as in the table")
	assert.Len(t, ask(`{"userIds":[]}`), 600)
	assert.Len(t, ask(`{"activity":5,"source":null}`), count(func(r gjson.Result) bool { return r.Get("activityTypeId").Int() == 5 }))
	assert.Len(t, ask(`{"activity":1,"source":3}`), count(func(r gjson.Result) bool {
		return r.Get("activityTypeId").Int() == 1 && r.Get("sourceTypeId").Int() == 3
	}))
	exports := count(func(r gjson.Result) bool { return r.Get("activityTypeId").Int() == 8 })
	assert.Len(t, ask(`{"activity":8}`), exports)
	parts := 0
	for kind := range 5 { // 0 is a kind
		n := len(ask(fmt.Sprintf(`{"activity":8,"exportDataType":%d}`, kind)))
		assert.Positive(t, n, kind)
		assert.Less(t, n, exports)
		parts += n
	}
	assert.Equal(t, exports, parts)
	assert.Empty(t, c.World.Violations())
}

// TestRowsAreAwkward: all types of activity and of source occur, users may be
// unknown, and addresses are written in every way.
func TestRowsAreAwkward(t *testing.T) {
	c := newSite(t)
	entries := c.World.EmitEach(stream, 2500, time.Now().Add(-time.Hour), 0)
	kinds, names, sources, addresses, keys := map[int64]bool{}, map[string]bool{}, map[int64]bool{}, map[string]bool{}, map[string]bool{}
	for _, e := range entries {
		row := gjson.Parse(e.Raw)
		kinds[row.Get("activityTypeId").Int()] = true
		names[row.Get("activityType").Str] = true
		sources[row.Get("sourceTypeId").Int()] = true
		ip := row.Get("ipAddress")
		addresses[fmt.Sprint(ip.Type, strings.HasPrefix(ip.Raw, "-"), strings.Contains(ip.Raw, ":"))] = true
		keys[fmt.Sprint(row.Get("eventDate"), "|", row.Get("userId"), "|", row.Get("activityTypeId"), "|", row.Get("sourceTypeId"), "|", row.Get("sessionId"))] = true
	}
	for id := int64(1); id <= 11; id++ {
		assert.True(t, kinds[id], "activity %d", id)
		assert.True(t, sources[id], "source %d", id)
	}
	for _, name := range []string{"Session Expired", "SessionExpired", "LoginFailedLockedOut", ""} {
		assert.True(t, names[name], name)
	}
	assert.GreaterOrEqual(t, len(addresses), 5, addresses)
	assert.Len(t, keys, len(entries), "five fields tell events apart, even in one moment")
}
