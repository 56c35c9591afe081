// Package teamwork simulates the activity feed of one Teamwork.com site, in the
// third version of the API and in the first.
//
//   - https://apidocs.teamwork.com/docs/teamwork/v3/activity/get-projects-api-v3-latestactivity-json
//   - https://apidocs.teamwork.com/docs/teamwork/v1/activity/get-latest-activity-json
//   - https://apidocs.teamwork.com/guides/teamwork/authentication
//   - https://apidocs.teamwork.com/guides/teamwork/how-does-paging-work
//   - https://apidocs.teamwork.com/guides/teamwork/pagination
package teamwork

import (
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	apiKey      = "twp_fakeTeamworkApiKey"
	accessToken = "tkn.v1_fakeTeamworkAccessToken"
	username    = "auditor@example.com"
	password    = "fake-teamwork-password"

	stream = "activity"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	variant := func(keys ...any) func(string) map[string]any {
		return func(baseURL string) map[string]any {
			c := map[string]any{"endpoint": baseURL}
			for i := 0; i < len(keys); i += 2 {
				c[keys[i].(string)] = keys[i+1]
			}
			return c
		}
	}
	return vendorsim.Vendor{
		Key:     "teamwork",
		Streams: []vendorsim.Stream{{Name: stream, Precision: time.Second, Lateness: 8 * time.Minute, Generate: generate}},
		New:     newHandler,
		Config:  variant("api_key", apiKey),
		Variants: map[string]func(string) map[string]any{
			"api_key_password": variant("api_key", apiKey, "password", "anything at all"),
			"access_token":     variant("access_token", accessToken),
			"username":         variant("username", username, "password", password),
			"v1":               variant("api_key", apiKey, "api_version", "v1"),
			"v1_small_pages":   variant("api_key", apiKey, "api_version", "v1", "page_size", 7),
			"small_pages":      variant("api_key", apiKey, "page_size", 7),
			"some_projects":    variant("api_key", apiKey, "project_ids", []any{51200, 51202}, "page_size", 5),
			"visible_only":     variant("api_key", apiKey, "include_archived_projects", false, "show_deleted", false),
		},
		Errors: faultReply,
		Knobs: map[string]string{
			"exclusive_bounds": "true: startDate and endDate leave out their own second",
			"ignored_bounds":   "true: startDate and endDate are not known and change nothing",
			"retry_after":      "true: 429 answers carry Retry-After",
			"dashed_headers":   "true: limit headers are spelled X-Rate-Limit-*",
			"old_throttle":     "true: the limit is answered with status 400 and a message",
			"no_included":      "true: side-loaded objects never come, as for a user who may not see people",
		},
		Readings: map[string]vendorsim.Reading{
			"exclusive_bounds": {Knobs: map[string]string{"exclusive_bounds": "true"}, Limits: vendorsim.Tight, Everywhere: true},
			"ignored_bounds":   {Knobs: map[string]string{"ignored_bounds": "true"}, Limits: vendorsim.Tight, Everywhere: true},
			"retry_after":      {Knobs: map[string]string{"retry_after": "true"}, Limits: vendorsim.Tight, Everywhere: true},
			"dashed_headers":   {Knobs: map[string]string{"dashed_headers": "true"}, Limits: vendorsim.Tight, Everywhere: true},
			"old_throttle":     {Knobs: map[string]string{"old_throttle": "true"}, Limits: vendorsim.Tight, Everywhere: true},
		},
	}
}
