package sdelements

import (
	"net/http"
	"strconv"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// detail is the form of errors that are not about one parameter.
func detail(status int, text string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{"detail": text}, nil)
}

func unauthorized(text string) vendorsim.Reply {
	reply := detail(http.StatusUnauthorized, text)
	reply.Header.Set("WWW-Authenticate", "Token")
	return reply
}

func forbidden() vendorsim.Reply {
	return detail(http.StatusForbidden, "You do not have permission to perform this action.")
}

func badRequest(p *vendorsim.Problem) vendorsim.Reply {
	switch {
	case p.Fault == vendorsim.WrongMethod:
		return detail(http.StatusMethodNotAllowed, "Method not allowed.")
	case p.Fault == vendorsim.WrongAccept:
		return detail(http.StatusNotAcceptable, "Could not satisfy the request Accept header.")
	case p.Param == "page":
		return detail(http.StatusNotFound, "Invalid page.")
	case p.Param != "":
		return vendorsim.JSONReply(http.StatusBadRequest, map[string]any{p.Param: []string{p.Text}}, nil)
	}
	return detail(http.StatusBadRequest, p.Text)
}

// faultReply answers an injected fault.
func faultReply(_ *vendorsim.World, _ *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized("Invalid token.")
	case vendorsim.Forbidden:
		return forbidden()
	case vendorsim.NotFound:
		return detail(http.StatusNotFound, "Not found.")
	case vendorsim.Throttled:
		reply := detail(http.StatusTooManyRequests, "Request was throttled. Expected available in 20 seconds.")
		reply.Header.Set("Retry-After", strconv.Itoa(20))
		return reply
	case vendorsim.Unavailable, vendorsim.BadGateway:
		status := map[vendorsim.Kind]int{vendorsim.Unavailable: 503, vendorsim.BadGateway: 502}[kind]
		return vendorsim.Reply{
			Status: status, Header: http.Header{"Content-Type": {"text/html"}},
			Body: "<html><body><h1>SD Elements is being upgraded</h1></body></html>",
		}
	}
	return vendorsim.Reply{}
}
