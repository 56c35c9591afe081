package onelogin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// maxLimit is above the documented 50: larger pages are served in production.
const (
	maxLimit     = 1000
	defaultLimit = 50
)

// hourly is for the account, over all tokens and all paths of version 1.
var hourly = vendorsim.Limit{Requests: 5000, Per: time.Hour}

type sim struct {
	world *vendorsim.World

	mu    sync.Mutex
	token string // that the token endpoint hands out
	made  time.Time
}

// enter does what all API paths share. It returns the usage, or a refusal.
func (s *sim) enter(r *http.Request) (vendorsim.Usage, *vendorsim.Reply) {
	w := s.world
	refuse := func(reply vendorsim.Reply) (vendorsim.Usage, *vendorsim.Reply) { return vendorsim.Usage{}, &reply }
	var err error
	if text, odd := strings.CutPrefix(r.Header.Get("Authorization"), "bearer:"); odd {
		_, err = w.CheckToken(r, strings.TrimSpace(text))
	} else {
		_, err = w.Bearer(r)
	}
	if err != nil {
		return refuse(fail(http.StatusUnauthorized, "Authentication Failure"))
	}
	switch w.Knob("missing_scope") {
	case "401":
		return refuse(fail(http.StatusUnauthorized, "Insufficient Permissions"))
	case "403":
		return refuse(fail(http.StatusForbidden, "Insufficient Permissions"))
	}
	cost := 1
	if r.URL.Path == limitPath {
		cost = 0
	}
	usage := w.Take("v1", hourly, cost)
	if !usage.Allowed {
		return refuse(throttled(w, usage))
	}
	return usage, nil
}

var rules = vendorsim.Rules{Params: map[string]vendorsim.Param{
	"since": vendorsim.TimeIn(), "until": vendorsim.TimeIn(), "created_at": vendorsim.TimeIn(),
	"limit": vendorsim.Int(1, maxLimit), "after_cursor": vendorsim.Text, "before_cursor": vendorsim.Text,
	"event_type_id": idList, "user_id": vendorsim.Int(0, 1<<62), "directory_id": vendorsim.Int(0, 1<<62), "id": vendorsim.Int(0, 1<<62),
	"client_id": vendorsim.Text, "resolution": vendorsim.Text,
	"sort": vendorsim.OneOf("+id", "-id"), "fields": vendorsim.Text,
}}

func idList(v string) error {
	for id := range strings.SplitSeq(v, ",") {
		if err := vendorsim.Int(0, 1<<31)(id); err != nil {
			return err
		}
	}
	return nil
}

