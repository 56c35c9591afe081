package truto_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/truto"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	base = "http://api.truto.test"
	path = base + "/unified/user-directory/activities"
)

// env is one environment with a client that knows its configuration.
type env struct {
	*testing.T
	world   *vendorsim.World
	client  *http.Client
	auth    string
	account string
}

func newEnv(t *testing.T) *env {
	w := vendorsim.NewWorld(truto.Vendor(), vendorsim.Options{Seed: 11})
	w.ScaleLimits(1000)
	c := truto.Vendor().Config(base)
	return &env{t, w, &http.Client{Transport: vendorsim.RoundTripper(w.Handler())}, "Bearer " + c["api_token"].(string), c["integrated_account_id"].(string)}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) rows() []string {
	raws := []string{}
	for _, row := range gjson.Get(a.body, "result").Array() {
		raws = append(raws, row.Raw)
	}
	return raws
}

func (a answer) next() string { return gjson.Get(a.body, "next_cursor").Str }

func (e *env) do(method, target string) answer {
	e.Helper()
	req, err := http.NewRequestWithContext(e.Context(), method, target, nil)
	require.NoError(e, err)
	req.Header.Set("Accept", "application/json")
	if e.auth != "" {
		req.Header.Set("Authorization", e.auth)
	}
	res, err := e.client.Do(req)
	require.NoError(e, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(e, err)
	return answer{res.StatusCode, res.Header, string(text)}
}

// get asks for one page of the account; parameters come in pairs.
func (e *env) get(pairs ...string) answer {
	e.Helper()
	q := url.Values{"integrated_account_id": {e.account}}
	for i := 0; i < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return e.do(http.MethodGet, path+"?"+q.Encode())
}

// walk follows the cursor to its end and returns the rows and the number of pages.
func (e *env) walk(pairs ...string) (rows []string, pages int) {
	e.Helper()
	a := e.get(pairs...)
	for {
		require.Equal(e, 200, a.status, a.body)
		rows = append(rows, a.rows()...)
		pages++
		if a.next() == "" {
			return rows, pages
		}
		a = e.get(append([]string{"next_cursor", a.next()}, pairs...)...)
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func TestCursorReachesEverything(t *testing.T) {
	for _, order := range []string{"", "newest", "oldest"} {
		t.Run("order "+order, func(t *testing.T) {
			e := newEnv(t)
			require.NoError(t, e.world.SetKnob("order", order))
			start := time.Now().Add(-3 * time.Hour)
			e.world.Run("activities", vendorsim.Traffic{Start: start, Stop: start.Add(2 * time.Hour), Every: 5 * time.Second, Same: 0.1, Twice: 0.02})
			rows, pages := e.walk("created_at[gte]", stamp(start.Add(-time.Second)), "created_at[lte]", stamp(time.Now()), "limit", "150")
			want := vendorsim.Raws(e.world.Between("activities", vendorsim.Query{}))
			assert.ElementsMatch(t, want, rows)
			assert.Greater(t, len(rows), len(e.world.Truth("activities", time.Now())), "some rows come twice")
			assert.Equal(t, (len(rows)+149)/150, pages)
			times := []int64{}
			for _, r := range rows {
				at, err := time.Parse(time.RFC3339, gjson.Get(r, "created_at").Str)
				require.NoError(t, err)
				times = append(times, at.UnixMilli())
			}
			up := slices.IsSorted(times)
			slices.Reverse(times)
			assert.Equal(t, []bool{order == "oldest", order == "newest"}, []bool{up, slices.IsSorted(times)})
			assert.Empty(t, e.world.Violations())
		})
	}
}

func TestTimeOperators(t *testing.T) {
	e := newEnv(t)
	start := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	rows := vendorsim.Raws(e.world.EmitEach("activities", 5, start, time.Second))
	at := func(i int) string { return stamp(start.Add(time.Duration(i) * time.Second)) }
	for name, tt := range map[string]struct {
		query []string
		want  []string
	}{
		"gte":        {[]string{"created_at[gte]", at(2)}, rows[2:]},
		"gt":         {[]string{"created_at[gt]", at(2)}, rows[3:]},
		"lte":        {[]string{"created_at[lte]", at(2)}, rows[:3]},
		"lt":         {[]string{"created_at[lt]", at(2)}, rows[:2]},
		"both":       {[]string{"created_at[gte]", at(1), "created_at[lte]", at(3)}, rows[1:4]},
		"tighter":    {[]string{"created_at[gte]", at(1), "created_at[gt]", at(2), "created_at[lt]", at(4), "created_at[lte]", at(9)}, rows[3:4]},
		"other zone": {[]string{"created_at[gte]", start.Add(3 * time.Second).In(time.FixedZone("", -3600)).Format(time.RFC3339)}, rows[3:]},
		"none":       {nil, rows},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := e.walk(tt.query...)
			assert.ElementsMatch(t, tt.want, got)
		})
	}
	require.NoError(t, e.world.SetKnob("ignores_time", "true"))
	got, _ := e.walk("created_at[gte]", at(4))
	assert.ElementsMatch(t, rows, got)
	require.NoError(t, e.world.SetKnob("rejects_time", "true"))
	a := e.get("created_at[gte]", at(4))
	assert.Equal(t, 400, a.status)
	assert.True(t, gjson.Get(a.body, "truto_is_remote_error").Bool())
	assert.Equal(t, 200, e.get().status)
	assert.Empty(t, e.world.Violations())
}

func TestPageSizes(t *testing.T) {
	e := newEnv(t)
	e.world.EmitEach("activities", 450, time.Now().Add(-time.Hour), time.Second)
	assert.Len(t, e.get("limit", "7").rows(), 7)
	assert.Len(t, e.get().rows(), 100, "the vendor's default")
	assert.Len(t, e.get("limit", "5000").rows(), 200, "the vendor's most")
	assert.Len(t, e.get("limit", "7", "truto_ignore_limit", "true").rows(), 100)
}

func TestEmptyPagesWithACursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEnv(t)
		e.world.EmitEach("activities", 30, time.Now().Add(-time.Hour), time.Second)
		want, _ := e.walk()
		for _, from := range []string{"", e.get("limit", "10").next()} {
			pairs := []string{"limit", "10"}
			if from != "" {
				pairs = append(pairs, "next_cursor", from)
			}
			direct := e.get(pairs...)
			e.world.Faults.Next(vendorsim.EmptyPage, 1, "")
			a := e.get(pairs...)
			assert.Empty(t, a.rows())
			assert.Equal(t, direct.rows(), e.get("limit", "10", "next_cursor", a.next()).rows(), "nothing is skipped")
		}
		e.world.Faults.Set(vendorsim.EmptyPage, 0.5)
		got, pages := e.walk("limit", "10")
		assert.Equal(t, want, got)
		assert.Greater(t, pages, 3)
		e.world.Faults.Heal()

		// A filter leaves pages of the vendor empty, with a cursor to go on.
		e.account = truto.Account("Zendesk")
		e.world.EmitEach("activities", 400, time.Now().Add(-time.Hour), time.Second)
		got, pages = e.walk("limit", "5", "ip_address", "203.0.113.1")
		assert.Less(t, len(got), pages)
		assert.Greater(t, pages, 2)
	})
}

