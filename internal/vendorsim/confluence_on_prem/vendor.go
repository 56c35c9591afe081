// Package confluenceonprem simulates the audit log of one Confluence Data Center
// instance in both of its APIs: /rest/auditing/1.0/events, and the older
// /rest/api/audit, which is that of Confluence Cloud. The instance is served at the
// root and under the context path /confluence, and knows itself by the name that its
// administrator has set, which nobody else can reach. As the real one it writes a row
// about every search of the log, those of the receiver too.
//
//   - https://developer.atlassian.com/server/framework/atlassian-sdk/rest/api-group-events/
//   - https://confluence.atlassian.com/jiracore/audit-log-improvements-for-developers-1019401815.html
//   - https://confluence.atlassian.com/display/DOC/Audit+Log+Events+in+Confluence
//   - https://confluence.atlassian.com/doc/_ratelimiting_httpheaders-992678779.html
//   - https://confluence.atlassian.com/spaces/ENTERPRISE/pages/1627095923/Service+accounts+overview
package confluenceonprem

import (
	"maps"
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/confluence"
)

// The one customer that the simulator knows. None of these values is real.
const (
	accessToken  = "fake-personal-access-token"
	username     = "auditor"
	password     = "fake-password-of-auditor"
	clientID     = "fake-service-account"
	clientSecret = "fake-service-account-secret"
	scope        = "SYSTEM_ADMIN"

	stream      = "audit"
	contextPath = "/confluence"
	eventsPath  = "/rest/auditing/1.0/events"
	legacyPath  = "/rest/api/audit"
	tokenPath   = "/rest/oauth2/latest/token"
	// baseURL is the instance's own name for itself.
	baseURL = "http://wiki.internal.test"
)

// Vendor returns the simulator. The configurations that leave the rows about searches
// out bring exactly what happened; that is why Config does.
func Vendor() vendorsim.Vendor {
	variant := func(path string, keys map[string]any) func(string) map[string]any {
		return func(base string) map[string]any {
			c := maps.Clone(keys)
			c["endpoint"] = base + path
			return c
		}
	}
	service := map[string]any{"auth_type": "oauth2_client_credentials", "client_id": clientID, "client_secret": clientSecret, "oauth_scope": scope}
	return vendorsim.Vendor{
		Key:     "confluence_on_prem",
		Streams: []vendorsim.Stream{{Name: stream, NoID: true, Lateness: 8 * time.Minute, Generate: generate}},
		New:     newHandler,
		Config:  variant(contextPath, map[string]any{"token": accessToken, "skip_audit_searches": true}),
		Variants: map[string]func(string) map[string]any{
			"searches":                  variant(contextPath, map[string]any{"token": accessToken}),
			"small_pages":               variant(contextPath, map[string]any{"token": accessToken, "page_size": 3}),
			"root":                      variant("", map[string]any{"auth_type": "token", "token": accessToken, "api": "auditing"}),
			"basic":                     variant(contextPath, map[string]any{"username": username, "password": password}),
			"oauth2_client_credentials": variant(contextPath, service),
			"token_url": func(base string) map[string]any {
				c := maps.Clone(service)
				c["endpoint"], c["token_url"], c["api"] = base, base+contextPath+tokenPath, "legacy"
				return c
			},
			"legacy":             variant(contextPath, map[string]any{"token": accessToken, "api": "legacy"}),
			"legacy_basic":       variant("", map[string]any{"username": username, "password": password, "api": "legacy", "auth_type": "basic"}),
			"legacy_small_pages": variant("", map[string]any{"token": accessToken, "api": "legacy", "page_size": 7}),
		},
		Errors:     faultReply,
		TokenPaths: []string{tokenPath, contextPath + tokenPath},
		Knobs: map[string]string{
			"old_version":    "true: 404 for the auditing API, as before Confluence 7.5",
			"not_admin":      "true: 403 for an account that is no administrator",
			"anonymous":      "true: a wrong token is no token (403), not a refused one",
			"missing_scope":  "true: 403 for service accounts, whose scopes do not reach the log",
			"captcha":        "true: the account is locked after failed log-ins",
			"basic_off":      "true: basic authentication is switched off",
			"login_page":     "html: 200 with a login page; redirect: 302 to the single sign-on, on another host",
			"rate_limit":     "a number: requests a minute (off, as long as no administrator turns it on)",
			"slow_above":     "a number of hours above which a window times out",
			"coverage":       "base or advanced: the log lacks what only a higher level has (full)",
			"no_searches":    "true: requests leave no rows in the log",
			"last_page":      "unsaid: the last page has neither lastPage nor a cursor",
			"limit_cap":      "a number: legacy pages hold at most so many rows",
			"size_total":     "true: size of a legacy page counts all rows of the window",
			"retention_days": "a number: older rows are gone (1095)",
		},
		Readings: map[string]vendorsim.Reading{
			"last_page":      {Knobs: map[string]string{"last_page": "unsaid"}, Limits: vendorsim.Tight, Everywhere: true},
			"rate_limit":     {Knobs: map[string]string{"rate_limit": "3"}, Limits: vendorsim.Tight, Everywhere: true},
			"slow_above":     {Knobs: map[string]string{"slow_above": "2"}, Limits: vendorsim.Tight, Everywhere: true},
			"retention_days": {Knobs: map[string]string{"retention_days": "30"}, Limits: vendorsim.Tight, Everywhere: true},
			"no_searches":    {Knobs: map[string]string{"no_searches": "true"}, Limits: vendorsim.Tight, Everywhere: true},
		},
	}
}

// tokenServer gives service accounts their tokens, which last an hour and cannot be
// renewed.
func tokenServer(w *vendorsim.World) *vendorsim.TokenServer {
	return &vendorsim.TokenServer{
		World:    w,
		ClientID: clientID, ClientSecret: clientSecret, Auth: vendorsim.SecretInBody,
		Grants:   map[string]vendorsim.Grant{"client_credentials": {Params: map[string]vendorsim.Param{"scope": vendorsim.OneOf(scope)}}},
		Lifetime: time.Hour,
	}
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{world: w, searches: &searches{world: w}}
	mux := http.NewServeMux()
	for _, context := range []string{"", contextPath} {
		old := &confluence.Log{
			World: w, Stream: stream, Context: context, MaxLimit: 1000, Days: retentionDays, Render: legacyRow,
			Select: func(q vendorsim.Query) []*vendorsim.Entry { return s.rows(q) },
		}
		mux.HandleFunc(context+eventsPath, func(rw http.ResponseWriter, r *http.Request) { s.events(rw, r, context) })
		mux.HandleFunc(context+legacyPath, func(rw http.ResponseWriter, r *http.Request) { s.legacy(rw, r, old) })
		mux.HandleFunc(context+tokenPath, func(rw http.ResponseWriter, r *http.Request) { tokenServer(w).ServeHTTP(rw, r) })
	}
	mux.Handle("/", w.Unknown(notFound))
	return mux
}
