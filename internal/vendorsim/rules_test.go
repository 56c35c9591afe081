package vendorsim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

var acmeRules = vendorsim.Rules{
	Accept: "application/json",
	Params: map[string]vendorsim.Param{
		"limit": vendorsim.Int(1, 10), "since": vendorsim.TimeIn(), "day": vendorsim.TimeIn(time.DateOnly, "20060102"),
		"sort": vendorsim.OneOf("asc", "desc"), "q": vendorsim.Text, "any": nil, "filter[*": vendorsim.Text, "id": nil,
	},
	Required: []string{"q"}, Repeated: []string{"id"},
}

func TestCheck(t *testing.T) {
	for name, tt := range map[string]struct {
		query string
		fault vendorsim.Fault
		param string
	}{
		"good":          {"q=x&limit=10&since=2026-01-02T03:04:05.6%2B01:00&day=20260102&sort=asc&any=&filter%5Ba%5D=b&id=1&id=2", "", ""},
		"unknown":       {"q=x&page=1", vendorsim.UnknownParam, "page"},
		"missing":       {"limit=1", vendorsim.MissingParam, "q"},
		"empty":         {"q=", vendorsim.BadValue, "q"},
		"empty prefix":  {"q=x&filter[a]=", vendorsim.BadValue, "filter[a]"},
		"repeated":      {"q=x&q=y", vendorsim.RepeatedParam, "q"},
		"too large":     {"q=x&limit=11", vendorsim.BadValue, "limit"},
		"too small":     {"q=x&limit=0", vendorsim.BadValue, "limit"},
		"no integer":    {"q=x&limit=1.0", vendorsim.BadValue, "limit"},
		"no zone":       {"q=x&since=2026-01-02T03:04:05", vendorsim.BadValue, "since"},
		"plus as space": {"q=x&since=2026-01-02T03:04:05+01:00", vendorsim.BadValue, "since"},
		"wrong day":     {"q=x&day=2026-1-2", vendorsim.BadValue, "day"},
		"not listed":    {"q=x&sort=ASC", vendorsim.BadValue, "sort"},
		"bad escape":    {"q=%zz", vendorsim.BadQuery, ""},
		"semicolon":     {"q=x;limit=1", vendorsim.BadQuery, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(1)
			r := request(t, http.MethodGet, "http://acme.test/events?"+tt.query, "")
			r.Header.Set("Accept", "text/html;q=0.1, application/json")
			q, problem := w.Check(r, acmeRules)
			if tt.fault == "" {
				require.Nil(t, problem)
				assert.Equal(t, 10, vendorsim.IntOr(q, "limit", 5))
				assert.Equal(t, 5, vendorsim.IntOr(q, "absent", 5))
				assert.Empty(t, w.Violations())
				return
			}
			require.NotNil(t, problem)
			assert.Equal(t, tt.fault, problem.Fault)
			assert.Equal(t, tt.param, problem.Param)
			require.Len(t, w.Violations(), 1)
			assert.Contains(t, w.Violations()[0].String(), problem.Error())
			w.ForgetViolations()
			assert.Empty(t, w.Violations())
		})
	}
}

func TestCheckHeaders(t *testing.T) {
	rules := vendorsim.Rules{Method: http.MethodPost, Accept: "application/json", ContentType: "application/json"}
	for name, tt := range map[string]struct {
		method, accept, content string
		want                    vendorsim.Fault
	}{
		"good":               {"POST", "application/json", "application/json; charset=utf-8", ""},
		"any":                {"POST", "*/*", "application/json", ""},
		"any application":    {"POST", "application/*", "application/json", ""},
		"method":             {"GET", "*/*", "application/json", vendorsim.WrongMethod},
		"accept":             {"POST", "text/html", "application/json", vendorsim.WrongAccept},
		"no accept":          {"POST", "", "application/json", vendorsim.WrongAccept},
		"content type":       {"POST", "*/*", "text/plain", vendorsim.WrongContentType},
		"no content type":    {"POST", "*/*", "", vendorsim.WrongContentType},
		"broken media types": {"POST", "/;/", "application/json", vendorsim.WrongAccept},
	} {
		t.Run(name, func(t *testing.T) {
			r := request(t, tt.method, "http://acme.test/events", "")
			r.Header.Set("Accept", tt.accept)
			r.Header.Set("Content-Type", tt.content)
			_, problem := newWorld(1).Check(r, rules)
			if tt.want == "" {
				assert.Nil(t, problem)
				return
			}
			require.NotNil(t, problem)
			assert.Equal(t, tt.want, problem.Fault)
		})
	}
}

func TestUnknownPath(t *testing.T) {
	w := newWorld(1)
	status, _, _ := fetch(t, clientOf(w), "http://acme.test/nowhere")
	assert.Equal(t, 404, status)
	require.Len(t, w.Violations(), 1)
	assert.Equal(t, "GET /nowhere: no such path", w.Violations()[0].String())
}

func TestKnobs(t *testing.T) {
	w := newWorld(1)
	assert.False(t, w.On("shout"))
	require.NoError(t, w.SetKnob("shout", "true"))
	assert.True(t, w.On("shout"))
	assert.ErrorContains(t, w.SetKnob("whisper", "true"), "whisper")
}

func TestRecordsAreBounded(t *testing.T) {
	w := newWorld(1)
	r := request(t, http.MethodGet, "http://acme.test/", "")
	c := clientOf(w)
	for range 5000 {
		w.Violation(r, "again")
	}
	for range 4200 {
		fetch(t, c, "http://acme.test/events?limit=1")
	}
	assert.Equal(t, 4200, w.Served())
	assert.LessOrEqual(t, len(w.Requests()), 4096)
	assert.Len(t, w.Violations(), 4096)
}

func TestFakeValues(t *testing.T) {
	rnd := newWorld(1).Rand("fake")
	for range 2000 {
		ip := vendorsim.IP(rnd)
		known := strings.HasPrefix(ip, "192.0.2.") || strings.HasPrefix(ip, "198.51.100.") || strings.HasPrefix(ip, "203.0.113.") || strings.HasPrefix(ip, "2001:db8:")
		assert.True(t, known, ip)
	}
	assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, vendorsim.UUID(rnd))
	assert.Equal(t, `{"a":"<&>"}`, vendorsim.JSON(map[string]string{"a": "<&>"})) //nolint:testifylint // of the bytes: <, & and > stand for themselves
	assert.Panics(t, func() { vendorsim.JSON(make(chan int)) })
	for _, p := range vendorsim.People {
		assert.Regexp(t, `@example\.(com|org|net)$`, p.Email)
	}
}

func TestIgnoredParametersAreViolations(t *testing.T) {
	w := newWorld(1)
	rules := acmeRules
	rules.IgnoreUnknown = true
	r := request(t, http.MethodGet, "http://acme.test/events?q=x&page=1&per=2&limit=3", "")
	r.Header.Set("Accept", "application/json")
	q, problem := w.Check(r, rules)
	require.Nil(t, problem)
	assert.Equal(t, "3", q.Get("limit"))
	assert.False(t, q.Has("page"))
	assert.Len(t, w.Violations(), 2)

	r = request(t, http.MethodGet, "http://acme.test/events?q=x&page=1&limit=11", "")
	r.Header.Set("Accept", "application/json")
	_, problem = w.Check(r, rules)
	require.NotNil(t, problem, "known parameters are checked all the same")
	assert.Equal(t, "limit", problem.Param)
}
