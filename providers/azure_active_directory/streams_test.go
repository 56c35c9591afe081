package azureactivedirectory

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

const nextLink = "https://graph.microsoft.com/v1.0/auditLogs/signIns?$top=2&$filter=createdDateTime%20ge%202026&$skiptoken=a+b%2F_2"

func TestPaging(t *testing.T) {
	for name, tt := range map[string]struct{ body, next string }{
		"next link":          {`{"@odata.nextLink":"` + nextLink + `","value":[{"id":"1"}]}`, nextLink},
		"empty page goes on": {`{"value":[],"@odata.nextLink":"` + nextLink + `"}`, nextLink},
		"no link":            {`{"@odata.context":"x","value":[{"id":"1"}]}`, ""},
		"null link":          {`{"@odata.nextLink":null,"value":[]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, "sign_ins", nil, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{PageSize: 2})
			require.NoError(t, err)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.next != "", page.More)
			assert.Empty(t, page.Branches)
		})
	}
}

func TestALinkGoesOutAsItCame(t *testing.T) {
	_, stream := open(t, "sign_ins", nil, providers.Options{RemoteQuery: map[string]string{"x": "y"}})
	client := providertest.Body(`{"value":[]}`, nil)
	_, err := stream.Fetch(t.Context(), client, providers.Query{Cursor: nextLink, PageSize: 2})
	require.NoError(t, err)
	assert.Equal(t, providers.Request{Link: nextLink}, client.Requests()[0])
}

func TestRequest(t *testing.T) {
	const window = "createdDateTime ge 2026-03-02T07:00:00Z and createdDateTime le 2026-03-02T08:00:00Z"
	prefix := func(s string) []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix(s)} }
	for name, tt := range map[string]struct {
		filter providers.Filter
		remote map[string]string
		want   string
	}{
		"plain":             {providers.Filter{}, nil, ""},
		"signed in":         {providers.Filter{Actions: []string{"login"}}, nil, " and status/errorCode eq 0"},
		"signed in or not":  {providers.Filter{Actions: []string{"login", "login_failed"}}, nil, ""},
		"users":             {providers.Filter{ActorIDs: []string{"u1", "o'u"}}, nil, " and (userId eq 'u1' or userId eq 'o''u')"},
		"application":       {providers.Filter{Entities: []string{"a1"}}, nil, " and appId eq 'a1'"},
		"address":           {providers.Filter{IPs: prefix("203.0.113.7/32")}, nil, " and (startswith(ipAddress,'203.0.113.7') or startswith(ipAddress,'::ffff:203.0.113.7'))"},
		"range":             {providers.Filter{IPs: prefix("203.0.113.0/24")}, nil, ""},
		"IPv6":              {providers.Filter{IPs: prefix("2001:db8::1/128")}, nil, ""},
		"the user's filter": {providers.Filter{ActorIDs: []string{"u1"}}, map[string]string{"$filter": "isInteractive eq true or appId eq 'x'"}, " and userId eq 'u1' and (isInteractive eq true or appId eq 'x')"},
		"too long":          {providers.Filter{ActorIDs: strings.Split(strings.Repeat("x", 200), "")}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, "sign_ins", nil, providers.Options{Filter: tt.filter, RemoteQuery: tt.remote})
			client := providertest.Body(`{"value":[]}`, nil)
			_, err := stream.Fetch(t.Context(), client, query(""))
			require.NoError(t, err)
			assert.Equal(t, providers.Params{
				{Key: "$filter", Value: window + tt.want}, {Key: "$orderby", Value: "createdDateTime asc"}, {Key: "$top", Value: "500"},
			}, client.Requests()[0].Query)
		})
	}
}

func query(cursor string) providers.Query {
	return providers.Query{
		Since: time.Date(2026, 3, 2, 8, 0, 0, 0, time.FixedZone("", 3600)), Until: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC),
		Cursor: cursor, PageSize: 500,
	}
}

func TestAuditRequest(t *testing.T) {
	const window = "activityDateTime ge 2026-03-02T07:00:00Z and activityDateTime le 2026-03-02T08:00:00Z"
	for name, tt := range map[string]struct {
		filter providers.Filter
		want   string
	}{
		"plain":              {providers.Filter{}, ""},
		"the vendor's words": {providers.Filter{Actions: []string{"Add user", "Consent to application"}}, " and (activityDisplayName eq 'Add user' or activityDisplayName eq 'Consent to application')"},
		"a unified action":   {providers.Filter{Actions: []string{"Add user", "user_deleted"}}, ""},
		"user":               {providers.Filter{ActorIDs: []string{"u1"}}, " and initiatedBy/user/id eq 'u1'"},
		"targets":            {providers.Filter{Entities: []string{"e1", "e2"}}, " and (targetResources/any(t: t/id eq 'e1') or targetResources/any(t: t/id eq 'e2'))"},
		"address":            {providers.Filter{IPs: []netip.Prefix{netip.MustParsePrefix("203.0.113.7/32")}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, "directory_audits", nil, providers.Options{Filter: tt.filter, RemoteQuery: map[string]string{"$select": "id"}})
			client := providertest.Body(`{"value":[]}`, nil)
			_, err := stream.Fetch(t.Context(), client, query(""))
			require.NoError(t, err)
			assert.Equal(t, providers.Params{
				{Key: "$filter", Value: window + tt.want}, {Key: "$orderby", Value: "activityDateTime asc"}, {Key: "$top", Value: "500"}, {Key: "$select", Value: "id"},
			}, client.Requests()[0].Query)
			assert.NotContains(t, client.Requests()[0].Query.Encode(), "+", "blanks go as %20")
		})
	}
}

// Each kind of sign-in is asked for by itself, because beta sends interactive ones
// only unless told otherwise.
func TestKindsOfSignIn(t *testing.T) {
	_, stream := open(t, "sign_ins", func(c *Config) {
		c.SignInEventTypes = []string{"servicePrincipal", "interactiveUser", "nonInteractiveUser", "servicePrincipal"}
	}, providers.Options{})
	assert.Equal(t, providers.Unordered, stream.Order)
	client := providertest.Body(`{"value":[{"id":"1"}],"@odata.nextLink":"`+nextLink+`"}`, nil)
	page, err := stream.Fetch(t.Context(), client, query(""))
	require.NoError(t, err)
	assert.Equal(t, []string{"kind=nonInteractiveUser", "kind=servicePrincipal"}, page.Branches)
	assert.Equal(t, nextLink, page.Next)
	for _, cursor := range append(page.Branches, page.Next) {
		page, err = stream.Fetch(t.Context(), client, query(cursor))
		require.NoError(t, err)
		assert.Empty(t, page.Branches, "only the first page of the window has branches")
	}
	asked := client.Requests()
	for i, kind := range []string{"interactiveUser", "nonInteractiveUser", "servicePrincipal"} {
		assert.Equal(t, "/beta/auditLogs/signIns", asked[i].Path)
		assert.Contains(t, asked[i].Query[0].Value, " and signInEventTypes/any(t: t eq '"+kind+"')")
	}
	assert.Equal(t, nextLink, asked[3].Link)
}

func TestOneKindHasNoBranches(t *testing.T) {
	_, stream := open(t, "sign_ins", func(c *Config) { c.SignInEventTypes = []string{"managedIdentity"} }, providers.Options{})
	assert.Equal(t, providers.OldestFirst, stream.Order)
	client := providertest.Body(`{"value":[]}`, nil)
	page, err := stream.Fetch(t.Context(), client, query(""))
	require.NoError(t, err)
	assert.Empty(t, page.Branches)
	assert.Contains(t, client.Requests()[0].Query[0].Value, "'managedIdentity'")
}

func TestAction(t *testing.T) {
	for _, tt := range []struct {
		activity, service, category string
		want                        providers.Action
	}{
		{"Add user", "Core Directory", "UserManagement", providers.UserCreated},
		{"User_Create", "B2C", "", providers.UserCreated},
		{"invite external user", "Invited Users", "", providers.UserInvited},
		{"Redeem extern user invite", "", "", providers.UserJoined},
		{"Disable account", "", "", providers.UserDeactivated},
		{"Hard Delete user", "", "", providers.UserDeleted},
		{"Reset password (self-service)", "Self-service Password Management", "", providers.UserUpdated},
		{"Add FIDO2 security key", "", "", providers.UserUpdated},
		{"Add member to role in PIM completed (timebound)", "PIM", "", providers.UserUpdated},
		{"Remove eligible member from role in PIM completed (permanent)", "PIM", "", providers.UserUpdated},
		{"Add member to role in PIM requested (timebound)", "PIM", "", "Add member to role in PIM requested (timebound)"},
		{"Add app role assignment to group", "Core Directory", "", providers.Updated},
		{"Add member to group", "", "", providers.Updated},
		{"Remove owner from application", "", "", providers.Updated},
		{"Add delegated permission grant", "", "", providers.Updated},
		{"Assign license to group", "", "", providers.Updated},
		{"Add group", "", "", providers.Create},
		{"Pre-create Enterprise application", "", "", providers.Create},
		{"Register device", "", "", providers.Create},
		{"Hard Delete application", "", "", providers.Destroy},
		{"Hard as stone", "", "", "Hard as stone"},
		{"Remove service principal", "", "", providers.Destroy},
		{"Unregister device", "", "", providers.Destroy},
		{"Update application – Certificates and secrets management ", "", "", providers.Updated},
		{"Enable/Disable feature", "", "", providers.Updated},
		{"Add/Remove feature", "", "", "Add/Remove feature"},
		{"Rotate keys", "", "", providers.Updated},
		{"Download groups - finished (bulk)", "", "", providers.Exported},
		{"Download groups - started (bulk)", "", "", "Download groups - started (bulk)"},
		{"Export summary data - finished (bulk)", "", "", providers.Exported},
		{"Bulk create users - finished (bulk)", "", "", "Bulk create users - finished (bulk)"},
		{"Export", "Account Provisioning", "", "Export"},
		{"Update_Something", "", "", "Update_Something"},
		{"Issue an id_token to the application", "B2C", "Authentication", "Issue an id_token to the application"},
		{"Add session", "B2C", "Authentication", "Add session"},
		{"Consent to application", "", "", "Consent to application"},
		{"Reveal local administrator password", "", "", "Reveal local administrator password"},
		{"", "", "", ""},
	} {
		assert.Equal(t, tt.want, action(tt.activity, tt.service, tt.category), tt.activity)
	}
}

func TestSignInAction(t *testing.T) {
	for code, want := range map[string]providers.Action{
		"0": providers.Login, "50126": providers.LoginFailed, "53003": providers.LoginFailed, "500121": providers.LoginFailed,
		"50074": "signIn", "65001": "signIn", "16001": "signIn", "51006": "signIn", "": "signIn",
	} {
		got, outcome := signInAction(code)
		assert.Equal(t, want, got, code)
		assert.Equal(t, want == "signIn", outcome == "", code)
	}
}
