package providers

import (
	"time"

	"go.opentelemetry.io/collector/config/configopaque"
)

// Auth declares how requests are authorized: HeaderAuth, BasicAuth or TokenAuth.
// The engine's client carries it out.
type Auth interface{ isAuth() }

// Secret is text that never shows in logs, errors or printed configuration.
type Secret = configopaque.String

// HeaderAuth sends a fixed secret: Name: Prefix+Value. Name "Authorization" and
// Prefix "Bearer " make a bearer token.
type HeaderAuth struct {
	Name, Prefix string
	Value        Secret
}

// Bearer is HeaderAuth with a ready bearer token.
func Bearer(token Secret) HeaderAuth {
	return HeaderAuth{Name: "Authorization", Prefix: "Bearer ", Value: token}
}

// BasicAuth is HTTP Basic.
type BasicAuth struct {
	Username string
	Password Secret
}

// TokenAuth gets a token from a token endpoint and sends it with each request.
// It covers the OAuth2 grants and the vendors' own exchanges: client credentials,
// refresh token, password, signed client assertion, JWT bearer, account
// credentials, app installation tokens, instance metadata.
type TokenAuth struct {
	// URL of the token endpoint; a path is put on the source's endpoint.
	URL    string
	Method string // empty means POST
	Header map[string]string
	// Form is sent as application/x-www-form-urlencoded, or as one JSON object
	// when JSON is set, in the order given; Secrets are added to it.
	Form    Params
	Secrets []SecretParam
	JSON    bool
	// Basic sends client id and secret by HTTP Basic.
	Basic *BasicAuth
	// Assertion signs a JWT and puts it into the parameter AssertionParam, or into
	// the Authorization header as bearer when AssertionParam is empty.
	Assertion      *Assertion
	AssertionParam string
	// Files are parameters read from a file at each token request (workload
	// identity tokens).
	Files []FileParam

	// TokenField, ExpiresInField (seconds) and ExpiresAtField (RFC 3339) are JSON
	// paths in the answer; the first and second default to access_token and
	// expires_in.
	TokenField, ExpiresInField, ExpiresAtField string
	// Lifetime is used when the answer tells none; 0: until the vendor refuses it.
	Lifetime time.Duration
	// Early is how long before its end a token is renewed; 0: one minute.
	Early time.Duration
	// Initial is a token to begin with.
	Initial Secret
	// Rotates tells that the answer brings a new refresh token that replaces the
	// one in the parameter refresh_token. It is kept in the storage extension;
	// without one the receiver refuses to start. Instances with equal URL and refresh
	// token use one token, as if they had an equal Share.
	Rotates bool

	// HeaderName and Prefix of the authorized requests; empty means
	// "Authorization" and "Bearer ".
	HeaderName, Prefix string
	// Share lets instances with equal Share use one token.
	Share string
	// Hint is added to errors of the token endpoint: what usually is wrong.
	Hint string
}

// SecretParam is a parameter with a secret value.
type SecretParam struct {
	Key   string
	Value Secret
}

// FileParam is a parameter whose value is read from a file.
type FileParam struct{ Key, Path string }

// Assertion declares a signed JWT (RFC 7519, RFC 7523).
type Assertion struct {
	// Key is PEM (PKCS#1, PKCS#8, encrypted PKCS#8, SEC 1; a certificate beside the
	// key gives X5T) or a JWK as JSON. KeyFile is read instead when Key is empty.
	Key        Secret
	KeyFile    string
	Passphrase Secret
	// KeyID is the kid header; empty: the JWK's.
	KeyID string
	// Algorithm is the alg header; empty: by the kind of key (RS256, ES256 ...).
	Algorithm string
	// X5T adds the certificate's thumbprints (x5t and x5t#S256).
	X5T bool
	// Issuer, Subject and Audience are iss, sub and aud; empty ones are left out.
	// An empty Audience is the token URL when AudienceIsURL is set.
	Issuer, Subject, Audience string
	AudienceIsURL             bool
	Claims                    map[string]string
	// Lifetime is exp minus now; Backdate is how far iat lies in the past; NotBefore
	// adds nbf; ID adds a random jti.
	Lifetime, Backdate time.Duration
	NotBefore, ID      bool
}

func (HeaderAuth) isAuth() {}
func (BasicAuth) isAuth()  {}
func (TokenAuth) isAuth()  {}
