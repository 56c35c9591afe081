package github

import (
	"net/http"
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
	return source, providertest.Stream(t, source, "audit")
}

func TestGolden(t *testing.T) {
	_, stream := open(t, providers.Options{})
	providertest.Golden(t, stream, "testdata/audit")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, providers.Options{})
	providertest.Fuzz(f, stream,
		`{"@timestamp":1772435730250,"action":"user.login","actor":"a","actor_id":1,"user":[],"org":["x"],"repo":{}}`,
		`{"@timestamp":{},"created_at":"1","action":"git.clone","repository_public":true,"actor_is_bot":"true"}`)
}

func TestAction(t *testing.T) {
	for raw, want := range map[string]providers.Action{
		"user.login":                           providers.Login,
		"user.two_factor_challenge_failure":    providers.LoginFailed,
		"user.logout":                          providers.Logout,
		"external_identity.provision":          providers.UserCreated,
		"repository_invitation.create":         providers.UserInvited,
		"repository_invitation.accept":         providers.UserJoined,
		"external_identity.deprovision":        providers.UserDeactivated,
		"org.remove_outside_collaborator":      providers.UserDeleted,
		"two_factor_authentication.add_factor": providers.UserUpdated,
		"repo.download_zip":                    providers.Exported,
		"org.create_actions_secret":            providers.Create,
		"repo.create":                          providers.Create,
		"public_key.delete":                    providers.Destroy,
		"team.destroy":                         providers.Destroy,
		"repository_ruleset.update":            providers.Updated,
		"protected_branch.update_name":         providers.Updated,
		"issue_comment.edit":                   providers.Updated,
		"repo.rename":                          providers.Updated,
		"user.destroy":                         "user.destroy",
		"user.async_delete":                    "user.async_delete",
		"user.update":                          "user.update",
		"git.create":                           "git.create",
		"user.new_device_used":                 "user.new_device_used",
		"protected_branch.policy_override":     "protected_branch.policy_override",
		"repo.recreate":                        "repo.recreate",
		"create":                               "create",
		"":                                     "",
	} {
		assert.Equal(t, want, action(raw), raw)
	}
}

func TestConfig(t *testing.T) {
	app := func(c *Config) { c.Organization, c.AppID, c.InstallationID, c.PrivateKey = "o", "1", "2", "key" }
	for name, tt := range map[string]struct {
		set  func(*Config)
		want string // part of the error; empty: opens
	}{
		"organization":         {func(c *Config) { c.Organization, c.Token = "o", "t" }, ""},
		"enterprise":           {func(c *Config) { c.Enterprise, c.Token = "20001", "t" }, ""},
		"app":                  {app, ""},
		"app with a key file":  {func(c *Config) { app(c); c.PrivateKey, c.PrivateKeyFile = "", "/run/key.pem" }, ""},
		"web only":             {func(c *Config) { c.Organization, c.Token, c.Include = "o", "t", "web" }, ""},
		"neither":              {func(c *Config) { c.Token = "t" }, "organization: is required, or enterprise"},
		"both":                 {func(c *Config) { c.Organization, c.Enterprise, c.Token = "o", "e", "t" }, "are both set"},
		"address as name":      {func(c *Config) { c.Organization, c.Token = "https://github.com/o", "t" }, "organization: "},
		"enterprise with path": {func(c *Config) { c.Enterprise, c.Token = "enterprises/e", "t" }, "enterprise: "},
		"no credential":        {func(c *Config) { c.Organization = "o" }, "no credential is set"},
		"two credentials":      {func(c *Config) { app(c); c.Token = "t" }, "several credentials"},
		"half an app":          {func(c *Config) { c.Organization, c.AppID, c.InstallationID = "o", "1", "2" }, "private_key or private_key_file: is required for GitHub App"},
		"two keys":             {func(c *Config) { app(c); c.PrivateKeyFile = "/run/key.pem" }, "private_key, private_key_file: are both set"},
		"include":              {func(c *Config) { c.Organization, c.Token, c.Include = "o", "t", "api" }, `include: "api" is not valid`},
		"no version":           {func(c *Config) { c.Organization, c.Token, c.APIVersion = "o", "t", "" }, "api_version: is required"},
		"time in the phrase":   {func(c *Config) { c.Organization, c.Token, c.Phrase = "o", "t", "created:>2026-01-01" }, "phrase: must not have created:"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			tt.set(c)
			source, err := c.Open(providers.Options{})
			if tt.want != "" {
				assert.ErrorContains(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			assert.NotEmpty(t, source.Tenant)
		})
	}
}

func TestAuthExtensionStandsForACredential(t *testing.T) {
	c := newConfig()
	c.Organization = "o"
	_, err := c.Open(providers.Options{ExternalAuth: true})
	assert.NoError(t, err)
}

func TestSource(t *testing.T) {
	for name, tt := range map[string]struct {
		set       func(*Config)
		endpoint  string
		tenant    string
		retention time.Duration
	}{
		"organization":   {func(c *Config) { c.Organization = "Example-Org" }, "", "orgs/example-org", 180 * day},
		"enterprise":     {func(c *Config) { c.Enterprise = "example-ent" }, "", "enterprises/example-ent", 180 * day},
		"own server":     {func(c *Config) { c.Organization = "o" }, "https://github.example.com/api/v3", "orgs/o", 0},
		"data residency": {func(c *Config) { c.Organization = "o" }, "https://api.example.ghe.com", "orgs/o", 180 * day},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			c.Token = "t"
			tt.set(c)
			source := providertest.Open(t, c, providers.Options{Endpoint: tt.endpoint})
			assert.Equal(t, tt.tenant, source.Tenant)
			if tt.endpoint != "" {
				assert.Equal(t, tt.endpoint, source.Endpoint)
			}
			assert.Equal(t, tt.retention, source.Streams[0].Retention)
			assert.Equal(t, "2022-11-28", source.Header.Get("X-GitHub-Api-Version"))
			assert.Equal(t, "application/vnd.github+json", source.Header.Get("Accept"))
		})
	}
}

