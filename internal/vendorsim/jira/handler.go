package jira

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	retention = 365 * 24 * time.Hour
	maxLimit  = 1000
)

// burst stands for the per-second limits, of which Atlassian publishes no numbers.
var burst = vendorsim.Limit{Requests: 350, Per: time.Minute}

// zoned and zoneless are the time formats with and without a zone.
var (
	zoned    = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700"}
	zoneless = []string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04", time.DateOnly}
)

var rules = vendorsim.Rules{
	Accept: "application/json",
	Params: map[string]vendorsim.Param{
		"offset": vendorsim.Int(0, 1<<31-1), "limit": vendorsim.Int(1, maxLimit), "filter": vendorsim.Text,
		"from": vendorsim.TimeIn(append(slices.Clone(zoned), zoneless...)...),
		"to":   vendorsim.TimeIn(append(slices.Clone(zoned), zoneless...)...),
	},
}

type sim struct{ *Site }

// Admitted runs what comes before every resource of Jira: login page, credential,
// limits. When it returns false the answer is written.
func (s *Site) Admitted(rw http.ResponseWriter, r *http.Request, gateway bool, scopes ...string) bool {
	if s.LoginPage(rw, r) {
		return false
	}
	oauth, err := s.Admit(r, gateway, scopes...)
	switch {
	case err == nil:
	case errors.Is(err, ErrScope):
		scopeMismatch().Write(rw)
		return false
	default:
		unauthenticated(s.World, r).Write(rw)
		return false
	}
	if refusal := s.Charge(rw.Header(), oauth); refusal != nil {
		throttled(refusal).Write(rw)
		return false
	}
	return true
}

func (s *sim) records(rw http.ResponseWriter, r *http.Request, gateway bool) {
	if !s.Admitted(rw, r, gateway, scope, "read:audit-log:jira") {
		return
	}
	if refused := s.forbidden(); refused != nil {
		refused.Write(rw)
		return
	}
	q, problem := s.World.Check(r, rules)
	if problem != nil {
		BadRequest(problem).Write(rw)
		return
	}
	rw.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_, _ = rw.Write([]byte(s.page(r, q, gateway)))
}

func (s *sim) forbidden() *vendorsim.Reply {
	var reply vendorsim.Reply
	switch {
	case s.World.On("free_plan"):
		reply = errorCollection(http.StatusForbidden, "The audit log is not available on your plan.")
	case s.World.On("not_admin"):
		reply = errorCollection(http.StatusForbidden, "You do not have the permission to administer Jira.")
	default:
		return nil
	}
	return &reply
}

// page returns the body. Both bounds are inclusive; rows come newest first; total
// counts the whole site and more.
func (s *sim) page(r *http.Request, q url.Values, gateway bool) string {
	w := s.World
	offset, limit := vendorsim.IntOr(q, "offset", 0), vendorsim.IntOr(q, "limit", maxLimit)
	sel := vendorsim.Query{UntilInclusive: true, NewestFirst: true}
	total := len(w.Between("audit", sel)) + 7
	empty := fmt.Sprintf(`{"offset":%d,"limit":%d,"total":%d,"records":[]}`, offset, limit, total)
	var ok bool
	if sel.Since, ok = s.bound(r, q, "from", gateway); !ok {
		return empty
	}
	if sel.Until, ok = s.bound(r, q, "to", gateway); !ok {
		return empty
	}
	if oldest := w.Now().Add(-retention); sel.Since.Before(oldest) {
		sel.Since = oldest
	}
	if !sel.Until.IsZero() && !sel.Since.Before(sel.Until) {
		return empty
	}
	words := strings.Fields(strings.ToLower(q.Get("filter")))
	rows := slices.DeleteFunc(w.Between("audit", sel), func(e *vendorsim.Entry) bool { return !matches(e.Raw, words) })
	from := offset
	if offset > 0 && w.Fires(r, vendorsim.DuplicateRows) {
		from-- // as after a late row: the last row of the page before comes again
	}
	return fmt.Sprintf(`{"offset":%d,"limit":%d,"total":%d,"records":%s}`, offset, limit, total, vendorsim.Array(vendorsim.Slice(rows, from, limit)))
}

// bound reads a bound. One without a zone makes the gateway answer with nothing;
// the site's host takes it for UTC.
func (s *sim) bound(r *http.Request, q url.Values, name string, gateway bool) (time.Time, bool) {
	if !q.Has(name) {
		return time.Time{}, true
	}
	if t, err := vendorsim.ParseTime(q.Get(name), zoned...); err == nil {
		return t, true
	}
	s.World.Violation(r, "%s has no time zone", name)
	t, _ := vendorsim.ParseTime(q.Get(name), zoneless...) // checked by the rules
	return t, !gateway
}

// searched are the fields that the word search looks into.
var searched = []string{
	"summary", "category", "eventSource", "objectItem.name", "objectItem.parentName", "objectItem.typeName",
	"changedValues.#.changedFrom", "changedValues.#.changedTo", "remoteAddress",
}

// matches tells whether each word is in one of the searched fields.
func matches(raw string, words []string) bool {
	if len(words) == 0 {
		return true
	}
	var text strings.Builder
	for _, f := range gjson.GetMany(raw, searched...) {
		text.WriteString(strings.ToLower(f.String()))
		text.WriteByte('\n')
	}
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text.String(), word) })
}
