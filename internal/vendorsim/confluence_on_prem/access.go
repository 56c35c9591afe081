package confluenceonprem

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/confluence"
)

type sim struct {
	world    *vendorsim.World
	searches *searches
}

// Why authorize refuses a request.
var (
	errCredential = errors.New("credential missing or wrong")
	errLocked     = errors.New("account locked after failed log-ins")
	errBasicOff   = errors.New("basic authentication is switched off")
	errForbidden  = errors.New("not an administrator")
)

// author is who asks: the account that owns the token, or the service account.
type author struct{ id, name string }

var auditor, service = author{"2c9680838f1a2b3c018f1a2b3c4d0099", "Auditor"}, author{"2c9680838f1a2b3c018f1a2b3c4d0098", "Service account"}

func (s *sim) authorize(r *http.Request) (author, error) {
	w := s.world
	who := auditor
	if user, secret, basic := r.BasicAuth(); basic {
		switch {
		case w.On("basic_off"):
			return who, errBasicOff
		case w.On("captcha"):
			return who, errLocked
		case user != username || secret != password:
			w.Violation(r, "wrong user name or password")
			return who, errCredential
		}
	} else if r.Header.Get("Authorization") != "Bearer "+accessToken {
		who = service
		token, err := w.Bearer(r)
		switch {
		case err != nil && w.On("anonymous") && r.Header.Get("Authorization") != "":
			return who, errForbidden
		case err != nil:
			return who, errCredential
		case token.Scope != scope || w.On("missing_scope"):
			return who, errForbidden
		}
	}
	if w.On("not_admin") {
		return who, errForbidden
	}
	return who, nil
}

// admit returns who asks, or the answer of a request that does not reach the log.
func (s *sim) admit(h http.Header, r *http.Request) (author, *vendorsim.Reply) {
	if reply := s.loginPage(r); reply != nil {
		return author{}, reply
	}
	who, err := s.authorize(r)
	if err != nil {
		reply := refused(r, err)
		return who, &reply
	}
	perMinute, err := strconv.Atoi(s.world.Knob("rate_limit"))
	if err != nil {
		return who, nil // the limit is off
	}
	usage := s.world.Take(who.id, vendorsim.Limit{Requests: perMinute, Per: time.Minute}, 1)
	if !usage.Allowed {
		reply := throttled(usage)
		return who, &reply
	}
	limitHeaders(h, usage)
	return who, nil
}

func (s *sim) loginPage(r *http.Request) *vendorsim.Reply {
	switch s.world.Knob("login_page") {
	case "html":
		return &vendorsim.Reply{
			Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html;charset=UTF-8"}},
			Body: "<!DOCTYPE html><html><head><title>Log In - Confluence</title></head><body></body></html>",
		}
	case "redirect":
		return &vendorsim.Reply{
			Status: http.StatusFound,
			Header: http.Header{"Location": {"http://sso.internal.test/login?os_destination=" + url.QueryEscape(r.URL.Path)}},
		}
	}
	return nil
}

func (s *sim) legacy(rw http.ResponseWriter, r *http.Request, log *confluence.Log) {
	who, reply := s.admit(rw.Header(), r)
	if reply != nil {
		reply.Write(rw)
		return
	}
	q, problem := s.world.Check(r, legacyRules)
	if problem != nil {
		badRequest(problem).Write(rw)
		return
	}
	if s.slow(q.Get("startDate"), q.Get("endDate"), epochMillis) {
		timedOut().Write(rw)
		return
	}
	page := log.Page(r, q, baseURL+log.Context)
	s.searches.add(who, "", "", page.Body)
	page.Write(rw)
}

// slow tells that a window is so wide that the server gives up on it.
func (s *sim) slow(from, to string, parse func(string) (time.Time, error)) bool {
	hours, err := strconv.Atoi(s.world.Knob("slow_above"))
	if err != nil {
		return false
	}
	since, _ := parse(from) // absent ones are zero
	until, err := parse(to)
	if err != nil {
		until = s.world.Now()
	}
	return until.Sub(since) > time.Duration(hours)*time.Hour
}
