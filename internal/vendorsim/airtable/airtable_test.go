package airtable_test

import (
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
	"github.com/otelactivity/otelactivity/internal/vendorsim/airtable"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	stream = "audit_log_events"
	events = "/v0/meta/enterpriseAccounts/entFakeAccount001/auditLogEvents"
)

func newAccount(t *testing.T) *simtest.Client {
	c := simtest.New(t, airtable.Vendor())
	return c.Auth("Bearer " + airtable.Vendor().Config(simtest.Base)["access_token"].(string))
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func ids(a simtest.Answer) []string { return a.Texts("events.#.id") }

// follow asks with the tokens of one direction until a page is empty and its token
// stays, or there is no token. It returns the ids page by page and the last token.
func follow(c *simtest.Client, direction, token string, pairs ...string) ([][]string, string) {
	c.Helper()
	var pages [][]string
	for {
		q := slices.Clone(pairs)
		if token != "" {
			q = append(q, direction, token)
		}
		a := c.Get(events, q...)
		require.Equal(c, 200, a.Status, a.Body)
		next := a.At("pagination." + direction).Str
		pages = append(pages, ids(a))
		if next == "" || len(ids(a)) == 0 && next == token {
			return pages, token
		}
		token = next
	}
}

func TestTail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		tail := []string{"startTime", stamp(time.Now().Add(-24 * time.Hour)), "sortOrder", "ascending", "pageSize", "20"}
		a := c.Get(events, tail...)
		assert.Empty(t, ids(a))
		token := a.At("pagination.next").Str
		require.NotEmpty(t, token, "also before anything happened")
		assert.NotEqual(t, url.QueryEscape(token), token, "tokens need percent-encoding")
		rows := c.World.EmitEach(stream, 95, time.Now(), 0)
		pages, token := follow(c, "next", token, tail...)
		assert.Equal(t, vendorsim.IDs(rows), slices.Concat(pages...))
		require.NotEmpty(t, token)

		time.Sleep(24 * time.Hour) // fake time
		late := c.World.EmitLate(stream, time.Now().Add(-time.Hour), time.Hour)
		pages, _ = follow(c, "next", token, tail...)
		assert.Equal(t, []string{late.ID}, slices.Concat(pages...))
		c.World.Run(stream, vendorsim.Plausible(time.Now().Add(-2*time.Hour), 5*time.Second))
		pages, _ = follow(c, "next", "null", tail...)
		assert.Subset(t, slices.Concat(pages...), vendorsim.IDs(c.World.Truth(stream, time.Now())))
		assert.Empty(t, c.World.Violations())
	})
}

func TestDefaultsAreHostile(t *testing.T) {
	c := newAccount(t)
	rows := c.World.EmitEach(stream, 35, time.Now().Add(-time.Hour), time.Second)
	a := c.Get(events)
	assert.Equal(t, simtest.Reversed(rows[25:]), ids(a), "newest first, ten a page")
	assert.Empty(t, ids(c.Get(events, "next", a.At("pagination.next").Str)), "next is newer")
	older, _ := follow(c, "previous", a.At("pagination.previous").Str)
	assert.Equal(t, simtest.Reversed(rows[:25]), slices.Concat(older...))
	assert.Empty(t, c.World.Violations())
}

func TestBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		start := time.Now().Add(-time.Hour).Truncate(time.Second)
		rows := vendorsim.IDs(c.World.EmitEach(stream, 12, start, time.Second))
		at := func(i int) string { return stamp(start.Add(time.Duration(i) * time.Second)) }
		q := []string{"startTime", at(2), "endTime", at(9), "sortOrder", "ascending", "pageSize", "3"}
		pages, _ := follow(c, "next", "", q...)
		assert.Equal(t, [][]string{rows[2:5], rows[5:8], rows[8:9]}, pages, "start is inclusive, end exclusive")
		last := c.Get(events, "startTime", at(2), "endTime", at(9), "sortOrder", "ascending", "pageSize", "7")
		assert.JSONEq(t, `{"next":null,"previous":null}`, last.At("pagination").Raw)
		old := c.World.Emit(stream, time.Now().Add(-181*24*time.Hour))
		assert.NotContains(t, c.Get(events, "pageSize", "1000").Body, old.ID)
	})
}

