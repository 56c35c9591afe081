package auditlog_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/confluence/auditlog"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func TestAction(t *testing.T) {
	for s, want := range map[string]providers.Action{
		"User created":                providers.UserCreated,
		"User deactivated":            providers.UserDeactivated,
		"User deleted":                providers.UserDeleted,
		"User removed":                providers.UserDeleted,
		"User details updated":        providers.UserUpdated,
		"User reactivated":            providers.UserUpdated,
		"User renamed":                providers.UserUpdated,
		"User added to group":         providers.Updated,
		"User removed from group":     providers.Updated,
		"Space export":                providers.Exported,
		"Space exported":              providers.Exported,
		"Site export":                 providers.Exported,
		"Page export":                 providers.Exported,
		"Space removed":               providers.Destroy,
		"Space trash emptied":         providers.Destroy,
		"Trash emptied":               providers.Destroy,
		"Space permission added":      providers.Create,
		"Global permission added":     providers.Create,
		"Content restriction added":   providers.Create,
		"Space permission removed":    providers.Destroy,
		"Global permission removed":   providers.Destroy,
		"Content restriction removed": providers.Destroy,
		"Space logo uploaded":         providers.Updated,
		"Space archived":              providers.Updated,
		"Space unarchived":            providers.Updated,
		"Page archived":               providers.Updated,
		"Page restored":               providers.Updated,
		"Global settings changed":     providers.Updated,
		"Group created":               providers.Create,
		"Page deleted":                providers.Destroy,
		"Space configuration updated": providers.Updated,
		"Space renamed":               providers.Updated,
		"Space import":                "Space import",
		"Page viewed with admin key":  "Page viewed with admin key",
	} {
		assert.Equal(t, want, auditlog.Action(s), s)
		assert.Equal(t, want.Unified(), auditlog.Action(" "+strings.ToUpper(s)+" ").Unified(), s)
	}
}

func TestGroup(t *testing.T) {
	const id = "2b0c5a51-7d6e-4f11-8c22-0a1b2c3d4e5f"
	feed := auditlog.Feed{Author: func(gjson.Result) (string, string) { return "", "" }}
	for name, tt := range map[string]struct{ group, want string }{
		"name and id":           {"admins:" + id, id},
		"name with a colon":     {"a:b:" + id, id},
		"id and its member":     {id + "; User: 712020:61c2d3e4-0a1b-4c2d-9e8f-1234567890ab", id},
		"name, id and a member": {"admins:" + id + "; User: 5b10a2844c20165700ede21g", id},
		"name alone":            {"admins", "admins"},
		"a colon and no id":     {"team:2026", "team:2026"},
		"no dashes":             {"x:2b0c5a517d6e4f118c220a1b2c3d4e5f", "x:2b0c5a517d6e4f118c220a1b2c3d4e5f"},
		"nothing":               {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			raw := `{"summary":"s","creationDate":1,"affectedObject":{"objectType":"Group","name":"` + tt.group + `"}}`
			a, err := feed.Decode(providers.Event{Raw: raw})
			require.NoError(t, err)
			assert.Equal(t, tt.want, a.Group)
			assert.Empty(t, a.Entity.ID)
			assert.Empty(t, a.Entity.Name)
		})
	}
}

func TestAuthor(t *testing.T) {
	feed := auditlog.Feed{Author: func(v gjson.Result) (string, string) { return v.Get("key").Str, v.Get("login").Str }}
	for name, tt := range map[string]struct {
		author string
		want   providers.Actor
	}{
		"user":             {`{"key":"k","login":"l","displayName":"N"}`, providers.Actor{Type: providers.ActorUser, ID: "k", Login: "l", Name: "N"}},
		"a named visitor":  {`{"key":"k","displayName":"Anonymous"}`, providers.Actor{Type: providers.ActorUser, ID: "k", Name: "Anonymous"}},
		"a visitor":        {`{"login":"l","displayName":"ANONYMOUS"}`, providers.Actor{Type: providers.ActorAnonymous}},
		"system":           {`{"displayName":"System"}`, providers.Actor{Type: providers.ActorSystem, AppName: "System"}},
		"nobody":           {`null`, providers.Actor{Type: providers.ActorSystem}},
		"something else":   {`[1]`, providers.Actor{Type: providers.ActorSystem}},
		"names of numbers": {`{"displayName":7}`, providers.Actor{Type: providers.ActorSystem, AppName: "7"}},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := feed.Decode(providers.Event{Raw: `{"summary":"s","creationDate":1,"author":` + tt.author + `}`})
			require.NoError(t, err)
			assert.Equal(t, tt.want, a.Actor)
		})
	}
}

func TestNextLinkCountsOnlyWhereToldTo(t *testing.T) {
	body := `{"results":[{}],"limit":2,"_links":{"next":"/rest/api/audit?start=1"}}`
	for _, follow := range []bool{true, false} {
		feed := auditlog.Feed{NextLink: follow}
		page, err := feed.Fetch(t.Context(), providertest.Body(body, nil), providers.Query{PageSize: 2})
		require.NoError(t, err)
		assert.Equal(t, follow, page.More)
	}
}
