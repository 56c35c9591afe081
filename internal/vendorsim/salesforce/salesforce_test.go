package salesforce_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/salesforce"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	logins    = "login_history"
	trail     = "setup_audit_trail"
	files     = "event_log_file"
	queryPath = "/services/data/v60.0/query"
	tokenPath = "/services/oauth2/token"
)

// newClient holds a session.
func newClient(t *testing.T) *simtest.Client {
	c := simtest.New(t, salesforce.Vendor())
	return login(c, "")
}

// form returns the token request of a variant; "" is the first configuration.
func form(variant string) url.Values {
	config := salesforce.Vendor().Config(simtest.Base)
	if variant != "" {
		config = salesforce.Vendor().Variants[variant](simtest.Base)
	}
	text := func(key string) string { s, _ := config[key].(string); return s }
	f := url.Values{"client_id": {text("client_id")}, "client_secret": {text("client_secret")}}
	switch text("auth_type") {
	case "password":
		f.Set("grant_type", "password")
		f.Set("username", text("username"))
		f.Set("password", text("password")+text("security_token"))
	default:
		f.Set("grant_type", "client_credentials")
	}
	return f
}

func login(c *simtest.Client, variant string) *simtest.Client {
	c.Helper()
	a := c.Auth("").Post(tokenPath, simtest.Form, form(variant).Encode())
	require.Equal(c, 200, a.Status, a.Body)
	return c.Auth("Bearer " + a.At("access_token").Str)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func query(c *simtest.Client, soql string) simtest.Answer {
	c.Helper()
	return c.Get(queryPath, "q", soql)
}

// all reads a result to its end and returns a field of its rows.
func all(c *simtest.Client, soql, field string) []string {
	c.Helper()
	var got []string
	for a := query(c, soql); ; {
		require.Equal(c, 200, a.Status, a.Body)
		got = append(got, a.Texts("records.#."+field)...)
		if a.At("done").Bool() {
			assert.False(c, a.At("nextRecordsUrl").Exists())
			return got
		}
		a = c.Get(a.At("nextRecordsUrl").Str)
	}
}

func TestQueriesReachEverything(t *testing.T) {
	for stream, soql := range map[string]string{
		logins: "SELECT Id FROM LoginHistory WHERE LoginTime >= %s ORDER BY LoginTime ASC",
		trail:  "SELECT Id, CreatedBy.Name FROM SetupAuditTrail WHERE CreatedDate >= %s ORDER BY CreatedDate ASC, Id ASC",
	} {
		t.Run(stream, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t)
				start := time.Now().Add(-time.Hour).Truncate(time.Second)
				c.World.Run(stream, vendorsim.Plausible(start, 2*time.Second))
				c.Header.Set("Sforce-Query-Options", "batchSize=200")
				got := all(c, fmt.Sprintf(soql, stamp(start)), "Id")
				truth := c.World.Truth(stream, time.Now())
				require.Greater(t, len(truth), 1500)
				assert.ElementsMatch(t, vendorsim.IDs(truth), slices.Compact(slices.Sorted(slices.Values(got))))
				assert.Greater(t, len(got), len(truth), "rows come twice, too")
				assert.Empty(t, c.World.Violations())
			})
		})
	}
}

func TestPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		entries := c.World.EmitEach(logins, 501, time.Now().Add(-time.Hour), time.Second)
		soql := "SELECT Id, LoginTime FROM LoginHistory ORDER BY LoginTime"
		assert.Len(t, query(c, soql).At("records").Array(), 501, "2000 rows by default")
		c.Header.Set("Sforce-Query-Options", "batchSize=200")
		a := query(c, soql)
		assert.Equal(t, int64(501), a.At("totalSize").Int())
		assert.False(t, a.At("done").Bool())
		assert.Equal(t, vendorsim.IDs(entries[:200]), a.Texts("records.#.Id"))
		next := a.At("nextRecordsUrl").Str
		assert.Regexp(t, `^/services/data/v60\.0/query/0r8[\w-]+-200$`, next)

		c.World.EmitEach(logins, 3, time.Now().Add(-2*time.Hour), time.Second)
		a = c.Get(next)
		assert.Equal(t, int64(501), a.At("totalSize").Int(), "a result stays as it was")
		assert.Equal(t, vendorsim.IDs(entries[200:400]), a.Texts("records.#.Id"))
		a = c.Get(a.At("nextRecordsUrl").Str)
		assert.Equal(t, vendorsim.IDs(entries[400:]), a.Texts("records.#.Id"))
		assert.True(t, a.At("done").Bool())

		c.Knob("short_pages", "true")
		assert.Len(t, query(c, soql).At("records").Array(), 100)
		c.World.Faults.Next(vendorsim.EmptyPage, 1, queryPath)
		a = query(c, soql)
		assert.Empty(t, a.At("records").Array())
		assert.True(t, strings.HasSuffix(a.At("nextRecordsUrl").Str, "-0"), "an empty page ends nothing")
		assert.Empty(t, c.World.Violations())
	})
}

func TestBatchSizes(t *testing.T) {
	c := newClient(t)
	for _, options := range []string{"batchSize=199", "batchSize=2001", "batchSize=x", "size=500"} {
		c.World.ForgetViolations()
		c.Header.Set("Sforce-Query-Options", options)
		assert.Equal(t, 200, query(c, "SELECT Id FROM LoginHistory").Status, "it is a wish")
		assert.Len(t, c.World.Violations(), 1, options)
	}
}

