package salesforce

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

var host = providers.Options{Endpoint: "https://acme.my.salesforce.com"}

func open(t testing.TB, set func(*Config), o providers.Options) *providers.Source {
	t.Helper()
	c := newConfig()
	c.ClientID, c.ClientSecret = "k", "s"
	if set != nil {
		set(c)
	}
	o.Endpoint = host.Endpoint
	return providertest.Open(t, c, o)
}

const orgID, callerID = "00D5g000004AbCdEAK", "0055g00000SeLfSAAV"

// org serves a body, and the fixed answers to the look-ups beside it.
func org(body string) *providertest.Client {
	return &providertest.Client{Answer: func(r providers.Request) (*providers.Response, error) {
		q := r.Query.Encode()
		resp := &providers.Response{Status: 200, Header: http.Header{}, Body: body}
		switch {
		case r.Stream:
			resp.Body, resp.Stream = "", io.NopCloser(strings.NewReader(body))
		case r.Path == "/services/data/v60.0/":
			resp.Body = `{"query":"/services/data/v60.0/query","identity":"https://acme.my.salesforce.com/id/` + orgID + "/" + callerID + `"}`
		case strings.Contains(q, "FROM%20User%20"):
			resp.Body = `{"done":true,"records":[{"Id":"0055g00000AbCdEAAV","Username":"ada@example.com","Email":"ada.admin@example.com","Name":"Ada Admin"}]}`
		}
		return resp, nil
	}}
}

func TestGolden(t *testing.T) {
	for _, name := range []string{streamLogins, streamSetup} {
		t.Run(name, func(t *testing.T) {
			stream := providertest.Stream(t, open(t, nil, providers.Options{}), name)
			providertest.GoldenWith(t, stream, "testdata/"+name, org)
		})
	}
}

// The pages of files are the rows as objects: the vendor's CSV is made of them.
func TestGoldenFiles(t *testing.T) {
	stream := providertest.Stream(t, open(t, nil, providers.Options{}), streamFiles)
	fetch := stream.Fetch
	stream.Fetch = func(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
		q.Cursor = "file /LogFile 0 0"
		return fetch(ctx, c, q)
	}
	providertest.GoldenWith(t, stream, "testdata/"+streamFiles, func(body string) *providertest.Client { return org(asCSV(t, body)) })
}

// asCSV makes a file of a list of rows, with every value in quotes.
func asCSV(t *testing.T, list string) string {
	t.Helper()
	var b strings.Builder
	line := func(values []gjson.Result) {
		for i, v := range values {
			b.WriteString([]string{"", ","}[min(i, 1)] + `"` + strings.ReplaceAll(v.String(), `"`, `""`) + `"`)
		}
		b.WriteByte('\n')
	}
	line(gjson.Get(list, "0.@keys").Array())
	for _, r := range gjson.Parse(list).Array() {
		line(r.Get("@values").Array())
	}
	return b.String()
}

func fuzz(f *testing.F, name string) {
	providertest.Fuzz(f, providertest.Stream(f, open(f, nil, providers.Options{}), name),
		`{"Id":"1","Status":"Success","Action":"createdxuser","Display":"UserID: [005000000000000]","EVENT_TYPE":"LoginAs","TIMESTAMP":"20260203091422.1"}`)
}

func FuzzDecodeLogin(f *testing.F) { fuzz(f, streamLogins) }
func FuzzDecodeSetup(f *testing.F) { fuzz(f, streamSetup) }
func FuzzDecodeFile(f *testing.F)  { fuzz(f, streamFiles) }

