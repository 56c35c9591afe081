package figma

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	retention = 365 * 24 * time.Hour
	maxPage   = 1000
)

// The limits of tier 3 for a full seat of an Enterprise plan and for a viewer.
var (
	fullSeat = vendorsim.Limit{Requests: 150, Per: time.Minute, Refill: true}
	viewSeat = vendorsim.Limit{Requests: 10, Per: time.Minute, Refill: true}
)

var epoch = vendorsim.Int(0, 1<<40)

var rules = vendorsim.Rules{
	Params: map[string]vendorsim.Param{
		"start_time": epoch, "end_time": epoch,
		"limit": vendorsim.Int(1, maxPage), "order": vendorsim.OneOf("asc", "desc"),
		"events": vendorsim.Text, "cursor": vendorsim.Text,
	},
}

type sim struct{ world *vendorsim.World }

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	mux.HandleFunc(logsPath, s.logs)
	mux.Handle(tokenPath, tokenServer(w))
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply { return failErr(http.StatusNotFound, "Not found") }))
	return mux
}

// authorize returns the credential's name for the limit, or a refusal.
func (s *sim) authorize(r *http.Request) (string, *vendorsim.Reply) {
	w := s.world
	refuse := func(reply vendorsim.Reply) (string, *vendorsim.Reply) { return "", &reply }
	bearer, plan := r.Header.Get("Authorization"), r.Header.Get("X-Figma-Token")
	switch {
	case bearer != "" && plan != "":
		w.Violation(r, "two credentials")
		return refuse(fail(http.StatusUnauthorized, "Unauthorized"))
	case plan == planToken && w.On("no_plan_tokens"):
		return refuse(fail(http.StatusForbidden, "Incorrect account type"))
	case plan == planToken:
		return "plan token", nil
	case plan != "":
		w.Violation(r, "wrong token")
		return refuse(failErr(http.StatusForbidden, "Invalid token"))
	case bearer == "Bearer "+accessToken:
		return "oauth app", nil
	case bearer == "Bearer "+expiredToken:
		return refuse(failErr(http.StatusForbidden, "Token expired"))
	}
	switch _, err := w.Bearer(r); {
	case err == nil:
		return "oauth app", nil
	case errors.Is(err, vendorsim.ErrOldToken):
		return refuse(failErr(http.StatusForbidden, "Token expired"))
	}
	return refuse(fail(http.StatusUnauthorized, "Unauthorized"))
}

// admit checks everything that does not depend on the query.
func (s *sim) admit(r *http.Request) *vendorsim.Reply {
	w := s.world
	client, refused := s.authorize(r)
	if refused != nil {
		return refused
	}
	limit := fullSeat
	if w.On("low_seat") {
		limit = viewSeat
	}
	var reply vendorsim.Reply
	usage := w.Take(client, limit, 1)
	switch {
	case !usage.Allowed:
		reply = throttled(w, usage.Wait)
	case w.On("not_admin"):
		reply = fail(http.StatusUnauthorized, "You do not have permission to view the activity logs of this organization")
	case w.On("no_plan"):
		reply = fail(http.StatusForbidden, "Limited by Figma plan")
	case w.On("wrong_scope"):
		reply = failErr(http.StatusForbidden, "Invalid scope: "+scope+" is required")
	default:
		return nil
	}
	return &reply
}

func (s *sim) logs(rw http.ResponseWriter, r *http.Request) {
	refused := s.admit(r)
	var body string
	if refused == nil {
		body, refused = s.page(r)
	}
	if refused != nil {
		if s.world.On("error_200") {
			refused.Status = http.StatusOK
		}
		refused.Write(rw)
		return
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = rw.Write([]byte(body))
}

// position is what a cursor holds: the last row served.
type position struct {
	At  int64 `json:"t"`
	Seq int   `json:"n"`
}

func of(e *vendorsim.Entry) position { return position{e.Time.Unix(), e.Seq} }

func (p position) compare(q position) int {
	if p.At != q.At {
		return int(p.At - q.At)
	}
	return p.Seq - q.Seq
}

// page returns the body of one page, or a refusal. The cursor stands for the last
// event of the page, also of the last page.
func (s *sim) page(r *http.Request) (string, *vendorsim.Reply) {
	w := s.world
	q, problem := w.Check(r, rules)
	if problem != nil {
		reply := badRequest(problem)
		return "", &reply
	}
	rows := s.rows(q)
	if q.Has("cursor") {
		var from position
		if err := w.OpenCursor(r, q.Get("order"), q.Get("cursor"), 0, &from); err != nil {
			if errors.Is(err, vendorsim.ErrBadCursor) {
				w.Violation(r, "cursor: %v", err)
			}
			reply := fail(http.StatusBadRequest, "Invalid cursor")
			return "", &reply
		}
		rows = slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool {
			c := of(e).compare(from)
			return q.Get("order") == "desc" && c >= 0 || q.Get("order") != "desc" && c <= 0
		})
	}
	size := vendorsim.IntOr(q, "limit", maxPage)
	page, more := vendorsim.Slice(rows, 0, size), len(rows) > size
	cursor := ""
	if len(page) > 0 && (more || w.Knob("last_cursor") != "none") {
		cursor = fmt.Sprintf(`,"cursor":%q`, w.Cursor(q.Get("order"), of(page[len(page)-1])))
	}
	return `{"status":200,"error":false,"i18n":null,"meta":{"activity_logs":` + vendorsim.Array(w.Rows(r, page)) +
		cursor + `,"next_page":` + strconv.FormatBool(more) + "}}", nil
}

// rows returns what the query selects. Both bounds are inclusive whole seconds.
func (s *sim) rows(q url.Values) []*vendorsim.Entry {
	now := s.world.Now()
	second := func(name string, otherwise time.Time) time.Time {
		return time.Unix(int64(vendorsim.IntOr(q, name, int(otherwise.Unix()))), 0)
	}
	oldest := now.Add(-retention)
	since := second("start_time", oldest)
	if since.Before(oldest) {
		since = oldest.Truncate(time.Second)
	}
	rows := s.world.Between(stream, vendorsim.Query{
		Since: since, Until: second("end_time", now), UntilInclusive: true, NewestFirst: q.Get("order") == "desc",
	})
	types := strings.Split(q.Get("events"), ",")
	return slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool {
		return q.Has("events") && !slices.Contains(types, gjson.Get(e.Raw, "action.type").Str)
	})
}
