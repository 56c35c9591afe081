package zendesk

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const maxPage = 100

// perMinute is the account-wide limit of the Enterprise plan.
var perMinute = vendorsim.Limit{Requests: 700, Per: time.Minute}

// rules are those of the list: parameters that it does not know are ignored.
var rules = vendorsim.Rules{
	Accept:        "application/json",
	IgnoreUnknown: true,
	Params: map[string]vendorsim.Param{
		"page[size]": vendorsim.Int(1, maxPage), "page[after]": vendorsim.Text, "page[before]": vendorsim.Text,
		"sort":                 vendorsim.OneOf("created_at", "-created_at"),
		"filter[created_at]":   vendorsim.TimeIn(),
		"filter[created_at][]": vendorsim.TimeIn(),
		"filter[source_type]":  vendorsim.Text, "filter[source_id]": vendorsim.Int(-1<<63, 1<<63-1),
		"filter[actor_id]": vendorsim.Int(-1<<63, 1<<63-1), "filter[ip_address]": vendorsim.Text,
		"filter[action]": vendorsim.OneOf("create", "update", "destroy", "exported", "login"),
		"page":           vendorsim.Int(1, 1<<31-1), "per_page": vendorsim.Int(1, maxPage),
		"sort_by": vendorsim.OneOf("created_at"), "sort_order": vendorsim.OneOf("asc", "desc"),
	},
	Repeated: []string{"filter[created_at][]", "filter[created_at]"},
}

type sim struct{ world *vendorsim.World }

func (s *sim) logs(rw http.ResponseWriter, r *http.Request) {
	refused := s.authorize(r)
	if refused == nil {
		refused = s.closed(r)
	}
	if refused != nil {
		refused.Write(rw)
		return
	}
	usage := s.world.Take("account", perMinute, 1)
	if !usage.Allowed {
		throttled(s.world, usage).Write(rw)
		return
	}
	limitHeaders(rw.Header(), usage)
	q, problem := s.world.Check(r, rules)
	if problem != nil {
		badRequest(problem).Write(rw)
		return
	}
	if q.Has("filter[source_id]") && !q.Has("filter[source_type]") {
		s.world.Violation(r, "filter[source_id] without filter[source_type]")
		textual(http.StatusUnprocessableEntity, "InvalidValue", "filter[source_id] needs filter[source_type]").Write(rw)
		return
	}
	body, refused := s.list(r, q)
	if refused != nil {
		refused.Write(rw)
		return
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = rw.Write([]byte(body))
}

// closed tells why the account does not show its log.
func (s *sim) closed(r *http.Request) *vendorsim.Reply {
	switch {
	case s.world.On("no_account"):
		return new(noHelpDesk(r))
	case s.world.On("no_plan"):
		return new(notFound())
	case s.world.On("not_admin"):
		return new(forbidden())
	}
	return nil
}

// list answers one page: page[size] switches cursor paging on.
func (s *sim) list(r *http.Request, q url.Values) (string, *vendorsim.Reply) {
	if q.Has("page[size]") {
		for _, name := range []string{"page", "per_page", "sort_by", "sort_order"} {
			if q.Has(name) {
				s.world.Violation(r, "%s does nothing with cursor paging", name)
			}
		}
		return s.byCursor(r, q)
	}
	for _, name := range []string{"page[after]", "page[before]", "sort"} {
		if q.Has(name) {
			s.world.Violation(r, "%s does nothing without page[size]", name)
		}
	}
	return s.byOffset(r, q)
}

// rows returns what the filters select, both bounds included.
func (s *sim) rows(r *http.Request, q url.Values, newestFirst bool) []*vendorsim.Entry {
	sel := vendorsim.Query{UntilInclusive: true, NewestFirst: newestFirst}
	sel.Since, sel.Until = s.bounds(r, q)
	if !sel.Until.IsZero() && sel.Until.Before(sel.Since) {
		return nil
	}
	return slices.DeleteFunc(s.world.Between(stream, sel), func(e *vendorsim.Entry) bool { return !matches(e.Raw, q) })
}

// bounds returns start and end. The two must come in this order and under the name
// with brackets: a single value, or the name without, filters nothing.
func (s *sim) bounds(r *http.Request, q url.Values) (since, until time.Time) {
	if q.Has("filter[created_at]") {
		s.world.Violation(r, "filter[created_at] without [] does nothing")
	}
	values, ok := q["filter[created_at][]"]
	if !ok {
		return since, until
	}
	if len(values) != 2 {
		s.world.Violation(r, "filter[created_at][] comes %d times, want start and end", len(values))
		return since, until
	}
	since, _ = vendorsim.ParseTime(values[0]) // checked by the rules
	until, _ = vendorsim.ParseTime(values[1])
	if until.Before(since) {
		s.world.Violation(r, "filter[created_at][] has the end before the start")
	}
	return since, until
}

// filters are the exact-match filters and their fields.
var filters = map[string]string{
	"filter[source_type]": "source_type", "filter[source_id]": "source_id", "filter[actor_id]": "actor_id",
	"filter[ip_address]": "ip_address", "filter[action]": "action",
}

func matches(raw string, q url.Values) bool {
	for name, field := range filters {
		if !q.Has(name) {
			continue
		}
		v := gjson.Get(raw, field)
		if v.Type == gjson.Number && v.Raw != q.Get(name) || v.Type != gjson.Number && v.String() != q.Get(name) {
			return false
		}
	}
	return true
}

// link is the URL of another page of the same list.
func (s *sim) link(r *http.Request, q url.Values, name, value string) string {
	v := url.Values{}
	for k, values := range q {
		if k != "page[after]" && k != "page[before]" {
			v[k] = values
		}
	}
	v.Set(name, value)
	origin := vendorsim.Origin(r)
	if s.world.On("foreign_links") {
		origin = "https://acme.zendesk.example"
	}
	return fmt.Sprintf("%s%s.json?%s", origin, logsPath, v.Encode())
}
