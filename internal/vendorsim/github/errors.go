package github

import (
	"net/http"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fail is an answer in the form of GitHub's API errors.
func fail(status int, message string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{
		"message": message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(status),
	}, nil)
}

// badCredentials has no status field, as older parts of the API answer.
func badCredentials() vendorsim.Reply {
	return vendorsim.JSONReply(http.StatusUnauthorized,
		map[string]any{"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"}, nil)
}

func unprocessable(field, text string) vendorsim.Reply {
	return vendorsim.JSONReply(http.StatusUnprocessableEntity, map[string]any{
		"message": "Validation Failed", "documentation_url": "https://docs.github.com/rest", "status": "422",
		"errors": []any{map[string]any{"resource": "AuditLog", "code": "custom", "field": field, "message": text}},
	}, nil)
}

func badRequest(p *vendorsim.Problem) vendorsim.Reply {
	switch p.Fault {
	case vendorsim.WrongMethod:
		return fail(http.StatusNotFound, "Not Found")
	case vendorsim.WrongAccept:
		return fail(http.StatusUnsupportedMediaType, "Unsupported 'Accept' header. Must accept 'application/json'.")
	}
	return unprocessable(p.Param, p.Text)
}

func limitHeaders(h http.Header, u vendorsim.Usage) {
	h.Set("x-ratelimit-limit", strconv.Itoa(u.Limit))
	h.Set("x-ratelimit-remaining", strconv.Itoa(u.Remaining))
	h.Set("x-ratelimit-used", strconv.Itoa(u.Limit-u.Remaining))
	h.Set("x-ratelimit-reset", strconv.FormatInt(u.Reset.Unix(), 10))
	h.Set("x-ratelimit-resource", "audit_log")
}

// primary is the answer when the quota is used up: 403 or 429.
func primary(status int, u vendorsim.Usage) vendorsim.Reply {
	reply := fail(status, "API rate limit exceeded for user ID 61004411.")
	u.Remaining = 0
	limitHeaders(reply.Header, u)
	return reply
}

// secondary is the answer to too much at once; the wait may be missing.
func secondary(status, wait int) vendorsim.Reply {
	reply := fail(status, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
	if wait > 0 {
		reply.Header.Set("Retry-After", strconv.Itoa(wait))
	}
	return reply
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return badCredentials()
	case vendorsim.Forbidden:
		return noPermission(r)
	case vendorsim.NotFound:
		return fail(http.StatusNotFound, "Not Found")
	case vendorsim.Throttled:
		switch w.Knob("secondary") {
		case "header":
			return secondary(http.StatusTooManyRequests, 45)
		case "bare":
			return secondary(http.StatusForbidden, 0)
		}
		return primary(http.StatusTooManyRequests, vendorsim.Usage{Limit: hourly.Requests, Reset: w.ServerTime().Add(20 * time.Second)})
	case vendorsim.Internal:
		return vendorsim.JSONReply(http.StatusInternalServerError, map[string]any{"message": "Server Error"}, nil)
	case vendorsim.BadGateway:
		return vendorsim.JSONReply(http.StatusBadGateway, map[string]any{"message": "Server Error"}, nil)
	case vendorsim.Timeout:
		return vendorsim.JSONReply(http.StatusGatewayTimeout,
			map[string]any{"message": "We couldn't respond to your request in time. Sorry about that."}, nil)
	}
	return vendorsim.Reply{} // the unicorn page
}

func noPermission(r *http.Request) vendorsim.Reply {
	if isInstallationToken(bearer(r)) {
		return fail(http.StatusForbidden, "Resource not accessible by integration")
	}
	return fail(http.StatusForbidden, "Resource not accessible by personal access token")
}
