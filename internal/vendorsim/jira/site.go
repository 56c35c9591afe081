package jira

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// Site is what the products of one Atlassian Cloud site have in common: who may
// call them, at which host, and how often. Simulators of other products build on it.
type Site struct {
	World *vendorsim.World
	// Product is the product's name at the gateway (/ex/{product}/{cloud id}) and in
	// the reasons of refusals.
	Product string
	// Scopes returns what new OAuth tokens may do, separated by spaces.
	Scopes func() string
}

// Why Admit refuses a request.
var (
	ErrCredential = errors.New("credential missing or wrong")
	ErrScope      = errors.New("the token lacks the scope")
)

// GatewayPath returns the path of a product's resource behind the API gateway.
func (s *Site) GatewayPath(path string) string { return "/ex/" + s.Product + "/" + cloudID + path }

// Routes adds the token endpoint and the site's description.
func (s *Site) Routes(mux *http.ServeMux) {
	mux.HandleFunc(tokenPath, func(rw http.ResponseWriter, r *http.Request) {
		tokenServer(s.World, s.Scopes()).ServeHTTP(rw, r)
	})
	mux.HandleFunc("GET /_edge/tenant_info", func(rw http.ResponseWriter, _ *http.Request) {
		vendorsim.JSONReply(http.StatusOK, map[string]string{"cloudId": cloudID}, nil).Write(rw)
	})
}

// Admit checks the credential for the site's host or for the gateway; an OAuth token
// must have one of the scopes. It returns whether the caller is an OAuth app, and
// ErrCredential or ErrScope.
func (s *Site) Admit(r *http.Request, gateway bool, scopes ...string) (oauth bool, err error) {
	w := s.World
	if user, password, basic := r.BasicAuth(); basic {
		if user == email && (password == classicToken || password == scopedToken && gateway) {
			return false, nil
		}
		w.Violation(r, "wrong basic credential, or a scoped token outside the gateway")
		return false, ErrCredential
	}
	if !gateway {
		w.Violation(r, "the site's host takes basic auth only")
		return false, ErrCredential
	}
	if r.Header.Get("Authorization") == "Bearer "+serviceToken {
		return false, nil
	}
	token, err := w.Bearer(r)
	if err != nil {
		return false, ErrCredential
	}
	granted := strings.Fields(token.Scope)
	if !slices.ContainsFunc(scopes, func(scope string) bool { return slices.Contains(granted, scope) }) {
		return true, ErrScope
	}
	return true, nil
}

// Charge accounts one request and tells the state of the limit in h. It returns the
// headers of a refusal, or nil.
func (s *Site) Charge(h http.Header, oauth bool) http.Header {
	usage := s.World.Take("burst", burst, 1)
	if !usage.Allowed {
		return s.refusal(usage, "burst-based")
	}
	if oauth && s.World.On("quota_exhausted") {
		now := s.World.ServerTime()
		hour := now.Truncate(time.Hour).Add(time.Hour)
		usage.Reset, usage.Wait = hour, int(hour.Sub(now).Seconds())+1
		return s.refusal(usage, "quota-global-based")
	}
	limitHeaders(h, usage)
	return nil
}

// Throttled returns the headers of a refusal that asks to wait a quarter of a minute.
func (s *Site) Throttled() http.Header {
	return s.refusal(vendorsim.Usage{Limit: burst.Requests, Reset: s.World.ServerTime().Add(15 * time.Second), Wait: 15}, "burst-based")
}

func (s *Site) refusal(u vendorsim.Usage, reason string) http.Header {
	h := http.Header{}
	limitHeaders(h, u)
	h.Set("Retry-After", strconv.Itoa(u.Wait))
	h.Set("RateLimit-Reason", s.Product+"-"+reason)
	return h
}

// LoginPage answers in place of the API when the site asks people to log in.
func (s *Site) LoginPage(rw http.ResponseWriter, r *http.Request) bool {
	switch s.World.Knob("login_page") {
	case "html":
		rw.Header().Set("Content-Type", "text/html;charset=UTF-8")
		_, _ = rw.Write([]byte("<!DOCTYPE html><html><body>Log in with your Atlassian account</body></html>"))
	case "redirect":
		http.Redirect(rw, r, "http://id.atlassian.test/login?continue="+url.QueryEscape(r.URL.Path), http.StatusFound)
	default:
		return false
	}
	return true
}
