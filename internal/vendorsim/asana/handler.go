package asana

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	retention = 90 * 24 * time.Hour
	// defaultPage is the default of this endpoint, above what limit may ask for.
	defaultPage = 1000
	maxPage     = 100
	// padding makes offsets need percent-encoding.
	padding = "=="
)

// limit is that of a paid domain, per token.
var limit = vendorsim.Limit{Requests: 1500, Per: time.Minute}

var rules = vendorsim.Rules{
	Accept: "application/json",
	Params: map[string]vendorsim.Param{
		"start_at": vendorsim.TimeIn(), "end_at": vendorsim.TimeIn(),
		"event_type": vendorsim.Text,
		"actor_type": vendorsim.OneOf("user", "asana", "asana_support", "anonymous", "external_administrator"),
		"actor_gid":  gid, "resource_gid": gid,
		"limit":  vendorsim.Int(1, maxPage),
		"offset": vendorsim.Text,
	},
}

func gid(v string) error {
	if v == "" || strings.Trim(v, "0123456789") != "" {
		return errors.New("Not a recognized ID: " + v)
	}
	return nil
}

type sim struct{ world *vendorsim.World }

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	mux.HandleFunc(eventsPath, s.events)
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply {
		return fail(http.StatusNotFound, "No matching route for request")
	}))
	return mux
}

// admit checks everything that does not depend on the query.
func (s *sim) admit(r *http.Request) *vendorsim.Reply {
	w := s.world
	refuse := func(reply vendorsim.Reply) *vendorsim.Reply { return &reply }
	switch r.Header.Get("Authorization") {
	case "Bearer " + accessToken:
	case "Bearer " + userToken:
		w.Violation(r, "the token of a person")
		return refuse(forbidden())
	default:
		w.Violation(r, "no token, or a wrong one")
		return refuse(unauthorized())
	}
	if u := w.Take("token", limit, 1); !u.Allowed {
		return refuse(throttled(u.Wait))
	}
	if gid := r.PathValue("workspace"); gid != workspace {
		w.Violation(r, "unknown workspace")
		return refuse(unknownWorkspace(gid))
	}
	switch {
	case w.On("no_plan"):
		return refuse(fail(http.StatusPaymentRequired, "This feature is not available in the plan of this organization."))
	case w.On("not_allowed"):
		return refuse(forbidden())
	}
	return nil
}

func (s *sim) events(rw http.ResponseWriter, r *http.Request) {
	w := s.world
	if refused := s.admit(r); refused != nil {
		refused.Write(rw)
		return
	}
	q, problem := w.Check(r, rules)
	if problem != nil {
		badRequest(problem).Write(rw)
		return
	}
	from := position{}
	if q.Has("offset") {
		life, _ := time.ParseDuration(w.Knob("offset_life")) // unset: no limit
		switch err := w.OpenCursor(r, scopeOf(q), strings.TrimSuffix(q.Get("offset"), padding), life, &from); {
		case errors.Is(err, vendorsim.ErrOldCursor):
			fail(http.StatusBadRequest, "offset: Your pagination token has expired.").Write(rw)
			return
		case err != nil:
			w.Violation(r, "offset: %v", err)
			fail(http.StatusBadRequest, "offset: Your pagination token is invalid.").Write(rw)
			return
		}
	}
	rw.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_, _ = rw.Write([]byte(s.page(r, q, from)))
}

// position is what an offset holds: the last row served. Started tells an offset
// before the first row from none.
type position struct {
	At      time.Time `json:"t,omitzero"`
	Seq     int       `json:"n,omitempty"`
	Started bool      `json:"s"`
}

// scopeOf is what an offset is tied to: everything but the page size.
func scopeOf(q url.Values) string {
	rest := url.Values{}
	for name, values := range q {
		if name != "offset" && name != "limit" {
			rest[name] = values
		}
	}
	return rest.Encode()
}

// page returns the body. Once an event matched, every page has an offset, which
// later leads to what was captured since.
func (s *sim) page(r *http.Request, q url.Values, from position) string {
	size := vendorsim.IntOr(q, "limit", defaultPage)
	if s.world.On("short_pages") {
		size = (size + 1) / 2
	}
	rows := s.rows(q, from)
	if !from.Started && len(rows) == 0 {
		return `{"data":[],"next_page":null}`
	}
	from.Started = true
	rows = vendorsim.Slice(rows, 0, size)
	if len(rows) > 0 && s.world.Fires(r, vendorsim.EmptyPage) {
		rows = nil
	}
	if len(rows) > 0 {
		last := rows[len(rows)-1]
		from.At, from.Seq = last.Visible, last.Seq
		if q.Has("end_at") {
			from.At = last.Time
		}
	}
	offset := s.world.Cursor(scopeOf(q), from) + padding
	q.Set("offset", offset)
	path := strings.TrimPrefix(r.URL.Path, apiPath) + "?" + q.Encode()
	return `{"data":` + vendorsim.Array(s.world.Rows(r, rows)) + `,"next_page":` + vendorsim.JSON(map[string]string{
		"offset": offset, "path": path, "uri": "https://app.asana.com" + apiPath + path,
	}) + "}"
}

// rows returns what matches the query behind a position: a query with an end in the
// order of created_at, one without in the order of capture.
func (s *sim) rows(q url.Values, from position) []*vendorsim.Entry {
	bounded := q.Has("end_at")
	since, _ := vendorsim.ParseTime(q.Get("start_at")) // absent: zero
	if oldest := s.world.Now().Add(-retention); since.Before(oldest) {
		since = oldest
	}
	sel := vendorsim.Query{By: vendorsim.VisibleTime, After: vendorsim.Position{Visible: from.At, Seq: from.Seq}}
	if bounded {
		until, _ := vendorsim.ParseTime(q.Get("end_at"))
		sel = vendorsim.Query{Since: since, Until: until}
	}
	var rows []*vendorsim.Entry
	for _, e := range s.world.Between(stream, sel) {
		behind := !bounded || from.At.IsZero() || e.Time.After(from.At) || e.Time.Equal(from.At) && e.Seq > from.Seq
		if behind && !e.Time.Before(since) && matches(e.Raw, q) {
			rows = append(rows, e)
		}
	}
	return rows
}

// filters are the parameters that must equal a field.
var filters = map[string]string{
	"event_type": "event_type", "actor_type": "actor.actor_type", "actor_gid": "actor.gid", "resource_gid": "resource.gid",
}

func matches(raw string, q url.Values) bool {
	for name, path := range filters {
		if q.Has(name) && gjson.Get(raw, path).String() != q.Get(name) {
			return false
		}
	}
	return true
}
