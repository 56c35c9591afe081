package atlassian

import (
	"net/http"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

const day = 24 * time.Hour

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "atlassian",
		Name: "Atlassian organization",
		Docs: "https://developer.atlassian.com/cloud/admin/organization/rest/api-group-events/",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.OrgID = "5a1b2c3d-0000-4000-8000-1234567890ab"
			c.APIKey = "example-key"
			return c, providers.Options{}
		},
	}
}

func (c *Config) source(endpoint string, o *providers.Options) *providers.Source {
	stream := c.stream(o)
	stream.Name = "events" // one log, whichever endpoint it is read from
	stream.Default = true
	stream.Fingerprint = c.API
	stream.Grant = "an organization API key; a key with scopes needs read:events:admin"
	s := &providers.Source{
		Endpoint: endpoint,
		Tenant:   c.OrgID,
		Classify: classify,
		Budgets:  []providers.Budget{budget(c.API, c.OrgID)},
		Streams:  []providers.Stream{stream},
	}
	if c.APIKey != "" {
		s.Auth = providers.Bearer(c.APIKey)
	}
	return s
}

// budget: https://developer.atlassian.com/cloud/admin/organization/rest/intro/ .
// The limits are counted by path: 50 requests a minute on the stream, 10 on the
// query.
func budget(api, org string) providers.Budget {
	b := providers.Budget{
		Class: api, Requests: 40, Per: time.Minute, Burst: 1, RetryAfter: 10 * time.Second, Share: "atlassian " + org,
		Headers: &providers.LimitHeaders{
			Limit: "X-RateLimit-Limit", Remaining: "X-RateLimit-Remaining",
			Reset: "X-RateLimit-Reset", Kind: providers.ResetTimestamp,
		},
	}
	if api == eventsQuery {
		b.Requests = 10
	}
	return b
}

func (c *Config) stream(o *providers.Options) providers.Stream {
	path := "/admin/v1/orgs/" + c.OrgID
	decode := decoder(c.OrgID)
	traits := providers.Traits{
		PageSize: 200, MaxPageSize: 500, Granularity: time.Millisecond, Retention: 180 * day,
		// Nobody says whether the bounds are inclusive.
		Edge: time.Millisecond, Class: c.API,
	}
	if c.API == eventsQuery {
		traits.Resume, traits.Order = providers.ByWindow, providers.NewestFirst
		traits.Lateness = time.Hour // events wait to be processed
		w := walk{path: path + "/events", actions: c.wantedActions(o), filters: c.pushed(o)}
		return providers.Stream{
			Traits:   traits,
			Reserved: []string{"cursor", "from", "to", "limit"},
			Fetch:    w.fetch,
			Decode:   decode,
		}
	}
	// Neither the order nor a first bound can be told from an event's own time, and
	// a window after a lost cursor brings events again that were late at first.
	traits.Resume, traits.Bounds = providers.ByCursor, providers.IngestionTime
	traits.Lateness, traits.Remember = 10*time.Minute, day
	p := poll{path: path + "/events-stream", extra: o.RemoteQuery}
	return providers.Stream{
		Traits:   traits,
		Reserved: []string{"cursor", "from", "to", "limit", "sortOrder"},
		Fetch:    p.fetch,
		Decode:   decode,
	}
}

// classify reads the list of errors in an answer, or the gateway's own form.
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	first := gjson.Get(r.Body, "errors.0")
	e := &providers.Error{
		Code:    record.Path(first, "code"),
		Message: record.First(record.Path(first, "detail"), record.Path(first, "title"), record.Text(gjson.Get(r.Body, "message"))),
	}
	switch r.Status {
	case http.StatusUnauthorized:
		e.Hint = "the API key is wrong, revoked or past its end date, at most a year after it was made; a person's API token does not work here"
	case http.StatusForbidden:
		e.Hint = "the key must be the organization's own, made by an organization administrator, with all access or the scope read:events:admin"
	case http.StatusNotFound:
		e.Hint = "check org_id"
	case http.StatusTooManyRequests:
		if r.Header.Get("Retry-After") == "" { // some answers spell it with an X
			seconds, _ := strconv.Atoi(r.Header.Get("X-Retry-After"))
			e.RetryAfter = time.Duration(min(max(seconds, 0), 3600)) * time.Second
		}
	}
	return e
}
