package dropboxbusiness

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// layout is the one form of times: UTC, whole seconds.
const layout = "2006-01-02T15:04:05Z"

// calls stands for the limit, of which Dropbox publishes no number.
var calls = vendorsim.Limit{Requests: 600, Per: time.Minute}

var (
	bearerForm = regexp.MustCompile(`^Bearer [A-Za-z0-9._~+/=-]+$`)
	post       = vendorsim.Rules{Method: http.MethodPost, ContentType: "application/json"}
)

type sim struct{ world *vendorsim.World }

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	mux.HandleFunc(eventsPath, s.call(s.first))
	mux.HandleFunc(continuePath, s.call(s.next))
	mux.Handle(tokenPath, tokens(w))
	mux.Handle("/", w.Unknown(func(r *http.Request) vendorsim.Reply {
		if route, ok := strings.CutPrefix(r.URL.Path, "/2/"); ok {
			return plain(http.StatusBadRequest, "Unknown API function: \""+route+"\"")
		}
		return plain(http.StatusNotFound, "Not Found")
	}))
	return mux
}

// admit checks everything but the arguments.
func (s *sim) admit(r *http.Request) *vendorsim.Reply {
	w := s.world
	auth := r.Header.Get("Authorization")
	switch {
	case auth == "Bearer "+accessToken:
	case auth != "" && !bearerForm.MatchString(auth):
		w.Violation(r, "malformed Authorization header")
		return new(plain(http.StatusBadRequest, `The given OAuth 2 access token is malformed.`))
	default:
		if _, err := w.Bearer(r); err != nil {
			return new(unauthorized(err))
		}
		if w.On("missing_scope") {
			return new(missingScope())
		}
	}
	if tag := w.Knob("auth_error"); tag != "" {
		return new(tagged(http.StatusUnauthorized, tag, nil))
	}
	if tag := w.Knob("access_error"); tag != "" {
		return new(tagged(http.StatusForbidden, tag, nil))
	}
	if u := w.Take("calls", calls, 1); !u.Allowed {
		return new(throttled(w, u.Wait))
	}
	if w.On("app_type") {
		return new(badCall(r.URL.Path, "Your app is not permitted to access this endpoint"))
	}
	if _, problem := w.Check(r, post); problem != nil {
		return new(badCall(r.URL.Path, problem.Text))
	}
	return nil
}

// call decodes the arguments of a route and answers.
func (s *sim) call(route func(r *http.Request, args map[string]json.RawMessage) vendorsim.Reply) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		if refused := s.admit(r); refused != nil {
			refused.Write(rw)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler) // the client went away
		}
		args := map[string]json.RawMessage{}
		if json.Unmarshal(body, &args) != nil {
			s.refuse(r, "request body: could not decode input as JSON").Write(rw)
			return
		}
		route(r, args).Write(rw)
	}
}

// refuse answers what no client should send.
func (s *sim) refuse(r *http.Request, text string) vendorsim.Reply {
	s.world.Violation(r, "%s", text)
	return badCall(r.URL.Path, text)
}

// position is what a cursor holds: the filters, the last row handed out and the
// newest time among all of them.
type position struct {
	Filters filters            `json:"f"`
	After   vendorsim.Position `json:"a"`
	Limit   int                `json:"l"`
	Newest  time.Time          `json:"n"`
}

func (s *sim) first(r *http.Request, args map[string]json.RawMessage) vendorsim.Reply {
	f, limit, text := parse(args)
	if text != "" {
		return s.refuse(r, text)
	}
	if tag := f.conflict(); tag != "" {
		s.world.Violation(r, "%s", tag)
		return tagged(http.StatusConflict, tag, nil)
	}
	at := position{Filters: f, Limit: limit}
	if f.Start != nil {
		at.Newest = *f.Start
	}
	return s.page(r, at)
}

func (s *sim) next(r *http.Request, args map[string]json.RawMessage) vendorsim.Reply {
	var cursor string
	if len(args) != 1 || json.Unmarshal(args["cursor"], &cursor) != nil {
		return s.refuse(r, "request body: want the field 'cursor' alone")
	}
	var at position
	switch err := s.world.OpenCursor(r, stream, cursor, 0, &at); {
	case errors.Is(err, vendorsim.ErrOldCursor):
		return lost(s.world, at.Newest)
	case err != nil:
		s.world.Violation(r, "cursor: %v", err)
		return tagged(http.StatusConflict, "bad_cursor", nil)
	}
	return s.page(r, at)
}

// page answers in the order of arrival. The limit is an upper bound: less, or
// nothing, may come with has_more.
func (s *sim) page(r *http.Request, at position) vendorsim.Reply {
	limit := at.Limit
	if s.world.On("short_pages") {
		limit = (limit + 1) / 2
	}
	var rows []*vendorsim.Entry
	more := false
	for _, e := range s.world.Between(stream, vendorsim.Query{By: vendorsim.VisibleTime, After: at.After}) {
		if !at.Filters.match(e) {
			continue
		}
		if more = len(rows) == limit; more {
			break
		}
		rows = append(rows, e)
	}
	if len(rows) > 0 && s.world.Fires(r, vendorsim.EmptyPage) {
		rows, more = nil, true
	}
	for _, e := range rows {
		at.After = e.Position()
		if e.Time.After(at.Newest) {
			at.Newest = e.Time
		}
	}
	reply := vendorsim.JSONReply(http.StatusOK, nil, nil)
	reply.Body = `{"events":` + vendorsim.Array(rows) + `,"cursor":` + vendorsim.JSON(s.world.Cursor(stream, at)) +
		`,"has_more":` + vendorsim.JSON(more) + "}"
	return reply
}

// match applies the filters of a query to one row.
func (f filters) match(e *vendorsim.Entry) bool {
	if f.Start != nil && e.Time.Before(*f.Start) || f.End != nil && !e.Time.Before(*f.End) {
		return false
	}
	row := gjson.Parse(e.Raw)
	if f.Category != "" && row.Get(`event_category.\.tag`).Str != f.Category ||
		f.EventType != "" && row.Get(`event_type.\.tag`).Str != f.EventType {
		return false
	}
	// The account may be the actor, the context or a participant.
	return f.Account == "" || strings.Contains(e.Raw, vendorsim.JSON(f.Account))
}
