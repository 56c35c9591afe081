package hubspot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func open(t testing.TB, overlap bool, o providers.Options) *providers.Source {
	t.Helper()
	c := newConfig()
	c.AccessToken, c.AccountID, c.IncludeOverlap = "pat-na1-example", "1234567", overlap
	return providertest.Open(t, c, o)
}

func TestGolden(t *testing.T) {
	source := open(t, true, providers.Options{})
	for _, stream := range source.Streams {
		t.Run(stream.Name, func(t *testing.T) { providertest.Golden(t, stream, "testdata/"+stream.Name) })
	}
}

func fuzz(f *testing.F, name string) {
	providertest.Fuzz(f, providertest.Stream(f, open(f, true, providers.Options{}), name),
		`{"id":1,"userId":"0","loginSucceeded":false,"type":"ADD_USER","category":"LOGIN","actingUser":{"userId":1}}`)
}

func FuzzDecodeLogin(f *testing.F)    { fuzz(f, streamLogin) }
func FuzzDecodeSecurity(f *testing.F) { fuzz(f, streamSecurity) }
func FuzzDecodeAudit(f *testing.F)    { fuzz(f, streamAudit) }

func TestSecurityAction(t *testing.T) {
	for in, want := range map[string]providers.Action{
		"ADD_USER": providers.UserCreated, "REMOVE_ADMIN_USER": providers.UserDeleted, "PASSKEY_ADDED": providers.UserUpdated,
		"EXPORT_USERS": providers.Exported, "SANDBOX_CREATION": providers.Create, "GDPR_DELETE": providers.Destroy,
		"TEAM_USER_DELETED": providers.Updated, "ANYTHING_DISABLED": providers.Updated,
		"TWO_FACTOR_PROTECTED_ENDPOINT_ENABLED": "TWO_FACTOR_PROTECTED_ENDPOINT_ENABLED", "IMPERSONATE_USER": "IMPERSONATE_USER", "": "",
	} {
		assert.Equal(t, want, securityAction(in), in)
	}
}

