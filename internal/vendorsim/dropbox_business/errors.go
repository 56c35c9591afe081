package dropboxbusiness

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// tagged is an error with a union in its body; the end of the summary is random:
// https://developers.dropbox.com/error-handling-guide
func tagged(status int, tag string, fields map[string]any) vendorsim.Reply {
	e := map[string]any{".tag": tag}
	for k, v := range fields {
		e[k] = v
	}
	return vendorsim.JSONReply(status, map[string]any{"error_summary": tag + "/" + strings.Repeat(".", len(tag)%4), "error": e}, nil)
}

// plain is a refusal of the call itself, which is not JSON.
func plain(status int, text string) vendorsim.Reply {
	return vendorsim.Reply{Status: status, Body: text, Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}}
}

// badCall says that a call cannot be understood.
func badCall(path, text string) vendorsim.Reply {
	return plain(http.StatusBadRequest, `Error in call to API function "`+strings.TrimPrefix(path, "/2/")+`": `+text)
}

// unauthorized is the answer to what Bearer found.
func unauthorized(err error) vendorsim.Reply {
	switch {
	case errors.Is(err, vendorsim.ErrNoToken):
		return plain(http.StatusBadRequest, `Must provide HTTP header "Authorization" or URL parameter "authorization".`)
	case errors.Is(err, vendorsim.ErrOldToken):
		return tagged(http.StatusUnauthorized, "expired_access_token", nil)
	}
	return tagged(http.StatusUnauthorized, "invalid_access_token", nil)
}

func missingScope() vendorsim.Reply {
	return tagged(http.StatusUnauthorized, "missing_scope", map[string]any{"required_scope": scope})
}

func throttled(w *vendorsim.World, wait int) vendorsim.Reply {
	reply := vendorsim.JSONReply(http.StatusTooManyRequests, map[string]any{
		"error_summary": "too_many_requests/..",
		"error":         map[string]any{"reason": map[string]any{".tag": "too_many_requests"}, "retry_after": wait},
	}, nil)
	if w.On("plain_throttle") {
		reply = plain(http.StatusTooManyRequests, "too many requests")
	}
	reply.Header.Set("Retry-After", strconv.Itoa(wait))
	return reply
}

// lost answers an expired cursor; newest is the time of the newest event that it
// had delivered.
func lost(w *vendorsim.World, newest time.Time) vendorsim.Reply {
	if w.Knob("lost_cursor") == "bad_cursor" {
		return tagged(http.StatusConflict, "bad_cursor", nil)
	}
	if newest.IsZero() {
		newest = w.Now()
	}
	return tagged(http.StatusConflict, "reset", map[string]any{"reset": newest.UTC().Format(layout)})
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, _ *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized(vendorsim.ErrBadToken)
	case vendorsim.Forbidden:
		return tagged(http.StatusForbidden, "no_permission", nil)
	case vendorsim.Throttled:
		return throttled(w, 180)
	}
	return vendorsim.Reply{} // servers that fail do not answer with JSON
}