// The whole table, in the words of the vendor, and what the rules make of their like.
func TestSetupAction(t *testing.T) {
	for want, words := range map[providers.Action]string{
		providers.Login:           "suOrgAdminLogin suNetworkAdminLogin suPRMAdminLogin suloginaccessused SUORGADMINLOGIN",
		providers.Logout:          "suOrgAdminLogout suNetworkAdminLogout suPRMAdminLogout suLogout SULOGOUT",
		providers.UserCreated:     "createduser createdcustomersuccessuser createdpartneruser createdHighVolumePortalUser creatednetworkuser",
		providers.UserDeactivated: "deactivateduser frozeuser userlockedout CSPUserDisabled PRMUserDisabled",
		providers.UserUpdated: "activateduser unfrozeuser unlockeduser changedpassword resetpassword changedemail useremailchangesent changedusername " +
			"changedcommunitynickname changedfederationid changedManager changedDelegateApprover changedApproverRequestEmails registeredUserPhoneNumber " +
			"unregisterdUserPhoneNumber changedprofileforuser changedprofileforuserstdtostd changedroleforuser changedroleforuserfromnone " +
			"changedUserAdminVerifiedStatusVerified changedUserEmailVerifiedStatus changedUserPhoneVerifiedStatusUnverified changedMarketingUserOffOn " +
			"changedofflineuseronoff insertTwoFactorInfo deleteTwoFactorInfo2 insertAuthenticatorPairing deleteAuthenticatorPairing " +
			"twoFactorWebAuthN_editNickname lightningloginenroll lightninglogincancel PermSetAssign PermSetUnassign PermSetGroupAssign PermSetGroupUnassign " +
			"PermSetLicenseAssign granteduserpackagelicense userAllowForecastingOn userAllowForecastingOff",
		providers.Updated: "groupMembership queueMembership newProfileUIOffOn myDomainOnOff changedApexClass changeOrgName updatedsharingrule updateRule " +
			"modifiedflow activatedflow deactivatedinteraction orgWideSharingChange customTabChanged profileFlsChangedCustom profilePageLayoutChangedStandard",
		providers.Create:  "newValidation holiday_insert createdprofile createRule insertCertificate PermSetCreate tabSet_create calendar_insert",
		providers.Destroy: "deletedApexClass deleteRule removedpackage PermSetDelete businesshours_delete",
	} {
		for word := range strings.FieldsSeq(words) {
			assert.Equal(t, want, setupAction(word), word)
		}
	}
	for _, raw := range []string{"loginasgrantedtosfdc", "sessiongen", "enableIdp", "PermSetCloneNoLicense", ""} {
		assert.Equal(t, providers.Action(raw), setupAction(raw), "it has no meaning in the table")
	}
}

