package azureactivedirectory

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/sjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	day           = 24 * time.Hour
	retention     = 30 * day
	freeRetention = 7 * day
	oldestBound   = 90 * day
	maxTop        = 1000
)

// reports is for one app in one tenant, over both logs:
// https://learn.microsoft.com/graph/throttling-limits#identity-and-access-reports-service-limits
var reports = vendorsim.Limit{Requests: 5, Per: 10 * time.Second}

// log is one of the two.
type log struct {
	stream, resource, time string
	properties             []map[string]property
}

var (
	audits  = log{"directory_audits", "directoryAudits", "activityDateTime", []map[string]property{auditProperties}}
	signIns = log{"sign_ins", "signIns", "createdDateTime", []map[string]property{signInProperties}}
)

type sim struct{ world *vendorsim.World }

// feed answers one log in one version of the API.
func (s *sim) feed(l log, version string) http.HandlerFunc {
	if l.stream == signIns.stream && version == "beta" {
		l.properties = append(slices.Clone(l.properties), betaSignInProperties)
	}
	return func(rw http.ResponseWriter, r *http.Request) {
		refused := s.permit(r, l, version)
		if refused == nil {
			if usage := s.world.Take("reports", reports, 1); !usage.Allowed {
				reply := throttled(s.world, r, usage.Wait)
				refused = &reply
			}
		}
		var q query
		if refused == nil {
			q, refused = s.query(r, l, version)
		}
		if refused != nil {
			refused.Write(rw)
			return
		}
		rw.Header().Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
		_, _ = rw.Write([]byte(s.page(r, q)))
	}
}

