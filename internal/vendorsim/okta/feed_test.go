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

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/okta"
)

var filters = map[string]struct {
	filter string
	want   func(e gjson.Result) bool
}{
	"eq": {`eventType eq "user.session.start"`, func(e gjson.Result) bool { return e.Get("eventType").Str == "user.session.start" }},
	"or": {`eventType eq "user.session.start" or eventType eq "user.session.end"`, func(e gjson.Result) bool {
		return e.Get("eventType").Str == "user.session.start" || e.Get("eventType").Str == "user.session.end"
	}},
	"and binds closer": {`eventType eq "user.session.end" or eventType eq "user.session.start" and outcome.result eq "FAILURE"`, func(e gjson.Result) bool {
		return e.Get("eventType").Str == "user.session.end" || e.Get("eventType").Str == "user.session.start" && e.Get("outcome.result").Str == "FAILURE"
	}},
	"parentheses": {`(eventType eq "user.session.end" or eventType eq "user.session.start") and (outcome.result eq "SUCCESS")`, func(e gjson.Result) bool {
		return strings.HasPrefix(e.Get("eventType").Str, "user.session.") && e.Get("outcome.result").Str == "SUCCESS"
	}},
	"any target": {`target.type eq "UserGroup"`, func(e gjson.Result) bool { return slices.Contains(stringsOf(e.Get("target.#.type")), "UserGroup") }},
	"target id": {`target.id eq "00u00000000000000003"`, func(e gjson.Result) bool {
		return slices.Contains(stringsOf(e.Get("target.#.id")), "00u00000000000000003")
	}},
	"actor": {`actor.id eq "00u00000000000000003"`, func(e gjson.Result) bool { return e.Get("actor.id").Str == "00u00000000000000003" }},
	"address": {`client.ipAddress sw "203.0.113."`, func(e gjson.Result) bool {
		return strings.HasPrefix(e.Get("client.ipAddress").Str, "203.0.113.")
	}},
	"not":      {`not (eventType sw "user.")`, func(e gjson.Result) bool { return !strings.HasPrefix(e.Get("eventType").Str, "user.") }},
	"ne":       {`eventType ne "user.session.start"`, func(e gjson.Result) bool { return e.Get("eventType").Str != "user.session.start" }},
	"co":       {`displayMessage co "Okta"`, func(e gjson.Result) bool { return strings.Contains(e.Get("displayMessage").Str, "Okta") }},
	"ew":       {`eventType ew ".start"`, func(e gjson.Result) bool { return strings.HasSuffix(e.Get("eventType").Str, ".start") }},
	"ge":       {`severity ge "INFO"`, func(e gjson.Result) bool { return e.Get("severity").Str >= "INFO" }},
	"le":       {`severity le "ERROR"`, func(e gjson.Result) bool { return e.Get("severity").Str <= "ERROR" }},
	"gt lt":    {`severity gt "DEBUG" and severity lt "WARN"`, func(e gjson.Result) bool { return e.Get("severity").Str > "DEBUG" && e.Get("severity").Str < "WARN" }},
	"pr":       {`legacyEventType pr`, func(e gjson.Result) bool { return e.Get("legacyEventType").Exists() }},
	"boolean":  {`securityContext.isProxy eq true`, func(e gjson.Result) bool { return e.Get("securityContext.isProxy").Bool() }},
	"escapes":  {`actor.displayName eq "José \"Pepe\" García"`, func(e gjson.Result) bool { return e.Get("actor.displayName").Str == `José "Pepe" García` }},
	"no match": {`uuid eq "x"`, func(gjson.Result) bool { return false }},
}

func TestFilters(t *testing.T) {
	o := newOrg(t)
	o.world.EmitEach("system", 400, time.Now().Add(-time.Hour), time.Second)
	rows := o.world.Truth("system", time.Now())
	for name, tt := range filters {
		t.Run(name, func(t *testing.T) {
			want := []string{}
			for _, e := range rows {
				if tt.want(gjson.Parse(e.Raw)) {
					want = append(want, e.ID)
				}
			}
			if name != "no match" {
				require.NotEmpty(t, want, "the traffic must have such rows")
				require.Less(t, len(want), len(rows))
			}
			assert.Equal(t, want, o.walk(o.logs("since", ago(2*time.Hour), "filter", tt.filter, "limit", "50"), 50))
		})
	}
	t.Run("keywords", func(t *testing.T) {
		got := o.logs("since", ago(2*time.Hour), "q", "LEO.VOSS ssn", "limit", "1000").ids()
		assert.Empty(t, got, "all words must be there")
		assert.NotEmpty(t, o.logs("since", ago(2*time.Hour), "q", "LEO.VOSS example", "limit", "1000").ids())
	})
	assert.Empty(t, o.world.Violations())
}

func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrg(t)
		o.world.ScaleLimits(0.05) // 3 requests a minute for the token, 6 for the org
		for left := 2; left >= 0; left-- {
			a := o.logs()
			assert.Equal(t, 200, a.status)
			assert.Equal(t, "3", a.header.Get("X-Rate-Limit-Limit"))
			assert.Equal(t, string(rune('0'+left)), a.header.Get("X-Rate-Limit-Remaining"))
		}
		a := o.logs()
		assert.Equal(t, 429, a.status)
		assert.Equal(t, "E0000047", a.code())
		assert.Empty(t, a.header.Get("Retry-After"))
		reset := gjson.Parse(a.header.Get("X-Rate-Limit-Reset")).Int()
		assert.LessOrEqual(t, reset, time.Now().Unix()+60)
		assert.Greater(t, reset, time.Now().Unix())
		time.Sleep(time.Until(time.Unix(reset, 0))) // fake time
		assert.Equal(t, 200, o.logs().status)

		o.world.Spend("logs", 4) // other tokens of the org
		o.logs()
		assert.Equal(t, 429, o.logs().status, "the org's bucket is empty")
	})
}

