package okta

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	retention   = 90 * 24 * time.Hour
	oldestSince = 180 * 24 * time.Hour
	defaultBack = 7 * 24 * time.Hour
	maxLimit    = 1000
)

// The org's bucket, and the half of it that one token or app may use by default:
// https://developer.okta.com/docs/reference/rate-limits/
var (
	orgLimit    = vendorsim.Limit{Requests: 120, Per: time.Minute}
	clientLimit = vendorsim.Limit{Requests: 60, Per: time.Minute}
)

type sim struct{ world *vendorsim.World }

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	mux.HandleFunc(logsPath, s.logs)
	mux.Handle(tokenPath, tokenServer(w))
	mux.Handle("/", w.Unknown(func(r *http.Request) vendorsim.Reply {
		return fail(w, r, http.StatusNotFound, "E0000022", "The endpoint does not support the provided HTTP method")
	}))
	return mux
}

func isSSWS(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Authorization"), "SSWS ")
}

// authorize returns the credential's name for rate limits, or a refusal.
func (s *sim) authorize(r *http.Request) (string, *vendorsim.Reply) {
	w := s.world
	if w.On("no_plan") {
		reply := fail(w, r, http.StatusUnauthorized, "E0000015", "You do not have permission to access the feature you are requesting")
		return "", &reply
	}
	refuse := func(reply vendorsim.Reply) (string, *vendorsim.Reply) { return "", &reply }
	if isSSWS(r) {
		if r.Header.Get("Authorization") != "SSWS "+apiToken {
			w.Violation(r, "wrong API token")
			return refuse(invalidToken(w, r))
		}
		return "token", nil
	}
	token, err := w.Bearer(r)
	if err != nil {
		return refuse(invalidToken(w, r))
	}
	if token.Scope != scope {
		return refuse(forbidden(w, r))
	}
	return "app", nil
}

// charge accounts one request and returns the tighter of the two limits.
func (s *sim) charge(client string) vendorsim.Usage {
	own := s.world.Take("logs by "+client, clientLimit, 1)
	if !own.Allowed {
		return own
	}
	if org := s.world.Take("logs", orgLimit, 1); !org.Allowed || org.Remaining < own.Remaining {
		return org
	}
	return own
}

var rules = vendorsim.Rules{
	Accept: "application/json",
	Params: map[string]vendorsim.Param{
		"since": vendorsim.TimeIn(), "until": vendorsim.TimeIn(),
		"sortOrder": vendorsim.OneOf("ASCENDING", "DESCENDING"),
		"limit":     vendorsim.Int(1, maxLimit),
		"filter":    vendorsim.Text, "q": vendorsim.Text, "after": vendorsim.Text,
	},
}

func (s *sim) logs(rw http.ResponseWriter, r *http.Request) {
	w := s.world
	client, refused := s.authorize(r)
	if refused != nil {
		refused.Write(rw)
		return
	}
	usage := s.charge(client)
	if !usage.Allowed {
		throttled(w, r, usage).Write(rw)
		return
	}
	limitHeaders(rw.Header(), usage)
	values, problem := w.Check(r, rules)
	if problem != nil {
		badRequest(w, r, problem).Write(rw)
		return
	}
	q, refused := s.query(r, values)
	if refused != nil {
		refused.Write(rw)
		return
	}
	s.answer(rw, r, q)
}

// query is one understood request.
type query struct {
	values  url.Values
	polling bool
	newest  bool // DESCENDING
	limit   int
	since   time.Time
	until   time.Time // zero in polling mode
	from    position
	match   func(raw string) bool
}

// position is what a cursor holds: the last row served.
type position struct {
	Since time.Time `json:"s"`
	Until time.Time `json:"u,omitzero"`
	Last  time.Time `json:"l,omitzero"`
	Seq   int       `json:"n,omitempty"`
}

func (s *sim) query(r *http.Request, v url.Values) (query, *vendorsim.Reply) {
	w := s.world
	q := query{values: v, newest: v.Get("sortOrder") == "DESCENDING", limit: vendorsim.IntOr(v, "limit", 100)}
	q.polling = !v.Has("until") && !q.newest
	var err error
	if q.match, err = parseFilter(v.Get("filter"), v.Get("q")); err != nil {
		return q, s.refuse(r, "E0000031", "Invalid search criteria. "+err.Error())
	}
	if most, err := strconv.Atoi(w.Knob("query_timeout_above")); err == nil && q.limit > most {
		reply := fail(w, r, http.StatusInternalServerError, "E0000009", "Internal Server Error")
		return q, &reply
	}
	if !v.Has("after") {
		return q, s.window(r, &q)
	}
	if v.Has("since") && !w.On("links_keep_since") {
		return q, s.refuse(r, "E0000001", "Api validation failed: since and after are mutually exclusive")
	}
	err = w.OpenCursor(r, scopeOf(v), v.Get("after"), 0, &q.from)
	switch {
	case err == nil:
		q.since, q.until = q.from.Since, q.from.Until
		return q, nil
	case errors.Is(err, vendorsim.ErrOldCursor):
		reply := fail(w, r, http.StatusBadRequest, "E0000001", "Api validation failed: after", err.Error())
		return q, &reply
	default:
		return q, s.refuse(r, "E0000001", "Api validation failed: after", err.Error())
	}
}

