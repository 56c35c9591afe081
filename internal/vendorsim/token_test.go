package vendorsim_test

import (
	"crypto"
	"encoding/hex"
	"encoding/json"
	"io"
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

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

func acmeTokens(w *vendorsim.World) *vendorsim.TokenServer {
	return &vendorsim.TokenServer{
		World: w, ClientID: "acme-client", ClientSecret: "fake",
		Auth: vendorsim.SecretInBody | vendorsim.SecretInBasic | vendorsim.SignedClient,
		Form: true, JSON: true,
		Grants: map[string]vendorsim.Grant{
			"client_credentials": {Params: map[string]vendorsim.Param{"scope": vendorsim.OneOf("read")}, Optional: []string{"scope"}},
			"refresh_token":      {Refresh: true},
			"password":           {Params: map[string]vendorsim.Param{"username": vendorsim.OneOf("ana"), "password": vendorsim.Text}},
		},
		Refresh: "fake-refresh-0", Rotates: true, Lifetime: time.Hour, Scope: "read",
		Assertion: &vendorsim.Assertion{
			Key: vendorsim.ECKey().Public(), Algorithms: []jose.SignatureAlgorithm{jose.ES256}, KeyID: "k1",
			Issuer: "acme-client", Subject: "acme-client", ID: true, MaxLifetime: 5 * time.Minute,
		},
		Extra: map[string]any{"instance": "eu"},
	}
}

type tokenAnswer struct {
	Status       int
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresIn    int    `json:"expires_in"`
	Scope        string `json:"scope"`
	Instance     string `json:"instance"`
	Error        string `json:"error"`
	Description  string `json:"error_description"`
}

const tokenURL = "http://acme.test/token"

func send(t *testing.T, w *vendorsim.World, r *http.Request) tokenAnswer {
	t.Helper()
	res := do(t, clientOf(w), r)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	a := tokenAnswer{Status: res.StatusCode}
	require.NoError(t, json.Unmarshal(body, &a), "%s", body)
	return a
}

func grant(t *testing.T, w *vendorsim.World, pairs ...string) tokenAnswer {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return send(t, w, request(t, http.MethodPost, tokenURL, form.Encode()))
}

var credentials = []string{"client_id", "acme-client", "client_secret", "fake"}

func TestTokenRequests(t *testing.T) {
	with := func(pairs ...string) []string { return append(pairs, credentials...) }
	for name, tt := range map[string]struct {
		form []string
		want string // the error, "" for success
	}{
		"client credentials":   {with("grant_type", "client_credentials"), ""},
		"with a scope":         {with("grant_type", "client_credentials", "scope", "read"), ""},
		"other scope":          {with("grant_type", "client_credentials", "scope", "write"), "invalid_scope"},
		"wrong secret":         {[]string{"grant_type", "client_credentials", "client_id", "acme-client", "client_secret", "x"}, "invalid_client"},
		"wrong client":         {[]string{"grant_type", "client_credentials", "client_id", "x", "client_secret", "fake"}, "invalid_client"},
		"no client":            {[]string{"grant_type", "client_credentials"}, "invalid_client"},
		"no grant":             {credentials, "unsupported_grant_type"},
		"unknown grant":        {with("grant_type", "implicit"), "unsupported_grant_type"},
		"unknown parameter":    {with("grant_type", "client_credentials", "resource", "x"), "invalid_request"},
		"repeated parameter":   {with("grant_type", "client_credentials", "scope", "read", "scope", "read"), "invalid_request"},
		"password":             {with("grant_type", "password", "username", "ana", "password", "p"), ""},
		"wrong user":           {with("grant_type", "password", "username", "leo", "password", "p"), "invalid_grant"},
		"missing password":     {with("grant_type", "password", "username", "ana"), "invalid_grant"},
		"refresh":              {with("grant_type", "refresh_token", "refresh_token", "fake-refresh-0"), ""},
		"wrong refresh token":  {with("grant_type", "refresh_token", "refresh_token", "x"), "invalid_grant"},
		"refresh without one":  {with("grant_type", "refresh_token"), "invalid_grant"},
		"assertion of no sort": {[]string{"grant_type", "client_credentials", "client_assertion", "x", "client_assertion_type", "y"}, "invalid_client"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(1)
			a := grant(t, w, tt.form...)
			assert.Equal(t, tt.want, a.Error, a.Description)
			if tt.want == "" {
				assert.Equal(t, tokenAnswer{200, a.AccessToken, a.RefreshToken, 3600, "read", "eu", "", ""}, a)
				assert.NotEmpty(t, a.AccessToken)
				assert.Empty(t, w.Violations())
				return
			}
			assert.Equal(t, map[bool]int{true: 401, false: 400}[tt.want == "invalid_client"], a.Status)
			require.Len(t, w.Violations(), 1)
			assert.NotContains(t, w.Violations()[0].String(), "secret=")
		})
	}
}

