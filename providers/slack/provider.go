package slack

import (
	"net/http"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "slack",
		Name: "Slack",
		Docs: "https://docs.slack.dev/admins/audit-logs-api",
		New:  func() providers.Config { return &Config{} },
		Example: func() (providers.Config, providers.Options) {
			return &Config{Token: "xoxp-example"}, providers.Options{}
		},
	}
}

// webClass is the request class of the Web API.
const webClass = "web"

func (c *Config) source(endpoint, web string, o providers.Options) *providers.Source {
	audit := auditFeed{extra: o.RemoteQuery}
	audit.choose(c, &o.Filter)
	logins := webFeed{base: web, team: c.TeamID, extra: o.RemoteQuery}
	return &providers.Source{
		Endpoint:    endpoint,
		LinkOrigins: []string{web},
		// No key names the organization. Ids of audit logs are unique over all of
		// them, and the other logs belong to a workspace.
		Tenant:   record.First(c.TeamID, "slack"),
		Account:  record.First(c.TeamID, providers.CredentialTenant(string(c.Token))),
		Header:   http.Header{"Accept": {"application/json"}},
		Auth:     providers.Bearer(c.Token),
		Classify: classify,
		Budgets: []providers.Budget{
			// Tier 3 and Tier 2: https://docs.slack.dev/apis/web-api/rate-limits . All apps
			// of the organization share the first one.
			{Requests: 50, Per: time.Minute, RetryAfter: 30 * time.Second},
			{Class: webClass, Requests: 20, Per: time.Minute, RetryAfter: 30 * time.Second},
		},
		Streams: []providers.Stream{
			{
				Name:    "audit_logs",
				Default: true,
				Traits: providers.Traits{
					Resume:      providers.ByWindow,
					Order:       providers.NewestFirst,
					Bounds:      providers.EventTime,
					PageSize:    1000,
					MaxPageSize: 9999,
					MaxWindow:   6 * time.Hour,
					Granularity: time.Second,
					Lateness:    10 * time.Minute,
				},
				Grant:    "the user scope auditlogs:read, for an app that the owner installed on the Enterprise organization",
				Reserved: []string{"oldest", "latest", "limit", "cursor", "action", "actor", "entity"},
				Fetch:    audit.fetch,
				Decode:   decodeAudit,
			},
			webStream("access_logs", logins.accessLogs, decodeAccess),
			webStream("integration_logs", logins.integrationLogs, decodeIntegration),
		},
	}
}

// webStream declares a log of the Web API: a list without time filter, newest
// first.
func webStream(name string, fetch fetchFunc, decode func(providers.Event) (providers.Activity, error)) providers.Stream {
	return providers.Stream{
		Name: name,
		Traits: providers.Traits{
			Resume:      providers.ByWalk,
			Order:       providers.NewestFirst,
			Bounds:      providers.EventTime,
			PageSize:    1000,
			MaxPageSize: 1000,
			Lateness:    10 * time.Minute,
			Class:       webClass,
		},
		Grant:    "a workspace admin's user token with the scope admin, on a paid plan",
		Reserved: []string{"before", "count", "page", "limit", "cursor", "team_id"},
		Fetch:    fetch,
		Decode:   decode,
	}
}

// answered is the longest answer that may be an error with status 200: longer ones
// are told by their shape.
const answered = 4 << 10

// classify: the Web API tells errors with status 200 and "ok":false.
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 && (len(r.Body) > answered || gjson.Get(r.Body, "ok").Type != gjson.False) {
		return nil
	}
	e := &providers.Error{Code: gjson.Get(r.Body, "error").String()}
	if needed := gjson.Get(r.Body, "needed").String(); needed != "" {
		e.Message = "needs the scope " + needed + ", has " + gjson.Get(r.Body, "provided").String()
	}
	switch e.Code {
	case "missing_authentication", "invalid_authentication", "not_authed", "invalid_auth", "token_revoked", "token_expired", "account_inactive":
		e.Class = providers.Unauthorized
		e.Hint = "the token is wrong, expired or revoked"
	case "missing_scope", "not_allowed_token_type", "user_not_authorized":
		e.Class = providers.Denied
		e.Hint = "audit_logs needs the user scope auditlogs:read and the organization owner's token, the other streams the scope admin"
	case "feature_not_enabled", "team_not_authorized", "invalid_workspace", "paid_only", "enterprise_is_restricted":
		e.Class = providers.Denied
		e.Hint = "audit_logs needs an Enterprise plan and an app installed on the organization, not on a workspace; without Enterprise, a paid workspace has streams: [access_logs, integration_logs]"
	case "invalid_cursor":
		e.Class = providers.CursorLost
	case "ratelimited", "rate_limited":
		e.Class = providers.Throttled
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org":
		e.Class = providers.Transient
	default:
		if r.Status < 300 {
			e.Class = providers.Denied
		}
	}
	return e
}
