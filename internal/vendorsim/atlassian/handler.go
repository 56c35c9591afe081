package atlassian

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/sjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	retention   = 180 * 24 * time.Hour
	defaultPage = 200
	maxPage     = 500
)

// The limits by path, and that of one user for all paths of the stream.
var (
	eventsLimit = vendorsim.Limit{Requests: 10, Per: time.Minute}
	streamLimit = vendorsim.Limit{Requests: 50, Per: time.Minute}
)

var millis = vendorsim.Int(0, 1<<53)

var streamRules = vendorsim.Rules{
	Accept: "application/json",
	Params: map[string]vendorsim.Param{
		"from": millis, "to": millis, "limit": vendorsim.Int(1, maxPage),
		"sortOrder": vendorsim.OneOf("asc", "desc"), "cursor": vendorsim.Text,
	},
}

var eventsRules = vendorsim.Rules{
	Accept:   "application/json",
	Repeated: []string{"actor", "ip", "product"},
	Params: map[string]vendorsim.Param{
		"from": millis, "to": millis, "limit": vendorsim.Int(1, maxPage), "cursor": vendorsim.Text,
		"q": vendorsim.Text, "action": vendorsim.Text, "actor": vendorsim.Text, "ip": vendorsim.Text, "location": vendorsim.Text,
		"product": vendorsim.OneOf("bitbucket", "confluence", "guard_detect", "jira", "loom"),
	},
}

type sim struct{ world *vendorsim.World }

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	mux.HandleFunc(streamPath, s.list("events-stream", streamLimit, streamRules, s.tail))
	mux.HandleFunc(eventsPath, s.list("events", eventsLimit, eventsRules, s.query))
	mux.HandleFunc(cataloguePath, s.list("event-actions", eventsLimit, vendorsim.Rules{}, s.catalogue))
	mux.Handle("/", w.Unknown(func(r *http.Request) vendorsim.Reply {
		return fail(w, r, http.StatusNotFound, "1", "Not Found", "There is no such resource")
	}))
	return mux
}

// list does what all lists share.
func (s *sim) list(class string, limit vendorsim.Limit, rules vendorsim.Rules, answer func(*http.Request, url.Values) (string, error)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		w := s.world
		if r.Header.Get("Authorization") != "Bearer "+apiKey {
			w.Violation(r, "no API key, or a wrong one")
			unauthorized().Write(rw)
			return
		}
		usage := w.Take(class, limit, 1)
		if !usage.Allowed {
			throttled(w, r, usage).Write(rw)
			return
		}
		limitHeaders(w, rw.Header(), usage)
		if r.PathValue("org") != organization {
			w.Violation(r, "unknown organization")
			unknownOrganization(w, r).Write(rw)
			return
		}
		if w.On("not_admin") {
			forbidden(w, r).Write(rw)
			return
		}
		q, problem := w.Check(r, rules)
		if problem != nil {
			badRequest(w, r, problem).Write(rw)
			return
		}
		body, err := answer(r, q)
		if err != nil {
			if errors.Is(err, vendorsim.ErrBadCursor) {
				w.Violation(r, "%v", err)
			}
			badCursor(w, r).Write(rw)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(body))
	}
}

// position is what a cursor holds: the query that it belongs to, and the last row
// served.
type position struct {
	From    int64     `json:"f,omitempty"`
	To      int64     `json:"t,omitempty"`
	Newest  bool      `json:"d,omitempty"`
	Filters string    `json:"q,omitempty"`
	At      time.Time `json:"a,omitzero"`
	Seq     int       `json:"n,omitempty"`
}

// start returns where a request begins, from its cursor or from its other
// parameters. Beside a cursor those do not count.
func (s *sim) start(r *http.Request, q url.Values, newest bool) (position, error) {
	at := position{Newest: newest, From: int64(vendorsim.IntOr(q, "from", 0)), To: int64(vendorsim.IntOr(q, "to", 0))}
	filters := url.Values{}
	for _, name := range []string{"q", "action", "actor", "ip", "product", "location"} {
		if q.Has(name) {
			filters[name] = q[name]
		}
	}
	at.Filters = filters.Encode()
	if !q.Has("cursor") {
		return at, nil
	}
	text := strings.TrimSuffix(q.Get("cursor"), "==")
	return at, s.world.OpenCursor(r, r.URL.Path, text, 0, &at)
}

