package browserstack

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	day = 24 * time.Hour
	// historyDays: https://www.browserstack.com/docs/enterprise/audit-logs
	historyDays = 180
	defaultDays = 14
	pageSize    = 100
)

// pace is that of the user management APIs, the one that is documented: a burst of 5,
// then one every 4 seconds, for the whole group.
// https://www.browserstack.com/docs/enterprise/api-reference/introduction
var pace = vendorsim.Limit{Requests: 5, Per: 20 * time.Second, Refill: true}

type sim struct{ world *vendorsim.World }

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	mux.HandleFunc(logsPath, s.call(s.logs))
	mux.HandleFunc(movedPath, s.call(s.logs))
	mux.HandleFunc(activitiesPath, s.call(s.activities))
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply { return notFound(w) }))
	return mux
}

// call answers one resource after what comes before all of them.
func (s *sim) call(answer func(*http.Request) vendorsim.Reply) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		if refused := s.admit(r); refused != nil {
			refused.Write(rw)
			return
		}
		answer(r).Write(rw)
	}
}

func (s *sim) admit(r *http.Request) *vendorsim.Reply {
	w := s.world
	if w.On("not_enabled") || w.On("moved") && r.URL.Path == logsPath {
		return new(notFound(w))
	}
	name, key, ok := r.BasicAuth()
	switch {
	case w.On("recycled"):
		return new(unauthorized(w))
	case !ok || (name != username || key != accessKey) && (name != serviceName || key != serviceKey):
		w.Violation(r, "no or a wrong credential")
		return new(unauthorized(w))
	}
	if u := w.Take("group", pace, 1); !u.Allowed {
		return new(throttled(w))
	}
	if w.On("not_allowed") {
		return new(forbidden(w))
	}
	return nil
}

// activities answers the catalogue.
func (s *sim) activities(r *http.Request) vendorsim.Reply {
	if _, problem := s.world.Check(r, vendorsim.Rules{}); problem != nil {
		return message(http.StatusBadRequest, problem.Text)
	}
	return vendorsim.JSONReply(http.StatusOK, object{"activities": catalogue}, nil)
}

func (s *sim) rules() vendorsim.Rules {
	rules := vendorsim.Rules{Params: map[string]vendorsim.Param{
		"oldest_date": vendorsim.TimeIn(time.DateOnly), "latest_date": vendorsim.TimeIn(time.DateOnly),
	}}
	if s.world.Knob("paging") != "" {
		rules.Params["page"] = vendorsim.Int(1, 1<<20)
	}
	return rules
}

func (s *sim) logs(r *http.Request) vendorsim.Reply {
	w := s.world
	q, problem := w.Check(r, s.rules())
	switch {
	case problem != nil && problem.Fault == vendorsim.WrongMethod:
		return notFound(w)
	case problem != nil:
		return badDate(w, problem.Text)
	}
	since, until, text := s.days(q)
	if text != "" {
		w.Violation(r, "%s", text)
		return badDate(w, text)
	}
	rows := w.Between(stream, vendorsim.Query{Since: since, Until: until, NewestFirst: true})
	switch w.Knob("order") {
	case "oldest":
		slices.Reverse(rows)
	case "shuffled":
		w.Rand("order", r.URL.RawQuery).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	next := ""
	if w.Knob("paging") != "" {
		rows, next = s.cut(r, q, rows)
	}
	reply := vendorsim.JSONReply(http.StatusOK, nil, nil)
	reply.Body = s.wrap(w.Rows(r, rows), next)
	return reply
}

// days returns the range of a query, or what is wrong with it. Without dates it is
// the last two weeks.
func (s *sim) days(q url.Values) (since, until time.Time, text string) {
	w := s.world
	hours, _ := strconv.Atoi(w.Knob("zone")) // UTC without it
	zone := time.FixedZone("", hours*3600)
	year, month, date := w.Now().In(zone).Date()
	today := time.Date(year, month, date, 0, 0, 0, 0, zone)
	since, latest := today.AddDate(0, 0, -defaultDays), today
	if w.On("ignores_dates") {
		return since, latest.Add(day), ""
	}
	if q.Has("oldest_date") {
		since, _ = time.ParseInLocation(time.DateOnly, q.Get("oldest_date"), zone) // checked by the rules
	}
	if q.Has("latest_date") {
		latest, _ = time.ParseInLocation(time.DateOnly, q.Get("latest_date"), zone)
	}
	switch first := today.AddDate(0, 0, -historyDays); {
	case latest.Before(since):
		return since, latest, "latest_date is before oldest_date"
	case since.Before(first) && !w.On("unlimited_history"):
		return since, latest, fmt.Sprintf("oldest_date is before %s, the first of the last %d days", first.Format(time.DateOnly), historyDays)
	}
	if w.On("exclusive_end") {
		return since, latest, ""
	}
	return since, latest.Add(day), ""
}

// cut returns one page and what stands for the next one.
func (s *sim) cut(r *http.Request, q url.Values, rows []*vendorsim.Entry) ([]*vendorsim.Entry, string) {
	n := vendorsim.IntOr(q, "page", 1)
	if n*pageSize >= len(rows) {
		return vendorsim.Slice(rows, (n-1)*pageSize, pageSize), "null"
	}
	next := url.Values{}
	for name := range q {
		next.Set(name, q.Get(name))
	}
	next.Set("page", strconv.Itoa(n+1))
	target := r.URL.Path + "?" + next.Encode()
	value := vendorsim.JSON(target)
	switch s.world.Knob("paging") {
	case "link":
		value = vendorsim.JSON(vendorsim.Origin(r) + target)
	case "number":
		value = strconv.Itoa(n + 1)
	case "token":
		value = vendorsim.JSON(s.world.Cursor(stream, n+1))
	}
	return vendorsim.Slice(rows, (n-1)*pageSize, pageSize), value
}

// wrap puts a list into its envelope.
func (s *sim) wrap(rows []*vendorsim.Entry, next string) string {
	key := s.world.Knob("wrapper")
	switch key {
	case "array":
		return vendorsim.Array(rows)
	case "":
		key = "logs"
	}
	if next == "" {
		return fmt.Sprintf(`{%q:%s}`, key, vendorsim.Array(rows))
	}
	nextKey := s.world.Knob("paging_key")
	if nextKey == "" {
		nextKey = "next_page"
	}
	return fmt.Sprintf(`{%q:%s,%q:%s}`, key, vendorsim.Array(rows), nextKey, next)
}
