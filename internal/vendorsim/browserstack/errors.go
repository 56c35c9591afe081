package browserstack

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

func page(status int, body string, header http.Header) vendorsim.Reply {
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "text/html; charset=utf-8")
	return vendorsim.Reply{Status: status, Header: header, Body: body}
}

// nginx is the page of the server in front of the API, whatever Accept says.
func nginx(status int) vendorsim.Reply {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	return page(status, "<html>\r\n<head><title>"+title+"</title></head>\r\n<body>\r\n<center><h1>"+title+"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n", nil)
}

func message(status int, text string) vendorsim.Reply {
	return vendorsim.JSONReply(status, object{"message": text}, nil)
}

// unauthorized is text that calls itself HTML.
func unauthorized(w *vendorsim.World) vendorsim.Reply {
	if w.On("login_page") {
		return page(http.StatusOK, "<!DOCTYPE html><html><head><title>Sign in</title></head><body></body></html>", nil)
	}
	header := http.Header{"Www-Authenticate": {`Basic realm="Application"`}}
	if w.On("json_errors") {
		reply := message(http.StatusUnauthorized, "Unauthorized")
		reply.Header.Set("WWW-Authenticate", header.Get("WWW-Authenticate"))
		return reply
	}
	return page(http.StatusUnauthorized, "HTTP Basic: Access denied.\n", header)
}

func forbidden(w *vendorsim.World) vendorsim.Reply {
	if w.On("json_errors") {
		return message(http.StatusForbidden, "You are not authorized to access this resource.")
	}
	return nginx(http.StatusForbidden)
}

func notFound(w *vendorsim.World) vendorsim.Reply {
	if w.On("json_errors") {
		return message(http.StatusNotFound, "Not found")
	}
	return nginx(http.StatusNotFound)
}

// throttled has no header that says when to come back.
func throttled(w *vendorsim.World) vendorsim.Reply {
	reply := message(http.StatusTooManyRequests, "Too many requests")
	if wait := w.Knob("retry_after"); wait != "" {
		reply.Header.Set("Retry-After", wait)
	}
	return reply
}

func badDate(w *vendorsim.World, text string) vendorsim.Reply {
	status, err := strconv.Atoi(w.Knob("bad_date"))
	if err != nil {
		status = http.StatusBadRequest
	}
	return message(status, text)
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, _ *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized(w)
	case vendorsim.Forbidden:
		return forbidden(w)
	case vendorsim.NotFound:
		return notFound(w)
	case vendorsim.Throttled:
		return throttled(w)
	case vendorsim.Internal:
		return nginx(http.StatusInternalServerError)
	case vendorsim.BadGateway:
		return nginx(http.StatusBadGateway)
	case vendorsim.Unavailable:
		return nginx(http.StatusServiceUnavailable)
	case vendorsim.Timeout:
		return nginx(http.StatusGatewayTimeout)
	}
	return vendorsim.Reply{}
}
