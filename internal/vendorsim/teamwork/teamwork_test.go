package teamwork_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
	"github.com/otelactivity/otelactivity/internal/vendorsim/teamwork"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	stream = "activity"
	v3     = "/projects/api/v3/latestactivity.json"
	v1     = "/latestActivity.json"
)

func newSite(t *testing.T) *simtest.Client {
	c := simtest.New(t, teamwork.Vendor())
	return c.Auth(simtest.Basic(teamwork.Vendor().Config(simtest.Base)["api_key"].(string), "x"))
}

func ids(a simtest.Answer) []string { return a.Texts("activities.#.id") }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// everything is what a reader asks for who wants all rows, oldest first.
var everything = []string{"includeArchivedProjects", "true", "showDeleted", "true", "orderBy", "date", "orderMode", "asc"}

func with(pairs ...string) []string { return append(append([]string{}, everything...), pairs...) }

// walk raises the page until there is no more.
func walk(c *simtest.Client, size int, between func(), pairs ...string) []string {
	c.Helper()
	all := []string{}
	for page := 1; ; page++ {
		between()
		a := c.Get(v3, with(append(pairs, "page", strconv.Itoa(page), "pageSize", strconv.Itoa(size))...)...)
		require.Equal(c, 200, a.Status, a.Body)
		assert.Equal(c, int64(page-1), a.At("meta.page.pageOffset").Int())
		all = append(all, ids(a)...)
		if !a.At("meta.page.hasMore").Bool() {
			return all
		}
	}
}

func TestPagesReachEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSite(t)
		c.World.Run(stream, vendorsim.Plausible(time.Now().Add(-2*time.Hour), 5*time.Second))
		now := time.Now()
		rows := c.World.Between(stream, vendorsim.Query{})
		window := []string{"startDate", stamp(now.Add(-3 * time.Hour)), "endDate", stamp(now)}
		assert.Equal(t, vendorsim.IDs(rows), walk(c, 100, func() {}, window...))

		n := 0
		busy := walk(c, 100, func() { n++; c.World.Emit(stream, now.Add(time.Minute)); time.Sleep(time.Minute) }, window...)
		assert.Equal(t, vendorsim.IDs(c.World.Between(stream, vendorsim.Query{Until: now, UntilInclusive: true})), busy, "a frozen end does not shift")
		require.Greater(t, n, 5)
		assert.Empty(t, c.World.Violations())
	})
}

func TestDefaults(t *testing.T) {
	c := newSite(t)
	rows := c.World.EmitEach(stream, 300, time.Now().Add(-time.Hour), time.Second)
	a := c.Get(v3)
	assert.Len(t, ids(a), 50)
	newest := simtest.Reversed(rows)
	last := -1
	for _, id := range ids(a) { // newest first, with holes
		at := 0
		for newest[at] != id {
			at++
		}
		assert.Greater(t, at, last)
		last = at
	}
	hidden := 0
	for _, e := range rows {
		if gjson.Get(e.Raw, "project.id").Int() == 51203 || gjson.Get(e.Raw, "item.id").Int() >= 7710900 {
			hidden++
		}
	}
	assert.Equal(t, int64(300-hidden), a.At("meta.page.count").Int(), "archived projects and deleted items are hidden")
	assert.Equal(t, int64(300), c.Get(v3, everything...).At("meta.page.count").Int())
	assert.Equal(t, int64(51), c.Get(v3, with("skipCounts", "true")...).At("meta.page.count").Int(), "a lower bound")
}

func TestBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSite(t)
		start := time.Now().Add(-72 * time.Hour).Truncate(time.Second)
		rows := vendorsim.IDs(c.World.EmitEach(stream, 6, start, time.Second))
		at := func(i int) string { return stamp(start.Add(time.Duration(i) * time.Second)) }
		assert.Equal(t, rows[1:4], ids(c.Get(v3, with("startDate", at(1), "endDate", at(3))...)))
		assert.Equal(t, rows[2:], ids(c.Get(v3, with("updatedAfter", at(2))...)))
		day := start.UTC().Format(time.DateOnly)
		next := c.World.Emit(stream, start.Add(24*time.Hour))
		assert.Contains(t, ids(c.Get(v3, with("startDate", day, "endDate", day)...)), next.ID, "a date brings rows of the day after")
		c.Knob("exclusive_bounds", "true")
		assert.Equal(t, rows[2:3], ids(c.Get(v3, with("startDate", at(1), "endDate", at(3))...)))
		c.Knob("ignored_bounds", "true")
		assert.Equal(t, append(rows, next.ID), ids(c.Get(v3, with("startDate", at(1), "endDate", at(3))...)))
		assert.Empty(t, c.World.Violations())
	})
}