// refuse answers what no client should send.
func (s *sim) refuse(r *http.Request, code, summary string, causes ...string) *vendorsim.Reply {
	s.world.Violation(r, "%s %v", summary, causes)
	reply := fail(s.world, r, http.StatusBadRequest, code, summary, causes...)
	return &reply
}

// window reads the bounds of a request without cursor.
func (s *sim) window(r *http.Request, q *query) *vendorsim.Reply {
	now := s.world.Now()
	q.since = now.Add(-defaultBack)
	if q.values.Has("since") {
		q.since, _ = vendorsim.ParseTime(q.values.Get("since")) // checked by the rules
	}
	if q.since.Before(now.Add(-oldestSince)) {
		reply := fail(s.world, r, http.StatusBadRequest, "E0000053", "The since parameter is over 180 days prior to the current day.")
		return &reply
	}
	if !q.polling {
		q.until = now
		if q.values.Has("until") {
			q.until, _ = vendorsim.ParseTime(q.values.Get("until"))
		}
		if q.until.Before(q.since) {
			return s.refuse(r, "E0000001", "Api validation failed: until is before since")
		}
	}
	q.from = position{Since: q.since, Until: q.until}
	return nil
}

// scopeOf is what a cursor is tied to: everything but the page size.
func scopeOf(v url.Values) string {
	rest := url.Values{}
	for name, values := range v {
		if name != "after" && name != "limit" {
			rest[name] = values
		}
	}
	return rest.Encode()
}

func (s *sim) answer(rw http.ResponseWriter, r *http.Request, q query) {
	rows, more := s.page(q)
	if len(rows) > 0 && q.polling && s.world.Fires(r, vendorsim.EmptyPage) {
		rows = nil
	}
	links := []string{"<" + vendorsim.Origin(r) + r.URL.RequestURI() + `>; rel="self"`}
	if q.polling || more {
		links = append(links, "<"+s.next(r, q, rows)+`>; rel="next"`)
	}
	if s.world.On("joined_links") {
		links = []string{strings.Join(links, ", ")}
	}
	for _, link := range links {
		rw.Header().Add("Link", link)
	}
	rw.Header().Set("Content-Type", "application/json")
	_, _ = rw.Write([]byte(vendorsim.Array(s.world.Rows(r, rows))))
}

// page returns one page, and whether rows were left over.
func (s *sim) page(q query) ([]*vendorsim.Entry, bool) {
	sel := vendorsim.Query{By: vendorsim.VisibleTime, Since: q.since, NewestFirst: q.newest}
	if q.polling {
		sel.After = vendorsim.Position{Visible: q.from.Last, Seq: q.from.Seq}
	} else {
		sel.By, sel.Until = vendorsim.EventTime, q.until
	}
	oldest := s.world.Now().Add(-retention)
	var rows []*vendorsim.Entry
	for _, e := range s.world.Between("system", sel) {
		if e.Time.Before(oldest) || !q.polling && !q.beyond(e) || !q.match(e.Raw) {
			continue
		}
		if len(rows) == q.limit {
			return rows, true
		}
		rows = append(rows, e)
	}
	return rows, false
}

// beyond tells whether e comes after the cursor in a bounded query.
func (q query) beyond(e *vendorsim.Entry) bool {
	if q.from.Last.IsZero() {
		return true
	}
	c := e.Time.Compare(q.from.Last)
	if c == 0 {
		c = e.Seq - q.from.Seq
	}
	return c > 0 && !q.newest || c < 0 && q.newest
}

// next returns the link of the next page. An empty page leads to itself.
func (s *sim) next(r *http.Request, q query, rows []*vendorsim.Entry) string {
	if len(rows) == 0 && q.values.Has("after") {
		return vendorsim.Origin(r) + r.URL.RequestURI()
	}
	at := q.from
	if len(rows) > 0 {
		last := rows[len(rows)-1]
		at.Last, at.Seq = last.Time, last.Seq
		if q.polling {
			at.Last = last.Visible
		}
	}
	v := url.Values{}
	for name, values := range q.values {
		if name != "after" && (name != "since" || s.world.On("links_keep_since")) {
			v[name] = values
		}
	}
	v.Set("after", s.world.Cursor(scopeOf(v), at))
	return vendorsim.Origin(r) + r.URL.Path + "?" + v.Encode()
}
