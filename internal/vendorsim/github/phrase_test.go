package github_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

func TestCreatedBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		start := time.Now().UTC().Truncate(24 * time.Hour).Add(-12 * time.Hour)
		ids := vendorsim.IDs(s.world.EmitEach("audit", 5, start, time.Second))
		half := s.world.Emit("audit", start.Add(2500*time.Millisecond)).ID
		at := func(i int) string { return start.Add(time.Duration(i) * time.Second).Format("2006-01-02T15:04:05Z") }
		day := start.Format(time.DateOnly)
		for phrase, want := range map[string][]string{
			"created:>=" + at(1):                                    {ids[1], ids[2], half, ids[3], ids[4]},
			"created:>=" + at(1) + " created:<=" + at(3):            {ids[1], ids[2], half, ids[3]},
			"created:<=" + at(2):                                    {ids[0], ids[1], ids[2]},
			"created:>" + at(1) + " created:<" + at(3):              {ids[2], half},
			"created:" + at(1) + ".." + at(2):                       {ids[1], ids[2]},
			"created:*.." + at(1):                                   {ids[0], ids[1]},
			"created:" + at(3) + "..*":                              {ids[3], ids[4]},
			"created:" + at(3):                                      {ids[3]},
			"created:" + day:                                        {ids[0], ids[1], ids[2], half, ids[3], ids[4]},
			"created:<=" + day:                                      {ids[0], ids[1], ids[2], half, ids[3], ids[4]},
			"created:<" + day:                                       {},
			"created:>" + day:                                       {},
			"created:>=" + strings.Replace(at(4), "Z", "+00:00", 1): {ids[4]},
		} {
			assert.Equal(t, want, s.get(orgPath, "order", "asc", "include", "all", "phrase", phrase).ids(), phrase)
		}
		assert.Empty(t, s.world.Violations())
	})
}

func TestRetention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		day := 24 * time.Hour
		old := s.world.Add("audit", vendorsim.Entry{ID: "old", Time: time.Now().Add(-181 * day), Raw: `{"_document_id":"old","action":"a.b"}`})
		kept := s.world.Add("audit", vendorsim.Entry{ID: "kept", Time: time.Now().Add(-179 * day), Raw: `{"_document_id":"kept","action":"a.b"}`})
		git := s.world.Add("audit", vendorsim.Entry{ID: "git", Time: time.Now().Add(-8 * day), Raw: `{"_document_id":"git","action":"git.push"}`})
		young := s.world.Add("audit", vendorsim.Entry{ID: "young", Time: time.Now().Add(-6 * day), Raw: `{"_document_id":"young","action":"git.push"}`})
		assert.Equal(t, []string{kept.ID, young.ID}, s.get(orgPath, "order", "asc", "include", "all", "phrase", "created:>=1999-01-01").ids())
		assert.Equal(t, []string{young.ID}, s.get(orgPath, "order", "asc", "include", "all").ids(), "three months without a date")
		assert.Equal(t, []string{old.ID, kept.ID, git.ID, young.ID},
			s.get("/api/v3"+orgPath, "order", "asc", "include", "all", "phrase", "created:>=1999-01-01").ids(), "a server keeps all")
	})
}

func TestSelections(t *testing.T) {
	s := newSite(t)
	s.world.EmitEach("audit", 600, time.Now().Add(-time.Hour), time.Second)
	truth := s.world.Truth("audit", time.Now())
	action := func(e gjson.Result) string { return e.Get("action").Str }
	git := func(e gjson.Result) bool { return strings.HasPrefix(action(e), "git.") }
	for name, tt := range map[string]struct {
		query []string
		want  func(e gjson.Result) bool
	}{
		"web is the default": {nil, func(e gjson.Result) bool { return !git(e) }},
		"git":                {[]string{"include", "git"}, git},
		"category":           {[]string{"phrase", "action:team"}, func(e gjson.Result) bool { return strings.HasPrefix(action(e), "team.") }},
		"action":             {[]string{"phrase", "action:user.login"}, func(e gjson.Result) bool { return action(e) == "user.login" }},
		"either action": {[]string{"phrase", "action:user.login action:team"}, func(e gjson.Result) bool {
			return action(e) == "user.login" || strings.HasPrefix(action(e), "team.")
		}},
		"not": {[]string{"include", "all", "phrase", "-action:workflows -action:git.push"}, func(e gjson.Result) bool {
			return !strings.HasPrefix(action(e), "workflows.") && action(e) != "git.push"
		}},
		"actor":        {[]string{"phrase", "actor:LEO-voss_acme"}, func(e gjson.Result) bool { return !git(e) && e.Get("actor").Str == "leo-voss_acme" }},
		"actor id":     {[]string{"phrase", "actor_id:9007199254740995"}, func(e gjson.Result) bool { return !git(e) && e.Get("actor_id").String() == "9007199254740995" }},
		"organization": {[]string{"phrase", "org:acme-archive"}, func(e gjson.Result) bool { return !git(e) && e.Get("org.1").Str == "acme-archive" }},
		"repository":   {[]string{"phrase", "repo:acme-labs/infra"}, func(e gjson.Result) bool { return !git(e) && e.Get("repo").Str == "acme-labs/infra" }},
		"operation and country": {[]string{"phrase", "operation:authentication country:PT"}, func(e gjson.Result) bool {
			return e.Get("operation_type").Str == "authentication" && e.Get("actor_location.country_code").Str == "PT"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			want := []string{}
			for _, e := range truth {
				if tt.want(gjson.Parse(e.Raw)) {
					want = append(want, e.ID)
				}
			}
			require.NotEmpty(t, want)
			require.Less(t, len(want), len(truth))
			assert.Equal(t, want, s.walk(s.get(orgPath, append(tt.query, "order", "asc", "per_page", "100")...)))
		})
	}
	assert.Empty(t, s.world.Violations())

	s.knob("org_events_only", "true")
	all := s.walk(s.get(enterprisePath, "include", "all", "per_page", "100"))
	own := s.walk(s.get(orgPath, "include", "all", "per_page", "100"))
	assert.Len(t, all, len(truth))
	assert.Less(t, len(own), len(all))
	assert.Empty(t, s.walk(s.get(orgPath, "phrase", "action:user.login")), "sign-ins belong to no organization")
}

func TestRefusedRequests(t *testing.T) {
	for name, tt := range map[string]struct {
		query  []string
		status int
	}{
		"page size above": {[]string{"per_page", "101"}, 422}, "page size zero": {[]string{"per_page", "0"}, 422},
		"order": {[]string{"order", "ascending"}, 422}, "include": {[]string{"include", "everything"}, 422},
		"page outside a server": {[]string{"page", "2"}, 422}, "empty phrase": {[]string{"phrase", ""}, 422},
		"unknown qualifier": {[]string{"phrase", "colour:red"}, 422}, "plain words": {[]string{"phrase", "red"}, 422},
		"bad time": {[]string{"phrase", "created:>=yesterday"}, 422}, "plus read as blank": {[]string{"phrase", "created:>=2026-01-01T00:00:00 00:00"}, 422},
		"empty value": {[]string{"phrase", "actor:"}, 422}, "bad range": {[]string{"phrase", "created:*..soon"}, 422},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			a := s.get(orgPath, tt.query...)
			assert.Equal(t, tt.status, a.status)
			assert.Equal(t, "Validation Failed", a.message())
			assert.NotEmpty(t, gjson.Get(a.body, "errors.0.message").Str)
			assert.Len(t, s.world.Violations(), 1)
		})
	}
}
