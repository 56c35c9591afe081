package truto

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

const account = "0b6f2a9e-1c7d-4f3a-9a52-6f0d1e2c3b4a"

func config(set func(*Config)) *Config {
	c := newConfig()
	c.APIToken, c.IntegratedAccountID = "example-token", account
	if set != nil {
		set(c)
	}
	return c
}

func open(t testing.TB, set func(*Config), o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	source := providertest.Open(t, config(set), o)
	return source, providertest.Stream(t, source, "activities")
}

func TestGolden(t *testing.T) {
	_, stream := open(t, nil, providers.Options{})
	providertest.Golden(t, stream, "testdata/activities")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, nil, providers.Options{})
	providertest.Fuzz(f, stream,
		`{"id":"1","action":"login","actor":{"type":"user","user":{"id":"u"}},"created_at":"2026-05-11T06:40:01Z","remote_data":{"b":1,"a":[1,2]}}`,
		`{"actor":{"type":"system","user":{"id":7}},"remote_data":{"a":"\ud800"}}`)
}

func TestUnifiedActionsPassThrough(t *testing.T) {
	_, stream := open(t, nil, providers.Options{})
	for _, word := range append(providers.Actions(), "LOGIN", "user.session.start", "") {
		a, err := stream.Decode(providers.Event{Raw: fmt.Sprintf(`{"id":"1","action":%q,"created_at":"2026-05-11T06:40:01Z"}`, word)})
		require.NoError(t, err)
		assert.Equal(t, word, a.Action)
		assert.Equal(t, string(word), a.RawAction)
	}
}

func TestDerivedID(t *testing.T) {
	_, stream := open(t, nil, providers.Options{})
	id := func(created, action, user, remote string) string {
		a, err := stream.Decode(providers.Event{Raw: fmt.Sprintf(`{"action":%q,"actor":{"type":"user","user":{"id":%q}},"created_at":%q,"remote_data":%s}`, action, user, created, remote)})
		require.NoError(t, err)
		return a.ID
	}
	const at = "2026-05-11T06:40:01Z"
	base := id(at, "login", "u", `{"b":1,"a":"<"}`)
	// sha256 of "2026-05-11T06:40:01Z\nlogin\nu\n{\"a\":\"<\",\"b\":1}"
	assert.Equal(t, "07be208283cc259f84b4bf660fc862b93bfd69b57e145199d20df78c032d68c6", base)
	assert.Equal(t, base, id(at, "login", "u", `{ "a" : "<", "b" : 1 }`), "spaces and order of keys do not count")
	for name, other := range map[string]string{
		"time": id("2026-05-11T06:40:02Z", "login", "u", `{"b":1,"a":"<"}`), "action": id(at, "logout", "u", `{"b":1,"a":"<"}`),
		"user": id(at, "login", "v", `{"b":1,"a":"<"}`), "remote data": id(at, "login", "u", `{"b":1.0,"a":"<"}`), "none": id(at, "login", "u", `null`),
	} {
		assert.NotEqual(t, base, other, name)
		assert.Len(t, other, 64)
	}
}

