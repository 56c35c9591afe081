package teamwork

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fail is an answer in the form of the API version that was asked.
func fail(r *http.Request, status int, title, detail string) vendorsim.Reply {
	if !strings.HasPrefix(r.URL.Path, "/projects/api/v3/") {
		return vendorsim.JSONReply(status, map[string]any{"STATUS": "Error", "MESSAGE": title}, nil)
	}
	return vendorsim.JSONReply(status, map[string]any{"errors": []any{
		map[string]string{"id": "00000000-0000-4000-8000-" + strconv.Itoa(100000000000+status), "title": title, "detail": detail},
	}}, nil)
}

func unauthorized(r *http.Request) vendorsim.Reply {
	return fail(r, http.StatusUnauthorized, "Unauthorized", "The API key or token is missing or wrong")
}

func notFound(r *http.Request) vendorsim.Reply {
	return fail(r, http.StatusNotFound, "Not Found", "There is nothing at this address")
}

func limitHeaders(w *vendorsim.World, h http.Header, u vendorsim.Usage) {
	prefix := "X-RateLimit-"
	if w.On("dashed_headers") {
		prefix = "X-Rate-Limit-"
	}
	h.Set(prefix+"Limit", strconv.Itoa(u.Limit))
	h.Set(prefix+"Remaining", strconv.Itoa(u.Remaining))
	h.Set(prefix+"Reset", strconv.FormatInt(u.Reset.Unix(), 10))
}

func throttled(w *vendorsim.World, r *http.Request, u vendorsim.Usage) vendorsim.Reply {
	status := http.StatusTooManyRequests
	if w.On("old_throttle") {
		status = http.StatusBadRequest
	}
	reply := fail(r, status, "Rate limit reached", "The API rate limit has been reached, try again later")
	limitHeaders(w, reply.Header, u)
	if w.On("retry_after") {
		reply.Header.Set("Retry-After", strconv.Itoa(u.Wait))
	}
	return reply
}

func badRequest(r *http.Request, p *vendorsim.Problem) vendorsim.Reply {
	if p.Fault == vendorsim.WrongMethod {
		return fail(r, http.StatusMethodNotAllowed, "Method Not Allowed", p.Text)
	}
	return fail(r, http.StatusBadRequest, "Bad Request", p.Text)
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized(r)
	case vendorsim.Forbidden:
		return fail(r, http.StatusForbidden, "Forbidden", "You do not have permission to see this")
	case vendorsim.NotFound:
		return notFound(r)
	case vendorsim.Throttled:
		return throttled(w, r, vendorsim.Usage{Limit: limit.Requests, Reset: w.ServerTime().Add(lockout), Wait: int(lockout / time.Second)})
	case vendorsim.Internal:
		return fail(r, http.StatusInternalServerError, "Internal Server Error", "Something went wrong")
	}
	return vendorsim.Reply{} // gateways answer without JSON
}
