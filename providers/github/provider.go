package github

import (
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

const (
	day       = 24 * time.Hour
	mediaType = "application/vnd.github+json"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "github",
		Name: "GitHub",
		Docs: "https://docs.github.com/en/enterprise-cloud@latest/admin/monitoring-activity-in-your-enterprise/reviewing-audit-logs-for-your-enterprise/using-the-audit-log-api-for-your-enterprise",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.Organization, c.Token = "example-org", "example-token"
			return c, providers.Options{}
		},
	}
}

func (c *Config) source(endpoint string, o providers.Options) *providers.Source {
	path, tenant := c.path()
	f := feed{path: path, include: c.Include, phrase: c.phrase(&o.Filter), extra: o.RemoteQuery}
	lateness := 15 * time.Minute
	if o.Overlap > 0 {
		lateness = o.Overlap
	}
	return &providers.Source{
		Endpoint: endpoint,
		Tenant:   tenant,
		Header:   http.Header{"Accept": {mediaType}, "X-Github-Api-Version": {c.APIVersion}},
		Auth:     c.auth(),
		Classify: classify,
		Budgets: []providers.Budget{{
			// 1750 requests an hour for each user, address and entity path; 15 a minute
			// are announced:
			// https://github.blog/changelog/2023-08-01-new-rate-limit-for-the-audit-log-api-endpoints-is-active
			// A secondary limit may name no time; the vendor asks for a minute and more:
			// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
			Requests: 15, Per: time.Minute, Burst: 1, RetryAfter: time.Minute,
			Headers: &providers.LimitHeaders{
				Limit: "X-RateLimit-Limit", Remaining: "X-RateLimit-Remaining",
				Reset: "X-RateLimit-Reset", Kind: providers.ResetEpoch,
			},
			Share: endpoint + path,
		}},
		Streams: []providers.Stream{{
			Name:    "audit",
			Default: true,
			Traits: providers.Traits{
				Resume:      providers.ByWindow,
				Order:       providers.Unordered,
				Bounds:      providers.IngestionTime,
				PageSize:    100,
				MaxPageSize: 100,
				MaxWindow:   6 * time.Hour,
				Granularity: time.Second,
				Retention:   retention(endpoint),
				Lateness:    15 * time.Minute,
				Remember:    2 * lateness,
			},
			Grant:    "an organization owner's (enterprise owner's) token with the scope read:audit_log, or an app with the organization permission Administration: read",
			Reserved: []string{"phrase", "include", "order", "per_page", "after", "before", "page"},
			Fetch:    f.fetch,
			Decode:   decode,
		}},
	}
}

// retention: GitHub keeps 180 days, and Git events 7 days; a server keeps what its
// owner configured.
// https://docs.github.com/en/enterprise-server@latest/admin/monitoring-activity-in-your-enterprise/reviewing-audit-logs-for-your-enterprise/configuring-the-audit-log-for-your-enterprise
func retention(endpoint string) time.Duration {
	if strings.HasSuffix(endpoint, "/api/v3") {
		return 0
	}
	return 180 * day
}

// classify tells a 403 that means "wait" from one that means "no": first the limit
// headers, then the message.
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{Message: gjson.Get(r.Body, "message").String()}
	switch r.Status {
	case http.StatusUnauthorized:
		e.Hint = "the token is wrong, expired or revoked"
	case http.StatusForbidden, http.StatusTooManyRequests:
		if throttled(r.Header, e.Message) {
			e.Class = providers.Throttled
		} else {
			e.Hint = forbidden(r.Header, e.Message)
		}
	case http.StatusNotFound:
		e.Hint = "GitHub answers so when the name is wrong, when the token's user is no owner or the token lacks read:audit_log, and when the plan is not Enterprise"
	case http.StatusUnprocessableEntity:
		e.Hint = "GitHub does not understand the search phrase; check phrase"
	}
	return e
}

func throttled(h http.Header, message string) bool {
	message = strings.ToLower(message)
	return h.Get("X-RateLimit-Remaining") == "0" || h.Get("Retry-After") != "" ||
		strings.Contains(message, "secondary rate limit") || strings.Contains(message, "api rate limit exceeded") ||
		strings.Contains(message, "abuse detection")
}

func forbidden(h http.Header, message string) string {
	if sso := h.Get("X-GitHub-SSO"); strings.HasPrefix(sso, "required") {
		_, page, _ := strings.Cut(sso, "url=")
		page, _, _ = strings.Cut(page, "?") // the query is a one-time request
		return "the classic token must be authorized for the organization's single sign-on: " + page
	}
	if strings.Contains(strings.ToLower(message), "ip allow list") {
		return "add this machine's public address to the IP allow list"
	}
	return "grant the token read:audit_log (classic) or Administration: read (fine-grained, app); its user must be an owner"
}
