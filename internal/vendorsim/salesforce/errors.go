package salesforce

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fail is an answer in the form of the API's errors, which is a list.
func fail(status int, code, message string) vendorsim.Reply {
	return vendorsim.JSONReply(status, []any{map[string]string{"message": message, "errorCode": code}},
		http.Header{"Content-Type": {"application/json;charset=UTF-8"}})
}

func notFound() vendorsim.Reply {
	return fail(http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
}

// invalidSession is the answer to every kind of token that is not taken.
func invalidSession() vendorsim.Reply {
	reply := fail(http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
	reply.Header.Set("WWW-Authenticate", "Token")
	return reply
}

// The two limits, told by 403: the vendor has neither 429 nor Retry-After.
const (
	allocationUsed = "TotalRequests Limit exceeded."
	tooManyAtOnce  = "ConcurrentPerOrgLongTxn Limit exceeded."
)

func limitExceeded(message string) vendorsim.Reply {
	return fail(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", message)
}

// refusals are the answers to an org or a user that may not use the API.
var refusals = map[string]string{
	"API_DISABLED_FOR_ORG":   "The REST API is not enabled for this Organization.",
	"API_CURRENTLY_DISABLED": "API is disabled for this User",
	"INSUFFICIENT_ACCESS":    "insufficient access rights on cross-reference id",
}

func refused(code string) vendorsim.Reply { return fail(http.StatusForbidden, code, refusals[code]) }

func badLocator() vendorsim.Reply {
	return fail(http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator")
}

func badRequest(p *vendorsim.Problem) vendorsim.Reply {
	switch p.Fault {
	case vendorsim.WrongMethod:
		return fail(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method not allowed. Allowed are HEAD,GET")
	case vendorsim.WrongAccept:
		return fail(http.StatusNotAcceptable, "NOT_ACCEPTABLE", p.Text)
	case vendorsim.MissingParam:
		return fail(http.StatusBadRequest, "MALFORMED_QUERY", "A query string has to be specified")
	}
	return fail(http.StatusBadRequest, "MALFORMED_QUERY", p.Text)
}

// mistake is what is wrong with a query, and where.
type mistake struct {
	code, text string
	at         int // byte offset
}

func (m *mistake) Error() string { return m.code + ": " + m.text }

// explain returns the vendor's message: the place in the query, marked by a caret,
// and the text.
func (m *mistake) explain(soql string) string {
	const around = 60
	at := min(m.at, len(soql))
	from, to := max(0, at-around), min(len(soql), at+around)
	return fmt.Sprintf("\n%s\n%s^\nERROR at Row:1:Column:%d\n%s", soql[from:to], strings.Repeat(" ", at-from), at+1, m.text)
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	if r.URL.Path == tokenPath {
		return vendorsim.Reply{}
	}
	var reply vendorsim.Reply
	switch kind {
	case vendorsim.Unauthorized:
		reply = invalidSession()
	case vendorsim.Forbidden:
		reply = refused("API_DISABLED_FOR_ORG")
	case vendorsim.NotFound:
		if strings.HasSuffix(r.URL.Path, "/LogFile") {
			return reply // the vendor's words would say for good that the file is gone
		}
		reply = notFound()
	case vendorsim.Throttled, vendorsim.ThrottledBare: // what passes soon
		reply = limitExceeded(tooManyAtOnce)
		used := 1
		if w.On("used_up") {
			reply, used = limitExceeded(allocationUsed), allocation.Requests
		}
		reply.Header.Set(limitHeader, usageHeader(used, allocation.Requests))
	case vendorsim.Internal:
		reply = fail(http.StatusInternalServerError, "UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support: 1234567-1234 (123456789)")
	case vendorsim.Unavailable:
		reply = fail(http.StatusServiceUnavailable, "SERVER_UNAVAILABLE", "Server too busy")
	}
	return reply // gateways answer without JSON
}
