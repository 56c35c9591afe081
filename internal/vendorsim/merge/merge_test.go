package merge_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/merge"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	trail = "/api/hris/v1/audit-trail"
	feed  = "audit_trail"
)

func newOrganization(t *testing.T) *simtest.Client {
	c := simtest.New(t, merge.Vendor())
	return c.Auth("Bearer " + merge.Vendor().Config(simtest.Base)["api_key"].(string))
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func rows(a simtest.Answer) []string {
	out := []string{}
	for _, row := range a.At("results").Array() {
		out = append(out, row.Raw)
	}
	return out
}

// walk reads a list to its end, by its cursors.
func walk(c *simtest.Client, pairs ...string) []string {
	c.Helper()
	var out []string
	cursor := ""
	for range 500 {
		query := pairs
		if cursor != "" {
			query = append([]string{"cursor", cursor}, pairs...)
		}
		a := c.Get(trail, query...)
		require.Equal(c, 200, a.Status, a.Body)
		out = append(out, rows(a)...)
		if a.At("next").Str == "" {
			assert.Equal(c, "null", a.At("next").Raw)
			return out
		}
		require.NotEqual(c, cursor, a.At("next").Str)
		cursor = a.At("next").Str
	}
	require.Fail(c, "no end")
	return nil
}

func reversed(entries []*vendorsim.Entry) []string {
	out := []string{}
	for i := len(entries) - 1; i >= 0; i-- {
		out = append(out, entries[i].Raw)
	}
	return out
}

func TestCursorsReachEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrganization(t)
		start := time.Now().Add(-2 * time.Hour)
		c.World.RunAll(vendorsim.Plausible(start, 10*time.Second))
		all := c.World.Between(feed, vendorsim.Query{})
		require.Greater(t, len(all), 600)
		window := []string{"start_date", stamp(start.Add(-time.Second)), "end_date", stamp(time.Now()), "page_size", "50"}
		assert.Equal(t, reversed(all), walk(c, window...))
		c.Knob("oldest_first", "true")
		assert.Equal(t, vendorsim.Raws(all), walk(c, "page_size", "100"))

		c.World.Faults.Set(vendorsim.EmptyPage, 0.3)
		assert.Equal(t, vendorsim.Raws(all), walk(c, window...))
		c.World.Faults.Heal()
		c.World.Faults.Set(vendorsim.DuplicateRows, 1)
		assert.Greater(t, len(walk(c, window...)), len(all))
		assert.Empty(t, c.World.Violations())
	})
}

func TestPagesDoNotShift(t *testing.T) {
	c := newOrganization(t)
	at := time.Now().Add(-time.Hour)
	all := reversed(c.World.EmitEach(feed, 4, at, time.Second))
	first := c.Get(trail, "page_size", "2")
	c.World.Emit(feed, at.Add(time.Minute))
	second := c.Get(trail, "page_size", "2", "cursor", first.At("next").Str)
	assert.Equal(t, all, append(rows(first), rows(second)...))
}

func TestEveryCategoryShowsTheSameTrail(t *testing.T) {
	c := newOrganization(t)
	all := reversed(c.World.EmitEach(feed, 3, time.Now().Add(-time.Hour), time.Second))
	for _, category := range []string{"hris", "ats", "crm", "accounting", "ticketing", "filestorage", "knowledgebase"} {
		assert.Equal(t, all, rows(c.Get("/api/"+category+"/v1/audit-trail")), category)
	}
	assert.Empty(t, c.World.Violations())
	assert.Equal(t, 404, c.Get("/api/banking/v1/audit-trail").Status)
	assert.Equal(t, 404, c.Get("/api/hris/v1/employees").Status)
	assert.Len(t, c.World.Violations(), 2)
}

func TestBounds(t *testing.T) {
	c := newOrganization(t)
	at := time.Date(2026, 3, 4, 9, 12, 44, 120455000, time.UTC)
	all := reversed(c.World.EmitEach(feed, 3, at, time.Microsecond))
	window := func() []string {
		return rows(c.Get(trail, "start_date", stamp(at), "end_date", stamp(at.Add(2*time.Microsecond))))
	}
	assert.Equal(t, all[1:2], window(), "after and before")
	c.Knob("inclusive_bounds", "true")
	assert.Equal(t, all, window())
	assert.Empty(t, rows(c.Get(trail, "start_date", stamp(at.Add(time.Hour)), "end_date", stamp(at))))
	assert.Empty(t, c.World.Violations())
}

func TestEmptyResultsMayBeNull(t *testing.T) {
	c := newOrganization(t)
	forms := map[string]bool{}
	for n := range 20 {
		a := c.Get(trail, "start_date", stamp(time.Now().Add(-time.Duration(n)*time.Minute)))
		forms[a.At("results").Raw] = true
	}
	assert.Equal(t, map[string]bool{"[]": true, "null": true}, forms)
}

func TestFilters(t *testing.T) {
	c := newOrganization(t)
	c.World.EmitEach(feed, 300, time.Now().Add(-time.Hour), time.Second)
	for name, value := range map[string]string{"event_type": "INVITED_USER", "user_email": "taro.yamada@example.com"} {
		a := c.Get(trail, name, value, "page_size", "100")
		require.NotEmpty(t, rows(a), name)
		for _, got := range a.Texts("results.#." + name) {
			assert.Equal(t, value, got)
		}
	}
	assert.Len(t, rows(c.Get(trail)), 30, "the default page size")
	assert.Empty(t, c.World.Violations())
}

