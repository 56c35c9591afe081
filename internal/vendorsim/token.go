package vendorsim

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ClientAuth is a way in which a client may prove itself to a token endpoint.
type ClientAuth int

// The ways; a TokenServer may take several.
const (
	SecretInBody  ClientAuth = 1 << iota // client_id and client_secret
	SecretInBasic                        // HTTP Basic
	SignedClient                         // client_assertion (RFC 7523), checked by TokenServer.Assertion
	PublicClient                         // client_id alone
	NoClient                             // nothing: the grant itself is the proof
)

// Grant is what one grant type asks for.
type Grant struct {
	// Params are the parameters beside grant_type and the client's proof, all
	// required but those in Optional. A wrong value is answered with Code.
	Params   map[string]Param
	Optional []string
	// Refresh demands the parameter refresh_token.
	Refresh bool
	// Assertion names the parameter that holds a JWT to be checked by
	// TokenServer.Assertion ("assertion" in RFC 7523).
	Assertion string
	// Code is the error for wrong values; empty means invalid_grant, or
	// invalid_scope for the parameter scope.
	Code string
}

// TokenServer is an OAuth 2.0 token endpoint.
type TokenServer struct {
	World *World
	// Grants by grant_type.
	Grants map[string]Grant
	// ClientID and ClientSecret are the one registered client; Auth says how it may
	// prove itself.
	ClientID, ClientSecret string
	Auth                   ClientAuth
	// JSON takes application/json bodies, Form application/x-www-form-urlencoded;
	// neither means Form. Query takes the parameters from the query.
	JSON, Form, Query bool
	// Refresh is the first refresh token. When Rotates is set, each use replaces it
	// and the used one is dead.
	Refresh string
	Rotates bool
	// Assertion checks signed assertions.
	Assertion *Assertion
	// Lifetime of access tokens; zero: they never expire, and no expires_in is told.
	Lifetime time.Duration
	// Scope is told in the answer and put into tokens, unless the request asks for
	// a scope that its Grant allows.
	Scope string
	// Refuse, when set, may turn down a request before anything else with an error
	// code and text: an app that is switched off, a proof that is missing.
	Refuse func(r *http.Request) (code, text string)
	// Extra is added to the answer.
	Extra map[string]any
	// Answer replaces the RFC 6749 answer. It gets the fields that it would have.
	Answer func(r *http.Request, fields map[string]any) any
	// Fail replaces the RFC 6749 error; default status 400, 401 for invalid_client.
	Fail func(r *http.Request, code, text string) Reply
}

// ServeHTTP answers a token request.
func (s *TokenServer) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	form, code, text := s.form(r)
	if code == "" && s.Refuse != nil {
		code, text = s.Refuse(r)
	}
	if code == "" {
		code, text = s.check(r, form)
	}
	if code != "" {
		s.World.Violation(r, "token request: %s: %s", code, text)
		s.fail(r, code, text).Write(rw)
		return
	}
	s.answer(r, form).Write(rw)
}

func (s *TokenServer) fail(r *http.Request, code, text string) Reply {
	if s.Fail != nil {
		return s.Fail(r, code, text)
	}
	status := http.StatusBadRequest
	if code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	return JSONReply(status, map[string]any{"error": code, "error_description": text}, nil)
}

// form reads the parameters, which must come in the body unless Query is set.
func (s *TokenServer) form(r *http.Request) (url.Values, string, string) {
	const code = "invalid_request"
	if r.Method != http.MethodPost {
		return nil, code, "method " + r.Method
	}
	if r.URL.RawQuery != "" && !s.Query {
		return nil, code, "parameters in the query"
	}
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return nil, code, "unreadable body"
	}
	var form url.Values
	switch {
	case s.Query && r.URL.RawQuery != "":
		form, err = url.ParseQuery(r.URL.RawQuery)
	case media == "application/json" && s.JSON:
		form, err = flat(body)
	case media == "application/x-www-form-urlencoded" && (s.Form || !s.JSON):
		form, err = url.ParseQuery(string(body))
	default:
		return nil, code, "Content-Type " + media
	}
	if err != nil {
		return nil, code, "malformed body"
	}
	for name, values := range form {
		if len(values) != 1 {
			return nil, code, "repeated parameter " + name
		}
	}
	return form, "", ""
}

// flat reads a JSON object of strings, numbers and booleans.
func flat(body []byte) (url.Values, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, err
	}
	form := url.Values{}
	for k, raw := range fields {
		var v string
		if json.Unmarshal(raw, &v) != nil {
			v = string(raw)
		}
		form.Set(k, v)
	}
	return form, nil
}

// check returns an error code and text, or nothing.
func (s *TokenServer) check(r *http.Request, form url.Values) (code, text string) {
	grant, ok := s.Grants[form.Get("grant_type")]
	if !ok {
		return "unsupported_grant_type", "grant_type " + form.Get("grant_type")
	}
	known := []string{"grant_type"}
	proof, code, text := s.client(r, form)
	if code != "" {
		return code, text
	}
	known = append(known, proof...)
	for _, name := range slices.Sorted(maps.Keys(grant.Params)) {
		known = append(known, name)
		if !form.Has(name) && slices.Contains(grant.Optional, name) {
			continue
		}
		if err := grant.Params[name](form.Get(name)); err != nil {
			return grant.code(name), name + " " + err.Error()
		}
	}
	if grant.Refresh {
		known = append(known, "refresh_token")
	}
	if grant.Assertion != "" {
		known = append(known, grant.Assertion)
		if err := s.World.CheckAssertion(r, form.Get(grant.Assertion), s.Assertion); err != nil {
			return "invalid_grant", grant.Assertion + ": " + err.Error()
		}
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if !slices.Contains(known, name) {
			return "invalid_request", "unknown parameter " + name
		}
	}
	if grant.Refresh && !s.redeem(form.Get("refresh_token")) {
		return "invalid_grant", "refresh_token is unknown, revoked or used"
	}
	return "", ""
}

func (g Grant) code(param string) string {
	switch {
	case g.Code != "":
		return g.Code
	case param == "scope":
		return "invalid_scope"
	}
	return "invalid_grant"
}

func (s *TokenServer) answer(r *http.Request, form url.Values) Reply {
	scope := s.Scope
	if form.Get("scope") != "" {
		scope = form.Get("scope")
	}
	t := Token{Client: s.ClientID, Scope: scope}
	fields := map[string]any{"token_type": "Bearer"}
	if s.Lifetime > 0 {
		t.Expires = s.World.Now().Add(s.Lifetime)
		fields["expires_in"] = int(s.Lifetime.Seconds())
	}
	if scope != "" {
		fields["scope"] = scope
	}
	fields["access_token"] = s.World.Issue(t)
	if s.Grants[form.Get("grant_type")].Refresh && s.Rotates {
		fields["refresh_token"] = s.current()
	}
	maps.Copy(fields, s.Extra)
	if s.Answer != nil {
		return JSONReply(http.StatusOK, s.Answer(r, fields), nil)
	}
	return JSONReply(http.StatusOK, fields, http.Header{"Cache-Control": {"no-store"}})
}
