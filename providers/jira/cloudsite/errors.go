package cloudsite

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// Hints are what a product asks the user to do about a refusal.
type Hints struct {
	Scope      string // the token lacks a scope
	Permission string // the account may not read the log
	NotFound   string // there is no such product or site
}

// Classify turns an answer of a site or of the gateway into an error, or returns
// nil when it is no refusal.
func (h Hints) Classify(r *providers.Response) *providers.Error {
	if r.Status < 300 && !record.HTML(r.Body) {
		return nil
	}
	if r.Status < 400 {
		return &providers.Error{
			Class: providers.Unauthorized, Message: "a login page came instead of the log",
			Hint: "check the credential, and that site or endpoint names the API itself",
		}
	}
	e := &providers.Error{Message: Message(r.Body)}
	switch r.Status {
	case http.StatusUnauthorized:
		if strings.Contains(e.Message, "scope does not match") {
			e.Class = providers.Denied // a new token has the same scopes
			e.Hint = h.Scope
			break
		}
		// The text about passwords comes for any wrong token, from every product.
		e.Hint = "the credential is wrong, revoked or expired; tokens with scopes and tokens of service accounts need cloud_id"
	case http.StatusForbidden:
		e.Hint = h.Permission
	case http.StatusNotFound:
		e.Hint = h.NotFound
	case http.StatusTooManyRequests:
		e.Code = r.Header.Get("RateLimit-Reason")
	}
	return e
}

// Message returns what a refusal says in any of the forms that Atlassian's
// products write: {"message"}, {"errorMessages", "errors"}, OAuth's pair, or plain
// text. A page for people has none.
func Message(body string) string {
	v := gjson.Parse(body)
	if !v.IsObject() {
		if body == "" || record.HTML(body) {
			return ""
		}
		return record.Excerpt(body)
	}
	var parts []string
	add := func(s string) {
		if s != "" && !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	add(record.Path(v, "message"))
	for _, m := range v.Get("errorMessages").Array() {
		add(record.Text(m))
	}
	if errs := v.Get("errors"); errs.IsObject() {
		errs.ForEach(func(field, m gjson.Result) bool { add(field.Str + ": " + record.Text(m)); return true })
	}
	add(record.Path(v, "error"))
	add(record.Path(v, "error_description"))
	return strings.Join(parts, "; ")
}

// Budgets returns the request budget of a product on a site. Atlassian does not
// publish the burst limits of API tokens:
// https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
func Budgets(product, tenant string) []providers.Budget {
	return []providers.Budget{{
		Requests: 120, Per: time.Minute, Burst: 10,
		Headers: &providers.LimitHeaders{
			Limit: "X-RateLimit-Limit", Remaining: "X-RateLimit-Remaining",
			Reset: "X-RateLimit-Reset", Kind: providers.ResetTimestamp,
		},
		Share: product + " " + tenant,
	}}
}