func TestRequest(t *testing.T) {
	since := time.Date(2026, 5, 11, 8, 0, 0, 0, time.FixedZone("", 7200))
	window := []providers.Param{{Key: "created_at[gte]", Value: "2026-05-11T06:00:00.000Z"}, {Key: "created_at[lte]", Value: "2026-05-11T07:00:00.000Z"}}
	for name, tt := range map[string]struct {
		set    func(*Config)
		opts   providers.Options
		size   int
		cursor string
		before []providers.Param
		after  []providers.Param
		noTime bool
	}{
		"plain": {},
		"page size and all switches": {
			set: func(c *Config) {
				c.OrganizationID, c.SuperQuery = "acme", "apac"
				c.IgnoreRemoteData, c.IgnoreLimit, c.ExcludeFields = true, true, []string{"group", "description"}
			},
			opts: providers.Options{PageSize: 50}, size: 25,
			before: []providers.Param{
				{Key: "organization_id", Value: "acme"},
				{Key: "truto_ignore_remote_data", Value: "true"},
				{Key: "truto_ignore_limit", Value: "true"},
				{Key: "truto_exclude_fields[]", Value: "group"},
				{Key: "truto_exclude_fields[]", Value: "description"},
				{Key: "truto_super_query", Value: "apac"},
			},
			after: []providers.Param{{Key: "limit", Value: "25"}},
		},
		"remote query and cursor": {
			opts: providers.Options{RemoteQuery: map[string]string{"z": "1 2", "filter": "a"}}, cursor: "- 0 bmV4 dA==",
			after: []providers.Param{{Key: "remote_query[filter]", Value: "a"}, {Key: "remote_query[z]", Value: "1 2"}, {Key: "next_cursor", Value: "bmV4 dA=="}},
		},
		"no time filter": {set: func(c *Config) { c.TimeFilter = false }, noTime: true},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, tt.set, tt.opts)
			client := providertest.Body(`{"result":[],"next_cursor":null}`, nil)
			_, err := stream.Fetch(t.Context(), client, providers.Query{Since: since, Until: since.Add(time.Hour), Cursor: tt.cursor, PageSize: tt.size})
			require.NoError(t, err)
			want := append(providers.Params{{Key: "integrated_account_id", Value: account}}, tt.before...)
			if !tt.noTime {
				want = append(want, window...)
			}
			request := client.Requests()[0]
			assert.Equal(t, append(want, tt.after...), request.Query)
			assert.Equal(t, "/unified/user-directory/activities", request.Path)
			assert.Empty(t, request.Method)
		})
	}
}

func TestPushedFilters(t *testing.T) {
	all := providers.Filter{
		ActorIDs: []string{"u1"}, ActorTypes: []providers.ActorType{providers.ActorUser}, Actions: []string{"login"},
		Entities: []string{"e1"}, EntityTypes: []string{"file"}, IPs: []netip.Prefix{netip.MustParsePrefix("203.0.113.7/32")},
	}
	for name, tt := range map[string]struct {
		product string
		filter  providers.Filter
		want    string
	}{
		"anonymous actors":         {"", providers.Filter{ActorTypes: []providers.ActorType{providers.ActorAnonymous}}, "actor%5Btype%5D=anonymous"},
		"product unknown":          {"", all, "actor%5Buser%5D%5Bid%5D=u1"},
		"Zendesk serves all":       {"Zendesk", all, "actor_id=u1&action=login&entity=e1&ip_address=203.0.113.7"},
		"Okta":                     {"Okta", all, "actor_id=u1&action=login"},
		"Slack":                    {"Slack", all, "actor%5Buser%5D%5Bid%5D=u1&action=login"},
		"Confluence has no action": {"Confluence On Prem", all, "actor%5Buser%5D%5Bid%5D=u1"},
		"Jira":                     {"Jira", all, "actor%5Buser%5D%5Bid%5D=u1&entity=e1"},
		"HubSpot":                  {"HubSpot", all, "actor_id=u1&action=login&entity=e1"},
		"HubSpot, other action":    {"HubSpot", providers.Filter{Actions: []string{"logout"}}, ""},
		"Dropbox, listed action":   {"Dropbox - Business", providers.Filter{Actions: []string{"login_failed"}}, "action=login_failed"},
		"Figma, unlisted action":   {"Figma", providers.Filter{Actions: []string{"create"}}, ""},
		"Zoom, unlisted action":    {"Zoom", providers.Filter{Actions: []string{"logout"}}, ""},
		"raw action":               {"Okta", providers.Filter{Actions: []string{"user.session.start"}}, ""},
		"several values":           {"Zendesk", providers.Filter{ActorIDs: []string{"a", "b"}, Actions: []string{"login", "logout"}, Entities: []string{"1", "2"}, EntityTypes: []string{"x", "y"}, ActorTypes: []providers.ActorType{"user", "system"}}, ""},
		"IPv6":                     {"Zendesk", providers.Filter{IPs: []netip.Prefix{netip.MustParsePrefix("2001:db8::7/128")}}, ""},
		"network":                  {"Zendesk", providers.Filter{IPs: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}}, ""},
		"product filter":           {"Microsoft 365", providers.Filter{Product: "azure_active_directory"}, "product=azure_active_directory"},
		"organization":             {"Okta", providers.Filter{OrganizationID: "acme"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, ok := find(tt.product)
			require.True(t, ok)
			assert.Equal(t, tt.want, p.pushed(&tt.filter).Encode())
		})
	}
	assert.Len(t, known, 23)
}

