package zendesk

import (
	"net/http"
	"strconv"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// textual is the form of errors with a name and a description.
func textual(status int, name, description string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{"error": name, "description": description}, nil)
}

// titled is the form of errors with an object.
func titled(status int, title, message string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{"error": map[string]any{"title": title, "message": message}}, nil)
}

// listed is the form of errors of cursor paging.
func listed(status int, code, title string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{"errors": []any{map[string]any{"code": code, "title": title}}}, nil)
}

func unauthenticated() vendorsim.Reply {
	return vendorsim.JSONReply(http.StatusUnauthorized, map[string]any{"error": "Couldn't authenticate you"}, nil)
}

func invalidToken() vendorsim.Reply {
	return vendorsim.JSONReply(http.StatusUnauthorized, map[string]any{
		"error":             "invalid_token",
		"error_description": "The access token provided is expired, revoked, malformed or invalid for other reasons.",
	}, nil)
}

func forbidden() vendorsim.Reply {
	return titled(http.StatusForbidden, "Forbidden",
		"You do not have access to this page. Please contact the account owner of this help desk for further help.")
}

func notFound() vendorsim.Reply {
	return textual(http.StatusNotFound, "RecordNotFound", "Not found")
}

func noHelpDesk(r *http.Request) vendorsim.Reply {
	return vendorsim.Reply{
		Status: http.StatusNotFound, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		Body: "<!DOCTYPE html><html><body><h1>No help desk at " + r.Host + "</h1></body></html>",
	}
}

func badRequest(p *vendorsim.Problem) vendorsim.Reply {
	switch {
	case p.Fault == vendorsim.WrongMethod:
		return textual(http.StatusMethodNotAllowed, "MethodNotAllowed", p.Text)
	case p.Fault == vendorsim.WrongAccept:
		return textual(http.StatusNotAcceptable, "NotAcceptable", p.Text)
	case p.Param == "page[size]" || p.Param == "sort":
		return listed(http.StatusBadRequest, "InvalidPaginationParameter", p.Text)
	}
	return textual(http.StatusUnprocessableEntity, "InvalidValue", p.Text)
}

// limitHeaders tells the state of the account's limit; the reset is in seconds.
func limitHeaders(h http.Header, u vendorsim.Usage) {
	for name, n := range map[string]int{
		"X-Rate-Limit": u.Limit, "X-Rate-Limit-Remaining": u.Remaining,
		"ratelimit-limit": u.Limit, "ratelimit-remaining": u.Remaining, "ratelimit-reset": u.Wait,
	} {
		h.Set(name, strconv.Itoa(n))
	}
}

func throttled(w *vendorsim.World, u vendorsim.Usage) vendorsim.Reply {
	reply := textual(http.StatusTooManyRequests, "APIRateLimitExceeded", "Number of allowed API requests per minute exceeded")
	if w.On("html_throttle") {
		reply.Header.Set("Content-Type", "text/html; charset=utf-8")
		reply.Body = "Number of allowed API requests per minute exceeded\n"
	}
	limitHeaders(reply.Header, u)
	reply.Header.Set("Retry-After", strconv.Itoa(u.Wait))
	return reply
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthenticated()
	case vendorsim.Forbidden:
		return forbidden()
	case vendorsim.NotFound:
		return notFound()
	case vendorsim.Throttled:
		return throttled(w, vendorsim.Usage{Limit: perMinute.Requests, Wait: 37})
	case vendorsim.Unavailable:
		return vendorsim.Reply{
			Status: http.StatusServiceUnavailable, Body: "Down for maintenance\n",
			Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}, "Retry-After": {"45"}},
		}
	}
	return vendorsim.Reply{} // gateways answer without JSON
}