func TestFilters(t *testing.T) {
	c := newAccount(t)
	c.World.EmitEach(stream, 500, time.Now().Add(-time.Hour), time.Second)
	base := map[string]bool{"appFakeModel0000A": true}
	for name, tt := range map[string]struct {
		query []string
		want  func(e gjson.Result) bool
	}{
		"types are alternatives": {[]string{"eventType", "createBase", "eventType", "deleteBase"}, func(e gjson.Result) bool {
			return e.Get("action").Str == "createBase" || e.Get("action").Str == "deleteBase"
		}},
		"user": {[]string{"originatingUserId", "usrFakePersonC001"}, func(e gjson.Result) bool { return e.Get("actor.user.id").Str == "usrFakePersonC001" }},
		"model and what is inside": {[]string{"modelId", "appFakeModel0000A"}, func(e gjson.Result) bool {
			return base[e.Get("modelId").Str] || base[e.Get("context.baseId").Str]
		}},
		"category": {[]string{"category", "share"}, func(e gjson.Result) bool {
			return e.Get("action").Str == "enableShare" || e.Get("action").Str == "configureShare"
		}},
		"all must fit": {[]string{"eventType", "loginUser", "originatingUserId", "usrFakePersonC001"}, func(e gjson.Result) bool {
			return e.Get("action").Str == "loginUser" && e.Get("actor.user.id").Str == "usrFakePersonC001"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			want := []string{}
			for _, e := range c.World.Truth(stream, time.Now()) {
				if tt.want(gjson.Parse(e.Raw)) {
					want = append(want, e.ID)
				}
			}
			require.NotEmpty(t, want)
			pages, _ := follow(c, "next", "", append(tt.query, "sortOrder", "ascending", "pageSize", "4")...)
			assert.Equal(t, want, slices.Concat(pages...))
			empty := slices.IndexFunc(pages, func(p []string) bool { return len(p) == 0 })
			assert.Less(t, empty, len(pages)-1, "pages are empty in the middle")
		})
	}
}

func TestRefusals(t *testing.T) {
	many := []string{}
	for range 101 {
		many = append(many, "eventType", "x")
	}
	for name, tt := range map[string]struct {
		auth, path string
		query      []string
		status     int
		kind       string
	}{
		"no token":      {"", events, nil, 401, "AUTHENTICATION_REQUIRED"},
		"wrong token":   {"Bearer x", events, nil, 401, "UNAUTHORIZED"},
		"other account": {"-", "/v0/meta/enterpriseAccounts/ent2/auditLogEvents", nil, 403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND"},
		"page size":     {"-", events, []string{"pageSize", "1001"}, 422, "INVALID_REQUEST_UNKNOWN"},
		"sort order":    {"-", events, []string{"sortOrder", "asc"}, 422, "INVALID_REQUEST_UNKNOWN"},
		"start":         {"-", events, []string{"startTime", "1700000000"}, 422, "INVALID_REQUEST_UNKNOWN"},
		"category":      {"-", events, []string{"category", "logins"}, 422, "INVALID_REQUEST_UNKNOWN"},
		"unknown":       {"-", events, []string{"cursor", "x"}, 422, "INVALID_REQUEST_UNKNOWN"},
		"made-up token": {"-", events, []string{"next", "AAAA"}, 422, "INVALID_REQUEST_UNKNOWN"},
		"many values":   {"-", events, many, 422, "INVALID_REQUEST_UNKNOWN"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newAccount(t)
			if tt.auth != "-" {
				c.Auth(tt.auth)
			}
			a := c.Get(tt.path, tt.query...)
			assert.Equal(t, tt.status, a.Status)
			assert.Equal(t, tt.kind, a.At("error.type").Str, a.Body)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newAccount(t)
	assert.Equal(t, "NOT_FOUND", c.Get("/v0/meta").At("error").Str)
	assert.Equal(t, 404, c.Post(events, "application/json", "{}").Status)
}

func TestTokensOfOtherQueriesAndOldOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		c.World.EmitEach(stream, 5, time.Now().Add(-time.Hour), time.Second)
		a := c.Get(events, "sortOrder", "ascending", "pageSize", "2")
		next, previous := a.At("pagination.next").Str, c.Get(events, "pageSize", "2").At("pagination.previous").Str
		assert.Equal(t, 422, c.Get(events, "next", next, "eventType", "loginUser").Status)
		assert.Equal(t, 422, c.Get(events, "next", next, "previous", previous).Status)
		assert.Len(t, c.World.Violations(), 2)
		assert.Equal(t, 200, c.Get(events, "next", next, "previous", "null", "pageSize", "3").Status)
		c.Knob("token_life", "1h")
		time.Sleep(2 * time.Hour) // fake time
		assert.Equal(t, 422, c.Get(events, "next", next).Status)
		assert.Len(t, c.World.Violations(), 2)
	})
}

