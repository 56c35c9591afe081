// Package merge simulates the audit trail of one Merge organization.
//
//   - https://docs.merge.dev/hris/audit-trail/
//   - https://docs.merge.dev/basics/rate-limits/
//   - https://help.merge.dev/en/articles/9150563-what-is-merge-s-global-api-rate-limit
//   - https://github.com/merge-api/merge-python-client
package merge

import (
	"maps"
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	// apiKey is the one customer's production access key. It is not real.
	apiKey = "fake-merge-production-access-key"

	stream    = "audit_trail"
	trailPath = "/api/{category}/v1/audit-trail"
)

// categories are the paths under which the same trail shows.
var categories = []string{"hris", "ats", "crm", "accounting", "ticketing", "filestorage", "knowledgebase", "chat", "calendar", "email"}

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key:     "merge",
		Streams: []vendorsim.Stream{{Name: stream, Precision: time.Microsecond, Lateness: 4 * time.Minute, Generate: generate}},
		New:     newHandler,
		Config:  func(baseURL string) map[string]any { return config(baseURL, nil) },
		Variants: map[string]func(string) map[string]any{
			"category_ats": func(baseURL string) map[string]any { return config(baseURL, map[string]any{"category": "ats"}) },
			"small_pages":  func(baseURL string) map[string]any { return config(baseURL, map[string]any{"page_size": 7}) },
		},
		Errors: faultReply,
		Knobs: map[string]string{
			"no_plan":          "403 or 404: what a plan without the audit trail answers",
			"inclusive_bounds": "true: both bounds belong to the span",
			"oldest_first":     "true: the list begins with the oldest event",
			"next_url":         "true: next is an absolute URL on another host, not a cursor",
			"retry_after_date": "true: Retry-After is a date",
		},
		Readings: map[string]vendorsim.Reading{
			"bounds_included": {Knobs: map[string]string{"inclusive_bounds": "true"}},
			"oldest_first":    {Knobs: map[string]string{"oldest_first": "true"}},
			"next_is_a_link":  {Knobs: map[string]string{"next_url": "true"}},
		},
	}
}

func config(baseURL string, more map[string]any) map[string]any {
	c := map[string]any{"endpoint": baseURL, "api_key": apiKey}
	maps.Copy(c, more)
	return c
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	mux.HandleFunc(trailPath, func(rw http.ResponseWriter, r *http.Request) {
		if s.blocked(0) {
			detail(http.StatusForbidden, blockedText).Write(rw)
			return
		}
		reply := s.trail(r)
		if reply.Status >= 400 && reply.Status != http.StatusTooManyRequests && s.blocked(1) {
			w.Violation(r, "more than 20 failing requests within 10 s")
		}
		reply.Write(rw)
	})
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply { return detail(http.StatusNotFound, "Not found.") }))
	return mux
}
