package zoom

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	maxPage     = 300
	defaultPage = 30
	tokenLife   = 15 * time.Minute
	// longestRange is to what a longer range is cut without a word.
	longestRange = 30 * 24 * time.Hour
	day          = 24 * time.Hour
	dateTime     = "2006-01-02T15:04:05Z"
)

// Heavy requests of a Business account, shared by all of its apps:
// https://developers.zoom.us/docs/api/rate-limits/
var (
	heavySecond = vendorsim.Limit{Requests: 40, Per: time.Second}
	heavyDay    = vendorsim.Limit{Requests: 60_000, Per: day}
)

// report is one of the two lists.
type report struct {
	stream, path, rows, scope string
	rules                     vendorsim.Rules
}

// dates takes days; a date-time is cut down to its day.
var dates = vendorsim.TimeIn(time.DateOnly, time.RFC3339)

// categories are the values of category_type by the names that records show.
var categories = map[string]string{
	"user": "User", "user_settings": "User Settings", "account": "Account", "billing": "Billing", "im": "IM",
	"recording": "Recording", "phone_contacts": "Phone Contacts", "webinar": "Webinar", "sub_account": "Sub Account",
	"role": "Role", "zoom_rooms": "Zoom Rooms", "all": "",
}

func category(v string) error {
	if _, ok := categories[v]; !ok {
		return errors.New("Invalid category_type " + v)
	}
	return nil
}

var reports = []report{
	{"activities", activitiesPath, "activity_logs", "report:read:user_activities:admin", vendorsim.Rules{
		Accept: "application/json",
		Params: map[string]vendorsim.Param{"from": dates, "to": dates, "page_size": vendorsim.Int(1, maxPage), "next_page_token": nil},
	}},
	{"operation_logs", operationsPath, "operation_logs", "report:read:operation_logs:admin", vendorsim.Rules{
		Accept:   "application/json",
		Params:   map[string]vendorsim.Param{"from": dates, "to": dates, "page_size": vendorsim.Int(1, maxPage), "next_page_token": nil, "category_type": category},
		Required: []string{"from", "to"},
	}},
}

type sim struct{ world *vendorsim.World }

// admit checks credential, rights and quotas.
func (s *sim) admit(h http.Header, r *http.Request, p report) *vendorsim.Reply {
	w := s.world
	if r.Header.Get("Authorization") != "Bearer "+accessToken {
		if _, err := w.Bearer(r); err != nil {
			return new(unauthorized(err))
		}
	}
	if second := w.Take("second", heavySecond, 1); !second.Allowed {
		return new(throttled(w, second, perSecond))
	}
	daily := w.Take("day", heavyDay, 1)
	if !daily.Allowed || w.On("daily_spent") {
		daily.Remaining = 0
		daily.Reset = w.ServerTime().Truncate(day).Add(day)
		return new(throttled(w, daily, perDay))
	}
	limitHeaders(h, daily, perDay)
	if missing := w.Knob("missing_scope"); missing == p.stream || missing == "all" {
		return new(missingScope(p.scope))
	}
	switch w.Knob("no_permission") {
	case "role":
		return new(fail(http.StatusBadRequest, 200, "No permission."))
	case "plan":
		return new(fail(http.StatusBadRequest, 200, "Only available for Paid account whose account id is "+accountID+"."))
	}
	return nil
}

func (s *sim) report(rw http.ResponseWriter, r *http.Request, p report) {
	w := s.world
	if refused := s.admit(rw.Header(), r, p); refused != nil {
		refused.Write(rw)
		return
	}
	q, problem := w.Check(r, p.rules)
	if problem != nil {
		reply := badRequest(problem.Text)
		if problem.Fault == vendorsim.WrongMethod {
			reply = fail(http.StatusMethodNotAllowed, 300, "Request method is not supported.")
		}
		reply.Write(rw)
		return
	}
	body, refused := s.page(r, q, p)
	if refused != nil {
		refused.Write(rw)
		return
	}
	rw.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_, _ = rw.Write([]byte(body))
}

