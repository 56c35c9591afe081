// Package entra simulates the token endpoint of the Microsoft identity platform for
// one app registration: secret, certificate and federated credential. Simulators
// whose vendor takes its tokens serve it beside their API.
//
//   - https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
//   - https://learn.microsoft.com/entra/identity-platform/certificate-credentials
//   - https://learn.microsoft.com/entra/workload-id/workload-identity-federation
//   - https://learn.microsoft.com/entra/identity-platform/reference-error-codes
package entra

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// App is one registration in one tenant.
type App struct {
	// Tenants are the names under which the tenant is asked: its GUID, its domains.
	Tenants []string
	// ClientID and Secret are the app's; it has vendorsim's certificate, too.
	ClientID, Secret string
	// Scopes are those of the API, one for each cloud. A token carries the one that
	// it was asked for.
	Scopes []string
	// Federated takes tokens of FederatedToken's issuer as proof.
	Federated bool
}

// Knobs are the switches that a simulator of an App offers besides its own.
var Knobs = map[string]string{
	"secret_expired": "true: the app's secret has run out",
}

// Lifetime is that of access tokens: https://learn.microsoft.com/entra/identity-platform/access-tokens
const Lifetime = 3599 * time.Second

// Paths are the token endpoint's paths.
func (a App) Paths() []string {
	paths := make([]string, len(a.Tenants))
	for i, t := range a.Tenants {
		paths[i] = "/" + t + "/oauth2/v2.0/token"
	}
	return paths
}

// Pattern is where Handler belongs on a ServeMux.
const Pattern = "/{tenant}/oauth2/v2.0/token"

// Handler returns the token endpoint.
func (a App) Handler(w *vendorsim.World) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { a.token(w, rw, r) })
}

func (a App) token(w *vendorsim.World, rw http.ResponseWriter, r *http.Request) {
	refuse := func(code, text string) {
		w.Violation(r, "token request: %s", text)
		fail(w, r, code, text).Write(rw)
	}
	if !slices.Contains(a.Tenants, r.PathValue("tenant")) {
		refuse("invalid_request", "AADSTS90002: Tenant '"+r.PathValue("tenant")+"' not found.")
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	form, bad := url.ParseQuery(string(body))
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	switch {
	case err != nil || bad != nil:
		refuse("invalid_request", "AADSTS9002313: Invalid request. Request is malformed or invalid.")
	case r.Method == http.MethodPost && form.Get("client_id") == "":
		refuse("invalid_request", "AADSTS900144: The request body must contain the following parameter: 'client_id'.")
	case r.Method == http.MethodPost && form.Get("client_id") != a.ClientID:
		refuse("unauthorized_client", "AADSTS700016: Application with identifier '"+form.Get("client_id")+"' was not found in the directory.")
	case form.Has("client_secret") && w.On("secret_expired"):
		fail(w, r, "invalid_client", "AADSTS7000222: The provided client secret keys are expired.").Write(rw)
	default:
		a.server(w, form.Get("client_assertion")).ServeHTTP(rw, r)
	}
}

// server checks what is left, after the kind of assertion: those with a thumbprint
// are signed with the app's certificate, others come from a trusted issuer.
func (a App) server(w *vendorsim.World, assertion string) *vendorsim.TokenServer {
	s := &vendorsim.TokenServer{
		World: w, ClientID: a.ClientID, ClientSecret: a.Secret, Auth: vendorsim.SecretInBody | vendorsim.SignedClient,
		Grants:   map[string]vendorsim.Grant{"client_credentials": {Params: map[string]vendorsim.Param{"scope": vendorsim.OneOf(a.Scopes...)}}},
		Lifetime: Lifetime,
		Answer: func(_ *http.Request, fields map[string]any) any {
			return map[string]any{
				"token_type": "Bearer", "expires_in": fields["expires_in"], "ext_expires_in": fields["expires_in"],
				"access_token": fields["access_token"],
			}
		},
		Fail: func(r *http.Request, code, text string) vendorsim.Reply {
			return fail(w, r, code, described(code, text))
		},
	}
	x5t, x5tS256 := vendorsim.Thumbprints()
	head, _, _ := strings.Cut(assertion, ".")
	header, _ := base64.RawURLEncoding.DecodeString(head)
	switch short, long := gjson.GetBytes(header, "x5t"), gjson.GetBytes(header, "x5t#S256"); {
	case short.Exists() || long.Exists():
		if short.Exists() && short.Str != x5t || long.Exists() && long.Str != x5tS256 {
			break // no certificate has this thumbprint
		}
		s.Assertion = &vendorsim.Assertion{
			Key: vendorsim.RSAKey().Public(), Algorithms: []jose.SignatureAlgorithm{jose.RS256, jose.PS256},
			Issuer: a.ClientID, Subject: a.ClientID, MaxLifetime: 10 * time.Minute, ID: true,
		}
	case a.Federated:
		s.Assertion = federation()
	}
	return s
}

// described adds the vendor's own code to what is wrong.
func described(code, text string) string {
	number := map[string]string{"unsupported_grant_type": "70003", "invalid_scope": "70011", "invalid_request": "9002313"}[code]
	if code == "invalid_client" {
		number = "7000215"
		if strings.Contains(text, "assertion") {
			number = "700027"
		}
	}
	return "AADSTS" + number + ": " + text
}

// fail is the endpoint's form of errors; text begins with AADSTS and a number.
func fail(w *vendorsim.World, r *http.Request, code, text string) vendorsim.Reply {
	status := http.StatusBadRequest
	if code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	number, _, _ := strings.Cut(strings.TrimPrefix(text, "AADSTS"), ":")
	rnd := w.Rand("trace", r.URL.Path, w.Now().UnixNano())
	return vendorsim.JSONReply(status, map[string]any{
		"error": code, "error_description": text + " Trace ID: " + vendorsim.UUID(rnd),
		"error_codes": []any{gjson.Parse(number).Int()}, "timestamp": w.ServerTime().Format("2006-01-02 15:04:05Z"),
		"trace_id": vendorsim.UUID(rnd), "correlation_id": vendorsim.UUID(rnd),
	}, nil)
}
