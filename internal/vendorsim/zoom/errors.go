package zoom

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fail is an answer in the one form of all of Zoom's errors. One status has many
// meanings: the code tells.
func fail(status, code int, message string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{"code": code, "message": message}, nil)
}

func unauthorized(err error) vendorsim.Reply {
	if errors.Is(err, vendorsim.ErrOldToken) {
		return fail(http.StatusUnauthorized, 124, "Access token is expired.")
	}
	return fail(http.StatusUnauthorized, 124, "Invalid access token.")
}

func missingScope(granular string) vendorsim.Reply {
	return fail(http.StatusBadRequest, 4711, "Invalid access token, does not contain scopes:["+scope+", "+granular+"].")
}

func badRequest(message string) vendorsim.Reply {
	return fail(http.StatusBadRequest, 300, message)
}

const (
	perSecond = "QPS"
	perDay    = "Daily-limit"
)

// throttled answers a spent quota, whose room comes back after wait.
func throttled(w *vendorsim.World, u vendorsim.Usage, kind string) vendorsim.Reply {
	message := "You have reached the maximum per-second rate limit for this API. Try again later."
	if kind == perDay {
		message = "You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request."
	}
	reply := fail(http.StatusTooManyRequests, http.StatusTooManyRequests, message)
	limitHeaders(reply.Header, u, kind)
	// Times are cut to seconds: a second is added so that they are not too early.
	switch form := w.Knob("retry_after"); {
	case form == "none":
		reply.Header.Del("X-RateLimit-Type")
	case form == "http":
		reply.Header.Set("Retry-After", u.Reset.UTC().Add(time.Second-1).Format(http.TimeFormat))
	case form == "date" || kind == perDay: // https://developers.zoom.us/docs/api/rate-limits/
		reply.Header.Set("Retry-After", u.Reset.UTC().Add(time.Second-1).Format(time.RFC3339))
	default:
		reply.Header.Set("Retry-After", strconv.Itoa(u.Wait))
	}
	return reply
}

func limitHeaders(h http.Header, u vendorsim.Usage, kind string) {
	h.Set("X-RateLimit-Category", "Heavy")
	h.Set("X-RateLimit-Type", kind)
	h.Set("X-RateLimit-Limit", strconv.Itoa(u.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(u.Remaining))
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, _ *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized(vendorsim.ErrBadToken)
	case vendorsim.Forbidden:
		return fail(http.StatusBadRequest, 200, "No permission.")
	case vendorsim.NotFound:
		return fail(http.StatusNotFound, 2300, "This API endpoint is not recognized.")
	case vendorsim.Throttled:
		return throttled(w, vendorsim.Usage{Limit: heavySecond.Requests, Wait: 3, Reset: w.ServerTime().Add(3 * time.Second)}, perSecond)
	case vendorsim.Internal:
		return fail(http.StatusInternalServerError, 500, "Internal server error.")
	}
	return vendorsim.Reply{} // gateways answer without JSON
}
