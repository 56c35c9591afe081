package onelogin

import (
	"net/http"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const tokenLife = 10 * time.Hour

// oddBasic takes the vendor's own form of the Authorization header, client_id:ID,
// client_secret:SECRET, beside HTTP Basic.
func oddBasic(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		header := r.Header.Get("Authorization")
		if id, secret, ok := strings.Cut(header, ","); ok && strings.HasPrefix(id, "client_id:") {
			r = r.Clone(r.Context())
			_, secret, _ = strings.Cut(secret, "client_secret:")
			r.SetBasicAuth(strings.TrimSpace(strings.TrimPrefix(id, "client_id:")), strings.TrimSpace(secret))
		}
		next.ServeHTTP(rw, r)
	})
}

// tokenServer issues tokens. The current endpoint hands out the same one until it
// ends; the old one wraps its answer and ends all earlier tokens.
func (s *sim) tokenServer(old bool) *vendorsim.TokenServer {
	w := s.world
	return &vendorsim.TokenServer{
		World: w, ClientID: clientID, ClientSecret: clientSecret,
		Auth: vendorsim.SecretInBasic | vendorsim.SecretInBody, JSON: true, Form: true,
		Grants:   map[string]vendorsim.Grant{"client_credentials": {}},
		Lifetime: tokenLife,
		Refuse: func(*http.Request) (string, string) {
			if w.On("owner_deleted") {
				return "server_error", "Internal Server Error"
			}
			return "", ""
		},
		Answer: func(r *http.Request, fields map[string]any) any {
			if !old {
				return s.tokenSet(s.current(r, fields["access_token"].(string)))
			}
			w.RevokeTokens()
			text := w.Issue(vendorsim.Token{Client: clientID, Expires: w.Now().Add(tokenLife)})
			return map[string]any{
				"status": map[string]any{"error": false, "code": 200, "type": "success", "message": "Success"},
				"data":   []any{s.tokenSet(text, w.Now())},
			}
		},
		Fail: func(_ *http.Request, code, text string) vendorsim.Reply {
			switch code {
			case "server_error":
				return fail(http.StatusInternalServerError, text)
			case "invalid_client":
				return fail(http.StatusUnauthorized, "Authentication Failure")
			}
			return fail(http.StatusBadRequest, "grant_type is incorrect/absent")
		},
	}
}

// current returns the living token and when it was made, or makes fresh the living
// one.
func (s *sim) current(r *http.Request, fresh string) (string, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token != "" {
		if _, err := s.world.CheckToken(r, s.token); err == nil {
			return s.token, s.made
		}
	}
	s.token, s.made = fresh, s.world.Now()
	return s.token, s.made
}

func (s *sim) tokenSet(text string, made time.Time) map[string]any {
	left := tokenLife
	if s.world.On("remaining_expires_in") {
		left = made.Add(tokenLife).Sub(s.world.Now())
	}
	return map[string]any{
		"access_token": text, "created_at": made.Format("2006-01-02T15:04:05.000Z"), "expires_in": int(left.Seconds()),
		"refresh_token": "fake-refresh-token", "token_type": "bearer", "account_id": accountID,
	}
}
