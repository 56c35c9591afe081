package entra_test

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/url"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/entra"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const path = "/acme.example.com/oauth2/v2.0/token"

var app = entra.App{
	Tenants: []string{"7e0a0000-0000-4000-8000-000000000001", "acme.example.com"}, ClientID: "fake-client", Secret: "fake-secret",
	Scopes: []string{"https://api.example.com/.default", "https://api.example.org/.default"}, Federated: true,
}

// newClient talks to a vendor that has nothing but the token endpoint and GET /scope,
// which tells the scope of the token.
func newClient(t *testing.T) *simtest.Client {
	return simtest.New(t, vendorsim.Vendor{
		Key: "acme", TokenPaths: app.Paths(), Knobs: entra.Knobs,
		New: func(w *vendorsim.World) http.Handler {
			mux := http.NewServeMux()
			mux.Handle(entra.Pattern, app.Handler(w))
			mux.HandleFunc("/scope", func(rw http.ResponseWriter, r *http.Request) {
				token, err := w.Bearer(r)
				if err != nil {
					rw.WriteHeader(http.StatusUnauthorized)
				}
				_, _ = rw.Write([]byte(token.Scope))
			})
			return mux
		},
	})
}

func secretForm() url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {"fake-client"}, "client_secret": {"fake-secret"}, "scope": {app.Scopes[0]}}
}

func assertionForm(text string) url.Values {
	f := secretForm()
	f.Del("client_secret")
	f.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	f.Set("client_assertion", text)
	return f
}

// signed returns a client assertion; change may alter its claims and header.
func signed(t *testing.T, key any, alg jose.SignatureAlgorithm, change func(claims, header map[string]any)) string {
	t.Helper()
	_, x5tS256 := vendorsim.Thumbprints()
	header := map[string]any{"x5t#S256": x5tS256}
	now := time.Now()
	claims := map[string]any{
		"iss": "fake-client", "sub": "fake-client", "aud": simtest.Base + path, "jti": rand.Text(),
		"nbf": now.Unix(), "exp": now.Add(9 * time.Minute).Unix(),
	}
	if change != nil {
		change(claims, header)
	}
	options := &jose.SignerOptions{}
	for name, v := range header {
		options.WithHeader(jose.HeaderKey(name), v)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options)
	require.NoError(t, err)
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(t, err)
	return text
}

func TestProofs(t *testing.T) {
	x5t, _ := vendorsim.Thumbprints()
	for name, form := range map[string]func(*testing.T) url.Values{
		"secret":      func(*testing.T) url.Values { return secretForm() },
		"certificate": func(t *testing.T) url.Values { return assertionForm(signed(t, vendorsim.RSAKey(), jose.PS256, nil)) },
		"certificate, SHA-1 thumbprint": func(t *testing.T) url.Values {
			return assertionForm(signed(t, vendorsim.RSAKey(), jose.RS256, func(_, h map[string]any) {
				delete(h, "x5t#S256")
				h["x5t"] = x5t
			}))
		},
		"federated": func(*testing.T) url.Values { return assertionForm(entra.FederatedToken()) },
		"other scope": func(*testing.T) url.Values {
			f := secretForm()
			f.Set("scope", app.Scopes[1])
			return f
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, p := range app.Paths() {
				synctest.Test(t, func(t *testing.T) {
					if p != path && name[0] == 'c' {
						return // the assertion's audience is the one path
					}
					c := newClient(t)
					f := form(t)
					a := c.Post(p, simtest.Form, f.Encode())
					require.Equal(t, 200, a.Status, a.Body)
					assert.Equal(t, `"Bearer" 3599 3599`, a.At("token_type").Raw+" "+a.At("expires_in").Raw+" "+a.At("ext_expires_in").Raw)
					assert.False(t, a.At("refresh_token").Exists())
					c.Auth("Bearer " + a.At("access_token").Str)
					assert.Equal(t, f.Get("scope"), c.Get("/scope").Body)
					time.Sleep(entra.Lifetime) // fake time
					assert.Equal(t, 401, c.Get("/scope").Status)
					assert.Empty(t, c.World.Violations())
				})
			}
		})
	}
}

// refusal is a request for a token and how it is refused.
type refusal struct {
	form url.Values
	path string
	want string // error and number
}

func (want refusal) check(t *testing.T) {
	t.Helper()
	c := newClient(t)
	a := c.Post(want.path, simtest.Form, want.form.Encode())
	assert.Equal(t, want.want, a.At("error").Str+" "+a.At("error_codes.0").Raw)
	assert.Equal(t, map[bool]int{true: 401, false: 400}[a.At("error").Str == "invalid_client"], a.Status)
	assert.Contains(t, a.At("error_description").Str, "AADSTS"+a.At("error_codes.0").Raw+": ")
	for _, field := range []string{"timestamp", "trace_id", "correlation_id"} {
		assert.NotEmpty(t, a.At(field).Str, field)
	}
	assert.Len(t, c.World.Violations(), 1)
}

