package asana

import (
	"net/http"
	"strconv"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fail is an answer in the one form of all of Asana's errors.
func fail(status int, message string) vendorsim.Reply {
	e := map[string]string{"message": message, "help": "For more information on API status codes and how to handle them, read the docs on errors: https://developers.asana.com/docs/errors"}
	if status >= http.StatusInternalServerError {
		e["phrase"] = "7 quiet otters count slowly"
	}
	return vendorsim.JSONReply(status, map[string]any{"errors": []any{e}}, nil)
}

func unauthorized() vendorsim.Reply { return fail(http.StatusUnauthorized, "Not Authorized") }

func forbidden() vendorsim.Reply {
	return fail(http.StatusForbidden, "Forbidden: this token does not have access to audit log events")
}

func unknownWorkspace(gid string) vendorsim.Reply {
	return fail(http.StatusNotFound, "workspace: Unknown object: "+gid)
}

func throttled(wait int) vendorsim.Reply {
	reply := fail(http.StatusTooManyRequests, "You have made too many requests recently. Please, be chill.")
	reply.Header.Set("Retry-After", strconv.Itoa(wait))
	return reply
}

func badRequest(p *vendorsim.Problem) vendorsim.Reply {
	if p.Fault == vendorsim.WrongMethod {
		return fail(http.StatusNotFound, "No matching route for request")
	}
	return fail(http.StatusBadRequest, p.Param+": "+p.Text)
}

// faultReply answers an injected fault.
func faultReply(_ *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized()
	case vendorsim.Forbidden:
		return forbidden()
	case vendorsim.NotFound:
		return unknownWorkspace(workspace)
	case vendorsim.Throttled:
		return throttled(17)
	case vendorsim.Internal:
		return fail(http.StatusInternalServerError, "Server Error")
	case vendorsim.Unavailable:
		return fail(http.StatusServiceUnavailable, "Service Unavailable")
	}
	return vendorsim.Reply{} // gateways answer without JSON
}
