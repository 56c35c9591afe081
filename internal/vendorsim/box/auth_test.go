package box_test

import (
	"encoding/pem"
	"maps"
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
	"github.com/youmark/pkcs8"

	"github.com/otelactivity/otelactivity/internal/vendorsim/box"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

const realTokenURL = "https://api.box.com/oauth2/token"

// app is what a configuration says of an app.
type app struct{ id, secret, enterprise, user, key, keyID, passphrase string }

func configured(c map[string]any) app {
	text := func(key string) string {
		s, _ := c[key].(string)
		return s
	}
	a := app{text("client_id"), text("client_secret"), text("enterprise_id"), text("user_id"), text("private_key"), text("public_key_id"), text("private_key_passphrase")}
	if file := gjson.Parse(text("jwt_config")); file.Exists() {
		auth := file.Get("boxAppSettings.appAuth")
		a.id, a.secret = file.Get("boxAppSettings.clientID").Str, file.Get("boxAppSettings.clientSecret").Str
		a.enterprise = file.Get("enterpriseID").Str
		a.key, a.keyID, a.passphrase = auth.Get("privateKey").Str, auth.Get("publicKeyID").Str, auth.Get("passphrase").Str
	}
	return a
}

func (a app) subject() (kind, id string) {
	if a.user != "" {
		return "user", a.user
	}
	return "enterprise", a.enterprise
}

// claims are those of a good assertion.
func (a app) claims(now time.Time) map[string]any {
	kind, id := a.subject()
	return map[string]any{
		"iss": a.id, "sub": id, "box_sub_type": kind, "aud": realTokenURL,
		"jti": "0123456789abcdef-" + now.Format(time.RFC3339Nano), "exp": now.Add(45 * time.Second).Unix(),
	}
}

// sign returns an assertion, signed with the key that the configuration hands out.
func (a app) sign(t *testing.T, alg jose.SignatureAlgorithm, keyID string, claims map[string]any) string {
	t.Helper()
	block, _ := pem.Decode([]byte(a.key))
	require.Equal(t, "ENCRYPTED PRIVATE KEY", block.Type)
	key, err := pkcs8.ParsePKCS8PrivateKeyRSA(block.Bytes, []byte(a.passphrase))
	require.NoError(t, err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", keyID))
	require.NoError(t, err)
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(t, err)
	return token
}

// form is a good token request.
func (a app) form(t *testing.T, now time.Time) url.Values {
	f := url.Values{"client_id": {a.id}, "client_secret": {a.secret}}
	if a.key != "" {
		f.Set("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
		f.Set("assertion", a.sign(t, jose.RS256, a.keyID, a.claims(now)))
		return f
	}
	kind, id := a.subject()
	f.Set("grant_type", "client_credentials")
	f.Set("box_subject_type", kind)
	f.Set("box_subject_id", id)
	return f
}

func TestTokens(t *testing.T) {
	configs := map[string]map[string]any{"default": box.Vendor().Config(simtest.Base)}
	for _, name := range []string{"user", "jwt", "jwt_user", "jwt_fields"} {
		configs[name] = box.Vendor().Variants[name](simtest.Base)
	}
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := simtest.New(t, box.Vendor())
				a := c.Post(tokenPath, simtest.Form, configured(config).form(t, time.Now()).Encode())
				require.Equal(t, 200, a.Status, a.Body)
				assert.Equal(t, "bearer", a.At("token_type").Str)
				assert.True(t, a.At("restricted_to").IsArray())
				assert.False(t, a.At("refresh_token").Exists())
				life := time.Duration(a.At("expires_in").Int()) * time.Second
				assert.Greater(t, life, time.Hour)
				c.Auth("Bearer " + a.At("access_token").Str)
				assert.Equal(t, 200, c.Get(events, "stream_type", stream).Status)
				time.Sleep(life) // fake time
				assert.Equal(t, 401, c.Get(events, "stream_type", stream).Status)
				assert.Empty(t, c.World.Violations())
			})
		})
	}
}

