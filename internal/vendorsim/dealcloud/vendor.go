// Package dealcloud simulates the user activity of one DealCloud site and the
// site's token endpoint.
//
//   - https://api.docs.dealcloud.com/docs/management/user_activity
//   - https://api.docs.dealcloud.com/docs/token
//   - https://api.docs.dealcloud.com/docs/apikeys
package dealcloud

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	clientID     = "41207"
	clientSecret = "fake-dealcloud-api-key"
	scope        = "user_management"

	stream       = "user_activity"
	activityPath = "/api/rest/v1/management/user/activity"
	tokenPath    = "/api/rest/v1/oauth/token"
)

// variants are the other ways to prove oneself and to ask.
func variants() map[string]func(string) map[string]any {
	with := func(more map[string]any) func(string) map[string]any {
		return func(baseURL string) map[string]any { return config(baseURL, more) }
	}
	exports := map[string]any{"action": []any{"exported"}}
	return map[string]func(string) map[string]any{
		"basic":       with(map[string]any{"auth_style": "basic"}),
		"two_scopes":  with(map[string]any{"scope": "data user_management"}),
		"small_pages": with(map[string]any{"page_size": 7}),
		"large_pages": with(map[string]any{"page_size": maxPage}),
		"one_source":  with(map[string]any{"source": 1}),
		"exports":     with(map[string]any{"export_data_type": 0, "filter": exports}),
		"images":      with(map[string]any{"export_data_type": 2, "filter": exports}),
		"token_url": func(baseURL string) map[string]any {
			return config(baseURL, map[string]any{"token_url": baseURL + tokenPath})
		},
	}
}

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key:        "dealcloud",
		Streams:    []vendorsim.Stream{{Name: stream, Lateness: 40 * time.Minute, Generate: generate}},
		New:        newHandler,
		Config:     func(baseURL string) map[string]any { return config(baseURL, nil) },
		Variants:   variants(),
		Errors:     faultReply,
		TokenPaths: []string{tokenPath},
		Knobs: map[string]string{
			"no_right":          "true: 403 for a user group without the right, whatever the token's scopes",
			"newest_first":      "true: rows fall with time",
			"last_day_included": "true: the day of dateTo belongs to the range",
			"round_days":        "true: times of day are rounded to the nearest midnight, not cut",
			"max_page_size":     "page sizes are cut to this without a word; 1000 otherwise",
			"zone":              "an IANA zone: the site's clock, whose times rows show and whose days the filter means (default UTC)",
			"sandbox":           "true: 60 token requests a minute instead of 300",
		},
		Readings: map[string]vendorsim.Reading{
			"newest_first":      {Knobs: map[string]string{"newest_first": "true"}},
			"last_day_included": {Knobs: map[string]string{"last_day_included": "true"}},
			"round_days":        {Knobs: map[string]string{"round_days": "true"}},
			"capped_pages":      {Knobs: map[string]string{"max_page_size": "7"}},
			"in_the_west":       {Knobs: map[string]string{"zone": "America/New_York"}, Config: map[string]any{"time_zone": "America/New_York"}},
			"in_the_east":       {Knobs: map[string]string{"zone": "Asia/Tokyo"}, Config: map[string]any{"time_zone": "Asia/Tokyo"}},
		},
	}
}

func config(baseURL string, more map[string]any) map[string]any {
	c := map[string]any{"endpoint": baseURL, "client_id": clientID, "client_secret": clientSecret}
	maps.Copy(c, more)
	return c
}

// Limits of token requests: https://api.docs.dealcloud.com/docs/token
var (
	perMinute        = vendorsim.Limit{Requests: 300, Per: time.Minute}
	perMinuteSandbox = vendorsim.Limit{Requests: 60, Per: time.Minute}
)

var scopes = []string{"data", "user_management", "publish"}

func knownScopes(v string) error {
	words := strings.Fields(v)
	if len(words) == 0 {
		return errors.New("is empty")
	}
	for _, word := range words {
		if !slices.Contains(scopes, word) {
			return fmt.Errorf("%q is not a scope", word)
		}
	}
	return nil
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	tokens := &vendorsim.TokenServer{
		World:    w,
		ClientID: clientID, ClientSecret: clientSecret, Auth: vendorsim.SecretInBody | vendorsim.SecretInBasic,
		Grants:   map[string]vendorsim.Grant{"client_credentials": {Params: map[string]vendorsim.Param{"scope": knownScopes}}},
		Lifetime: 15 * time.Minute,
		Answer: func(_ *http.Request, fields map[string]any) any {
			delete(fields, "scope") // is not told
			return fields
		},
		Fail: func(_ *http.Request, code, _ string) vendorsim.Reply {
			return vendorsim.JSONReply(http.StatusBadRequest, map[string]any{"error": code}, nil)
		},
	}
	mux := http.NewServeMux()
	mux.HandleFunc(activityPath, s.activity)
	mux.HandleFunc(tokenPath, func(rw http.ResponseWriter, r *http.Request) {
		limit := perMinute
		if w.On("sandbox") {
			limit = perMinuteSandbox
		}
		if usage := w.Take("tokens", limit, 1); !usage.Allowed {
			throttled().Write(rw)
			return
		}
		tokens.ServeHTTP(rw, r)
	})
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply { return message(http.StatusNotFound, "Not found.") }))
	return mux
}
