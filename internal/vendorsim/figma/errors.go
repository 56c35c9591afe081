package figma

import (
	"net/http"
	"strconv"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fail is an answer in the form of this route's errors.
func fail(status int, message string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{"error": true, "status": status, "message": message}, nil)
}

// failErr is the form that other routes use, and this one for tokens.
func failErr(status int, text string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{"status": status, "err": text}, nil)
}

func throttled(w *vendorsim.World, wait int) vendorsim.Reply {
	reply := fail(http.StatusTooManyRequests, "Rate limit exceeded")
	kind := "high"
	if w.On("low_seat") {
		kind = "low"
	}
	for name, value := range map[string]string{
		"Retry-After": strconv.Itoa(wait), "X-Figma-Plan-Tier": "enterprise", "X-Figma-Rate-Limit-Type": kind,
		"X-Figma-Upgrade-Link": "https://www.figma.com/files?api_paywall=true",
	} {
		reply.Header.Set(name, value)
	}
	return reply
}

func badRequest(p *vendorsim.Problem) vendorsim.Reply {
	if p.Fault == vendorsim.WrongMethod {
		return fail(http.StatusMethodNotAllowed, p.Text)
	}
	return fail(http.StatusBadRequest, "Invalid query parameter: "+p.Text)
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, _ *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return fail(http.StatusUnauthorized, "Unauthorized")
	case vendorsim.Forbidden:
		return failErr(http.StatusForbidden, "Invalid token")
	case vendorsim.NotFound:
		return failErr(http.StatusNotFound, "Not found")
	case vendorsim.Throttled:
		return throttled(w, 23)
	case vendorsim.Internal:
		return fail(http.StatusInternalServerError, "Internal server error")
	}
	return vendorsim.Reply{} // gateways answer without JSON
}
