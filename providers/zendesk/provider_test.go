package zendesk

import (
	"net/netip"
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
	return source, providertest.Stream(t, source, "audit_logs")
}

func TestGolden(t *testing.T) {
	_, stream := open(t, providers.Options{})
	providertest.Golden(t, stream, "testdata/audit_logs")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, providers.Options{})
	providertest.Fuzz(f, stream, `{"id":1,"action":"login","actor_id":"-","change_description":"using  from "}`)
}

func TestAction(t *testing.T) {
	for name, tt := range map[string]struct {
		verb, source, label, change string
		want                        providers.Action
	}{
		"sign-in":                     {"login", "user", "", "Successful sign-in using x from y", providers.Login},
		"failed sign-in":              {"login", "user", "", "Unsuccessful sign-in", providers.LoginFailed},
		"export":                      {"exported", "account", "", "", providers.Exported},
		"suspended":                   {"update", "user_setting", "Suspension state: A", "Suspended", providers.UserDeactivated},
		"suspended, other case":       {"Create", "User_Setting", "suspension state: A", "suspended", providers.UserDeactivated},
		"unsuspended":                 {"update", "user_setting", "Suspension state: A", "Unsuspended", providers.UserUpdated},
		"other setting of a user":     {"create", "user_setting", "Signature", "x", providers.UserUpdated},
		"setting of a user destroyed": {"destroy", "user_setting", "", "", providers.Destroy},
		"user":                        {"create", "user", "", "", providers.UserCreated},
		"role":                        {"update", "user", "", "role changed", providers.UserUpdated},
		"user destroyed":              {"destroy", "user", "", "", providers.UserDeleted},
		"rule":                        {"create", "rule", "", "", providers.Create},
		"account setting":             {"create", "account_setting", "", "Enabled", providers.Updated},
		"api token":                   {"update", "api_token", "", "", providers.Updated},
		"group destroyed":             {"destroy", "group", "", "", providers.Destroy},
		"unknown":                     {"merge", "organization", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, action(tt.verb, tt.source, tt.label, tt.change)) })
	}
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		config Config
		opts   providers.Options
		want   string
	}{
		"API token":      {Config{Subdomain: "acme", Email: "a@example.com", APIToken: "t"}, providers.Options{}, ""},
		"OAuth token":    {Config{Subdomain: "acme", AccessToken: "t"}, providers.Options{}, ""},
		"OAuth client":   {Config{Subdomain: "acme", ClientID: "i", ClientSecret: "s", Scope: "read"}, providers.Options{}, ""},
		"endpoint only":  {Config{AccessToken: "t"}, providers.Options{Endpoint: "https://support.example.com"}, ""},
		"no subdomain":   {Config{AccessToken: "t"}, providers.Options{}, "subdomain: is required unless endpoint is set"},
		"a host":         {Config{Subdomain: "acme.zendesk.com", AccessToken: "t"}, providers.Options{}, "first part of the host only"},
		"e-mail alone":   {Config{Subdomain: "acme", Email: "a@example.com"}, providers.Options{}, "api_token: is required for API token"},
		"two":            {Config{Subdomain: "acme", AccessToken: "t", ClientID: "i", ClientSecret: "s"}, providers.Options{}, "several credentials"},
		"none":           {Config{Subdomain: "acme"}, providers.Options{}, "no credential is set"},
		"auth extension": {Config{Subdomain: "acme"}, providers.Options{ExternalAuth: true}, ""},
		"no scope":       {Config{Subdomain: "acme", ClientID: "i", ClientSecret: "s"}, providers.Options{}, "scope: is required"},
		"lag":            {Config{Subdomain: "acme", AccessToken: "t", Lag: 2 * time.Hour}, providers.Options{}, "lag: 2h0m0s is outside"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tt.config.Open(tt.opts)
			if tt.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tt.want)
			}
		})
	}
}

func TestAuth(t *testing.T) {
	assert.Equal(t, providers.BasicAuth{Username: "a@example.com/token", Password: "t"}, (&Config{Email: "a@example.com", APIToken: "t"}).auth())
	assert.Equal(t, providers.Bearer("t"), (&Config{AccessToken: "t"}).auth())
	auth, ok := (&Config{ClientID: "i", ClientSecret: "s", Scope: "auditlogs:read"}).auth().(providers.TokenAuth)
	require.True(t, ok)
	assert.True(t, auth.JSON)
	assert.Equal(t, "/oauth/tokens", auth.URL)
}

func TestPaging(t *testing.T) {
	for name, tt := range map[string]struct {
		body, next string
		more       bool
		err        string
	}{
		"goes on":                    {`{"audit_logs":[{"id":1}],"meta":{"has_more":true,"after_cursor":"a"}}`, "a", true, ""},
		"an empty page goes on":      {`{"audit_logs":[],"meta":{"has_more":true,"after_cursor":"a"}}`, "a", true, ""},
		"the last page has a cursor": {`{"audit_logs":[{"id":1}],"meta":{"has_more":false,"after_cursor":"a"}}`, "", false, ""},
		"null cursors":               {`{"audit_logs":[],"meta":{"has_more":false,"after_cursor":null}}`, "", false, ""},
		"no meta":                    {`{"audit_logs":[]}`, "", false, ""},
		"more, but no cursor":        {`{"audit_logs":[],"meta":{"has_more":true}}`, "", false, "without meta.after_cursor"},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{PageSize: 100})
			if tt.err != "" {
				assert.ErrorContains(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.more, page.More)
		})
	}
}

