package okta

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fail is an answer in the one form of all of Okta's API errors.
func fail(w *vendorsim.World, r *http.Request, status int, code, summary string, causes ...string) vendorsim.Reply {
	list := make([]map[string]string, len(causes))
	for i, c := range causes {
		list[i] = map[string]string{"errorSummary": c}
	}
	rnd := w.Rand("error id", r.URL.RequestURI(), w.Now().UnixNano())
	return vendorsim.JSONReply(status, map[string]any{
		"errorCode": code, "errorSummary": summary, "errorLink": code,
		"errorId": "oae" + vendorsim.Alnum(rnd, 22), "errorCauses": list,
	}, nil)
}

func invalidToken(w *vendorsim.World, r *http.Request) vendorsim.Reply {
	reply := fail(w, r, http.StatusUnauthorized, "E0000011", "Invalid token provided")
	if r.Header.Get("Authorization") != "" && !isSSWS(r) {
		reply.Header.Set("WWW-Authenticate", fmt.Sprintf(
			`Bearer realm=%q, scope=%q, error="invalid_token", error_description="The access token is invalid."`, r.Host, scope))
	}
	return reply
}

func badRequest(w *vendorsim.World, r *http.Request, p *vendorsim.Problem) vendorsim.Reply {
	switch p.Fault {
	case vendorsim.WrongMethod:
		return fail(w, r, http.StatusMethodNotAllowed, "E0000022", "The endpoint does not support the provided HTTP method")
	case vendorsim.WrongAccept:
		return fail(w, r, http.StatusNotAcceptable, "E0000023", "Operation failed because the media type is not acceptable")
	}
	return fail(w, r, http.StatusBadRequest, "E0000001", "Api validation failed: "+p.Param, p.Text)
}

func throttled(w *vendorsim.World, r *http.Request, u vendorsim.Usage) vendorsim.Reply {
	reply := fail(w, r, http.StatusTooManyRequests, "E0000047", "API call exceeded rate limit due to too many requests.")
	limitHeaders(reply.Header, u)
	return reply
}

func limitHeaders(h http.Header, u vendorsim.Usage) {
	h.Set("X-Rate-Limit-Limit", strconv.Itoa(u.Limit))
	h.Set("X-Rate-Limit-Remaining", strconv.Itoa(u.Remaining))
	h.Set("X-Rate-Limit-Reset", strconv.FormatInt(u.Reset.Unix(), 10))
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return invalidToken(w, r)
	case vendorsim.Forbidden:
		return forbidden(w, r)
	case vendorsim.NotFound:
		return fail(w, r, http.StatusNotFound, "E0000007", "Not found: Resource not found: "+r.URL.Path)
	case vendorsim.Throttled:
		u := vendorsim.Usage{Limit: 60, Reset: w.ServerTime().Add(20 * time.Second)}
		if w.On("concurrency") {
			u.Limit = 0
		}
		return throttled(w, r, u)
	case vendorsim.Internal:
		return fail(w, r, http.StatusInternalServerError, "E0000009", "Internal Server Error")
	case vendorsim.Unavailable:
		return fail(w, r, http.StatusServiceUnavailable, "E0000010", "Service is in read only mode")
	}
	return vendorsim.Reply{} // gateways answer without JSON
}

func forbidden(w *vendorsim.World, r *http.Request) vendorsim.Reply {
	reply := fail(w, r, http.StatusForbidden, "E0000006", "You do not have permission to perform the requested action")
	if !isSSWS(r) {
		reply.Header.Set("WWW-Authenticate", fmt.Sprintf(
			`Bearer realm=%q, scope=%q, error="insufficient_scope", error_description="The access token provided does not contain the required scopes."`, r.Host, scope))
	}
	return reply
}
