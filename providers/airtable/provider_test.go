package airtable

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
	providertest.Fuzz(f, stream, `{"id":"1","action":"loginUser","actor":{"type":"user","user":{"id":1}},"origin":"x"}`)
}

func TestAction(t *testing.T) {
	for event, want := range map[string]providers.Action{
		"loginUser":                       providers.Login,
		"changePassword":                  providers.UserUpdated,
		"changeWorkspaceOwner":            providers.Updated,
		"configureShare":                  providers.Updated,
		"configureAnything":               providers.Updated,
		"addBaseCollaborator":             providers.Updated,
		"removeInterfaceAudienceMember":   providers.Updated,
		"addBaseInviteLink":               providers.Create,
		"addOutboundAccessAllowlistEntry": providers.Updated,
		"reconnectSyncIntegration":        providers.Updated,
		"createSyncIntegrationSource":     providers.Create,
		"updateEnterpriseSetting":         providers.Updated,
		"publishManagedApp":               providers.Updated,
		"publishManagedAppLater":          "publishManagedAppLater",
		"deactivatePublishedDataset":      providers.Updated,
		"deactivateUser":                  providers.UserDeactivated,
		"downloadCSV":                     providers.Exported,
		"deleteEnterpriseTaxDetails":      providers.Destroy,
		"viewBase":                        "viewBase",
		"deleteGroupInvite":               "deleteGroupInvite",
		"configure":                       "configure",
	} {
		assert.Equal(t, want, action(event), event)
	}
}

func TestConfig(t *testing.T) {
	ok := Config{EnterpriseAccountID: "entExample0000000", AccessToken: "t"}
	for name, tt := range map[string]struct {
		set  func(*Config)
		want string
	}{
		"token":             {func(*Config) {}, ""},
		"OAuth":             {func(c *Config) { c.AccessToken, c.ClientID, c.RefreshToken = "", "id", "r" }, ""},
		"OAuth with secret": {func(c *Config) { c.AccessToken, c.ClientID, c.ClientSecret, c.RefreshToken = "", "id", "s", "r" }, ""},
		"no account":        {func(c *Config) { c.EnterpriseAccountID = "" }, "enterprise_account_id: is required"},
		"a name":            {func(c *Config) { c.EnterpriseAccountID = "acme" }, "ent and 14 characters"},
		"no credential":     {func(c *Config) { c.AccessToken = "" }, "no credential is set"},
		"both":              {func(c *Config) { c.ClientID, c.RefreshToken = "id", "r" }, "several credentials"},
		"stray secret":      {func(c *Config) { c.ClientSecret = "s" }, "client_secret: belongs to an OAuth integration"},
		"half":              {func(c *Config) { c.AccessToken, c.ClientID = "", "id" }, "refresh_token: is required"},
		"category":          {func(c *Config) { c.Categories = []string{"base", "bases"} }, `categories: "bases" is not valid`},
		"too many":          {func(c *Config) { c.ModelIDs = make([]string, 101) }, "model_ids: has 101 values"},
	} {
		t.Run(name, func(t *testing.T) {
			c := ok
			tt.set(&c)
			_, err := c.Open(providers.Options{})
			if tt.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tt.want)
			}
		})
	}
}

func TestAuth(t *testing.T) {
	public := Config{ClientID: "id", RefreshToken: "r"}
	auth, ok := public.auth().(providers.TokenAuth)
	require.True(t, ok)
	assert.True(t, auth.Rotates, "every refresh replaces the refresh token")
	assert.Equal(t, "grant_type=refresh_token&client_id=id", auth.Form.Encode())
	confidential := Config{ClientID: "id", ClientSecret: "s", RefreshToken: "r", TokenURL: "https://token.example.com"}
	auth, ok = confidential.auth().(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "id", auth.Basic.Username)
	assert.Equal(t, "https://token.example.com", auth.URL)
}

func TestPaging(t *testing.T) {
	const start = "2026-03-12T08:00:00.000Z"
	for name, tt := range map[string]struct {
		filtered           bool
		cursor, body, next string
		more               bool
	}{
		"first page":                 {false, "", `{"events":[{"id":"1"}],"pagination":{"next":"a"}}`, start + " 0 a", true},
		"a short page goes on":       {false, start + " 0 a", `{"events":[{"id":"1"}],"pagination":{"next":"b"}}`, start + " 0 b", true},
		"an empty page is the end":   {false, start + " 0 a", `{"events":[],"pagination":{"next":"b"}}`, start + " 0 b", false},
		"a filter may have gaps":     {true, start + " 0 a", `{"events":[],"pagination":{"next":"b"}}`, start + " 1 b", true},
		"a filter at rest":           {true, start + " 3 a", `{"events":[],"pagination":{"next":"a"}}`, start + " 0 a", false},
		"too many gaps for one poll": {true, start + " 19 a", `{"events":[],"pagination":{"next":"b"}}`, start + " 0 b", false},
		"the word null is no token":  {false, start + " 0 a", `{"events":[],"pagination":{"next":"null"}}`, "", false},
		"pagination may be missing":  {false, start + " 0 a", `{"events":[]}`, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			o := providers.Options{}
			if tt.filtered {
				o.Filter.ActorIDs = []string{"usr1"}
			}
			_, stream := open(t, o)
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{
				Since: time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC), Cursor: tt.cursor, PageSize: 1000,
			})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.more, page.More)
		})
	}
}

