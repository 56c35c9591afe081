package confluenceonprem

import (
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/confluence/auditlog"
	"github.com/otelactivity/otelactivity/providers/jira/cloudsite"
	"github.com/otelactivity/otelactivity/providers/record"
)

const (
	day = 24 * time.Hour

	// The same software is capped at 10,000 rows elsewhere:
	// https://developer.atlassian.com/server/framework/atlassian-sdk/rest/api-group-events/
	maxPage = 10000
	// https://support.atlassian.com/confluence/kb/how-to-fetch-audit-logs-via-rest-api-beyond-1000-record-limitation
	maxLegacyPage = 1000
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "confluence_on_prem",
		Name: "Confluence Data Center",
		Docs: "https://developer.atlassian.com/server/framework/atlassian-sdk/rest/api-group-events/",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.Token = "example-token"
			return c, providers.Options{Endpoint: "https://wiki.example.com/confluence"}
		},
	}
}

func (c *Config) source(o *providers.Options) *providers.Source {
	s := &providers.Source{
		Endpoint: o.Endpoint,
		Tenant:   tenant(o.Endpoint),
		Auth:     c.auth(),
		Classify: c.classify,
		Budgets: []providers.Budget{{
			// No limit unless an administrator sets one, a bucket of tokens per user:
			// https://confluence.atlassian.com/doc/_ratelimiting_httpheaders-992678779.html
			Requests: 10, Per: 10 * time.Second, Burst: 5,
			Headers: &providers.LimitHeaders{Limit: "X-RateLimit-Limit", Remaining: "X-RateLimit-Remaining"},
		}},
		Streams: []providers.Stream{c.stream(o)},
	}
	if c.API == legacy && c.SkipAuditSearches {
		s.Warnings = append(s.Warnings, "skip_audit_searches has no effect with api: legacy, whose rows have no action keys")
	}
	return s
}

func (c *Config) stream(o *providers.Options) providers.Stream {
	traits := auditlog.Traits()
	traits.PageSize, traits.MaxPageSize = 500, maxPage
	// Wide windows over a large log take minutes.
	traits.MaxWindow = day
	// Nobody says for sure that both bounds are inclusive.
	traits.Edge = time.Millisecond
	s := providers.Stream{
		Name:    "audit",
		Default: true,
		Grant:   "a user who is Confluence administrator or system administrator",
	}
	if c.API == legacy {
		traits.MaxPageSize = maxLegacyPage
		feed := auditlog.Feed{Path: "/rest/api/audit", Author: legacyAuthor}
		feed.Query.AddMap(o.RemoteQuery)
		s.Traits, s.Reserved, s.Fetch, s.Decode = traits, auditlog.Reserved(), feed.Fetch, feed.Decode
		return s
	}
	feed := events{query: pushed(o), skipSearches: c.SkipAuditSearches}
	s.Traits, s.Fetch, s.Decode = traits, feed.fetch, decode
	s.Reserved = []string{"from", "to", "limit", "offset", "pageCursor", "outputFormat"}
	return s
}

// legacyAuthor: rows of the older interface have no account ids.
func legacyAuthor(v gjson.Result) (id, login string) {
	key, name := record.Path(v, "userKey"), record.Path(v, "username")
	if key == "" {
		return name, ""
	}
	return key, name
}

// classify: https://confluence.atlassian.com/confkb/authentication_denied-error-when-accessing-confluence-content-via-rest-api-call-966681459.html
func (c *Config) classify(r *providers.Response) *providers.Error {
	if r.Status < 300 && !record.HTML(r.Body) {
		return nil
	}
	if r.Status < 400 {
		return &providers.Error{
			Class: providers.Unauthorized, Message: "a login page came instead of the log", Probe: time.Hour,
			Hint: "single sign-on stands in front of the interface, or endpoint lacks the context path; use a personal access token",
		}
	}
	e := &providers.Error{Message: cloudsite.Message(r.Body)}
	switch r.Status {
	case http.StatusUnauthorized:
		e.Code = r.Header.Get("X-Seraph-LoginReason")
		e.Probe = time.Hour // failed log-ins in a row lock the account
		e.Hint = "the credential is wrong or expired, or basic authentication is switched off"
		if e.Code == "AUTHENTICATION_DENIED" {
			e.Class, e.Probe = providers.Denied, 12*time.Hour
			e.Hint = "the account is locked by a CAPTCHA after failed log-ins: sign in once in a browser, mend the credential, and restart"
		}
	case http.StatusForbidden:
		e.Hint = "the user must be Confluence administrator or system administrator; a wrong or expired token is treated like a visitor"
		if strings.Contains(strings.ToLower(e.Message), "basic authentication") {
			e.Hint = "an administrator has switched basic authentication off; use a personal access token"
		}
	case http.StatusNotFound:
		e.Hint = "check the context path in endpoint"
		if c.API == auditing {
			e.Hint = "Confluence before 7.5, or its auditing app is disabled: set api: legacy; else check the context path in endpoint"
		}
	}
	return e
}
