package truto

import (
	"net/http"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fail is an error of Truto itself.
func fail(status int, message string) vendorsim.Reply { return failWith(status, message, nil) }

func failWith(status int, message string, more map[string]any) vendorsim.Reply {
	body := map[string]any{"statusCode": status, "error": http.StatusText(status), "message": message}
	for k, v := range more {
		body[k] = v
	}
	return vendorsim.JSONReply(status, body, nil)
}

// remote is an error of the vendor behind Truto.
func remote(status int, message string, raw any) vendorsim.Reply {
	return failWith(status, message, map[string]any{"truto_is_remote_error": true, "raw_response": raw})
}

func missing(params ...string) vendorsim.Reply {
	return failWith(http.StatusBadRequest, "Missing required query parameters", map[string]any{
		"truto_error_insight": map[string]any{"missing_required_query_parameters": params},
	})
}

func badRequest(p *vendorsim.Problem) vendorsim.Reply {
	switch p.Fault {
	case vendorsim.WrongMethod:
		return fail(http.StatusMethodNotAllowed, p.Text)
	case vendorsim.MissingParam:
		return missing(p.Param)
	}
	// Insights about other parameters ride along on unrelated errors.
	return failWith(http.StatusBadRequest, p.Text, map[string]any{
		"truto_error_insight": map[string]any{"conditionally_required_query_parameters": []string{"organization_id"}},
	})
}

func throttled() vendorsim.Reply {
	reply := fail(http.StatusTooManyRequests, "Too many requests")
	reply.Header.Set("Retry-After", "10")
	return reply
}

// remoteThrottled is the limit of the vendor behind, normalised.
func remoteThrottled(u vendorsim.Usage) vendorsim.Reply {
	reply := failWith(http.StatusTooManyRequests, "", map[string]any{
		"truto_is_remote_error": true, "raw_response": map[string]any{"error": "rate_limited"},
		"truto_error_insight": map[string]any{"rate_limit_error": true},
	})
	limitHeaders(reply.Header, u)
	return reply
}

// limitHeaders writes what the vendor behind tells of its limit; the reset is in
// seconds from now.
func limitHeaders(h http.Header, u vendorsim.Usage) {
	h.Set("ratelimit-limit", strconv.Itoa(u.Limit)+";w=10")
	h.Set("ratelimit-remaining", strconv.Itoa(u.Remaining))
	h.Set("ratelimit-reset", strconv.Itoa(u.Wait))
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, _ *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return fail(http.StatusUnauthorized, "Invalid API token")
	case vendorsim.Forbidden:
		return failWith(http.StatusForbidden, "Forbidden", map[string]any{
			"truto_is_remote_error": true, "raw_response": "insufficient_scope",
			"truto_error_insight": map[string]any{"forbidden_error": map[string]any{"value": map[string]any{"missing_scopes": []string{"audit:read"}}}},
		})
	case vendorsim.NotFound:
		return fail(http.StatusNotFound, "Integrated account not found")
	case vendorsim.Throttled:
		if w.On("no_limit_headers") {
			return throttled()
		}
		return remoteThrottled(vendorsim.Usage{Limit: vendorLimit.Requests, Reset: w.ServerTime().Add(7 * time.Second), Wait: 7})
	case vendorsim.Internal:
		return fail(http.StatusInternalServerError, "Internal Server Error")
	case vendorsim.BadGateway:
		return remote(http.StatusBadGateway, "", map[string]any{"error": "upstream"})
	case vendorsim.Unavailable:
		return remote(http.StatusServiceUnavailable, "Service Unavailable", "try again")
	case vendorsim.Timeout:
		return remote(http.StatusGatewayTimeout, "Gateway Timeout", nil)
	}
	return vendorsim.Reply{}
}
