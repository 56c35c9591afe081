package salesforce

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

const day = 24 * time.Hour

// usageHeader is the one header of the limit, without a reset: the day rolls.
const usageHeader = "Sforce-Limit-Info"

// The streams.
const (
	streamLogins = "login_history"
	streamSetup  = "setup_audit_trail"
	streamFiles  = "event_log_file"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "salesforce",
		Name: "Salesforce",
		Docs: "https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_loginhistory.htm",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.ClientID, c.ClientSecret = "example-consumer-key", "example-secret"
			return c, providers.Options{Endpoint: "https://acme.my.salesforce.com"}
		},
	}
}

func (c *Config) source(endpoint, host string, o providers.Options) *providers.Source {
	f := &feed{config: c, extra: o.RemoteQuery, filter: o.Filter}
	return &providers.Source{
		Endpoint:      endpoint,
		Tenant:        host,
		ServerAddress: host,
		Auth:          c.auth(),
		Classify:      classify,
		Budgets: []providers.Budget{{
			// The allocation is counted per org over 24 hours and shared by all
			// integrations; a poll costs one query a stream and one a page. The number
			// is the smallest org's, which has no more:
			// https://developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet/guide/salesforce-app-limits-platform-api.html
			Requests: 15_000, Per: day, Burst: 60, RetryAfter: 15 * time.Minute, Share: host,
			Headers: &providers.LimitHeaders{Limit: usageHeader, Remaining: usageHeader},
		}},
		Streams: []providers.Stream{
			{
				Name: streamLogins, Default: true, Traits: rowTraits(),
				Grant:    "API Enabled and Monitor Login History (or Manage Users); without it Salesforce shows the caller's own sign-ins only",
				Reserved: []string{"q"}, Fetch: f.fetchLogins, Decode: f.decodeLogin,
			},
			{
				Name: streamSetup, Default: true, Traits: rowTraits(),
				Grant:    "API Enabled and View Setup and Configuration",
				Reserved: []string{"q"}, Fetch: f.fetchSetup, Decode: f.decodeSetup,
			},
			{
				Name: streamFiles, Traits: c.fileTraits(),
				Grant:    "API Enabled and View Event Log Files, with Event Monitoring or Shield",
				Reserved: []string{"q"}, Fetch: f.fetchFiles, Decode: f.decodeFile,
			},
		},
	}
}

func rowTraits() providers.Traits {
	return providers.Traits{
		Resume:      providers.ByWindow,
		Order:       providers.OldestFirst,
		Bounds:      providers.EventTime,
		PageSize:    maxBatch,
		MaxPageSize: maxBatch,
		Granularity: time.Second,
		Retention:   180 * day,
		Lateness:    5 * time.Minute,
	}
}

// fileTraits: windows are over the time at which files were made. A late event
// comes in a further file with a higher sequence.
func (c *Config) fileTraits() providers.Traits {
	return providers.Traits{
		Resume:        providers.ByWindow,
		Order:         providers.Unordered,
		Bounds:        providers.IngestionTime,
		PageSize:      maxBatch,
		MaxPageSize:   maxBatch,
		Granularity:   time.Second,
		Retention:     30 * day,
		Lateness:      15 * time.Minute,
		Remember:      day,
		Branches:      1, // one file at a time
		FixedBranches: true,
	}
}

// classify: API errors are a list, token errors an object.
// https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	first := gjson.Get(r.Body, "0")
	e := &providers.Error{Code: first.Get("errorCode").String(), Message: first.Get("message").String()}
	switch e.Code {
	case "REQUEST_LIMIT_EXCEEDED":
		e.Class = providers.Throttled
		e.Hint = "the org's API requests of the last 24 hours are used up"
		if strings.Contains(e.Message, "Concurrent") { // of 20 seconds and more
			e.RetryAfter, e.Hint = 30*time.Second, "the org runs too many long requests at the same time"
		}
	case "QUERY_TIMEOUT":
		e.Class = providers.WindowTooLarge
	case "INVALID_QUERY_LOCATOR":
		e.Class = providers.CursorLost
	case "INVALID_TYPE":
		e.Hint = "the user may not see this object: grant View Setup and Configuration (setup_audit_trail), Monitor Login History (login_history), View Event Log Files and the add-on (event_log_file)"
	case "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "INSUFFICIENT_ACCESS":
		e.Hint = "the edition has no API access, or the user lacks API Enabled or a permission"
	case "INVALID_SESSION_ID":
		e.Class = providers.Unauthorized
		e.Hint = "the session has expired or was revoked, is locked to an address, or belongs to another host than endpoint"
	}
	if r.Status == http.StatusUnauthorized && e.Hint == "" {
		e.Hint = "the token is wrong or has expired"
	}
	return e
}

// contains compares stream names of a configuration, of which nil means the
// default.
func contains(streams []string, name string) bool {
	if streams == nil {
		return name != streamFiles
	}
	return slices.Contains(streams, name)
}