func (s *sim) events(rw http.ResponseWriter, r *http.Request) {
	usage, refused := s.enter(r)
	if refused != nil {
		s.send(rw, *refused)
		return
	}
	limitHeaders(rw.Header(), usage)
	v, problem := s.world.Check(r, rules)
	if problem != nil {
		s.send(rw, badRequest(problem))
		return
	}
	q, err := s.query(r, v)
	if err != nil {
		if !errors.Is(err, vendorsim.ErrOldCursor) {
			s.world.Violation(r, "%v", err)
		}
		s.send(rw, fail(http.StatusBadRequest, "bad request"))
		return
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = rw.Write([]byte(s.page(r, q)))
}

// position is what a cursor holds: a row and the direction, but no filter. The
// vendor's own are base64 too.
type position struct {
	At     time.Time `json:"t,omitzero"` // zero: the head of the list
	Seq    int       `json:"n,omitempty"`
	Newest bool      `json:"d,omitempty"`
}

type query struct {
	values        url.Values
	sel           vendorsim.Query
	limit         int
	after, before *position
}

// query reads a request. Rows come oldest first with since, newest first without.
func (s *sim) query(r *http.Request, v url.Values) (query, error) {
	q := query{values: v, limit: vendorsim.IntOr(v, "limit", defaultLimit)}
	inclusive := s.world.On("inclusive_bounds")
	q.sel = vendorsim.Query{SinceExclusive: !inclusive, UntilInclusive: inclusive}
	q.sel.NewestFirst = !v.Has("since") || s.world.On("newest_first")
	q.sel.Since, _ = vendorsim.ParseTime(v.Get("since")) // checked by the rules; absent is open
	q.sel.Until, _ = vendorsim.ParseTime(v.Get("until"))
	var err error
	if q.after, err = s.open(r, v.Get("after_cursor")); err != nil {
		return q, err
	}
	if q.before, err = s.open(r, v.Get("before_cursor")); err != nil {
		return q, err
	}
	switch {
	case q.after != nil && q.before != nil:
		return q, fmt.Errorf("after_cursor and before_cursor exclude each other")
	case q.after != nil:
		q.sel.NewestFirst = q.after.Newest
	case q.before != nil:
		q.sel.NewestFirst = q.before.Newest
	}
	return q, nil
}

func (s *sim) open(r *http.Request, text string) (*position, error) {
	if text == "" {
		return nil, nil
	}
	var p position
	return &p, s.world.OpenCursor(r, "events", text, 0, &p)
}

// compare tells where e is from p in the order of the query.
func (q query) compare(e *vendorsim.Entry, p position) int {
	if p.At.IsZero() {
		return 1
	}
	c := e.Time.Compare(p.At)
	if c == 0 {
		c = e.Seq - p.Seq
	}
	if q.sel.NewestFirst {
		return -c
	}
	return c
}

// rows returns one page and whether rows are left behind it.
func (s *sim) rows(q query) ([]*vendorsim.Entry, bool) {
	var page []*vendorsim.Entry
	for _, e := range s.world.Between("events", q.sel) {
		if q.after != nil && q.compare(e, *q.after) <= 0 || q.before != nil && q.compare(e, *q.before) >= 0 || !matches(e.Raw, q.values) {
			continue
		}
		if q.before == nil && len(page) == q.limit {
			return page, true
		}
		page = append(page, e)
	}
	if q.before != nil {
		return page[max(0, len(page)-q.limit):], len(page) > 0
	}
	return page, false
}

// page returns the body. The links name another host and hold the cursor alone.
func (s *sim) page(r *http.Request, q query) string {
	rows, more := s.rows(q)
	before, after, previous, next := "null", "null", "null", "null"
	link := func(name, cursor string) string {
		return vendorsim.JSON("https://api.us.onelogin.com" + eventsPath + "?" + name + "=" + url.QueryEscape(cursor))
	}
	if s.world.On("empty_cursor") {
		after = `""`
	}
	at := position{Newest: q.sel.NewestFirst}
	if q.after != nil {
		at = *q.after
	}
	if len(rows) > 0 && q.before == nil && s.world.Fires(r, vendorsim.EmptyPage) {
		rows, more = nil, true
	}
	if len(rows) > 0 {
		first, last := rows[0], rows[len(rows)-1]
		at = position{last.Time, last.Seq, q.sel.NewestFirst}
		if q.after != nil {
			cursor := s.world.Cursor("events", position{first.Time, first.Seq, q.sel.NewestFirst})
			before, previous = vendorsim.JSON(cursor), link("before_cursor", cursor)
		}
	}
	if more {
		cursor := s.world.Cursor("events", at)
		after, next = vendorsim.JSON(cursor), link("after_cursor", cursor)
	}
	data := vendorsim.Array(s.world.Rows(r, rows))
	if q.values.Has("fields") {
		data = narrow(data, q.values.Get("fields"))
	}
	return fmt.Sprintf(`{"status":{"error":false,"code":200,"type":"success","message":"Success"},`+
		`"pagination":{"before_cursor":%s,"after_cursor":%s,"previous_link":%s,"next_link":%s},"data":%s}`, before, after, previous, next, data)
}

// matches applies the exact filters. user_id is the user acted upon.
func matches(raw string, v url.Values) bool {
	for _, name := range []string{"user_id", "client_id", "directory_id", "id", "created_at", "resolution"} {
		if v.Has(name) && gjson.Get(raw, name).String() != v.Get(name) {
			return false
		}
	}
	return !v.Has("event_type_id") || slices.Contains(strings.Split(v.Get("event_type_id"), ","), gjson.Get(raw, "event_type_id").String())
}

// narrow keeps of each row the named fields, and id always.
func narrow(data, fields string) string {
	keep := []string{"id"}
	for name := range strings.SplitSeq(fields, ",") {
		keep = append(keep, strings.TrimSpace(name))
	}
	rows := []map[string]json.RawMessage{}
	for _, row := range gjson.Parse(data).Array() {
		out := map[string]json.RawMessage{}
		for _, name := range keep {
			if f := row.Get(gjson.Escape(name)); f.Exists() {
				out[name] = json.RawMessage(f.Raw)
			}
		}
		rows = append(rows, out)
	}
	return vendorsim.JSON(rows)
}
