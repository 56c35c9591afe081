package intercom

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// page answers one page: newest first, by page number, so that rows which come in
// between two pages push others onto the next one.
func (s *sim) page(r *http.Request, q url.Values, types []string) vendorsim.Reply {
	w := s.world
	since, until := s.bounds(q)
	if until.Sub(since) > s.longest() {
		return fail(w, r, http.StatusInternalServerError, "server_error", "Server Error")
	}
	number := vendorsim.IntOr(q, "page", 1)
	if q.Has("starting_after") {
		if err := w.OpenCursor(r, scopeOf(q), q.Get("starting_after"), 0, &number); err != nil {
			if errors.Is(err, vendorsim.ErrBadCursor) {
				w.Violation(r, "starting_after: %v", err)
			}
			return fail(w, r, http.StatusBadRequest, "parameter_invalid", "starting_after is not valid")
		}
	}
	var rows []*vendorsim.Entry
	if !until.Before(since) {
		exclusive := w.On("exclusive_bounds")
		rows = w.Between(stream, vendorsim.Query{Since: since, SinceExclusive: exclusive, Until: until, UntilInclusive: !exclusive, NewestFirst: true})
	}
	if len(types) > 0 {
		rows = slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool {
			return !slices.Contains(types, gjson.Get(e.Raw, "activity_type").Str)
		})
	}
	size := vendorsim.IntOr(q, "per_page", defaultPage)
	pages := max(1, (len(rows)+size-1)/size)
	page := vendorsim.Slice(rows, (number-1)*size, size)
	if number > 1 && w.Fires(r, vendorsim.DuplicateRows) { // the last row of the page before comes again
		page = vendorsim.Slice(rows, (number-1)*size-1, size+1)
	}
	body := fmt.Sprintf(`{"type":"activity_log.list","pages":{"type":"pages","next":%s,"page":%d,"per_page":%d,"total_pages":%d},"activity_logs":%s}`,
		vendorsim.JSON(s.next(r, q, number, size, pages)), number, size, pages, s.array(r, page))
	return vendorsim.Reply{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Body: body}
}

// array returns the rows; the schema allows null among them.
func (s *sim) array(r *http.Request, page []*vendorsim.Entry) string {
	rnd := s.world.Rand("null row", r.URL.RequestURI())
	if len(page) > 0 && vendorsim.OneIn(rnd, 4) {
		page = slices.Insert(slices.Clone(page), rnd.IntN(len(page)), &vendorsim.Entry{Raw: "null"})
	}
	return vendorsim.Array(page)
}

// bounds returns the span. Absent bounds are thirty days ago and now.
func (s *sim) bounds(q url.Values) (since, until time.Time) {
	at := func(name string, otherwise time.Time) time.Time {
		n, err := strconv.ParseInt(q.Get(name), 10, 64)
		if err != nil { // checked before: absent
			return otherwise
		}
		return time.Unix(n, 0)
	}
	now := s.world.Now()
	return at("created_at_after", now.Add(-defaultBack)), at("created_at_before", now)
}

func (s *sim) longest() time.Duration {
	if hours, err := strconv.Atoi(s.world.Knob("max_hours")); err == nil {
		return time.Duration(hours) * time.Hour
	}
	return maxSpan
}

// next is pages.next: a complete URL in practice, an object in the schema.
func (s *sim) next(r *http.Request, q url.Values, number, size, pages int) any {
	if number >= pages {
		return nil
	}
	origin := vendorsim.Origin(r)
	switch s.world.Knob("next") {
	case "null":
		return nil
	case "object":
		return map[string]any{"per_page": size, "starting_after": s.world.Cursor(scopeOf(q), number+1)}
	case "foreign":
		origin = "https://api.intercom.example"
	}
	v := url.Values{}
	for name, values := range q {
		v[name] = values
	}
	v.Del("starting_after")
	v.Set("page", strconv.Itoa(number+1))
	v.Set("per_page", strconv.Itoa(size))
	return origin + r.URL.Path + "?" + v.Encode()
}

// scopeOf is what a cursor is tied to: everything but the place in the list.
func scopeOf(q url.Values) string {
	rest := url.Values{}
	for name, values := range q {
		if name != "starting_after" && name != "page" {
			rest[name] = values
		}
	}
	return rest.Encode()
}