func TestTokenEncodings(t *testing.T) {
	w := newWorld(1)
	r := request(t, http.MethodPost, tokenURL, "grant_type=client_credentials")
	r.SetBasicAuth("acme-client", "fake")
	assert.Equal(t, 200, send(t, w, r).Status, "basic")
	r = request(t, http.MethodPost, tokenURL, "grant_type=client_credentials")
	r.SetBasicAuth("acme-client", "x")
	assert.Equal(t, "invalid_client", send(t, w, r).Error)
	r = request(t, http.MethodPost, tokenURL, `{"grant_type":"client_credentials","client_id":"acme-client","client_secret":"fake"}`)
	r.Header.Set("Content-Type", "application/json")
	assert.Equal(t, 200, send(t, w, r).Status, "JSON")
	for name, r := range map[string]*http.Request{
		"method":       request(t, http.MethodGet, tokenURL, ""),
		"in the query": request(t, http.MethodPost, tokenURL+"?grant_type=client_credentials", "x=y"),
		"plain text":   request(t, http.MethodPost, tokenURL, "grant_type=client_credentials"),
		"bad form":     request(t, http.MethodPost, tokenURL, "%zz"),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "plain text" {
				r.Header.Set("Content-Type", "text/plain")
			}
			assert.Equal(t, "invalid_request", send(t, w, r).Error)
		})
	}
}

func TestRotatingRefreshTokens(t *testing.T) {
	w := newWorld(1)
	refresh := func(w *vendorsim.World, token string) tokenAnswer {
		return grant(t, w, append([]string{"grant_type", "refresh_token", "refresh_token", token}, credentials...)...)
	}
	first := refresh(w, "fake-refresh-0")
	second := refresh(w, first.RefreshToken)
	require.NotEmpty(t, second.RefreshToken)
	for _, used := range []string{"fake-refresh-0", first.RefreshToken} {
		assert.Equal(t, "invalid_grant", refresh(w, used).Error, "a used token is dead")
	}
	assert.Equal(t, 200, refresh(newWorld(1), second.RefreshToken).Status, "it outlives a restart of the simulator")
	assert.Equal(t, "invalid_grant", refresh(newWorld(2), second.RefreshToken).Error, "but not another customer")
}

func TestAccessTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		me := func(header string) int {
			r := request(t, http.MethodGet, "http://acme.test/me", "")
			r.Header.Set("Authorization", header)
			res := do(t, clientOf(w), r)
			require.NoError(t, res.Body.Close())
			return res.StatusCode
		}
		issue := func() string {
			return "Bearer " + grant(t, w, append([]string{"grant_type", "client_credentials"}, credentials...)...).AccessToken
		}
		token := issue()
		assert.Equal(t, 200, me(token))
		assert.NotEqual(t, token, issue(), "each token is new")
		time.Sleep(time.Hour) // fake time
		assert.Equal(t, 401, me(token), "expired")
		token = issue()
		w.RevokeTokens()
		assert.Equal(t, 401, me(token), "revoked")
		token = issue()
		w.Faults.Next(vendorsim.TokenExpired, 1, "")
		assert.Equal(t, []int{401, 401}, []int{me(token), me(token)}, "dead before its time, and for good")
		assert.Equal(t, 200, me(issue()))
		assert.Empty(t, w.Violations())
		for _, wrong := range []string{"", "Bearer", "Bearer made-up", "Basic abc"} {
			assert.Equal(t, 401, me(wrong))
		}
		assert.Len(t, w.Violations(), 4)
	})
}

type claims map[string]any

func sign(t *testing.T, kid string, key any, alg jose.SignatureAlgorithm, c claims) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, nil)
	require.NoError(t, err)
	text, err := jwt.Signed(signer).Claims(map[string]any(c)).Serialize()
	require.NoError(t, err)
	return text
}

