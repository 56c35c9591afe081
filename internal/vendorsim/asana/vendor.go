// Package asana simulates the audit log API of one Asana organization.
//
//   - https://developers.asana.com/reference/getauditlogevents
//   - https://developers.asana.com/docs/audit-log-events
//   - https://developers.asana.com/docs/pagination
//   - https://developers.asana.com/docs/rate-limits
//   - https://developers.asana.com/docs/errors
package asana

import "github.com/otelactivity/otelactivity/internal/vendorsim"

// The one customer that the simulator knows. None of these values is real.
const (
	accessToken = "fake-asana-service-account-token"
	userToken   = "fake-asana-personal-token"
	workspace   = "1200000000000001"

	apiPath    = "/api/1.0"
	eventsPath = apiPath + "/workspaces/{workspace}/audit_log_events"
	stream     = "audit_log_events"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key:     "asana",
		Streams: []vendorsim.Stream{{Name: stream, Generate: generate}},
		New:     newHandler,
		Config:  config,
		Variants: map[string]func(string) map[string]any{
			"small_pages": func(baseURL string) map[string]any {
				c := config(baseURL)
				c["page_size"] = 7
				return c
			},
			"one_actor": func(baseURL string) map[string]any {
				c := config(baseURL)
				c["actor_gid"] = userGID(1)
				return c
			},
			"one_type": func(baseURL string) map[string]any {
				c := config(baseURL)
				c["event_type"] = "user_login_succeeded"
				return c
			},
		},
		Errors: faultReply,
		Knobs: map[string]string{
			"no_plan":     "true: 402 for every request",
			"not_allowed": "true: 403, as for a service account without the Audit logs permission",
			"short_pages": "true: every page holds half of what was asked for",
			"offset_life": "a duration after which an offset has expired",
		},
		Readings: map[string]vendorsim.Reading{
			"short_pages": {Knobs: map[string]string{"short_pages": "true"}, Limits: vendorsim.Tight, Everywhere: true},
			"offset_life": {Knobs: map[string]string{"offset_life": "7m"}, Limits: vendorsim.Tight, Everywhere: true},
		},
	}
}

func config(baseURL string) map[string]any {
	return map[string]any{"endpoint": baseURL, "access_token": accessToken, "workspace_gid": workspace}
}