func TestOAuth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		v := airtable.Vendor().Variants["oauth"](simtest.Base)
		basic := simtest.Basic(v["client_id"].(string), v["client_secret"].(string))
		refresh := func(auth, form string) simtest.Answer {
			c.Auth(auth)
			return c.Post("/oauth2/v1/token", simtest.Form, "grant_type=refresh_token&"+form)
		}
		a := refresh(basic, "refresh_token=fake-airtable-refresh-token")
		require.Equal(t, 200, a.Status, a.Body)
		rotated := a.At("refresh_token").Str
		require.NotEmpty(t, rotated)
		bearer := "Bearer " + a.At("access_token").Str
		assert.Equal(t, 200, c.Auth(bearer).Get(events).Status)
		assert.Equal(t, "invalid_grant", refresh(basic, "refresh_token=fake-airtable-refresh-token").At("error").Str, "used")
		assert.Equal(t, 200, refresh(basic, "refresh_token="+rotated).Status)
		assert.Equal(t, 401, refresh(simtest.Basic("x", "y"), "refresh_token="+rotated).Status)
		assert.Equal(t, 401, refresh("", "client_id=fake-airtable-client&refresh_token="+rotated).Status, "a client with a secret must use it")
		assert.Equal(t, 200, refresh("", "client_id=fake-airtable-public-client&refresh_token=fake-airtable-refresh-token").Status)
		time.Sleep(time.Hour) // fake time
		assert.Equal(t, 401, c.Auth(bearer).Get(events).Status)
	})
}

func TestLimitFaultsAndKnobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		rows := vendorsim.IDs(c.World.EmitEach(stream, 3, time.Now().Add(-time.Hour), time.Second))
		c.World.Faults.Next(vendorsim.EmptyPage, 1, "")
		a := c.Get(events, "sortOrder", "ascending")
		assert.Empty(t, ids(a))
		assert.Equal(t, rows, ids(c.Get(events, "sortOrder", "ascending", "next", a.At("pagination.next").Str)))
		for kind, status := range map[vendorsim.Kind]int{
			vendorsim.Unauthorized: 401, vendorsim.Forbidden: 403, vendorsim.NotFound: 404,
			vendorsim.Throttled: 429, vendorsim.Internal: 500, vendorsim.BadGateway: 502, vendorsim.Unavailable: 503,
		} {
			c.World.Faults.Next(kind, 1, "")
			assert.Equal(t, status, c.Get(events).Status)
		}
		c.Knob("no_scope", "true")
		c.Knob("string_errors", "true")
		assert.Equal(t, "INVALID_PERMISSIONS", c.Get(events).At("error").Str)
		c.Knob("no_scope", "")
		c.Knob("no_pagination", "true")
		assert.JSONEq(t, `{"events":[]}`, c.Get(events, "eventType", "nothing").Body)
		c.Knob("omit_empty_nil", "true")
		assert.False(t, c.Get(events).At("pagination.previous").Exists())

		c.World.ScaleLimits(2.0 / 50)
		time.Sleep(time.Second) // fake time
		assert.Equal(t, 200, c.Get(events).Status)
		assert.Equal(t, 200, c.Get(events).Status)
		a = c.Get(events)
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "RATE_LIMIT_REACHED", a.At("errors.0.error").Str)
		assert.Empty(t, a.Header.Get("Retry-After"))
		time.Sleep(29 * time.Second) // fake time
		c.Knob("retry_after", "true")
		assert.Equal(t, "30", c.Get(events).Header.Get("Retry-After"), "locked out for 30 s")
		time.Sleep(time.Second) // fake time
		assert.Equal(t, 200, c.Get(events).Status)
	})
}

func TestEventsAreUniqueAndAwkward(t *testing.T) {
	w := vendorsim.NewWorld(airtable.Vendor(), vendorsim.Options{Seed: 1})
	seen, has := map[string]bool{}, map[string]int{}
	for _, e := range w.EmitEach(stream, 2000, time.Now().Add(-time.Hour), time.Millisecond) {
		v := gjson.Parse(e.Raw)
		assert.Equal(t, e.ID, v.Get("id").Str)
		assert.Len(t, e.ID, 26)
		at, err := time.Parse(time.RFC3339, v.Get("timestamp").Str)
		require.NoError(t, err)
		assert.True(t, at.Equal(e.Time))
		assert.False(t, seen[e.ID])
		seen[e.ID] = true
		has["actor "+v.Get("actor.type").Str]++
		for _, path := range []string{"origin", "actor.user.name", "context.baseId", "modelId"} {
			if v.Get(path).String() == "" {
				has["no "+path]++
			}
		}
		if v.Get("origin").Exists() && v.Get("origin.ipAddress").Str == "" {
			has["empty address"]++
		}
	}
	for _, what := range []string{
		"actor user", "actor system", "actor sync", "actor automation", "actor anonymousUser", "actor formSubmission",
		"actor unknown", "actor aiAgent", "no origin", "no actor.user.name", "no context.baseId", "no modelId", "empty address",
	} {
		assert.Positive(t, has[what], what)
	}
}
