package github

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	retention    = 180 * 24 * time.Hour
	gitRetention = 7 * 24 * time.Hour
	undatedBack  = 90 * 24 * time.Hour
	maxPage      = 100
	defaultPage  = 30
)

// Each audit log path has its own quota per user:
// https://github.blog/changelog/2023-08-01-new-rate-limit-for-the-audit-log-api-endpoints-is-active
var (
	hourly   = vendorsim.Limit{Requests: 1750, Per: time.Hour}
	minutely = vendorsim.Limit{Requests: 15, Per: time.Minute}
)

// feedKind is whose audit log is asked for.
type feedKind struct {
	names []string // that the path may carry
	path  string   // that links carry
}

var (
	orgFeed        = feedKind{[]string{organization, organizationID}, "/organizations/" + organizationID + "/audit-log"}
	enterpriseFeed = feedKind{[]string{enterprise, enterpriseID}, "/enterprises/" + enterpriseID + "/audit-log"}
)

type sim struct{ world *vendorsim.World }

// feed answers one audit log path. A server pages by number instead of by cursor.
func (s *sim) feed(kind feedKind, server bool) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		client, refused := s.authorize(r)
		if refused == nil {
			refused = s.charge(rw.Header(), kind, client)
		}
		if refused == nil {
			refused = s.permit(r, kind)
		}
		if refused != nil {
			refused.Write(rw)
			return
		}
		q, refused := s.query(r, kind, server)
		if refused != nil {
			refused.Write(rw)
			return
		}
		s.answer(rw, r, q)
	}
}

// charge accounts one request and sets the limit headers.
func (s *sim) charge(h http.Header, kind feedKind, client string) *vendorsim.Reply {
	usage := s.world.Take(kind.path+" by "+client, hourly, 1)
	if usage.Allowed && s.world.On("minute_limit") {
		usage = s.world.Take("minute "+kind.path+" by "+client, minutely, 1)
	}
	if usage.Allowed {
		limitHeaders(h, usage)
		return nil
	}
	status := http.StatusForbidden
	if s.world.Knob("limit_status") == "429" {
		status = http.StatusTooManyRequests
	}
	reply := primary(status, usage)
	return &reply
}

// permit refuses what the account may not see.
func (s *sim) permit(r *http.Request, kind feedKind) *vendorsim.Reply {
	w := s.world
	var reply vendorsim.Reply
	switch {
	case w.On("ip_allow_list"):
		reply = fail(http.StatusForbidden, "Although you appear to have the correct authorization credentials, the `"+organization+
			"` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.")
	case w.On("no_permission"):
		reply = noPermission(r)
	case w.On("no_plan"):
		reply = fail(http.StatusNotFound, "Not Found")
	case !slices.ContainsFunc(kind.names, func(n string) bool { return strings.EqualFold(n, r.PathValue("name")) }):
		w.Violation(r, "unknown organization or enterprise")
		reply = fail(http.StatusNotFound, "Not Found")
	default:
		return nil
	}
	return &reply
}

func version(v string) error {
	_, err := vendorsim.ParseTime(v, time.DateOnly)
	return err
}

func anyText(string) error { return nil } // one of after and before comes empty in links

func rulesFor(server bool) vendorsim.Rules {
	rules := vendorsim.Rules{
		Accept: "application/vnd.github+json",
		Params: map[string]vendorsim.Param{
			"phrase": vendorsim.Text, "include": vendorsim.OneOf("web", "git", "all"), "order": vendorsim.OneOf("asc", "desc"),
			"per_page": vendorsim.Int(1, maxPage), "after": anyText, "before": anyText,
		},
	}
	if server {
		rules.Params["page"] = vendorsim.Int(1, 1<<31-1)
	}
	return rules
}

// query is one understood request.
type query struct {
	values url.Values
	kind   feedKind
	server bool
	phrase phrase
	newest bool
	limit  int
	page   int // from 1; on a server only
	after  *position
	before *position
}

// position is what a cursor holds: a row, or the beginning.
type position struct {
	At  time.Time `json:"t,omitzero"`
	Seq int       `json:"n,omitempty"`
}

func (s *sim) query(r *http.Request, kind feedKind, server bool) (query, *vendorsim.Reply) {
	q := query{kind: kind, server: server}
	refuse := func(field, text string) (query, *vendorsim.Reply) {
		s.world.Violation(r, "%s", text)
		reply := unprocessable(field, text)
		return q, &reply
	}
	v, problem := s.world.Check(r, rulesFor(server))
	if problem != nil {
		reply := badRequest(problem)
		return q, &reply
	}
	if err := version(r.Header.Get("X-GitHub-Api-Version")); r.Header.Get("X-GitHub-Api-Version") != "" && err != nil {
		s.world.Violation(r, "X-GitHub-Api-Version %v", err)
		reply := fail(http.StatusBadRequest, "The API version you requested is not supported.")
		return q, &reply
	}
	var err error
	if q.phrase, err = parsePhrase(v.Get("phrase")); err != nil {
		return refuse("phrase", err.Error())
	}
	if v.Get("after") != "" && v.Get("before") != "" {
		return refuse("after", "after and before exclude each other")
	}
	q.values, q.newest = v, v.Get("order") != "asc"
	q.limit, q.page = vendorsim.IntOr(v, "per_page", defaultPage), vendorsim.IntOr(v, "page", 1)
	var bad error
	if q.after, err = s.cursor(r, v, "after"); err != nil {
		bad = err
	}
	if q.before, err = s.cursor(r, v, "before"); err != nil {
		bad = err
	}
	switch {
	case bad == nil:
		return q, nil
	case errors.Is(bad, vendorsim.ErrOldCursor):
		reply := unprocessable("after", bad.Error())
		return q, &reply
	}
	return refuse("after", bad.Error())
}
