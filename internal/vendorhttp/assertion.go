package vendorhttp

import (
	"cmp"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // x5t is defined by SHA-1 (RFC 7515, section 4.1.7)
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/otelactivity/otelactivity/providers"
)

// defaultLifetime is for declarations without one: below what any vendor allows.
const defaultLifetime = 5 * time.Minute

// assertions signs the JWTs of one declaration.
type assertions struct {
	*providers.Assertion
	audience string
	parsed   *signingKey // of Key; nil: KeyFile is read each time
}

// newAssertions parses the key and signs once, to tell early what is wrong.
func newAssertions(a *providers.Assertion, tokenURL string) (*assertions, error) {
	s := &assertions{Assertion: a, audience: a.Audience}
	if s.audience == "" && a.AudienceIsURL {
		s.audience = tokenURL
	}
	if a.Key != "" {
		var err error
		if s.parsed, err = parseKey(string(a.Key), string(a.Passphrase)); err != nil {
			return nil, err
		}
	}
	_, err := s.sign(time.Now())
	return s, err
}

// key returns the key, from its file as it is now when it is in one.
func (s *assertions) key() (*signingKey, error) {
	if s.parsed != nil {
		return s.parsed, nil
	}
	if s.KeyFile == "" {
		return nil, errors.New("there is no private key")
	}
	text, err := os.ReadFile(s.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("private key file: %w", err)
	}
	k, err := parseKey(string(text), string(s.Passphrase))
	if err != nil {
		return nil, fmt.Errorf("private key file %s: %w", s.KeyFile, err)
	}
	return k, nil
}

// sign returns a JWT of now.
func (s *assertions) sign(now time.Time) (string, error) {
	k, err := s.key()
	if err != nil {
		return "", err
	}
	algorithm := jose.SignatureAlgorithm(cmp.Or(s.Algorithm, k.algorithm))
	options := (&jose.SignerOptions{}).WithType("JWT")
	if s.X5T {
		if !k.matches() {
			return "", errors.New("the private key's certificate is not beside it; put both into one PEM text")
		}
		old, current := sha1.Sum(k.certificate.Raw), sha256.Sum256(k.certificate.Raw) //nolint:gosec // as above
		options = options.WithHeader("x5t", base64.RawURLEncoding.EncodeToString(old[:])).
			WithHeader("x5t#S256", base64.RawURLEncoding.EncodeToString(current[:]))
	}
	jwk := jose.JSONWebKey{Key: k.private, KeyID: cmp.Or(s.KeyID, k.id)}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jwk}, options)
	if err != nil {
		return "", fmt.Errorf("the private key cannot sign with %s", algorithm)
	}
	token, err := jwt.Signed(signer).Claims(s.claims(now)).Serialize()
	if err != nil {
		return "", fmt.Errorf("the private key cannot sign with %s", algorithm)
	}
	return token, nil
}

// claims returns the claims; times are whole numbers, which not every vendor
// would forgive otherwise.
func (s *assertions) claims(now time.Time) map[string]any {
	claims := map[string]any{
		"iat": now.Add(-s.Backdate).Unix(),
		"exp": now.Add(cmp.Or(s.Lifetime, defaultLifetime)).Unix(),
	}
	for name, value := range s.Claims {
		claims[name] = value
	}
	for name, value := range map[string]string{"iss": s.Issuer, "sub": s.Subject, "aud": s.audience} {
		if value != "" {
			claims[name] = value
		}
	}
	if s.NotBefore {
		claims["nbf"] = claims["iat"]
	}
	if s.ID {
		claims["jti"] = rand.Text()
	}
	return claims
}
