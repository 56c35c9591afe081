package confluenceonprem_test

import (
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
	confluenceonprem "github.com/otelactivity/otelactivity/internal/vendorsim/confluence_on_prem"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	events = "/confluence/rest/auditing/1.0/events"
	legacy = "/confluence/rest/api/audit"
)

// newInstance returns a client with a personal access token. Its requests leave no
// rows.
func newInstance(t *testing.T) *simtest.Client {
	c := simtest.New(t, confluenceonprem.Vendor())
	c.Knob("no_searches", "true")
	return c.Auth("Bearer " + confluenceonprem.Vendor().Config(simtest.Base)["token"].(string))
}

func iso(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func raws(a simtest.Answer) []string {
	out := []string{}
	for _, list := range []string{"entities", "results"} {
		for _, v := range a.At(list).Array() {
			out = append(out, v.Raw)
		}
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

// walk reads a window to its end by the cursor, calling between before each page.
func walk(c *simtest.Client, limit int, between func(), window ...string) []string {
	c.Helper()
	var rows []string
	query := append([]string{"limit", strconv.Itoa(limit)}, window...)
	for {
		between()
		a := c.Get(events, query...)
		require.Equal(c, 200, a.Status, a.Body)
		page := raws(a)
		assert.EqualValues(c, len(page), a.At("pagingInfo.size").Int())
		rows = append(rows, page...)
		next := a.At("pagingInfo.nextPageCursor")
		assert.Equal(c, !next.Exists(), a.At("pagingInfo.lastPage").Bool())
		if !next.Exists() {
			return rows
		}
		query = append([]string{"limit", strconv.Itoa(limit), "offset", a.At("pagingInfo.nextPageOffset").Raw, "pageCursor", next.Str}, window...)
	}
}

func TestPagingReachesEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newInstance(t)
		start := time.Now().Add(-2 * time.Hour)
		c.World.Run("audit", vendorsim.Plausible(start, 10*time.Second))
		window := []string{"from", iso(start.Add(-time.Minute)), "to", iso(time.Now())}
		want := reversed(c.World.Between("audit", vendorsim.Query{}))
		assert.Equal(t, want, walk(c, 100, func() {}, window...), "newest first")
		assert.Equal(t, want, walk(c, 100, func() { c.World.Faults.Next(vendorsim.EmptyPage, 1, events) }, window...))
		c.World.Faults.Heal()
		busy := walk(c, 100, func() { c.World.Faults.Next(vendorsim.DuplicateRows, 1, events) }, window...)
		assert.Subset(t, busy, want)
		assert.Greater(t, len(busy), len(want))
		c.World.Faults.Heal()
		assert.Equal(t, want, walk(c, 100, func() { c.World.Emit("audit", start.Add(-time.Minute-time.Millisecond)) }, window...), "older rows move nothing")
		assert.Empty(t, c.World.Violations())
	})
}

func TestNextPage(t *testing.T) {
	c := newInstance(t)
	now := time.Now().Truncate(time.Millisecond)
	rows := reversed(c.World.EmitEach("audit", 3, now.Add(-time.Hour), 0))
	before := c.World.Emit("audit", now.Add(-2*time.Hour))
	a := c.Get(events, "limit", "2", "from", iso(now.Add(-time.Hour)))
	assert.Equal(t, rows[:2], raws(a))
	cursor := a.At("pagingInfo.nextPageCursor").Str
	assert.Equal(t, strconv.FormatInt(now.Add(-time.Hour).UnixMilli(), 10)+",2", cursor, "the place of the last row")
	link, err := url.Parse(a.At("pagingInfo.nextPageLink").Str)
	require.NoError(t, err)
	assert.Equal(t, "wiki.internal.test", link.Host)
	assert.Equal(t, url.Values{"offset": {"0"}, "limit": {"2"}, "pageCursor": {cursor}}, link.Query(), "the window is lost")
	assert.Equal(t, []string{rows[2], before.Raw}, raws(c.Do("GET", link.RequestURI(), "", "")))
	last := c.Get(events, "limit", "2", "from", iso(now.Add(-time.Hour)), "pageCursor", cursor, "offset", "0")
	assert.Equal(t, rows[2:], raws(last))
	assert.JSONEq(t, `{"lastPage":true,"size":1}`, last.At("pagingInfo").Raw)
	assert.Empty(t, raws(c.Get(events, "from", iso(now.Add(-time.Hour)), "pageCursor", cursor, "offset", "1")))
	c.Knob("last_page", "unsaid")
	assert.JSONEq(t, `{"size":4}`, c.Get(events).At("pagingInfo").Raw)
	assert.Empty(t, c.World.Violations())
}

func TestBoundsAreInclusive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newInstance(t)
		start := time.Now().Add(-time.Hour)
		rows := c.World.EmitEach("audit", 5, start, time.Second)
		at := func(i int) string { return iso(start.Add(time.Duration(i) * time.Second)) }
		assert.Equal(t, reversed(rows[1:4]), raws(c.Get(events, "from", at(1), "to", at(3))))
		assert.Equal(t, reversed(rows[2:3]), raws(c.Get(events, "from", at(2), "to", at(2))))
		assert.Equal(t, reversed(rows), raws(c.Get(events)), "both are optional")
		assert.Equal(t, reversed(rows[:2]), raws(c.Get(events, "to", start.Add(time.Second).Format("2006-01-02T15:04:05Z"))))
		assert.Len(t, raws(c.Get(events, "limit", "100000")), 5)

		old := c.World.Emit("audit", time.Now().AddDate(0, 0, -1096))
		assert.NotContains(t, raws(c.Get(events)), old.Raw, "beyond the retention")
		c.Knob("retention_days", "2000")
		assert.Contains(t, raws(c.Get(events)), old.Raw)
		c.Knob("slow_above", "24")
		assert.Equal(t, 500, c.Get(events).Status)
		assert.Equal(t, 200, c.Get(events, "from", at(0)).Status)
		assert.Equal(t, 500, c.Get(legacy, "startDate", "1").Status)
		assert.Empty(t, c.World.Violations())
	})
}

