// Package dropboxbusiness simulates the team event log of a Dropbox team and the
// OAuth token endpoint.
//
//   - https://www.dropbox.com/developers/documentation/http/teams#team_log-get_events
//   - https://github.com/dropbox/dropbox-api-spec (team_log_generated, auth)
//   - https://developers.dropbox.com/oauth-guide
//   - https://developers.dropbox.com/error-handling-guide
package dropboxbusiness

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	appKey       = "fakedropboxkey1"
	appSecret    = "fake-dropbox-app-secret"
	pkceKey      = "fakedropboxpkce"
	refreshToken = "fake-dropbox-refresh-token"
	pkceRefresh  = "fake-dropbox-pkce-refresh-token"
	accessToken  = "sl.fake-long-lived-dropbox-token"
	scope        = "events.read"

	stream       = "team_events"
	eventsPath   = "/2/team_log/get_events"
	continuePath = eventsPath + "/continue"
	tokenPath    = "/oauth2/token"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key: "dropbox_business",
		// Events have no id. They show up within a day:
		// https://help.dropbox.com/account-access/view-activity
		Streams: []vendorsim.Stream{{Name: stream, Precision: time.Second, NoID: true, Lateness: 4 * time.Hour, Generate: generate}},
		New:     newHandler,
		Config: func(baseURL string) map[string]any {
			return map[string]any{
				"endpoint": baseURL, "client_id": appKey, "client_secret": appSecret,
				"refresh_token": refreshToken, "token_url": baseURL + tokenPath,
			}
		},
		Variants: map[string]func(string) map[string]any{
			"access_token": func(baseURL string) map[string]any { return long(baseURL, nil) },
			"pkce": func(baseURL string) map[string]any {
				return map[string]any{"endpoint": baseURL, "client_id": pkceKey, "refresh_token": pkceRefresh}
			},
			"category": func(baseURL string) map[string]any { return long(baseURL, map[string]any{"category": "logins"}) },
			"event_type": func(baseURL string) map[string]any {
				return long(baseURL, map[string]any{"event_type": "file_download"})
			},
			"account_id": func(baseURL string) map[string]any { return long(baseURL, map[string]any{"account_id": accountID(1)}) },
			"page_size":  func(baseURL string) map[string]any { return long(baseURL, map[string]any{"page_size": 7}) },
		},
		Readings:   readings(),
		Errors:     faultReply,
		TokenPaths: []string{tokenPath},
		Knobs: map[string]string{
			"lost_cursor":    "bad_cursor: an expired cursor is answered so instead of with reset",
			"short_pages":    "true: a page holds half of what was asked for",
			"plain_throttle": "true: 429 answers are plain text",
			"missing_scope":  "true: new tokens lack events.read",
			"auth_error":     "a tag of 401 answers: user_suspended, invalid_select_admin, route_access_denied",
			"access_error":   "a tag of 403 answers: invalid_account_type, team_access_denied, no_permission",
			"app_type":       "true: 400 in plain text, as for an app that may not use the route",
		},
	}
}

func long(baseURL string, more map[string]any) map[string]any {
	c := map[string]any{"endpoint": baseURL, "access_token": accessToken}
	for k, v := range more {
		c[k] = v
	}
	return c
}

// tokens answers for the app with a secret and for the one without (PKCE). Refresh
// tokens are used for ever.
func tokens(w *vendorsim.World) http.Handler {
	server := func(id, secret, refresh string, auth vendorsim.ClientAuth) *vendorsim.TokenServer {
		return &vendorsim.TokenServer{
			World: w, ClientID: id, ClientSecret: secret, Auth: auth,
			Grants:  map[string]vendorsim.Grant{"refresh_token": {Refresh: true}},
			Refresh: refresh, Lifetime: 4 * time.Hour,
			Extra: map[string]any{"token_type": "bearer"},
		}
	}
	app := server(appKey, appSecret, refreshToken, vendorsim.SecretInBody|vendorsim.SecretInBasic)
	pkce := server(pkceKey, "", pkceRefresh, vendorsim.PublicClient)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler) // the client went away
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		form, _ := url.ParseQuery(string(body)) // the server complains
		if form.Get("client_id") == pkceKey {
			pkce.ServeHTTP(rw, r)
			return
		}
		app.ServeHTTP(rw, r)
	})
}
