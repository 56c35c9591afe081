// Package jira simulates the audit log of one Jira Cloud site: at the site's own
// host with basic auth, and behind the API gateway (/ex/jira/{cloud id}) with
// scoped tokens and OAuth 2.0, beside the token endpoint.
//
//   - https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-audit-records/
//   - https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
//   - https://support.atlassian.com/user-management/docs/create-oauth-2-0-credential-for-service-accounts/
//   - https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/
package jira

import (
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	email        = "auditor@example.com"
	classicToken = "fake-classic-api-token"
	scopedToken  = "fake-scoped-user-token"
	serviceToken = "fake-scoped-service-account-token"
	clientID     = "fake-oauth-client"
	clientSecret = "fake-oauth-secret"
	refreshToken = "fake-refresh-token"
	cloudID      = "0fa4e000-0000-4000-8000-00000000c10d"
	scope        = "manage:jira-configuration"

	recordPath = "/rest/api/3/auditing/record"
	tokenPath  = "/oauth/token"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key:     "jira",
		Streams: []vendorsim.Stream{{Name: "audit", Lateness: 8 * time.Minute, Generate: generate}},
		New:     newHandler,
		Config: func(baseURL string) map[string]any {
			return map[string]any{"endpoint": baseURL, "email": email, "api_token": classicToken}
		},
		Variants: map[string]func(string) map[string]any{
			"basic_scoped": func(baseURL string) map[string]any {
				return map[string]any{"endpoint": baseURL, "cloud_id": cloudID, "auth_type": "basic", "email": email, "api_token": scopedToken}
			},
			"bearer": func(baseURL string) map[string]any {
				return map[string]any{"endpoint": baseURL, "cloud_id": cloudID, "auth_type": "bearer", "api_token": serviceToken}
			},
			"oauth2_client_credentials": func(baseURL string) map[string]any {
				return oauth(baseURL, "oauth2_client_credentials")
			},
			"oauth2_refresh_token": func(baseURL string) map[string]any {
				c := oauth(baseURL, "oauth2_refresh_token")
				c["refresh_token"] = refreshToken
				return c
			},
		},
		Errors:     faultReply,
		TokenPaths: []string{tokenPath},
		Knobs: map[string]string{
			"free_plan":       "true: 403, as for a site without audit log",
			"not_admin":       "true: 403 for an account without Administer Jira",
			"missing_scope":   "true: new OAuth tokens lack the scope for the audit log",
			"login_page":      "html: 200 with a login page; redirect: 302 to one on another host",
			"password_text":   "true: a refused basic credential is answered with the plain text about passwords",
			"access_denied":   "true: a wrong client secret is answered with 403 access_denied",
			"quota_exhausted": "true: the hourly points of OAuth apps are used up",
		},
	}
}

func oauth(baseURL, authType string) map[string]any {
	return map[string]any{
		"endpoint": baseURL, "cloud_id": cloudID, "auth_type": authType,
		"client_id": clientID, "client_secret": clientSecret, "token_url": baseURL + tokenPath,
	}
}

// tokenServer takes form and JSON bodies. Refresh tokens rotate.
func tokenServer(w *vendorsim.World, granted string) *vendorsim.TokenServer {
	return &vendorsim.TokenServer{
		World:    w,
		ClientID: clientID, ClientSecret: clientSecret, Auth: vendorsim.SecretInBody,
		Form: true, JSON: true,
		Grants: map[string]vendorsim.Grant{
			"client_credentials": {},
			"refresh_token":      {Refresh: true},
		},
		Refresh: refreshToken, Rotates: true,
		Lifetime: time.Hour, Scope: granted,
		Fail: func(_ *http.Request, code, text string) vendorsim.Reply {
			status := http.StatusBadRequest
			switch code {
			case "invalid_client":
				status = http.StatusUnauthorized
				if w.On("access_denied") {
					status, code, text = http.StatusForbidden, "access_denied", "Unauthorized"
				}
			case "invalid_grant":
				status, text = http.StatusForbidden, "Unknown or invalid refresh token."
			}
			return vendorsim.JSONReply(status, map[string]any{"error": code, "error_description": text}, nil)
		},
	}
}

func newHandler(w *vendorsim.World) http.Handler {
	mux := http.NewServeMux()
	NewSite(w, scope).Audit(mux)
	mux.Handle("/", w.Unknown(NotFound))
	return mux
}

// NewSite returns the Jira site of a world, whose OAuth tokens get the scopes unless
// the knob missing_scope takes the audit log away from them.
func NewSite(w *vendorsim.World, scopes string) *Site {
	return &Site{World: w, Product: "jira", Scopes: func() string {
		if w.On("missing_scope") {
			return "read:jira-work"
		}
		return scopes
	}}
}

// Audit adds the audit log, the token endpoint and the site's description.
func (s *Site) Audit(mux *http.ServeMux) {
	s.Routes(mux)
	site := &sim{s}
	mux.HandleFunc(recordPath, func(rw http.ResponseWriter, r *http.Request) { site.records(rw, r, false) })
	mux.HandleFunc(s.GatewayPath(recordPath), func(rw http.ResponseWriter, r *http.Request) { site.records(rw, r, true) })
}