func TestLoginStatus(t *testing.T) {
	stream := open(t, nil, providers.Options{}).Streams[0]
	for _, status := range []string{
		"Success", "Invalid Password", "Password Lockout", "User is Inactive", "User Is Frozen", "Restricted IP", "Failed: Computer activation required",
		"Failed: API security token required", "Failed: Mobile License Required", "success", "no such status yet",
	} {
		a, err := stream.Decode(providers.Event{Raw: `{"Id":"1","UserId":"005","LoginTime":"2026-03-13T09:14:22.000+0000","Status":"` + status + `"}`})
		require.NoError(t, err)
		assert.Equal(t, "LoginHistory:"+status, a.RawAction)
		if status == "Success" {
			assert.Equal(t, providers.Login, a.Action)
			assert.Empty(t, a.Description)
			continue
		}
		assert.Equal(t, providers.LoginFailed, a.Action, status)
		assert.Equal(t, status, a.Description)
	}
}

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*Config)
		opts providers.Options
		want string
	}{
		"client credentials": {func(c *Config) { c.ClientID, c.ClientSecret = "k", "s" }, host, ""},
		"JWT":                {func(c *Config) { c.AuthType, c.ClientID, c.Username, c.PrivateKey = "jwt_bearer", "k", "u", "p" }, host, ""},
		"JWT from a file":    {func(c *Config) { c.AuthType, c.ClientID, c.Username, c.PrivateKeyFile = "jwt_bearer", "k", "u", "/p" }, host, ""},
		"password": {func(c *Config) {
			c.AuthType, c.ClientID, c.ClientSecret, c.Username, c.Password = "password", "k", "s", "u", "p"
		}, host, ""},
		"session":     {func(c *Config) { c.AuthType, c.AccessToken = "access_token", "t" }, host, ""},
		"no endpoint": {func(c *Config) { c.ClientID, c.ClientSecret = "k", "s" }, providers.Options{}, "endpoint: is required (the org's My Domain"},
		"no secret":   {func(c *Config) { c.ClientID = "k" }, host, "client_secret: is required for auth_type client_credentials"},
		"kind":        {func(c *Config) { c.AuthType = "soap" }, host, `auth_type: "soap" is not valid`},
		"two keys": {func(c *Config) {
			c.AuthType, c.ClientID, c.Username, c.PrivateKey, c.PrivateKeyFile = "jwt_bearer", "k", "u", "p", "/p"
		}, host, "private_key_file: stands beside private_key"},
		"no key":        {func(c *Config) { c.AuthType, c.ClientID, c.Username = "jwt_bearer", "k", "u" }, host, "private_key: is required for auth_type jwt_bearer (or private_key_file)"},
		"stray session": {func(c *Config) { c.ClientID, c.ClientSecret, c.AccessToken = "k", "s", "t" }, host, "access_token: stands beside"},
		"version":       {func(c *Config) { c.ClientID, c.ClientSecret, c.APIVersion = "k", "s", "v60" }, host, `api_version: "v60" is not valid`},
		"interval":      {func(c *Config) { c.ClientID, c.ClientSecret, c.ELFInterval = "k", "s", "weekly" }, host, `elf_interval: "weekly" is not valid`},
		"small pages":   {func(c *Config) { c.ClientID, c.ClientSecret = "k", "s" }, providers.Options{Endpoint: host.Endpoint, PageSize: 100}, "page_size: 100 is outside 200..2000"},
		"sign-ins twice": {
			func(c *Config) { c.ClientID, c.ClientSecret, c.ELFEventTypes = "k", "s", []string{"Login"} },
			providers.Options{Endpoint: host.Endpoint, Streams: []string{streamLogins, streamFiles}},
			"every sign-in twice",
		},
		"sign-ins from files only": {
			func(c *Config) { c.ClientID, c.ClientSecret, c.ELFEventTypes = "k", "s", []string{"Login"} },
			providers.Options{Endpoint: host.Endpoint, Streams: []string{streamSetup, streamFiles}},
			"",
		},
		"files without types": {
			func(c *Config) { c.ClientID, c.ClientSecret, c.ELFEventTypes = "k", "s", nil },
			providers.Options{Endpoint: host.Endpoint, Streams: []string{streamFiles}},
			"elf_event_types: is empty",
		},
		"sign-ins twice, in small letters": {
			func(c *Config) { c.ClientID, c.ClientSecret, c.ELFEventTypes = "k", "s", []string{"Logout", "login"} },
			providers.Options{Endpoint: host.Endpoint, Streams: []string{streamLogins, streamFiles}},
			"every sign-in twice", // types are compared without case
		},
		"injection": {func(c *Config) { c.ClientID, c.ClientSecret, c.ELFEventTypes = "k", "s", []string{"a' OR"} }, host, "is no event type"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			tt.set(c)
			_, err := c.Open(tt.opts)
			if tt.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tt.want)
			}
		})
	}
}

func TestAuth(t *testing.T) {
	token := func(set func(*Config)) providers.TokenAuth {
		auth, ok := open(t, set, providers.Options{}).Auth.(providers.TokenAuth)
		require.True(t, ok)
		assert.Zero(t, auth.Lifetime, "no answer tells how long a token lives")
		return auth
	}
	assert.Equal(t, "grant_type=client_credentials&client_id=k", token(nil).Form.Encode())
	jwt := token(func(c *Config) {
		c.AuthType, c.ClientID, c.Username, c.PrivateKey = "jwt_bearer", "k", "u@example.com", "p"
	})
	assert.Equal(t, "https://login.salesforce.com", jwt.Assertion.Audience)
	assert.Equal(t, "u@example.com", jwt.Assertion.Subject)
	assert.LessOrEqual(t, jwt.Assertion.Lifetime, 5*time.Minute)
	password := token(func(c *Config) {
		c.AuthType, c.Username, c.Password, c.SecurityToken = "password", "u", "pw", "tok"
	})
	assert.Contains(t, password.Secrets, providers.SecretParam{Key: "password", Value: "pwtok"})
}

func soql(t *testing.T, c *providertest.Client) string {
	t.Helper()
	for _, kv := range c.Requests()[0].Query {
		if kv.Key == "q" {
			return kv.Value
		}
	}
	return ""
}

