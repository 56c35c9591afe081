package hubspot

import (
	"cmp"
	"errors"
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// Quotas of a private app and of an OAuth app:
// https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
var (
	privateLimit = vendorsim.Limit{Requests: 190, Per: 10 * time.Second}
	oauthLimit   = vendorsim.Limit{Requests: 110, Per: 10 * time.Second}
	dailyLimit   = vendorsim.Limit{Requests: 650_000, Per: 24 * time.Hour}
)

const (
	loginRetention = 90 * 24 * time.Hour
	// padding makes paging tokens need percent-encoding, as base64 does.
	padding = "=="
)

// list is one of the three feeds.
type list struct {
	stream, path string
	limit        int    // default and largest page
	since, until string // names of the bounds
	user, field  string // filter by user and its field
	params       map[string]vendorsim.Param
	repeated     []string
}

func integer(v string) error {
	if _, err := strconv.ParseInt(v, 10, 64); err != nil {
		return errors.New(v + " is not an integer")
	}
	return nil
}

// lists: of the audit logs' page size no maximum is documented.
var lists = []list{
	{
		stream: "login", path: "login", limit: 200, user: "userId", field: "userId",
		params: map[string]vendorsim.Param{"userId": integer},
	},
	{
		stream: "security", path: "security", limit: 200, since: "fromTimestamp", until: "toTimestamp", user: "userId", field: "userId",
		params: map[string]vendorsim.Param{"userId": integer, "fromTimestamp": integer, "toTimestamp": integer},
	},
	{
		stream: "audit_logs", path: "audit-logs", limit: 100, since: "occurredAfter", until: "occurredBefore",
		user: "actingUserId", field: "actingUser.userId",
		params: map[string]vendorsim.Param{
			"actingUserId": integer, "occurredAfter": vendorsim.TimeIn(), "occurredBefore": vendorsim.TimeIn(),
			"sort": vendorsim.OneOf("occurredAt", "-occurredAt"), "userId": integer,
		},
		repeated: []string{"actingUserId", "sort"},
	},
}

func (l list) rules() vendorsim.Rules {
	params := map[string]vendorsim.Param{"limit": vendorsim.Int(1, l.limit), "after": vendorsim.Text}
	for name, check := range l.params {
		params[name] = check
	}
	return vendorsim.Rules{Accept: "application/json", Params: params, Repeated: l.repeated}
}

type sim struct{ world *vendorsim.World }

// admit checks credential, quotas and rights.
func (s *sim) admit(h http.Header, r *http.Request, l list) *vendorsim.Reply {
	w := s.world
	oauth := r.Header.Get("Authorization") != "Bearer "+accessToken
	if oauth {
		if _, err := w.Bearer(r); err != nil {
			return new(unauthorized(w, r, err))
		}
	}
	if w.On("migrating") {
		reply := fail(w, r, 477, "MIGRATION_IN_PROGRESS", "The account is being moved to another data center.", nil)
		reply.Header.Set("Retry-After", "3600")
		return &reply
	}
	limit := privateLimit
	if oauth {
		limit = oauthLimit
	}
	burst := w.Take("burst", limit, 1)
	if !burst.Allowed {
		return new(throttled(w, r, false))
	}
	day := w.Take("day", dailyLimit, 1)
	if !day.Allowed || w.On("daily_spent") {
		return new(throttled(w, r, true))
	}
	limitHeaders(h, burst, day, oauth)
	if w.On("missing_scope") || l.stream == "audit_logs" && w.On("no_enterprise") {
		return new(missingScopes(w, r))
	}
	return nil
}

func (s *sim) list(rw http.ResponseWriter, r *http.Request, l list) {
	w := s.world
	if refused := s.admit(rw.Header(), r, l); refused != nil {
		refused.Write(rw)
		return
	}
	q, problem := w.Check(r, l.rules())
	if problem != nil {
		badRequest(w, r, problem).Write(rw)
		return
	}
	if l.stream == "audit_logs" && q.Has("userId") {
		w.Violation(r, "userId does nothing here, it is actingUserId")
	}
	body, refused := s.page(r, q, l)
	if refused != nil {
		refused.Write(rw)
		return
	}
	rw.Header().Set("Content-Type", "application/json;charset=utf-8")
	_, _ = rw.Write([]byte(body))
}

// position is a place in the order of one list.
type position struct {
	Key int64 `json:"k"`
	Seq int   `json:"n"`
}

func (p position) compare(q position) int {
	return cmp.Or(cmp.Compare(p.Key, q.Key), cmp.Compare(p.Seq, q.Seq))
}

// place returns where a row stands in the list.
func (s *sim) place(e *vendorsim.Entry, q url.Values, l list) position {
	newest := q.Get("sort") == "-occurredAt"
	if l.stream != "audit_logs" {
		newest = s.world.Knob("order") != "oldest"
		if s.world.Knob("order") == "mixed" {
			h := fnv.New64a()
			_, _ = h.Write([]byte(e.ID))
			return position{int64(h.Sum64()), e.Seq}
		}
	}
	if newest {
		return position{-e.Time.UnixNano(), -e.Seq}
	}
	return position{e.Time.UnixNano(), e.Seq}
}

// scopeOf is what a paging token is tied to: the listing without the page size.
func scopeOf(q url.Values, l list) string {
	rest := url.Values{"list": {l.stream}}
	for name, values := range q {
		if name != "after" && name != "limit" {
			rest[name] = values
		}
	}
	return rest.Encode()
}

func (s *sim) page(r *http.Request, q url.Values, l list) (string, *vendorsim.Reply) {
	rows, refused := s.rows(r, q, l)
	if refused != nil {
		return "", refused
	}
	if after := q.Get("after"); strings.Contains(after, "%") {
		s.world.Violation(r, "after was percent-encoded twice")
		return `{"results":[]}`, nil // seen: https://github.com/HubSpot/hubspot-api-nodejs/issues/480
	} else if after != "" {
		var at position
		life, _ := time.ParseDuration(s.world.Knob("after_life")) // unset: no limit
		if err := s.world.OpenCursor(r, scopeOf(q, l), strings.TrimSuffix(after, padding), life, &at); err != nil {
			if errors.Is(err, vendorsim.ErrBadCursor) {
				s.world.Violation(r, "after: %v", err)
			}
			return "", new(invalid(s.world, r, "after", "after is not valid"))
		}
		rows = slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool { return s.place(e, q, l).compare(at) <= 0 })
	}
	size := vendorsim.IntOr(q, "limit", l.limit)
	page := vendorsim.Slice(rows, 0, size)
	body := `{"results":` + vendorsim.Array(s.world.Rows(r, page))
	if len(rows) > size {
		after := s.world.Cursor(scopeOf(q, l), s.place(page[size-1], q, l)) + padding
		q.Set("after", after)
		// The link names HubSpot's own host, whatever host was asked.
		body += `,"paging":{"next":` + vendorsim.JSON(map[string]string{
			"after": after,
			"link":  "https://api.hubapi.com" + r.URL.Path + "?" + q.Encode(),
		}) + "}"
	}
	return body + "}", nil
}