func TestFilters(t *testing.T) {
	c := newSite(t)
	c.World.EmitEach(stream, 600, time.Now().Add(-time.Hour), time.Second)
	actor := func(r gjson.Result) int64 { return max(r.Get("user.id").Int(), r.Get("userId").Int()) }
	for name, tt := range map[string]struct {
		query []string
		want  func(r gjson.Result) bool
	}{
		"users":    {[]string{"userIds", "30401,30402"}, func(r gjson.Result) bool { return actor(r) == 30401 || actor(r) == 30402 }},
		"types":    {[]string{"activityTypes", "billingInvoice,risk"}, func(r gjson.Result) bool { s := r.Get("type").Str; return s == "billingInvoice" || s == "risk" }},
		"projects": {[]string{"projectIds", "51201"}, func(r gjson.Result) bool { return r.Get("project.id").Int() == 51201 }},
		"tags": {[]string{"projectTagIds", "91"}, func(r gjson.Result) bool {
			return r.Get("project.id").Int() == 51200 || r.Get("project.id").Int() == 51202
		}},
		"starred": {[]string{"onlyStarredProjects", "true"}, func(r gjson.Result) bool { return r.Get("project.id").Int() == 51200 }},
		"nothing": {[]string{"itemIds", "1"}, func(gjson.Result) bool { return false }},
	} {
		t.Run(name, func(t *testing.T) {
			want := []string{}
			for _, e := range c.World.Truth(stream, time.Now()) {
				if tt.want(gjson.Parse(e.Raw)) {
					want = append(want, e.ID)
				}
			}
			assert.Equal(t, name == "nothing", len(want) == 0)
			assert.Equal(t, want, walk(c, 40, func() {}, tt.query...))
		})
	}
	from := c.World.Truth(stream, time.Now())[590].ID
	assert.Len(t, walk(c, 40, func() {}, "catchupFromId", from), 9)
	assert.Len(t, walk(c, 40, func() {}, "maxId", from), 591)
	item := gjson.Get(c.World.Truth(stream, time.Now())[3].Raw, "item.id").Raw
	assert.NotEmpty(t, walk(c, 40, func() {}, "itemIds", item))
	one := c.Get("/projects/api/v3/projects/51201/latestactivity.json", with("pageSize", "500")...)
	assert.Equal(t, walk(c, 500, func() {}, "projectIds", "51201"), ids(one))
}

func TestIncluded(t *testing.T) {
	c := newSite(t)
	c.World.EmitEach(stream, 40, time.Now().Add(-time.Hour), time.Second)
	a := c.Get(v3, with("include", "users,projects,companies")...)
	for _, row := range a.At("activities").Array() {
		if id := row.Get("user.id"); id.Int() > 0 {
			assert.NotEmpty(t, a.At("included.users."+id.Raw+".email").Str)
		}
		assert.True(t, a.At("included.projects."+row.Get("project.id").Raw).Exists())
	}
	assert.False(t, c.Get(v3, everything...).At("included").Exists())
	c.Knob("no_included", "true")
	assert.False(t, c.Get(v3, with("include", "users")...).At("included").Exists())
}

