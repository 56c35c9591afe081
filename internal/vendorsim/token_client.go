package vendorsim

import (
	"crypto/subtle"
	"net/http"
	"net/url"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// client checks who asks and returns the parameters used for that.
func (s *TokenServer) client(r *http.Request, form url.Values) (used []string, code, text string) {
	const bad = "invalid_client"
	id, secret, basic := r.BasicAuth()
	switch {
	case basic && s.Auth&SecretInBasic != 0:
		used = nil
		if id != s.ClientID || !same(secret, s.ClientSecret) {
			return nil, bad, "wrong client id or secret"
		}
		if form.Has("client_id") && form.Get("client_id") == id {
			used = []string{"client_id"}
		}
	case form.Has("client_assertion") && s.Auth&SignedClient != 0:
		used = []string{"client_assertion", "client_assertion_type", "client_id"}
		if form.Get("client_assertion_type") != assertionType {
			return nil, bad, "client_assertion_type is wrong"
		}
		if form.Has("client_id") && form.Get("client_id") != s.ClientID {
			return nil, bad, "unknown client_id"
		}
		if err := s.World.CheckAssertion(r, form.Get("client_assertion"), s.Assertion); err != nil {
			return nil, bad, "client_assertion: " + err.Error()
		}
	case form.Has("client_secret") && s.Auth&SecretInBody != 0:
		used = []string{"client_id", "client_secret"}
		if form.Get("client_id") != s.ClientID || !same(form.Get("client_secret"), s.ClientSecret) {
			return nil, bad, "wrong client id or secret"
		}
	case form.Has("client_id") && s.Auth&PublicClient != 0:
		used = []string{"client_id"}
		if form.Get("client_id") != s.ClientID {
			return nil, bad, "unknown client_id"
		}
	case s.Auth&NoClient != 0 && !basic && !form.Has("client_secret"):
	default:
		return nil, bad, "no client authentication that this endpoint takes"
	}
	return used, "", ""
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// redeem accepts the valid refresh token and, when tokens rotate, replaces it. A
// simulator that was restarted takes any token that it once handed out.
func (s *TokenServer) redeem(text string) bool {
	w := s.World
	w.mu.Lock()
	defer w.mu.Unlock()
	valid, known := w.secrets.refresh[s.ClientID]
	generation := 0
	if text != s.Refresh {
		c, ok := w.secrets.open("refresh|"+s.ClientID, text)
		if !ok {
			return false
		}
		generation = c.Generation
	}
	if known && generation != valid {
		return false
	}
	if s.Rotates {
		w.secrets.refresh[s.ClientID] = generation + 1
	}
	return true
}

func (s *TokenServer) current() string {
	w := s.World
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.secrets.seal("refresh|"+s.ClientID, w.secrets.refresh[s.ClientID], w.now(), nil)
}
