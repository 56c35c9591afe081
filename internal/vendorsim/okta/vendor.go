// Package okta simulates Okta's System Log API and the token endpoint of the org
// authorization server.
//
//   - https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog/
//   - https://developer.okta.com/docs/reference/system-log-query/
//   - https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/
//   - https://developer.okta.com/docs/reference/rate-limits/
//   - https://developer.okta.com/docs/reference/error-codes/
package okta

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	apiToken = "00fake-okta-api-token-for-tests"
	clientID = "0oaFakeServiceApp0001"
	rsaKeyID = "fake-rsa-key"
	ecKeyID  = "fake-ec-key"
	scope    = "okta.logs.read"

	logsPath  = "/api/v1/logs"
	tokenPath = "/oauth2/v1/token"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key:     "okta",
		Streams: []vendorsim.Stream{{Name: "system", Generate: generate}},
		New:     newHandler,
		Config: func(baseURL string) map[string]any {
			return map[string]any{"endpoint": baseURL, "api_token": apiToken}
		},
		Variants: map[string]func(string) map[string]any{
			"oauth2": func(baseURL string) map[string]any {
				return serviceApp(baseURL, vendorsim.PEM(vendorsim.RSAKey()), rsaKeyID)
			},
			"oauth2_pkcs1": func(baseURL string) map[string]any {
				return serviceApp(baseURL, vendorsim.PKCS1PEM(), rsaKeyID)
			},
			"oauth2_ec": func(baseURL string) map[string]any {
				return serviceApp(baseURL, vendorsim.PEM(vendorsim.ECKey()), ecKeyID)
			},
			"oauth2_jwk": func(baseURL string) map[string]any {
				jwk := jose.JSONWebKey{Key: vendorsim.RSAKey(), KeyID: rsaKeyID, Algorithm: "RS256", Use: "sig"}
				text, err := json.Marshal(jwk)
				if err != nil {
					panic(err) // the key is fixed
				}
				c := serviceApp(baseURL, string(text), "")
				delete(c, "key_id")
				return c
			},
		},
		Readings:   readings(),
		Errors:     faultReply,
		TokenPaths: []string{tokenPath},
		Knobs: map[string]string{
			"links_keep_since":    "true: next links carry since beside after",
			"joined_links":        "true: self and next come in one Link header",
			"concurrency":         "true: 429 answers are of the concurrency kind, with limit 0",
			"no_plan":             "true: 401 E0000015 for every request",
			"require_dpop":        "true: the token endpoint asks for a DPoP proof",
			"query_timeout_above": "a page size above which queries time out (500 E0000009)",
		},
	}
}

func serviceApp(baseURL, key, kid string) map[string]any {
	return map[string]any{"endpoint": baseURL, "client_id": clientID, "private_key": key, "key_id": kid}
}

func tokenServer(w *vendorsim.World) *vendorsim.TokenServer {
	return &vendorsim.TokenServer{
		World:    w,
		ClientID: clientID,
		Auth:     vendorsim.SignedClient,
		Grants: map[string]vendorsim.Grant{
			"client_credentials": {Params: map[string]vendorsim.Param{"scope": vendorsim.OneOf(scope)}},
		},
		Assertion: &vendorsim.Assertion{
			Key: &jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
				{Key: vendorsim.RSAKey().Public(), KeyID: rsaKeyID}, {Key: vendorsim.ECKey().Public(), KeyID: ecKeyID},
			}},
			Algorithms: []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.ES256, jose.ES384, jose.ES512},
			Issuer:     clientID, Subject: clientID, ID: true,
		},
		Lifetime: time.Hour,
		Refuse: func(*http.Request) (string, string) {
			if w.On("require_dpop") {
				return "invalid_dpop_proof", "The DPoP proof JWT header is missing."
			}
			return "", ""
		},
	}
}
