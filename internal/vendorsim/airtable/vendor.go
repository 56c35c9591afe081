// Package airtable simulates the audit log events of one Airtable enterprise
// account, and the OAuth token endpoint.
//
//   - https://airtable.com/developers/web/api/audit-log-events
//   - https://airtable.com/developers/web/api/audit-logs-integration-guide
//   - https://airtable.com/developers/web/api/oauth-reference
//   - https://airtable.com/developers/web/api/rate-limits
//   - https://airtable.com/developers/web/api/errors
package airtable

import (
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	accessToken  = "patFakeToken00001.fake-airtable-secret"
	clientID     = "fake-airtable-client"
	clientSecret = "fake-airtable-client-secret"
	publicClient = "fake-airtable-public-client"
	refreshToken = "fake-airtable-refresh-token"
	enterprise   = "entFakeAccount001"
	scope        = "enterprise.auditLogs:read"

	eventsPath = "/v0/meta/enterpriseAccounts/{enterprise}/auditLogEvents"
	tokenPath  = "/oauth2/v1/token"
	stream     = "audit_log_events"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key:     "airtable",
		Streams: []vendorsim.Stream{{Name: stream, Generate: generate}},
		New:     newHandler,
		Config: func(baseURL string) map[string]any {
			return with(baseURL, map[string]any{"access_token": accessToken})
		},
		Variants: map[string]func(string) map[string]any{
			"oauth": func(baseURL string) map[string]any {
				return with(baseURL, map[string]any{
					"client_id": clientID, "client_secret": clientSecret,
					"refresh_token": refreshToken, "token_url": baseURL + tokenPath,
				})
			},
			"oauth_public_client": func(baseURL string) map[string]any {
				return with(baseURL, map[string]any{
					"client_id":     publicClient,
					"refresh_token": refreshToken, "token_url": baseURL + tokenPath,
				})
			},
			"filtered": func(baseURL string) map[string]any {
				return with(baseURL, map[string]any{
					"access_token": accessToken, "page_size": 5,
					"event_types": []any{"loginUser", "createBase"}, "categories": []any{"user", "base"},
				})
			},
		},
		Errors:     faultReply,
		TokenPaths: []string{tokenPath},
		Knobs: map[string]string{
			"no_scope":       "true: 403 for every request, as for a token without scope or an account without the plan",
			"token_life":     "a duration after which next and previous tokens are refused",
			"retry_after":    "true: 429 answers carry Retry-After",
			"string_errors":  "true: errors have the form {\"error\":\"TYPE\"}",
			"no_pagination":  "true: pages without rows have no pagination object",
			"omit_empty_nil": "true: tokens that are not there are left out instead of null",
		},
		Readings: map[string]vendorsim.Reading{
			"token_life and string_errors":     {Knobs: map[string]string{"token_life": "7m", "string_errors": "true"}, Limits: vendorsim.Tight, Everywhere: true},
			"no_pagination and omit_empty_nil": {Knobs: map[string]string{"no_pagination": "true", "omit_empty_nil": "true"}, Limits: vendorsim.Tight, Everywhere: true},
			"retry_after":                      {Knobs: map[string]string{"retry_after": "true"}, Limits: vendorsim.Tight, Everywhere: true},
		},
	}
}

func with(baseURL string, rest map[string]any) map[string]any {
	rest["endpoint"], rest["enterprise_account_id"] = baseURL, enterprise
	return rest
}

// tokenServer keeps confidential and public clients apart: the one proves itself by
// HTTP Basic, the other names itself in the form.
func tokenServer(w *vendorsim.World) http.Handler {
	server := func(id string, auth vendorsim.ClientAuth) *vendorsim.TokenServer {
		return &vendorsim.TokenServer{
			World:    w,
			ClientID: id, ClientSecret: clientSecret, Auth: auth,
			Grants: map[string]vendorsim.Grant{
				"refresh_token": {Refresh: true, Optional: []string{"scope"}, Params: map[string]vendorsim.Param{"scope": vendorsim.Text}},
			},
			Refresh: refreshToken, Rotates: true,
			Lifetime: time.Hour, Scope: scope,
			Extra: map[string]any{"refresh_expires_in": 5184000},
		}
	}
	confidential, public := server(clientID, vendorsim.SecretInBasic), server(publicClient, vendorsim.PublicClient)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if _, _, basic := r.BasicAuth(); basic {
			confidential.ServeHTTP(rw, r)
			return
		}
		public.ServeHTTP(rw, r)
	})
}
