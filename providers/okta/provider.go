package okta

import (
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "okta",
		Name: "Okta",
		Docs: "https://developer.okta.com/docs/reference/system-log-query/",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.Domain = "acme.okta.com"
			c.APIToken = "example-token"
			return c, providers.Options{}
		},
	}
}

// source puts the declaration together. endpoint has no trailing slash; host is
// the org's own host, whatever endpoint requests go to.
func (c *Config) source(endpoint, host string, o providers.Options) *providers.Source {
	filter := pushed(&o.Filter, o.RemoteQuery["filter"])
	return &providers.Source{
		Endpoint:      endpoint,
		Tenant:        host,
		ServerAddress: host,
		Auth:          c.auth(),
		Classify:      classify,
		Budgets: []providers.Budget{{
			// An API token may use half of the org's bucket of 120 a minute unless an
			// administrator changed it: https://developer.okta.com/docs/reference/rate-limits/
			Requests: 60, Per: time.Minute,
			Headers: &providers.LimitHeaders{
				Limit: "X-Rate-Limit-Limit", Remaining: "X-Rate-Limit-Remaining",
				Reset: "X-Rate-Limit-Reset", Kind: providers.ResetEpoch,
			},
			Share: host,
		}},
		Streams: []providers.Stream{{
			Name:    "system",
			Default: true,
			Traits: providers.Traits{
				Resume: providers.ByCursor,
				// since compares with the time of storage, which no event shows.
				Bounds:      providers.IngestionTime,
				PageSize:    1000,
				MaxPageSize: 1000,
				Granularity: time.Millisecond,
				Retention:   90 * 24 * time.Hour,
				Lateness:    time.Hour,
			},
			Grant:       "an administrator who may view the System Log (API token), or the scope okta.logs.read and an admin role for the service app",
			Reserved:    []string{"since", "until", "after", "sortOrder", "limit"},
			Fingerprint: filter,
			Fetch:       fetcher(filter, o.RemoteQuery),
			Decode:      decode,
		}},
	}
}

// classify reads Okta's error body. The documented codes are not always the ones
// that come (https://github.com/oktadeveloper/okta-blog-archive/issues/2499), so
// the status decides first.
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	body := gjson.Parse(r.Body)
	e := &providers.Error{Code: body.Get("errorCode").String(), Message: message(body)}
	switch {
	case r.Status == http.StatusUnauthorized && e.Code == "E0000015":
		e.Class = providers.Denied
		e.Hint = "the org's plan does not include the System Log API"
	case r.Status == http.StatusUnauthorized:
		e.Hint = "the token is wrong, revoked or expired; API tokens end after 30 days without a call"
	case r.Status == http.StatusForbidden:
		e.Hint = "the token's administrator needs a role that may view the System Log, the service app the scope okta.logs.read and an admin role"
	case r.Status == http.StatusInternalServerError && e.Code == "E0000009":
		e.Class = providers.PageTooLarge
	case r.Status == http.StatusBadRequest:
		e.Hint = "a filter in remote_query that Okta does not accept, or a time older than 180 days"
	}
	return e
}

func message(body gjson.Result) string {
	summary := body.Get("errorSummary").String()
	var causes []string
	for _, c := range body.Get("errorCauses.#.errorSummary").Array() {
		causes = append(causes, c.String())
	}
	if len(causes) == 0 {
		return summary
	}
	return summary + ": " + strings.Join(causes, "; ")
}
