package okta_test

import (
	"io"
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
	"github.com/tomnomnom/linkheader"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/okta"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const base = "http://acme.okta.test"

// org is one simulated org with a client that knows its configuration.
type org struct {
	*testing.T
	world  *vendorsim.World
	client *http.Client
	config map[string]any
	auth   string // replaces the Authorization header
}

func newOrg(t *testing.T) *org {
	w := vendorsim.NewWorld(okta.Vendor(), vendorsim.Options{Seed: 7})
	w.ScaleLimits(1000)
	return &org{T: t, world: w, client: &http.Client{Transport: vendorsim.RoundTripper(w.Handler())}, config: okta.Vendor().Config(base)}
}

type answer struct {
	status     int
	header     http.Header
	body       string
	self, next string
}

func (a answer) code() string  { return gjson.Get(a.body, "errorCode").String() }
func (a answer) ids() []string { return stringsOf(gjson.Get(a.body, "#.uuid")) }

func stringsOf(r gjson.Result) []string {
	out := []string{}
	for _, v := range r.Array() {
		out = append(out, v.String())
	}
	return out
}

func (o *org) get(link string) answer {
	o.Helper()
	req, err := http.NewRequestWithContext(o.Context(), http.MethodGet, link, nil)
	require.NoError(o, err)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "SSWS "+o.config["api_token"].(string))
	if o.auth != "" {
		req.Header.Set("Authorization", o.auth)
	}
	return o.do(req)
}

func (o *org) do(req *http.Request) answer {
	o.Helper()
	res, err := o.client.Do(req)
	require.NoError(o, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(o, err)
	a := answer{status: res.StatusCode, header: res.Header, body: string(body)}
	links := linkheader.ParseMultiple(res.Header["Link"])
	for _, l := range links {
		if l.Rel == "next" {
			a.next = l.URL
		} else {
			a.self = l.URL
		}
	}
	return a
}

// logs asks for one page; parameters come in pairs.
func (o *org) logs(pairs ...string) answer {
	o.Helper()
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return o.get(base + "/api/v1/logs?" + q.Encode())
}

// walk follows next links from a until a page is shorter than the page size.
func (o *org) walk(a answer, size int) []string {
	o.Helper()
	ids := []string{}
	for {
		require.Equal(o, 200, a.status, a.body)
		ids = append(ids, a.ids()...)
		if len(a.ids()) < size || a.next == "" {
			return ids
		}
		a = o.get(a.next)
	}
}

func ago(d time.Duration) string { return time.Now().Add(-d).UTC().Format(time.RFC3339Nano) }

func TestPollingReadsEverythingInStorageOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrg(t)
		o.world.Run("system", vendorsim.Plausible(time.Now().Add(-2*time.Hour), 2*time.Second))
		first := o.logs("since", ago(3*time.Hour), "limit", "250", "sortOrder", "ASCENDING")
		ids := o.walk(first, 250)
		seen := map[string]bool{}
		for _, id := range ids {
			seen[id] = true
		}
		truth := o.world.Truth("system", time.Now())
		require.Greater(t, len(truth), 3000)
		for _, e := range truth {
			assert.True(t, seen[e.ID], "%s is missing", e.ID)
		}
		assert.Len(t, seen, len(truth))
		assert.Greater(t, len(ids), len(seen), "some rows must come twice")
		assert.Empty(t, o.world.Violations())
	})
}

func TestPollingGoesOnFromItsCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrg(t)
		early := o.world.EmitEach("system", 3, time.Now().Add(-time.Hour), time.Second)
		late := o.world.EmitLate("system", time.Now().Add(-30*time.Minute), 45*time.Minute)
		a := o.logs("since", ago(2*time.Hour))
		assert.Equal(t, vendorsim.IDs(early), a.ids())
		require.NotEmpty(t, a.next, "polling always has a next link")

		empty := o.get(a.next)
		assert.Empty(t, empty.ids())
		assert.Equal(t, empty.self, empty.next, "an empty page leads to itself")

		time.Sleep(20 * time.Minute) // fake time
		fresh := o.world.Emit("system", time.Time{})
		a = o.get(empty.next)
		assert.Equal(t, []string{late.ID, fresh.ID}, a.ids(), "the late row comes in storage order")
		assert.Empty(t, o.world.Violations())
	})
}

func TestEmptyOrgHandsOutACursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrg(t)
		a := o.logs("since", ago(time.Hour))
		assert.Equal(t, "[]", a.body)
		time.Sleep(time.Minute)
		e := o.world.Emit("system", time.Time{})
		assert.Equal(t, []string{e.ID}, o.get(a.next).ids())
	})
}

func TestBoundedModeIsFiniteAndByPublished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrg(t)
		start := time.Now().Add(-time.Hour)
		late := o.world.EmitLate("system", start.Add(90*time.Second), 10*time.Minute)
		rows := o.world.EmitEach("system", 5, start, time.Minute)
		want := []string{rows[0].ID, rows[1].ID, late.ID, rows[2].ID, rows[3].ID, rows[4].ID}
		got := o.walk(o.logs("since", ago(time.Hour), "until", ago(0), "limit", "2"), 2)
		assert.Equal(t, want, got)
		a := o.logs("since", ago(time.Hour), "until", ago(0), "limit", "6")
		assert.Empty(t, a.next, "the last page has no next link")

		slices.Reverse(want)
		assert.Equal(t, want, o.walk(o.logs("since", ago(2*time.Hour), "until", ago(0), "limit", "2", "sortOrder", "DESCENDING"), 2))
		assert.Equal(t, want, o.logs("since", ago(2*time.Hour), "sortOrder", "DESCENDING").ids(), "until defaults to now")
		assert.Empty(t, o.world.Violations())
	})
}

func TestRetentionAndDefaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrg(t)
		day := 24 * time.Hour
		o.world.Emit("system", time.Now().Add(-91*day))
		kept := o.world.Emit("system", time.Now().Add(-89*day))
		o.world.EmitEach("system", 120, time.Now().Add(-6*day), time.Second)
		assert.Equal(t, kept.ID, o.logs("since", ago(100*day)).ids()[0])
		assert.Len(t, o.logs().ids(), 100, "seven days back, 100 rows")
		a := o.logs("since", ago(181*day))
		assert.Equal(t, 400, a.status)
		assert.Equal(t, "E0000053", a.code())
	})
}

func TestLinkForms(t *testing.T) {
	o := newOrg(t)
	o.world.EmitEach("system", 3, time.Now().Add(-time.Hour), time.Second)
	a := o.logs("since", ago(2*time.Hour), "limit", "1")
	assert.Len(t, a.header["Link"], 2)
	assert.NotContains(t, a.next, "since=")

	require.NoError(t, o.world.SetKnob("joined_links", "true"))
	a = o.logs("since", ago(2*time.Hour), "limit", "1")
	assert.Len(t, a.header["Link"], 1)
	assert.NotEmpty(t, a.self)
	assert.NotEmpty(t, a.next)

	require.NoError(t, o.world.SetKnob("links_keep_since", "true"))
	a = o.logs("since", ago(2*time.Hour), "limit", "1")
	assert.Contains(t, a.next, "since=")
	assert.Len(t, o.walk(a, 1), 3)
	assert.Empty(t, o.world.Violations())
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		query  []string
		status int
		code   string
	}{
		"unknown parameter":    {[]string{"page", "2"}, 400, "E0000001"},
		"page size above":      {[]string{"limit", "1001"}, 400, "E0000001"},
		"page size zero":       {[]string{"limit", "0"}, 400, "E0000001"},
		"time without zone":    {[]string{"since", "2024-05-01T00:00:00"}, 400, "E0000001"},
		"bad until":            {[]string{"until", "yesterday"}, 400, "E0000001"},
		"until before since":   {[]string{"since", ago(time.Hour), "until", ago(2 * time.Hour)}, 400, "E0000001"},
		"sort order":           {[]string{"sortOrder", "asc"}, 400, "E0000001"},
		"made-up cursor":       {[]string{"after", "1627500044869_1"}, 400, "E0000001"},
		"cursor and since":     {[]string{"after", "x", "since", ago(time.Hour)}, 400, "E0000001"},
		"published in filter":  {[]string{"filter", `published gt "2024-05-01T00:00:00Z"`}, 400, "E0000031"},
		"filter operator":      {[]string{"filter", `eventType like "x"`}, 400, "E0000031"},
		"filter brackets":      {[]string{"filter", `target[id eq "x"]`}, 400, "E0000031"},
		"filter without end":   {[]string{"filter", `eventType eq "x`}, 400, "E0000031"},
		"filter with the rest": {[]string{"filter", `eventType eq "x" "y"`}, 400, "E0000031"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrg(t)
			a := o.logs(tt.query...)
			assert.Equal(t, tt.status, a.status)
			assert.Equal(t, tt.code, a.code())
			for _, field := range []string{"errorSummary", "errorLink", "errorId"} {
				assert.NotEmpty(t, gjson.Get(a.body, field).String(), field)
			}
			assert.True(t, gjson.Get(a.body, "errorCauses").IsArray())
			assert.Len(t, o.world.Violations(), 1)
		})
	}
}

func TestRefusesOtherRequests(t *testing.T) {
	o := newOrg(t)
	a := o.get(base + "/api/v1/users")
	assert.Equal(t, 404, a.status)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/api/v1/logs", strings.NewReader("{}"))
	require.NoError(t, err)
	req.Header.Set("Authorization", "SSWS "+o.config["api_token"].(string))
	assert.Equal(t, 405, o.do(req).status)
	req.Method, req.Body = http.MethodGet, nil
	assert.Equal(t, 406, o.do(req).status, "no Accept header")
	assert.Len(t, o.world.Violations(), 3)
}

func TestFaultBodies(t *testing.T) {
	for kind, want := range map[vendorsim.Kind]struct {
		status int
		code   string
	}{
		vendorsim.Unauthorized: {401, "E0000011"}, vendorsim.Forbidden: {403, "E0000006"}, vendorsim.NotFound: {404, "E0000007"},
		vendorsim.Throttled: {429, "E0000047"}, vendorsim.ThrottledBare: {429, "E0000047"},
		vendorsim.Internal: {500, "E0000009"}, vendorsim.BadGateway: {502, ""}, vendorsim.Unavailable: {503, "E0000010"},
		vendorsim.Timeout: {504, ""},
	} {
		t.Run(string(kind), func(t *testing.T) {
			o := newOrg(t)
			o.world.Faults.Next(kind, 1, "")
			a := o.logs()
			assert.Equal(t, want.status, a.status)
			assert.Equal(t, want.code, a.code())
			assert.Equal(t, kind == vendorsim.Throttled, a.header.Get("X-Rate-Limit-Reset") != "")
			assert.Equal(t, 200, o.logs().status, "one request only")
		})
	}
}