func TestAuditAction(t *testing.T) {
	for name, tt := range map[string]struct {
		category, sub, verb string
		want                providers.Action
	}{
		"sign-in":       {"LOGIN", "LOGIN_SUCCEEDED", "PERFORM", providers.Login},
		"failed":        {"LOGIN", "LOGIN_FAILED", "PERFORM", providers.LoginFailed},
		"other sign-in": {"LOGIN", "LOGIN_MAGIC", "PERFORM", "raw"},
		"security":      {"CRITICAL_ACTION", "DEACTIVATE_USER", "PERFORM", providers.UserDeactivated},
		"raw security":  {"CRITICAL_ACTION", "IMPORT", "CREATE", "raw"},
		"created":       {"CRM_OBJECT", "CONTACT", "CREATED", providers.Create},
		"deleted":       {"CRM_OBJECT", "CONTACT", "DELETE", providers.Destroy},
		"exported":      {"CRM_OBJECT", "CONTACT", "EXPORTED", providers.Exported},
		"performed":     {"CRM_OBJECT", "CONTACT", "PERFORM", "raw"},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, auditAction(tt.category, tt.sub, tt.verb, "raw")) })
	}
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		config Config
		want   string
	}{
		"private app":  {Config{AccessToken: "t", APIVersion: "v3"}, ""},
		"OAuth app":    {Config{ClientID: "i", ClientSecret: "s", RefreshToken: "r", APIVersion: "2026-03"}, ""},
		"none":         {Config{APIVersion: "v3"}, "no credential is set"},
		"both":         {Config{AccessToken: "t", ClientID: "i", ClientSecret: "s", RefreshToken: "r", APIVersion: "v3"}, "several credentials"},
		"half":         {Config{ClientID: "i", APIVersion: "v3"}, "client_secret: is required for OAuth app"},
		"version":      {Config{AccessToken: "t", APIVersion: "v4"}, `api_version: "v4" is not valid`},
		"account name": {Config{AccessToken: "t", APIVersion: "v3", AccountID: "acme"}, "is no Hub ID"},
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

func TestOAuth(t *testing.T) {
	c := &Config{ClientID: "i", ClientSecret: "s", RefreshToken: "r", APIVersion: "v3"}
	auth, ok := providertest.Open(t, c, providers.Options{}).Auth.(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "/oauth/2026-03/token", auth.URL, "v1 ends in February 2027")
	assert.Equal(t, "grant_type=refresh_token&client_id=i", auth.Form.Encode())
	assert.Equal(t, []providers.SecretParam{{Key: "client_secret", Value: "s"}, {Key: "refresh_token", Value: "r"}}, auth.Secrets)
	assert.Zero(t, auth.Lifetime, "expires_in tells it")
	c.TokenURL = "https://api.hubapi.com/oauth/v1/token"
	auth, _ = providertest.Open(t, c, providers.Options{}).Auth.(providers.TokenAuth)
	assert.Equal(t, c.TokenURL, auth.URL)
}

func TestTenantKeepsAccountsApart(t *testing.T) {
	tenant := func(account, token string) string {
		return providertest.Open(t, &Config{AccountID: account, AccessToken: providers.Secret(token), APIVersion: "v3"}, providers.Options{}).Tenant
	}
	assert.Equal(t, "77", tenant("77", "secret-token"))
	assert.NotEqual(t, tenant("", "one"), tenant("", "two"))
	assert.NotContains(t, tenant("", "secret-token"), "secret")
}

func TestSignInFilterReadsOneStream(t *testing.T) {
	for name, tt := range map[string]struct {
		actions []string
		want    []string
	}{
		"no filter":   {nil, []string{streamLogin, streamSecurity, streamAudit}},
		"sign-ins":    {[]string{"login", "login_failed"}, []string{streamLogin}},
		"and another": {[]string{"login", "create"}, []string{streamLogin, streamSecurity, streamAudit}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range open(t, false, providers.Options{Filter: providers.Filter{Actions: tt.actions}}).Streams {
				if s.Default {
					got = append(got, s.Name)
				}
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestRequest(t *testing.T) {
	since := time.Date(2026, 3, 11, 9, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		stream string
		actors []string
		path   string
		query  string
	}{
		"login":            {streamLogin, []string{"5"}, "/account-info/v3/activity/login", "limit=200&userId=5&x=y&after=a%3D"},
		"login, two users": {streamLogin, []string{"5", "6"}, "/account-info/v3/activity/login", "limit=200&x=y&after=a%3D"},
		"security":         {streamSecurity, []string{"5"}, "/account-info/v3/activity/security", "limit=200&userId=5&fromTimestamp=1773219600000&toTimestamp=1773223200000&x=y&after=a%3D"},
		"audit, two users": {streamAudit, []string{"5", "6"}, "/account-info/v3/activity/audit-logs", "limit=100&occurredAfter=2026-03-11T09%3A00%3A00.000Z&occurredBefore=2026-03-11T10%3A00%3A00.000Z&actingUserId=5&actingUserId=6&x=y&after=a%3D"},
		"audit, no number": {streamAudit, []string{"eda"}, "/account-info/v3/activity/audit-logs", "limit=100&occurredAfter=2026-03-11T09%3A00%3A00.000Z&occurredBefore=2026-03-11T10%3A00%3A00.000Z&x=y&after=a%3D"},
	} {
		t.Run(name, func(t *testing.T) {
			source := open(t, false, providers.Options{Filter: providers.Filter{ActorIDs: tt.actors}, RemoteQuery: map[string]string{"x": "y"}})
			client := providertest.Body(`{"results":[]}`, nil)
			_, err := providertest.Stream(t, source, tt.stream).Fetch(t.Context(), client, providers.Query{Since: since, Until: since.Add(time.Hour), Cursor: "a=", PageSize: 200})
			require.NoError(t, err)
			assert.Equal(t, tt.path, client.Requests()[0].Path)
			assert.Equal(t, tt.query, client.Requests()[0].Query.Encode())
		})
	}
}

func TestPaging(t *testing.T) {
	for name, tt := range map[string]struct{ cursor, body, next string }{
		"goes on":             {"", `{"results":[{}],"paging":{"next":{"after":"b"}}}`, "b"},
		"no paging":           {"a", `{"results":[{}]}`, ""},
		"no next":             {"a", `{"results":[{}],"paging":{}}`, ""},
		"an empty page ends":  {"a", `{"results":[],"paging":{"next":{"after":"b"}}}`, ""},
		"the same token ends": {"a", `{"results":[{}],"paging":{"next":{"after":"a"}}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			stream := providertest.Stream(t, open(t, true, providers.Options{}), streamLogin)
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{Cursor: tt.cursor, PageSize: 200})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.next != "", page.More)
		})
	}
}

func TestRepeatsInTheAuditLog(t *testing.T) {
	const rows = `{"results":[{"id":"1","category":"LOGIN"},{"id":"2","category":"CRITICAL_ACTION"},{"id":"3","category":"PIPELINE"}]}`
	for name, tt := range map[string]struct {
		overlap bool
		streams []string
		refuse  string
		kept    int
	}{
		"all streams":              {false, nil, "", 1},
		"kept on request":          {true, nil, "", 3},
		"without the login stream": {false, []string{streamSecurity, streamAudit}, "", 2},
		"audit log alone":          {false, []string{streamAudit}, "", 3},
		"login is refused":         {false, nil, streamLogin, 2},
		"security is refused":      {false, nil, streamSecurity, 2},
	} {
		t.Run(name, func(t *testing.T) {
			source := open(t, tt.overlap, providers.Options{Streams: tt.streams})
			if tt.refuse != "" {
				_, err := providertest.Stream(t, source, tt.refuse).Fetch(t.Context(), providertest.Refuse(source, 403, nil, `{"category":"MISSING_SCOPES"}`), providers.Query{PageSize: 1})
				require.Error(t, err)
			}
			page, err := providertest.Stream(t, source, streamAudit).Fetch(t.Context(), providertest.Body(rows, nil), providers.Query{PageSize: 100})
			require.NoError(t, err)
			assert.Len(t, page.Events, tt.kept)
			assert.Equal(t, 3-tt.kept, page.Filtered)
		})
	}
}

func TestErrors(t *testing.T) {
	body := func(category string) string {
		return `{"status":"error","message":"text","correlationId":"c","category":"` + category + `"}`
	}
	for name, tt := range map[string]struct {
		status       int
		body, cursor string
		want         providers.Class
		text         string
	}{
		"wrong token":    {401, body("INVALID_AUTHENTICATION"), "", providers.Unauthorized, "rotated"},
		"expired token":  {401, body("EXPIRED_AUTHENTICATION"), "", providers.Unauthorized, "EXPIRED_AUTHENTICATION"},
		"scope or plan":  {403, body("MISSING_SCOPES"), "", providers.Denied, "account-info.security.read"},
		"stale token":    {400, body("VALIDATION_ERROR"), "a", providers.CursorLost, ""},
		"bad parameter":  {400, body("VALIDATION_ERROR"), "", providers.Denied, "text"},
		"ten seconds":    {429, `{"policyName":"TEN_SECONDLY_ROLLING"}`, "", providers.Throttled, ""},
		"the day":        {429, `{"policyName":"DAILY","message":"x"}`, "", providers.Throttled, "of the day"},
		"maker has left": {403, body("USER_DOES_NOT_HAVE_PERMISSIONS"), "", providers.Denied, "USER_DOES_NOT_HAVE_PERMISSIONS"},
		"being moved":    {477, ``, "", providers.Throttled, "data centres"},
		"outage":         {502, `<html>`, "", providers.Transient, ""},
		"login page":     {200, `<html>`, "", providers.Transient, "not JSON"},
		"another answer": {200, `{}`, "", providers.Transient, "results is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source := open(t, false, providers.Options{})
			_, err := source.Streams[0].Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Cursor: tt.cursor, PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}
