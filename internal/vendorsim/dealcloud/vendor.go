// Package dealcloud simulates the user activity of one DealCloud site and the
// site's token endpoint.
//
//   - https://api.docs.dealcloud.com/docs/management/user_activity
//   - https://api.docs.dealcloud.com/docs/token
//   - https://api.docs.dealcloud.com/docs/apikeys
package dealcloud

import (
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

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key:     "dealcloud",
		Streams: []vendorsim.Stream{{Name: stream, Lateness: 40 * time.Minute, Generate: generate}},
		New:     newHandler,
		Config:  func(baseURL string) map[string]any { return config(baseURL, nil) },
		Variants: map[string]func(string) map[string]any{
			"basic": func(baseURL string) map[string]any {
				return config(baseURL, map[string]any{"auth_style": "basic", "token_url": baseURL + tokenPath})
			},
			"two_scopes": func(baseURL string) map[string]any {
				return config(baseURL, map[string]any{"scope": "data user_management"})
			},
			"small_pages": func(baseURL string) map[string]any { return config(baseURL, map[string]any{"page_size": 7}) },
			"one_source":  func(baseURL string) map[string]any { return config(baseURL, map[string]any{"source": 1}) },
			"exports": func(baseURL string) map[string]any {
				return config(baseURL, map[string]any{"export_data_type": 0, "filter": map[string]any{"action": []any{"exported"}}})
			},
		},
		Errors:     faultReply,
		TokenPaths: []string{tokenPath},
		Knobs: map[string]string{
			"no_right":          "true: 403 for a user group without the right, whatever the token's scopes",
			"newest_first":      "true: rows fall with time",
			"last_day_included": "true: the day of dateTo belongs to the range",
			"round_days":        "true: times of day are rounded to the nearest midnight, not cut",
			"max_page_size":     "page sizes are cut to this without a word; 1000 otherwise",
		},
	}
}

func config(baseURL string, more map[string]any) map[string]any {
	c := map[string]any{"endpoint": baseURL, "client_id": clientID, "client_secret": clientSecret}
	maps.Copy(c, more)
	return c
}

// perMinute is the limit of token requests of a production site.
var perMinute = vendorsim.Limit{Requests: 300, Per: time.Minute}

var scopes = []string{"data", "user_management", "publish"}

func knownScopes(v string) error {
	words := strings.Fields(v)
	if len(words) == 0 {
		return fmt.Errorf("is empty")
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
		Fail: func(_ *http.Request, code, _ string) vendorsim.Reply {
			return vendorsim.JSONReply(http.StatusBadRequest, map[string]any{"error": code}, nil)
		},
	}
	mux := http.NewServeMux()
	mux.HandleFunc(activityPath, s.activity)
	mux.HandleFunc(tokenPath, func(rw http.ResponseWriter, r *http.Request) {
		if usage := w.Take("tokens", perMinute, 1); !usage.Allowed {
			throttled().Write(rw)
			return
		}
		tokens.ServeHTTP(rw, r)
	})
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply { return message(http.StatusNotFound, "Not found.") }))
	return mux
}
