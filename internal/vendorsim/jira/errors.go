package jira

import (
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// errorCollection is the form of Jira's own errors.
func errorCollection(status int, messages ...string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{"errorMessages": messages, "errors": map[string]string{}}, nil)
}

// unauthenticated is the answer for a missing or wrong credential. The text about
// passwords comes for wrong tokens too.
func unauthenticated(w *vendorsim.World, r *http.Request) vendorsim.Reply {
	if _, _, basic := r.BasicAuth(); basic && w.On("password_text") {
		return vendorsim.Reply{
			Status: http.StatusUnauthorized, Header: http.Header{"Content-Type": {"text/html;charset=UTF-8"}},
			Body: "Basic authentication with passwords is deprecated.  For more information, see: https://developer.atlassian.com/cloud/confluence/deprecation-notice-basic-auth/\n",
		}
	}
	return vendorsim.JSONReply(http.StatusUnauthorized,
		map[string]any{"message": "Client must be authenticated to access this resource.", "status-code": 401}, nil)
}

func scopeMismatch() vendorsim.Reply {
	return vendorsim.JSONReply(http.StatusUnauthorized, map[string]any{"code": 401, "message": "Unauthorized; scope does not match"}, nil)
}

// NotFound answers requests to what is not there.
func NotFound(r *http.Request) vendorsim.Reply {
	return vendorsim.JSONReply(http.StatusNotFound, map[string]any{"code": 404, "message": "Not Found", "path": r.URL.Path}, nil)
}

// BadRequest answers a request that breaks a rule.
func BadRequest(p *vendorsim.Problem) vendorsim.Reply {
	switch p.Fault {
	case vendorsim.WrongMethod:
		return errorCollection(http.StatusMethodNotAllowed, p.Text)
	case vendorsim.WrongAccept:
		return errorCollection(http.StatusNotAcceptable, p.Text)
	}
	return errorCollection(http.StatusBadRequest, p.Text)
}

// limitHeaders tells the state of the burst limit. The reset has whole minutes.
func limitHeaders(h http.Header, u vendorsim.Usage) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(u.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(u.Remaining))
	h.Set("X-RateLimit-NearLimit", strconv.FormatBool(u.Remaining*5 < u.Limit))
	reset := u.Reset.Add(time.Minute - time.Nanosecond).Truncate(time.Minute)
	h.Set("X-RateLimit-Reset", reset.UTC().Format("2006-01-02T15:04Z"))
}

func throttled(headers http.Header) vendorsim.Reply {
	reply := errorCollection(http.StatusTooManyRequests, "Rate limit exceeded.")
	maps.Copy(reply.Header, headers)
	return reply
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthenticated(w, r)
	case vendorsim.Forbidden:
		return errorCollection(http.StatusForbidden, "You do not have permission to view the audit log.")
	case vendorsim.NotFound:
		return NotFound(r)
	case vendorsim.Throttled:
		return throttled((&Site{World: w, Product: "jira"}).Throttled())
	case vendorsim.Internal:
		return errorCollection(http.StatusInternalServerError, "Internal server error")
	case vendorsim.Unavailable:
		return vendorsim.Reply{
			Status: http.StatusServiceUnavailable, Header: http.Header{"Content-Type": {"text/plain"}, "Retry-After": {"5"}},
			Body: "Service temporarily unavailable\n",
		}
	}
	return vendorsim.Reply{}
}
