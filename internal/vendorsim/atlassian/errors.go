package atlassian

import (
	"net/http"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fail is an answer in the form of the admin API's errors.
func fail(w *vendorsim.World, r *http.Request, status int, number, title, detail string) vendorsim.Reply {
	rnd := w.Rand("error id", r.URL.RequestURI(), w.Now().UnixNano())
	return vendorsim.JSONReply(status, map[string]any{"errors": []any{map[string]string{
		"id": vendorsim.UUID(rnd), "status": strconv.Itoa(status), "code": "ADMIN-" + strconv.Itoa(status) + "-" + number,
		"title": title, "detail": detail,
	}}}, nil)
}

// unauthorized comes from the gateway, in its own form.
func unauthorized() vendorsim.Reply {
	return vendorsim.JSONReply(http.StatusUnauthorized, map[string]any{"code": 401, "message": "Unauthorized"}, nil)
}

func forbidden(w *vendorsim.World, r *http.Request) vendorsim.Reply {
	return fail(w, r, http.StatusForbidden, "3", "Forbidden", "The actor is not allowed to perform the action")
}

func unknownOrganization(w *vendorsim.World, r *http.Request) vendorsim.Reply {
	return fail(w, r, http.StatusNotFound, "2", "Not Found", "The organization does not exist")
}

func badCursor(w *vendorsim.World, r *http.Request) vendorsim.Reply {
	return fail(w, r, http.StatusBadRequest, "1", "Bad Request", "The page cursor is invalid")
}

func badRequest(w *vendorsim.World, r *http.Request, p *vendorsim.Problem) vendorsim.Reply {
	if p.Fault == vendorsim.WrongMethod {
		return fail(w, r, http.StatusMethodNotAllowed, "1", "Method Not Allowed", p.Text)
	}
	number := "2"
	if p.Param == "from" || p.Param == "to" {
		number = "3"
	}
	return fail(w, r, http.StatusBadRequest, number, "Bad Request", p.Text)
}

// limitHeaders tells the state of a limit. The reset has no seconds.
func limitHeaders(w *vendorsim.World, h http.Header, u vendorsim.Usage) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(u.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(u.Remaining))
	layout, reset := "2006-01-02T15:04Z", u.Reset.Add(time.Minute-time.Nanosecond).Truncate(time.Minute)
	if w.On("reset_seconds") {
		layout, reset = "2006-01-02T15:04:05Z", u.Reset
	}
	h.Set("X-RateLimit-Reset", reset.UTC().Format(layout))
}

func throttled(w *vendorsim.World, r *http.Request, u vendorsim.Usage) vendorsim.Reply {
	reply := fail(w, r, http.StatusTooManyRequests, "1", "Too Many Requests", "The rate limit has been exceeded")
	limitHeaders(w, reply.Header, u)
	switch w.Knob("retry_after") {
	case "header":
		reply.Header.Set("Retry-After", strconv.Itoa(u.Wait))
	case "x":
		reply.Header.Set("X-Retry-After", strconv.Itoa(u.Wait))
	}
	return reply
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized()
	case vendorsim.Forbidden:
		return forbidden(w, r)
	case vendorsim.NotFound:
		return unknownOrganization(w, r)
	case vendorsim.Throttled:
		return throttled(w, r, vendorsim.Usage{Limit: streamLimit.Requests, Reset: w.ServerTime().Add(25 * time.Second), Wait: 25})
	case vendorsim.Internal:
		return fail(w, r, http.StatusInternalServerError, "1", "Internal Server Error", "Something went wrong")
	}
	return vendorsim.Reply{} // gateways answer without JSON
}
