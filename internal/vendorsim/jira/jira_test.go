package jira_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/jira"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	base   = "http://acme.jira.test"
	record = "/rest/api/3/auditing/record"
)

// site is one simulated site with a client that knows its configuration.
type site struct {
	*testing.T
	world  *vendorsim.World
	client *http.Client
	config map[string]any
	auth   string // replaces the Authorization header
	path   string
}

func newSite(t *testing.T) *site {
	w := vendorsim.NewWorld(jira.Vendor(), vendorsim.Options{Seed: 3})
	s := &site{T: t, world: w, config: jira.Vendor().Config(base), path: record}
	s.client = &http.Client{
		Transport:     vendorsim.RoundTripper(w.Handler()),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.auth = basic(s.config)
	return s
}

// gateway turns the site's client to the API gateway with a variant's credential.
func (s *site) gateway(auth string) {
	s.config = jira.Vendor().Variants["bearer"](base)
	s.path = "/ex/jira/" + s.config["cloud_id"].(string) + record
	s.auth = auth
}

func basic(config map[string]any) string {
	return "Basic " + base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%v:%v", config["email"], config["api_token"]))
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) ids() []string {
	ids := []string{}
	for _, id := range gjson.Get(a.body, "records.#.id").Array() {
		ids = append(ids, id.Raw)
	}
	return ids
}

func (s *site) do(method, target, body, content string) answer {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, target, strings.NewReader(body))
	require.NoError(s, err)
	req.Header.Set("Accept", "application/json")
	if content != "" {
		req.Header.Set("Content-Type", content)
	}
	if s.auth != "" {
		req.Header.Set("Authorization", s.auth)
	}
	res, err := s.client.Do(req)
	require.NoError(s, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(s, err)
	return answer{res.StatusCode, res.Header, string(text)}
}

// get asks for one page; parameters come in pairs.
func (s *site) get(pairs ...string) answer {
	s.Helper()
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return s.do(http.MethodGet, base+s.path+"?"+q.Encode(), "", "")
}

// walk reads a window to its end by offsets, calling between before each page.
func (s *site) walk(limit int, between func(), window ...string) []string {
	s.Helper()
	var ids []string
	for {
		between()
		a := s.get(append([]string{"offset", fmt.Sprint(len(ids)), "limit", fmt.Sprint(limit)}, window...)...)
		require.Equal(s, 200, a.status, a.body)
		ids = append(ids, a.ids()...)
		if len(a.ids()) < limit {
			return ids
		}
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func reversed(entries []*vendorsim.Entry) []string {
	ids := vendorsim.IDs(entries)
	for i, j := 0, len(ids)-1; i < j; i, j = i+1, j-1 {
		ids[i], ids[j] = ids[j], ids[i]
	}
	return ids
}

func TestOffsetsReachEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.world.ScaleLimits(1000)
		start := time.Now().Add(-2 * time.Hour)
		s.world.Run("audit", vendorsim.Plausible(start, 5*time.Second))
		to := time.Now()
		window := []string{"from", stamp(start.Add(-time.Minute)), "to", stamp(to)}
		calm := s.walk(100, func() {}, window...)
		rows := s.world.Between("audit", vendorsim.Query{Until: to, UntilInclusive: true})
		assert.Equal(t, reversed(rows), calm, "newest first")

		// With rows arriving late between the pages, some come twice, none is lost.
		var want []string
		for _, e := range s.world.Truth("audit", to) {
			want = append(want, e.ID)
		}
		n := 0
		busy := s.walk(100, func() {
			n++
			s.world.Add("audit", vendorsim.Entry{ID: fmt.Sprint("late", n), Time: to.Add(-time.Second), Raw: fmt.Sprintf(`{"id":%d}`, n)})
		}, window...)
		assert.Subset(t, busy, want)
		assert.Greater(t, len(busy), len(calm))
		assert.Empty(t, s.world.Violations())
	})
}

func TestBoundsAreInclusive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		start := time.Now().Add(-time.Hour).UTC()
		rows := s.world.EmitEach("audit", 5, start, time.Second)
		at := func(i int) time.Time { return start.Add(time.Duration(i) * time.Second) }
		assert.Equal(t, reversed(rows[1:4]), s.get("from", stamp(at(1)), "to", stamp(at(3))).ids())
		assert.Equal(t, reversed(rows[1:4]), s.get("from", at(1).Format("2006-01-02T15:04:05-0700"), "to", at(3).In(time.FixedZone("", 7200)).Format("2006-01-02T15:04:05.000-0700")).ids())
		assert.Equal(t, reversed(rows), s.get().ids(), "both are optional")
		assert.Empty(t, s.get("from", stamp(at(3)), "to", stamp(at(1))).ids(), "turned round")
		assert.Empty(t, s.get("from", stamp(at(3)), "to", stamp(at(3))).ids(), "from must be before to")
		old := s.world.Emit("audit", time.Now().Add(-366*24*time.Hour))
		assert.NotContains(t, s.get().ids(), old.ID, "beyond the retention")
		assert.Empty(t, s.world.Violations())
	})
}