func TestRequest(t *testing.T) {
	const window = "page%5Bsize%5D=100&sort=created_at&filter%5Bcreated_at%5D%5B%5D=2026-03-05T10%3A00%3A00Z&filter%5Bcreated_at%5D%5B%5D=2026-03-05T11%3A00%3A00Z"
	prefix := func(s string) netip.Prefix { return netip.MustParsePrefix(s) }
	for name, tt := range map[string]struct {
		filter providers.Filter
		want   string
	}{
		"start and end in this order": {providers.Filter{}, ""},
		"entity with its type":        {providers.Filter{EntityTypes: []string{"Rule"}, Entities: []string{"7"}}, "&filter%5Bsource_type%5D=rule&filter%5Bsource_id%5D=7"},
		"entity alone":                {providers.Filter{Entities: []string{"7"}}, ""},
		"actor":                       {providers.Filter{ActorIDs: []string{"1900000000011"}}, "&filter%5Bactor_id%5D=1900000000011"},
		"no number":                   {providers.Filter{ActorIDs: []string{"ida"}}, ""},
		"two actors":                  {providers.Filter{ActorIDs: []string{"1", "2"}}, ""},
		"address":                     {providers.Filter{IPs: []netip.Prefix{prefix("192.0.2.21/32")}}, "&filter%5Bip_address%5D=192.0.2.21"},
		"network":                     {providers.Filter{IPs: []netip.Prefix{prefix("192.0.2.0/24")}}, ""},
		"login_failed":                {providers.Filter{Actions: []string{"login_failed"}}, "&filter%5Baction%5D=login"},
		"user_created":                {providers.Filter{Actions: []string{"user_created"}}, "&filter%5Baction%5D=create"},
		"user_deleted":                {providers.Filter{Actions: []string{"user_deleted"}}, "&filter%5Baction%5D=destroy"},
		"user_deactivated":            {providers.Filter{Actions: []string{"user_deactivated"}}, ""},
		"raw update":                  {providers.Filter{Actions: []string{"update"}}, "&filter%5Baction%5D=update"},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, providers.Options{Filter: tt.filter})
			client := providertest.Body(`{"audit_logs":[]}`, nil)
			_, err := stream.Fetch(t.Context(), client, providers.Query{
				Since: time.Date(2026, 3, 5, 10, 0, 0, 0, time.UTC), Until: time.Date(2026, 3, 5, 11, 0, 0, 0, time.UTC), PageSize: 100, Cursor: "a=",
			})
			require.NoError(t, err)
			assert.Equal(t, window+tt.want+"&page%5Bafter%5D=a%3D", client.Requests()[0].Query.Encode())
		})
	}
}

func TestErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		status       int
		body, cursor string
		want         providers.Class
		text         string
	}{
		"credential":       {401, `{"error":"Couldn't authenticate you"}`, "", providers.Unauthorized, "token access"},
		"OAuth token":      {401, `{"error":"invalid_token","error_description":"expired"}`, "", providers.Unauthorized, "expired"},
		"no admin, object": {403, `{"error":{"title":"Forbidden","message":"You do not have access to this page."}}`, "", providers.Denied, "You do not have access"},
		"no admin, text":   {403, `{"error":"Forbidden","description":"Missing scopes"}`, "", providers.Denied, "Missing scopes"},
		"plan":             {404, `{"error":"RecordNotFound","description":"Not found"}`, "", providers.Denied, "plan without the audit log"},
		"wrong subdomain":  {404, `<html>No help desk at x</html>`, "", providers.Denied, "subdomain"},
		"bad filter":       {422, `{"error":"InvalidValue","description":"x"}`, "", providers.Denied, "InvalidValue"},
		"bad page size":    {400, `{"errors":[{"code":"InvalidPaginationParameter","title":"bad","detail":"page[size] is wrong"}]}`, "", providers.Denied, "InvalidPaginationParameter: page[size] is wrong"},
		"bad cursor":       {400, `{"errors":[{"code":"InvalidPaginationParameter"}]}`, "c", providers.CursorLost, "InvalidPaginationParameter"},
		"bad cursor, 422":  {422, `{"error":"x"}`, "c", providers.CursorLost, ""},
		"rate limit":       {429, `Too many requests`, "", providers.Throttled, ""},
		"maintenance":      {503, ``, "", providers.Transient, ""},
		"HTML":             {200, `<html>`, "", providers.Transient, "not JSON"},
		"another list":     {200, `{"tickets":[]}`, "", providers.Transient, "audit_logs is missing"},
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
