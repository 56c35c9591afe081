package microsoft365

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fail is an answer in the form of the API's errors.
func fail(status int, code, message string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{"error": map[string]string{"code": code, "message": message}}, nil)
}

// unauthorized is the gateway's own answer.
func unauthorized() vendorsim.Reply {
	return vendorsim.JSONReply(http.StatusUnauthorized, map[string]string{"Message": "Authorization has been denied for this request."}, nil)
}

func missingPermission() vendorsim.Reply {
	return fail(http.StatusForbidden, "AF10001", "The permission set () sent in the request does not include the expected permission ActivityFeed.Read.")
}

// auditOff is how a tenant without unified auditing answers: with a stack trace where
// the code should be.
func auditOff() vendorsim.Reply {
	return fail(http.StatusBadRequest, "StartSubscription [CorrId=0] : Microsoft.Office.Compliance.Audit.DataServiceException: Tenant "+
		tenantID+" does not exist.\r\n   at Microsoft.Office.Compliance.Audit.API.AzureManager.<GetSubscriptionTableClient>", "Internal error")
}

func badRequest(p *vendorsim.Problem) vendorsim.Reply {
	switch p.Fault {
	case vendorsim.WrongMethod:
		return vendorsim.JSONReply(http.StatusMethodNotAllowed, map[string]string{"Message": "The requested resource does not support the http method."}, nil)
	case vendorsim.MissingParam:
		return fail(http.StatusBadRequest, "AF20001", "Missing parameter: "+p.Param+".")
	case vendorsim.BadValue:
		if p.Param == "contentType" {
			return fail(http.StatusBadRequest, "AF20020", "The specified content type is not valid.")
		}
	}
	return fail(http.StatusBadRequest, "AF20002", "Invalid parameter: "+p.Text)
}

// badWindow explains a rule of windows that is broken.
func badWindow(code string) vendorsim.Reply {
	return fail(http.StatusBadRequest, code, "Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, "+
		"with the start time no more than 7 days in the past.")
}

// throttled tells the limit by 403 or 429, and not always in JSON.
func throttled(w *vendorsim.World, r *http.Request, status int) vendorsim.Reply {
	reply := fail(status, "AF429", "Too many requests. Method=GetBlob, PublisherId="+r.URL.Query().Get("PublisherIdentifier"))
	switch w.Knob("throttle_form") {
	case "quotes":
		reply.Body = strings.ReplaceAll(reply.Body, `"`, "'")
	case "too_many":
		reply.Status = http.StatusTooManyRequests
	}
	return reply
}

// faultReply answers an injected fault.
func faultReply(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	switch kind {
	case vendorsim.Unauthorized:
		return unauthorized()
	case vendorsim.Forbidden:
		return missingPermission()
	case vendorsim.NotFound:
		return fail(http.StatusNotFound, "AF20011", "Specified tenant ID ("+tenantID+") does not exist in the system.")
	case vendorsim.Throttled:
		reply := throttled(w, r, http.StatusTooManyRequests)
		reply.Header.Set("Retry-After", strconv.Itoa(20))
		return reply
	case vendorsim.Internal:
		return fail(http.StatusInternalServerError, "AF50000", "An internal error occurred. Retry the request.")
	case vendorsim.Unavailable:
		return fail(http.StatusServiceUnavailable, "AF50000", "An internal error occurred. Retry the request.")
	}
	return vendorsim.Reply{}
}
