package azureactivedirectory

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fail is an answer in the form of all of Graph's errors.
func fail(w *vendorsim.World, r *http.Request, status int, code, message string) vendorsim.Reply {
	id := vendorsim.UUID(w.Rand("request id", r.URL.RequestURI(), w.Now().UnixNano()))
	return vendorsim.JSONReply(status, map[string]any{"error": map[string]any{
		"code": code, "message": message,
		"innerError": map[string]any{"date": w.ServerTime().Format("2006-01-02T15:04:05"), "request-id": id, "client-request-id": id},
	}}, nil)
}

// forbidden are the texts of the codes of 403 answers.
var forbidden = map[string]string{
	"Authentication_MSGraphPermissionMissing":               "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API.",
	"Authentication_ApplicationHasNoDirectoryReadAccess":    "Failed to do premium license check for the tenant. Please ensure this application has directory read access.",
	"Authentication_RequestFromNonPremiumTenantOrB2CTenant": "Neither tenant is B2C or tenant doesn't have premium license",
	"Authorization_RequestDenied":                           "Insufficient privileges to complete the operation.",
}

func denied(w *vendorsim.World, r *http.Request, code string) vendorsim.Reply {
	return fail(w, r, http.StatusForbidden, code, forbidden[code])
}

func invalidToken(w *vendorsim.World, r *http.Request, text string) vendorsim.Reply {
	reply := fail(w, r, http.StatusUnauthorized, "InvalidAuthenticationToken", text)
	reply.Header.Set("WWW-Authenticate", `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"`)
	return reply
}

func invalidFilter(w *vendorsim.World, r *http.Request) vendorsim.Reply {
	return fail(w, r, http.StatusBadRequest, "BadRequest", "Invalid filter clause")
}

func badRequest(w *vendorsim.World, r *http.Request, p *vendorsim.Problem) vendorsim.Reply {
	switch {
	case p.Fault == vendorsim.WrongMethod:
		return fail(w, r, http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
	case p.Param == "$filter":
		return invalidFilter(w, r)
	case p.Param == "$top":
		return fail(w, r, http.StatusBadRequest, "BadRequest", "Invalid page size specified. Must be between 1 and 1000 inclusive.")
	}
	return fail(w, r, http.StatusBadRequest, "BadRequest", "Query option is not allowed: "+p.Text)
}

// throttled has one of several forms; the wait is not always told.
func throttled(w *vendorsim.World, r *http.Request, wait int) vendorsim.Reply {
	const text = "This request is throttled. Please try again after the value specified in the Retry-After header."
	code, message := "TooManyRequests", text
	switch w.Knob("throttle_form") {
	case "unknown":
		code = "UnknownError"
	case "escaped":
		code, message = "UnknownError", `{"error":{"code":"TooManyRequests","message":"`+text+`"}}`
	}
	reply := fail(w, r, http.StatusTooManyRequests, code, message)
	if w.Knob("throttle_form") == "text" {
		reply.Body = "Too Many Requests\r\n"
		reply.Header.Set("Content-Type", "text/plain")
	}
	if w.Knob("throttle_form") != "silent" {
		reply.Header.Set("Retry-After", strconv.Itoa(wait))
	}
	return reply
}

func timedOut(w *vendorsim.World, r *http.Request) vendorsim.Reply {
	return fail(w, r, http.StatusGatewayTimeout, "UnknownError", "")
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return invalidToken(w, r, "Access token validation failure.")
	case vendorsim.Forbidden:
		if strings.HasSuffix(r.URL.Path, "/signIns") {
			return denied(w, r, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
		}
		return denied(w, r, "Authorization_RequestDenied")
	case vendorsim.NotFound:
		return fail(w, r, http.StatusNotFound, "BadRequest", "Resource not found for the segment.")
	case vendorsim.Throttled:
		return throttled(w, r, 15)
	case vendorsim.Internal:
		return fail(w, r, http.StatusInternalServerError, "InternalServerError", "An internal server error occurred.")
	case vendorsim.Unavailable:
		reply := fail(w, r, http.StatusServiceUnavailable, "ServiceUnavailable", "The service is temporarily unavailable.")
		reply.Header.Set("Retry-After", "5")
		return reply
	case vendorsim.Timeout:
		return timedOut(w, r)
	}
	return vendorsim.Reply{}
}
