package salesforce

import (
	"context"
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
