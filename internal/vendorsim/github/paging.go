package github

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// answer writes one page and its links.
func (s *sim) answer(rw http.ResponseWriter, r *http.Request, q query) {
	rows, more := s.rows(r, q)
	empty := len(rows) > 0 && !q.server && q.before == nil && s.world.Fires(r, vendorsim.EmptyPage)
	if empty {
		rows, more = nil, true
	}
	if links := s.links(r, q, rows, more); len(links) > 0 {
		rw.Header().Set("Link", strings.Join(links, ", "))
	}
	if !q.server {
		rows = s.world.Rows(r, rows)
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = rw.Write([]byte(vendorsim.Array(rows)))
}

// rows returns one page in the order asked for, and whether rows are left behind it.
func (s *sim) rows(r *http.Request, q query) ([]*vendorsim.Entry, bool) {
	limit, skip := q.limit, 0
	if s.world.On("short_pages") && !q.server {
		limit = (limit + 1) / 2
	}
	if q.server {
		if skip = (q.page - 1) * q.limit; skip > 0 && s.world.Fires(r, vendorsim.DuplicateRows) {
			skip--
		}
	}
	var rows []*vendorsim.Entry
	for _, e := range s.world.Between("audit", s.selection(q)) {
		if !s.shows(q, e) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(rows) == limit && q.before == nil {
			return rows, true
		}
		rows = append(rows, e)
	}
	if q.before != nil {
		return rows[max(0, len(rows)-limit):], len(rows) > 0
	}
	return rows, false
}

// selection narrows the log to the phrase's times, the retention and the cursor.
func (s *sim) selection(q query) vendorsim.Query {
	now := s.world.Now()
	sel := vendorsim.Query{NewestFirst: q.newest, Since: q.phrase.since, Until: q.phrase.until, UntilInclusive: !q.phrase.beforeUntil}
	oldest := now.Add(-retention)
	if !q.phrase.dated {
		oldest = now.Add(-undatedBack)
	}
	if !q.server && sel.Since.Before(oldest) {
		sel.Since = oldest
	}
	if q.after != nil && !q.after.At.IsZero() {
		if q.newest {
			sel.Until, sel.UntilInclusive = q.after.At, true
		} else if q.after.At.After(sel.Since) {
			sel.Since = q.after.At
		}
	}
	return sel
}

// shows tells whether the query returns the row.
func (s *sim) shows(q query, e *vendorsim.Entry) bool {
	if q.after != nil && !q.after.At.IsZero() && !q.beyond(e, *q.after) || q.before != nil && !q.ahead(e, *q.before) {
		return false
	}
	git := strings.Contains(e.Raw, `"action":"git.`)
	if git && !q.server && e.Time.Before(s.world.Now().Add(-gitRetention)) {
		return false
	}
	switch q.values.Get("include") {
	case "all":
	case "git":
		if !git {
			return false
		}
	default:
		if git {
			return false
		}
	}
	if s.world.On("org_events_only") && q.kind.path == orgFeed.path && !has(e.Raw, "org", []string{organization}) {
		return false
	}
	return !q.phrase.searches() || q.phrase.matches(e.Raw)
}

// beyond tells whether e comes after p in the order of the query.
func (q query) beyond(e *vendorsim.Entry, p position) bool {
	c := q.compare(e, p)
	return c > 0
}

// ahead tells whether e comes before p in the order of the query.
func (q query) ahead(e *vendorsim.Entry, p position) bool { return q.compare(e, p) < 0 }

func (q query) compare(e *vendorsim.Entry, p position) int {
	c := e.Time.Compare(p.At)
	if c == 0 {
		c = e.Seq - p.Seq
	}
	if q.newest {
		return -c
	}
	return c
}

// scopeOf is what a cursor is tied to: everything but position and page size.
func scopeOf(v url.Values) string {
	return url.Values{"phrase": v["phrase"], "include": v["include"], "order": v["order"]}.Encode()
}

// cursorText looks like GitHub's own: base64 of a time in milliseconds, as a float,
// and an id.
func (s *sim) cursorText(v url.Values, p position) string {
	ms := strconv.FormatFloat(float64(p.At.UnixMilli()), 'e', -1, 64)
	return base64.StdEncoding.EncodeToString([]byte(ms + "|" + s.world.Cursor(scopeOf(v), p)))
}

func (s *sim) cursor(r *http.Request, v url.Values, name string) (*position, error) {
	if v.Get(name) == "" {
		return nil, nil
	}
	raw, err := base64.StdEncoding.DecodeString(v.Get(name))
	if err != nil {
		return nil, vendorsim.ErrBadCursor
	}
	_, sealed, _ := strings.Cut(string(raw), "|")
	var p position
	return &p, s.world.OpenCursor(r, scopeOf(v), sealed, 0, &p)
}

// links returns next, first and prev. They name the numeric path and carry after
// and before, one of them empty.
func (s *sim) links(r *http.Request, q query, rows []*vendorsim.Entry, more bool) []string {
	base := vendorsim.Origin(r)
	if q.server {
		return serverLinks(base+serverBase+q.kind.path, q, more)
	}
	link := func(rel, after, before string) string {
		v := url.Values{}
		for name, values := range q.values {
			v[name] = values
		}
		v.Set("after", after)
		v.Set("before", before)
		return "<" + base + q.kind.path + "?" + v.Encode() + `>; rel="` + rel + `"`
	}
	var links []string
	if more {
		at := position{}
		if q.after != nil {
			at = *q.after
		}
		if len(rows) > 0 {
			last := rows[len(rows)-1]
			at = position{last.Time, last.Seq}
		}
		links = append(links, link("next", s.cursorText(q.values, at), ""))
	}
	if q.after != nil || q.before != nil {
		links = append(links, link("first", "", ""))
		if len(rows) > 0 {
			links = append(links, link("prev", "", s.cursorText(q.values, position{rows[0].Time, rows[0].Seq})))
		}
	}
	return links
}

func serverLinks(base string, q query, more bool) []string {
	link := func(rel string, page int) string {
		v := url.Values{}
		for name, values := range q.values {
			v[name] = values
		}
		v.Set("page", strconv.Itoa(page))
		return "<" + base + "?" + v.Encode() + `>; rel="` + rel + `"`
	}
	var links []string
	if q.page > 1 {
		links = append(links, link("prev", q.page-1), link("first", 1))
	}
	if more {
		links = append(links, link("next", q.page+1))
	}
	return links
}
