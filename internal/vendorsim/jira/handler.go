package jira

import (
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

type sim struct{ world *vendorsim.World }

// authorize checks the credential for the site's host or for the gateway. It
// returns what kind it is.
func (s *sim) authorize(r *http.Request, gateway bool) (oauth bool, refused *vendorsim.Reply) {
	w := s.world
	refuse := func(reply vendorsim.Reply) (bool, *vendorsim.Reply) { return false, &reply }
	if user, password, basic := r.BasicAuth(); basic {
		if user == email && (password == classicToken || password == scopedToken && gateway) {
			return false, nil
		}
		w.Violation(r, "wrong basic credential, or a scoped token outside the gateway")
		return refuse(unauthenticated(w, r))
	}
	if !gateway {
		w.Violation(r, "the site's host takes basic auth only")
		return refuse(unauthenticated(w, r))
	}
	if r.Header.Get("Authorization") == "Bearer "+serviceToken {
		return false, nil
	}
	token, err := w.Bearer(r)
	if err != nil {
		return refuse(unauthenticated(w, r))
	}
	if token.Scope != scope {
		return refuse(scopeMismatch())
	}
	return true, nil
}

func (s *sim) records(rw http.ResponseWriter, r *http.Request, gateway bool) {
	if s.loginPage(rw, r) {
		return
	}
	oauth, refused := s.authorize(r, gateway)
	if refused == nil {
		refused = s.forbidden()
	}
	if refused != nil {
		refused.Write(rw)
		return
	}
	usage := s.world.Take("burst", burst, 1)
	if !usage.Allowed {
		throttled(usage, "jira-burst-based").Write(rw)
		return
	}
	if oauth && s.world.On("quota_exhausted") {
		hour := s.world.ServerTime().Truncate(time.Hour).Add(time.Hour)
		wait := int(hour.Sub(s.world.ServerTime()).Seconds()) + 1
		throttled(vendorsim.Usage{Limit: usage.Limit, Reset: hour, Wait: wait}, "jira-quota-global-based").Write(rw)
		return
	}
	limitHeaders(rw.Header(), usage)
	q, problem := s.world.Check(r, rules)
	if problem != nil {
		badRequest(problem).Write(rw)
		return
	}
	rw.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_, _ = rw.Write([]byte(s.page(r, q, gateway)))
}

// loginPage answers in place of the API when the site asks people to log in.
func (s *sim) loginPage(rw http.ResponseWriter, r *http.Request) bool {
	switch s.world.Knob("login_page") {
	case "html":
		rw.Header().Set("Content-Type", "text/html;charset=UTF-8")
		_, _ = rw.Write([]byte("<!DOCTYPE html><html><body>Log in with your Atlassian account</body></html>"))
	case "redirect":
		http.Redirect(rw, r, "http://id.atlassian.test/login?continue="+url.QueryEscape(r.URL.Path), http.StatusFound)
	default:
		return false
	}
	return true
}

func (s *sim) forbidden() *vendorsim.Reply {
	var reply vendorsim.Reply
	switch {
	case s.world.On("free_plan"):
		reply = errorCollection(http.StatusForbidden, "The audit log is not available on your plan.")
	case s.world.On("not_admin"):
		reply = errorCollection(http.StatusForbidden, "You do not have the permission to administer Jira.")
	default:
		return nil
	}
	return &reply
}

// page returns the body. Both bounds are inclusive; rows come newest first; total
// counts the whole site and more.
func (s *sim) page(r *http.Request, q url.Values, gateway bool) string {
	w := s.world
	offset, limit := vendorsim.IntOr(q, "offset", 0), vendorsim.IntOr(q, "limit", maxLimit)
	sel := vendorsim.Query{UntilInclusive: true, NewestFirst: true}
	total := len(w.Between("audit", sel)) + 7
	empty := fmt.Sprintf(`{"offset":%d,"limit":%d,"total":%d,"records":[]}`, offset, limit, total)
	ok := true
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
	s.world.Violation(r, "%s has no time zone", name)
	t, _ := vendorsim.ParseTime(q.Get(name), zoneless...) // checked by the rules
	return t, !gateway
}

// searched are the fields that the word search looks into.
var searched = []string{"summary", "category", "eventSource", "objectItem.name", "objectItem.parentName", "objectItem.typeName",
	"changedValues.#.changedFrom", "changedValues.#.changedTo", "remoteAddress"}

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