func TestKnobs(t *testing.T) {
	o := newOrg(t)
	require.NoError(t, o.world.SetKnob("query_timeout_above", "500"))
	a := o.logs("limit", "1000")
	assert.Equal(t, 500, a.status)
	assert.Equal(t, "E0000009", a.code())
	assert.Equal(t, 200, o.logs("limit", "500").status)

	require.NoError(t, o.world.SetKnob("concurrency", "true"))
	o.world.Faults.Next(vendorsim.Throttled, 1, "")
	assert.Equal(t, "0", o.logs().header.Get("X-Rate-Limit-Limit"))

	require.NoError(t, o.world.SetKnob("no_plan", "true"))
	a = o.logs()
	assert.Equal(t, 401, a.status)
	assert.Equal(t, "E0000015", a.code())
}

func TestEmptyPageFault(t *testing.T) {
	o := newOrg(t)
	rows := o.world.EmitEach("system", 2, time.Now().Add(-time.Hour), time.Second)
	o.world.Faults.Next(vendorsim.EmptyPage, 1, "")
	a := o.logs("since", ago(2*time.Hour))
	assert.Empty(t, a.ids())
	assert.Equal(t, vendorsim.IDs(rows), o.get(a.next).ids(), "nothing is skipped")
	o.world.Faults.Next(vendorsim.DuplicateRows, 1, "")
	assert.Greater(t, len(o.logs("since", ago(2*time.Hour)).ids()), 2)
}

func TestEventsAreUniqueAndAwkward(t *testing.T) {
	w := vendorsim.NewWorld(okta.Vendor(), vendorsim.Options{Seed: 1})
	rows := w.EmitEach("system", 3000, time.Now().Add(-time.Hour), time.Millisecond)
	seen, has := map[string]bool{}, map[string]int{}
	for _, e := range rows {
		require.True(t, gjson.Valid(e.Raw))
		v := gjson.Parse(e.Raw)
		assert.Equal(t, e.ID, v.Get("uuid").Str)
		at, err := time.Parse(time.RFC3339, v.Get("published").Str)
		require.NoError(t, err)
		assert.True(t, at.Equal(e.Time))
		assert.False(t, seen[e.ID])
		seen[e.ID] = true
		for _, path := range []string{"client", "outcome", "target", "debugContext", "authenticationContext", "client.ipAddress", "client.userAgent"} {
			switch {
			case !v.Get(path).Exists():
				has[path+" absent"]++
			case v.Get(path).Type == gjson.Null:
				has[path+" null"]++
			}
		}
		has[v.Get("actor.type").Str]++
		if v.Get("client.ipAddress").Str == "null" {
			has["address null as text"]++
		}
	}
	for _, what := range []string{
		"client absent", "client null", "outcome null", "target null", "debugContext absent", "client.ipAddress null",
		"client.userAgent null", "address null as text", "User", "SystemPrincipal", "IP address", "PublicClientApp",
	} {
		assert.Positive(t, has[what], what)
	}
}

func TestCursorIsTiedToItsQuery(t *testing.T) {
	o := newOrg(t)
	o.world.EmitEach("system", 3, time.Now().Add(-time.Hour), time.Second)
	next := o.logs("since", ago(2*time.Hour), "limit", "1").next
	assert.Equal(t, 200, o.get(strings.Replace(next, "limit=1", "limit=2", 1)).status, "the page size may change")
	assert.Equal(t, 400, o.get(next+"&filter="+url.QueryEscape(`uuid pr`)).status)
	o.world.ForgetViolations()
	o.world.ExpireCursors()
	a := o.get(next)
	assert.Equal(t, 400, a.status)
	assert.Equal(t, "E0000001", a.code())
	assert.Empty(t, o.world.Violations(), "an expired cursor is not the client's fault")
}

// TestStubbornClientGetsEverything reads through every fault that a retry heals.
func TestStubbornClientGetsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrg(t)
		o.client.Timeout = 30 * time.Second
		o.world.Run("system", vendorsim.Plausible(time.Now().Add(-2*time.Hour), 10*time.Second))
		o.world.Faults.Harmless(0.04)
		link := base + "/api/v1/logs?limit=20&since=" + url.QueryEscape(ago(3*time.Hour))
		seen, tries := map[string]bool{}, 0
		for quiet := 0; quiet < 3; {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
			require.NoError(t, err)
			req.Header.Set("Accept", "application/json")
			req.Header.Set("Authorization", "SSWS "+o.config["api_token"].(string))
			tries++
			res, err := o.client.Do(req)
			if err != nil {
				continue
			}
			body, err := io.ReadAll(res.Body)
			require.NoError(t, res.Body.Close())
			if err != nil || res.StatusCode != 200 || !gjson.ValidBytes(body) {
				continue
			}
			before := len(seen)
			for _, id := range gjson.GetBytes(body, "#.uuid").Array() {
				seen[id.Str] = true
			}
			if quiet++; len(seen) > before {
				quiet = 0
			}
			for _, l := range linkheader.ParseMultiple(res.Header["Link"]).FilterByRel("next") {
				link = l.URL
			}
		}
		for _, e := range o.world.Truth("system", time.Now().Add(-time.Hour)) {
			assert.True(t, seen[e.ID], e.ID)
		}
		assert.Greater(t, tries, 60)
		assert.Empty(t, o.world.Violations())
	})
}
