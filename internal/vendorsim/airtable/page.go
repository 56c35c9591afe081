package airtable

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// position is a place in the order of the events: that of time in a query with an
// end, that of capture in a stream.
type position struct {
	At  time.Time `json:"t,omitzero"`
	Seq int       `json:"n"`
}

func (p position) compare(q position) int {
	if c := p.At.Compare(q.At); c != 0 {
		return c
	}
	return p.Seq - q.Seq
}

func (q query) position(e *vendorsim.Entry) position {
	if q.until.IsZero() {
		return position{e.Visible, e.Seq}
	}
	return position{e.Time, e.Seq}
}

// scopeOf is what a token is tied to: the times and the filters.
func scopeOf(v url.Values) string {
	rest := url.Values{}
	for name, values := range v {
		if !slices.Contains([]string{"next", "previous", "pageSize", "sortOrder"}, name) {
			rest[name] = values
		}
	}
	return rest.Encode()
}

// token returns a token that needs percent-encoding. A token stands for a position:
// one that did not move has the same token.
func (s *sim) token(q query, at position) string {
	if q.token != "" && at.compare(q.from) == 0 {
		return q.values.Get(q.token)
	}
	return base64.StdEncoding.EncodeToString([]byte(s.world.Cursor(scopeOf(q.values), at) + "\xff\xfe"))
}

func (s *sim) open(r *http.Request, v url.Values, text string, at *position) error {
	life, _ := time.ParseDuration(s.world.Knob("token_life")) // unset: no limit
	raw, err := base64.StdEncoding.DecodeString(text)
	if err == nil && len(raw) > 2 {
		err = s.world.OpenCursor(r, scopeOf(v), string(raw[:len(raw)-2]), life, at)
	} else {
		err = vendorsim.ErrBadCursor
	}
	if errors.Is(err, vendorsim.ErrBadCursor) {
		s.world.Violation(r, "token: %v", err)
	}
	return err
}

// page returns the body. The next token leads to newer events and the previous one
// to older ones, whatever the order of the page.
func (s *sim) page(r *http.Request, q query) string {
	all := s.rows(q)
	lo, hi := s.cut(q, all)
	if lo < hi && s.world.Fires(r, vendorsim.EmptyPage) {
		lo, hi = nothing(q, lo, hi)
	}
	next, previous := "null", "null"
	if q.until.IsZero() || hi < len(all) {
		next = vendorsim.JSON(s.token(q, q.newest(all, lo, hi)))
	}
	if lo > 0 {
		previous = vendorsim.JSON(s.token(q, q.position(all[min(lo, len(all)-1)])))
	}
	rows := slices.DeleteFunc(slices.Clone(all[lo:hi]), func(e *vendorsim.Entry) bool { return !matches(e.Raw, q.values) })
	if q.descending {
		slices.Reverse(rows)
	}
	body := `{"events":` + vendorsim.Array(s.world.Rows(r, rows))
	switch {
	case s.world.On("no_pagination") && len(rows) == 0:
		return body + "}"
	case s.world.On("omit_empty_nil") && previous == "null" && next != "null":
		return body + `,"pagination":{"next":` + next + "}}"
	}
	return body + `,"pagination":{"next":` + next + `,"previous":` + previous + "}}"
}

// newest is where the next page begins: behind the last row that was looked at.
func (q query) newest(all []*vendorsim.Entry, lo, hi int) position {
	if hi > lo || hi > 0 {
		return q.position(all[hi-1])
	}
	return position{Seq: -1}
}

// nothing makes a page empty whose token leads to the same rows again.
func nothing(q query, lo, hi int) (int, int) {
	if q.token == "previous" || q.token == "" && q.descending {
		return hi, hi
	}
	return lo, lo
}

// rows returns what lies in the query's time, oldest first.
func (s *sim) rows(q query) []*vendorsim.Entry {
	if !q.until.IsZero() {
		return s.world.Between(stream, vendorsim.Query{Since: q.since, Until: q.until})
	}
	rows := s.world.Between(stream, vendorsim.Query{By: vendorsim.VisibleTime})
	return slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool { return e.Time.Before(q.since) })
}

// cut finds the rows that one page looks at. With filters these are a few times the
// page size at most, so that pages may be empty in the middle.
func (s *sim) cut(q query, all []*vendorsim.Entry) (lo, hi int) {
	step := 1
	switch {
	case q.token == "next":
		lo, _ = slices.BinarySearchFunc(all, q.from, func(e *vendorsim.Entry, p position) int {
			if q.position(e).compare(p) <= 0 {
				return -1
			}
			return 1
		})
		hi = lo
	case q.token == "previous":
		lo, _ = slices.BinarySearchFunc(all, q.from, func(e *vendorsim.Entry, p position) int { return q.position(e).compare(p) })
		hi, step = lo, -1
	case q.descending:
		lo, hi, step = len(all), len(all), -1
	}
	seen, found := 0, 0
	for ; found < q.size && seen < 3*q.size; seen++ {
		at := hi
		if step < 0 {
			at = lo - 1
		}
		if at < 0 || at == len(all) {
			break
		}
		if matches(all[at].Raw, q.values) {
			found++
		}
		if step < 0 {
			lo--
		} else {
			hi++
		}
	}
	return lo, hi
}

// matches applies the filters: values of one are alternatives, all must fit.
func matches(raw string, v url.Values) bool {
	for name, paths := range map[string][]string{
		"originatingUserId": {"actor.user.id"}, "eventType": {"action"},
		"modelId": {"modelId", "context.workspaceId", "context.baseId"},
	} {
		if v.Has(name) && !slices.ContainsFunc(paths, func(path string) bool {
			return slices.Contains(v[name], gjson.Get(raw, path).String())
		}) {
			return false
		}
	}
	return !v.Has("category") || slices.Contains(v["category"], categoryOf(gjson.Get(raw, "action").Str))
}
