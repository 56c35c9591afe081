package box

import (
	"net/http"
	"strconv"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// clientError is the form of the API's own errors:
// https://developer.box.com/reference/resources/client-error/
func clientError(status int, code, message string) vendorsim.Reply {
	return vendorsim.JSONReply(status, object{
		"type": "error", "status": status, "code": code, "message": message,
		"help_url":   "https://developer.box.com/guides/api-calls/permissions-and-errors/common-errors/",
		"request_id": "fake0request0id", "context_info": object{},
	}, nil)
}

// unauthorized has no body: what is wrong stands in the header alone.
func unauthorized(w *vendorsim.World) vendorsim.Reply {
	header := http.Header{"Www-Authenticate": {`Bearer realm="Service", error="invalid_token", error_description="The access token provided is invalid."`}}
	if w.On("json_unauthorized") {
		reply := clientError(http.StatusUnauthorized, "unauthorized", "Unauthorized")
		reply.Header.Set("WWW-Authenticate", header.Get("WWW-Authenticate"))
		return reply
	}
	return vendorsim.Reply{Status: http.StatusUnauthorized, Header: header}
}

func insufficientScope() vendorsim.Reply {
	reply := clientError(http.StatusForbidden, "insufficient_scope", "The request requires higher privileges than provided by the access token.")
	reply.Header.Set("WWW-Authenticate", `Bearer realm="Service", error="insufficient_scope", error_description="The request requires higher privileges than provided by the access token."`)
	return reply
}

func noAdmin() vendorsim.Reply {
	return clientError(http.StatusForbidden, "access_denied_insufficient_permissions", "Access denied - insufficient permission")
}

func badRequest(text string) vendorsim.Reply {
	return clientError(http.StatusBadRequest, "bad_request", text)
}

func badPosition() vendorsim.Reply { return badRequest("Invalid stream position") }

func notFound(*http.Request) vendorsim.Reply {
	return clientError(http.StatusNotFound, "not_found", "Not Found")
}

// throttled: https://developer.box.com/guides/api-calls/permissions-and-errors/rate-limits/
func throttled(w *vendorsim.World, wait int) vendorsim.Reply {
	code := w.Knob("throttle_code")
	if code == "" {
		code = "rate_limit_exceeded"
	}
	reply := clientError(http.StatusTooManyRequests, code, "Request rate limit exceeded, please try again later")
	reply.Header.Set("Retry-After", strconv.Itoa(wait))
	return reply
}

// tokenError is the form of the token endpoint's errors; the status is always 400.
func tokenError(code, text string) vendorsim.Reply {
	return vendorsim.JSONReply(http.StatusBadRequest, object{"error": code, "error_description": text}, nil)
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, _ *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized(w)
	case vendorsim.Forbidden:
		return noAdmin()
	case vendorsim.NotFound:
		return notFound(nil)
	case vendorsim.Throttled:
		return throttled(w, 20)
	case vendorsim.Internal:
		return clientError(http.StatusInternalServerError, "internal_server_error", "Internal Server Error")
	case vendorsim.Unavailable:
		reply := clientError(http.StatusServiceUnavailable, "unavailable", "Unavailable")
		reply.Header.Set("Retry-After", "5")
		return reply
	}
	return vendorsim.Reply{} // gateways do not answer with JSON
}
