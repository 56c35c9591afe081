package slack

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

func isWeb(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// refusal is the one form of Slack's errors.
func refusal(status int, code string) vendorsim.Reply {
	body := map[string]any{"ok": false, "error": code}
	if code == "missing_scope" {
		body["needed"], body["provided"] = "auditlogs:read", "identify,users:read"
	}
	return vendorsim.JSONReply(status, body, nil)
}

// auditStatus is the status that comes with an error of the Audit Logs API.
var auditStatus = map[string]int{
	"missing_authentication": 401, "invalid_authentication": 401, "token_expired": 401, "token_revoked": 401, "account_inactive": 401,
	"missing_scope": 403, "not_allowed_token_type": 403, "user_not_authorized": 403, "team_not_authorized": 403, "feature_not_enabled": 403,
	"internal_error": 500, "fatal_error": 500, "ratelimited": 429,
}

// refuse answers an error: the Web API tells all but throttling with status 200.
func refuse(r *http.Request, code string) *vendorsim.Reply {
	var reply vendorsim.Reply
	switch status, known := auditStatus[code]; {
	case isWeb(r):
		reply = refusal(http.StatusOK, code)
		if code == "missing_scope" {
			reply.Body = strings.Replace(reply.Body, "auditlogs:read", "admin", 1)
		}
	case known:
		reply = refusal(status, code)
	default:
		reply = refusal(http.StatusBadRequest, code)
	}
	return &reply
}

func badRequest(r *http.Request, p *vendorsim.Problem) *vendorsim.Reply {
	switch {
	case p.Fault == vendorsim.WrongMethod && !isWeb(r):
		reply := refusal(http.StatusMethodNotAllowed, "invalid_arguments")
		return &reply
	case p.Param == "cursor":
		return refuse(r, "invalid_cursor")
	}
	return refuse(r, "invalid_arguments")
}

func throttled(wait int) vendorsim.Reply {
	reply := refusal(http.StatusTooManyRequests, "ratelimited")
	reply.Header.Set("Retry-After", strconv.Itoa(wait))
	return reply
}

// faultReply answers an injected fault.
func faultReply(_ *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	code := map[vendorsim.Kind][2]string{ // Audit Logs API, Web API
		vendorsim.Unauthorized: {"invalid_authentication", "invalid_auth"},
		vendorsim.Forbidden:    {"missing_scope", "missing_scope"},
		vendorsim.Internal:     {"internal_error", "internal_error"},
		vendorsim.Unavailable:  {"", "fatal_error"},
	}[kind]
	switch {
	case kind == vendorsim.Throttled:
		return throttled(20)
	case isWeb(r) && code[1] != "":
		return *refuse(r, code[1])
	case !isWeb(r) && code[0] != "":
		return *refuse(r, code[0])
	}
	return vendorsim.Reply{}
}