func TestEnvelope(t *testing.T) {
	e := newEnv(t)
	e.world.EmitEach("activities", 9, time.Now().Add(-time.Hour), time.Second)
	a := e.get()
	for name, want := range map[string]string{"next_cursor": "null", "prev_cursor": "null", "result_count": "9", "is_partial_response": "false"} {
		assert.Equal(t, want, gjson.Get(a.body, name).Raw, name)
	}
	require.NoError(t, e.world.SetKnob("partial", "true"))
	a = e.get()
	assert.Len(t, a.rows(), 6)
	assert.True(t, gjson.Get(a.body, "is_partial_response").Bool())
	require.NoError(t, e.world.SetKnob("partial", ""))
	require.NoError(t, e.world.SetKnob("bare_envelope", "true"))
	require.NoError(t, e.world.SetKnob("omit_last_cursor", "true"))
	assert.Regexp(t, `^\{"result":\[.*\]\}$`, e.get().body)
	assert.Regexp(t, `,"next_cursor":"[^"]+"\}$`, e.get("limit", "2").body)
}

func TestShapes(t *testing.T) {
	e := newEnv(t)
	e.account = truto.Account("Okta")
	for len(e.get().rows()) < 3 {
		e.world.Emit("activities", time.Now().Add(-time.Hour))
	}
	plain := e.get().rows()
	has := func(rows []string, field string) bool {
		return slices.ContainsFunc(rows, func(r string) bool { return gjson.Get(r, field).Exists() })
	}
	assert.True(t, has(plain, "remote_data"))
	assert.False(t, has(e.get("truto_ignore_remote_data", "true").rows(), "remote_data"))
	assert.True(t, has(e.get("truto_ignore_remote_data", "false").rows(), "remote_data"))
	for name, pairs := range map[string][]string{
		"repeated": {"truto_exclude_fields[]", "context", "truto_exclude_fields[]", "actor"},
		"numbered": {"truto_exclude_fields[0]", "context", "truto_exclude_fields[1]", "actor"},
		"commas":   {"truto_exclude_fields", "context,actor"},
	} {
		rows := e.get(pairs...).rows()
		assert.False(t, has(rows, "context") || has(rows, "actor"), name)
		assert.True(t, has(rows, "action"), name)
	}
	by := gjson.Get(e.get("truto_key_by", "id").body, "result")
	assert.True(t, by.IsObject())
	by.ForEach(func(k, v gjson.Result) bool {
		assert.Equal(t, k.String(), v.Get("id").String())
		assert.Contains(t, plain, v.Raw)
		return true
	})
	keyed := gjson.Get(e.get("truto_key_by", "no_such_field").body, "result")
	assert.True(t, keyed.Get("0").Exists())
	assert.Equal(t, "Okta", gjson.Get(e.get("truto_response_format", "raw").rows()[0], "sim_integration").Str)
	a := e.get("truto_response_format", "stream")
	assert.Equal(t, "application/x-ndjson", a.header.Get("Content-Type"))
	assert.Equal(t, fmt.Sprintln(plain[0])[:len(plain[0])+1], a.body[:len(plain[0])+1])
	assert.Equal(t, plain, e.get("truto_response_format", "unified", "truto_super_query", "apac", "remote_query[x][y]", "z").rows())
	assert.Empty(t, e.world.Violations())
}

func TestCursorIsTiedToItsQuery(t *testing.T) {
	e := newEnv(t)
	e.world.EmitEach("activities", 9, time.Now().Add(-time.Hour), time.Second)
	next := e.get("limit", "2").next()
	assert.Len(t, e.get("next_cursor", next, "limit", "3").rows(), 3, "the page size may change")
	remoteError := func(a answer) {
		t.Helper()
		assert.Equal(t, 400, a.status)
		assert.True(t, gjson.Get(a.body, "truto_is_remote_error").Bool())
	}
	remoteError(e.get("next_cursor", next, "action", "login"))
	remoteError(e.get("next_cursor", "made-up"))
	assert.Len(t, e.world.Violations(), 2)
	e.world.Faults.Next(vendorsim.CursorExpired, 1, "")
	remoteError(e.get("next_cursor", next))
	e.world.ExpireCursors()
	remoteError(e.get("next_cursor", next))
	assert.Len(t, e.world.Violations(), 2, "an expired cursor is not the client's fault")
}