// tail answers for the stream: in the order of processing, and without an end as
// long as the query has none.
func (s *sim) tail(r *http.Request, q url.Values) (string, error) {
	w := s.world
	at, err := s.start(r, q, q.Get("sortOrder") == "desc")
	if err != nil {
		return "", err
	}
	rows := w.Between(stream, vendorsim.Query{By: vendorsim.VisibleTime, NewestFirst: at.Newest})
	rows = s.after(rows, at, func(e *vendorsim.Entry) time.Time { return e.Visible })
	return s.page(r, q, at, rows, func(e *vendorsim.Entry) time.Time { return e.Visible }), nil
}

// query answers for the events, newest first by their own time.
func (s *sim) query(r *http.Request, q url.Values) (string, error) {
	at, err := s.start(r, q, true)
	if err != nil {
		return "", err
	}
	of := func(e *vendorsim.Entry) time.Time { return e.Time }
	rows := s.after(s.world.Between(stream, vendorsim.Query{NewestFirst: true}), at, of)
	return s.page(r, q, at, rows, of), nil
}

// after returns the rows of a query behind a position.
func (s *sim) after(rows []*vendorsim.Entry, at position, order func(*vendorsim.Entry) time.Time) []*vendorsim.Entry {
	w := s.world
	oldest := w.Now().Add(-retention)
	filters, _ := url.ParseQuery(at.Filters) // made by start
	meant := order
	if w.On("by_event_time") {
		meant = func(e *vendorsim.Entry) time.Time { return e.Time }
	}
	var out []*vendorsim.Entry
	for _, e := range rows {
		c := order(e).Compare(at.At)
		if c == 0 {
			c = e.Seq - at.Seq
		}
		ms := meant(e).UnixMilli()
		switch {
		case !at.At.IsZero() && (c <= 0 && !at.Newest || c >= 0 && at.Newest),
			e.Time.Before(oldest), ms < at.From, at.To > 0 && ms > at.To, !matches(e.Raw, filters), w.On("no_guard"):
		default:
			out = append(out, e)
		}
	}
	return out
}

// page returns the body. The stream has a next cursor on its last page too.
func (s *sim) page(r *http.Request, q url.Values, at position, rows []*vendorsim.Entry, order func(*vendorsim.Entry) time.Time) string {
	w := s.world
	size := vendorsim.IntOr(q, "limit", defaultPage)
	tail := strings.HasSuffix(r.URL.Path, "-stream")
	page := vendorsim.Slice(rows, 0, size)
	endless := tail && !at.Newest && at.To == 0 && !w.On("stream_ends")
	more := len(rows) > size || endless || tail && len(page) > 0
	if len(page) > 0 && w.Fires(r, vendorsim.EmptyPage) {
		page, more = nil, true
	}
	if len(page) > 0 {
		last := page[len(page)-1]
		at.At, at.Seq = order(last), last.Seq
	}
	raws := vendorsim.Raws(w.Rows(r, page))
	if !tail {
		for i, raw := range raws {
			raws[i], _ = sjson.Delete(raw, "attributes.processedAt") // the generator's own path
		}
	}
	meta, links := map[string]any{"page_size": size, "next": nil}, map[string]any{}
	if more {
		next := w.Cursor(r.URL.Path, at) + "=="
		links["next"] = "https://api.atlassian.com" + r.URL.Path + "?" + url.Values{"cursor": {next}}.Encode()
		if meta["next"] = next; w.On("links_only") {
			delete(meta, "next")
		}
	}
	return `{"data":[` + strings.Join(raws, ",") + `],"meta":` + vendorsim.JSON(meta) + `,"links":` + vendorsim.JSON(links) + "}"
}
