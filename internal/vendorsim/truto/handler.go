package truto

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// Truto's own limits, and one of a vendor behind it.
var (
	tokenLimit   = vendorsim.Limit{Requests: 500, Per: 10 * time.Second}
	accountLimit = vendorsim.Limit{Requests: 50, Per: 10 * time.Second}
	vendorLimit  = vendorsim.Limit{Requests: 110, Per: 10 * time.Second}
)

var boolean = vendorsim.OneOf("true", "false")

var rules = vendorsim.Rules{
	Accept:   "application/json",
	Required: []string{"integrated_account_id"},
	Repeated: []string{"truto_exclude_fields[]"},
	Params: map[string]vendorsim.Param{
		"integrated_account_id": vendorsim.Text,
		"created_at[gt]":        vendorsim.TimeIn(), "created_at[gte]": vendorsim.TimeIn(),
		"created_at[lt]": vendorsim.TimeIn(), "created_at[lte]": vendorsim.TimeIn(),
		"actor_id": vendorsim.Text, "organization_id": vendorsim.Text,
		"action":      vendorsim.OneOf(unifiedActions...),
		"product":     vendorsim.OneOf("azure_active_directory"),
		"actor[type]": vendorsim.OneOf("anonymous", "system", "user"), "actor[user][id]": vendorsim.Text,
		"entity": vendorsim.Text, "entity_type": vendorsim.Text, "ip_address": vendorsim.Text,
		"truto_response_format": vendorsim.OneOf("unified", "raw", "normalized", "stream"),
		"truto_key_by":          vendorsim.Text,
		"truto_ignore_limit":    boolean, "truto_ignore_remote_data": boolean,
		"truto_exclude_fields": vendorsim.Text, "truto_exclude_fields[*": vendorsim.Text,
		"remote_query[*": nil, "next_cursor": vendorsim.Text, "limit": vendorsim.Int(1, 1<<31-1),
		"truto_super_query": vendorsim.OneOf("apac", "wnam"),
	},
}

type sim struct{ world *vendorsim.World }

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	mux.HandleFunc(activitiesPath, s.activities)
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply { return fail(http.StatusNotFound, "Not Found") }))
	return mux
}

func (s *sim) activities(rw http.ResponseWriter, r *http.Request) {
	w := s.world
	if r.Header.Get("Authorization") != "Bearer "+apiToken {
		w.Violation(r, "no API token, or a wrong one")
		fail(http.StatusUnauthorized, "Invalid API token").Write(rw)
		return
	}
	if !w.Take("token", tokenLimit, 1).Allowed {
		throttled().Write(rw)
		return
	}
	q, problem := w.Check(r, rules)
	if problem != nil {
		badRequest(problem).Write(rw)
		return
	}
	account, ok := accountOf(q.Get("integrated_account_id"))
	if !ok {
		w.Violation(r, "unknown integrated account")
		fail(http.StatusNotFound, "Integrated account not found").Write(rw)
		return
	}
	if !w.Take("account "+account, accountLimit, 1).Allowed {
		throttled().Write(rw)
		return
	}
	if refused := s.vendor(rw.Header(), r, q, account); refused != nil {
		refused.Write(rw)
		return
	}
	s.answer(rw, r, q, account)
}

// vendor plays the part of the vendor behind the account.
func (s *sim) vendor(h http.Header, r *http.Request, q url.Values, account string) *vendorsim.Reply {
	w := s.world
	var reply vendorsim.Reply
	switch {
	case w.On("blocked"):
		reply = fail(http.StatusServiceUnavailable, "The integrated account is blocked")
	case w.On("needs_reauth"):
		reply = remote(http.StatusUnauthorized, "", map[string]any{"error": "invalid_grant"})
	case find(account).orgRequired && !q.Has("organization_id"):
		w.Violation(r, "%s demands organization_id", account)
		reply = missing("organization_id")
	case w.On("rejects_time") && hasTime(q):
		reply = remote(http.StatusBadRequest, "unknown parameter created_at", map[string]any{"error": "bad_request"})
	default:
		usage := w.Take("vendor behind "+account, vendorLimit, 1)
		if !usage.Allowed {
			reply = remoteThrottled(usage)
			break
		}
		if !w.On("no_limit_headers") {
			limitHeaders(h, usage)
		}
		return nil
	}
	return &reply
}

func hasTime(q url.Values) bool {
	for name := range q {
		if strings.HasPrefix(name, "created_at[") {
			return true
		}
	}
	return false
}
