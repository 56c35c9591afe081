// Package hubspot simulates the account activity API of one HubSpot account (sign-ins,
// security activity, audit logs) and the OAuth token endpoints.
//
//   - https://developers.hubspot.com/docs/api/settings/account-activity-api
//   - https://github.com/HubSpot/HubSpot-public-api-spec-collection (Account/Audit Logs, Auth/Oauth)
//   - https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
package hubspot

import (
	"net/http"
	"slices"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	accessToken  = "pat-na1-fake-hubspot-private-app"
	clientID     = "fake-hubspot-client-id"
	clientSecret = "fake-hubspot-client-secret"
	refreshToken = "fake-hubspot-refresh-token"
	scope        = "account-info.security.read"
)

// versions are the paths under which the same three lists are served.
var versions = []string{"v3", "2025-09", "2026-03", "2026-09"}

// tokenPaths take the same form fields.
var tokenPaths = []string{"/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token"}

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key: "hubspot",
		Streams: []vendorsim.Stream{
			{Name: "login", Generate: generateLogin},
			{Name: "security", Generate: generateSecurity},
			{Name: "audit_logs", Generate: generateAudit},
		},
		New:    newHandler,
		Config: func(baseURL string) map[string]any { return config(baseURL, nil) },
		Variants: map[string]func(string) map[string]any{
			"oauth2": func(baseURL string) map[string]any {
				return map[string]any{"endpoint": baseURL, "client_id": clientID, "client_secret": clientSecret, "refresh_token": refreshToken}
			},
			"oauth2_v3": func(baseURL string) map[string]any {
				return map[string]any{
					"endpoint": baseURL, "client_id": clientID, "client_secret": clientSecret,
					"refresh_token": refreshToken, "token_url": baseURL + tokenPaths[1],
				}
			},
			"oauth2_v1": func(baseURL string) map[string]any {
				return map[string]any{
					"endpoint": baseURL, "client_id": clientID, "client_secret": clientSecret,
					"refresh_token": refreshToken, "token_url": baseURL + tokenPaths[0],
				}
			},
			"without_overlap": func(baseURL string) map[string]any {
				return config(baseURL, map[string]any{"include_overlap": false})
			},
			"dated_version": func(baseURL string) map[string]any {
				return config(baseURL, map[string]any{"api_version": "2026-03"})
			},
			"small_pages": func(baseURL string) map[string]any { return config(baseURL, map[string]any{"page_size": 7}) },
			"login_only": func(baseURL string) map[string]any {
				return config(baseURL, map[string]any{"streams": []any{"login"}})
			},
			"audit_only": func(baseURL string) map[string]any {
				return config(baseURL, map[string]any{"streams": []any{"audit_logs"}})
			},
		},
		Errors:     faultReply,
		TokenPaths: tokenPaths,
		Knobs: map[string]string{
			"order":         "oldest or newest: the order of the login and security lists, of which the default (newest) is not documented; mixed: neither",
			"bounds":        "inclusive: rows at a bound of a time filter are within it",
			"no_enterprise": "true: 403 for the audit logs, as in an account of another plan",
			"missing_scope": "true: 403 for all lists",
			"after_life":    "a duration after which paging tokens are stale",
			"retry_after":   "true: 429 answers carry Retry-After",
			"daily_spent":   "true: the daily quota is used up",
			"migrating":     "true: 477, the account is being moved",
		},
		Readings: map[string]vendorsim.Reading{
			"oldest_first":       {Knobs: map[string]string{"order": "oldest"}},
			"in_no_order":        {Knobs: map[string]string{"order": "mixed"}},
			"bounds_included":    {Knobs: map[string]string{"bounds": "inclusive"}},
			"short_lived_tokens": {Knobs: map[string]string{"after_life": "5m"}},
		},
	}
}

// config reads all lists whole: without include_overlap the audit logs would be
// short of the rows that the other two lists show as well.
func config(baseURL string, more map[string]any) map[string]any {
	c := map[string]any{"endpoint": baseURL, "access_token": accessToken, "include_overlap": true}
	for k, v := range more {
		c[k] = v
	}
	return c
}

func tokenServer(w *vendorsim.World) *vendorsim.TokenServer {
	return &vendorsim.TokenServer{
		World: w, ClientID: clientID, ClientSecret: clientSecret, Auth: vendorsim.SecretInBody,
		Grants:   map[string]vendorsim.Grant{"refresh_token": {Refresh: true}},
		Refresh:  refreshToken,
		Lifetime: 30 * time.Minute, Scope: scope,
		// The refresh token comes back with every answer.
		Extra: map[string]any{"token_type": "bearer", "refresh_token": refreshToken, "hub_id": 4455667, "token_use": "access_token"},
		Fail: func(r *http.Request, code, text string) vendorsim.Reply {
			status := map[string]string{"invalid_grant": "BAD_REFRESH_TOKEN", "invalid_client": "BAD_CLIENT_SECRET"}[code]
			return vendorsim.JSONReply(http.StatusBadRequest, map[string]any{
				"status": status, "message": text, "correlationId": correlation(w, r), "error": code, "error_description": text,
			}, nil)
		},
	}
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	for _, l := range lists {
		mux.HandleFunc("/account-info/{version}/activity/"+l.path, func(rw http.ResponseWriter, r *http.Request) {
			if !slices.Contains(versions, r.PathValue("version")) {
				w.Violation(r, "no such version")
				notFound(w, r).Write(rw)
				return
			}
			s.list(rw, r, l)
		})
	}
	for _, path := range tokenPaths {
		mux.Handle(path, tokenServer(w))
	}
	mux.Handle("/", w.Unknown(func(r *http.Request) vendorsim.Reply { return notFound(w, r) }))
	return mux
}
