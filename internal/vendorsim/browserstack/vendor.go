// Package browserstack simulates the audit logs of one BrowserStack organization.
//
// BrowserStack publishes the catalogue of activities, authentication, limits and
// retention, but neither the request for the list nor its rows. The simulator plays
// the one description that there is of them, and other readings by its knobs. What
// passes here is not verified.
//
//   - https://www.browserstack.com/docs/enterprise/api-reference/audit-logs/manage
//   - https://www.browserstack.com/docs/enterprise/audit-logs
//   - https://www.browserstack.com/docs/enterprise/api-reference/introduction
package browserstack

import (
	"maps"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	username    = "acmefake_a1B2c3"
	accessKey   = "fakeBrowserStackKey1"
	serviceName = "acmefake_service"
	serviceKey  = "fakeBrowserStackKey2"

	stream         = "audit"
	logsPath       = "/audit/v1/logs"
	movedPath      = "/enterprise/audit/v2/logs"
	activitiesPath = "/audit/v1/activities"
)

type object = map[string]any

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	with := func(more map[string]any) func(string) map[string]any {
		return func(baseURL string) map[string]any {
			c := map[string]any{"endpoint": baseURL, "username": username, "access_key": accessKey}
			maps.Copy(c, more)
			return c
		}
	}
	return vendorsim.Vendor{
		Key:     "browserstack",
		Streams: []vendorsim.Stream{{Name: stream, Generate: generate}},
		New:     newHandler,
		Config:  with(nil),
		Variants: map[string]func(string) map[string]any{
			"service_account": with(map[string]any{"username": serviceName, "access_key": serviceKey}),
			"logs_path":       with(map[string]any{"logs_path": movedPath}),
			"short_lookback":  with(map[string]any{"lookback_limit_days": 3}),
		},
		Readings: readings(),
		Errors:   faultReply,
		Knobs: map[string]string{
			"wrapper":           "the key of the list instead of logs (audit_logs, events, data, results), or array: no object around it",
			"order":             "oldest or shuffled: the order of the list, which is newest first otherwise",
			"zone":              "hours that the day is ahead of UTC's: -8",
			"exclusive_end":     "true: latest_date is not part of the answer",
			"ignores_dates":     "true: the parameters have other names; every answer is the last two weeks",
			"paging":            "link, path: pages of 100, by an absolute or a relative URL; number, token: by something else",
			"paging_key":        "where the next page stands instead of next_page: next, next_cursor",
			"json_errors":       "true: 401, 403 and 404 have JSON bodies",
			"login_page":        "true: 200 with an HTML page for a refused credential",
			"not_allowed":       "true: 403, as for a plan or a role without audit logs",
			"not_enabled":       "true: 404 for the whole API, as before Support has enabled it",
			"moved":             "true: 404 for the list alone, as if its path had changed",
			"bad_date":          "the status for bad dates instead of 400: 422",
			"retry_after":       "seconds of a Retry-After header on 429 answers",
			"recycled":          "true: the access key was recycled",
			"unlimited_history": "true: days before the last 180 are answered too",
		},
	}
}

// readings are what may be true instead of the description.
func readings() map[string]vendorsim.Reading {
	all := map[string]vendorsim.Reading{}
	for name, knobs := range map[string]map[string]string{
		"a day west of UTC":      {"zone": "-12", "wrapper": "array"},
		"a day east of UTC":      {"zone": "14", "wrapper": "audit_logs", "order": "oldest"},
		"exclusive, west of UTC": {"zone": "-12", "exclusive_end": "true", "wrapper": "events", "order": "shuffled"},
		"exclusive, east of UTC": {"zone": "14", "exclusive_end": "true", "wrapper": "data"},
		"dates ignored":          {"ignores_dates": "true", "wrapper": "results"},
		"pages by links":         {"paging": "link"},
		"pages by paths":         {"paging": "path", "paging_key": "next", "order": "oldest"},
		"pages by a cursor link": {"paging": "path", "paging_key": "next_cursor"},
	} {
		all[name] = vendorsim.Reading{Knobs: knobs}
	}
	return all
}
