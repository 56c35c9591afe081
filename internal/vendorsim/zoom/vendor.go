// Package zoom simulates the sign-in and operation reports of one Zoom account and
// the token endpoint of Server-to-Server OAuth apps.
//
//   - https://developers.zoom.us/docs/api/meetings/#tag/reports/get/report/activities
//   - https://developers.zoom.us/docs/api/meetings/#tag/reports/get/report/operationlogs
//   - https://developers.zoom.us/docs/internal-apps/s2s-oauth/
//   - https://developers.zoom.us/docs/integrations/oauth-error-messages/
//   - https://developers.zoom.us/docs/api/rate-limits/
package zoom

import (
	"maps"
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	accountID    = "fake-zoom-account-id"
	clientID     = "fake-zoom-client-id"
	clientSecret = "fake-zoom-client-secret"
	accessToken  = "fake-zoom-access-token"
	scope        = "report:read:admin"

	activitiesPath = "/v2/report/activities"
	operationsPath = "/v2/report/operationlogs"
	tokenPath      = "/oauth/token"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key: "zoom",
		// Records have whole seconds and no id.
		Streams: []vendorsim.Stream{
			{Name: "activities", Precision: time.Second, NoID: true, Lateness: 2 * time.Hour, Generate: generateActivity},
			{Name: "operation_logs", Precision: time.Second, NoID: true, Lateness: 2 * time.Hour, Generate: generateOperation},
		},
		New:    newHandler,
		Config: func(baseURL string) map[string]any { return config(baseURL, nil) },
		Variants: map[string]func(string) map[string]any{
			"access_token": func(baseURL string) map[string]any {
				return map[string]any{"endpoint": baseURL, "access_token": accessToken}
			},
			"activities_only": func(baseURL string) map[string]any {
				return config(baseURL, map[string]any{"streams": []any{"activities"}})
			},
			"categories": func(baseURL string) map[string]any {
				return config(baseURL, map[string]any{"category_types": []any{"user", "role", "zoom_rooms"}})
			},
			"operations_only": func(baseURL string) map[string]any {
				return config(baseURL, map[string]any{"streams": []any{"operation_logs"}})
			},
			"small_pages":   func(baseURL string) map[string]any { return config(baseURL, map[string]any{"page_size": 30}) },
			"short_overlap": func(baseURL string) map[string]any { return config(baseURL, map[string]any{"overlap": "14h"}) },
		},
		Errors:     faultReply,
		TokenPaths: []string{tokenPath},
		Knobs: map[string]string{
			"order":         "oldest: the lists come oldest first; which order it is, is not documented",
			"exclusive_to":  "true: the day of to is not part of the answer",
			"zone":          "a duration: the account's zone, in which days are cut (default UTC)",
			"echo":          "datetime: from and to come back as date-times; none: they do not come back",
			"no_last_token": "true: the last page has no next_page_token instead of an empty one",
			"missing_scope": "activities, operation_logs or all: the token lacks the scope",
			"no_permission": "role: the app's user may not see the reports; plan: the account's plan has none",
			"one_token":     "true: a new token ends the one before",
			"retry_after":   "date, http or none: the form of Retry-After",
			"daily_spent":   "true: the daily quota is used up",
			"not_activated": "true: the token endpoint does not know the grant, as for an app of another type",
		},
		Readings: map[string]vendorsim.Reading{
			"oldest_first":   {Knobs: map[string]string{"order": "oldest"}, Config: daysInPages},
			"to_excluded":    {Knobs: map[string]string{"exclusive_to": "true"}, Config: daysInPages},
			"in_the_west":    {Knobs: map[string]string{"zone": "-12h"}, Config: daysInPages},
			"in_the_east":    {Knobs: map[string]string{"zone": "14h"}, Config: daysInPages},
			"bare_answers":   {Knobs: map[string]string{"echo": "none", "no_last_token": "true"}, Config: daysInPages},
			"one_token_only": {Knobs: map[string]string{"one_token": "true"}, Config: daysInPages},
		},
	}
}

// daysInPages cuts a day into few pages: each read brings whole days.
var daysInPages = map[string]any{"page_size": 100}

func config(baseURL string, more map[string]any) map[string]any {
	c := map[string]any{
		"endpoint": baseURL, "token_url": baseURL + tokenPath,
		"account_id": accountID, "client_id": clientID, "client_secret": clientSecret,
	}
	maps.Copy(c, more)
	return c
}

// reasons are the texts of token errors.
var reasons = map[string]string{
	"invalid_client":         "Invalid client_id or client_secret",
	"unsupported_grant_type": "unsupported grant type",
}

// tokens takes the parameters in the body alone: in the query they are refused for
// some accounts.
func tokens(w *vendorsim.World) http.Handler {
	server := &vendorsim.TokenServer{
		World: w, ClientID: clientID, ClientSecret: clientSecret, Auth: vendorsim.SecretInBasic,
		Grants: map[string]vendorsim.Grant{
			"account_credentials": {Params: map[string]vendorsim.Param{"account_id": vendorsim.OneOf(accountID)}, Code: "invalid_request"},
		},
		Lifetime: 3599 * time.Second, Scope: scope,
		Extra: map[string]any{"token_type": "bearer", "api_url": "https://api.zoom.us"},
		Refuse: func(*http.Request) (string, string) {
			if w.On("not_activated") {
				return "unsupported_grant_type", ""
			}
			return "", ""
		},
		Fail: func(_ *http.Request, code, _ string) vendorsim.Reply {
			reason, ok := reasons[code]
			if !ok {
				code, reason = "invalid_request", "Bad Request"
			}
			return vendorsim.JSONReply(http.StatusBadRequest, map[string]any{"reason": reason, "error": code}, nil)
		},
	}
	server.Answer = func(_ *http.Request, fields map[string]any) any {
		if w.On("one_token") {
			w.RevokeTokens()
			fields["access_token"] = w.Issue(vendorsim.Token{Client: clientID, Scope: scope, Expires: w.Now().Add(server.Lifetime)})
		}
		return fields
	}
	return server
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	for _, p := range reports {
		mux.HandleFunc(p.path, func(rw http.ResponseWriter, r *http.Request) { s.report(rw, r, p) })
	}
	mux.Handle(tokenPath, tokens(w))
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply {
		return fail(http.StatusNotFound, 2300, "This API endpoint is not recognized.")
	}))
	return mux
}
