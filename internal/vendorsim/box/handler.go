package box

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
	retention        = 14 * 24 * time.Hour
	historyRetention = 365 * 24 * time.Hour
	// historyLag is how much later an event shows in the history. Box says "higher
	// latency" and no number.
	historyLag = 10 * time.Minute

	defaultLimit, maxLimit = 100, 500
)

// perUser: https://developer.box.com/guides/api-calls/permissions-and-errors/rate-limits/
var perUser = vendorsim.Limit{Requests: 1000, Per: time.Minute, Refill: true}

var rules = vendorsim.Rules{
	Params: map[string]vendorsim.Param{
		"stream_type":     vendorsim.OneOf("all", "changes", "sync", history, streaming),
		"stream_position": nil, // checked by its stream
		"limit":           vendorsim.Int(1, maxLimit),
		"event_type":      vendorsim.Text,
		"created_after":   vendorsim.TimeIn(), "created_before": vendorsim.TimeIn(),
	},
	IgnoreUnknown: true,
}

type sim struct{ world *vendorsim.World }

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	mux.HandleFunc(eventsPath, func(rw http.ResponseWriter, r *http.Request) { s.events(r).Write(rw) })
	mux.Handle(tokenPath, tokens{w, realTokenURL})
	mux.Handle(proxyPath, tokens{w, ""})
	mux.Handle("/", w.Unknown(notFound))
	return mux
}

// admit checks everything but the parameters.
func (s *sim) admit(r *http.Request) *vendorsim.Reply {
	w := s.world
	token := vendorsim.Token{Client: "developer", Scope: scope}
	if r.Header.Get("Authorization") != "Bearer "+developerToken {
		var err error
		if token, err = w.Bearer(r); err != nil {
			return new(unauthorized(w))
		}
	} else if w.On("expired_developer") || w.Fires(r, vendorsim.TokenExpired) {
		return new(unauthorized(w))
	}
	if u := w.Take("calls of "+token.Client, perUser, 1); !u.Allowed {
		return new(throttled(w, u.Wait))
	}
	if token.Scope != scope {
		return new(insufficientScope())
	}
	if w.On("not_admin") {
		return new(noAdmin())
	}
	return nil
}

func (s *sim) events(r *http.Request) vendorsim.Reply {
	if refused := s.admit(r); refused != nil {
		return *refused
	}
	q, problem := s.world.Check(r, rules)
	switch {
	case problem != nil && problem.Fault == vendorsim.WrongMethod:
		return clientError(http.StatusMethodNotAllowed, "method_not_allowed", "Method Not Allowed")
	case problem != nil:
		return badRequest(problem.Text)
	}
	types, ok := s.types(r, q)
	if !ok {
		return badRequest("Invalid event type")
	}
	switch q.Get("stream_type") {
	case streaming:
		return s.live(r, q, types)
	case history:
		return s.past(r, q, types)
	}
	s.world.Violation(r, "stream_type %q is the feed of the token's owner", q.Get("stream_type"))
	return body(nil, s.number(encode("user", s.world.Now(), 0)))
}

// types reads event_type: names in one parameter, parted by commas. What a name does
// that is not documented there is not known.
func (s *sim) types(r *http.Request, q url.Values) ([]string, bool) {
	if !q.Has("event_type") {
		return nil, true
	}
	list := strings.Split(q.Get("event_type"), ",")
	for _, name := range list {
		if !slices.Contains(filterValues, name) {
			s.world.Violation(r, "event_type %q is not a documented value", name)
			if s.world.Knob("other_event_type") == "400" {
				return nil, false
			}
		}
	}
	return list, true
}

func match(e *vendorsim.Entry, types []string) bool {
	return types == nil || slices.Contains(types, gjson.Get(e.Raw, "event_type").Str)
}