func TestQueries(t *testing.T) {
	since := time.Date(2026, 3, 13, 9, 0, 0, 0, time.UTC)
	const logins = "SELECT " + loginFields + " FROM LoginHistory WHERE LoginTime >= 2026-03-13T09:00:00Z AND LoginTime < 2026-03-13T10:00:00Z"
	const setup = "SELECT " + setupFields + " FROM SetupAuditTrail WHERE CreatedDate >= 2026-03-13T09:00:00Z AND CreatedDate < 2026-03-13T10:00:00Z"
	for name, tt := range map[string]struct {
		stream string
		filter providers.Filter
		want   string
	}{
		"logins":           {streamLogins, providers.Filter{}, logins + " ORDER BY LoginTime ASC"},
		"logins of users":  {streamLogins, providers.Filter{ActorIDs: []string{"005a", `x'\y`}}, logins + ` AND UserId IN ('005a','x\'\\y') ORDER BY LoginTime ASC`},
		"setup":            {streamSetup, providers.Filter{}, setup + " ORDER BY CreatedDate ASC, Id ASC"},
		"setup of a user":  {streamSetup, providers.Filter{ActorIDs: []string{"005a"}, Actions: []string{"logout"}}, setup + " AND CreatedById IN ('005a') AND Action IN ('suOrgAdminLogout','suNetworkAdminLogout','suPRMAdminLogout','suLogout') ORDER BY CreatedDate ASC, Id ASC"},
		"raw action":       {streamSetup, providers.Filter{Actions: []string{"enableIdp"}}, setup + " AND Action IN ('enableIdp') ORDER BY CreatedDate ASC, Id ASC"},
		"actions by rules": {streamSetup, providers.Filter{Actions: []string{"enableIdp", "updated"}}, setup + " ORDER BY CreatedDate ASC, Id ASC"},
		"files":            {streamFiles, providers.Filter{}, "SELECT Id, EventType, Interval, Sequence, CreatedDate, LogDate, LogFile, LogFileLength, ApiVersion FROM EventLogFile WHERE Interval = 'Hourly' AND EventType IN ('Logout','LoginAs','ReportExport') AND CreatedDate >= 2026-03-13T09:00:00Z AND CreatedDate < 2026-03-13T10:00:00Z ORDER BY CreatedDate ASC, Id ASC"},
	} {
		t.Run(name, func(t *testing.T) {
			client := org(`{"done":true,"records":[]}`)
			stream := providertest.Stream(t, open(t, nil, providers.Options{Filter: tt.filter}), tt.stream)
			_, err := stream.Fetch(t.Context(), client, providers.Query{Since: since, Until: since.Add(time.Hour), PageSize: 2000})
			require.NoError(t, err)
			assert.Equal(t, tt.want, soql(t, client))
			assert.Equal(t, "/services/data/v60.0/query", client.Requests()[0].Path)
			assert.Equal(t, "batchSize=2000", client.Requests()[0].Header.Get("Sforce-Query-Options"))
		})
	}
}

func TestPaging(t *testing.T) {
	stream := open(t, nil, providers.Options{}).Streams[0]
	page, err := stream.Fetch(t.Context(), org(`{"done":false,"nextRecordsUrl":"/services/data/v60.0/query/01g-2000","records":[]}`), providers.Query{PageSize: 2000})
	require.NoError(t, err)
	assert.True(t, page.More)
	client := org(`{"done":true,"records":[{"Id":"1"}]}`)
	page, err = stream.Fetch(t.Context(), client, providers.Query{Cursor: page.Next, PageSize: 2000})
	require.NoError(t, err)
	assert.False(t, page.More)
	assert.Equal(t, "/services/data/v60.0/query/01g-2000", client.Requests()[0].Link)
	_, err = stream.Fetch(t.Context(), org(`{"done":false,"records":[]}`), providers.Query{PageSize: 2000})
	assert.ErrorContains(t, err, "without nextRecordsUrl")
}

func TestHiddenFieldFallsBackOnce(t *testing.T) {
	source := open(t, nil, providers.Options{})
	var asked []string
	client := &providertest.Client{Answer: func(r providers.Request) (*providers.Response, error) {
		q := r.Query[0].Value
		asked = append(asked, q)
		if strings.Contains(q, "LoginGeoId") {
			return nil, providertest.Classified(source, &providers.Response{Status: 400, Body: `[{"errorCode":"INVALID_FIELD","message":"No such column 'LoginGeoId'"}]`})
		}
		return &providers.Response{Status: 200, Header: http.Header{}, Body: `{"done":true,"records":[]}`}, nil
	}}
	for range 2 {
		_, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{PageSize: 2000})
		require.NoError(t, err)
	}
	require.Len(t, asked, 3)
	assert.Contains(t, asked[2], "FIELDS(STANDARD)", "it is not asked for again")
}

