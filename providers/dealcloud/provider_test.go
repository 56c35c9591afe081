package dealcloud

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

const endpoint = "https://acme.dealcloud.com"

func open(t testing.TB, set func(*Config), o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	c := newConfig()
	c.ClientID, c.ClientSecret = "1001", "example-secret"
	if set != nil {
		set(c)
	}
	if o.Endpoint == "" {
		o.Endpoint = endpoint
	}
	source := providertest.Open(t, c, o)
	return source, providertest.Stream(t, source, "user_activity")
}

func TestGolden(t *testing.T) {
	_, stream := open(t, nil, providers.Options{})
	providertest.Golden(t, stream, "testdata/user_activity")
}

func FuzzDecode(f *testing.F) {
	_, stream := open(f, func(c *Config) { c.TimeZone = "America/New_York" }, providers.Options{})
	providertest.Fuzz(f, stream, `{"userName":"a@example.com","eventDate":"2026-05-11T06:40:01.6","activityTypeId":1,"activityType":"x","ipAddress":-1,"userId":12}`)
}

func TestAction(t *testing.T) {
	for id, want := range map[int]struct {
		action  providers.Action
		outcome providers.Outcome
	}{
		1: {providers.Login, providers.Success}, 2: {providers.LoginFailed, providers.Failure}, 3: {providers.Logout, providers.Success},
		4: {"word", ""}, 5: {providers.LoginFailed, providers.Failure}, 6: {"word", ""}, 7: {providers.LoginFailed, providers.Failure},
		8: {providers.Exported, providers.Success}, 9: {"word", ""}, 10: {"word", ""}, 11: {"word", providers.Failure},
		0: {"word", ""}, 12: {"word", ""},
	} {
		_, stream := open(t, nil, providers.Options{})
		a, err := stream.Decode(providers.Event{Raw: fmt.Sprintf(`{"eventDate":"2026-05-11T06:40:01","activityTypeId":%d,"activityType":"word"}`, id)})
		require.NoError(t, err)
		assert.Equal(t, want.action, a.Action, "%d", id)
		assert.Equal(t, want.outcome, a.Outcome, "%d", id)
		assert.Equal(t, "word", a.RawAction)
	}
}

func TestDerivedID(t *testing.T) {
	_, stream := open(t, nil, providers.Options{})
	for row, want := range map[string]string{
		`{"eventDate":"2026-05-11T07:05:52.003","activityType":"x","userId":12,"activityTypeId":4,"sourceTypeId":1,"sessionId":"s-1"}`:          "2026-05-11T07:05:52.003|12|4|1|s-1",
		`{"eventDate":"2026-05-11T07:10:00","activityType":"x","userId":0,"activityTypeId":2,"sourceTypeId":2,"sessionId":null,"ipAddress":7}`:  "2026-05-11T07:10:00|0|2|2|",
		`{"eventDate":"2026-05-11T07:10:00","activityType":"y","fullName":"z","userId":0,"activityTypeId":2,"sourceTypeId":2,"sessionId":null}`: "2026-05-11T07:10:00|0|2|2|",
		`{"eventDate":"2026-05-11T07:10:00","activityType":"x"}`:                                                                                "2026-05-11T07:10:00||||",
		`{"activityType":"x","userId":12,"activityTypeId":4,"sourceTypeId":1,"sessionId":"s-1"}`:                                                "",
	} {
		a, _ := stream.Decode(providers.Event{Raw: row})
		assert.Equal(t, want, a.ID, row)
	}
	assert.False(t, stream.NumberRepeats, "equal rows are one event")
}

