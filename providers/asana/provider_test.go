package asana

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func open(t testing.TB, o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	c, _ := Provider().Example()
	source := providertest.Open(t, c, o)
	return source, providertest.Stream(t, source, "audit_log_events")
}

func TestGolden(t *testing.T) {
	_, stream := open(t, providers.Options{})
	providertest.Golden(t, stream, "testdata/audit_log_events")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, providers.Options{})
	providertest.Fuzz(f, stream, `{"gid":"1","event_type":"user_login_failed","actor":{"actor_type":"asana"},"details":{"method":[1,{}]}}`)
}

func TestAction(t *testing.T) {
	for event, want := range map[string]providers.Action{
		"user_login_succeeded":               providers.Login,
		"user_invited":                       providers.UserInvited,
		"user_reprovisioned":                 providers.UserCreated,
		"user_deprovisioned":                 providers.UserDeleted,
		"domain_user_billing_paused":         providers.UserUpdated,
		"attachment_downloaded":              providers.Exported,
		"custom_role_created":                providers.Create,
		"project_template_deleted":           providers.Destroy,
		"message_permanently_deleted":        providers.Destroy,
		"task_template_undeleted":            providers.Updated,
		"workspace_force_password_reset":     providers.Updated,
		"workspace_new_thing_enabled":        providers.Updated,
		"workspace_export_started":           providers.Exported,
		"workspace_announcement_created":     providers.Create,
		"user_personal_access_token_revoked": "user_personal_access_token_revoked",
		"task_permanently_undeleted":         "task_permanently_undeleted",
		"":                                   "",
	} {
		assert.Equal(t, want, action(event), event)
	}
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		config Config
		want   string
	}{
		"complete":     {Config{AccessToken: "t", WorkspaceGID: "12"}, ""},
		"no token":     {Config{WorkspaceGID: "12"}, "access_token: no credential is set"},
		"no workspace": {Config{AccessToken: "t"}, "workspace_gid: is required"},
		"a name":       {Config{AccessToken: "t", WorkspaceGID: "acme"}, `workspace_gid: "acme" is no gid`},
		"actor":        {Config{AccessToken: "t", WorkspaceGID: "12", ActorGID: "jane"}, `actor_gid: "jane" is no gid`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tt.config.Open(providers.Options{})
			if tt.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tt.want)
			}
		})
	}
}

func TestPaging(t *testing.T) {
	for name, tt := range map[string]struct {
		cursor, body, next string
		more               bool
	}{
		"events and an offset":      {"", `{"data":[{"gid":"1"}],"next_page":{"offset":"o1"}}`, "2026-03-05T08:00:00.000Z o1", true},
		"a short page goes on":      {"2026-01-01T00:00:00.000Z o1", `{"data":[{"gid":"1"}],"next_page":{"offset":"o2"}}`, "2026-01-01T00:00:00.000Z o2", true},
		"an empty page is the end":  {"2026-01-01T00:00:00.000Z o1", `{"data":[],"next_page":{"offset":"o2"}}`, "2026-01-01T00:00:00.000Z o2", false},
		"nothing has ever matched":  {"", `{"data":[],"next_page":null}`, "", false},
		"the offset stays if empty": {"2026-01-01T00:00:00.000Z o1", `{"data":[]}`, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{
				Since: time.Date(2026, 3, 5, 8, 0, 0, 0, time.UTC), Cursor: tt.cursor, PageSize: 100,
			})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.more, page.More)
			assert.False(t, page.Restart)
		})
	}
}