func TestRefusedForms(t *testing.T) {
	without := func(name string) url.Values {
		f := secretForm()
		f.Del(name)
		return f
	}
	with := func(name, v string) url.Values {
		f := secretForm()
		f.Set(name, v)
		return f
	}
	for name, want := range map[string]refusal{
		"wrong secret":    {with("client_secret", "x"), path, "invalid_client 7000215"},
		"no secret":       {without("client_secret"), path, "invalid_client 7000215"},
		"other app":       {with("client_id", "x"), path, "unauthorized_client 700016"},
		"no app":          {without("client_id"), path, "invalid_request 900144"},
		"other scope":     {with("scope", "https://api.example.net/.default"), path, "invalid_scope 70011"},
		"no scope":        {without("scope"), path, "invalid_scope 70011"},
		"other grant":     {with("grant_type", "password"), path, "unsupported_grant_type 70003"},
		"more parameters": {with("resource", "x"), path, "invalid_request 9002313"},
		"other tenant":    {secretForm(), "/common/oauth2/v2.0/token", "invalid_request 90002"},
	} {
		t.Run(name, want.check)
	}
}

func TestRefusedAssertions(t *testing.T) {
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	set := func(name string, v any) func(c, _ map[string]any) { return func(c, _ map[string]any) { c[name] = v } }
	rsaKey := func(t *testing.T, change func(c, h map[string]any)) url.Values {
		return assertionForm(signed(t, vendorsim.RSAKey(), jose.RS256, change))
	}
	for name, want := range map[string]refusal{
		"unknown key":      {assertionForm(signed(t, stranger, jose.RS256, nil)), path, "invalid_client 700027"},
		"other thumbprint": {rsaKey(t, func(_, h map[string]any) { h["x5t#S256"] = "AAAA" }), path, "invalid_client 700027"},
		"no thumbprint":    {rsaKey(t, func(_, h map[string]any) { delete(h, "x5t#S256") }), path, "invalid_client 700027"},
		"audience":         {rsaKey(t, set("aud", simtest.Base)), path, "invalid_client 700027"},
		"issuer":           {rsaKey(t, set("iss", "x")), path, "invalid_client 700027"},
		"subject":          {rsaKey(t, set("sub", "x")), path, "invalid_client 700027"},
		"too long":         {rsaKey(t, set("exp", time.Now().Add(12*time.Minute).Unix())), path, "invalid_client 700027"},
		"past":             {rsaKey(t, set("exp", time.Now().Add(-time.Minute).Unix())), path, "invalid_client 700027"},
		"no jti":           {rsaKey(t, func(c, _ map[string]any) { delete(c, "jti") }), path, "invalid_client 700027"},
		"algorithm":        {assertionForm(signed(t, vendorsim.RSAKey(), jose.RS512, nil)), path, "invalid_client 700027"},
		"no JWT":           {assertionForm("x"), path, "invalid_client 700027"},
	} {
		t.Run(name, want.check)
	}
}

func TestOtherRefusals(t *testing.T) {
	c := newClient(t)
	text := signed(t, vendorsim.RSAKey(), jose.RS256, nil)
	assert.Equal(t, 200, c.Post(path, simtest.Form, assertionForm(text).Encode()).Status)
	assert.Equal(t, 401, c.Post(path, simtest.Form, assertionForm(text).Encode()).Status, "a used jti")
	assert.Equal(t, 400, c.Post(path, "application/json", `{"grant_type":"client_credentials"}`).Status)
	assert.Equal(t, 400, c.Post(path, simtest.Form, "%zz").Status)
	assert.Equal(t, 400, c.Get(path).Status)
	assert.Len(t, c.World.Violations(), 4)
	c.World.ForgetViolations()
	c.Knob("secret_expired", "true")
	a := c.Post(path, simtest.Form, secretForm().Encode())
	assert.Equal(t, 401, a.Status)
	assert.Equal(t, "7000222", a.At("error_codes.0").Raw)
	assert.Equal(t, 200, c.Post(path, simtest.Form, assertionForm(signed(t, vendorsim.RSAKey(), jose.RS256, nil)).Encode()).Status)
	assert.Empty(t, c.World.Violations())
}

func TestFederatedTokenFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	file := entra.FederatedTokenFile()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, file, entra.FederatedTokenFile(), "the file stays")
	c := newClient(t)
	assert.Equal(t, 200, c.Post(path, simtest.Form, assertionForm(string(text)).Encode()).Status)
}
