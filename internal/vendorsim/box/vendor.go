// Package box simulates the enterprise events of one Box enterprise, as live stream
// and as history, and the token endpoint of two apps: one with client credentials
// and one with signed assertions.
//
//   - https://developer.box.com/reference/get-events/
//   - https://developer.box.com/guides/events/enterprise-events/for-enterprise/
//   - https://developer.box.com/guides/authentication/client-credentials/
//   - https://developer.box.com/guides/authentication/jwt/without-sdk/
//   - https://developer.box.com/guides/api-calls/permissions-and-errors/common-errors/
package box

import (
	"encoding/pem"
	"maps"
	"sync"
	"time"

	"github.com/youmark/pkcs8"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	enterpriseID   = "900100200"
	userID         = "20340000099"
	clientID       = "fakeboxclientcredentialsapp00001"
	clientSecret   = "fake-box-client-secret-000000001"
	jwtClientID    = "fakeboxsignedassertionsapp000002"
	jwtSecret      = "fake-box-client-secret-000000002"
	publicKeyID    = "fakekey1"
	passphrase     = "fake-box-passphrase-0000000001"
	developerToken = "fake-box-developer-token-00001"

	// log holds the events of both stream types: they are the same.
	log       = "admin_logs_streaming"
	streaming = "admin_logs_streaming"
	history   = "admin_logs"

	eventsPath = "/2.0/events"
	tokenPath  = "/oauth2/token"
	// proxyPath is the token endpoint under another address.
	proxyPath = "/proxy/oauth2/token"
)

type object = map[string]any

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key:        "box",
		Streams:    []vendorsim.Stream{{Name: log, Precision: time.Second, Lateness: 4 * time.Hour, Generate: generate}},
		New:        newHandler,
		Config:     func(baseURL string) map[string]any { return credentials(baseURL, nil) },
		Variants:   variants(),
		Readings:   readings(),
		Errors:     faultReply,
		TokenPaths: []string{tokenPath, proxyPath},
		Knobs: map[string]string{
			"number_positions":   "true: next_stream_position is a number, not a string",
			"full_chunks":        "true: no chunk is smaller than it must be",
			"keeps_position":     "true: an empty answer of admin_logs repeats the position instead of 0",
			"inclusive_bounds":   "true: created_after and created_before are inclusive",
			"now_ignored":        "true: admin_logs takes the position now for 0 instead of refusing it",
			"old_position":       "400: a position older than the two weeks of the live stream is refused",
			"other_event_type":   "400: a value that is not documented for event_type is refused",
			"json_unauthorized":  "true: 401 answers have a JSON body",
			"throttle_code":      "the code of 429 answers instead of rate_limit_exceeded: too_many_requests",
			"missing_scope":      "true: new tokens lack Manage enterprise properties",
			"not_admin":          "true: 403 for a subject that may not run reports",
			"app_not_authorized": "true: no token, as for an app that the admin has not authorized",
			"app_access_only":    "true: no token for users, as for an app with App Access Only",
			"expired_developer":  "true: the developer token has had its hour",
		},
	}
}

// readings: the history holds the events of the stream. Positions were numbers once.
func readings() map[string]vendorsim.Reading {
	return map[string]vendorsim.Reading{
		"numbers":                  {Knobs: map[string]string{"number_positions": "true", "full_chunks": "true"}},
		"admin_logs":               {Variant: "admin_logs"},
		"admin_logs, small pages":  {Variant: "admin_logs_page_size"},
		"admin_logs, inclusive":    {Variant: "admin_logs", Knobs: map[string]string{"inclusive_bounds": "true"}},
		"admin_logs, end repeated": {Variant: "admin_logs", Knobs: map[string]string{"keeps_position": "true", "number_positions": "true"}},
		"a clock ahead":            {Variant: "jwt", Skew: 3 * time.Minute},
		"a clock behind":           {Variant: "jwt", Skew: -3 * time.Minute},
	}
}

func variants() map[string]func(string) map[string]any {
	with := func(more map[string]any) func(string) map[string]any {
		return func(baseURL string) map[string]any { return credentials(baseURL, more) }
	}
	// The key is made when it is needed, which takes a while.
	signed := func(more func(baseURL string) map[string]any) func(string) map[string]any {
		return func(baseURL string) map[string]any {
			c := map[string]any{"endpoint": baseURL, "auth_type": "jwt"}
			maps.Copy(c, more(baseURL))
			return c
		}
	}
	return map[string]func(string) map[string]any{
		"user": with(map[string]any{"enterprise_id": nil, "user_id": userID}),
		"token_url": func(baseURL string) map[string]any {
			return credentials(baseURL, object{"token_url": baseURL + proxyPath})
		},
		"jwt":      signed(func(string) map[string]any { return object{"jwt_config": appConfig()} }),
		"jwt_user": signed(func(string) map[string]any { return object{"jwt_config": appConfig(), "user_id": userID} }),
		"jwt_fields": signed(func(string) map[string]any {
			return object{
				"client_id": jwtClientID, "client_secret": jwtSecret, "enterprise_id": enterpriseID,
				"public_key_id": publicKeyID, "private_key": encryptedKey(), "private_key_passphrase": passphrase,
			}
		}),
		"jwt_token_url": signed(func(baseURL string) map[string]any {
			return object{"jwt_config": appConfig(), "token_url": baseURL + proxyPath}
		}),
		"access_token": func(baseURL string) map[string]any {
			return map[string]any{"endpoint": baseURL, "auth_type": "access_token", "access_token": developerToken}
		},
		"admin_logs":             with(map[string]any{"stream_type": history}),
		"admin_logs_page_size":   with(map[string]any{"stream_type": history, "page_size": 7}),
		"admin_logs_event_types": with(map[string]any{"stream_type": history, "event_types": []any{"DOWNLOAD", "UPLOAD"}}),
		"event_types":            with(map[string]any{"event_types": []any{"LOGIN", "FAILED_LOGIN", "DOWNLOAD"}}),
		"page_size":              with(map[string]any{"page_size": 7}),
	}
}

// credentials is the configuration of the app with client credentials; a nil value
// takes a key away.
func credentials(baseURL string, more map[string]any) map[string]any {
	c := map[string]any{
		"endpoint": baseURL, "client_id": clientID, "client_secret": clientSecret, "enterprise_id": enterpriseID,
	}
	maps.Copy(c, more)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// encryptedKey is the private key in the form of the Developer Console: PKCS#8,
// encrypted by PBES2. Its salt is random, so it is made once.
var encryptedKey = sync.OnceValue(func() string {
	der, err := pkcs8.MarshalPrivateKey(vendorsim.RSAKey(), []byte(passphrase), nil)
	if err != nil {
		panic(err) // key and options are fixed
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}))
})

// appConfig is the config.json that the Developer Console hands out.
func appConfig() string {
	return vendorsim.JSON(object{
		"boxAppSettings": object{
			"clientID": jwtClientID, "clientSecret": jwtSecret,
			"appAuth": object{"publicKeyID": publicKeyID, "privateKey": encryptedKey(), "passphrase": passphrase},
		},
		"enterpriseID": enterpriseID,
	})
}