func TestPaging(t *testing.T) {
	for name, tt := range map[string]struct {
		body       string
		events     int
		next       string
		more       bool
		incomplete bool
	}{
		"next page":              {`{"result":[{"id":"1","created_at":"2026-05-11T06:00:00Z"}],"next_cursor":"c 2"}`, 1, "- 1778479200000000000 c 2", true, false},
		"empty page with cursor": {`{"result":[],"next_cursor":"c2"}`, 0, "- 0 c2", true, false},
		"null cursor":            {`{"result":[{"id":"1"}],"next_cursor":null}`, 1, "", false, false},
		"no cursor":              {`{"result":[{"id":"1"}]}`, 1, "", false, false},
		"null result":            {`{"result":null,"next_cursor":"c2"}`, 0, "- 0 c2", true, false},
		"number as cursor":       {`{"result":[],"next_cursor":2}`, 0, "- 0 2", true, false},
		"partial answer":         {`{"result":[{"id":"1"}],"next_cursor":null,"is_partial_response":true}`, 1, "", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, nil, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{})
			require.NoError(t, err)
			assert.Len(t, page.Events, tt.events)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.more, page.More)
			assert.Equal(t, tt.incomplete, page.Incomplete)
		})
	}
}

// A product that ignores the time filter is read to its end unless its rows come
// newest first.
func TestEarlyStop(t *testing.T) {
	since := time.Date(2026, 5, 11, 10, 0, 0, 0, time.UTC)
	body := func(hours ...int) string {
		rows := ""
		for _, h := range hours {
			rows += fmt.Sprintf(`,{"id":"%d","created_at":"2026-05-11T%02d:00:00Z"}`, h, h)
		}
		return `{"result":[` + rows[min(1, len(rows)):] + `],"next_cursor":"n"}`
	}
	for name, tt := range map[string]struct {
		pages []string
		want  int // pages read before the end; 0: goes on
	}{
		"newest first":                        {[]string{body(12, 11), body(10, 9), body(8, 7), body(6)}, 3},
		"newest first, empty page between":    {[]string{body(12), body(), body(9, 8)}, 3},
		"oldest first":                        {[]string{body(1, 2), body(3, 4), body(5, 6)}, 0},
		"one row a page, oldest first":        {[]string{body(1), body(2), body(3)}, 0},
		"equal times tell no order":           {[]string{body(3, 3), body(3, 3)}, 0},
		"mixed before":                        {[]string{body(12, 13), body(9, 8), body(7, 6)}, 0},
		"a row without time breaks the rule":  {[]string{`{"result":[{"created_at":"2026-05-11T12:00:00Z"},{}],"next_cursor":"n"}`, body(9, 8)}, 0},
		"the window's first moment is inside": {[]string{body(12, 11), body(10)}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, func(c *Config) { c.TimeFilter = false }, providers.Options{})
			client := providertest.Pages(tt.pages...)
			cursor, ended := "", 0
			for n := range tt.pages {
				page, err := stream.Fetch(t.Context(), client, providers.Query{Since: since, Cursor: cursor})
				require.NoError(t, err)
				if !page.More {
					ended = n + 1
					break
				}
				cursor = page.Next
			}
			assert.Equal(t, tt.want, ended)
		})
	}
}