func TestFilters(t *testing.T) {
	c := newInstance(t)
	entries := c.World.EmitEach("audit", 600, time.Now().Add(-time.Hour), time.Second)
	only := func(keep func(gjson.Result) bool) []string {
		var out []string
		for _, raw := range reversed(entries) {
			if keep(gjson.Parse(raw)) {
				out = append(out, raw)
			}
		}
		return out
	}
	has := func(v gjson.Result, kind, id string) bool {
		return v.Get(`affectedObjects.#(type=="` + kind + `")#|#(id=="` + id + `")`).Exists()
	}
	const ana = "2c9680838f1a2b3c018f1a2b3c4d0001"
	for name, tt := range map[string]struct {
		query []string
		keep  func(gjson.Result) bool
	}{
		"authors": {[]string{"userIds", ana + ",-2"}, func(v gjson.Result) bool { return v.Get("author.id").Str == ana || v.Get("author.id").Str == "-2" }},
		"action by name": {[]string{"actions", "User created,Group created"}, func(v gjson.Result) bool {
			return strings.HasSuffix(v.Get("type.action").Str, " created") && v.Get("affectedObjects.0.type").Str != "Space" && v.Get("affectedObjects.0.type").Str != "Page" && !strings.Contains(v.Get("type.action").Str, "token")
		}},
		"not by key":      {[]string{"actions", "audit.logging.summary.user.created"}, func(gjson.Result) bool { return false }},
		"category":        {[]string{"categories", "space"}, func(v gjson.Result) bool { return v.Get("type.category").Str == "space" }},
		"object":          {[]string{"affectedObject", "User," + ana}, func(v gjson.Result) bool { return has(v, "User", ana) }},
		"one of a type":   {[]string{"affectedObject", "Space,131073;Space,131074"}, func(v gjson.Result) bool { return has(v, "Space", "131073") || has(v, "Space", "131074") }},
		"each of types":   {[]string{"affectedObject", "User," + ana + ";Group,confluence-users"}, func(v gjson.Result) bool { return has(v, "User", ana) && has(v, "Group", "confluence-users") }},
		"type as written": {[]string{"affectedObject", "user," + ana}, func(gjson.Result) bool { return false }},
		"text":            {[]string{"search", "VIEWSPACE"}, func(v gjson.Result) bool { return strings.Contains(v.Raw, "VIEWSPACE") }},
	} {
		t.Run(name, func(t *testing.T) {
			a := c.Get(events, append(tt.query, "limit", "1000")...)
			want := only(tt.keep)
			assert.ElementsMatch(t, want, raws(a))
			assert.Equal(t, !strings.HasPrefix(name, "not") && !strings.HasSuffix(name, "written"), len(want) > 0)
		})
	}
	assert.Len(t, raws(c.Get(events, "scanLimit", "7")), 7)
	assert.Empty(t, c.World.Violations())
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		query  url.Values
		status int
	}{
		"words for a time":       {url.Values{"from": {"yesterday"}}, 400},
		"epoch":                  {url.Values{"from": {"1777889880004"}}, 400},
		"local time":             {url.Values{"to": {"2026-05-04T10:20:30+02:00"}}, 400},
		"page size zero":         {url.Values{"limit": {"0"}}, 400},
		"page size above":        {url.Values{"limit": {"100001"}}, 400},
		"negative offset":        {url.Values{"offset": {"-1"}}, 400},
		"cursor of one number":   {url.Values{"pageCursor": {"1777889880004"}}, 400},
		"object without id":      {url.Values{"affectedObject": {"User"}}, 400},
		"empty action":           {url.Values{"actions": {"a,,b"}}, 400},
		"another format":         {url.Values{"outputFormat": {"xml"}}, 400},
		"repeated":               {url.Values{"limit": {"1", "2"}}, 400},
		"unknown names pass":     {url.Values{"startDate": {"1"}}, 200},
		"names of the older API": {url.Values{"start": {"1"}}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			c := newInstance(t)
			c.World.EmitEach("audit", 3, time.Now().Add(-time.Hour), time.Second)
			a := c.Do("GET", events+"?"+tt.query.Encode(), "", "")
			assert.Equal(t, tt.status, a.Status, a.Body)
			assert.Len(t, c.World.Violations(), 1)
			if tt.status == 400 {
				assert.NotEmpty(t, a.At("errors.0.message").Str)
				return
			}
			assert.Len(t, raws(a), 3)
		})
	}
	c := newInstance(t)
	assert.Equal(t, 405, c.Post(events, "application/json", "{}").Status)
	assert.Equal(t, 404, c.Get("/wiki/rest/api/audit").Status)
	c.Header.Set("Accept", "text/csv")
	assert.Equal(t, 406, c.Get(events).Status)
	assert.Len(t, c.World.Violations(), 3)
}