func TestEvents(t *testing.T) {
	c := newOrganization(t)
	all := c.World.EmitEach(feed, 2000, time.Now().Add(-time.Hour), time.Second)
	text := strings.Join(vendorsim.Raws(all), "\n")
	for _, want := range []string{`"role":"SYSTEM"`, `"role":"API"`, `"role":"AUDITOR"`, `"user_email":null`, `"user_email":""`, `"ip_address":""`, "CREATED_SYNC_SCHEDULE", `+00:00"`} {
		assert.Contains(t, text, want)
	}
	assert.Less(t, strings.Count(text, `"id":`), 2000, "the id is optional")
}

func TestCursorBelongsToItsQuery(t *testing.T) {
	c := newOrganization(t)
	c.World.EmitEach(feed, 5, time.Now().Add(-time.Hour), time.Second)
	cursor := c.Get(trail, "page_size", "2").At("next").Str
	a := c.Get(trail, "page_size", "2", "cursor", cursor, "event_type", "INVITED_USER")
	assert.Equal(t, 400, a.Status)
	assert.Len(t, c.World.Violations(), 1)
	c.World.ExpireCursors()
	a = c.Get(trail, "page_size", "2", "cursor", cursor)
	assert.Equal(t, 400, a.Status)
	assert.Equal(t, "Invalid cursor", a.At("detail").Str)
	assert.Len(t, c.World.Violations(), 1, "expiry is nobody's fault")
	c.Knob("next_url", "true")
	assert.True(t, strings.HasPrefix(c.Get(trail, "page_size", "2").At("next").Str, "https://api.merge.example/api/hris/v1/audit-trail?cursor="))
}

func TestCredentials(t *testing.T) {
	for name, auth := range map[string]string{"none": "", "wrong": "Bearer x", "scheme": "Token fake-merge-production-access-key"} {
		t.Run(name, func(t *testing.T) {
			c := newOrganization(t).Auth(auth)
			a := c.Get(trail)
			assert.Equal(t, 401, a.Status)
			assert.NotEmpty(t, a.At("detail").Str)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newOrganization(t)
	c.Header.Set("X-Account-Token", "fake")
	assert.Equal(t, 200, c.Get(trail).Status)
	assert.Len(t, c.World.Violations(), 1)
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		query  []string
		status int
		field  string
	}{
		"page too large": {[]string{"page_size", "101"}, 400, "page_size"},
		"page zero":      {[]string{"page_size", "0"}, 400, "page_size"},
		"event type":     {[]string{"event_type", "LOGIN"}, 400, "event_type"},
		"date":           {[]string{"start_date", "yesterday"}, 400, "start_date"},
		"cursor":         {[]string{"cursor", "abc"}, 400, "detail"},
		"ignored":        {[]string{"role", "ADMIN"}, 200, "results"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newOrganization(t)
			a := c.Get(trail, tt.query...)
			assert.Equal(t, tt.status, a.Status)
			assert.True(t, a.At(tt.field).Exists(), a.Body)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newOrganization(t)
	assert.Equal(t, 405, c.Post(trail, "application/json", "{}").Status)
	c.Header.Set("Accept", "text/csv")
	assert.Equal(t, 406, c.Get(trail).Status)
}

func TestPlan(t *testing.T) {
	c := newOrganization(t)
	for value, status := range map[string]int{"403": 403, "404": 404, "": 200} {
		c.Knob("no_plan", value)
		assert.Equal(t, status, c.Get(trail).Status)
	}
	assert.Empty(t, c.World.Violations())
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrganization(t)
		c.World.ScaleLimits(0.01)
		time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(time.Minute + 20*time.Second))) // fake time
		assert.Equal(t, 200, c.Get(trail).Status)
		a := c.Get(trail)
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "Request was throttled.", a.At("detail").Str)
		assert.Equal(t, "40", a.Header.Get("Retry-After"))
		c.Knob("retry_after_date", "true")
		at, err := http.ParseTime(c.Get(trail).Header.Get("Retry-After"))
		require.NoError(t, err)
		assert.Equal(t, 40*time.Second, time.Until(at))
		time.Sleep(40 * time.Second) // fake time
		assert.Equal(t, 200, c.Get(trail).Status)
	})
}

func TestFailingAnswersBlockTheAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newOrganization(t)
		c.World.ScaleLimits(1)
		time.Sleep(time.Until(time.Now().Truncate(10 * time.Second).Add(10 * time.Second))) // fake time
		for range 20 {
			assert.Equal(t, 400, c.Get(trail, "page_size", "0").Status)
		}
		assert.Equal(t, 200, c.Get(trail).Status, "twenty are borne")
		c.World.ForgetViolations()
		assert.Equal(t, 400, c.Get(trail, "page_size", "0").Status)
		assert.Len(t, c.World.Violations(), 2)
		assert.Equal(t, 403, c.Get(trail).Status)
		time.Sleep(10 * time.Second) // fake time
		assert.Equal(t, 200, c.Get(trail).Status)
	})
}

func TestFaultBodies(t *testing.T) {
	for kind, want := range map[vendorsim.Kind]struct {
		status int
		text   string
	}{
		vendorsim.Unauthorized: {401, "Invalid API key."}, vendorsim.Forbidden: {403, "Enterprise plan"}, vendorsim.NotFound: {404, "Not found."},
		vendorsim.Throttled: {429, "Request was throttled."}, vendorsim.BadGateway: {502, "<h1>Bad Gateway</h1>"}, vendorsim.Internal: {500, "Internal Server Error"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := newOrganization(t)
			c.World.Faults.Next(kind, 1, "")
			a := c.Get(trail)
			assert.Equal(t, want.status, a.Status)
			assert.Contains(t, a.Body, want.text)
			assert.Equal(t, kind == vendorsim.Throttled, a.Header.Get("Retry-After") == "60")
		})
	}
}
