package merge

import (
	"net/http"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const blockedText = "Too many failing requests from this IP address."

// detail is the form of Merge's errors.
func detail(status int, text string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{"detail": text}, nil)
}

func badRequest(p *vendorsim.Problem) vendorsim.Reply {
	switch p.Fault {
	case vendorsim.WrongMethod:
		return detail(http.StatusMethodNotAllowed, "Method not allowed.")
	case vendorsim.WrongAccept:
		return detail(http.StatusNotAcceptable, "Could not satisfy the request Accept header.")
	}
	if p.Param != "" {
		return vendorsim.JSONReply(http.StatusBadRequest, map[string]any{p.Param: []string{p.Text}}, nil)
	}
	return detail(http.StatusBadRequest, p.Text)
}

func throttled(w *vendorsim.World, wait int) vendorsim.Reply {
	reply := detail(http.StatusTooManyRequests, "Request was throttled.")
	reply.Header.Set("Retry-After", strconv.Itoa(wait))
	if w.On("retry_after_date") {
		reply.Header.Set("Retry-After", w.ServerTime().Add(time.Duration(wait)*time.Second).Format(http.TimeFormat))
	}
	return reply
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, _ *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return detail(http.StatusUnauthorized, "Invalid API key.")
	case vendorsim.Forbidden:
		return detail(http.StatusForbidden, "Audit trail access requires the Enterprise plan.")
	case vendorsim.NotFound:
		return detail(http.StatusNotFound, "Not found.")
	case vendorsim.Throttled:
		return throttled(w, 60)
	case vendorsim.BadGateway:
		return vendorsim.Reply{Status: http.StatusBadGateway, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<html><body><h1>Bad Gateway</h1></body></html>"}
	}
	return vendorsim.Reply{} // load balancers answer without JSON
}
