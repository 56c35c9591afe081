package confluenceonprem

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

func TestAction(t *testing.T) {
	for key, want := range map[string]providers.Action{
		"audit.logging.summary.login.success":                    providers.Login,
		"audit.logging.summary.login.failed":                     providers.LoginFailed,
		"audit.logging.summary.user.logout":                      providers.Logout,
		"audit.logging.summary.user.created":                     providers.UserCreated,
		"audit.logging.summary.user.password.changed":            providers.UserUpdated,
		"audit.logging.summary.user.reactivated":                 providers.UserUpdated,
		"audit.logging.summary.user.deactivated":                 providers.UserDeactivated,
		"audit.logging.summary.user.deleted":                     providers.UserDeleted,
		"audit.logging.summary.group.membership.removed":         providers.Updated,
		"audit.logging.summary.space.permission.added":           providers.Create,
		"audit.logging.summary.space.removed":                    providers.Destroy,
		"audit.logging.summary.space.export":                     providers.Exported,
		"audit.logging.summary.site.exported":                    providers.Exported,
		"audit.logging.summary.blogpost.created":                 providers.Create,
		"audit.logging.summary.attachment.deleted":               providers.Destroy,
		"audit.logging.summary.template.updated":                 providers.Updated,
		"some.app.thing.created":                                 providers.Create,
		"personal.access.tokens.audit.log.summary.token.created": providers.Create,
		"personal.access.tokens.audit.log.summary.token.deleted": providers.Destroy,
		"atlassian.audit.event.action.audit.config.updated":      providers.Updated,
		"audit.logging.summary.sudo.auth.successful":             "audit.logging.summary.sudo.auth.successful",
		"audit.logging.summary.sudo.logout":                      "audit.logging.summary.sudo.logout",
		"audit.logging.summary.plugin.enabled":                   "audit.logging.summary.plugin.enabled",
		"audit.logging.summary.space.import":                     "audit.logging.summary.space.import",
		"some.app.thing.exported":                                "some.app.thing.exported",
		auditSearch:                                              auditSearch,
		"":                                                       "",
	} {
		assert.Equal(t, want, action(key), key)
	}
}

func TestEveryListedKeyHasItsAction(t *testing.T) {
	for a, keys := range actions {
		for _, key := range keys {
			assert.Equal(t, a, action(key), key)
		}
	}
}

// Some facts are logged twice, with and without an address: without an id of their
// own, such rows are told apart by the whole of them.
func TestRowsHaveNoID(t *testing.T) {
	for _, source := range []string{"", "198.51.100.40"} {
		a, err := decode(providers.Event{Raw: `{"timestamp":"2026-03-02T07:15:30.250Z","type":{"actionI18nKey":"k"},"source":"` + source + `"}`})
		require.NoError(t, err)
		assert.Empty(t, a.ID)
		assert.Empty(t, a.Identity)
		assert.Equal(t, source, a.Context.IP)
	}
}

// Servers write times in their own zone.
func TestTimes(t *testing.T) {
	for _, timestamp := range []string{"2026-03-02T07:15:30.250Z", "2026-03-02T08:15:30.25+01:00", "2026-03-02T08:15:30.250+0100"} {
		a, err := decode(providers.Event{Raw: `{"timestamp":"` + timestamp + `","type":{"actionI18nKey":"k"}}`})
		require.NoError(t, err)
		assert.True(t, a.CreatedAt.Equal(time.Date(2026, 3, 2, 7, 15, 30, 250e6, time.UTC)), timestamp)
	}
}

func TestActor(t *testing.T) {
	for name, tt := range map[string]struct {
		author string
		want   providers.Actor
	}{
		"user":           {`{"id":"k","name":"N","type":"user"}`, providers.Actor{Type: providers.ActorUser, ID: "k", Name: "N"}},
		"name alone":     {`{"name":"N"}`, providers.Actor{Type: providers.ActorUser, Name: "N"}},
		"visitor":        {`{"id":"-2","name":"Visiteur","type":"user"}`, providers.Actor{Type: providers.ActorAnonymous}},
		"visitor's name": {`{"name":"anonymous"}`, providers.Actor{Type: providers.ActorAnonymous}},
		"system's id":    {`{"id":"-1","name":"System","type":"user"}`, providers.Actor{Type: providers.ActorSystem, AppID: "-1", AppName: "System"}},
		"system's type":  {`{"id":"s","name":"System","type":"system"}`, providers.Actor{Type: providers.ActorSystem, AppID: "s", AppName: "System"}},
		"a number":       {`{"id":-2}`, providers.Actor{Type: providers.ActorAnonymous}},
		"none":           {``, providers.Actor{Type: providers.ActorSystem}},
		"null":           {`null`, providers.Actor{Type: providers.ActorSystem}},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, actor(gjson.Parse(tt.author))) })
	}
}
