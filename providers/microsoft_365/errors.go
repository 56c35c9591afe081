package microsoft365

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

// The vendor's codes that need more than a class:
// https://learn.microsoft.com/en-us/office/office-365-management-api/office-365-management-activity-api-reference#errors
const (
	notSubscribed  = "AF20022"
	disabled       = "AF20023"
	alreadyEnabled = "AF20024" // https://github.com/MicrosoftDocs/office-365-management-api/issues/387
)

// startEvery is how often a subscription may be started.
const startEvery = 15 * time.Minute

var code = regexp.MustCompile(`\bAF\d{3,5}\b`)

// classify reads the vendor's code out of the text: an error may be written with
// single quotes, a stack trace may stand in its place, and throttling may come with
// status 403.
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{Code: code.FindString(r.Body)}
	if gjson.Valid(r.Body) {
		body := gjson.Parse(r.Body)
		for _, path := range []string{"error.message", "Message", "message", "error.code"} {
			if text := body.Get(path).String(); text != "" && text != e.Code {
				e.Message = text
				break
			}
		}
	}
	if strings.Contains(r.Body, "DataServiceException") || strings.Contains(r.Body, "Tenant") && strings.Contains(r.Body, "does not exist") {
		// https://github.com/MicrosoftDocs/office-365-management-api/issues/89
		e.Class, e.Probe = providers.Denied, time.Hour
		e.Hint = "turn the unified audit log on (Microsoft Purview, Audit), which takes up to a day"
		return e
	}
	byCode(e)
	if e.Class == providers.Unclassified {
		switch r.Status {
		case http.StatusUnauthorized:
			e.Hint = "the token is refused; plan, scope and tenant_id must belong together"
		case http.StatusForbidden:
			e.Hint = "grant ActivityFeed.Read with admin consent"
		}
	}
	return e
}

func byCode(e *providers.Error) {
	switch e.Code {
	case "AF429":
		e.Class = providers.Throttled
	case "AF10001":
		e.Class = providers.Denied
		e.Hint = "grant the application permission ActivityFeed.Read (for DLP.All also ActivityFeed.ReadDlp) with admin consent"
	case "AF20010", "AF20011", "AF20012", "AF20013":
		e.Class = providers.Denied
		e.Hint = "check tenant_id"
	case notSubscribed, disabled:
		e.Class, e.Probe = providers.Denied, startEvery
		e.Hint = "the content type is not subscribed to, or an administrator disabled the subscription; with start_subscriptions it is started, and tried again after 15 minutes"
	case "AF20001", "AF20002", "AF20020":
		e.Class = providers.Denied
		e.Hint = "the vendor does not accept a parameter; check remote_query and content_types"
	case "AF20030", "AF20055":
		e.Class = providers.WindowTooLarge
	case "AF20031":
		e.Class = providers.CursorLost
	case "AF50000":
		e.Class = providers.Transient
	}
}

// unsubscribed tells that the content type has no working subscription.
func unsubscribed(err error) bool {
	e, ok := errors.AsType[*providers.Error](err)
	return ok && (e.Code == notSubscribed || e.Code == disabled)
}

// gone returns why a blob cannot be had any more, or "".
func gone(err error) string {
	e, ok := errors.AsType[*providers.Error](err)
	switch {
	case !ok:
		return ""
	case e.Code == "AF20051":
		return "expired"
	case e.Code == "AF20050", e.Code == "AF20052", e.Code == "" && (e.Status == http.StatusNotFound || e.Status == http.StatusGone):
		return "gone"
	}
	return ""
}
