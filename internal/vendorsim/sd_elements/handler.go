package sdelements

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// local is the instance's own zone, in which it reads times that have none.
var local = time.FixedZone("instance", -5*60*60)

var (
	zoned    = []string{time.RFC3339Nano}
	zoneless = []string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04", time.DateOnly}
	aTime    = vendorsim.TimeIn(slices.Concat(zoned, zoneless)...)
	aNumber  = vendorsim.Int(0, 1<<63-1)
)

// rules are those of the list: parameters that it does not know are ignored.
var rules = vendorsim.Rules{
	Accept:        "application/json",
	IgnoreUnknown: true,
	Params: map[string]vendorsim.Param{
		"actor": aNumber, "user": aNumber, "id": aNumber, "name": vendorsim.Text,
		"application": aNumber, "application_desc": vendorsim.Text, "business_unit": aNumber, "business_unit_desc": vendorsim.Text,
		"project": aNumber, "project_desc": vendorsim.Text, "standard": aStandard, "standard_desc": vendorsim.Text,
		"date_from": aTime, "date_to": aTime,
		"page": vendorsim.Int(1, 1<<31-1), "page_size": vendorsim.Int(1, 1<<31-1), "cursor": vendorsim.Text,
	},
}

var standardID = regexp.MustCompile(`^C?T[0-9]+$`)

func aStandard(v string) error {
	if !standardID.MatchString(v) {
		return fmt.Errorf("%q is not the id of a standard", v)
	}
	return nil
}

type sim struct{ world *vendorsim.World }

// serve checks the credential before anything is answered.
func (s *sim) serve(rw http.ResponseWriter, r *http.Request, answer func(*http.Request, url.Values) vendorsim.Reply) {
	switch s.world.Knob("login_page") {
	case "html":
		vendorsim.Reply{
			Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
			Body: "<!DOCTYPE html><html><body>Single sign-on</body></html>",
		}.Write(rw)
		return
	case "redirect":
		http.Redirect(rw, r, "https://sso.example.com/login", http.StatusFound)
		return
	}
	if refused := s.authorize(r); refused != nil {
		refused.Write(rw)
		return
	}
	q, problem := s.world.Check(r, rules)
	if problem != nil {
		badRequest(problem).Write(rw)
		return
	}
	answer(r, q).Write(rw)
}

func (s *sim) authorize(r *http.Request) *vendorsim.Reply {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case scheme != "Token":
		s.world.Violation(r, "no token")
		return new(unauthorized("Authentication credentials were not provided."))
	case token != apiToken: // also when it comes in quotes
		s.world.Violation(r, "wrong token")
		return new(unauthorized("Invalid token."))
	case s.world.On("no_permission"):
		return new(forbidden())
	}
	return nil
}

// one answers a single activity.
func (s *sim) one(r *http.Request, _ url.Values) vendorsim.Reply {
	for _, e := range s.world.Between(stream, vendorsim.Query{}) {
		if e.ID == r.PathValue("id") {
			return body(e.Raw)
		}
	}
	return detail(http.StatusNotFound, "Not found.")
}

func body(text string) vendorsim.Reply {
	return vendorsim.Reply{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: text}
}

// rows returns what the filters select, both bounds included.
func (s *sim) rows(r *http.Request, q url.Values) []*vendorsim.Entry {
	sel := vendorsim.Query{
		UntilInclusive: true, NewestFirst: !s.world.On("oldest_first"),
		Since: s.bound(r, q, "date_from"), Until: s.bound(r, q, "date_to"),
	}
	if !sel.Until.IsZero() && sel.Until.Before(sel.Since) {
		return nil
	}
	project := r.PathValue("project")
	return slices.DeleteFunc(s.world.Between(stream, sel), func(e *vendorsim.Entry) bool {
		return !matches(e.Raw, q) || project != "" && value(e.Raw, "data.project") != project
	})
}

// bound reads a time. One without a zone is the instance's local time.
func (s *sim) bound(r *http.Request, q url.Values, name string) time.Time {
	if !q.Has(name) {
		return time.Time{}
	}
	if t, err := vendorsim.ParseTime(q.Get(name), zoned...); err == nil {
		return t
	}
	s.world.Violation(r, "%s has no time zone", name)
	t, _ := vendorsim.ParseTime(q.Get(name), zoneless...) // checked by the rules
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), local)
}

func matches(raw string, q url.Values) bool {
	for name := range q {
		var got string
		switch name {
		case "actor", "id", "name":
			got = value(raw, name)
		case "user":
			got = strings.TrimPrefix(value(raw, "data.user"), "U")
		case "date_from", "date_to", "page", "page_size", "cursor":
			continue
		default:
			got = value(raw, "data."+name)
		}
		if got != q.Get(name) {
			return false
		}
	}
	return true
}

// value returns a field as text, numbers as they are written.
func value(raw, path string) string {
	v := gjson.Get(raw, path)
	if v.Type == gjson.Number {
		return v.Raw
	}
	return v.String()
}

// maxPage is what page sizes are cut to, without a word.
const maxPage = 1000

func pageSize(q url.Values) int {
	n, err := strconv.Atoi(q.Get("page_size"))
	if err != nil {
		return 20
	}
	return min(n, maxPage)
}