func TestLocators(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		c.World.EmitEach(logins, 300, time.Now().Add(-time.Hour), time.Second)
		c.Header.Set("Sforce-Query-Options", "batchSize=200")
		next := query(c, "SELECT Id FROM LoginHistory").At("nextRecordsUrl").Str
		assert.Equal(t, 200, c.Get(next).Status)
		for name, path := range map[string]string{
			"made up": queryPath + "/0r8xx3fQ7kAbCdE-2000", "no offset": queryPath + "/0r8xx", "other prefix": queryPath + "/01gxx-200",
			"spoilt": strings.Replace(next, "0r8", "0r8A", 1), "negative": strings.TrimSuffix(next, "-200") + "--1",
		} {
			c.World.ForgetViolations()
			a := c.Get(path)
			assert.Equal(t, 400, a.Status, name)
			assert.Equal(t, "INVALID_QUERY_LOCATOR", a.At("0.errorCode").Str, name)
			assert.Len(t, c.World.Violations(), 1, name)
		}
		c.World.ForgetViolations()
		c.World.Faults.Next(vendorsim.CursorExpired, 1, queryPath)
		assert.Equal(t, "INVALID_QUERY_LOCATOR", c.Get(next).At("0.errorCode").Str)
		assert.Equal(t, 200, c.Get(next).Status)
		for range 25 { // the session must not end before the locator
			time.Sleep(119 * time.Minute) // fake time
			query(c, "SELECT Id FROM LoginHistory LIMIT 1")
		}
		a := c.Get(next)
		assert.Equal(t, "INVALID_QUERY_LOCATOR", a.At("0.errorCode").Str, "two days at most")
		assert.Equal(t, "invalid query locator", a.At("0.message").Str)
		assert.Empty(t, c.World.Violations(), "old locators are nobody's fault")
	})
}

// selections are the lists of fields that the rows are generated with.
var selections = map[string]string{
	logins: "SELECT Id, UserId, LoginTime, LoginType, LoginSubType, LoginUrl, SourceIp, CountryIso, Browser, Platform, Application, ClientVersion, ApiType, ApiVersion, " +
		"Status, AuthenticationServiceId, AuthMethodReference, TlsProtocol, CipherSuite, LoginGeoId FROM LoginHistory",
	trail: "SELECT Id, Action, Section, Display, CreatedDate, CreatedById, CreatedBy.Username, CreatedBy.Name, CreatedBy.Email, DelegateUser, " +
		"ResponsibleNamespacePrefix, CreatedByContext, CreatedByIssuer FROM SetupAuditTrail",
}

func TestRowsAreUntouched(t *testing.T) {
	for stream, soql := range selections {
		c := newClient(t)
		entries := c.World.EmitEach(stream, 300, time.Now().Add(-time.Hour), time.Second)
		assert.Equal(t, vendorsim.Raws(entries), all(c, soql, "@this"), stream)
		bad := c.World.Add(stream, vendorsim.Entry{ID: "bad", Raw: `{"surprise":{"big":9007199254740993}}`})
		assert.Contains(t, all(c, soql, "@this"), bad.Raw, "hand-made rows, too")
	}
}

func TestProjection(t *testing.T) {
	c := newClient(t)
	c.World.EmitEach(trail, 50, time.Now().Add(-time.Hour), time.Second)
	a := c.Get("/services/data/v64.0/query", "q", "select createdby.email, action, CREATEDBY.name from setupaudittrail where Action != null limit 40")
	require.Equal(t, 200, a.Status, a.Body)
	null, object := 0, 0
	for _, r := range a.At("records").Array() {
		assert.Regexp(t, `^\{"attributes":\{"type":"SetupAuditTrail","url":"/services/data/v64\.0/sobjects/SetupAuditTrail/0Ym\w{15}"\},"CreatedBy":(null|\{"attributes":\{[^}]+\},"Email":"[^"]+","Name":".+"\}),"Action":"\w+"\}$`, r.Raw)
		if r.Get("CreatedBy").IsObject() {
			object++
		} else {
			null++
		}
	}
	assert.Positive(t, null, "a user that cannot be seen")
	assert.Positive(t, object)
	c.World.Emit(logins, time.Now().Add(-time.Hour))
	row := query(c, "SELECT FIELDS(STANDARD) FROM LoginHistory").At("records.0")
	assert.True(t, row.Get("LoginGeoId").Exists())
	assert.Equal(t, "false", row.Get("OptionsIsGet").Raw)
	assert.False(t, row.Get("NetworkId").Exists())
}

func TestResources(t *testing.T) {
	c := newClient(t)
	for _, path := range []string{"/services/data/v60.0/", "/services/data/v60.0"} {
		a := c.Get(path)
		require.Equal(t, 200, a.Status)
		assert.Equal(t, "/services/data/v60.0/query", a.At("query").Str)
		assert.Regexp(t, "^"+simtest.Base+`/id/00D5g000004AbCdEAK/005\w{15}$`, a.At("identity").Str)
	}
	assert.Equal(t, 404, c.Get("/services/data/v12.0/").Status)
	assert.Equal(t, 401, c.Auth("").Get("/services/data/v60.0/").Status)
	assert.Len(t, c.World.Violations(), 2)
}

func TestUsers(t *testing.T) {
	c := newClient(t)
	c.World.EmitEach(trail, 60, time.Now().Add(-time.Hour), time.Second)
	ids := slices.Compact(slices.Sorted(slices.Values(all(c, "SELECT CreatedById FROM SetupAuditTrail WHERE CreatedById != null", "CreatedById"))))
	require.Greater(t, len(ids), 5)
	soql := "SELECT Id, Username, Email, Name FROM User WHERE Id IN ('" + strings.Join(ids, "','") + "')"
	assert.ElementsMatch(t, ids, all(c, soql, "Id"), "whoever acts has a record")
	assert.Contains(t, all(c, soql, "Username"), "ana.ruiz@example.com.acme.example")
	assert.Empty(t, c.World.Violations())
}
