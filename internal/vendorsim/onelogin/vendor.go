// Package onelogin simulates the Events API (version 1) of one OneLogin account and
// its token endpoints.
//
//   - https://developers.onelogin.com/api-docs/1/events/get-events
//   - https://developers.onelogin.com/api-docs/1/events/event-types
//   - https://developers.onelogin.com/api-docs/1/getting-started/using-query-parameters
//   - https://developers.onelogin.com/api-docs/2/oauth20-tokens/generate-tokens-2
//   - https://developers.onelogin.com/api-docs/1/oauth20-tokens/get-rate-limit
package onelogin

import (
	"net/http"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	clientID     = "fake-onelogin-client-id"
	clientSecret = "fake-onelogin-client-secret"
	accountID    = 555001

	eventsPath   = "/api/1/events"
	typesPath    = "/api/1/events/types"
	limitPath    = "/auth/rate_limit"
	tokenPath    = "/auth/oauth2/v2/token"
	oldTokenPath = "/auth/oauth2/token"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	with := func(baseURL, key string, value any) map[string]any {
		return map[string]any{"endpoint": baseURL, "client_id": clientID, "client_secret": clientSecret, key: value}
	}
	return vendorsim.Vendor{
		Key:     "onelogin",
		Streams: []vendorsim.Stream{{Name: "events", Generate: generate}},
		New:     newHandler,
		Config: func(baseURL string) map[string]any {
			return with(baseURL, "token_url", baseURL+tokenPath)
		},
		Variants: map[string]func(string) map[string]any{
			"old_token_endpoint": func(baseURL string) map[string]any { return with(baseURL, "token_url", baseURL+oldTokenPath) },
			"large_pages":        func(baseURL string) map[string]any { return with(baseURL, "page_size", 1000) },
			"without_types":      func(baseURL string) map[string]any { return with(baseURL, "fetch_event_types", false) },
			"some_types":         func(baseURL string) map[string]any { return with(baseURL, "event_type_ids", []any{5, 6, 7, 13, 17}) },
		},
		Readings:   readings(),
		Errors:     faultReply,
		TokenPaths: []string{tokenPath, oldTokenPath},
		Knobs: map[string]string{
			"newest_first":         "true: events come newest first, also with since",
			"inclusive_bounds":     "true: since and until are inclusive; else exclusive",
			"empty_cursor":         "true: the last page has an empty after_cursor; else null",
			"limit_status":         "status of rate limit answers: 400; else 429",
			"error_in_200":         "true: API errors come with HTTP status 200, told in the body alone",
			"missing_scope":        "status (401 or 403) of all API requests, as for a credential with too small a scope",
			"owner_deleted":        "true: 500 from the token endpoint, as when the credential's admin was deleted",
			"remaining_expires_in": "true: expires_in is what is left of the token's life; else always 36000",
		},
	}
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{world: w}
	mux := http.NewServeMux()
	mux.HandleFunc(eventsPath, s.events)
	mux.HandleFunc(typesPath, s.types)
	mux.HandleFunc(limitPath, s.rateLimit)
	mux.Handle(tokenPath, oddBasic(s.tokenServer(false)))
	mux.Handle(oldTokenPath, oddBasic(s.tokenServer(true)))
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply { return fail(http.StatusNotFound, "No Route Exists") }))
	return mux
}