func TestUsersAreLookedUpOnce(t *testing.T) {
	source := open(t, func(c *Config) { c.ResolveUsers = true }, providers.Options{})
	client := org(`{"done":true,"records":[{"Id":"1","UserId":"0055g00000AbCdEAAV","Status":"Success","LoginTime":"2026-03-13T09:14:22.000+0000"},{"Id":"2","UserId":"005unknown","Status":"Success","LoginTime":"2026-03-13T09:14:22.000+0000"}]}`)
	for range 2 {
		page, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{PageSize: 2000})
		require.NoError(t, err)
		a, err := source.Streams[0].Decode(page.Events[0])
		require.NoError(t, err)
		assert.Equal(t, "Ada Admin", a.Actor.Name)
		assert.Equal(t, "ada.admin@example.com", a.Actor.Email)
		assert.Equal(t, orgID, a.Organization)
		b, err := source.Streams[0].Decode(page.Events[1])
		require.NoError(t, err)
		assert.Empty(t, b.Actor.Name)
	}
	assert.Len(t, client.Requests(), 4, "two pages, one identity, one look-up of users")
}

func signIns(users ...string) string {
	rows := make([]string, len(users))
	for i, u := range users {
		rows[i] = fmt.Sprintf(`{"Id":"0Ya%d","UserId":%q}`, i, u)
	}
	return `{"done":true,"records":[` + strings.Join(rows, ",") + `]}`
}

// Without the permission the vendor shows the caller's own rows and says nothing.
func TestOwnRowsOnlyWarns(t *testing.T) {
	const other = "0055g00000OtHeRAAV"
	for name, tt := range map[string]struct {
		pages  []string
		filter providers.Filter
		want   int
	}{
		"own":                     {[]string{signIns(callerID, callerID, callerID)}, providers.Filter{}, 1},
		"own, page by page":       {[]string{signIns(callerID, callerID), signIns(callerID, callerID, callerID)}, providers.Filter{}, 1},
		"few":                     {[]string{signIns(callerID, callerID)}, providers.Filter{}, 0},
		"few, read again":         {[]string{signIns(callerID, callerID), signIns(callerID, callerID)}, providers.Filter{}, 0},
		"one user, another":       {[]string{signIns(other, other, other, other)}, providers.Filter{}, 0},
		"others among them":       {[]string{signIns(callerID, callerID, callerID, other)}, providers.Filter{}, 0},
		"others before":           {[]string{signIns(other), signIns(callerID, callerID, callerID)}, providers.Filter{}, 0},
		"nobody":                  {[]string{signIns()}, providers.Filter{}, 0},
		"asked for by the filter": {[]string{signIns(callerID, callerID, callerID)}, providers.Filter{ActorIDs: []string{callerID}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			stream := open(t, nil, providers.Options{Filter: tt.filter}).Streams[0]
			var warnings []string
			for _, body := range tt.pages {
				page, err := stream.Fetch(t.Context(), org(body), providers.Query{PageSize: 2000})
				require.NoError(t, err)
				warnings = append(warnings, page.Warnings...)
			}
			require.Len(t, warnings, tt.want)
			for _, w := range warnings {
				assert.Contains(t, w, callerID)
				assert.Contains(t, w, "grant Monitor Login History")
			}
		})
	}
}

