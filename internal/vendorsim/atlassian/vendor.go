// Package atlassian simulates the audit log of one Atlassian organization: the
// stream of events that is made for polling, and the query for events.
//
//   - https://developer.atlassian.com/cloud/admin/organization/rest/api-group-events/
//   - https://developer.atlassian.com/cloud/admin/organization/poll-events-migration
//   - https://developer.atlassian.com/cloud/admin/organization/rest/intro/
package atlassian

import (
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	apiKey        = "ATCTT3xFfFakeOrganizationKey"
	organization  = "0fa4e000-0000-4000-8000-0000000000a9"
	stream        = "events"
	orgPath       = "/admin/v1/orgs/{org}"
	eventsPath    = orgPath + "/events"
	streamPath    = orgPath + "/events-stream"
	cataloguePath = orgPath + "/event-actions"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	variant := func(keys ...any) func(string) map[string]any {
		return func(baseURL string) map[string]any {
			c := map[string]any{"endpoint": baseURL, "org_id": organization, "api_key": apiKey}
			for i := 0; i < len(keys); i += 2 {
				c[keys[i].(string)] = keys[i+1]
			}
			return c
		}
	}
	return vendorsim.Vendor{
		Key:     "atlassian",
		Streams: []vendorsim.Stream{{Name: stream, Lateness: 8 * time.Minute, Generate: generate}},
		New:     newHandler,
		Config:  variant(),
		Variants: map[string]func(string) map[string]any{
			"small_pages":        variant("page_size", 9),
			"events":             variant("api", "events"),
			"events_small_pages": variant("api", "events", "page_size", 9),
			"events_filtered": variant("api", "events", "actors", []any{accountID(1), accountID(2), accountID(3)},
				"products", []any{"jira", "confluence"}),
			"events_action": variant("api", "events", "actions", []any{"user_login"}),
			"events_query":  variant("api", "events", "query", "group"),
		},
		Errors: faultReply,
		Knobs: map[string]string{
			"not_admin":     "true: 403, as for somebody who is no admin of the organization",
			"no_guard":      "true: nothing ever comes, as without Atlassian Guard",
			"stream_ends":   "true: the last page of the stream is empty and has no cursor",
			"links_only":    "true: the next cursor is in links.next alone",
			"by_event_time": "true: from and to of the stream mean the time of events, not of their processing",
			"reset_seconds": "true: the reset header has seconds",
			"retry_after":   "header: 429 answers have Retry-After; x: they have X-Retry-After",
		},
		Readings: map[string]vendorsim.Reading{
			"stream_ends":                   {Knobs: map[string]string{"stream_ends": "true"}, Limits: vendorsim.Tight, Everywhere: true},
			"links_only":                    {Knobs: map[string]string{"links_only": "true"}, Limits: vendorsim.Tight, Everywhere: true},
			"by_event_time":                 {Knobs: map[string]string{"by_event_time": "true"}, Limits: vendorsim.Tight, Everywhere: true},
			"stream_ends and by_event_time": {Knobs: map[string]string{"stream_ends": "true", "by_event_time": "true"}, Limits: vendorsim.Tight, Everywhere: true},
			"reset_seconds":                 {Knobs: map[string]string{"reset_seconds": "true"}, Limits: vendorsim.Tight, Everywhere: true},
			"retry_after":                   {Knobs: map[string]string{"retry_after": "x"}, Limits: vendorsim.Tight, Everywhere: true},
		},
	}
}
