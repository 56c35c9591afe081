package slack

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	maxCount     = 1000
	defaultCount = 100
	maxPages     = 100
)

func webRules(names ...string) vendorsim.Rules {
	rules := vendorsim.Rules{Params: map[string]vendorsim.Param{
		"count": vendorsim.Int(1, maxCount), "page": vendorsim.Int(1, 1<<31-1), "team_id": vendorsim.OneOf(workspaceID),
	}}
	for _, name := range names {
		rules.Params[name] = vendorsim.Text
	}
	return rules
}

// web checks what both Web API methods share.
func (s *sim) web(r *http.Request, rules vendorsim.Rules) (url.Values, *vendorsim.Reply) {
	token, refused := s.token(r)
	if refused == nil {
		refused = s.charge(r.URL.Path, tier2)
	}
	if refused != nil {
		return nil, refused
	}
	q, problem := s.world.Check(r, rules)
	if problem != nil {
		return nil, badRequest(r, problem)
	}
	if token == orgToken && !q.Has("team_id") {
		s.world.Violation(r, "an organization's token needs team_id")
		return nil, refuse(r, "missing_argument")
	}
	if vendorsim.IntOr(q, "page", 1) > maxPages {
		return nil, refuse(r, "over_pagination_limit")
	}
	return q, nil
}

// accessLogs pages by number or, when limit or cursor comes, by cursor.
func (s *sim) accessLogs(rw http.ResponseWriter, r *http.Request) {
	rules := webRules("cursor")
	rules.Params["before"], rules.Params["limit"] = vendorsim.Int(0, 1<<40), vendorsim.Int(1, maxCount)
	q, refused := s.web(r, rules)
	if refused != nil {
		refused.Write(rw)
		return
	}
	sel := vendorsim.Query{NewestFirst: true, UntilInclusive: true}
	if q.Has("before") {
		sel.Until = seconds(q, "before", sel.Until)
	}
	rows := s.world.Between("access_logs", sel)
	if s.world.On("aggregate") {
		rows = newestOfEach(rows)
	}
	if !q.Has("limit") && !q.Has("cursor") {
		s.numbered(rw, r, q, "logins", rows)
		return
	}
	if q.Has("page") || q.Has("count") {
		s.world.Violation(r, "page numbers beside a cursor")
		refuse(r, "invalid_arguments").Write(rw)
		return
	}
	s.byCursor(rw, r, q, rows)
}

func (s *sim) byCursor(rw http.ResponseWriter, r *http.Request, q url.Values, rows []*vendorsim.Entry) {
	w := s.world
	var from position
	if q.Has("cursor") {
		if err := w.OpenCursor(r, "access", q.Get("cursor"), cursorLife, &from); err != nil {
			if errors.Is(err, vendorsim.ErrBadCursor) {
				w.Violation(r, "%v", err)
			}
			refuse(r, "invalid_cursor").Write(rw)
			return
		}
	}
	first := slices.IndexFunc(rows, func(e *vendorsim.Entry) bool { return !from.passed(e) })
	if first < 0 {
		first = len(rows)
	}
	limit := vendorsim.IntOr(q, "limit", defaultCount)
	page, next := vendorsim.Slice(rows, first, limit), ""
	if first > 0 && len(page) > 0 && w.Fires(r, vendorsim.DuplicateRows) {
		page = rows[first-1 : first+len(page)] // the last row of the page before comes again
	}
	switch {
	case len(page) > 0 && w.Fires(r, vendorsim.EmptyPage):
		page, next = nil, w.Cursor("access", from)
	case first+limit < len(rows):
		last := page[len(page)-1]
		next = w.Cursor("access", position{last.Time, last.Seq})
	}
	writeJSON(rw, fmt.Sprintf(`{"ok":true,"logins":%s,"response_metadata":{"next_cursor":%q}}`, vendorsim.Array(page), next))
}

func (s *sim) integrationLogs(rw http.ResponseWriter, r *http.Request) {
	filters := []string{"change_type", "user", "app_id", "service_id"}
	q, refused := s.web(r, webRules(filters...))
	if refused != nil {
		refused.Write(rw)
		return
	}
	rows := slices.DeleteFunc(s.world.Between("integration_logs", vendorsim.Query{NewestFirst: true}), func(e *vendorsim.Entry) bool {
		for _, name := range filters {
			field := map[string]string{"user": "user_id"}[name]
			if field == "" {
				field = name
			}
			if q.Has(name) && gjson.Get(e.Raw, field).String() != q.Get(name) {
				return true
			}
		}
		return false
	})
	s.numbered(rw, r, q, "logs", rows)
}

// numbered writes one page by its number. Rows that come while somebody pages shift
// the rest; DuplicateRows plays that.
func (s *sim) numbered(rw http.ResponseWriter, r *http.Request, q url.Values, field string, rows []*vendorsim.Entry) {
	count, page := vendorsim.IntOr(q, "count", defaultCount), vendorsim.IntOr(q, "page", 1)
	from := (page - 1) * count
	if from > 0 && s.world.Fires(r, vendorsim.DuplicateRows) {
		from--
	}
	writeJSON(rw, fmt.Sprintf(`{"ok":true,%q:%s,"paging":{"count":%d,"total":%d,"page":%d,"pages":%d}}`,
		field, vendorsim.Array(vendorsim.Slice(rows, from, count)), count, len(rows), page, (len(rows)+count-1)/count))
}

// newestOfEach keeps, of rows with the newest first, the first of each user,
// address and agent.
func newestOfEach(rows []*vendorsim.Entry) []*vendorsim.Entry {
	seen := map[string]bool{}
	return slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool {
		key := fmt.Sprint(gjson.GetMany(e.Raw, "user_id", "ip", "user_agent"))
		known := seen[key]
		seen[key] = true
		return known
	})
}

func writeJSON(rw http.ResponseWriter, body string) {
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = rw.Write([]byte(body))
}