func TestTotalIsNoCount(t *testing.T) {
	s := newSite(t)
	s.world.EmitEach("audit", 5, time.Now().Add(-time.Hour), time.Second)
	a := s.get("from", stamp(time.Now()), "to", stamp(time.Now().Add(time.Hour)))
	assert.Empty(t, a.ids())
	assert.Greater(t, gjson.Get(a.body, "total").Int(), int64(5))
	a = s.get("offset", "2", "limit", "2")
	assert.Equal(t, `{"offset":2,"limit":2,`, a.body[:22])
}

func TestTimesWithoutZone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.world.Emit("audit", time.Now().Add(-time.Hour))
		from := time.Now().Add(-2 * time.Hour).UTC().Format("2006-01-02T15:04:05")
		assert.Len(t, s.get("from", from).ids(), 1, "the site's host takes it for UTC")
		assert.Len(t, s.world.Violations(), 1)
		s.gateway(basic(jira.Vendor().Variants["basic_scoped"](base)))
		a := s.get("from", from)
		assert.Equal(t, 200, a.status)
		assert.Empty(t, a.ids(), "the gateway says nothing and gives nothing")
		assert.Len(t, s.world.Violations(), 2)
		assert.Len(t, s.get("from", from+"Z").ids(), 1)
	})
}

func TestWordSearch(t *testing.T) {
	s := newSite(t)
	s.world.EmitEach("audit", 300, time.Now().Add(-time.Hour), time.Second)
	for filter, want := range map[string]func(e gjson.Result) bool{
		"group":         func(e gjson.Result) bool { return strings.Contains(strings.ToLower(e.String()), "group") },
		"RENAMED user":  func(e gjson.Result) bool { return e.Get("summary").Str == "User renamed" },
		"inactive":      func(e gjson.Result) bool { return e.Get("changedValues.0.fieldName").Str == "Active / Inactive" },
		"custom_field":  func(e gjson.Result) bool { return e.Get("objectItem.typeName").Str == "CUSTOM_FIELD" },
		"no-such-thing": func(gjson.Result) bool { return false },
	} {
		t.Run(filter, func(t *testing.T) {
			n := 0
			for _, e := range s.world.Truth("audit", time.Now()) {
				if want(gjson.Parse(e.Raw)) {
					n++
				}
			}
			a := s.get("filter", filter)
			assert.Len(t, a.ids(), n)
			assert.Equal(t, filter == "no-such-thing", n == 0)
		})
	}
}

func TestRefusals(t *testing.T) {
	for name, query := range map[string][]string{
		"page size above": {"limit", "1001"}, "page size zero": {"limit", "0"}, "negative offset": {"offset", "-1"},
		"bad from": {"from", "yesterday"}, "plus as space": {"from", "2026-05-04T10:20:30 0000"}, "bad to": {"to", "2026-13-01T00:00:00Z"},
		"unknown": {"page", "1"}, "empty filter": {"filter", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			a := s.get(query...)
			assert.Equal(t, 400, a.status)
			assert.NotEmpty(t, gjson.Get(a.body, "errorMessages.0").Str)
			assert.Len(t, s.world.Violations(), 1)
		})
	}
	s := newSite(t)
	assert.Equal(t, 405, s.do(http.MethodPost, base+record, "{}", "application/json").status)
	assert.Equal(t, 404, s.do(http.MethodGet, base+"/rest/api/2/auditing/record", "", "").status)
	assert.Equal(t, 404, s.do(http.MethodGet, base+"/ex/jira/other"+record, "", "").status)
	assert.Len(t, s.world.Violations(), 3)
	assert.Contains(t, s.do(http.MethodGet, base+"/_edge/tenant_info", "", "").body, jira.Vendor().Variants["bearer"](base)["cloud_id"])
}

func TestFaultBodies(t *testing.T) {
	for kind, want := range map[vendorsim.Kind]struct {
		status int
		path   string // of the message
	}{
		vendorsim.Unauthorized: {401, "message"}, vendorsim.Forbidden: {403, "errorMessages.0"}, vendorsim.NotFound: {404, "message"},
		vendorsim.Throttled: {429, "errorMessages.0"}, vendorsim.ThrottledBare: {429, "errorMessages.0"},
		vendorsim.Internal: {500, "errorMessages.0"}, vendorsim.BadGateway: {502, ""}, vendorsim.Unavailable: {503, ""}, vendorsim.Timeout: {504, ""},
	} {
		t.Run(string(kind), func(t *testing.T) {
			s := newSite(t)
			s.world.Faults.Next(kind, 1, "")
			a := s.get()
			assert.Equal(t, want.status, a.status)
			if want.path != "" {
				assert.NotEmpty(t, gjson.Get(a.body, want.path).Str, a.body)
			}
			assert.Equal(t, kind == vendorsim.Throttled || kind == vendorsim.Unavailable, a.header.Get("Retry-After") != "")
		})
	}
}

func TestShiftedPageRepeatsARow(t *testing.T) {
	s := newSite(t)
	rows := reversed(s.world.EmitEach("audit", 10, time.Now().Add(-time.Hour), time.Second))
	s.world.Faults.Next(vendorsim.DuplicateRows, 1, "")
	assert.Equal(t, rows[:4], s.get("limit", "4").ids(), "not on the first page")
	assert.Equal(t, rows[3:7], s.get("limit", "4", "offset", "4").ids())
	assert.Equal(t, rows[4:8], s.get("limit", "4", "offset", "4").ids())
}
