package onelogin

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
		Key:  "onelogin",
		Name: "OneLogin",
		Docs: "https://developers.onelogin.com/api-docs/1/events/get-events",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.Subdomain, c.ClientID, c.ClientSecret = "acme", "example-id", "example-secret"
			return c, providers.Options{}
		},
	}
}

func (c *Config) source(endpoint, host, tenant string, o providers.Options) *providers.Source {
	return &providers.Source{
		Endpoint:      endpoint,
		Tenant:        tenant,
		ServerAddress: host,
		Header:        http.Header{"Accept": {"application/json"}},
		Auth:          c.auth(),
		Classify:      classify,
		Budgets: []providers.Budget{{
			// 5000 calls an hour for all tokens of the account; the reset is told in
			// seconds left: https://developers.onelogin.com/api-docs/1/oauth20-tokens/get-rate-limit
			Requests: 5000, Per: time.Hour, Burst: 20, RetryAfter: time.Minute,
			Headers: &providers.LimitHeaders{
				Limit: "X-RateLimit-Limit", Remaining: "X-RateLimit-Remaining",
				Reset: "X-RateLimit-Reset", Kind: providers.ResetSeconds,
			},
			Share: tenant,
		}},
		Streams: []providers.Stream{{
			Name:    "events",
			Default: true,
			Traits: providers.Traits{
				Resume: providers.ByWindow,
				// Not documented; seen oldest first.
				Order:       providers.Unordered,
				Bounds:      providers.EventTime,
				PageSize:    50,
				MaxPageSize: 1000,
				Granularity: time.Millisecond,
				// Documented as exclusive, seen inclusive.
				Edge:     time.Second,
				Lateness: 15 * time.Minute,
			},
			Grant:    "an API credential with the scope Read All",
			Reserved: []string{"since", "until", "limit", "after_cursor", "before_cursor", "event_type_id", "sort", "fields"},
			Fetch:    newFeed(c, &o).fetch,
			Decode:   decode,
		}},
	}
}

// answered is the longest answer that may be an error with status 200.
const answered = 4 << 10

// classify: every answer has a status object, also with HTTP 200, and a limit that
// is used up may be told with 400 (https://github.com/airbnb/streamalert/pull/355).
func classify(r *providers.Response) *providers.Error {
	status := r.Status
	if status < 300 {
		if len(r.Body) > answered || gjson.Get(r.Body, "status.error").Type != gjson.True {
			return nil
		}
		status = int(gjson.Get(r.Body, "status.code").Int())
	}
	e := &providers.Error{
		Code:    gjson.Get(r.Body, "status.type").String(),
		Message: gjson.Get(r.Body, "status.message").String(),
	}
	if e.Message == "" {
		e.Message = gjson.Get(r.Body, "message").String()
	}
	if e.Class = providers.DefaultClass(status); status < 400 {
		e.Class = providers.Transient
	}
	switch status {
	case http.StatusBadRequest:
		if strings.Contains(r.Body, "rate_limit_exceeded") {
			e.Class = providers.Throttled
		} else {
			e.Hint = "OneLogin does not accept a parameter; check remote_query and event_type_ids"
		}
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Hint = "the credential needs the scope Read All; it may be revoked"
	case http.StatusNotFound:
		e.Hint = "check subdomain and endpoint"
	}
	return e
}