func TestAssertions(t *testing.T) {
	now := time.Now().Unix()
	good := func() claims {
		return claims{"iss": "acme-client", "sub": "acme-client", "aud": tokenURL, "exp": now + 120, "jti": "1"}
	}
	for name, tt := range map[string]struct {
		change func(claims)
		want   string
	}{
		"good":           {func(claims) {}, ""},
		"list of aud":    {func(c claims) { c["aud"] = []string{"x", tokenURL} }, ""},
		"wrong issuer":   {func(c claims) { c["iss"] = "x" }, "iss is"},
		"wrong subject":  {func(c claims) { c["sub"] = "x" }, "sub is"},
		"wrong audience": {func(c claims) { c["aud"] = "http://acme.test" }, "aud is"},
		"expired":        {func(c claims) { c["exp"] = now - 60 }, "exp is missing or past"},
		"no exp":         {func(c claims) { delete(c, "exp") }, "exp is missing or past"},
		"too long":       {func(c claims) { c["exp"] = now + 600 }, "exp is more than 5m"},
		"no jti":         {func(c claims) { delete(c, "jti") }, "jti is missing"},
		"future iat":     {func(c claims) { c["iat"] = now + 100 }, "iat is in the future"},
		"future nbf":     {func(c claims) { c["nbf"] = now + 100 }, "nbf is in the future"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(1)
			c := good()
			tt.change(c)
			form := []string{
				"grant_type", "client_credentials", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
				"client_assertion", sign(t, "k1", vendorsim.ECKey(), jose.ES256, c),
			}
			a := grant(t, w, form...)
			if tt.want == "" {
				assert.Equal(t, 200, a.Status, a.Description)
				assert.Contains(t, grant(t, w, form...).Description, "jti was used before")
				return
			}
			assert.Contains(t, a.Description, tt.want)
		})
	}
	for name, text := range map[string]string{
		"other kid":       sign(t, "k2", vendorsim.ECKey(), jose.ES256, good()),
		"other algorithm": sign(t, "k1", vendorsim.RSAKey(), jose.RS256, good()),
		"tampered":        strings.Replace(sign(t, "k1", vendorsim.ECKey(), jose.ES256, good()), ".", ".e30", 1),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(1)
			r := request(t, http.MethodPost, tokenURL, "")
			assert.Error(t, w.CheckAssertion(r, text, acmeTokens(w).Assertion))
			assert.Error(t, w.CheckAssertion(r, text, nil))
		})
	}
}

func TestKeysAreAlwaysTheSame(t *testing.T) {
	assert.Equal(t, 2048, vendorsim.RSAKey().N.BitLen())
	// A restarted simulator must have the keys that it had: pinned by thumbprint.
	for want, key := range map[string]any{
		"39579910505182dfad6ef7791670874bb188e721c85c2ff945b9278391c6346a": vendorsim.ECKey().Public(),
		"7b7a627b8e379c3db8173ecfa868f6254694fa04a61d5e2df8b45c3c631efab5": vendorsim.RSAKey().Public(),
	} {
		sum, err := (&jose.JSONWebKey{Key: key}).Thumbprint(crypto.SHA256)
		require.NoError(t, err)
		assert.Equal(t, want, hex.EncodeToString(sum))
	}
	assert.Contains(t, vendorsim.PEM(vendorsim.ECKey()), "BEGIN PRIVATE KEY")
	assert.Contains(t, vendorsim.PKCS1PEM(), "BEGIN RSA PRIVATE KEY")
	assert.Contains(t, vendorsim.CertificatePEM(), "BEGIN CERTIFICATE")
	x5t, x5t256 := vendorsim.Thumbprints()
	assert.Len(t, x5t, 27)
	assert.Len(t, x5t256, 43)
}

func TestCursors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		r := request(t, http.MethodGet, "http://acme.test/events", "")
		text := w.Cursor("q=1", 42)
		var got int
		require.NoError(t, w.OpenCursor(r, "q=1", text, 0, &got))
		assert.Equal(t, 42, got)
		require.NoError(t, newWorld(1).OpenCursor(r, "q=1", text, 0, &got), "it outlives a restart")
		for name, err := range map[string]error{
			"other query":    w.OpenCursor(r, "q=2", text, 0, &got),
			"other customer": newWorld(2).OpenCursor(r, "q=1", text, 0, &got),
			"tampered":       w.OpenCursor(r, "q=1", text+"x", 0, &got),
			"no cursor":      w.OpenCursor(r, "q=1", "", 0, &got),
			"other type":     w.OpenCursor(r, "q=1", w.Cursor("q=1", "text"), 0, &got),
		} {
			assert.ErrorIs(t, err, vendorsim.ErrBadCursor, name)
		}
		time.Sleep(time.Hour + 1) // fake time
		assert.ErrorIs(t, w.OpenCursor(r, "q=1", text, time.Hour, &got), vendorsim.ErrOldCursor)
		require.NoError(t, w.OpenCursor(r, "q=1", text, 0, &got))
		w.ExpireCursors()
		assert.ErrorIs(t, w.OpenCursor(r, "q=1", text, 0, &got), vendorsim.ErrOldCursor)
		require.NoError(t, w.OpenCursor(r, "q=1", w.Cursor("q=1", 1), time.Hour, &got))
	})
}