func TestErrors(t *testing.T) {
	body := func(status int, extra string) string {
		return fmt.Sprintf(`{"statusCode":%d,"error":"Name","message":"text"%s}`, status, extra)
	}
	const remote = `,"truto_is_remote_error":true,"raw_response":{"detail":"from the product"}`
	for name, tt := range map[string]struct {
		status       int
		body, cursor string
		want         providers.Class
		text         string
	}{
		"parameter":               {400, body(400, ""), "", providers.Denied, "Name: text (a parameter is wrong"},
		"missing parameter":       {400, body(400, `,"truto_error_insight":{"missing_required_query_parameters":["organization_id"]}`), "", providers.Denied, "missing: organization_id"},
		"described parameter":     {400, body(400, `,"truto_error_insight":{"missing_required_query_parameters":{"description":"d","value":["a","b"]}}`), "", providers.Denied, "missing: a, b"},
		"conditional only":        {400, body(400, `,"truto_error_insight":{"conditionally_required_query_parameters":{"value":{"a":1}}}`), "", providers.Denied, "a parameter is wrong"},
		"failures":                {400, body(400, `,"details":{"failures":[{"field":"limit"}]}`), "", providers.Denied, `text: [{"field":"limit"}]`},
		"cursor of the product":   {400, body(400, remote), "- 0 c", providers.CursorLost, "text"},
		"first page, remote":      {400, body(400, remote), "", providers.Denied, "text"},
		"later page, Truto's own": {400, body(400, ""), "- 0 c", providers.Denied, "text"},
		"token":                   {401, body(401, ""), "", providers.Unauthorized, "api_token is missing, wrong or expired"},
		"needs reauthorization":   {401, body(401, remote), "", providers.Denied, "reconnect the account"},
		"forbidden":               {403, body(403, ""), "", providers.Denied, "may not read the audit log"},
		"scopes":                  {403, body(403, remote+`,"truto_error_insight":{"forbidden_error":{"value":{"missing_scopes":["audit.read","org.read"]}}}`), "", providers.Denied, "lacks the scopes: audit.read, org.read"},
		"account not visible":     {404, body(404, ""), "", providers.Denied, "check integrated_account_id"},
		"method":                  {405, body(405, ""), "", providers.Denied, ""},
		"conflict":                {409, body(409, remote), "", providers.Denied, ""},
		"validation":              {422, body(422, remote), "", providers.Denied, ""},
		"time-out":                {408, body(408, ""), "", providers.Transient, ""},
		"too early":               {425, body(425, ""), "", providers.Transient, ""},
		"Truto's limit":           {429, body(429, ""), "", providers.Throttled, ""},
		"the product's limit":     {429, body(429, remote), "", providers.Throttled, "truto_is_remote_error"},
		"server error":            {500, body(500, ""), "", providers.Transient, ""},
		"gateway":                 {502, `<html>`, "", providers.Transient, ""},
		"blocked account":         {503, body(503, ""), "", providers.Transient, "contact Truto"},
		"the product is down":     {503, body(503, remote), "", providers.Transient, "truto_is_remote_error"},
		"gateway time-out":        {504, body(504, ""), "", providers.Transient, ""},
		"empty message":           {502, `{"statusCode":502,"error":"Bad Gateway","message":"","truto_is_remote_error":true,"raw_response":"upstream said no"}`, "", providers.Transient, "upstream said no"},
		"login page":              {200, `<html>`, "", providers.Transient, "not JSON"},
		"another shape":           {200, `{"data":[]}`, "", providers.Transient, "result is missing"},
		"result is a text":        {200, `{"result":"x"}`, "", providers.Transient, "a list of events was expected"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, nil, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Cursor: tt.cursor})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}

func TestReconnectIsProbedSlowly(t *testing.T) {
	e := classify(&providers.Response{Status: 401, Body: `{"truto_is_remote_error":true}`})
	assert.Equal(t, 30*time.Minute, e.Probe)
}
