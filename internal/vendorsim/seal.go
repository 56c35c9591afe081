package vendorsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Errors of cursors and tokens.
var (
	// ErrBadCursor: not handed out by this vendor for this query.
	ErrBadCursor = errors.New("cursor was not handed out for this query")
	// ErrOldCursor: handed out, but no longer valid.
	ErrOldCursor = errors.New("cursor has expired")
	// ErrNoToken: the request carries no bearer token.
	ErrNoToken = errors.New("no bearer token")
	// ErrBadToken: not issued by this vendor.
	ErrBadToken = errors.New("token was not issued here")
	// ErrOldToken: issued, but expired or revoked.
	ErrOldToken = errors.New("token has expired")
)

// secrets signs cursors and tokens. They hold all that is needed to check them, so
// that they outlive a restart of the simulator. The mutable part is guarded by
// World.mu.
type secrets struct {
	key     []byte
	cursors int // generation: older cursors are dead
	tokens  int
	issued  int
	dead    map[string]bool // single tokens killed before their time
	refresh map[string]int  // generation of the valid refresh token by client
	jtis    map[string]time.Time
}

func newSecrets(w *World) secrets {
	a, b := w.digest("signing key")
	key := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, a), b)
	return secrets{key: key, dead: map[string]bool{}, refresh: map[string]int{}, jtis: map[string]time.Time{}}
}

type sealed struct {
	Generation int             `json:"g"`
	Issued     int64           `json:"t"`
	Payload    json.RawMessage `json:"p"`
}

func (s *secrets) mac(purpose string, body []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	fmt.Fprintf(h, "%d|%s|%s", len(purpose), purpose, body)
	return h.Sum(nil)[:12]
}

func (s *secrets) seal(purpose string, generation int, now time.Time, payload any) string {
	p, err := json.Marshal(payload)
	if err == nil {
		p, err = json.Marshal(sealed{generation, now.UnixNano(), p})
	}
	if err != nil {
		panic(fmt.Sprintf("vendorsim: cursor or token payload: %v", err))
	}
	return base64.RawURLEncoding.EncodeToString(append(s.mac(purpose, p), p...))
}

func (s *secrets) open(purpose, text string) (sealed, bool) {
	var out sealed
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < 12 || !hmac.Equal(raw[:12], s.mac(purpose, raw[12:])) {
		return out, false
	}
	return out, json.Unmarshal(raw[12:], &out) == nil
}

// Cursor returns an opaque text that stands for a position, which must marshal to
// JSON, in the query that scope names (its other parameters, for instance).
func (w *World) Cursor(scope string, position any) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.secrets.seal("cursor|"+scope, w.secrets.cursors, w.now(), position)
}

// OpenCursor reads a cursor back into position. It fails with ErrBadCursor when
// the text was not handed out for this scope, and with ErrOldCursor when it is
// older than life (0: no limit), after ExpireCursors, or when CursorExpired fires;
// the position of an old cursor is read all the same, for vendors that tell it.
func (w *World) OpenCursor(r *http.Request, scope, text string, life time.Duration, position any) error {
	expired := w.Fires(r, CursorExpired)
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.secrets.open("cursor|"+scope, text)
	ok = ok && json.Unmarshal(c.Payload, position) == nil
	switch {
	case expired:
		return ErrOldCursor
	case !ok:
		return ErrBadCursor
	case c.Generation < w.secrets.cursors || life > 0 && w.now().Sub(time.Unix(0, c.Issued)) > life:
		return ErrOldCursor
	}
	return nil
}

// ExpireCursors makes all cursors handed out so far invalid.
func (w *World) ExpireCursors() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets.cursors++
}

// Token is an access token.
type Token struct {
	Client  string    `json:"c"`
	Subject string    `json:"s,omitempty"`
	Scope   string    `json:"o,omitempty"`
	Expires time.Time `json:"e,omitzero"` // zero: never
}

// Issue returns a new access token.
func (w *World) Issue(t Token) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets.issued++
	type numbered struct {
		Token
		N int `json:"n"`
	}
	return w.secrets.seal("token", w.secrets.tokens, w.now(), numbered{t, w.secrets.issued})
}

// RevokeTokens makes all access tokens issued so far invalid.
func (w *World) RevokeTokens() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets.tokens++
}

// Bearer returns the issued token of the Authorization header, or ErrNoToken,
// ErrBadToken or ErrOldToken. Wrong tokens are violations, expired ones are not.
func (w *World) Bearer(r *http.Request) (Token, error) {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || text == "" {
		w.Violation(r, "no bearer token")
		return Token{}, ErrNoToken
	}
	return w.CheckToken(r, text)
}

// CheckToken is Bearer for a token that was sent in another way.
func (w *World) CheckToken(r *http.Request, text string) (Token, error) {
	w.mu.Lock()
	c, ok := w.secrets.open("token", text)
	dead := w.secrets.dead[text] || c.Generation < w.secrets.tokens
	w.mu.Unlock()
	var t Token
	if !ok || json.Unmarshal(c.Payload, &t) != nil {
		w.Violation(r, "a token that was never issued")
		return Token{}, ErrBadToken
	}
	if dead || !t.Expires.IsZero() && !w.Now().Before(t.Expires) {
		return Token{}, ErrOldToken
	}
	if w.Fires(r, TokenExpired) {
		w.mu.Lock()
		w.secrets.dead[text] = true
		w.mu.Unlock()
		return Token{}, ErrOldToken
	}
	return t, nil
}
