package salesforce

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	// sessionTimeout is the org's default: two hours without a request.
	sessionTimeout = 2 * time.Hour
)

// token answers the token endpoint. Which proof it takes depends on the flow: a
// signed assertion stands for itself, the others need the consumer secret.
func (s *sim) token(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body)) // the server refuses what is malformed
	server := vendorsim.TokenServer{
		World: s.world, ClientID: clientID, ClientSecret: clientSecret,
		Auth:   vendorsim.SecretInBody | vendorsim.SecretInBasic,
		Grants: map[string]vendorsim.Grant{"client_credentials": {}, "password": passwordGrant},
		Scope:  "api",
		Refuse: func(*http.Request) (string, string) {
			code, text, _ := strings.Cut(s.world.Knob("token_error"), ":")
			return code, text
		},
		Answer: s.session,
		Fail:   func(_ *http.Request, code, text string) vendorsim.Reply { return s.refusal(form, code, text) },
	}
	if form.Get("grant_type") == jwtBearer {
		server.Auth, server.Assertion = vendorsim.NoClient, assertion
		server.Grants = map[string]vendorsim.Grant{jwtBearer: {Assertion: "assertion"}}
	}
	server.ServeHTTP(rw, r)
}

// passwordGrant wants the security token behind the password, as from an address
// that the org does not trust.
var passwordGrant = vendorsim.Grant{Params: map[string]vendorsim.Param{
	"username": vendorsim.OneOf(username), "password": vendorsim.OneOf(password + securityToken),
}}

var assertion = &vendorsim.Assertion{
	Key: &vendorsim.RSAKey().PublicKey, Algorithms: []jose.SignatureAlgorithm{jose.RS256},
	Issuer: clientID, Subject: username, MaxLifetime: 5 * time.Minute,
	Audience: func(r *http.Request) []string {
		return []string{"https://login.salesforce.com", "https://test.salesforce.com", vendorsim.Origin(r)}
	},
}

// session is the answer to a good token request. It tells no lifetime: a session
// ends when it was not used for a while.
func (s *sim) session(r *http.Request, fields map[string]any) any {
	return map[string]any{
		"access_token": orgID + "!" + fields["access_token"].(string), "token_type": "Bearer", "scope": fields["scope"],
		"instance_url": vendorsim.Origin(r), "id": "https://login.salesforce.com/id/" + orgID + "/" + callerID,
		"issued_at": strconv.FormatInt(s.world.ServerTime().UnixMilli(), 10), "signature": "fakeSignature=",
	}
}

// refusal is a token error in the vendor's words:
// https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm
func (s *sim) refusal(form url.Values, code, text string) vendorsim.Reply {
	status := http.StatusBadRequest
	switch {
	case s.world.Knob("token_error") != "":
	case code == "unsupported_grant_type":
		text = "grant type not supported"
	case code == "invalid_client" && form.Get("client_id") != clientID && form.Has("client_id"):
		code, text = "invalid_client_id", "client identifier invalid"
	case code == "invalid_client":
		status, text = http.StatusUnauthorized, "invalid client credentials"
	case code == "invalid_grant" && strings.Contains(text, "aud is"):
		text = "audience is invalid"
	case code == "invalid_grant" && form.Get("grant_type") == jwtBearer:
		text = "invalid assertion"
	case code == "invalid_grant":
		text = "authentication failure"
	}
	return vendorsim.JSONReply(status, map[string]any{"error": code, "error_description": text}, http.Header{"Cache-Control": {"no-store"}})
}

// signedIn tells whether the request has a session that lives, and keeps it alive.
func (s *sim) signedIn(r *http.Request) bool {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || text == "" {
		s.world.Violation(r, "no bearer token")
		return false
	}
	if text != sessionID {
		token, ok := strings.CutPrefix(text, orgID+"!")
		if !ok {
			s.world.Violation(r, "a token of another org")
			return false
		}
		if _, err := s.world.CheckToken(r, token); err != nil {
			return false
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.world.Now()
	if last, known := s.used[text]; known && now.Sub(last) > sessionTimeout {
		return false
	}
	s.used[text] = now
	return true
}
