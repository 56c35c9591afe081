package teamwork

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "teamwork",
		Name: "Teamwork",
		Docs: "https://apidocs.teamwork.com/docs/teamwork/v3/activity/get-projects-api-v3-latestactivity-json",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.Site, c.APIKey = "acme", "example-key"
			return c, providers.Options{}
		},
	}
}

func (c *Config) source(endpoint, host string, o providers.Options) *providers.Source {
	source := &providers.Source{
		Endpoint:      endpoint,
		Tenant:        host,
		ServerAddress: host,
		Auth:          c.auth(),
		Classify:      classify,
		Budgets: []providers.Budget{{
			// Projects allows about 150 a minute; the lock-out lasts a minute:
			// https://apidocs.teamwork.com/guides/teamwork/rate-limits
			Requests: 150, Per: time.Minute, Burst: 5, RetryAfter: time.Minute, Share: host,
			Headers: &providers.LimitHeaders{
				Limit: "X-RateLimit-Limit", Remaining: "X-RateLimit-Remaining", Reset: "X-RateLimit-Reset", Kind: providers.ResetEpoch,
			},
		}},
	}
	if c.APIVersion == "v1" {
		source.Streams = []providers.Stream{c.streamV1(o)}
		source.Warnings = []string{"api_version v1: an answer may take more than a minute on large sites; set http: {timeout: 120s}"}
	} else {
		source.Streams = []providers.Stream{c.streamV3(o)}
	}
	return source
}

// grant: the feed shows what the user's projects and permissions allow.
const grant = "the key of a site administrator, who sees every project"

func (c *Config) streamV3(o providers.Options) providers.Stream {
	f := feed{settings: c.settings(), filter: c.pushed(&o), extra: o.RemoteQuery}
	reserved := []string{
		"startDate", "endDate", "updatedAfter", "orderBy", "orderMode", "sort", "page", "pageSize", "cursor", "limit",
		"skipCounts", "include", "fields[users]", "fields[activities]",
	}
	for _, s := range f.settings {
		reserved = append(reserved, s.Key)
	}
	return providers.Stream{
		Name:    "activity",
		Default: true,
		Traits: providers.Traits{
			Resume:      providers.ByWindow,
			Order:       providers.OldestFirst,
			Bounds:      providers.EventTime,
			PageSize:    100,
			MaxPageSize: 500,
			Granularity: time.Second,
			Edge:        time.Second, // nobody says whether the bounds are inclusive
			Lateness:    10 * time.Minute,
		},
		Grant:    grant,
		Reserved: reserved,
		Fetch:    f.fetch,
		Decode:   decode,
	}
}

func (c *Config) streamV1(o providers.Options) providers.Stream {
	return providers.Stream{
		Name:    "activity",
		Default: true,
		Traits: providers.Traits{
			Resume:      providers.ByWalk,
			Order:       providers.NewestFirst,
			Bounds:      providers.EventTime,
			PageSize:    100,
			MaxPageSize: 100,
			Granularity: time.Second,
			Lateness:    10 * time.Minute,
		},
		Grant:    grant,
		Reserved: []string{"page", "pageSize", "maxItems", "includeArchivedProjects"},
		Fetch:    feedV1{archived: c.IncludeArchivedProjects, extra: o.RemoteQuery}.fetch,
		Decode:   decodeV1,
	}
}

// classify: older documentation lists 400 for a rate limit, told by its text.
// Sister products spell the headers of a limit with one more hyphen:
// https://apidocs.teamwork.com/guides/spaces/rate-limiting
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{}
	switch {
	case r.Status == http.StatusBadRequest && strings.Contains(strings.ToLower(r.Body), "rate limit"):
		e.Class = providers.Throttled
	case r.Status == http.StatusTooManyRequests && r.Header.Get("Retry-After") == "" && r.Header.Get("X-RateLimit-Reset") == "":
		e.RetryAfter = untilReset(r.Header)
	case r.Status == http.StatusUnauthorized:
		e.Hint = "the key or token is wrong, or belongs to another site"
	case r.Status == http.StatusForbidden:
		e.Hint = "the user lacks the permission; use a site administrator"
	case r.Status == http.StatusNotFound:
		e.Hint = "check site and endpoint; EU sites live at {site}.eu.teamwork.com"
	}
	return e
}

// untilReset returns how far the reset of a limit, in epoch seconds, is ahead of the
// vendor's own clock; 0 when either is not told.
func untilReset(h http.Header) time.Duration {
	reset, err := strconv.ParseInt(h.Get("X-Rate-Limit-Reset"), 10, 64)
	now, bad := http.ParseTime(h.Get("Date"))
	if err != nil || bad != nil {
		return 0
	}
	return max(time.Unix(reset, 0).Sub(now), 0)
}
