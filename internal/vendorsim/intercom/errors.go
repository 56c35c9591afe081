package intercom

import (
	"net/http"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fail is an answer in the one form of all of Intercom's errors.
func fail(w *vendorsim.World, r *http.Request, status int, code, message string) vendorsim.Reply {
	rnd := w.Rand("request id", r.URL.RequestURI(), w.Now().UnixNano())
	id := vendorsim.Pick[any](rnd, vendorsim.Alnum(rnd, 20), nil)
	return vendorsim.JSONReply(status, map[string]any{
		"type": "error.list", "request_id": id,
		"errors": []any{map[string]any{"code": code, "message": message}},
	}, nil)
}

func unauthorized(w *vendorsim.World, r *http.Request) vendorsim.Reply {
	if code := w.Knob("token_error"); code != "" {
		return fail(w, r, http.StatusUnauthorized, code, "The access token cannot be used")
	}
	if r.Header.Get("Authorization") == "" {
		return fail(w, r, http.StatusUnauthorized, "missing_authorization", "Authorization is missing")
	}
	return fail(w, r, http.StatusUnauthorized, "unauthorized", "Access Token Invalid")
}

func planRestricted(w *vendorsim.World, r *http.Request) vendorsim.Reply {
	return fail(w, r, http.StatusForbidden, "api_plan_restricted", "This feature is not yet available to your app")
}

func badRequest(w *vendorsim.World, r *http.Request, p *vendorsim.Problem) vendorsim.Reply {
	switch p.Fault {
	case vendorsim.WrongMethod:
		return fail(w, r, http.StatusMethodNotAllowed, "method_not_allowed", p.Text)
	case vendorsim.WrongAccept:
		return fail(w, r, http.StatusNotAcceptable, "not_acceptable", p.Text)
	case vendorsim.MissingParam:
		return fail(w, r, http.StatusNotFound, "parameter_not_found", "Please provide the following parameters: "+p.Param)
	}
	return fail(w, r, http.StatusBadRequest, "parameter_invalid", p.Text)
}

func limitHeaders(h http.Header, u vendorsim.Usage) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(u.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(u.Remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(u.Reset.Unix(), 10))
}

// throttled tells only the time of the reset: there is no Retry-After.
func throttled(w *vendorsim.World, r *http.Request, u vendorsim.Usage) vendorsim.Reply {
	reply := fail(w, r, http.StatusTooManyRequests, "rate_limit_exceeded", "Exceeded rate limit of "+strconv.Itoa(u.Limit)+" in 10_seconds")
	limitHeaders(reply.Header, u)
	return reply
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized(w, r)
	case vendorsim.Forbidden:
		return planRestricted(w, r)
	case vendorsim.NotFound:
		return fail(w, r, http.StatusNotFound, "not_found", "The requested resource was not found")
	case vendorsim.Throttled:
		return throttled(w, r, vendorsim.Usage{Limit: slice.Requests, Reset: w.ServerTime().Add(8 * time.Second)})
	case vendorsim.Internal:
		return fail(w, r, http.StatusInternalServerError, "server_error", "Server Error")
	case vendorsim.Unavailable:
		return fail(w, r, http.StatusServiceUnavailable, "service_unavailable", "Sorry, the API service is temporarily unavailable")
	}
	return vendorsim.Reply{} // gateways answer without JSON
}
