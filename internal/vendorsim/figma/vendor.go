// Package figma simulates the activity log of one Figma organization and the
// endpoint that renews OAuth tokens.
//
//   - https://developers.figma.com/docs/rest-api/activity-logs-endpoints
//   - https://developers.figma.com/docs/rest-api/activity-logs-events
//   - https://developers.figma.com/docs/rest-api/authentication/
//   - https://developers.figma.com/docs/rest-api/rate-limits
//   - https://developers.figma.com/docs/rest-api/errors
package figma

import (
	"maps"
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	accessToken  = "fake-figma-oauth-access-token"
	expiredToken = "fake-figma-expired-access-token"
	planToken    = "figd_fake-plan-access-token"
	clientID     = "fake-figma-client"
	clientSecret = "fake-figma-client-secret"
	refreshToken = "fake-figma-refresh-token"
	organization = "1040000000000000077"
	scope        = "org:activity_log_read"

	logsPath  = "/v1/activity_logs"
	tokenPath = "/v1/oauth/refresh"
	stream    = "activity_logs"
	tokenLife = 90 * 24 * time.Hour
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	variant := func(keys map[string]any) func(string) map[string]any {
		return func(baseURL string) map[string]any {
			c := maps.Clone(keys)
			c["endpoint"] = baseURL
			return c
		}
	}
	refresh := map[string]any{"client_id": clientID, "client_secret": clientSecret, "refresh_token": refreshToken}
	expired := maps.Clone(refresh)
	expired["access_token"] = expiredToken
	return vendorsim.Vendor{
		Key:     "figma",
		Streams: []vendorsim.Stream{{Name: stream, Precision: time.Second, Lateness: 8 * time.Minute, Generate: generate}},
		New:     newHandler,
		Config:  variant(map[string]any{"access_token": accessToken}),
		Variants: map[string]func(string) map[string]any{
			"api_token":           variant(map[string]any{"api_token": planToken}),
			"refresh_token":       variant(refresh),
			"expired_first_token": variant(expired),
			"token_url": func(baseURL string) map[string]any {
				c := maps.Clone(refresh)
				c["endpoint"], c["token_url"] = baseURL, baseURL+tokenPath
				return c
			},
			"some_events": variant(map[string]any{
				"access_token": accessToken, "page_size": 3,
				"events": []any{"user_sign_in", "fig_file_create", "org_user_delete", "fig_file_view"},
			}),
		},
		Errors:     faultReply,
		TokenPaths: []string{tokenPath},
		Knobs: map[string]string{
			"not_admin":      "true: 401, as for a good token of somebody who is no organization admin",
			"no_plan":        "true: 403, as for a plan without activity logs",
			"wrong_scope":    "true: 403, as for a token without the scope",
			"no_plan_tokens": "true: 403 for plan access tokens",
			"error_200":      "true: errors come with status 200",
			"last_cursor":    "none: the last page has no cursor",
			"low_seat":       "true: the limit and the headers are those of a seat that may only view",
		},
		Readings: map[string]vendorsim.Reading{
			"last_cursor": {Knobs: map[string]string{"last_cursor": "none"}, Limits: vendorsim.Tight, Everywhere: true},
			"error_200":   {Knobs: map[string]string{"error_200": "true"}, Limits: vendorsim.Tight, Everywhere: true},
			"low_seat":    {Knobs: map[string]string{"low_seat": "true"}, Limits: vendorsim.Tight, Everywhere: true},
		},
	}
}

// tokenServer renews access tokens. There is one token per app and user: a new one
// kills the one before. Refresh tokens do not change.
func tokenServer(w *vendorsim.World) *vendorsim.TokenServer {
	return &vendorsim.TokenServer{
		World:    w,
		ClientID: clientID, ClientSecret: clientSecret, Auth: vendorsim.SecretInBasic,
		Grants:  map[string]vendorsim.Grant{"": {Refresh: true}, "refresh_token": {Refresh: true}},
		Refresh: refreshToken, Lifetime: tokenLife,
		Answer: func(_ *http.Request, _ map[string]any) any {
			w.RevokeTokens()
			return map[string]any{
				"access_token": w.Issue(vendorsim.Token{Client: clientID, Scope: scope, Expires: w.Now().Add(tokenLife)}),
				"token_type":   "bearer", "expires_in": int(tokenLife.Seconds()),
			}
		},
		Fail: func(_ *http.Request, code, text string) vendorsim.Reply {
			status := http.StatusBadRequest
			if code == "invalid_client" {
				status = http.StatusUnauthorized
			}
			return fail(status, code+": "+text)
		},
	}
}
