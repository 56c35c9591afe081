// Package zendesk simulates the account audit log of one Zendesk account and the
// account's OAuth token endpoint.
//
//   - https://developer.zendesk.com/api-reference/ticketing/account-configuration/audit_logs/
//   - https://developer.zendesk.com/api-reference/introduction/pagination/
//   - https://developer.zendesk.com/api-reference/introduction/rate-limits/
//   - https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
package zendesk

import (
	"maps"
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	email        = "admin@example.com"
	apiToken     = "fake-zendesk-api-token"
	accessToken  = "fake-zendesk-oauth-token"
	clientID     = "fake_zendesk_client"
	clientSecret = "fake-zendesk-client-secret"
	scope        = "auditlogs:read"

	stream    = "audit_logs"
	logsPath  = "/api/v2/audit_logs"
	tokenPath = "/oauth/tokens"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key:     "zendesk",
		Streams: []vendorsim.Stream{{Name: stream, Precision: time.Second, Lateness: 4 * time.Minute, Generate: generate}},
		New:     newHandler,
		Config: func(baseURL string) map[string]any {
			return map[string]any{"endpoint": baseURL, "email": email, "api_token": apiToken}
		},
		Variants: map[string]func(string) map[string]any{
			"access_token": func(baseURL string) map[string]any {
				return map[string]any{"endpoint": baseURL, "access_token": accessToken}
			},
			"client_credentials": func(baseURL string) map[string]any { return client(baseURL, nil) },
			"client_credentials_read": func(baseURL string) map[string]any {
				return client(baseURL, map[string]any{"scope": "read", "token_url": baseURL + tokenPath})
			},
			"small_pages": func(baseURL string) map[string]any {
				return map[string]any{"endpoint": baseURL, "email": email, "api_token": apiToken, "page_size": 7}
			},
		},
		Errors:     faultReply,
		TokenPaths: []string{tokenPath},
		Knobs: map[string]string{
			"not_admin":             "true: 403 for a user who is not an admin",
			"no_plan":               "true: 404, as for a plan without the audit log",
			"no_account":            "true: 404 HTML page, as for a wrong subdomain",
			"api_tokens_off":        "true: the account does not take API tokens",
			"missing_scope":         "true: tokens of the OAuth client lack the scope for the audit log",
			"tokens_without_expiry": "true: the token endpoint tells no expires_in, and tokens do not expire",
			"html_throttle":         "true: 429 answers are text, not JSON",
			"null_cursors":          "true: cursors are null on the last page",
			"foreign_links":         "true: links name another host",
		},
		Readings: map[string]vendorsim.Reading{
			"null_cursors":          {Knobs: map[string]string{"null_cursors": "true"}},
			"links_to_another_host": {Knobs: map[string]string{"foreign_links": "true"}},
		},
	}
}

func client(baseURL string, more map[string]any) map[string]any {
	c := map[string]any{"endpoint": baseURL, "client_id": clientID, "client_secret": clientSecret}
	maps.Copy(c, more)
	return c
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	mux.HandleFunc(logsPath, s.logs)
	mux.HandleFunc(logsPath+".json", s.logs)
	mux.HandleFunc(tokenPath, s.token)
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply {
		return textual(http.StatusNotFound, "InvalidEndpoint", "Not found")
	}))
	return mux
}
