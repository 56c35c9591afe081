package box

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	scope     = "manage_enterprise_properties"
	jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	// realTokenURL is what an assertion is made for, wherever it is sent to.
	realTokenURL = "https://api.box.com/oauth2/token"

	grantText = "Grant credentials are invalid"
)

// tokens is the token endpoint. What an app is asked for besides depends on the
// subject: an enterprise stands for the app's service account, a user for himself.
type tokens struct {
	world *vendorsim.World
	// audience is the aud of assertions; empty means the URL of the request.
	audience string
}

func (t tokens) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	form, _ := url.ParseQuery(string(body)) // the server complains
	if code, text := t.refuse(form); code != "" {
		tokenError(code, text).Write(rw)
		return
	}
	if form.Get("grant_type") != jwtBearer {
		t.credentials(form).ServeHTTP(rw, r)
		return
	}
	claims := claimsOf(form.Get("assertion"))
	// https://developer.box.com/guides/authentication/jwt/without-sdk/
	if n := len(claims.Get("jti").Str); n < 16 || n > 128 {
		t.world.Violation(r, "token request: jti has %d characters, want 16..128", n)
		tokenError("invalid_grant", jtiText).Write(rw)
		return
	}
	t.signed(claims).ServeHTTP(rw, r)
}

const (
	jtiText = "Please check the 'jti' claim. A unique value is required."
	expText = "Current date time must be before the expiration date time listed in the 'exp' claim."
)

// refuse turns down requests for what the knobs say of the apps.
func (t tokens) refuse(form url.Values) (code, text string) {
	user := form.Get("box_subject_type") == "user" || claimsOf(form.Get("assertion")).Get("box_sub_type").Str == "user"
	switch {
	case t.world.On("app_not_authorized"):
		return "unauthorized_client", "This app is not authorized by the enterprise admin"
	case t.world.On("app_access_only") && user:
		return "invalid_grant", grantText
	}
	return "", ""
}

// claimsOf reads the claims of a JWT, unchecked.
func claimsOf(token string) gjson.Result {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return gjson.Result{}
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return gjson.Result{}
	}
	return gjson.ParseBytes(text)
}

func (t tokens) server(id, secret string) *vendorsim.TokenServer {
	s := &vendorsim.TokenServer{
		World: t.world, ClientID: id, ClientSecret: secret, Auth: vendorsim.SecretInBody,
		Lifetime: 4169 * time.Second, Scope: scope,
		Answer: func(_ *http.Request, fields map[string]any) any {
			return object{
				"access_token": fields["access_token"], "expires_in": fields["expires_in"],
				"token_type": "bearer", "restricted_to": []any{},
			}
		},
	}
	if t.world.On("missing_scope") {
		s.Scope = "root_readwrite"
	}
	return s
}

// credentials serves the app with client credentials.
func (t tokens) credentials(form url.Values) *vendorsim.TokenServer {
	s := t.server(clientID, clientSecret)
	subject := enterpriseID
	if form.Get("box_subject_type") == "user" {
		subject = userID
	}
	s.Grants = map[string]vendorsim.Grant{"client_credentials": {Params: map[string]vendorsim.Param{
		"box_subject_type": vendorsim.OneOf("enterprise", "user"), "box_subject_id": vendorsim.OneOf(subject),
	}}}
	s.Fail = func(_ *http.Request, code, text string) vendorsim.Reply {
		switch {
		case code == "invalid_client" && form.Get("client_id") != "" && form.Get("client_secret") != "",
			code == "invalid_grant" && form.Get("box_subject_id") != "":
			return tokenError("invalid_grant", grantText)
		case code == "invalid_client", code == "invalid_grant":
			return tokenError("invalid_client", "The client credentials are invalid")
		}
		return tokenError(code, text)
	}
	return s
}

// signed serves the app with signed assertions.
func (t tokens) signed(claims gjson.Result) *vendorsim.TokenServer {
	s := t.server(jwtClientID, jwtSecret)
	kind, subject := "enterprise", enterpriseID
	if claims.Get("box_sub_type").Str == "user" {
		kind, subject = "user", userID
	}
	s.Assertion = &vendorsim.Assertion{
		Key: vendorsim.RSAKey().Public(), Algorithms: []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512},
		KeyID: publicKeyID, Issuer: jwtClientID, Subject: subject, Claims: map[string]string{"box_sub_type": kind},
		MaxLifetime: time.Minute, ID: true,
	}
	if t.audience != "" {
		s.Assertion.Audience = func(*http.Request) []string { return []string{t.audience} }
	}
	s.Grants = map[string]vendorsim.Grant{jwtBearer: {Assertion: "assertion"}}
	s.Fail = func(_ *http.Request, code, text string) vendorsim.Reply {
		switch {
		case strings.Contains(text, "exp is missing or past"):
			text = expText
		case strings.Contains(text, "jti"):
			text = jtiText
		case code == "invalid_client":
			text = "The client credentials are invalid"
		}
		return tokenError(code, text)
	}
	return s
}
