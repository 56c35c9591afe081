package sdelements

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// list answers one page.
func (s *sim) list(r *http.Request, q url.Values) vendorsim.Reply {
	rows := s.rows(r, q)
	switch {
	case s.world.On("results_only"):
		return body(`{"results":` + vendorsim.Array(rows) + `}`)
	case s.world.On("cursor_paging") || q.Has("cursor"):
		return s.byCursor(r, q, rows)
	}
	return s.byNumber(r, q, rows)
}

// byNumber is the paging by page number, which shifts when rows come in.
func (s *sim) byNumber(r *http.Request, q url.Values, rows []*vendorsim.Entry) vendorsim.Reply {
	number, size := vendorsim.IntOr(q, "page", 1), pageSize(q)
	if number > 1 && (number-1)*size >= len(rows) {
		return detail(http.StatusNotFound, "Invalid page.")
	}
	page := vendorsim.Slice(rows, (number-1)*size, size)
	if number > 1 && s.world.Fires(r, vendorsim.DuplicateRows) { // the last row of the page before comes again
		page = vendorsim.Slice(rows, (number-1)*size-1, size+1)
	}
	next, previous := "", ""
	if number*size < len(rows) {
		next = s.link(r, q, "page", strconv.Itoa(number+1))
	}
	if number > 1 {
		previous = s.link(r, q, "page", strconv.Itoa(number-1))
	}
	return body(fmt.Sprintf(`{"count":%d%s,"previous":%s,"results":%s}`, len(rows), s.next(next), orNull(previous), vendorsim.Array(page)))
}

// place is what a cursor holds: the last row served.
type place struct {
	Time time.Time `json:"t,omitzero"`
	Seq  int       `json:"s,omitempty"`
	// Skips counts empty pages, so that each has a link of its own.
	Skips int `json:"k,omitempty"`
}

// byCursor is the paging of newer versions.
func (s *sim) byCursor(r *http.Request, q url.Values, rows []*vendorsim.Entry) vendorsim.Reply {
	var from place
	if q.Has("cursor") {
		if err := s.world.OpenCursor(r, scopeOf(q), q.Get("cursor"), 0, &from); err != nil {
			if errors.Is(err, vendorsim.ErrBadCursor) {
				s.world.Violation(r, "cursor: %v", err)
			}
			return detail(http.StatusNotFound, "Invalid cursor")
		}
	}
	if !from.Time.IsZero() {
		rows = slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool { return !s.beyond(e, from) })
	}
	size := pageSize(q)
	page, more := vendorsim.Slice(rows, 0, size), len(rows) > size
	if len(page) > 0 && s.world.Fires(r, vendorsim.EmptyPage) {
		page, more = nil, true
	}
	next := ""
	if more {
		from.Skips++
		if len(page) > 0 {
			from = place{Time: page[len(page)-1].Time, Seq: page[len(page)-1].Seq}
		}
		next = s.link(r, q, "cursor", s.world.Cursor(scopeOf(q), from))
	}
	return body(fmt.Sprintf(`{"results":%s%s}`, vendorsim.Array(s.world.Rows(r, page)), s.next(next)))
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

// scopeOf is what a cursor is tied to: everything but the place in the list.
func scopeOf(q url.Values) string {
	rest := url.Values{}
	for name, values := range q {
		if name != "cursor" && name != "page" && name != "page_size" {
			rest[name] = values
		}
	}
	return rest.Encode()
}

// next is the field of the next link, with a comma before it.
func (s *sim) next(link string) string {
	switch end := s.world.Knob("next_at_end"); {
	case link == "" && end == "blank":
		return `,"next":""`
	case link == "" && end == "missing":
		return ""
	}
	return `,"next":` + orNull(link)
}

func orNull(link string) string {
	if link == "" {
		return "null"
	}
	return vendorsim.JSON(link)
}

// link is the URL of another page of the same list. Behind a proxy the instance may
// not know its own name.
func (s *sim) link(r *http.Request, q url.Values, name, value string) string {
	v := url.Values{}
	for k, values := range q {
		v[k] = values
	}
	v.Del("page")
	v.Set(name, value)
	origin := vendorsim.Origin(r)
	if s.world.Knob("links") == "internal" {
		origin = "http://sde-web.internal.example:8000"
	}
	return origin + r.URL.Path + "?" + v.Encode()
}
