package airtable

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	retention   = 180 * 24 * time.Hour
	defaultPage = 10
	maxPage     = 1000
	maxValues   = 100
	// lockout is how long every request is refused after the limit was passed.
	lockout = 30 * time.Second
)

// limit is for all tokens of one user together.
var limit = vendorsim.Limit{Requests: 50, Per: time.Second}

var rules = vendorsim.Rules{
	Repeated: []string{"originatingUserId", "eventType", "modelId", "category"},
	Params: map[string]vendorsim.Param{
		"startTime": vendorsim.TimeIn(), "endTime": vendorsim.TimeIn(),
		"sortOrder": vendorsim.OneOf("ascending", "descending"),
		"pageSize":  vendorsim.Int(1, maxPage),
		"next":      nil, "previous": nil,
		"originatingUserId": vendorsim.Text, "eventType": vendorsim.Text, "modelId": vendorsim.Text,
		"category": vendorsim.OneOf(categories...),
	},
}

type sim struct {
	world *vendorsim.World

	mu     sync.Mutex
	locked time.Time // until when
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{world: w}
	mux := http.NewServeMux()
	mux.HandleFunc(eventsPath, s.events)
	mux.Handle(tokenPath, tokenServer(w))
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply { return notFound() }))
	return mux
}

// charge accounts a request; one too many locks the account out.
func (s *sim) charge() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.world.Now()
	if now.Before(s.locked) {
		return false
	}
	if s.world.Take("user", limit, 1).Allowed {
		return true
	}
	s.locked = now.Add(lockout)
	return false
}

// admit checks everything that does not depend on the query.
func (s *sim) admit(r *http.Request) *vendorsim.Reply {
	w := s.world
	refuse := func(reply vendorsim.Reply) *vendorsim.Reply { return &reply }
	if r.Header.Get("Authorization") != "Bearer "+accessToken {
		token, err := w.Bearer(r)
		if err != nil {
			return refuse(unauthorized(w, r))
		}
		if token.Scope != scope {
			return refuse(forbidden(w))
		}
	}
	if !s.charge() {
		return refuse(throttled(w))
	}
	if r.PathValue("enterprise") != enterprise {
		w.Violation(r, "unknown enterprise account")
		return refuse(unknownAccount(w))
	}
	if w.On("no_scope") {
		return refuse(forbidden(w))
	}
	return nil
}

func (s *sim) events(rw http.ResponseWriter, r *http.Request) {
	w := s.world
	if refused := s.admit(r); refused != nil {
		refused.Write(rw)
		return
	}
	values, problem := w.Check(r, rules)
	if problem != nil {
		if problem.Fault == vendorsim.WrongMethod {
			notFound().Write(rw)
			return
		}
		invalid(w, problem.Text).Write(rw)
		return
	}
	q, err := s.query(r, values)
	if err != nil {
		invalid(w, err.Error()).Write(rw)
		return
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = rw.Write([]byte(s.page(r, q)))
}

// query is one understood request.
type query struct {
	values     url.Values
	since      time.Time
	until      time.Time // zero: the query is a stream
	descending bool
	size       int
	token      string // next, previous or none
	from       position
}

func (s *sim) query(r *http.Request, v url.Values) (query, error) {
	w := s.world
	q := query{values: v, descending: v.Get("sortOrder") != "ascending", size: vendorsim.IntOr(v, "pageSize", defaultPage)}
	q.since, _ = vendorsim.ParseTime(v.Get("startTime")) // checked by the rules
	if oldest := w.Now().Add(-retention); q.since.Before(oldest) {
		q.since = oldest
	}
	q.until, _ = vendorsim.ParseTime(v.Get("endTime"))
	for name, values := range v {
		if len(values) > maxValues && name != "category" {
			w.Violation(r, "%s has more than %d values", name, maxValues)
			return q, fmt.Errorf("%s takes at most %d values", name, maxValues)
		}
	}
	for _, name := range []string{"next", "previous"} {
		text := v.Get(name)
		if text == "" || text == "null" {
			continue
		}
		if q.token != "" {
			w.Violation(r, "next and previous at once")
			return q, fmt.Errorf("next and previous exclude each other")
		}
		q.token = name
		if err := s.open(r, v, text, &q.from); err != nil {
			return q, fmt.Errorf("%s is not valid", name)
		}
	}
	return q, nil
}
