package github_test

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
	"github.com/otelactivity/otelactivity/internal/vendorsim/github"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	base           = "http://api.github.test"
	orgPath        = "/orgs/acme-labs/audit-log"
	enterprisePath = "/enterprises/acme-ent/audit-log"
)

// site is one simulated customer with a client that holds a token.
type site struct {
	*testing.T
	world  *vendorsim.World
	client *http.Client
	header http.Header
}

func newSite(t *testing.T) *site {
	w := vendorsim.NewWorld(github.Vendor(), vendorsim.Options{Seed: 7})
	w.ScaleLimits(1000)
	return &site{T: t, world: w, client: &http.Client{Transport: vendorsim.RoundTripper(w.Handler())}, header: http.Header{
		"Accept": {"application/vnd.github+json"}, "User-Agent": {"test"}, "X-Github-Api-Version": {"2022-11-28"},
		"Authorization": {"Bearer " + github.Vendor().Config(base)["token"].(string)},
	}}
}

func (s *site) knob(name, value string) {
	s.Helper()
	require.NoError(s, s.world.SetKnob(name, value))
}

type answer struct {
	status int
	header http.Header
	body   string
	links  map[string]string
}

func (a answer) message() string { return gjson.Get(a.body, "message").Str }

func (a answer) ids() []string {
	out := []string{}
	for _, v := range gjson.Get(a.body, "#._document_id").Array() {
		out = append(out, v.Str)
	}
	return out
}

func (s *site) do(method, link string) answer {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, link, nil)
	require.NoError(s, err)
	req.Header = s.header.Clone()
	res, err := s.client.Do(req)
	require.NoError(s, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(s, err)
	a := answer{status: res.StatusCode, header: res.Header, body: string(body), links: map[string]string{}}
	for _, l := range linkheader.ParseMultiple(res.Header["Link"]) {
		a.links[l.Rel] = l.URL
	}
	return a
}

// get asks for one page; parameters come in pairs.
func (s *site) get(path string, pairs ...string) answer {
	s.Helper()
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return s.do(http.MethodGet, base+path+"?"+q.Encode())
}

func (s *site) walk(a answer) (ids []string) {
	s.Helper()
	for {
		require.Equal(s, 200, a.status, a.body)
		ids = append(ids, a.ids()...)
		if a.links["next"] == "" {
			return ids
		}
		a = s.do(http.MethodGet, a.links["next"])
	}
}

func created(from time.Time) string { return "created:>=" + from.UTC().Format("2006-01-02T15:04:05Z") }

func unique(ids []string) []string { return slices.Compact(slices.Sorted(slices.Values(ids))) }

func sorted(entries []*vendorsim.Entry) []string {
	return slices.Sorted(slices.Values(vendorsim.IDs(entries)))
}

func TestWalksReachEverything(t *testing.T) {
	for name, tt := range map[string]struct {
		path  string
		query []string
		knob  string
	}{
		"organization":         {orgPath, []string{"order", "asc", "per_page", "100"}, ""},
		"organization by id":   {"/organizations/7004411/audit-log", []string{"order", "asc", "per_page", "100"}, ""},
		"newest first":         {orgPath, []string{"per_page", "100"}, ""},
		"default page":         {enterprisePath, []string{"order", "asc"}, ""},
		"enterprise by id":     {"/enterprises/20411/audit-log", []string{"order", "asc", "per_page", "99"}, ""},
		"short pages":          {orgPath, []string{"order", "asc", "per_page", "80"}, "short_pages"},
		"server":               {"/api/v3" + orgPath, []string{"order", "asc", "per_page", "100"}, ""},
		"server, newest first": {"/api/v3" + enterprisePath, []string{"order", "desc", "per_page", "100"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				start := time.Now().Add(-time.Hour)
				s.world.Run("audit", vendorsim.Plausible(start, 3*time.Second))
				if tt.knob != "" {
					s.knob(tt.knob, "true")
				}
				ids := s.walk(s.get(tt.path, append(tt.query, "include", "all", "phrase", created(start))...))
				truth := s.world.Truth("audit", time.Now())
				require.Greater(t, len(truth), 1000)
				assert.Equal(t, sorted(truth), unique(ids))
				assert.Greater(t, len(ids), len(truth), "some rows come twice")
				assert.Empty(t, s.world.Violations())
			})
		})
	}
}

