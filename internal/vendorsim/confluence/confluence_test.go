package confluence_test

import (
	"fmt"
	"net/url"
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
	"github.com/otelactivity/otelactivity/internal/vendorsim/confluence"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const audit = "/wiki/rest/api/audit"

// newSite returns a client of the site's own host with basic auth.
func newSite(t *testing.T) *simtest.Client {
	c := confluence.Vendor().Config(simtest.Base)
	return simtest.New(t, confluence.Vendor()).Auth(simtest.Basic(c["email"].(string), c["api_token"].(string)))
}

func ms(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// walk reads a window to its end by start, calling between before each page.
func walk(c *simtest.Client, path string, limit int, between func(), window ...string) []string {
	c.Helper()
	var rows []string
	for {
		between()
		a := c.Get(path, append([]string{"start", strconv.Itoa(len(rows)), "limit", strconv.Itoa(limit)}, window...)...)
		require.Equal(c, 200, a.Status, a.Body)
		page := raws(a)
		rows = append(rows, page...)
		if len(page) == 0 || len(page) < int(a.At("limit").Int()) && !a.At("_links.next").Exists() {
			return rows
		}
	}
}

func raws(a simtest.Answer) []string {
	out := []string{}
	for _, v := range a.At("results").Array() {
		out = append(out, v.Raw)
	}
	return out
}

func reversed(entries []*vendorsim.Entry) []string {
	out := []string{}
	for i := len(entries) - 1; i >= 0; i-- {
		out = append(out, entries[i].Raw)
	}
	return out
}

func TestPagingReachesEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSite(t)
		start := time.Now().Add(-2 * time.Hour)
		c.World.Run("audit", vendorsim.Plausible(start, 5*time.Second))
		window := []string{"startDate", ms(start.Add(-time.Minute)), "endDate", ms(time.Now())}
		calm := walk(c, audit, 100, func() {}, window...)
		want := reversed(c.World.Between("audit", vendorsim.Query{}))
		assert.Equal(t, want, calm, "newest first")

		short := walk(c, audit, 100, func() { c.World.Faults.Next(vendorsim.EmptyPage, 1, audit) }, window...)
		assert.Equal(t, want, short, "a short page with a next link is not the end")
		c.World.Faults.Heal()
		busy := walk(c, audit, 100, func() { c.World.Faults.Next(vendorsim.DuplicateRows, 1, audit) }, window...)
		assert.Subset(t, busy, want)
		assert.Greater(t, len(busy), len(want))
		c.World.Faults.Heal()
		c.Knob("limit_cap", "37")
		assert.Equal(t, want, walk(c, audit, 1000, func() {}, window...))
		assert.Empty(t, c.World.Violations())
	})
}

func TestLinks(t *testing.T) {
	c := newSite(t)
	rows := reversed(c.World.EmitEach("audit", 5, time.Now().Add(-time.Hour), time.Second))
	a := c.Get(audit, "limit", "2", "searchString", "e")
	assert.Equal(t, simtest.Base+"/wiki", a.At("_links.base").Str)
	assert.Equal(t, "/wiki", a.At("_links.context").Str)
	next := a.At("_links.next").Str
	require.True(t, strings.HasPrefix(next, "/rest/api/audit?"), next)
	assert.Equal(t, 404, c.Get(next).Status, "it is relative to the base, not to the host")
	a = c.Do("GET", "/wiki"+next, "", "")
	assert.Equal(t, rows[2:4], raws(a))
	assert.EqualValues(t, 2, a.At("start").Int())
	assert.EqualValues(t, 2, a.At("size").Int())
	last := c.Get(audit, "limit", "2", "start", "4")
	assert.False(t, last.At("_links.next").Exists())
	assert.Len(t, c.World.Violations(), 1)
	c.Knob("size_total", "true")
	assert.EqualValues(t, 5, c.Get(audit, "limit", "2").At("size").Int())
}

func TestBoundsAreInclusive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSite(t)
		start := time.Now().Add(-time.Hour)
		rows := c.World.EmitEach("audit", 5, start, time.Second)
		at := func(i int) string { return ms(start.Add(time.Duration(i) * time.Second)) }
		assert.Equal(t, reversed(rows[1:4]), raws(c.Get(audit, "startDate", at(1), "endDate", at(3))))
		assert.Equal(t, reversed(rows[2:3]), raws(c.Get(audit, "startDate", at(2), "endDate", at(2))))
		assert.Equal(t, reversed(rows), raws(c.Get(audit)), "all are optional")
		assert.Equal(t, reversed(rows), raws(c.Get(audit, "startDate", start.Format(time.DateOnly))), "a day is taken as well")
		assert.Empty(t, raws(c.Get(audit, "startDate", at(9))))
		assert.Equal(t, reversed(rows), raws(c.Get(audit+"/since", "number", "2", "units", "HOURS")))
		assert.Empty(t, raws(c.Get(audit+"/since", "number", "30", "units", "MINUTES")))
		assert.Equal(t, reversed(rows), raws(c.Get(audit+"/since")), "three months by default")

		old := c.World.Emit("audit", time.Now().Add(-366*24*time.Hour))
		assert.NotContains(t, raws(c.Get(audit)), old.Raw, "beyond the retention")
		month := c.World.Emit("audit", time.Now().Add(-30*24*time.Hour))
		assert.Contains(t, raws(c.Get(audit)), month.Raw)
		c.Knob("retention_days", "7")
		assert.NotContains(t, raws(c.Get(audit)), month.Raw)
		assert.Empty(t, c.World.Violations())
	})
}