func TestFirstVersion(t *testing.T) {
	c := newSite(t)
	assert.JSONEq(t, `{"activity":[],"STATUS":"OK"}`, c.Get(v1).Body)
	rows := c.World.EmitEach(stream, 130, time.Now().Add(-time.Hour), time.Second)
	all := []string{}
	for page := 1; ; page++ {
		a := c.Get(v1, "page", strconv.Itoa(page), "pageSize", "50", "includeArchivedProjects", "true")
		all = append(all, a.Texts("activity.#.id")...)
		assert.Equal(t, "130", a.Header.Get("X-Records"))
		assert.Equal(t, strconv.Itoa(page), a.Header.Get("X-Page"))
		for _, row := range a.At("activity").Array() {
			for name, v := range row.Map() {
				assert.Equal(t, gjson.String, v.Type, name)
			}
		}
		if a.Header.Get("X-Pages") == strconv.Itoa(page) {
			break
		}
	}
	assert.Equal(t, simtest.Reversed(rows), all)
	assert.Len(t, c.Get(v1, "includeArchivedProjects", "true").Texts("activity"), 60)
	assert.Less(t, len(c.Get(v1, "pageSize", "100").Texts("activity.#.id")), 101)
	one := c.Get("/projects/51201/latestActivity.json", "pageSize", "100")
	for _, id := range one.Texts("activity.#.project-id") {
		assert.Equal(t, "51201", id)
	}
	assert.Equal(t, "Error", c.Get(v1, "pageSize", "101").At("STATUS").Str)
	assert.Equal(t, 400, c.Get(v1, "page", "0").Status)
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		auth, path string
		query      []string
		status     int
	}{
		"no credential":   {"", v3, nil, 401},
		"wrong key":       {simtest.Basic("x", "x"), v3, nil, 401},
		"wrong password":  {simtest.Basic("auditor@example.com", "x"), v3, nil, 401},
		"wrong token":     {"Bearer x", v3, nil, 401},
		"key as token":    {"Bearer twp_fakeTeamworkApiKey", v3, nil, 401},
		"malformed date":  {"-", v3, []string{"startDate", "04/03/2026"}, 400},
		"page zero":       {"-", v3, []string{"page", "0"}, 400},
		"large page":      {"-", v3, []string{"pageSize", "501"}, 400},
		"too far":         {"-", v3, []string{"page", "101", "pageSize", "500"}, 400},
		"order":           {"-", v3, []string{"orderMode", "ascending"}, 400},
		"names as ids":    {"-", v3, []string{"userIds", "ana"}, 400},
		"unknown include": {"-", v3, []string{"include", "tags"}, 400},
		"unknown project": {"-", "/projects/api/v3/projects/9/latestactivity.json", nil, 404},
		"unknown path":    {"-", "/projects/api/v3/audit.json", nil, 404},
	} {
		t.Run(name, func(t *testing.T) {
			c := newSite(t)
			if tt.auth != "-" {
				c.Auth(tt.auth)
			}
			a := c.Get(tt.path, tt.query...)
			assert.Equal(t, tt.status, a.Status)
			assert.NotEmpty(t, a.At("errors.0.title").Str)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
}

func TestFaults(t *testing.T) {
	c := newSite(t)
	rows := vendorsim.IDs(c.World.EmitEach(stream, 9, time.Now().Add(-time.Hour), time.Second))
	for kind, status := range map[vendorsim.Kind]int{
		vendorsim.Unauthorized: 401, vendorsim.Forbidden: 403, vendorsim.NotFound: 404,
		vendorsim.Throttled: 429, vendorsim.Internal: 500, vendorsim.BadGateway: 502,
	} {
		c.World.Faults.Next(kind, 2, "")
		assert.Equal(t, status, c.Get(v3).Status)
		assert.Equal(t, status, c.Get(v1).Status)
	}
	c.World.Faults.Next(vendorsim.DuplicateRows, 1, "")
	assert.Equal(t, rows[:3], ids(c.Get(v3, with("pageSize", "3")...)))
	assert.Equal(t, rows[2:5], ids(c.Get(v3, with("pageSize", "3", "page", "2")...)), "the last row again")
}

func TestRowsAreUniqueAndAwkward(t *testing.T) {
	w := vendorsim.NewWorld(teamwork.Vendor(), vendorsim.Options{Seed: 1})
	seen, has := map[string]bool{}, map[string]int{}
	for _, e := range w.EmitEach(stream, 1500, time.Now().Add(-time.Hour), time.Millisecond) {
		v := gjson.Parse(e.Raw)
		assert.Equal(t, e.ID, v.Get("id").Raw, "ids are integers")
		assert.Equal(t, stamp(e.Time), v.Get("dateTime").Str)
		assert.False(t, seen[e.ID])
		seen[e.ID] = true
		for _, path := range []string{"user", "userId", "itemId", "projectId", "company", "description", "forUser"} {
			if f := v.Get(path); !f.Exists() {
				has[path+" absent"]++
			} else if f.Type == gjson.Null {
				has[path+" null"]++
			}
		}
		has[v.Get("activityType").Str]++
	}
	for _, what := range []string{
		"user absent", "user null", "userId absent", "userId null", "itemId absent", "itemId null", "projectId absent",
		"company null", "description null", "forUser null", "new", "edited", "deleted", "viewed", "teleported",
	} {
		assert.Positive(t, has[what], what)
	}
}
