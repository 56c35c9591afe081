package github_test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/github"
)

func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.world.ScaleLimits(3.0 / 1750)
		for left := 2; left >= 0; left-- {
			a := s.get(orgPath)
			assert.Equal(t, 200, a.status)
			assert.Equal(t, "3", a.header.Get("x-ratelimit-limit"))
			assert.Equal(t, strconv.Itoa(left), a.header.Get("x-ratelimit-remaining"))
			assert.Equal(t, strconv.Itoa(3-left), a.header.Get("x-ratelimit-used"))
		}
		a := s.get(orgPath)
		assert.Equal(t, 403, a.status)
		assert.Equal(t, "0", a.header.Get("x-ratelimit-remaining"))
		assert.Contains(t, a.message(), "API rate limit exceeded")
		assert.Equal(t, 200, s.get(enterprisePath).status, "each path has its own")
		s.knob("limit_status", "429")
		assert.Equal(t, 429, s.get(orgPath).status)
		reset, err := strconv.ParseInt(a.header.Get("x-ratelimit-reset"), 10, 64)
		require.NoError(t, err)
		time.Sleep(time.Until(time.Unix(reset, 0))) // fake time
		assert.Equal(t, 200, s.get(orgPath).status)
		s.world.ScaleLimits(1)
		s.knob("minute_limit", "true")
		for range 15 {
			assert.Equal(t, 200, s.get(orgPath).status)
		}
		assert.Equal(t, 429, s.get(orgPath).status)
	})
}

func TestFaultBodies(t *testing.T) {
	for name, want := range map[string]struct {
		kind    vendorsim.Kind
		knob    string
		status  int
		header  string
		message string
	}{
		"unauthorized":   {vendorsim.Unauthorized, "", 401, "", "Bad credentials"},
		"forbidden":      {vendorsim.Forbidden, "", 403, "", "Resource not accessible by personal access token"},
		"not found":      {vendorsim.NotFound, "", 404, "", "Not Found"},
		"primary":        {vendorsim.Throttled, "", 429, "x-ratelimit-reset", "API rate limit exceeded for user ID 61004411."},
		"secondary":      {vendorsim.Throttled, "header", 429, "Retry-After", "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."},
		"bare secondary": {vendorsim.Throttled, "bare", 403, "", "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."},
		"bare":           {vendorsim.ThrottledBare, "", 429, "", "API rate limit exceeded for user ID 61004411."},
		"internal":       {vendorsim.Internal, "", 500, "", "Server Error"},
		"bad gateway":    {vendorsim.BadGateway, "", 502, "", "Server Error"},
		"unavailable":    {vendorsim.Unavailable, "", 503, "", ""},
		"timeout":        {vendorsim.Timeout, "", 504, "", "We couldn't respond to your request in time. Sorry about that."},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.knob("secondary", want.knob)
			s.world.Faults.Next(want.kind, 1, "")
			a := s.get(orgPath)
			assert.Equal(t, want.status, a.status)
			assert.Equal(t, want.message, a.message())
			for _, h := range []string{"x-ratelimit-reset", "Retry-After"} {
				assert.Equal(t, h == want.header, a.header.Get(h) != "", h)
			}
			assert.Equal(t, 200, s.get(orgPath).status, "one request only")
		})
	}
}

func TestEventsAreUniqueAndAwkward(t *testing.T) {
	w := vendorsim.NewWorld(github.Vendor(), vendorsim.Options{Seed: 1})
	seen, has := map[string]bool{}, map[string]int{}
	for _, e := range w.EmitEach("audit", 3000, time.Now().Add(-time.Hour), time.Millisecond) {
		require.True(t, gjson.Valid(e.Raw))
		v := gjson.Parse(e.Raw)
		assert.Equal(t, e.ID, v.Get("_document_id").Str)
		assert.Equal(t, e.Time.UnixMilli(), v.Get("@timestamp").Int())
		assert.False(t, seen[e.ID])
		seen[e.ID] = true
		git := strings.HasPrefix(v.Get("action").Str, "git.")
		assert.NotEqual(t, git, v.Get("created_at").Exists())
		for what, is := range map[string]bool{
			"git without actor": git && !v.Get("actor").Exists(), "bot": v.Get("actor_is_bot").Bool(), "organization list": v.Get("org").IsArray(),
			"id as text": v.Get("actor_id").Type == gjson.String, "zero user": v.Get("user_id").Raw == "0", "no business": !v.Get("business").Exists(),
			"older created_at": !git && v.Get("created_at").Int() < v.Get("@timestamp").Int(), "no address": !git && !v.Get("actor_ip").Exists(),
			"name id that is no address": v.Get("external_identity_nameid").Exists() && !strings.Contains(v.Get("external_identity_nameid").Str, "@"),
			"data":                       v.Get("data").Exists(), "empty user agent": v.Get("user_agent").Raw == `""`,
		} {
			if is {
				has[what]++
			}
		}
		has[v.Get("action").Str]++
	}
	for _, what := range []string{
		"git without actor", "bot", "organization list", "id as text", "zero user", "no business", "older created_at", "no address",
		"name id that is no address", "data", "empty user agent", "user.login", "user.failed_login", "codespaces.quantum_teleport", "git.push", "api.request",
	} {
		assert.Positive(t, has[what], what)
	}
}
