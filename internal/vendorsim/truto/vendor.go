// Package truto simulates the activities endpoint of Truto's unified user
// directory API, with one connected account per integration and one that mixes
// all of them.
//
//   - https://www.truto.one/docs/api-reference/unified-user-directory-api/activities/list
//   - https://truto.one/docs/api-reference/overview/pagination
//   - https://truto.one/docs/api-reference/overview/rate-limits
//   - https://www.truto.one/docs/api-reference/overview/errors
//   - https://truto.one/docs/guides/how-truto-works/realtime-unified-apis-considerations
package truto

import (
	"fmt"
	"maps"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one environment that the simulator knows. None of these values is real.
const (
	apiToken     = "fake-truto-environment-token"
	mixedAccount = "7a000000-0000-4000-8000-000000000000"
	organization = "org-77"

	activitiesPath = "/unified/user-directory/activities"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key:     "truto",
		Streams: []vendorsim.Stream{{Name: "activities", Lateness: 12 * time.Minute, Generate: generate}},
		New:     newHandler,
		Config: func(baseURL string) map[string]any {
			return map[string]any{"endpoint": baseURL, "api_token": apiToken, "integrated_account_id": mixedAccount}
		},
		Variants: map[string]func(string) map[string]any{
			"super_query": func(baseURL string) map[string]any {
				return map[string]any{"endpoint": baseURL, "api_token": apiToken, "integrated_account_id": mixedAccount, "super_query": "apac"}
			},
			"ignore_limit": func(baseURL string) map[string]any {
				return map[string]any{"endpoint": baseURL, "api_token": apiToken, "integrated_account_id": mixedAccount, "ignore_limit": true, "page_size": 20}
			},
			"asana": func(baseURL string) map[string]any {
				return of(baseURL, "Asana", map[string]any{"organization_id": organization})
			},
			"zoom":    func(baseURL string) map[string]any { return of(baseURL, "Zoom", nil) },
			"hubspot": func(baseURL string) map[string]any { return of(baseURL, "HubSpot", map[string]any{"page_size": 3}) },
			"lean": func(baseURL string) map[string]any {
				return of(baseURL, "Okta", map[string]any{"ignore_remote_data": true, "truto_exclude_fields": []any{"description", "context"}})
			},
			"no_time_filter": func(baseURL string) map[string]any {
				return map[string]any{"endpoint": baseURL, "api_token": apiToken, "integrated_account_id": mixedAccount, "time_filter": false}
			},
		},
		Readings: readings(),
		Errors:   faultReply,
		Knobs: map[string]string{
			"order":            "newest or oldest first; anything else: no order at all (the default)",
			"partial":          "true: each page lacks rows and says is_partial_response",
			"bare_envelope":    "true: answers hold result and next_cursor only",
			"omit_last_cursor": "true: the last page has no next_cursor at all instead of null",
			"ignores_time":     "true: the vendor behind ignores created_at",
			"rejects_time":     "true: the vendor behind refuses created_at with 400",
			"needs_reauth":     "true: the vendor behind refuses the connection's credential",
			"blocked":          "true: the account is blocked (503 without remote flag)",
			"no_limit_headers": "true: the vendor behind tells no limits",
		},
	}
}

// of is the configuration for the account of one integration.
func of(baseURL, integration string, more map[string]any) map[string]any {
	c := map[string]any{"endpoint": baseURL, "api_token": apiToken, "integrated_account_id": Account(integration), "integration": integration}
	maps.Copy(c, more)
	return c
}

// Account returns the id of the connected account of one integration ("Zoom"); it
// shows the rows of that integration alone. Asana's and GitHub's demand the query
// parameter organization_id.
func Account(integration string) string {
	for i, in := range integrations {
		if in.name == integration {
			return fmt.Sprintf("7a000000-0000-4000-8000-%012d", i+1)
		}
	}
	return ""
}

// accountOf returns the integration behind an account; "" is the mixed one.
func accountOf(id string) (name string, ok bool) {
	if id == mixedAccount {
		return "", true
	}
	for _, in := range integrations {
		if Account(in.name) == id {
			return in.name, true
		}
	}
	return "", false
}

// Integrations returns the names of the integrations, in the order of their
// accounts.
func Integrations() []string {
	names := make([]string, len(integrations))
	for i, in := range integrations {
		names[i] = in.name
	}
	return names
}
