// Package sdelements simulates the activities of one SD Elements instance.
//
//   - https://docs.sdelements.com/release/latest/api/docs/activities
//   - https://docs.sdelements.com/release/latest/api/docs/project-activity-stream
//   - https://github.com/sdelements/sdelements-api-examples
package sdelements

import (
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	// apiToken is the one customer's token. It is not real.
	apiToken = "fake-sd-elements-api-token"

	stream      = "activities"
	listPath    = "/api/v2/activities/"
	projectPath = "/api/v2/projects/{project}/activity-stream/"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key:     "sd_elements",
		Streams: []vendorsim.Stream{{Name: stream, Precision: time.Microsecond, Lateness: 4 * time.Minute, Generate: generate}},
		New:     newHandler,
		Config:  func(baseURL string) map[string]any { return config(baseURL, nil) },
		Variants: map[string]func(string) map[string]any{
			"small_pages":  func(baseURL string) map[string]any { return config(baseURL, map[string]any{"page_size": 7}) },
			"project_desc": func(baseURL string) map[string]any { return config(baseURL, map[string]any{"project_desc": "Ledger"}) },
			"standard_desc": func(baseURL string) map[string]any {
				return config(baseURL, map[string]any{"standard_desc": standards[0].desc})
			},
		},
		Errors: faultReply,
		Knobs: map[string]string{
			"no_permission": "true: 403 for a user who may not see activities",
			"login_page":    "html: 200 with a login page; redirect: 302 to one on another host",
			"oldest_first":  "true: the list begins with the oldest activity",
			"cursor_paging": "true: next links carry a cursor, and there is no count, as in newer versions",
			"results_only":  "true: one answer with all rows and neither count nor links",
			"next_at_end":   "what next is on the last page: blank, missing; else null",
			"links":         "where links lead: internal (another host); else where the request came in",
		},
		Readings: map[string]vendorsim.Reading{
			"oldest_first":              {Knobs: map[string]string{"oldest_first": "true"}},
			"paged_by_cursor":           {Knobs: map[string]string{"cursor_paging": "true"}},
			"blank_next":                {Knobs: map[string]string{"next_at_end": "blank"}},
			"no_next":                   {Knobs: map[string]string{"next_at_end": "missing"}},
			"results_alone":             {Knobs: map[string]string{"results_only": "true"}},
			"links_to_an_internal_host": {Knobs: map[string]string{"links": "internal"}},
		},
	}
}

func config(baseURL string, more map[string]any) map[string]any {
	c := map[string]any{"endpoint": baseURL, "api_token": apiToken}
	maps.Copy(c, more)
	return c
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	mux.HandleFunc(listPath+"{$}", func(rw http.ResponseWriter, r *http.Request) { s.serve(rw, r, s.list) })
	mux.HandleFunc(listPath+"{id}/{$}", func(rw http.ResponseWriter, r *http.Request) { s.serve(rw, r, s.one) })
	mux.HandleFunc(projectPath+"{$}", func(rw http.ResponseWriter, r *http.Request) { s.serve(rw, r, s.list) })
	mux.HandleFunc("/api/v2/activities", func(rw http.ResponseWriter, r *http.Request) {
		w.Violation(r, "the final slash is part of the path")
		http.Redirect(rw, r, (&url.URL{Path: listPath, RawQuery: r.URL.RawQuery}).String(), http.StatusMovedPermanently)
	})
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply { return detail(http.StatusNotFound, "Not found.") }))
	return mux
}
