package github

import (
	"encoding/base64"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// installationPrefix begins the tokens of app installations.
const installationPrefix = "ghs_"

// bearer returns the token of the Authorization header, sent as bearer or token.
func bearer(r *http.Request) string {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "token") {
		return text
	}
	return ""
}

func isInstallationToken(text string) bool { return strings.HasPrefix(text, installationPrefix) }

// authorize returns who asks, for rate limits, or a refusal.
func (s *sim) authorize(r *http.Request) (string, *vendorsim.Reply) {
	refuse := func(reply vendorsim.Reply) (string, *vendorsim.Reply) { return "", &reply }
	if r.Header.Get("User-Agent") == "" {
		s.world.Violation(r, "no User-Agent")
		return refuse(fail(http.StatusForbidden, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header."))
	}
	text := bearer(r)
	switch {
	case text == classicToken && s.world.On("sso_required"):
		reply := fail(http.StatusForbidden, "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.")
		reply.Header.Set("X-GitHub-SSO", "required; url=https://github.com/orgs/"+organization+"/sso?authorization_request=fake")
		return refuse(reply)
	case text == classicToken, text == fineGrainedToken:
		return "user", nil
	case isInstallationToken(text):
		if _, err := s.world.CheckToken(r, strings.TrimPrefix(text, installationPrefix)); err != nil {
			return refuse(badCredentials())
		}
		return "app", nil
	}
	s.world.Violation(r, "wrong or missing token")
	return refuse(badCredentials())
}

// installationToken exchanges the app's JWT for a token of one hour.
func (s *sim) installationToken(rw http.ResponseWriter, r *http.Request) {
	w := s.world
	if err := checkAppJWT(w, r); err != nil {
		w.Violation(r, "app JWT: %v", err)
		fail(http.StatusUnauthorized, "A JSON web token could not be decoded: "+err.Error()).Write(rw)
		return
	}
	_, problem := w.Check(r, vendorsim.Rules{Method: http.MethodPost})
	if problem == nil && r.PathValue("id") != installationID {
		w.Violation(r, "unknown installation")
		problem = &vendorsim.Problem{Fault: vendorsim.WrongMethod}
	}
	if problem != nil {
		badRequest(problem).Write(rw)
		return
	}
	expires := w.ServerTime().Add(time.Hour).Truncate(time.Second)
	token := w.Issue(vendorsim.Token{Client: appID, Expires: w.Now().Add(time.Hour)})
	vendorsim.JSONReply(http.StatusCreated, map[string]any{
		"token": installationPrefix + token, "expires_at": expires.Format(time.RFC3339),
		"permissions": map[string]string{"organization_administration": "read"}, "repository_selection": "all",
	}, nil).Write(rw)
}

// checkAppJWT wants RS256, whole iat and exp, exp at most ten minutes ahead, and the
// app's id or client id as issuer. GitHub does not look at the audience.
func checkAppJWT(w *vendorsim.World, r *http.Request) error {
	text := bearer(r)
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return fmt.Errorf("not a JWT")
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return fmt.Errorf("claims are not base64url")
	}
	issuer := gjson.GetBytes(claims, "iss").String()
	if !slices.Contains([]string{appID, appClientID}, issuer) {
		return fmt.Errorf("'Issuer' claim ('iss') must be the app's id, is %q", issuer)
	}
	for _, name := range []string{"iat", "exp"} {
		v := gjson.GetBytes(claims, name)
		if v.Type != gjson.Number || v.Num != math.Trunc(v.Num) || strings.ContainsAny(v.Raw, ".eE") {
			return fmt.Errorf("claim %s must be a whole number, is %s", name, v.Raw)
		}
	}
	return w.CheckAssertion(r, text, &vendorsim.Assertion{
		Key: vendorsim.RSAKey().Public(), Algorithms: []jose.SignatureAlgorithm{jose.RS256}, Issuer: issuer,
		MaxLifetime: 10 * time.Minute, Audience: func(*http.Request) []string { return nil },
	})
}