func TestIdsAreKeptForTwiceTheOverlap(t *testing.T) {
	_, stream := open(t, providers.Options{})
	assert.Equal(t, 30*time.Minute, stream.Remember)
	_, stream = open(t, providers.Options{Overlap: time.Hour})
	assert.Equal(t, 2*time.Hour, stream.Remember)
}

func TestAuth(t *testing.T) {
	c := newConfig()
	c.Token = "ghp_example"
	assert.Equal(t, providers.Bearer("ghp_example"), c.auth())

	c = newConfig()
	c.AppID, c.InstallationID, c.PrivateKey = "Iv1.example", "42", "-----BEGIN RSA PRIVATE KEY-----"
	auth, ok := c.auth().(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "/app/installations/42/access_tokens", auth.URL)
	assert.Empty(t, auth.AssertionParam, "the JWT goes as bearer")
	assert.Equal(t, "Iv1.example", auth.Assertion.Issuer)
	assert.Equal(t, "RS256", auth.Assertion.Algorithm)
	assert.Equal(t, time.Minute, auth.Assertion.Backdate)
	assert.LessOrEqual(t, auth.Assertion.Lifetime, 10*time.Minute)
	assert.Equal(t, "token", auth.TokenField)
	assert.Equal(t, "expires_at", auth.ExpiresAtField)
	assert.Equal(t, 5*time.Minute, auth.Early)
	assert.Equal(t, "2022-11-28", auth.Header["X-GitHub-Api-Version"])
}

func TestPaging(t *testing.T) {
	const next = "https://api.github.com/organizations/7000001/audit-log?phrase=created%3A%3E%3D2026&after=MTc3Mi4w%7Ck&before="
	link := func(values ...string) http.Header { return http.Header{"Link": values} }
	for name, tt := range map[string]struct {
		body   string
		header http.Header
		next   string
	}{
		"next link":             {`[{"action":"a"}]`, link(`<` + next + `>; rel="next", <https://api.github.com/x?after=&before=>; rel="first"`), next},
		"empty page goes on":    {`[]`, link(`<` + next + `>; rel="next"`), next},
		"only other links":      {`[{"action":"a"}]`, link(`<https://api.github.com/x>; rel="first", <https://api.github.com/y>; rel="prev"`), ""},
		"no link":               {`[{"action":"a"}]`, nil, ""},
		"pages of an older GHE": {`[]`, link(`<https://github.example.com/api/v3/orgs/o/audit-log?page=2>; rel="next"`), "https://github.example.com/api/v3/orgs/o/audit-log?page=2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, tt.header), providers.Query{PageSize: 100})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.next != "", page.More)
		})
	}
}

