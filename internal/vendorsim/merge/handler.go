package merge

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	maxPage     = 100
	defaultPage = 30
)

// perMinute is the lowest of the documented limits: the ones for calls without a
// linked account are not told.
var perMinute = vendorsim.Limit{Requests: 100, Per: time.Minute}

// failures is the abuse limit: one failing answer more than 20 in ten seconds and
// the address is blocked.
var failures = vendorsim.Limit{Requests: 21, Per: 10 * time.Second}

var rules = vendorsim.Rules{
	Accept:        "application/json",
	IgnoreUnknown: true,
	Params: map[string]vendorsim.Param{
		"cursor": vendorsim.Text, "page_size": vendorsim.Int(1, maxPage), "user_email": vendorsim.Text,
		"start_date": vendorsim.TimeIn(), "end_date": vendorsim.TimeIn(),
		"event_type": vendorsim.OneOf(eventTypes...),
	},
}

type sim struct{ world *vendorsim.World }

// blocked charges failing answers and tells whether the address is blocked.
func (s *sim) blocked(cost int) bool {
	usage := s.world.Take("failing answers", failures, cost)
	return !usage.Allowed || usage.Remaining == 0
}

func (s *sim) trail(r *http.Request) vendorsim.Reply {
	w := s.world
	if r.Header.Get("Authorization") != "Bearer "+apiKey {
		w.Violation(r, "wrong or no access key")
		return detail(http.StatusUnauthorized, "Invalid API key.")
	}
	if r.Header.Get("X-Account-Token") != "" {
		w.Violation(r, "X-Account-Token is for linked accounts")
	}
	if !slices.Contains(categories, r.PathValue("category")) {
		w.Violation(r, "no such category")
		return detail(http.StatusNotFound, "Not found.")
	}
	switch w.Knob("no_plan") {
	case "403":
		return detail(http.StatusForbidden, "Audit trail access requires the Enterprise plan.")
	case "404":
		return detail(http.StatusNotFound, "Not found.")
	}
	if usage := w.Take("organization", perMinute, 1); !usage.Allowed {
		return throttled(w, usage.Wait)
	}
	q, problem := w.Check(r, rules)
	if problem != nil {
		return badRequest(problem)
	}
	return s.page(r, q)
}

// place is what a cursor holds: the last row served.
type place struct {
	Time time.Time `json:"t,omitzero"`
	Seq  int       `json:"s,omitempty"`
	// Skips counts empty pages, so that each has a cursor of its own.
	Skips int `json:"k,omitempty"`
}

func (s *sim) page(r *http.Request, q url.Values) vendorsim.Reply {
	w := s.world
	var from place
	if q.Has("cursor") {
		if err := w.OpenCursor(r, scopeOf(q), q.Get("cursor"), 0, &from); err != nil {
			if errors.Is(err, vendorsim.ErrBadCursor) {
				w.Violation(r, "cursor: %v", err)
			}
			return detail(http.StatusBadRequest, "Invalid cursor")
		}
	}
	rows := s.rows(q)
	if !from.Time.IsZero() {
		rows = slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool { return !s.beyond(e, from) })
	}
	size := vendorsim.IntOr(q, "page_size", defaultPage)
	page, more := vendorsim.Slice(rows, 0, size), len(rows) > size
	if len(page) > 0 && w.Fires(r, vendorsim.EmptyPage) {
		page, more = nil, true
	}
	var next any
	if more {
		from.Skips++
		if len(page) > 0 {
			from = place{Time: page[len(page)-1].Time, Seq: page[len(page)-1].Seq}
		}
		next = s.next(r, q, w.Cursor(scopeOf(q), from))
	}
	results := vendorsim.Array(w.Rows(r, page))
	if rnd := w.Rand("null results", r.URL.RequestURI()); len(page) == 0 && vendorsim.OneIn(rnd, 2) {
		results = "null"
	}
	return vendorsim.Reply{
		Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: fmt.Sprintf(`{"next":%s,"previous":null,"results":%s}`, vendorsim.JSON(next), results),
	}
}

// next is the value that leads on: a cursor.
func (s *sim) next(r *http.Request, q url.Values, cursor string) string {
	if !s.world.On("next_url") {
		return cursor
	}
	v := url.Values{}
	for name, values := range q {
		v[name] = values
	}
	v.Set("cursor", cursor)
	return "https://api.merge.example" + r.URL.Path + "?" + v.Encode()
}

// rows returns what the parameters select.
func (s *sim) rows(q url.Values) []*vendorsim.Entry {
	inclusive := s.world.On("inclusive_bounds")
	sel := vendorsim.Query{SinceExclusive: !inclusive, UntilInclusive: inclusive, NewestFirst: !s.world.On("oldest_first")}
	for name, at := range map[string]*time.Time{"start_date": &sel.Since, "end_date": &sel.Until} {
		if q.Has(name) {
			*at, _ = vendorsim.ParseTime(q.Get(name)) // checked by the rules
		}
	}
	if !sel.Until.IsZero() && sel.Until.Before(sel.Since) {
		return nil
	}
	return slices.DeleteFunc(s.world.Between(stream, sel), func(e *vendorsim.Entry) bool {
		return q.Has("event_type") && gjson.Get(e.Raw, "event_type").Str != q.Get("event_type") ||
			q.Has("user_email") && gjson.Get(e.Raw, "user_email").Str != q.Get("user_email")
	})
}

// beyond tells whether e comes after a place in the order of the list.
func (s *sim) beyond(e *vendorsim.Entry, p place) bool {
	c := e.Time.Compare(p.Time)
	if c == 0 {
		c = e.Seq - p.Seq
	}
	if s.world.On("oldest_first") {
		return c > 0
	}
	return c < 0
}

// scopeOf is what a cursor is tied to: the other parameters.
func scopeOf(q url.Values) string {
	rest := url.Values{}
	for name, values := range q {
		if name != "cursor" && name != "page_size" {
			rest[name] = values
		}
	}
	return rest.Encode()
}
