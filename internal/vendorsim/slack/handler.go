package slack

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	maxLimit   = 9999
	cursorLife = 12 * time.Hour
	// more is how far a page may exceed its limit for events of one second.
	more = 3
)

// Tier 3 for the organization, whatever app asks, and Tier 2 for each Web API
// method: https://docs.slack.dev/apis/web-api/rate-limits
var (
	tier3 = vendorsim.Limit{Requests: 50, Per: time.Minute}
	tier2 = vendorsim.Limit{Requests: 20, Per: time.Minute}
)

// firstDay is when the audit log begins for all organizations (but not in tests whose
// clock stands in an earlier year).
var firstDay = time.Date(2018, 3, 1, 0, 0, 0, 0, time.UTC)

type sim struct{ world *vendorsim.World }

// token returns the token, or a refusal that is the same on every path.
func (s *sim) token(r *http.Request) (string, *vendorsim.Reply) {
	missing, wrong, knob := "missing_authentication", "invalid_authentication", "audit_error"
	if isWeb(r) {
		missing, wrong, knob = "not_authed", "invalid_auth", "web_error"
	}
	text, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !isBearer || text == "":
		s.world.Violation(r, "no bearer token")
		return "", refuse(r, missing)
	case text == botToken:
		s.world.Violation(r, "a bot token")
		return "", refuse(r, "not_allowed_token_type")
	case text != orgToken && text != workspaceToken:
		s.world.Violation(r, "a wrong token")
		return "", refuse(r, wrong)
	case s.world.Knob(knob) != "":
		return "", refuse(r, s.world.Knob(knob))
	}
	return text, nil
}

// charge accounts one request; it returns the answer when there were too many.
func (s *sim) charge(class string, limit vendorsim.Limit) *vendorsim.Reply {
	if usage := s.world.Take(class, limit, 1); !usage.Allowed {
		reply := throttled(usage.Wait)
		return &reply
	}
	return nil
}

var auditRules = vendorsim.Rules{
	Accept: "application/json",
	Params: map[string]vendorsim.Param{
		"oldest": vendorsim.Int(0, 1<<40), "latest": vendorsim.Int(0, 1<<40), "limit": vendorsim.Int(1, maxLimit),
		"action": vendorsim.Text, "actor": vendorsim.Text, "entity": vendorsim.Text, "cursor": vendorsim.Text,
	},
}

func (s *sim) auditLogs(rw http.ResponseWriter, r *http.Request) {
	token, refused := s.token(r)
	if refused == nil && token == workspaceToken {
		s.world.Violation(r, "a token of a workspace, not of the organization")
		refused = refuse(r, "team_not_authorized")
	}
	if refused == nil {
		refused = s.charge("audit", tier3)
	}
	var q auditQuery
	if refused == nil {
		q, refused = s.auditQuery(r)
	}
	if refused != nil {
		refused.Write(rw)
		return
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = rw.Write([]byte(s.auditPage(r, q)))
}

// position is what a cursor holds, and nothing else: the filters and bounds must
// come again with each page. The zero position is the head of the list.
type position struct {
	At  time.Time `json:"t,omitzero"`
	Seq int       `json:"n,omitempty"`
}

// passed tells whether e was on an earlier page of a list with the newest first.
func (p position) passed(e *vendorsim.Entry) bool {
	return !p.At.IsZero() && (e.Time.After(p.At) || e.Time.Equal(p.At) && e.Seq >= p.Seq)
}

type auditQuery struct {
	values url.Values
	sel    vendorsim.Query
	limit  int
	from   position
}

func seconds(v url.Values, name string, otherwise time.Time) time.Time {
	if !v.Has(name) {
		return otherwise
	}
	n, _ := strconv.ParseInt(v.Get(name), 10, 64) // checked by the rules
	return time.Unix(n, 0).UTC()
}

func (s *sim) auditQuery(r *http.Request) (auditQuery, *vendorsim.Reply) {
	w := s.world
	v, problem := w.Check(r, auditRules)
	if problem != nil {
		return auditQuery{}, badRequest(r, problem)
	}
	q := auditQuery{values: v, limit: vendorsim.IntOr(v, "limit", maxLimit)}
	q.sel = vendorsim.Query{NewestFirst: true, UntilInclusive: true, Since: seconds(v, "oldest", time.Time{}), Until: seconds(v, "latest", time.Time{})}
	if v.Has("cursor") {
		if err := w.OpenCursor(r, "audit", v.Get("cursor"), cursorLife, &q.from); err != nil {
			if errors.Is(err, vendorsim.ErrBadCursor) {
				w.Violation(r, "%v", err)
			}
			return q, refuse(r, "invalid_cursor")
		}
	}
	if !q.sel.Until.IsZero() && q.sel.Until.Before(q.sel.Since) || !q.from.At.IsZero() && q.from.At.Before(q.sel.Since) {
		w.Violation(r, "oldest is after latest, or after the cursor's position")
		return q, refuse(r, "invalid_arguments")
	}
	if q.sel.Since.Before(firstDay) && firstDay.Before(w.Now()) {
		q.sel.Since = firstDay
	}
	if !q.from.At.IsZero() && (q.sel.Until.IsZero() || q.from.At.Before(q.sel.Until)) {
		q.sel.Until = q.from.At
	}
	return q, nil
}

// auditPage returns the body of one page.
func (s *sim) auditPage(r *http.Request, q auditQuery) string {
	limit := q.limit
	if s.world.On("short_pages") {
		limit = (limit + 1) / 2
	}
	var page []*vendorsim.Entry
	next := ""
	for _, e := range s.world.Between("audit_logs", q.sel) {
		if q.from.passed(e) || !matches(e.Raw, q.values) {
			continue
		}
		if len(page) >= limit && (len(page) >= limit+more || !e.Time.Equal(page[len(page)-1].Time)) {
			last := page[len(page)-1]
			next = s.world.Cursor("audit", position{last.Time, last.Seq})
			break
		}
		page = append(page, e)
	}
	if len(page) > 0 && s.world.Fires(r, vendorsim.EmptyPage) {
		page, next = nil, s.world.Cursor("audit", q.from)
	}
	metadata := `,"response_metadata":{"next_cursor":"` + next + `"}`
	if next == "" && s.world.On("no_metadata") {
		metadata = ""
	}
	return `{"entries":` + vendorsim.Array(s.world.Rows(r, page)) + metadata + "}"
}

// matches applies the filters of the audit log.
func matches(raw string, v url.Values) bool {
	if v.Has("action") {
		found := false
		for action := range strings.SplitSeq(v.Get("action"), ",") {
			found = found || gjson.Get(raw, "action").Str == action
		}
		if !found {
			return false
		}
	}
	if v.Has("actor") && gjson.Get(raw, "actor.user.id").Str != v.Get("actor") {
		return false
	}
	if v.Has("entity") {
		entity := gjson.Get(raw, "entity")
		return entity.Get(gjson.Escape(entity.Get("type").Str)+".id").Str == v.Get("entity")
	}
	return true
}

// actions lists the known actions; it asks for no token.
func (s *sim) actions(rw http.ResponseWriter, r *http.Request) {
	if _, problem := s.world.Check(r, vendorsim.Rules{}); problem != nil {
		badRequest(r, problem).Write(rw)
		return
	}
	byEntity := map[string][]string{}
	for _, k := range kinds {
		byEntity[k.entity] = append(byEntity[k.entity], k.action)
	}
	vendorsim.JSONReply(http.StatusOK, map[string]any{"actions": byEntity}, nil).Write(rw)
}