// live answers admin_logs_streaming: in the order of arrival, at least once, without
// times.
func (s *sim) live(r *http.Request, q url.Values, types []string) vendorsim.Reply {
	w := s.world
	for _, name := range []string{"created_after", "created_before"} {
		if q.Has(name) {
			w.Violation(r, "%s means nothing to %s", name, streaming)
		}
	}
	f := feed{streaming, w.Between(log, vendorsim.Query{By: vendorsim.VisibleTime}), visible}
	oldest := w.Now().Add(-retention)
	if q.Get("stream_position") == "now" {
		return body(nil, s.number(f.end(w.Now())))
	}
	from, at, err := s.open(r, f, q.Get("stream_position"))
	if err != nil || !at.IsZero() && at.Before(oldest) && w.Knob("old_position") == "400" {
		return badPosition()
	}
	from = max(from, f.first(oldest))
	rows, to := s.chunk(f, q, from, func(e *vendorsim.Entry) bool { return match(e, types) })
	if len(rows) > 0 && from > 0 && w.Fires(r, vendorsim.EmptyPage) {
		rows, to = nil, from // whoever asks again finds them
	}
	next := f.after(to)
	if to == 0 {
		next = f.end(w.Now())
	}
	return body(w.Rows(r, rows), s.number(next))
}

// past answers admin_logs: by event time, each event once, later than the stream. An
// event that shows up behind the position is missed.
func (s *sim) past(r *http.Request, q url.Values, types []string) vendorsim.Reply {
	w := s.world
	f := feed{history, s.shown(), happened}
	position := q.Get("stream_position")
	if position == "now" {
		w.Violation(r, "%s has no position now", history)
		if !w.On("now_ignored") {
			return badPosition()
		}
		position = "0"
	}
	from, _, err := s.open(r, f, position)
	if err != nil {
		return badPosition()
	}
	oldest := w.Now().Add(-historyRetention)
	within := s.within(q)
	rows, to := s.chunk(f, q, max(from, f.first(oldest)), func(e *vendorsim.Entry) bool { return within(e.Time) && match(e, types) })
	if len(rows) > 0 {
		return body(rows, s.number(f.after(to)))
	}
	if w.On("keeps_position") && position != "" {
		return body(nil, s.number(position))
	}
	return body(nil, s.number("0"))
}

// shown returns the rows of the history in the order of event time.
func (s *sim) shown() []*vendorsim.Entry {
	now, seen := s.world.Now(), map[string]bool{}
	return slices.DeleteFunc(s.world.Between(log, vendorsim.Query{}), func(e *vendorsim.Entry) bool {
		again := seen[e.ID]
		seen[e.ID] = true
		return again || e.Visible.Add(historyLag).After(now)
	})
}

// within returns the test of the time bounds, of which Box does not say whether they
// are inclusive.
func (s *sim) within(q url.Values) func(time.Time) bool {
	after, _ := vendorsim.ParseTime(q.Get("created_after")) // the rules have checked them
	before, _ := vendorsim.ParseTime(q.Get("created_before"))
	inclusive := s.world.On("inclusive_bounds")
	return func(t time.Time) bool {
		return (after.IsZero() || t.After(after) || inclusive && t.Equal(after)) &&
			(before.IsZero() || t.Before(before) || inclusive && t.Equal(before))
	}
}

// chunk returns rows of a feed from an index on, and the index of the first row that
// was not looked at. A chunk may be smaller than asked for although there is more.
func (s *sim) chunk(f feed, q url.Values, from int, keep func(*vendorsim.Entry) bool) (rows []*vendorsim.Entry, to int) {
	limit := vendorsim.IntOr(q, "limit", defaultLimit)
	if rnd := s.world.Rand("chunk", f.kind, from); vendorsim.OneIn(rnd, 4) && !s.world.On("full_chunks") {
		limit = 1 + rnd.IntN(limit)
	}
	for to = from; to < len(f.rows) && len(rows) < limit; to++ {
		if keep(f.rows[to]) {
			rows = append(rows, f.rows[to])
		}
	}
	return rows, to
}

// number writes a position. It has been a number and a string over the years.
func (s *sim) number(position string) string {
	if s.world.On("number_positions") {
		return position
	}
	return vendorsim.JSON(position)
}

func body(rows []*vendorsim.Entry, next string) vendorsim.Reply {
	reply := vendorsim.JSONReply(http.StatusOK, nil, nil)
	reply.Body = fmt.Sprintf(`{"chunk_size":%d,"next_stream_position":%s,"entries":%s}`, len(rows), next, vendorsim.Array(rows))
	return reply
}
