package vendorhttp_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/youmark/pkcs8"

	"github.com/otelactivity/otelactivity/providers"
)

// keys are made once: RSA keys take their time.
var keys = sync.OnceValue(func() (k struct {
	rsa, otherRSA     *rsa.PrivateKey
	p256, p384, p521  *ecdsa.PrivateKey
	ed                ed25519.PrivateKey
	cert, foreignCert []byte
},
) {
	k.rsa, k.otherRSA = must(rsa.GenerateKey(rand.Reader, 2048)), must(rsa.GenerateKey(rand.Reader, 2048))
	k.p256 = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	k.p384 = must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	k.p521 = must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))
	_, k.ed, _ = ed25519.GenerateKey(rand.Reader)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "collector.example.com"}}
	k.cert = must(x509.CreateCertificate(rand.Reader, template, template, k.rsa.Public(), k.rsa))
	k.foreignCert = must(x509.CreateCertificate(rand.Reader, template, template, k.otherRSA.Public(), k.otherRSA))
	return k
})

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func pkcs8PEM(key any) string { return block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))) }

func encrypted(key any, opts *pkcs8.Opts) string {
	return block("ENCRYPTED PRIVATE KEY", must(pkcs8.MarshalPrivateKey(key, []byte("example-passphrase"), opts)))
}

func jwk(key any, id, algorithm string) string {
	return string(must(json.Marshal(jose.JSONWebKey{Key: key, KeyID: id, Algorithm: algorithm})))
}

// verify checks the signature of a JWT and returns its header and claims.
func verify(t *testing.T, token string, public crypto.PublicKey) (header, claims map[string]any) {
	t.Helper()
	algorithms := []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
	signed, err := jose.ParseSignedCompact(token, algorithms)
	require.NoError(t, err)
	payload, err := signed.Verify(public)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(payload, &claims))
	raw, err := base64.RawURLEncoding.DecodeString(token[:strings.IndexByte(token, '.')])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &header))
	for _, name := range []string{"iat", "exp", "nbf"} {
		assert.NotContains(t, string(payload), name+`":"`)
		assert.NotRegexp(t, name+`":[0-9]*[.e]`, string(payload), "whole numbers")
	}
	return header, claims
}

// assertionOf makes a client sign and returns the JWT that the endpoint got.
func assertionOf(t *testing.T, a *providers.Assertion) string {
	t.Helper()
	got := ""
	v := &vendor{issue: func(_ *http.Request, body string) *http.Response {
		form, err := url.ParseQuery(body)
		assert.NoError(t, err)
		got = form.Get("client_assertion")
		return answer(200, `{"access_token":"token-1"}`)
	}}
	_, err := get(t.Context(), v.client(t, providers.TokenAuth{Assertion: a, AssertionParam: "client_assertion"}), "/v1")
	require.Nil(t, err)
	return got
}

func TestClaims(t *testing.T) {
	k := keys()
	key := providers.Secret(pkcs8PEM(k.p256))
	now := float64(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
	for name, tt := range map[string]struct {
		assertion providers.Assertion
		want      map[string]any
	}{
		"least":      {providers.Assertion{}, map[string]any{"iat": now, "exp": now + 300}},
		"all":        {providers.Assertion{Issuer: "i", Subject: "s", Audience: "a", AudienceIsURL: true, Lifetime: time.Minute, Backdate: 30 * time.Second, NotBefore: true, Claims: map[string]string{"box_sub_type": "enterprise"}}, map[string]any{"iss": "i", "sub": "s", "aud": "a", "iat": now - 30, "nbf": now - 30, "exp": now + 60, "box_sub_type": "enterprise"}},
		"URL":        {providers.Assertion{AudienceIsURL: true}, map[string]any{"aud": tokenURL, "iat": now, "exp": now + 300}},
		"fractional": {providers.Assertion{Lifetime: 1500 * time.Millisecond}, map[string]any{"iat": now, "exp": now + 1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := tt.assertion
				a.Key = key
				_, claims := verify(t, assertionOf(t, &a), k.p256.Public())
				assert.Equal(t, tt.want, claims)
			})
		})
	}
}

func TestAssertionIDsDiffer(t *testing.T) {
	k := keys()
	seen := map[any]bool{}
	for range 20 {
		_, claims := verify(t, assertionOf(t, &providers.Assertion{Key: providers.Secret(pkcs8PEM(k.p256)), ID: true}), k.p256.Public())
		assert.GreaterOrEqual(t, len(claims["jti"].(string)), 16)
		seen[claims["jti"]] = true
	}
	assert.Len(t, seen, 20)
}

func TestThumbprints(t *testing.T) {
	k := keys()
	old, current := sha1.Sum(k.cert), sha256.Sum256(k.cert)
	withChain := must(json.Marshal(jose.JSONWebKey{Key: k.rsa, Certificates: []*x509.Certificate{must(x509.ParseCertificate(k.cert))}}))
	for name, key := range map[string]string{
		"certificate after":  pkcs8PEM(k.rsa) + block("CERTIFICATE", k.cert),
		"certificate before": block("CERTIFICATE", k.cert) + pkcs8PEM(k.rsa),
		"with its chain":     block("CERTIFICATE", k.cert) + block("CERTIFICATE", k.foreignCert) + pkcs8PEM(k.rsa),
		"encrypted key":      block("CERTIFICATE", k.cert) + encrypted(k.rsa, nil),
		"JWK":                string(withChain),
	} {
		t.Run(name, func(t *testing.T) {
			header, _ := verify(t, assertionOf(t, &providers.Assertion{
				Key: providers.Secret(key), Passphrase: "example-passphrase", X5T: true, Algorithm: "PS256",
			}), k.rsa.Public())
			assert.Equal(t, base64.RawURLEncoding.EncodeToString(old[:]), header["x5t"])
			assert.Equal(t, base64.RawURLEncoding.EncodeToString(current[:]), header["x5t#S256"])
			assert.Equal(t, "PS256", header["alg"])
		})
	}
}

