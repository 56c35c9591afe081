package logsdb_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/logsdb"
)

// server answers every query with status and body and records the queries.
func server(t *testing.T, status int, body string) (*logsdb.DB, *[]url.URL) {
	t.Helper()
	var asked []url.URL
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, *r.URL)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return logsdb.New(s.URL + "/"), &asked
}

func TestCounts(t *testing.T) {
	newest := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	tests := []struct {
		name   string
		status int
		body   string
		want   map[logsdb.Stream]logsdb.Count
		err    string
	}{
		{name: "empty database", status: 200, want: map[logsdb.Stream]logsdb.Count{}},
		{
			name: "two streams", status: 200,
			body: `{"service.instance.id":"okta/eu","activity.stream":"system","records":"12","uids":"11","newest":"2026-03-02T06:00:00.123456789Z"}
{"service.instance.id":"jira","activity.stream":"audit","records":"3","uids":"3","newest":"2026-03-02T06:00:00Z"}
`,
			want: map[logsdb.Stream]logsdb.Count{
				{Instance: "okta/eu", Name: "system"}: {Records: 12, UIDs: 11, Newest: newest.Add(123456789)},
				{Instance: "jira", Name: "audit"}:     {Records: 3, UIDs: 3, Newest: newest},
			},
		},
		{name: "cut answer", status: 200, body: `{"service.instance.id":"okta/eu","records":"1`, err: "read answer"},
		{name: "no number", status: 200, body: `{"records":"many","uids":"1"}`, err: "count of records"},
		{name: "no uids", status: 200, body: `{"records":"1"}`, err: "count of uids"},
		{name: "no time", status: 200, body: `{"records":"1","uids":"1","newest":"soon"}`, err: "newest record"},
		{name: "refused", status: 400, body: "cannot parse query\n", err: "400 Bad Request: cannot parse query"},
		{name: "long refusal is cut", status: 500, body: strings.Repeat("x", 1<<20), err: "500"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db, asked := server(t, tt.status, tt.body)
			got, err := db.Counts(t.Context())
			require.Len(t, *asked, 1)
			assert.Equal(t, "/select/logsql/query", (*asked)[0].Path)
			if tt.err != "" {
				require.ErrorContains(t, err, tt.err)
				assert.Less(t, len(err.Error()), 2<<10)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestValues(t *testing.T) {
	db, asked := server(t, 200, `{"activity.action":"login","records":"2"}
{"activity.action":"logout","records":"1"}`)
	got, err := db.Values(t.Context(), logsdb.Stream{Instance: "okta/eu", Name: "system"}, "activity.action")
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"login": 2, "logout": 1}, got)
	assert.Equal(t, `"service.instance.id":="okta/eu" "activity.stream":="system" | stats by ("activity.action") count() records`,
		(*asked)[0].Query().Get("query"))
}

func TestReady(t *testing.T) {
	db, asked := server(t, 200, "OK")
	require.NoError(t, db.Ready(t.Context()))
	assert.Equal(t, "/health", (*asked)[0].Path)

	db, _ = server(t, 503, "starting")
	require.ErrorContains(t, db.Ready(t.Context()), "starting")
}

func TestAddresses(t *testing.T) {
	db := logsdb.New("http://127.0.0.1:9428/")
	assert.Equal(t, "http://127.0.0.1:9428/insert/opentelemetry/v1/logs", db.LogsEndpoint())
	assert.Equal(t, "http://127.0.0.1:9428/select/vmui/?#/?query=%22activity.action%22%3Alogin%20%7C%20limit%205&g0.range_input=7d&g0.relative_time=none",
		db.WebUI(`"activity.action":login | limit 5`, 7))
}
