package onelogin

import (
	"net/http"
	"strconv"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// typeOf are the names that go with a status in the body.
var typeOf = map[int]string{
	400: "bad request", 401: "Unauthorized", 403: "Forbidden", 404: "not found", 429: "Too Many Requests", 500: "Internal Server Error",
}

// fail is an answer in the one form of all of OneLogin's errors.
func fail(status int, message string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{
		"status": map[string]any{"error": true, "code": status, "type": typeOf[status], "message": message},
	}, nil)
}

// send writes an API error, with status 200 when the knob says so.
func (s *sim) send(rw http.ResponseWriter, reply vendorsim.Reply) {
	if s.world.On("error_in_200") {
		reply.Status = http.StatusOK
	}
	reply.Write(rw)
}

func badRequest(p *vendorsim.Problem) vendorsim.Reply {
	if p.Fault == vendorsim.WrongMethod {
		return fail(http.StatusNotFound, "No Route Exists")
	}
	return fail(http.StatusBadRequest, "bad request: "+p.Text)
}

// limitHeaders tell the reset as seconds that are left.
func limitHeaders(h http.Header, u vendorsim.Usage) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(u.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(u.Remaining))
	h.Set("X-RateLimit-Reset", strconv.Itoa(u.Wait))
}

// throttled is 429, or 400 as older accounts answer.
func throttled(w *vendorsim.World, u vendorsim.Usage) vendorsim.Reply {
	status := http.StatusTooManyRequests
	if w.Knob("limit_status") == "400" {
		status = http.StatusBadRequest
	}
	u.Remaining = 0
	reply := fail(status, "rate_limit_exceeded")
	limitHeaders(reply.Header, u)
	return reply
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, _ *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return fail(http.StatusUnauthorized, "Authentication Failure")
	case vendorsim.Forbidden:
		return fail(http.StatusForbidden, "Insufficient Permissions")
	case vendorsim.NotFound:
		return fail(http.StatusNotFound, "No Route Exists")
	case vendorsim.Throttled:
		return throttled(w, vendorsim.Usage{Limit: hourly.Requests, Wait: 20})
	case vendorsim.Internal:
		return fail(http.StatusInternalServerError, "Internal Server Error")
	}
	return vendorsim.Reply{}
}
