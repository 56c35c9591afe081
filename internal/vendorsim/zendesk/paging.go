package zendesk

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// position is what a cursor holds: a row of the list, or its start.
type position struct {
	Time time.Time `json:"t,omitzero"`
	Seq  int       `json:"s,omitempty"`
	// Skips counts empty pages, so that each has a cursor of its own.
	Skips int `json:"k,omitempty"`
}

// compare orders a row and a position in the order of the list.
func (p position) compare(e *vendorsim.Entry, newestFirst bool) int {
	c := e.Time.Compare(p.Time)
	if c == 0 {
		c = e.Seq - p.Seq
	}
	if newestFirst {
		return -c
	}
	return c
}

// scopeOf is what a cursor is tied to: everything but the place in the list.
func scopeOf(q url.Values) string {
	rest := url.Values{}
	for name, values := range q {
		if name != "page[after]" && name != "page[before]" && name != "page[size]" {
			rest[name] = values
		}
	}
	return rest.Encode()
}

func (s *sim) byCursor(r *http.Request, q url.Values) (string, *vendorsim.Reply) {
	newest := q.Get("sort") != "created_at"
	var from position
	back := q.Has("page[before]")
	for _, name := range []string{"page[after]", "page[before]"} {
		if !q.Has(name) {
			continue
		}
		if err := s.world.OpenCursor(r, scopeOf(q), q.Get(name), 0, &from); err != nil {
			if errors.Is(err, vendorsim.ErrBadCursor) {
				s.world.Violation(r, "%s: %v", name, err)
			}
			return "", new(listed(http.StatusBadRequest, "InvalidPaginationParameter", name+" is not valid"))
		}
	}
	rows := s.rows(r, q, newest)
	if !from.Time.IsZero() {
		rows = slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool {
			c := from.compare(e, newest)
			return !back && c <= 0 || back && c >= 0
		})
	}
	size := vendorsim.IntOr(q, "page[size]", maxPage)
	more := len(rows) > size
	page := vendorsim.Slice(rows, 0, size)
	if back {
		page = rows[max(0, len(rows)-size):]
	}
	if !back && len(page) > 0 && s.world.Fires(r, vendorsim.EmptyPage) {
		page, more = nil, true
	}
	return s.cursorPage(r, q, page, from, more), nil
}

func (s *sim) cursorPage(r *http.Request, q url.Values, page []*vendorsim.Entry, from position, more bool) string {
	first, last := from, from
	last.Skips++
	if len(page) > 0 {
		first = position{Time: page[0].Time, Seq: page[0].Seq}
		last = position{Time: page[len(page)-1].Time, Seq: page[len(page)-1].Seq}
	}
	var after, before, next, prev any
	if more || !s.world.On("null_cursors") {
		a, b := s.world.Cursor(scopeOf(q), last), s.world.Cursor(scopeOf(q), first)
		after, before = a, b
		if more {
			next = s.link(r, q, "page[after]", a)
		}
		if q.Has("page[after]") {
			prev = s.link(r, q, "page[before]", b)
		}
	}
	return fmt.Sprintf(`{"audit_logs":%s,"meta":%s,"links":%s}`, vendorsim.Array(s.world.Rows(r, page)),
		vendorsim.JSON(map[string]any{"has_more": more, "after_cursor": after, "before_cursor": before}),
		vendorsim.JSON(map[string]any{"next": next, "prev": prev}))
}

// maxOffsetPages is how far offset paging goes.
const maxOffsetPages = 100

// byOffset is the older paging: newest first by default, and shifting.
func (s *sim) byOffset(r *http.Request, q url.Values) (string, *vendorsim.Reply) {
	page, size := vendorsim.IntOr(q, "page", 1), vendorsim.IntOr(q, "per_page", maxPage)
	if page > maxOffsetPages {
		s.world.Violation(r, "offset paging ends after %d pages", maxOffsetPages)
		return "", new(textual(http.StatusBadRequest, "InvalidPaginationDepth",
			"Offset pagination is limited to 100 pages; use cursor pagination"))
	}
	rows := s.rows(r, q, q.Get("sort_order") != "asc")
	list := vendorsim.Slice(rows, (page-1)*size, size)
	if page > 1 && s.world.Fires(r, vendorsim.DuplicateRows) { // the last row of the page before comes again
		list = vendorsim.Slice(rows, (page-1)*size-1, size+1)
	}
	var next, prev any
	if page*size < len(rows) {
		next = s.link(r, q, "page", fmt.Sprint(page+1))
	}
	if page > 1 {
		prev = s.link(r, q, "page", fmt.Sprint(page-1))
	}
	return fmt.Sprintf(`{"audit_logs":%s,"next_page":%s,"previous_page":%s,"count":%d}`,
		vendorsim.Array(list), vendorsim.JSON(next), vendorsim.JSON(prev), len(rows)), nil
}