func TestRefusedCredentials(t *testing.T) {
	for name, tt := range map[string]struct {
		set        func(url.Values)
		code, text string
	}{
		"wrong secret":       {func(f url.Values) { f.Set("client_secret", "x") }, "invalid_grant", "Grant credentials are invalid"},
		"wrong app":          {func(f url.Values) { f.Set("client_id", "x") }, "invalid_grant", "Grant credentials are invalid"},
		"no secret":          {func(f url.Values) { f.Del("client_secret") }, "invalid_client", "The client credentials are invalid"},
		"other enterprise":   {func(f url.Values) { f.Set("box_subject_id", "1") }, "invalid_grant", "Grant credentials are invalid"},
		"user as enterprise": {func(f url.Values) { f.Set("box_subject_type", "user") }, "invalid_grant", "Grant credentials are invalid"},
		"no subject":         {func(f url.Values) { f.Del("box_subject_id"); f.Del("box_subject_type") }, "invalid_client", "The client credentials are invalid"},
		"other grant":        {func(f url.Values) { f.Set("grant_type", "password") }, "unsupported_grant_type", ""},
		"unknown parameter":  {func(f url.Values) { f.Set("scope", "x") }, "invalid_request", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := simtest.New(t, box.Vendor())
			f := configured(box.Vendor().Config(simtest.Base)).form(t, time.Now())
			tt.set(f)
			refused(t, c.Post(tokenPath, simtest.Form, f.Encode()), tt.code, tt.text)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := simtest.New(t, box.Vendor())
	f := configured(box.Vendor().Config(simtest.Base)).form(t, time.Now())
	assert.Equal(t, 400, c.Post(tokenPath, "application/json", `{}`).Status)
	c.Knob("app_not_authorized", "true")
	refused(t, c.Post(tokenPath, simtest.Form, f.Encode()), "unauthorized_client", "This app is not authorized by the enterprise admin")
	c.Knob("app_not_authorized", "")
	c.Knob("app_access_only", "true")
	assert.Equal(t, 200, c.Post(tokenPath, simtest.Form, f.Encode()).Status)
	for _, name := range []string{"user", "jwt_user"} {
		f = configured(box.Vendor().Variants[name](simtest.Base)).form(t, time.Now())
		refused(t, c.Post(tokenPath, simtest.Form, f.Encode()), "invalid_grant", "Grant credentials are invalid")
	}
}

func refused(t *testing.T, a simtest.Answer, code, text string) {
	t.Helper()
	assert.Equal(t, 400, a.Status)
	assert.Equal(t, code, a.At("error").Str, a.Body)
	assert.NotEmpty(t, a.At("error_description").Str)
	if text != "" {
		assert.Equal(t, text, a.At("error_description").Str)
	}
}

func TestRefusedAssertions(t *testing.T) {
	jti := "Please check the 'jti' claim. A unique value is required."
	exp := "Current date time must be before the expiration date time listed in the 'exp' claim."
	for name, tt := range map[string]struct {
		set  func(claims map[string]any)
		text string // empty: whatever
	}{
		"other issuer":     {func(c map[string]any) { c["iss"] = "x" }, ""},
		"other enterprise": {func(c map[string]any) { c["sub"] = "1" }, ""},
		"other kind":       {func(c map[string]any) { c["box_sub_type"] = "user" }, ""},
		"no kind":          {func(c map[string]any) { delete(c, "box_sub_type") }, ""},
		"this address":     {func(c map[string]any) { c["aud"] = simtest.Base + tokenPath }, ""},
		"no audience":      {func(c map[string]any) { delete(c, "aud") }, ""},
		"no jti":           {func(c map[string]any) { delete(c, "jti") }, jti},
		"short jti":        {func(c map[string]any) { c["jti"] = "0123456789abcde" }, jti},
		"long jti":         {func(c map[string]any) { c["jti"] = strings.Repeat("x", 129) }, jti},
		"past":             {func(c map[string]any) { c["exp"] = time.Now().Add(-time.Minute).Unix() }, exp},
		"no exp":           {func(c map[string]any) { delete(c, "exp") }, exp},
		"far ahead":        {func(c map[string]any) { c["exp"] = time.Now().Add(2 * time.Minute).Unix() }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := simtest.New(t, box.Vendor())
				a := configured(box.Vendor().Variants["jwt"](simtest.Base))
				claims := a.claims(time.Now())
				tt.set(claims)
				f := a.form(t, time.Now())
				f.Set("assertion", a.sign(t, jose.RS256, a.keyID, claims))
				refused(t, c.Post(tokenPath, simtest.Form, f.Encode()), "invalid_grant", tt.text)
				assert.Len(t, c.World.Violations(), 1)
			})
		})
	}
	c := simtest.New(t, box.Vendor())
	a := configured(box.Vendor().Variants["jwt"](simtest.Base))
	f := a.form(t, time.Now())
	assert.Equal(t, 200, c.Post(tokenPath, simtest.Form, f.Encode()).Status)
	refused(t, c.Post(tokenPath, simtest.Form, f.Encode()), "invalid_grant", jti)
	for _, alg := range []jose.SignatureAlgorithm{jose.RS384, jose.RS512, jose.PS256} {
		claims := a.claims(time.Now())
		f.Set("assertion", a.sign(t, alg, a.keyID, claims))
		assert.Equal(t, alg != jose.PS256, c.Post(tokenPath, simtest.Form, f.Encode()).Status == 200, alg)
		f.Set("assertion", a.sign(t, alg, "other", maps.Clone(claims)))
		assert.Equal(t, 400, c.Post(tokenPath, simtest.Form, f.Encode()).Status)
	}
	f = a.form(t, time.Now())
	f.Set("client_secret", "x")
	refused(t, c.Post(tokenPath, simtest.Form, f.Encode()), "invalid_client", "The client credentials are invalid")
	f.Set("assertion", "x")
	refused(t, c.Post(tokenPath, simtest.Form, f.Encode()), "invalid_grant", jti)
}

// A clock that is behind Box's own makes assertions old before they arrive.
func TestClocksDiffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := simtest.New(t, box.Vendor())
		c.World.SetSkew(3 * time.Minute)
		a := configured(box.Vendor().Variants["jwt"](simtest.Base))
		answer := c.Post(tokenPath, simtest.Form, a.form(t, time.Now()).Encode())
		assert.Contains(t, answer.At("error_description").Str, "'exp' claim")
		now, err := http.ParseTime(answer.Header.Get("Date"))
		require.NoError(t, err)
		assert.Equal(t, 200, c.Post(tokenPath, simtest.Form, a.form(t, now).Encode()).Status)
	})
}

func TestOtherTokenURL(t *testing.T) {
	c := simtest.New(t, box.Vendor())
	config := box.Vendor().Variants["jwt_token_url"](simtest.Base)
	path := strings.TrimPrefix(config["token_url"].(string), simtest.Base)
	a := configured(config)
	claims := a.claims(time.Now())
	f := a.form(t, time.Now())
	assert.Equal(t, 400, c.Post(path, simtest.Form, f.Encode()).Status, "made for another address")
	claims["aud"] = config["token_url"]
	f.Set("assertion", a.sign(t, jose.RS256, a.keyID, claims))
	assert.Equal(t, 200, c.Post(path, simtest.Form, f.Encode()).Status)
	f = configured(box.Vendor().Variants["token_url"](simtest.Base)).form(t, time.Now())
	assert.Equal(t, 200, c.Post(path, simtest.Form, f.Encode()).Status)
}