// permit checks the token, its cloud and its permissions.
func (s *sim) permit(r *http.Request, l log, version string) *vendorsim.Reply {
	w := s.world
	token, err := w.Bearer(r)
	var reply vendorsim.Reply
	switch {
	case errors.Is(err, vendorsim.ErrNoToken):
		reply = invalidToken(w, r, "Access token is empty.")
	case errors.Is(err, vendorsim.ErrOldToken):
		reply = invalidToken(w, r, "Lifetime validation failed, the token is expired.")
	case err != nil:
		reply = invalidToken(w, r, "CompactToken parsing failed with error code: 80049217")
	case !offered(clouds[token.Scope], l, version):
		w.Violation(r, "%s %s does not exist in the cloud %s", version, l.resource, clouds[token.Scope])
		reply = fail(w, r, http.StatusNotFound, "BadRequest", "Resource not found for the segment '"+l.resource+"'.")
	case forbidden[w.Knob("forbidden")] != "":
		reply = denied(w, r, w.Knob("forbidden"))
	case w.On("free_tenant") && l.stream == signIns.stream:
		reply = denied(w, r, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
	default:
		return nil
	}
	return &reply
}

// offered tells where a log exists: sign-ins of version 1.0 in the global cloud
// alone, audits of version 1.0 everywhere but in China.
func offered(cloud string, l log, version string) bool {
	return version == "beta" || cloud == "global" || l.stream == audits.stream && cloud != "china"
}

// query is one understood request.
type query struct {
	log
	version string
	raw     string // the query as sent, without its skip token
	filter  filter
	newest  bool
	top     int
	from    position
}

// position is what a skip token holds: the last row served.
type position struct {
	At  time.Time `json:"t,omitzero"`
	Seq int       `json:"n,omitempty"`
}

// passed tells whether e was on an earlier page.
func (q query) passed(e *vendorsim.Entry) bool {
	if q.from.At.IsZero() {
		return false
	}
	c := e.Time.Compare(q.from.At)
	if c == 0 {
		c = e.Seq - q.from.Seq
	}
	return c <= 0 && !q.newest || c >= 0 && q.newest
}

func (s *sim) query(r *http.Request, l log, version string) (query, *vendorsim.Reply) {
	w := s.world
	refuse := func(reply vendorsim.Reply) (query, *vendorsim.Reply) { return query{}, &reply }
	v, problem := w.Check(r, vendorsim.Rules{Accept: "application/json", Params: map[string]vendorsim.Param{
		"$filter": vendorsim.Text, "$top": vendorsim.Int(1, maxTop), "$skiptoken": vendorsim.Text,
		"$orderby": vendorsim.OneOf(l.time, l.time+" asc", l.time+" desc"),
	}})
	// Options that lack their dollar sign are silently ignored.
	if problem != nil && (problem.Fault != vendorsim.UnknownParam || strings.HasPrefix(problem.Param, "$")) {
		return refuse(badRequest(w, r, problem))
	}
	q := query{log: l, version: version, raw: r.URL.RawQuery, top: vendorsim.IntOr(v, "$top", maxTop)}
	q.newest = !v.Has("$orderby") || strings.HasSuffix(v.Get("$orderby"), " desc")
	var err error
	if v.Has("$filter") {
		q.filter, err = parseFilter(v.Get("$filter"), l.time, l.properties...)
	}
	if err != nil {
		w.Violation(r, "$filter: %v", err)
		return refuse(invalidFilter(w, r))
	}
	if !q.filter.since.IsZero() && q.filter.since.Before(w.Now().Add(-oldestBound)) {
		w.Violation(r, "a lower bound of more than 90 days ago")
		return refuse(invalidFilter(w, r))
	}
	if most, err := time.ParseDuration(w.Knob("timeout_window")); err == nil && s.span(q) > most {
		return refuse(timedOut(w, r))
	}
	if v.Has("$skiptoken") {
		if err := s.skip(r, &q, v); err != nil {
			return refuse(fail(w, r, http.StatusBadRequest, "BadRequest", "Invalid Skip Token"))
		}
	}
	return q, nil
}

// skip reads the token. It belongs to the link that it came in, byte for byte.
func (s *sim) skip(r *http.Request, q *query, v url.Values) error {
	rest, _, literal := strings.Cut(q.raw, "$skiptoken=")
	q.raw = strings.TrimSuffix(rest, "&")
	err := s.world.OpenCursor(r, r.URL.Path+"?"+q.raw, v.Get("$skiptoken"), 0, &q.from)
	if errors.Is(err, vendorsim.ErrBadCursor) {
		s.world.Violation(r, "a skip token of another link, or a link that was not followed byte for byte (%t)", literal)
	}
	return err
}

// span is how long the window of a query is.
func (s *sim) span(q query) time.Duration {
	until := q.filter.until
	if until.IsZero() {
		until = s.world.Now()
	}
	return until.Sub(q.filter.since)
}

// rows returns one page and whether rows are left behind it.
func (s *sim) rows(q query) ([]*vendorsim.Entry, bool) {
	sel := vendorsim.Query{Since: q.filter.since, Until: q.filter.until, UntilInclusive: true, NewestFirst: q.newest}
	kept := retention
	if s.world.On("free_tenant") {
		kept = freeRetention
	}
	sel.Since = latest(sel.Since, s.world.Now().Add(-kept))
	if at := q.from.At; !at.IsZero() && q.newest {
		sel.Until = at
	} else if !at.IsZero() {
		sel.Since = latest(sel.Since, at)
	}
	top := q.top
	if s.world.On("short_pages") {
		top = (top + 1) / 2
	}
	var page []*vendorsim.Entry
	for _, e := range s.world.Between(q.stream, sel) {
		if q.passed(e) || !s.shows(q, e) {
			continue
		}
		if len(page) == top {
			return page, true
		}
		page = append(page, e)
	}
	return page, false
}

// shows tells whether a row is in the answer: without a filter on their type only
// interactive sign-ins are.
func (s *sim) shows(q query, e *vendorsim.Entry) bool {
	if q.stream == signIns.stream && !q.filter.types && !interactive(e.Raw) {
		return false
	}
	return q.filter.match == nil || q.filter.match(e.Raw)
}

// page returns the body.
func (s *sim) page(r *http.Request, q query) string {
	w := s.world
	rows, more := s.rows(q)
	if len(rows) > 0 && w.Fires(r, vendorsim.EmptyPage) {
		rows, more = nil, true
	}
	link := ""
	if more {
		if len(rows) > 0 {
			last := rows[len(rows)-1]
			q.from = position{last.Time, last.Seq}
		}
		path := "/" + q.version + "/auditLogs/" + q.resource
		raw := strings.ReplaceAll(q.raw, "+", "%20")
		separator := "&"
		if raw == "" {
			separator = ""
		}
		origin := vendorsim.Origin(r)
		if w.On("public_links") {
			origin = "https://graph.microsoft.com"
		}
		token := w.Cursor(path+"?"+raw, q.from)
		link = `"@odata.nextLink":` + vendorsim.JSON(origin+path+"?"+raw+separator+"$skiptoken="+token) + ","
	}
	raws := vendorsim.Raws(w.Rows(r, rows))
	if q.stream == signIns.stream && q.version == "v1.0" {
		for i := range raws {
			raws[i] = withoutBeta(raws[i])
		}
	}
	return fmt.Sprintf(`{"@odata.context":%s,%s"value":[%s]}`,
		strconv.Quote("https://graph.microsoft.com/"+q.version+"/$metadata#auditLogs/"+q.resource), link, strings.Join(raws, ","))
}

// withoutBeta drops what version 1.0 does not show of a sign-in.
func withoutBeta(raw string) string {
	for _, name := range betaFields {
		raw, _ = sjson.Delete(raw, name) // rows are JSON objects
	}
	return raw
}