func TestRequest(t *testing.T) {
	for name, tt := range map[string]struct {
		filter providers.Filter
		set    func(*Config)
		want   string
	}{
		"plain":                 {providers.Filter{}, nil, "start_at=2026-01-01T00%3A00%3A00.000Z&x=1&limit=50&offset=o%2B1"},
		"one value each":        {providers.Filter{Actions: []string{"logout"}, ActorIDs: []string{"7"}, Entities: []string{"8"}}, nil, "start_at=2026-01-01T00%3A00%3A00.000Z&event_type=user_logged_out&actor_gid=7&resource_gid=8&x=1&limit=50&offset=o%2B1"},
		"several stay here":     {providers.Filter{Actions: []string{"login", "logout"}, ActorIDs: []string{"7", "8"}}, nil, "start_at=2026-01-01T00%3A00%3A00.000Z&x=1&limit=50&offset=o%2B1"},
		"an action of many":     {providers.Filter{Actions: []string{"create"}}, nil, "start_at=2026-01-01T00%3A00%3A00.000Z&x=1&limit=50&offset=o%2B1"},
		"an open set":           {providers.Filter{Actions: []string{"updated"}}, nil, "start_at=2026-01-01T00%3A00%3A00.000Z&x=1&limit=50&offset=o%2B1"},
		"an action of no type":  {providers.Filter{Actions: []string{"user_joined"}}, nil, "start_at=2026-01-01T00%3A00%3A00.000Z&x=1&limit=50&offset=o%2B1"},
		"a vendor's own word":   {providers.Filter{Actions: []string{"user_app_revoked"}}, nil, "start_at=2026-01-01T00%3A00%3A00.000Z&event_type=user_app_revoked&x=1&limit=50&offset=o%2B1"},
		"the vendor's keys win": {providers.Filter{ActorIDs: []string{"7"}}, func(c *Config) { c.ActorGID, c.EventType, c.ResourceGID = "9", "task_deleted", "5" }, "start_at=2026-01-01T00%3A00%3A00.000Z&event_type=task_deleted&actor_gid=9&resource_gid=5&x=1&limit=50&offset=o%2B1"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &Config{AccessToken: "t", WorkspaceGID: "12"}
			if tt.set != nil {
				tt.set(c)
			}
			source := providertest.Open(t, c, providers.Options{Filter: tt.filter, RemoteQuery: map[string]string{"x": "1"}})
			stream := providertest.Stream(t, source, "audit_log_events")
			client := providertest.Body(`{"data":[]}`, nil)
			_, err := stream.Fetch(t.Context(), client, providers.Query{Cursor: "2026-01-01T00:00:00.000Z o+1", PageSize: 50})
			require.NoError(t, err)
			assert.Equal(t, "/api/1.0/workspaces/12/audit_log_events", client.Requests()[0].Path)
			assert.Equal(t, tt.want, client.Requests()[0].Query.Encode())
		})
	}
}

// The vendor takes a parameter once.
func TestTheRemoteQueryGoesBeforeUnifiedFilters(t *testing.T) {
	c := &Config{AccessToken: "t", WorkspaceGID: "12", ResourceGID: "5"}
	source := providertest.Open(t, c, providers.Options{
		Filter:      providers.Filter{Actions: []string{"logout"}, ActorIDs: []string{"7"}},
		RemoteQuery: map[string]string{"event_type": "task_deleted", "actor_gid": "8"},
	})
	stream := providertest.Stream(t, source, "audit_log_events")
	client := providertest.Body(`{"data":[]}`, nil)
	_, err := stream.Fetch(t.Context(), client, providers.Query{Cursor: "s", PageSize: 50})
	require.NoError(t, err)
	assert.Equal(t, "start_at=s&resource_gid=5&actor_gid=8&event_type=task_deleted&limit=50", client.Requests()[0].Query.Encode())
	assert.Contains(t, stream.Reserved, "resource_gid", "what the configuration has set")
	assert.NotContains(t, stream.Reserved, "actor_gid")
}

func TestErrors(t *testing.T) {
	message := func(m string) string { return `{"errors":[{"message":"` + m + `","help":"x"}]}` }
	for name, tt := range map[string]struct {
		status       int
		body, cursor string
		want         providers.Class
		text         string
	}{
		"token":                {401, message("Not Authorized"), "", providers.Unauthorized, "revoked"},
		"plan":                 {402, "", "", providers.Denied, "Enterprise+"},
		"permission":           {403, message("forbidden"), "", providers.Denied, "Audit logs"},
		"workspace":            {404, message("workspace: Unknown object: 12"), "", providers.Denied, "workspace_gid"},
		"offset expired":       {400, message("offset: Your pagination token has expired."), "s o", providers.CursorLost, "expired"},
		"offset invalid":       {400, message("offset: Your pagination token is invalid."), "s o", providers.CursorLost, "invalid"},
		"other parameter":      {400, message("start_at: Not a time"), "s o", providers.Denied, "start_at"},
		"no offset was sent":   {400, message("offset: x"), "", providers.Denied, ""},
		"rate limit":           {429, message("You have made too many requests"), "", providers.Throttled, ""},
		"outage with a phrase": {500, `{"errors":[{"message":"Server Error","phrase":"6 sad squid"}]}`, "", providers.Transient, "Server Error"},
		"gateway":              {504, "<html>", "", providers.Transient, ""},
		"login page":           {200, "<html>", "", providers.Transient, "not JSON"},
		"something else":       {200, `{"errors":[]}`, "", providers.Transient, "data is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Cursor: tt.cursor, PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}