func TestSearchLooksIntoStrings(t *testing.T) {
	c := newSite(t)
	entries := c.World.EmitEach("audit", 200, time.Now().Add(-time.Hour), time.Second)
	for word, minimum := range map[string]int{"permission": 1, "EXPORTSPACE": 1, "System": 1, "no-such-thing": 0} {
		t.Run(word, func(t *testing.T) {
			var want []string
			for _, row := range reversed(entries) {
				if strings.Contains(strings.ToLower(row), strings.ToLower(word)) {
					want = append(want, row)
				}
			}
			require.GreaterOrEqual(t, len(want), minimum)
			assert.ElementsMatch(t, want, raws(c.Get(audit, "searchString", word)))
		})
	}
	assert.Empty(t, raws(c.Get(audit, "searchString", "creationDate")), "names of fields do not count")
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		query  url.Values
		status int
	}{
		"words for a date":     {url.Values{"startDate": {"yesterday"}}, 400},
		"ISO time":             {url.Values{"endDate": {"2026-05-04T10:20:30Z"}}, 400},
		"negative start":       {url.Values{"start": {"-1"}}, 400},
		"page size zero":       {url.Values{"limit": {"0"}}, 400},
		"empty search":         {url.Values{"searchString": {""}}, 400},
		"repeated":             {url.Values{"limit": {"1", "2"}}, 400},
		"page size above":      {url.Values{"limit": {"1001"}}, 200},
		"unknown names pass":   {url.Values{"end_date": {"1"}}, 200},
		"cursor of another":    {url.Values{"cursor": {"1"}}, 200},
		"dates in other words": {url.Values{"startDate": {"-5"}}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			c := newSite(t)
			c.World.EmitEach("audit", 3, time.Now().Add(-time.Hour), time.Second)
			a := c.Do("GET", audit+"?"+tt.query.Encode(), "", "")
			assert.Equal(t, tt.status, a.Status, a.Body)
			assert.Len(t, c.World.Violations(), 1)
			if tt.status == 400 {
				assert.EqualValues(t, 400, a.At("statusCode").Int())
				assert.NotEmpty(t, a.At("message").Str)
				return
			}
			assert.Len(t, raws(a), 3)
			assert.LessOrEqual(t, a.At("limit").Int(), int64(1000))
		})
	}
	c := newSite(t)
	assert.Equal(t, 405, c.Post(audit, "application/json", "{}").Status)
	assert.Equal(t, 404, c.Get("/rest/api/audit").Status)
	assert.Equal(t, 404, c.Get("/ex/confluence/other"+audit).Status)
	c.Header.Set("Accept", "text/csv")
	assert.Equal(t, 406, c.Get(audit).Status)
	assert.Len(t, c.World.Violations(), 4)
}

func TestRecords(t *testing.T) {
	c := newSite(t)
	seen, has := map[string]bool{}, map[string]int{}
	for _, e := range c.World.EmitEach("audit", 2000, time.Now().Add(-time.Hour), 0) {
		require.True(t, gjson.Valid(e.Raw))
		assert.False(t, seen[e.Raw], "two rows are equal: %s", e.Raw)
		seen[e.Raw] = true
		v := gjson.Parse(e.Raw)
		assert.Equal(t, fmt.Sprint(e.Time.UnixMilli()), v.Get("creationDate").Raw)
		assert.Equal(t, "user", v.Get("author.type").Str)
		account := v.Get("author.accountId").Exists()
		has["account "+strconv.FormatBool(account)]++
		if !account {
			has[v.Get("author.displayName").Str]++
		}
		for _, path := range []string{"remoteAddress", "affectedObject.name", "description"} {
			has[fmt.Sprint(path, " ", v.Get(path).Str != "")]++
		}
		has[v.Get("affectedObject.objectType").Str]++
	}
	for _, what := range []string{
		"account true", "account false", "System", "Anonymous", "Backup app", "remoteAddress false", "remoteAddress true",
		"affectedObject.name false", "description true", "Space", "Group", "User", "Page", "",
	} {
		assert.Positive(t, has[what], what)
	}
}
