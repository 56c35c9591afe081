package okta_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/okta"
)

const tokenURL = base + "/oauth2/v1/token"

// signer holds the private key that a variant of the configuration gives.
type signer struct {
	key any
	alg jose.SignatureAlgorithm
	kid string
}

func (s signer) assertion(t *testing.T, change func(map[string]any)) string {
	t.Helper()
	claims := map[string]any{
		"iss": "0oaFakeServiceApp0001", "sub": "0oaFakeServiceApp0001", "aud": tokenURL,
		"exp": time.Now().Add(5 * time.Minute).Unix(), "jti": rand.Text(),
	}
	if change != nil {
		change(claims)
	}
	sig, err := jose.NewSigner(jose.SigningKey{Algorithm: s.alg, Key: jose.JSONWebKey{Key: s.key, KeyID: s.kid}}, nil)
	require.NoError(t, err)
	text, err := jwt.Signed(sig).Claims(claims).Serialize()
	require.NoError(t, err)
	return text
}

func (o *org) token(form url.Values) answer {
	o.Helper()
	req, err := http.NewRequestWithContext(o.Context(), http.MethodPost, tokenURL, strings.NewReader(form.Encode()))
	require.NoError(o, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return o.do(req)
}

func form(assertion string) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "scope": {"okta.logs.read"}, "client_assertion": {assertion},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}
}

func TestServiceApp(t *testing.T) {
	for name, s := range map[string]signer{
		"oauth2":    {vendorsim.RSAKey(), jose.RS256, "fake-rsa-key"},
		"oauth2_ec": {vendorsim.ECKey(), jose.ES256, "fake-ec-key"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOrg(t)
				config := okta.Vendor().Variants[name](base)
				assert.Equal(t, s.kid, config["key_id"])
				assert.Contains(t, config["private_key"], "PRIVATE KEY")
				a := o.token(form(s.assertion(t, nil)))
				require.Equal(t, 200, a.status, a.body)
				assert.Equal(t, int64(3600), gjson.Get(a.body, "expires_in").Int())
				assert.Equal(t, "okta.logs.read", gjson.Get(a.body, "scope").Str)
				o.auth = "Bearer " + gjson.Get(a.body, "access_token").Str
				assert.Equal(t, 200, o.logs().status)
				time.Sleep(time.Hour) // fake time
				a = o.logs()
				assert.Equal(t, 401, a.status)
				assert.Equal(t, "E0000011", a.code())
				assert.Contains(t, a.header.Get("WWW-Authenticate"), "invalid_token")
				assert.Empty(t, o.world.Violations())
			})
		})
	}
}

func TestTokenErrors(t *testing.T) {
	rsaKey := signer{vendorsim.RSAKey(), jose.RS256, "fake-rsa-key"}
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	set := func(name string, v any) func(map[string]any) { return func(c map[string]any) { c[name] = v } }
	for name, tt := range map[string]struct {
		signer signer
		claims func(map[string]any)
		form   func(url.Values)
		want   string
	}{
		"wrong key":      {signer{stranger, jose.RS256, "fake-rsa-key"}, nil, nil, "invalid_client"},
		"unknown kid":    {signer{vendorsim.RSAKey(), jose.RS256, "other"}, nil, nil, "invalid_client"},
		"wrong audience": {rsaKey, set("aud", base), nil, "invalid_client"},
		"wrong issuer":   {rsaKey, set("iss", "x"), nil, "invalid_client"},
		"too far ahead":  {rsaKey, set("exp", time.Now().Add(2*time.Hour).Unix()), nil, "invalid_client"},
		"other scope":    {rsaKey, nil, func(f url.Values) { f.Set("scope", "okta.users.read") }, "invalid_scope"},
		"no scope":       {rsaKey, nil, func(f url.Values) { f.Del("scope") }, "invalid_scope"},
		"other grant":    {rsaKey, nil, func(f url.Values) { f.Set("grant_type", "password") }, "unsupported_grant_type"},
		"secret": {rsaKey, nil, func(f url.Values) {
			f.Del("client_assertion")
			f.Set("client_secret", "fake")
		}, "invalid_client"},
		"extra parameter": {rsaKey, nil, func(f url.Values) { f.Set("audience", "x") }, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrg(t)
			f := form(tt.signer.assertion(t, tt.claims))
			if tt.form != nil {
				tt.form(f)
			}
			a := o.token(f)
			assert.Equal(t, tt.want, gjson.Get(a.body, "error").Str, a.body)
			assert.Equal(t, map[bool]int{true: 401, false: 400}[tt.want == "invalid_client"], a.status)
			assert.Len(t, o.world.Violations(), 1)
		})
	}
	o := newOrg(t)
	again := form(rsaKey.assertion(t, nil))
	assert.Equal(t, 200, o.token(again).status)
	assert.Equal(t, 401, o.token(again).status, "a used jti")
	require.NoError(t, o.world.SetKnob("require_dpop", "true"))
	assert.Equal(t, "invalid_dpop_proof", gjson.Get(o.token(form(rsaKey.assertion(t, nil))).body, "error").Str)
}

func TestVariantKeys(t *testing.T) {
	config := okta.Vendor().Variants["oauth2_jwk"](base)
	var key jose.JSONWebKey
	require.NoError(t, key.UnmarshalJSON([]byte(config["private_key"].(string))))
	assert.NotContains(t, config, "key_id")
	want, err := (&jose.JSONWebKey{Key: vendorsim.RSAKey().Public()}).Thumbprint(crypto.SHA256)
	require.NoError(t, err)
	got, err := key.Thumbprint(crypto.SHA256)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	assert.Contains(t, okta.Vendor().Variants["oauth2_pkcs1"](base)["private_key"], "RSA PRIVATE KEY")
}

func TestCredentialsOfRequests(t *testing.T) {
	for name, tt := range map[string]struct {
		auth   func(w *vendorsim.World) string
		status int
		code   string
	}{
		"wrong API token": {func(*vendorsim.World) string { return "SSWS 00wrong" }, 401, "E0000011"},
		"basic":           {func(*vendorsim.World) string { return "Basic YTpi" }, 401, "E0000011"},
		"made-up bearer":  {func(*vendorsim.World) string { return "Bearer abc" }, 401, "E0000011"},
		"API token as bearer": {func(*vendorsim.World) string {
			return "Bearer " + okta.Vendor().Config(base)["api_token"].(string)
		}, 401, "E0000011"},
		"token without the scope": {func(w *vendorsim.World) string {
			return "Bearer " + w.Issue(vendorsim.Token{Client: "x", Scope: "okta.users.read"})
		}, 403, "E0000006"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrg(t)
			o.auth = tt.auth(o.world)
			a := o.logs()
			assert.Equal(t, tt.status, a.status)
			assert.Equal(t, tt.code, a.code())
		})
	}
}
