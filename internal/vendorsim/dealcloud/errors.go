package dealcloud

import (
	"net/http"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// message is the form of DealCloud's errors.
func message(status int, text string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{"message": text}, nil)
}

func unauthorized() vendorsim.Reply {
	reply := message(http.StatusUnauthorized, "Authorization has been denied for this request.")
	reply.Header.Set("WWW-Authenticate", "Bearer")
	return reply
}

func forbidden() vendorsim.Reply {
	return message(http.StatusForbidden, "You are not allowed to manage users.")
}

// throttled tells nothing about when to come back: no header is documented.
func throttled() vendorsim.Reply {
	return message(http.StatusTooManyRequests, "Too many requests.")
}

func badRequest(p *vendorsim.Problem) vendorsim.Reply {
	switch p.Fault {
	case vendorsim.WrongMethod:
		return message(http.StatusMethodNotAllowed, "The requested resource does not support this http method.")
	case vendorsim.WrongAccept:
		return message(http.StatusNotAcceptable, p.Text)
	case vendorsim.WrongContentType:
		return message(http.StatusUnsupportedMediaType, p.Text)
	}
	return message(http.StatusBadRequest, p.Text)
}

// faultReply answers an injected fault.
func faultReply(_ *vendorsim.World, _ *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized()
	case vendorsim.Forbidden:
		return forbidden()
	case vendorsim.NotFound:
		return message(http.StatusNotFound, "Not found.")
	case vendorsim.Throttled:
		return throttled()
	case vendorsim.Internal:
		return message(http.StatusInternalServerError, "An error has occurred.")
	}
	return vendorsim.Reply{} // gateways answer without JSON
}