func TestAddress(t *testing.T) {
	for name, tt := range map[string]struct {
		order, value, want string
	}{
		"the vendor's example": {"big", `184545776`, "10.255.241.240"},
		"the other way round":  {"little", `184545776`, "240.241.255.10"},
		"signed":               {"big", `-969710569`, "198.51.100.23"},
		"most negative":        {"big", `-2147483648`, "128.0.0.0"},
		"too negative":         {"big", `-2147483649`, ""},
		"greatest":             {"big", `4294967295`, "255.255.255.255"},
		"too great":            {"big", `4294967296`, ""},
		"zero":                 {"big", `0`, ""},
		"null":                 {"big", `null`, ""},
		"not whole":            {"big", `1.5`, ""},
		"with exponent":        {"big", `3.325256727e9`, "198.51.100.23"},
		"number as text":       {"big", `" 3325256727 "`, "198.51.100.23"},
		"address as text":      {"little", `"198.51.100.23"`, "198.51.100.23"},
		"version 6":            {"big", `"2001:db8::5"`, "2001:db8::5"},
		"something else":       {"big", `"local"`, ""},
		"no number":            {"big", `"NaN"`, ""},
		"an object":            {"big", `{"a":1}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, func(c *Config) { c.IPByteOrder = tt.order }, providers.Options{})
			a, err := stream.Decode(providers.Event{Raw: `{"eventDate":"2026-05-11T06:40:01","activityType":"x","ipAddress":` + tt.value + `}`})
			require.NoError(t, err)
			assert.Equal(t, tt.want, a.Context.IP)
		})
	}
}

func TestTimeZone(t *testing.T) {
	for name, tt := range map[string]struct{ zone, date, want string }{
		"UTC":             {"UTC", "2026-05-11T06:40:01.6", "2026-05-11T06:40:01.6Z"},
		"summer":          {"America/New_York", "2026-05-11T06:40:01", "2026-05-11T10:40:01Z"},
		"winter":          {"America/New_York", "2026-01-11T06:40:01.0000001", "2026-01-11T11:40:01.0000001Z"},
		"with zone":       {"America/New_York", "2026-05-11T06:40:01+02:00", "2026-05-11T04:40:01Z"},
		"zone as default": {"", "2026-05-11T06:40:01", "2026-05-11T06:40:01Z"},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, func(c *Config) { c.TimeZone = tt.zone }, providers.Options{})
			a, err := stream.Decode(providers.Event{Raw: `{"activityType":"x","eventDate":"` + tt.date + `"}`})
			require.NoError(t, err)
			assert.Equal(t, tt.want, a.CreatedAt.Format(time.RFC3339Nano))
		})
	}
}

func TestPaging(t *testing.T) {
	rows := func(n int) string {
		s := ""
		for i := range n {
			s += fmt.Sprintf(`,{"n":%d}`, i)
		}
		return s[min(1, len(s)):]
	}
	for name, tt := range map[string]struct {
		cursor string
		body   string
		page   int // of the next request; 0: the end
		size   int
	}{
		"first of three":            {"", `{"totalRecords":25,"rows":[` + rows(10) + `]}`, 2, 10},
		"last, full":                {"2 10 20 0", `{"totalRecords":20,"rows":[` + rows(10) + `]}`, 0, 0},
		"last, short":               {"3 10 25 0", `{"totalRecords":25,"rows":[` + rows(5) + `]}`, 0, 0},
		"more came meanwhile":       {"2 10 20 0", `{"totalRecords":21,"rows":[` + rows(10) + `]}`, 3, 10},
		"empty":                     {"", `{"totalRecords":0,"rows":[]}`, 0, 0},
		"empty although promised":   {"2 10 25 0", `{"totalRecords":25,"rows":[]}`, 0, 0},
		"null":                      {"", `{"totalRecords":0,"rows":null}`, 0, 0},
		"capped in silence":         {"", `{"totalRecords":25,"rows":[` + rows(4) + `]}`, 2, 4},
		"short later page, goes on": {"2 4 25 0", `{"totalRecords":25,"rows":[` + rows(4) + `]}`, 3, 4},
		"no total":                  {"", `{"rows":[` + rows(10) + `]}`, 2, 10},
		"no total, the end":         {"2 10 0 0", `{"rows":[]}`, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, nil, providers.Options{})
			now := time.Date(2026, 5, 11, 0, 0, 0, 0, time.UTC)
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, nil), providers.Query{Since: now, Until: now.Add(day), Cursor: tt.cursor, PageSize: 10})
			require.NoError(t, err)
			assert.Equal(t, tt.page != 0, page.More)
			if !page.More {
				assert.Empty(t, page.Next)
				return
			}
			next := parsePosition(page.Next, 0)
			assert.Equal(t, tt.page, next.page)
			assert.Equal(t, tt.size, next.size)
		})
	}
}

func TestPageThatComesAgain(t *testing.T) {
	now := time.Date(2026, 5, 11, 0, 0, 0, 0, time.UTC)
	read := func(t *testing.T, size int, bodies ...string) error {
		_, stream := open(t, nil, providers.Options{})
		client := providertest.Pages(bodies...)
		cursor := ""
		for range bodies {
			page, err := stream.Fetch(t.Context(), client, providers.Query{Since: now, Until: now.Add(day), Cursor: cursor, PageSize: size})
			if err != nil {
				return err
			}
			cursor = page.Next
		}
		return nil
	}
	two, other := `{"totalRecords":9,"rows":[{"n":1},{"n":2}]}`, `{"totalRecords":9,"rows":[{"n":3},{"n":4}]}`
	err := read(t, 100, two, two)
	assert.Equal(t, providers.Denied, providers.ClassOf(err))
	assert.ErrorContains(t, err, "the site ignores pageNumber")
	assert.NoError(t, read(t, 2, two, other))
	assert.NoError(t, read(t, 2, two, `{"totalRecords":11,"rows":[{"n":1},{"n":2}]}`), "rows that arrive move a whole page")
	assert.NoError(t, read(t, 1, `{"totalRecords":9,"rows":[{"n":1}]}`, `{"totalRecords":9,"rows":[{"n":1}]}`), "one row may be equal to the one before")
}

func TestRequest(t *testing.T) {
	midnight := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	zero := 0
	for name, tt := range map[string]struct {
		set    func(*Config)
		filter providers.Filter
		since  time.Time
		until  time.Time
		body   string
	}{
		"whole days":     {nil, providers.Filter{}, midnight, midnight.Add(2 * day), `{"dateFrom":"2026-03-04T00:00:00.000Z","dateTo":"2026-03-06T00:00:00.000Z"}`},
		"parts of a day": {nil, providers.Filter{}, midnight.Add(time.Hour), midnight.Add(2 * time.Hour), `{"dateFrom":"2026-03-04T00:00:00.000Z","dateTo":"2026-03-05T00:00:00.000Z"}`},
		"no range":       {nil, providers.Filter{}, midnight, midnight, `{"dateFrom":"2026-03-04T00:00:00.000Z","dateTo":"2026-03-05T00:00:00.000Z"}`},
		"days west of Greenwich": {
			func(c *Config) { c.TimeZone = "America/New_York" },
			providers.Filter{},
			midnight, midnight.Add(day),
			`{"dateFrom":"2026-03-03T00:00:00.000Z","dateTo":"2026-03-05T00:00:00.000Z"}`,
		},
		"days east of Greenwich": {
			func(c *Config) { c.TimeZone = "Asia/Tokyo" },
			providers.Filter{},
			midnight, midnight.Add(day),
			`{"dateFrom":"2026-03-04T00:00:00.000Z","dateTo":"2026-03-06T00:00:00.000Z"}`,
		},
		"users":             {nil, providers.Filter{ActorIDs: []string{"12", "15"}}, midnight, midnight.Add(day), `{"userIds":[12,15],"dateFrom":"2026-03-04T00:00:00.000Z","dateTo":"2026-03-05T00:00:00.000Z"}`},
		"users, one no id":  {nil, providers.Filter{ActorIDs: []string{"12", "mia"}}, midnight, midnight.Add(day), `{"dateFrom":"2026-03-04T00:00:00.000Z","dateTo":"2026-03-05T00:00:00.000Z"}`},
		"user zero":         {nil, providers.Filter{ActorIDs: []string{"0"}}, midnight, midnight.Add(day), `{"dateFrom":"2026-03-04T00:00:00.000Z","dateTo":"2026-03-05T00:00:00.000Z"}`},
		"login":             {nil, providers.Filter{Actions: []string{"login"}}, midnight, midnight.Add(day), `{"dateFrom":"2026-03-04T00:00:00.000Z","dateTo":"2026-03-05T00:00:00.000Z","activity":1}`},
		"logout":            {nil, providers.Filter{Actions: []string{"logout"}}, midnight, midnight.Add(day), `{"dateFrom":"2026-03-04T00:00:00.000Z","dateTo":"2026-03-05T00:00:00.000Z","activity":3}`},
		"login_failed":      {nil, providers.Filter{Actions: []string{"login_failed"}}, midnight, midnight.Add(day), `{"dateFrom":"2026-03-04T00:00:00.000Z","dateTo":"2026-03-05T00:00:00.000Z"}`},
		"raw action":        {nil, providers.Filter{Actions: []string{"Export Data"}}, midnight, midnight.Add(day), `{"dateFrom":"2026-03-04T00:00:00.000Z","dateTo":"2026-03-05T00:00:00.000Z"}`},
		"several actions":   {nil, providers.Filter{Actions: []string{"login", "logout"}}, midnight, midnight.Add(day), `{"dateFrom":"2026-03-04T00:00:00.000Z","dateTo":"2026-03-05T00:00:00.000Z"}`},
		"source and export": {func(c *Config) { c.Source, c.ExportDataType = 4, &zero }, providers.Filter{Actions: []string{"exported"}}, midnight, midnight.Add(day), `{"dateFrom":"2026-03-04T00:00:00.000Z","dateTo":"2026-03-05T00:00:00.000Z","activity":8,"source":4,"exportDataType":0}`},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, tt.set, providers.Options{Filter: tt.filter, RemoteQuery: map[string]string{"x": "y"}})
			client := providertest.Body(`{"totalRecords":0,"rows":[]}`, nil)
			_, err := stream.Fetch(t.Context(), client, providers.Query{Since: tt.since, Until: tt.until, Cursor: "3 50 400 0", PageSize: 200})
			require.NoError(t, err)
			assert.Equal(t, providers.Request{
				Method: http.MethodPost, Path: "/api/rest/v1/management/user/activity",
				Query: providers.Params{{Key: "pageNumber", Value: "3"}, {Key: "pageSize", Value: "200"}, {Key: "x", Value: "y"}},
				Body:  tt.body, ContentType: "application/json",
			}, client.Requests()[0])
		})
	}
}

func TestErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		want   providers.Class
		text   string
	}{
		"range below a day": {400, `{"message":"DateTo should be greater than DateFrom."}`, providers.Denied, "DateTo should be greater"},
		"other refusal":     {400, `{"message":"bad type"}`, providers.Denied, "check source and export_data_type"},
		"token refused":     {401, ``, providers.Unauthorized, "check client_id"},
		"no right":          {403, `{"error":"forbidden"}`, providers.Denied, "forbidden (the key needs the scope user_management"},
		"rate limit":        {429, ``, providers.Throttled, ""},
		"outage":            {503, `<html>`, providers.Transient, "HTTP 503"},
		"login page":        {200, `<html>`, providers.Transient, "not JSON"},
		"another shape":     {200, `{"items":[]}`, providers.Transient, "rows is missing"},
		"rows is text":      {200, `{"totalRecords":1,"rows":"x"}`, providers.Transient, "a list of events was expected"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, nil, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}