func TestLinks(t *testing.T) {
	s := newSite(t)
	start := time.Now().Add(-time.Hour).Truncate(time.Second).Add(123 * time.Millisecond) // no trailing zeros: cursors hold it, and their length decides on the padding
	rows := s.world.EmitEach("audit", 6, start, time.Second)
	ids := vendorsim.IDs(rows)
	query := []string{"order", "asc", "per_page", "2", "include", "all"}
	a := s.get(orgPath, query...)
	require.Equal(t, ids[:2], a.ids())
	assert.Len(t, a.links, 1)
	next := a.links["next"]
	assert.True(t, strings.HasPrefix(next, base+"/organizations/7004411/audit-log?after="), next)
	assert.Contains(t, next, "&before=&", "the empty one is there")
	assert.Contains(t, next, "%3D", "cursors hold escaped characters")

	b := s.do(http.MethodGet, next)
	assert.Equal(t, ids[2:4], b.ids())
	assert.Equal(t, ids[:2], s.do(http.MethodGet, b.links["prev"]).ids())
	assert.Equal(t, ids[:2], s.do(http.MethodGet, b.links["first"]).ids())
	c := s.do(http.MethodGet, b.links["next"])
	assert.Equal(t, ids[4:], c.ids())
	assert.NotContains(t, c.links, "next")
	assert.Contains(t, c.links, "prev", "other links are there on the last page")
	assert.NotContains(t, s.get(orgPath, "include", "all").header, "Link", "a single page has none")

	a = s.get("/api/v3"+orgPath, query...)
	assert.Equal(t, base+"/api/v3/organizations/7004411/audit-log?include=all&order=asc&page=2&per_page=2", a.links["next"])
	a = s.do(http.MethodGet, a.links["next"])
	assert.Equal(t, ids[2:4], a.ids())
	assert.Contains(t, a.links["prev"], "page=1")
	assert.Empty(t, s.world.Violations())
}

func TestRowsThatComeWhileWalking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		rows := s.world.EmitEach("audit", 4, time.Now().Add(-time.Hour), time.Minute)
		a := s.get(orgPath, "order", "asc", "per_page", "2", "include", "all")
		fresh := s.world.Emit("audit", time.Now())
		behind := s.world.Emit("audit", rows[0].Time.Add(time.Second))
		got := s.walk(a)
		assert.Contains(t, got, fresh.ID)
		assert.NotContains(t, got, behind.ID, "a late row before the cursor needs a new walk")
		assert.Contains(t, s.walk(s.get(orgPath, "order", "asc", "include", "all")), behind.ID)
	})
}

func TestCursorsAreTiedToTheirQuery(t *testing.T) {
	s := newSite(t)
	s.world.EmitEach("audit", 6, time.Now().Add(-time.Hour), time.Second)
	next := s.get(orgPath, "order", "asc", "per_page", "2", "include", "all").links["next"]
	assert.Equal(t, 200, s.do(http.MethodGet, strings.Replace(next, "per_page=2", "per_page=3", 1)).status)
	assert.Equal(t, 422, s.do(http.MethodGet, strings.Replace(next, "include=all", "include=git", 1)).status)
	assert.Equal(t, 422, s.get(orgPath, "after", "MTY=").status)
	assert.Equal(t, 422, s.get(orgPath, "after", "%%").status)
	assert.Equal(t, 422, s.get(orgPath, "after", "x", "before", "y").status)
	assert.Len(t, s.world.Violations(), 4)
	s.world.ForgetViolations()
	s.world.Faults.Next(vendorsim.CursorExpired, 1, "")
	assert.Equal(t, 422, s.do(http.MethodGet, next).status)
	assert.Equal(t, 200, s.do(http.MethodGet, next).status)
	s.world.ExpireCursors()
	assert.Equal(t, 422, s.do(http.MethodGet, next).status)
	assert.Empty(t, s.world.Violations(), "an old cursor is not the client's fault")
}

func TestEmptyPagesAndDuplicates(t *testing.T) {
	s := newSite(t)
	ids := vendorsim.IDs(s.world.EmitEach("audit", 4, time.Now().Add(-time.Hour), time.Second))
	query := []string{"order", "asc", "per_page", "2", "include", "all"}
	s.world.Faults.Next(vendorsim.EmptyPage, 1, "")
	a := s.get(orgPath, query...)
	assert.Empty(t, a.ids())
	assert.Equal(t, ids, s.walk(a), "nothing is skipped")
	s.world.Faults.Next(vendorsim.DuplicateRows, 1, "")
	assert.Greater(t, len(s.walk(s.get(orgPath, query...))), 4)
	s.world.Faults.Next(vendorsim.DuplicateRows, 1, "")
	assert.Equal(t, ids[1:3], s.get("/api/v3"+orgPath, append(query, "page", "2")...).ids(), "a page that was shifted by one row")
}
