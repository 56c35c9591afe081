package confluence

import (
	"errors"
	"net/http"
	"strings"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/jira"
)

// failure is the form of Confluence's own errors.
func failure(status int, message string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{
		"statusCode": status, "message": message,
		"data": map[string]any{"authorized": status != http.StatusForbidden, "valid": status != http.StatusBadRequest, "errors": []any{}, "successful": false},
	}, nil)
}

// Refusal answers a request that breaks a rule.
func Refusal(p *vendorsim.Problem) vendorsim.Reply {
	switch p.Fault {
	case vendorsim.WrongMethod:
		return failure(http.StatusMethodNotAllowed, p.Text)
	case vendorsim.WrongAccept:
		return failure(http.StatusNotAcceptable, p.Text)
	}
	return failure(http.StatusBadRequest, p.Text)
}

// unauthorized is text at the site's host and JSON at the gateway.
func unauthorized(r *http.Request, gateway bool, err error) vendorsim.Reply {
	switch {
	case gateway && errors.Is(err, jira.ErrScope):
		return vendorsim.JSONReply(http.StatusUnauthorized, map[string]any{"code": 401, "message": "Unauthorized; scope does not match"}, nil)
	case gateway:
		return vendorsim.JSONReply(http.StatusUnauthorized, map[string]any{"code": 401, "message": "Unauthorized"}, nil)
	case r.Header.Get("Authorization") == "":
		return failure(http.StatusUnauthorized, "Client must be authenticated to access this resource.")
	}
	return vendorsim.Reply{
		Status: http.StatusUnauthorized, Header: http.Header{"Content-Type": {"text/html;charset=UTF-8"}},
		Body: "Basic authentication with passwords is deprecated.  For more information, see: https://developer.atlassian.com/cloud/confluence/deprecation-notice-basic-auth/\n",
	}
}

func forbidden(w *vendorsim.World) vendorsim.Reply {
	text := "Current user not permitted to use Confluence"
	if w.On("exception_text") {
		text = "com.atlassian.confluence.api.service.exceptions.PermissionException: " + text
	}
	return failure(http.StatusForbidden, text)
}

func notFound(r *http.Request) vendorsim.Reply {
	return vendorsim.JSONReply(http.StatusNotFound, map[string]any{"code": 404, "message": "Not Found", "path": r.URL.Path}, nil)
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized(r, strings.HasPrefix(r.URL.Path, "/ex/"), jira.ErrCredential)
	case vendorsim.Forbidden:
		return forbidden(w)
	case vendorsim.NotFound:
		return notFound(r)
	case vendorsim.Throttled:
		return throttled((&jira.Site{World: w, Product: "confluence"}).Throttled())
	case vendorsim.Internal:
		return failure(http.StatusInternalServerError, "Internal Server Error")
	case vendorsim.Unavailable:
		return vendorsim.Reply{
			Status: http.StatusServiceUnavailable, Header: http.Header{"Content-Type": {"text/plain"}, "Retry-After": {"5"}},
			Body: "Service temporarily unavailable\n",
		}
	}
	return vendorsim.Reply{}
}
