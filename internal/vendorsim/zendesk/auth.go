package zendesk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// A client may ask for a lifetime between these; the default is the simulator's own.
const (
	minLife     = 301
	maxLife     = 172799
	defaultLife = 1800
)

// token answers at the token endpoint, which takes JSON.
func (s *sim) token(rw http.ResponseWriter, r *http.Request) {
	life := defaultLife
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err == nil {
		var form struct {
			ExpiresIn json.Number `json:"expires_in"`
		}
		if json.Unmarshal(body, &form) == nil && lifetime(form.ExpiresIn.String()) == nil {
			life, _ = strconv.Atoi(form.ExpiresIn.String()) // checked by lifetime
		}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.tokenServer(time.Duration(life)*time.Second).ServeHTTP(rw, r)
}

func lifetime(v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < minLife || n > maxLife {
		return fmt.Errorf("%q is not a number of seconds in %d..%d", v, minLife, maxLife)
	}
	return nil
}

func (s *sim) tokenServer(life time.Duration) *vendorsim.TokenServer {
	if s.world.On("tokens_without_expiry") {
		life = 0
	}
	return &vendorsim.TokenServer{
		World:    s.world,
		ClientID: clientID, ClientSecret: clientSecret, Auth: vendorsim.SecretInBody,
		JSON: true,
		Grants: map[string]vendorsim.Grant{"client_credentials": {
			Params: map[string]vendorsim.Param{
				"scope":      vendorsim.OneOf(scope, "read", "read write", "tickets:read"),
				"expires_in": lifetime,
			},
			Optional: []string{"expires_in"},
		}},
		Lifetime: life,
		Extra:    map[string]any{"token_type": "bearer"},
	}
}

// authorize checks the credential. It takes the two kinds of header that the API
// knows.
func (s *sim) authorize(r *http.Request) *vendorsim.Reply {
	w := s.world
	if user, password, basic := r.BasicAuth(); basic {
		if w.On("api_tokens_off") {
			return new(unauthenticated())
		}
		if user != email+"/token" || password != apiToken {
			w.Violation(r, "wrong e-mail or API token")
			return new(unauthenticated())
		}
		return nil
	}
	if r.Header.Get("Authorization") == "Bearer "+accessToken {
		return nil
	}
	if r.Header.Get("Authorization") == "" {
		w.Violation(r, "no credential")
		return new(unauthenticated())
	}
	token, err := w.Bearer(r)
	if err != nil {
		return new(invalidToken())
	}
	if w.On("missing_scope") || token.Scope == "tickets:read" {
		return new(textual(http.StatusForbidden, "Forbidden",
			"You do not have access to this page. Missing the following required scopes: "+scope))
	}
	return nil
}
