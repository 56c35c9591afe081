package confluenceonprem

import (
	"errors"
	"maps"
	"net/http"
	"strconv"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// failure is the form of the errors of Atlassian's REST framework.
func failure(status int, message string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{"status-code": status, "message": message}, nil)
}

// loginReason says in a header why nobody is logged in. The body is a page.
// https://confluence.atlassian.com/confkb/authentication_denied-error-when-accessing-confluence-content-via-rest-api-call-966681459.html
const loginReason = "X-Seraph-LoginReason"

func unauthorized(status int, reason string) vendorsim.Reply {
	return vendorsim.Reply{
		Status: status, Header: http.Header{"Content-Type": {"text/html;charset=UTF-8"}, http.CanonicalHeaderKey(loginReason): {reason}},
		Body: "<!doctype html><html lang=\"en\"><head><title>HTTP Status " + strconv.Itoa(status) + "</title></head><body><h1>" + http.StatusText(status) + "</h1></body></html>",
	}
}

// refused answers a credential that does not do.
func refused(r *http.Request, err error) vendorsim.Reply {
	switch {
	case errors.Is(err, errForbidden):
		return forbidden()
	case errors.Is(err, errBasicOff):
		return failure(http.StatusForbidden, "Basic Authentication has been disabled on this instance.")
	case errors.Is(err, errLocked):
		return unauthorized(http.StatusUnauthorized, "AUTHENTICATION_DENIED")
	case r.Header.Get("Authorization") == "":
		return failure(http.StatusUnauthorized, "Client must be authenticated to access this resource.")
	}
	return unauthorized(http.StatusUnauthorized, "AUTHENTICATED_FAILED")
}

func forbidden() vendorsim.Reply {
	return failure(http.StatusForbidden, "The user is not allowed to view audit events")
}

func notFound(r *http.Request) vendorsim.Reply {
	return failure(http.StatusNotFound, "null for uri: "+baseURL+r.URL.Path)
}

// badRequest answers a request that breaks a rule.
func badRequest(p *vendorsim.Problem) vendorsim.Reply {
	switch p.Fault {
	case vendorsim.WrongMethod:
		return failure(http.StatusMethodNotAllowed, p.Text)
	case vendorsim.WrongAccept:
		return failure(http.StatusNotAcceptable, p.Text)
	}
	return vendorsim.JSONReply(http.StatusBadRequest, map[string]any{
		"status": http.StatusBadRequest, "errors": []any{map[string]string{"code": "validation.error." + p.Param, "message": p.Text}},
	}, nil)
}

// timedOut is what a window brings that the database cannot cope with.
func timedOut() vendorsim.Reply {
	return failure(http.StatusInternalServerError, "The search timed out. Refine the search and try again.")
}

// limitHeaders tells the state of the bucket, which is filled once an interval.
func limitHeaders(h http.Header, u vendorsim.Usage) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(u.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(u.Remaining))
	h.Set("X-RateLimit-Interval-Seconds", "60")
	h.Set("X-RateLimit-FillRate", strconv.Itoa(u.Limit))
	wait := 0
	if u.Remaining == 0 {
		wait = u.Wait
	}
	h.Set("Retry-After", strconv.Itoa(wait))
}

func throttled(u vendorsim.Usage) vendorsim.Reply {
	h := http.Header{}
	limitHeaders(h, u)
	reply := failure(http.StatusTooManyRequests, "Rate limit exceeded")
	maps.Copy(reply.Header, h)
	return reply
}

// faultReply answers an injected fault.
func faultReply(_ *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized(http.StatusUnauthorized, "AUTHENTICATED_FAILED")
	case vendorsim.Forbidden:
		return forbidden()
	case vendorsim.NotFound:
		return notFound(r)
	case vendorsim.Throttled:
		return throttled(vendorsim.Usage{Limit: 50, Wait: 15})
	case vendorsim.Internal:
		return failure(http.StatusInternalServerError, "Internal Server Error")
	case vendorsim.Unavailable:
		return vendorsim.Reply{
			Status: http.StatusServiceUnavailable, Header: http.Header{"Content-Type": {"text/html;charset=UTF-8"}},
			Body: "<!DOCTYPE html><html><body>Confluence is starting up.</body></html>",
		}
	}
	return vendorsim.Reply{}
}