func TestRequest(t *testing.T) {
	c := newConfig()
	c.Enterprise, c.Token, c.Phrase = "example-ent", "t", "-action:workflows"
	source := providertest.Open(t, c, providers.Options{
		Filter:      providers.Filter{Actions: []string{"org.update_member"}},
		RemoteQuery: map[string]string{"b": "2", "a": "1"},
	})
	client := providertest.Body(`[]`, nil)
	query := providers.Query{
		Since: time.Date(2026, 3, 2, 8, 0, 0, 0, time.FixedZone("", 3600)), Until: time.Date(2026, 3, 2, 7, 15, 0, 0, time.UTC), PageSize: 50,
	}
	_, err := source.Streams[0].Fetch(t.Context(), client, query)
	require.NoError(t, err)
	query.Cursor = "https://api.github.com/enterprises/20001/audit-log?after=x%7C1&before=&order=asc"
	_, err = source.Streams[0].Fetch(t.Context(), client, query)
	require.NoError(t, err)

	requests := client.Requests()
	assert.Equal(t, "/enterprises/example-ent/audit-log", requests[0].Path)
	assert.Equal(t, providers.Params{
		{Key: "phrase", Value: "created:>=2026-03-02T07:00:00Z created:<=2026-03-02T07:15:00Z action:org.update_member -action:workflows"},
		{Key: "include", Value: "all"},
		{Key: "order", Value: "asc"},
		{Key: "per_page", Value: "50"},
		{Key: "a", Value: "1"},
		{Key: "b", Value: "2"},
	}, requests[0].Query)
	assert.Equal(t, query.Cursor, requests[1].Link, "a link goes out as it came")
	assert.Empty(t, requests[1].Query)
	assert.Empty(t, requests[1].Path)
}

func TestErrors(t *testing.T) {
	message := func(m string) string {
		return `{"message":"` + m + `","documentation_url":"https://docs.github.com/rest","status":"0"}`
	}
	header := func(name, value string) http.Header {
		h := http.Header{}
		h.Set(name, value)
		return h
	}
	for name, tt := range map[string]struct {
		status       int
		header       http.Header
		body, cursor string
		want         providers.Class
		text         string
	}{
		"bad credentials":           {401, nil, message("Bad credentials"), "", providers.Unauthorized, "Bad credentials"},
		"primary limit":             {403, header("X-RateLimit-Remaining", "0"), message("API rate limit exceeded for user ID 1."), "", providers.Throttled, ""},
		"primary limit, 429":        {429, header("X-RateLimit-Remaining", "0"), ``, "", providers.Throttled, ""},
		"secondary limit, by time":  {403, header("Retry-After", "60"), ``, "", providers.Throttled, ""},
		"secondary limit, by words": {403, header("X-RateLimit-Remaining", "1700"), message("You have exceeded a secondary rate limit."), "", providers.Throttled, "secondary"},
		"limit without a header":    {429, nil, ``, "", providers.Throttled, ""},
		"app lacks permission":      {403, header("X-RateLimit-Remaining", "1700"), message("Resource not accessible by integration"), "", providers.Denied, "Administration: read"},
		"token lacks permission":    {403, nil, message("Resource not accessible by personal access token"), "", providers.Denied, "read:audit_log"},
		"single sign-on":            {403, header("X-GitHub-SSO", "required; url=https://github.com/orgs/example-org/sso?authorization_request=AZSCKEXAMPLE"), message("Resource protected by organization SAML enforcement."), "", providers.Denied, "single sign-on: https://github.com/orgs/example-org/sso)"},
		"address not allowed":       {403, nil, message("Although you appear to have the correct authorization credentials, the organization has an IP allow list enabled"), "", providers.Denied, "add this machine's public address"},
		"hidden or missing":         {404, nil, message("Not Found"), "", providers.Denied, "plan is not Enterprise"},
		"phrase":                    {422, nil, message("Validation Failed"), "", providers.Denied, "check phrase"},
		"link refused":              {422, nil, message("Invalid cursor"), "https://api.github.com/x?after=1", providers.CursorLost, ""},
		"link refused, 400":         {400, nil, message("Bad request"), "https://api.github.com/x?after=1", providers.CursorLost, ""},
		"overload":                  {502, nil, `<html>`, "", providers.Transient, ""},
		"time-out":                  {504, nil, ``, "", providers.Transient, ""},
		"login page":                {200, nil, `<html>`, "", providers.Transient, "not JSON"},
		"an object instead":         {200, nil, `{"a":1}`, "", providers.Transient, "a list was expected"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, tt.header, tt.body), providers.Query{Cursor: tt.cursor, PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
			assert.NotContains(t, err.Error(), "AZSCK", "the one-time request stays out of errors")
		})
	}
}