func TestRequest(t *testing.T) {
	for name, tt := range map[string]struct {
		filter providers.Filter
		set    func(*Config)
		want   string
	}{
		"plain":                 {providers.Filter{}, nil, "startTime=s&sortOrder=ascending&pageSize=10&next=a%3D"},
		"lists":                 {providers.Filter{Actions: []string{"login", "viewBase"}, ActorIDs: []string{"u1", "u2"}, Entities: []string{"app1"}}, nil, "startTime=s&sortOrder=ascending&pageSize=10&eventType=loginUser&eventType=viewBase&originatingUserId=u1&originatingUserId=u2&modelId=app1&next=a%3D"},
		"an open set":           {providers.Filter{Actions: []string{"updated"}}, nil, "startTime=s&sortOrder=ascending&pageSize=10&next=a%3D"},
		"no such type":          {providers.Filter{Actions: []string{"logout"}}, nil, "startTime=s&sortOrder=ascending&pageSize=10&next=a%3D"},
		"the vendor's keys win": {providers.Filter{ActorIDs: []string{"u1"}}, func(c *Config) { c.OriginatingUserIDs, c.Categories = []string{"u9"}, []string{"user"} }, "startTime=s&sortOrder=ascending&pageSize=10&category=user&originatingUserId=u9&next=a%3D"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &Config{EnterpriseAccountID: "entExample0000000", AccessToken: "t"}
			if tt.set != nil {
				tt.set(c)
			}
			stream := providertest.Stream(t, providertest.Open(t, c, providers.Options{Filter: tt.filter}), "audit_log_events")
			client := providertest.Body(`{"events":[]}`, nil)
			_, err := stream.Fetch(t.Context(), client, providers.Query{Cursor: "s 0 a=", PageSize: 10})
			require.NoError(t, err)
			assert.Equal(t, "/v0/meta/enterpriseAccounts/entExample0000000/auditLogEvents", client.Requests()[0].Path)
			assert.Equal(t, tt.want, client.Requests()[0].Query.Encode())
		})
	}
}

// Values of one key are alternatives: a unified filter must not widen what the
// remote query asks for.
func TestTheRemoteQueryGoesBeforeUnifiedFilters(t *testing.T) {
	c := &Config{EnterpriseAccountID: "entExample0000000", AccessToken: "t", Categories: []string{"user"}}
	source := providertest.Open(t, c, providers.Options{
		Filter:      providers.Filter{Actions: []string{"login"}, ActorIDs: []string{"u1"}},
		RemoteQuery: map[string]string{"eventType": "viewBase"},
	})
	stream := providertest.Stream(t, source, "audit_log_events")
	client := providertest.Body(`{"events":[]}`, nil)
	_, err := stream.Fetch(t.Context(), client, providers.Query{Cursor: "s 0 a", PageSize: 10})
	require.NoError(t, err)
	assert.Equal(t, "startTime=s&sortOrder=ascending&pageSize=10&category=user&originatingUserId=u1&eventType=viewBase&next=a", client.Requests()[0].Query.Encode())
	assert.Contains(t, stream.Reserved, "category", "what the configuration has set")
	assert.NotContains(t, stream.Reserved, "eventType")
}

func TestErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		status       int
		body, cursor string
		want         providers.Class
		text         string
	}{
		"credential":          {401, `{"error":{"type":"AUTHENTICATION_REQUIRED","message":"Authentication required"}}`, "", providers.Unauthorized, "AUTHENTICATION_REQUIRED"},
		"permission":          {403, `{"error":{"type":"INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND","message":"x"}}`, "s 0 a", providers.Denied, "enterprise.auditLogs:read"},
		"path":                {404, `{"error":"NOT_FOUND"}`, "s 0 a", providers.Denied, "NOT_FOUND"},
		"token refused":       {422, `{"errors":[{"error":"INVALID_NEXT","message":"bad next"}]}`, "s 0 a", providers.CursorLost, "bad next"},
		"parameter":           {422, `{"error":{"type":"INVALID_REQUEST","message":"pageSize"}}`, "", providers.Denied, "pageSize"},
		"rate limit":          {429, `{"errors":[{"error":"RATE_LIMIT_REACHED"}]}`, "s 0 a", providers.Throttled, ""},
		"outage":              {503, ``, "s 0 a", providers.Transient, ""},
		"login page":          {200, `<html>`, "", providers.Transient, "not JSON"},
		"something else":      {200, `{}`, "", providers.Transient, "events is missing"},
		"unreadable position": {200, `{"events":[]}`, "garbage", providers.CursorLost, "cannot be read"},
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