// The way of GitHub Apps: the JWT as bearer, on a path of the endpoint, 201.
func TestAppInstallationToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keys()
		v := &vendor{good: "installed-1"}
		v.issue = func(r *http.Request, body string) *http.Response {
			assert.Equal(t, "POST", r.Method)
			assert.Equal(t, endpoint+"/token/installations/7/access_tokens", r.URL.String())
			assert.Empty(t, body)
			jwt, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			assert.True(t, ok)
			_, claims := verify(t, jwt, k.rsa.Public())
			assert.Equal(t, map[string]any{"iss": "12345", "iat": float64(time.Now().Unix() - 60), "exp": float64(time.Now().Unix() + 540)}, claims)
			return answer(201, `{"token":"installed-1","expires_at":"`+time.Now().UTC().Add(time.Hour).Format(time.RFC3339)+`"}`)
		}
		c := v.client(t, providers.TokenAuth{
			URL: "/token/installations/7/access_tokens", TokenField: "token", ExpiresAtField: "expires_at", Early: 5 * time.Minute,
			Assertion: &providers.Assertion{Key: providers.Secret(pkcs8PEM(k.rsa)), Issuer: "12345", Lifetime: 9 * time.Minute, Backdate: time.Minute},
		})
		for range 56 {
			_, err := get(t.Context(), c, "/v1")
			require.Nil(t, err)
			time.Sleep(time.Minute)
		}
		assert.Equal(t, 2, v.issued, "renewed five minutes early")
	})
}

func TestKeyFileIsReadEachTime(t *testing.T) {
	k := keys()
	file := filepath.Join(t.TempDir(), "key.pem")
	require.NoError(t, os.WriteFile(file, []byte(pkcs8PEM(k.p256)), 0o600))
	v := &vendor{good: "never"}
	var got []string
	v.issue = func(_ *http.Request, body string) *http.Response {
		form, _ := url.ParseQuery(body)
		got = append(got, form.Get("assertion"))
		return answer(200, `{"access_token":"token-1"}`)
	}
	c := v.client(t, providers.TokenAuth{Assertion: &providers.Assertion{KeyFile: file}, AssertionParam: "assertion", Hint: "check the key"})
	_, _ = get(t.Context(), c, "/v1")
	require.NoError(t, os.WriteFile(file, []byte(pkcs8PEM(k.p384)), 0o600))
	_, _ = get(t.Context(), c, "/v1")
	require.Len(t, got, 3)
	verify(t, got[0], k.p256.Public())
	header, _ := verify(t, got[2], k.p384.Public())
	assert.Equal(t, "ES384", header["alg"])

	require.NoError(t, os.WriteFile(file, []byte("planted-secret"), 0o600))
	_, err := get(t.Context(), c, "/v1")
	assert.Equal(t, providers.Denied, err.Class)
	assert.ErrorContains(t, err, file)
	assert.ErrorContains(t, err, "check the key")
	assert.NotContains(t, err.Error(), "planted-secret")
}

// A vendor whose clock differs refuses the assertion. Its Date says what the time
// is there.
func TestAssertionByTheVendorsClock(t *testing.T) {
	k := keys()
	for name, tt := range map[string]struct {
		skew   time.Duration
		noDate bool
		issued int
		denied bool
	}{
		"same clock": {0, false, 1, false},
		"ahead":      {10 * time.Minute, false, 2, false},
		"behind":     {-10 * time.Minute, false, 2, false},
		"no Date":    {10 * time.Minute, true, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{good: "token-1"}
				v.issue = func(_ *http.Request, body string) *http.Response {
					form, _ := url.ParseQuery(body)
					_, claims := verify(t, form.Get("assertion"), k.p256.Public())
					there := time.Now().Add(tt.skew)
					date := there.UTC().Format(http.TimeFormat)
					if tt.noDate {
						date = ""
					}
					if claims["exp"].(float64) < float64(there.Unix()) || claims["exp"].(float64) > float64(there.Add(time.Minute).Unix()) {
						return answer(400, `{"error":"invalid_grant","error_description":"exp"}`, "Date", date)
					}
					return answer(200, `{"access_token":"token-1","expires_in":600}`, "Date", date)
				}
				c := v.client(t, providers.TokenAuth{
					Assertion: &providers.Assertion{Key: providers.Secret(pkcs8PEM(k.p256)), Lifetime: 45 * time.Second}, AssertionParam: "assertion",
				})
				_, err := get(t.Context(), c, "/v1")
				assert.Equal(t, tt.denied, err != nil)
				assert.Equal(t, tt.issued, v.issued)
				if !tt.denied {
					time.Sleep(time.Hour)
					_, err = get(t.Context(), c, "/v1")
					assert.Nil(t, err)
					assert.Equal(t, tt.issued+1, v.issued, "the difference is remembered")
				}
			})
		})
	}
}

// A refusal that has nothing to do with clocks is not tried twice.
func TestRefusedAssertionIsTriedOnce(t *testing.T) {
	k := keys()
	v := &vendor{issue: func(*http.Request, string) *http.Response {
		return answer(400, `{"error":"invalid_client"}`, "Date", time.Now().UTC().Format(http.TimeFormat))
	}}
	c := v.client(t, providers.TokenAuth{Assertion: &providers.Assertion{Key: providers.Secret(pkcs8PEM(k.p256))}, AssertionParam: "assertion"})
	_, err := get(t.Context(), c, "/v1")
	assert.Equal(t, providers.Denied, err.Class)
	assert.Equal(t, 1, v.issued)
}