// rows returns what the filters select, in the order of the list.
func (s *sim) rows(r *http.Request, q url.Values, l list) ([]*vendorsim.Entry, *vendorsim.Reply) {
	inclusive := s.world.Knob("bounds") == "inclusive"
	sel := vendorsim.Query{Since: bound(q.Get(l.since)), Until: bound(q.Get(l.until)), SinceExclusive: !inclusive, UntilInclusive: inclusive}
	if !sel.Until.IsZero() && sel.Until.Before(sel.Since) {
		s.world.Violation(r, "%s is before %s", l.until, l.since)
		return nil, new(invalid(s.world, r, l.since, "the end is before the start"))
	}
	if l.stream == "login" {
		sel.Since = s.world.Now().Add(-loginRetention)
	}
	rows := s.world.Between(l.stream, sel)
	if users := q[l.user]; len(users) > 0 {
		rows = slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool { return !slices.Contains(users, gjson.Get(e.Raw, l.field).Raw) })
	}
	slices.SortFunc(rows, func(a, b *vendorsim.Entry) int { return s.place(a, q, l).compare(s.place(b, q, l)) })
	return rows, nil
}

// bound reads a bound that the rules have checked: a time, or epoch milliseconds.
func bound(text string) time.Time {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMilli(ms)
	}
	t, _ := vendorsim.ParseTime(text) // absent: zero
	return t
}
