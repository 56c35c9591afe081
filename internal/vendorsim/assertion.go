package vendorsim

import (
	"crypto"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Assertion says what a signed JWT must hold. Signature and exp are always checked.
type Assertion struct {
	// Key is the registered public key, or a *jose.JSONWebKeySet with several of
	// them, of which the kid header then picks one.
	Key crypto.PublicKey
	// Algorithms are the accepted alg headers.
	Algorithms []jose.SignatureAlgorithm
	// KeyID, when set, must be the kid header; X5T the x5t header.
	KeyID, X5T string
	// Issuer and Subject, when set, must be iss and sub.
	Issuer, Subject string
	// Audience returns the accepted aud values; nil means the URL of the request.
	Audience func(r *http.Request) []string
	// MaxLifetime is how far exp may lie ahead; zero means an hour. IssuedAt demands
	// iat, and counts the lifetime from there.
	MaxLifetime time.Duration
	IssuedAt    bool
	// ID demands a jti that was not used before.
	ID bool
	// Claims must be there with these values.
	Claims map[string]string
}

// leeway is how far the two clocks may differ.
const leeway = 30 * time.Second

// CheckAssertion verifies a JWT; its error says what is wrong with it.
func (w *World) CheckAssertion(r *http.Request, text string, a *Assertion) error {
	if a == nil {
		return fmt.Errorf("assertions are not taken here")
	}
	token, err := jwt.ParseSigned(text, a.Algorithms)
	if err != nil {
		return fmt.Errorf("not a JWT signed with one of %v", a.Algorithms)
	}
	var claims jwt.Claims
	all := map[string]any{}
	if err := token.Claims(a.Key, &claims, &all); err != nil {
		return fmt.Errorf("the signature does not fit the registered key")
	}
	head := token.Headers[0]
	if a.KeyID != "" && head.KeyID != a.KeyID {
		return fmt.Errorf("kid is %q", head.KeyID)
	}
	if x5t, _ := head.ExtraHeaders["x5t"].(string); a.X5T != "" && x5t != a.X5T {
		return fmt.Errorf("x5t is %q", x5t)
	}
	for name, want := range a.Claims {
		if got, _ := all[name].(string); got != want {
			return fmt.Errorf("claim %s is %q", name, got)
		}
	}
	if err := a.standard(r, &claims); err != nil {
		return err
	}
	if err := a.times(w.ServerTime(), &claims); err != nil {
		return err
	}
	return w.once(a, &claims)
}

func (a *Assertion) standard(r *http.Request, c *jwt.Claims) error {
	if a.Issuer != "" && c.Issuer != a.Issuer {
		return fmt.Errorf("iss is %q", c.Issuer)
	}
	if a.Subject != "" && c.Subject != a.Subject {
		return fmt.Errorf("sub is %q", c.Subject)
	}
	want := []string{Origin(r) + r.URL.Path}
	if a.Audience != nil {
		want = a.Audience(r)
	}
	if len(want) > 0 && !slices.ContainsFunc(want, c.Audience.Contains) {
		return fmt.Errorf("aud is %q, want one of %q", []string(c.Audience), want)
	}
	return nil
}

func (a *Assertion) times(now time.Time, c *jwt.Claims) error {
	life := a.MaxLifetime
	if life == 0 {
		life = time.Hour
	}
	if c.Expiry == nil || !now.Add(-leeway).Before(c.Expiry.Time()) {
		return fmt.Errorf("exp is missing or past")
	}
	from := now.Add(leeway)
	if c.IssuedAt != nil {
		if c.IssuedAt.Time().After(from) {
			return fmt.Errorf("iat is in the future")
		}
		if a.IssuedAt {
			from = c.IssuedAt.Time()
		}
	} else if a.IssuedAt {
		return fmt.Errorf("iat is missing")
	}
	if c.Expiry.Time().After(from.Add(life)) {
		return fmt.Errorf("exp is more than %v ahead", life)
	}
	if c.NotBefore != nil && c.NotBefore.Time().After(now.Add(leeway)) {
		return fmt.Errorf("nbf is in the future")
	}
	return nil
}

// once refuses a jti that was used before.
func (w *World) once(a *Assertion, c *jwt.Claims) error {
	if !a.ID {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	for id, until := range w.secrets.jtis {
		if now.After(until.Add(time.Hour)) {
			delete(w.secrets.jtis, id)
		}
	}
	if c.ID == "" {
		return fmt.Errorf("jti is missing")
	}
	if _, used := w.secrets.jtis[c.ID]; used {
		return fmt.Errorf("jti was used before")
	}
	w.secrets.jtis[c.ID] = c.Expiry.Time()
	return nil
}
