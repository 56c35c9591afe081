package hubspot

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// correlation is the id that HubSpot gives every error.
func correlation(w *vendorsim.World, r *http.Request) string {
	return vendorsim.UUID(w.Rand("correlation", r.URL.RequestURI(), w.Now().UnixNano()))
}

// fail is an answer in the form of all of HubSpot's errors.
func fail(w *vendorsim.World, r *http.Request, status int, category, message string, more map[string]any) vendorsim.Reply {
	body := map[string]any{"status": "error", "message": message, "category": category, "correlationId": correlation(w, r)}
	for k, v := range more {
		body[k] = v
	}
	return vendorsim.JSONReply(status, body, nil)
}

func unauthorized(w *vendorsim.World, r *http.Request, err error) vendorsim.Reply {
	if errors.Is(err, vendorsim.ErrOldToken) {
		return fail(w, r, http.StatusUnauthorized, "EXPIRED_AUTHENTICATION", "The OAuth token used to make this call has expired.", nil)
	}
	return fail(w, r, http.StatusUnauthorized, "INVALID_AUTHENTICATION",
		"Authentication credentials not found. This API supports OAuth 2.0 authentication.", nil)
}

func missingScopes(w *vendorsim.World, r *http.Request) vendorsim.Reply {
	const text = "This app hasn't been granted all required scopes to make this call."
	return fail(w, r, http.StatusForbidden, "MISSING_SCOPES", text, map[string]any{
		"errors": []any{map[string]any{"message": text, "context": map[string]any{"requiredGranularScopes": []string{scope}}}},
	})
}

func badRequest(w *vendorsim.World, r *http.Request, p *vendorsim.Problem) vendorsim.Reply {
	if p.Fault == vendorsim.WrongMethod {
		return fail(w, r, http.StatusMethodNotAllowed, "VALIDATION_ERROR", p.Text, nil)
	}
	return invalid(w, r, p.Param, p.Text)
}

func invalid(w *vendorsim.World, r *http.Request, param, text string) vendorsim.Reply {
	return fail(w, r, http.StatusBadRequest, "VALIDATION_ERROR", "Invalid input: "+text, map[string]any{
		"errors": []any{map[string]any{"message": text, "in": param}},
	})
}

func notFound(w *vendorsim.World, r *http.Request) vendorsim.Reply {
	return fail(w, r, http.StatusNotFound, "OBJECT_NOT_FOUND", "resource not found", nil)
}

// throttled answers a spent quota; daily tells which.
func throttled(w *vendorsim.World, r *http.Request, daily bool) vendorsim.Reply {
	policy, message, wait := "TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit.", 10
	if daily {
		now := w.ServerTime()
		policy, message = "DAILY", "You have reached your daily limit."
		wait = int(now.Truncate(24*time.Hour).Add(24*time.Hour).Sub(now).Seconds()) + 1
	}
	reply := fail(w, r, http.StatusTooManyRequests, "RATE_LIMITS", message, map[string]any{"errorType": "RATE_LIMIT", "policyName": policy})
	if w.On("retry_after") {
		reply.Header.Set("Retry-After", strconv.Itoa(wait))
	}
	return reply
}

// limitHeaders tells both quotas; an OAuth app is told nothing of the daily one.
func limitHeaders(h http.Header, burst, day vendorsim.Usage, oauth bool) {
	const prefix = "X-HubSpot-RateLimit-"
	h.Set(prefix+"Max", strconv.Itoa(burst.Limit))
	h.Set(prefix+"Remaining", strconv.Itoa(burst.Remaining))
	h.Set(prefix+"Interval-Milliseconds", "10000")
	if !oauth {
		h.Set(prefix+"Daily", strconv.Itoa(day.Limit))
		h.Set(prefix+"Daily-Remaining", strconv.Itoa(day.Remaining))
	}
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized(w, r, vendorsim.ErrBadToken)
	case vendorsim.Forbidden:
		return missingScopes(w, r)
	case vendorsim.NotFound:
		return notFound(w, r)
	case vendorsim.Throttled:
		return throttled(w, r, false)
	case vendorsim.Internal:
		return fail(w, r, http.StatusInternalServerError, "RUNTIME_ERROR", "internal error", nil)
	}
	return vendorsim.Reply{} // proxies answer without JSON
}
