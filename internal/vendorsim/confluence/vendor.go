// Package confluence simulates the audit log of Confluence on one Atlassian Cloud
// site: at the site's own host with basic auth, and behind the API gateway
// (/ex/confluence/{cloud id}) with scoped tokens and OAuth 2.0. The site with its
// credentials and limits is that of the jira simulator. The paged resource itself is
// exported, because Data Center still has it.
//
//   - https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-audit/
//   - https://developer.atlassian.com/cloud/confluence/rate-limiting/
//   - https://support.atlassian.com/confluence-cloud/docs/view-the-audit-log/
package confluence

import (
	"maps"
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/jira"
)

const (
	auditPath = "/wiki/rest/api/audit"
	sincePath = "/wiki/rest/api/audit/since"
	scope     = "read:audit-log:confluence"
	// siteBase is what links name behind the gateway.
	siteBase = "https://acme.atlassian.test/wiki"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	v := jira.Vendor()
	v.Key = "confluence"
	v.Streams = []vendorsim.Stream{{Name: "audit", NoID: true, Lateness: 8 * time.Minute, Generate: generate}}
	v.New, v.Errors = newHandler, faultReply
	config := v.Config
	v.Variants["search"] = func(baseURL string) map[string]any {
		c := config(baseURL)
		c["search"] = "permission"
		return c
	}
	v.Knobs = map[string]string{
		"free_plan":       "true: 403, as on the Free edition",
		"not_admin":       "true: 403 for an account without Confluence Administrator, as for a site without Confluence",
		"exception_text":  "true: the message of a 403 begins with the name of a Java class",
		"no_confluence":   "true: 404, as for a site that never had Confluence",
		"gone":            "true: 410 behind the gateway",
		"missing_scope":   "true: new OAuth tokens lack the scope for the audit log",
		"login_page":      "html: 200 with a login page; redirect: 302 to one on another host",
		"quota_exhausted": "true: the hourly points of OAuth apps are used up",
		"access_denied":   "true: a wrong client secret is answered with 403 access_denied",
		"limit_cap":       "a number: pages hold at most so many rows, and say so in limit",
		"size_total":      "true: size counts all rows of the window",
		"retention_days":  "a number: older rows are gone (365)",
	}
	v.Readings = map[string]vendorsim.Reading{
		"limit_cap":      {Knobs: map[string]string{"limit_cap": "7"}, Limits: vendorsim.Tight, Everywhere: true},
		"size_total":     {Knobs: map[string]string{"size_total": "true"}, Limits: vendorsim.Tight, Everywhere: true},
		"retention_days": {Knobs: map[string]string{"retention_days": "30"}, Limits: vendorsim.Tight, Everywhere: true},
	}
	return v
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{
		Site: &jira.Site{World: w, Product: "confluence", Scopes: func() string {
			if w.On("missing_scope") {
				return "read:space:confluence"
			}
			return scope
		}},
		log: &Log{World: w, Stream: "audit", Context: "/wiki", MaxLimit: 1000, Days: 365},
	}
	mux := http.NewServeMux()
	s.Routes(mux)
	for path, rules := range map[string]vendorsim.Rules{auditPath: Rules, sincePath: sinceRules} {
		mux.HandleFunc(path, func(rw http.ResponseWriter, r *http.Request) { s.audit(rw, r, rules, false) })
		mux.HandleFunc(s.GatewayPath(path), func(rw http.ResponseWriter, r *http.Request) { s.audit(rw, r, rules, true) })
	}
	mux.Handle("/", w.Unknown(notFound))
	return mux
}

type sim struct {
	*jira.Site
	log *Log
}

func (s *sim) audit(rw http.ResponseWriter, r *http.Request, rules vendorsim.Rules, gateway bool) {
	if s.LoginPage(rw, r) {
		return
	}
	if refused := s.refused(rw.Header(), r, gateway); refused != nil {
		refused.Write(rw)
		return
	}
	q, problem := s.World.Check(r, rules)
	if problem != nil {
		Refusal(problem).Write(rw)
		return
	}
	base := siteBase
	if !gateway {
		base = vendorsim.Origin(r) + "/wiki"
	}
	s.log.Page(r, q, base).Write(rw)
}

// refused returns the answer of a request that does not reach the log, or nil.
func (s *sim) refused(h http.Header, r *http.Request, gateway bool) *vendorsim.Reply {
	oauth, err := s.Admit(r, gateway, scope)
	var reply vendorsim.Reply
	switch {
	case err != nil:
		reply = unauthorized(r, gateway, err)
	case s.World.On("no_confluence"):
		reply = notFound(r)
	case s.World.On("gone") && gateway:
		reply = failure(http.StatusGone, "This endpoint has been removed.")
	case s.World.On("free_plan"):
		reply = failure(http.StatusForbidden, "Cannot make this request because you are on Free edition. Please upgrade to standard or premium.")
	case s.World.On("not_admin"):
		reply = forbidden(s.World)
	default:
		refusal := s.Charge(h, oauth)
		if refusal == nil {
			return nil
		}
		reply = throttled(refusal)
	}
	return &reply
}

func throttled(headers http.Header) vendorsim.Reply {
	reply := failure(http.StatusTooManyRequests, "Rate limit exceeded")
	maps.Copy(reply.Header, headers)
	return reply
}
