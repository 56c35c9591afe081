package airtable

import (
	"net/http"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fail is an answer in the usual form of Airtable's errors.
func fail(w *vendorsim.World, status int, kind, message string) vendorsim.Reply {
	if w.On("string_errors") {
		return vendorsim.JSONReply(status, map[string]any{"error": kind}, nil)
	}
	return vendorsim.JSONReply(status, map[string]any{"error": map[string]string{"type": kind, "message": message}}, nil)
}

func unauthorized(w *vendorsim.World, r *http.Request) vendorsim.Reply {
	if r.Header.Get("Authorization") == "" {
		return fail(w, http.StatusUnauthorized, "AUTHENTICATION_REQUIRED", "Authentication required")
	}
	return fail(w, http.StatusUnauthorized, "UNAUTHORIZED", "Invalid authentication token")
}

func forbidden(w *vendorsim.World) vendorsim.Reply {
	return fail(w, http.StatusForbidden, "INVALID_PERMISSIONS",
		"You are not permitted to perform this operation")
}

func unknownAccount(w *vendorsim.World) vendorsim.Reply {
	return fail(w, http.StatusForbidden, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND",
		"Invalid permissions, or the requested model was not found. Check that both your user and your token have the required permissions, and that the model names and/or ids are correct.")
}

func notFound() vendorsim.Reply {
	return vendorsim.JSONReply(http.StatusNotFound, map[string]string{"error": "NOT_FOUND"}, nil)
}

func invalid(w *vendorsim.World, text string) vendorsim.Reply {
	return fail(w, http.StatusUnprocessableEntity, "INVALID_REQUEST_UNKNOWN", "Invalid request: "+text)
}

func throttled(w *vendorsim.World) vendorsim.Reply {
	reply := vendorsim.JSONReply(http.StatusTooManyRequests, map[string]any{"errors": []any{map[string]string{
		"error": "RATE_LIMIT_REACHED", "message": "Rate limit exceeded. Please try again later",
	}}}, nil)
	if w.On("retry_after") {
		reply.Header.Set("Retry-After", "30")
	}
	return reply
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized(w, r)
	case vendorsim.Forbidden:
		return forbidden(w)
	case vendorsim.NotFound:
		return notFound()
	case vendorsim.Throttled:
		return throttled(w)
	case vendorsim.Internal:
		return fail(w, http.StatusInternalServerError, "SERVER_ERROR", "An unexpected error occurred")
	case vendorsim.Unavailable:
		return fail(w, http.StatusServiceUnavailable, "SERVICE_UNAVAILABLE", "The service is temporarily unavailable. Please retry shortly.")
	}
	return vendorsim.Reply{} // gateways answer without JSON
}