// dayOf reads a bound that the rules have checked.
func dayOf(q url.Values, name string, otherwise time.Time) time.Time {
	t, err := vendorsim.ParseTime(q.Get(name), time.DateOnly, time.RFC3339)
	if err != nil {
		t = otherwise
	}
	return t.UTC().Truncate(day)
}

// window returns the days that a query asks for.
func (s *sim) window(r *http.Request, q url.Values) (from, to time.Time, refused *vendorsim.Reply) {
	today := s.world.Now().Truncate(day)
	from, to = dayOf(q, "from", today), dayOf(q, "to", today)
	refuse := func(text string) (time.Time, time.Time, *vendorsim.Reply) {
		s.world.Violation(r, "%s", text)
		return from, to, new(badRequest(text))
	}
	switch {
	case from.Before(s.world.Now().AddDate(0, -6, -1)):
		return refuse("Only provide report in recent 6 months.")
	case to.Before(from):
		return refuse("The from date is later than the to date.")
	case to.After(today):
		s.world.Violation(r, "to is in the future")
	}
	if to.Sub(from) >= longestRange {
		s.world.Violation(r, "a range of %v is cut", to.Sub(from)+day)
		to = from.Add(longestRange - day)
	}
	return from, to, nil
}

// rows returns the records of whole days, newest first unless a switch says
// otherwise.
func (s *sim) rows(q url.Values, p report, from, to time.Time) []*vendorsim.Entry {
	zone, _ := time.ParseDuration(s.world.Knob("zone")) // unset: UTC
	until := to.Add(day)
	if s.world.On("exclusive_to") {
		until = to
	}
	rows := s.world.Between(p.stream, vendorsim.Query{Since: from.Add(-zone), Until: until.Add(-zone), NewestFirst: s.world.Knob("order") != "oldest"})
	if name := categories[q.Get("category_type")]; name != "" {
		rows = slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool { return gjson.Get(e.Raw, "category_type").Str != name })
	}
	return rows
}

// scopeOf is what a page token is tied to: the whole query.
func scopeOf(q url.Values, p report) string {
	rest := url.Values{"report": {p.stream}}
	for name, values := range q {
		if name != "next_page_token" {
			rest[name] = values
		}
	}
	return rest.Encode()
}

// page answers one page. Tokens count rows, so rows that arrive while somebody pages
// shift the next page: its first rows were the last ones of the page before.
func (s *sim) page(r *http.Request, q url.Values, p report) (string, *vendorsim.Reply) {
	w := s.world
	from, to, refused := s.window(r, q)
	if refused != nil {
		return "", refused
	}
	offset := 0
	if token := q.Get("next_page_token"); token != "" {
		if err := w.OpenCursor(r, scopeOf(q, p), token, tokenLife, &offset); err != nil {
			if errors.Is(err, vendorsim.ErrBadCursor) {
				w.Violation(r, "next_page_token: %v", err)
			}
			return "", new(badRequest("The next page token is invalid or expired."))
		}
	}
	size := vendorsim.IntOr(q, "page_size", defaultPage)
	rows := s.rows(q, p, from, to)
	if offset > 0 && w.Fires(r, vendorsim.DuplicateRows) {
		offset-- // as after a late record
	}
	page, next := vendorsim.Slice(rows, offset, size), ""
	switch {
	case len(page) > 0 && w.Fires(r, vendorsim.EmptyPage):
		page, next = nil, w.Cursor(scopeOf(q, p), offset)
	case offset+size < len(rows):
		next = w.Cursor(scopeOf(q, p), offset+size)
	}
	return s.body(p, page, next, size, from, to), nil
}

func (s *sim) body(p report, page []*vendorsim.Entry, next string, size int, from, to time.Time) string {
	echo := ""
	if layout := map[string]string{"": time.DateOnly, "datetime": dateTime}[s.world.Knob("echo")]; layout != "" {
		echo = fmt.Sprintf(`"from":%q,"to":%q,`, from.Format(layout), to.Format(layout))
	}
	token := ""
	if next != "" || !s.world.On("no_last_token") {
		token = fmt.Sprintf(`"next_page_token":%q,`, next)
	}
	return fmt.Sprintf(`{%s%s"page_size":%d,%q:%s}`, echo, token, size, p.rows, vendorsim.Array(page))
}
