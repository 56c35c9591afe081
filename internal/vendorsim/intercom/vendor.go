// Package intercom simulates the teammate activity logs of one Intercom workspace.
//
//   - https://developers.intercom.com/docs/references/2.17/rest-api/api.intercom.io/admins/listactivitylogs
//   - https://developers.intercom.com/docs/references/2.17/rest-api/api.intercom.io/admins/searchactivitylogs
//   - https://developers.intercom.com/docs/references/2.17/rest-api/errors/error-codes
//   - https://developers.intercom.com/docs/references/2.17/rest-api/errors/rate-limiting
//   - https://developers.intercom.com/docs/references/1.4/rest-api/admins/view-admin-activity-logs
package intercom

import (
	"maps"
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	// accessToken is the one customer's token. It is not real.
	accessToken = "fake-intercom-access-token"

	stream     = "activity_logs"
	logsPath   = "/admins/activity_logs"
	searchPath = logsPath + "/search"
	typesPath  = "/admins/activity_log_event_types"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key:     "intercom",
		Streams: []vendorsim.Stream{{Name: stream, Precision: time.Second, Lateness: 4 * time.Minute, Generate: generate}},
		New:     newHandler,
		Config:  func(baseURL string) map[string]any { return config(baseURL, nil) },
		Variants: map[string]func(string) map[string]any{
			"version_2_17": func(baseURL string) map[string]any { return config(baseURL, map[string]any{"api_version": "2.17"}) },
			"version_2_10": func(baseURL string) map[string]any { return config(baseURL, map[string]any{"api_version": "2.10"}) },
			"small_pages":  func(baseURL string) map[string]any { return config(baseURL, map[string]any{"page_size": 9}) },
			"short_windows": func(baseURL string) map[string]any {
				return config(baseURL, map[string]any{"max_window": "3h", "page_size": 250})
			},
		},
		Errors: faultReply,
		Knobs: map[string]string{
			"plan_restricted":    "true: 403 api_plan_restricted, as for an old plan",
			"missing_permission": "true: 403 token_unauthorized, as for an app that may not read admins",
			"unpaid":             "true: 402, as for a workspace without subscription",
			"token_error":        "the error code of every 401: token_revoked, token_expired, token_not_found",
			"max_hours":          "the longest span of one list in hours; longer ones answer 500",
			"exclusive_bounds":   "true: neither bound belongs to the span",
			"next":               "what pages.next is: object, null (although there are more pages), foreign (a URL on another host)",
		},
		Readings: map[string]vendorsim.Reading{
			"bounds_excluded":      {Knobs: map[string]string{"exclusive_bounds": "true"}},
			"next_is_an_object":    {Knobs: map[string]string{"next": "object"}},
			"next_is_null":         {Knobs: map[string]string{"next": "null"}},
			"next_on_another_host": {Knobs: map[string]string{"next": "foreign"}},
			"spans_of_hours":       {Knobs: map[string]string{"max_hours": "4"}},
		},
	}
}

func config(baseURL string, more map[string]any) map[string]any {
	c := map[string]any{"endpoint": baseURL, "access_token": accessToken}
	maps.Copy(c, more)
	return c
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	mux.HandleFunc(logsPath, func(rw http.ResponseWriter, r *http.Request) { s.serve(rw, r, s.list) })
	mux.HandleFunc(searchPath, func(rw http.ResponseWriter, r *http.Request) { s.serve(rw, r, s.search) })
	mux.HandleFunc(typesPath, func(rw http.ResponseWriter, r *http.Request) { s.serve(rw, r, s.types) })
	mux.Handle("/", w.Unknown(func(r *http.Request) vendorsim.Reply {
		return fail(w, r, http.StatusNotFound, "not_found", "The requested resource was not found")
	}))
	return mux
}