// One event must not go out once with and once without its organization.
func TestIdentity(t *testing.T) {
	body := signIns(callerID)
	for name, tt := range map[string]struct {
		answer *providers.Response
		class  providers.Class
		org    string
		asked  int // how often, for two pages
	}{
		"told":           {answer: &providers.Response{Status: 200, Body: `{"identity":"https://login.salesforce.com/id/` + orgID + "/" + callerID + `"}`}, org: orgID, asked: 1},
		"not told":       {answer: &providers.Response{Status: 200, Body: `{"query":"/q"}`}, asked: 1},
		"another form":   {answer: &providers.Response{Status: 200, Body: `{"identity":"https://acme.my.salesforce.com/me"}`}, asked: 1},
		"denied":         {answer: &providers.Response{Status: 403, Body: `[{"errorCode":"INSUFFICIENT_ACCESS"}]`}, asked: 1},
		"outage":         {answer: &providers.Response{Status: 503}, class: providers.Transient, asked: 2},
		"limit":          {answer: &providers.Response{Status: 403, Body: `[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]`}, class: providers.Throttled, asked: 2},
		"a page of HTML": {answer: &providers.Response{Status: 200, Body: `<html>`}, class: providers.Transient, asked: 2},
	} {
		t.Run(name, func(t *testing.T) {
			source, asked := open(t, nil, providers.Options{}), 0
			client := &providertest.Client{Answer: func(r providers.Request) (*providers.Response, error) {
				if r.Path != "/services/data/v60.0/" {
					return &providers.Response{Status: 200, Body: body}, nil
				}
				asked++
				if tt.answer.Status >= 300 {
					return nil, providertest.Classified(source, tt.answer)
				}
				return tt.answer, nil
			}}
			for range 2 {
				page, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{PageSize: 2000})
				if tt.class != providers.Unclassified {
					assert.Equal(t, tt.class, providers.ClassOf(err))
					continue
				}
				require.NoError(t, err)
				a, _ := source.Streams[0].Decode(page.Events[0])
				assert.Equal(t, tt.org, a.Organization)
			}
			assert.Equal(t, tt.asked, asked)
		})
	}
}

func TestUsageWarning(t *testing.T) {
	for header, want := range map[string]int{
		"api-usage=89/100": 0, "api-usage=90/100": 1, "": 0, "api-usage=x/y": 0, "api-usage=1/0": 0, "api-usage=1/5": 0,
		"api-usage=14999/15000; per-app-api-usage=1/2(appName=a)": 1, "per-app-api-usage=2/2(appName=a)": 0, "per-app-api-usage=2/2(appName=a); api-usage=1/100": 0,
		"api-usage=10018/100000; api-bursts=1/750": 0, "api-usage=90018/100000; api-bursts=1/750": 1,
	} {
		assert.Len(t, usage(header), want, header)
	}
}

func TestErrors(t *testing.T) {
	body := func(code string) string { return `[{"message":"text","errorCode":"` + code + `"}]` }
	for name, tt := range map[string]struct {
		status int
		body   string
		span   time.Duration
		want   providers.Class
		text   string
	}{
		"session":          {401, body("INVALID_SESSION_ID"), time.Hour, providers.Unauthorized, "another host"},
		"too many at once": {403, `[{"message":"ConcurrentPerOrgLongTxn Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, time.Hour, providers.Throttled, "at the same time"},
		"session, again":   {401, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`, time.Hour, providers.Unauthorized, "was revoked"},
		"no access":        {403, body("INSUFFICIENT_ACCESS"), time.Hour, providers.Denied, "a permission"},
		"user":             {403, body("API_CURRENTLY_DISABLED"), time.Hour, providers.Denied, "API Enabled"},
		"hidden field":     {400, body("INVALID_FIELD"), time.Hour, providers.Denied, "INVALID_FIELD"},
		"quota":            {403, body("REQUEST_LIMIT_EXCEEDED"), time.Hour, providers.Throttled, "24 hours"},
		"edition":          {403, body("API_DISABLED_FOR_ORG"), time.Hour, providers.Denied, "API access"},
		"permission":       {400, body("INVALID_TYPE"), time.Hour, providers.Denied, "View Setup and Configuration"},
		"query":            {400, body("MALFORMED_QUERY"), time.Hour, providers.Denied, "MALFORMED_QUERY"},
		"position":         {400, body("INVALID_QUERY_LOCATOR"), time.Hour, providers.CursorLost, ""},
		"heavy":            {500, body("QUERY_TIMEOUT"), time.Hour, providers.WindowTooLarge, ""},
		"heavy, a minute":  {400, body("QUERY_TIMEOUT"), time.Minute, providers.Transient, ""},
		"unknown":          {500, body("UNKNOWN_EXCEPTION"), time.Hour, providers.Transient, ""},
		"outage":           {503, body("SERVER_UNAVAILABLE"), time.Hour, providers.Transient, ""},
		"login page":       {200, `<html>`, time.Hour, providers.Transient, "not JSON"},
		"another answer":   {200, `{}`, time.Hour, providers.Transient, "records is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source := open(t, nil, providers.Options{})
			now := time.Date(2026, 3, 13, 10, 0, 0, 0, time.UTC)
			_, err := source.Streams[1].Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Since: now.Add(-tt.span), Until: now, PageSize: 2000})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}
