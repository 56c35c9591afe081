package box

import (
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

const day = 24 * time.Hour

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "box",
		Name: "Box",
		Docs: "https://developer.box.com/guides/events/enterprise-events/for-enterprise/",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.ClientID, c.ClientSecret, c.EnterpriseID = "example-client", "example-secret", "100200300"
			return c, providers.Options{}
		},
	}
}

func (c *Config) source(endpoint string, o providers.Options) *providers.Source {
	types := c.EventTypes
	if len(types) == 0 {
		types = eventTypes(o.Filter.Actions)
	}
	f := feed{types: strings.Join(types, ","), organization: c.EnterpriseID, extra: o.RemoteQuery}
	stream := providers.Stream{
		Name:        c.StreamType,
		Default:     true,
		Grant:       "the application scope Manage enterprise properties, authorized by an admin",
		Reserved:    []string{"stream_type", "stream_position", "limit", "event_type", "created_after", "created_before"},
		Fingerprint: f.types,
		Decode:      f.decode,
	}
	if c.StreamType == streaming {
		stream.Traits, stream.Fetch = streamingTraits(), f.fetchStreaming
	} else {
		stream.Traits, stream.Fetch = historyTraits(), f.fetchHistory
	}
	return &providers.Source{
		Endpoint: endpoint,
		Tenant:   c.tenant(),
		Auth:     c.auth(),
		Classify: classify,
		Budgets: []providers.Budget{{
			// https://developer.box.com/guides/api-calls/permissions-and-errors/rate-limits/
			Requests: 1000, Per: time.Minute, Burst: 10, Share: c.ClientID,
		}},
		Streams: []providers.Stream{stream},
	}
}

// streamingTraits: a position cannot be asked from a time, so the first read begins
// at the oldest event and the engine drops what is older than the start. Events are
// delivered at least once and out of order.
func streamingTraits() providers.Traits {
	return providers.Traits{
		Resume:      providers.ByCursor,
		Order:       providers.Unordered,
		Bounds:      providers.EventTime,
		PageSize:    500,
		MaxPageSize: 500,
		Granularity: time.Second,
		Retention:   14 * day,
		Lateness:    day,
		Remember:    day,
	}
}

// historyTraits: events appear late, sorted by their own time.
func historyTraits() providers.Traits {
	return providers.Traits{
		Resume:      providers.ByWindow,
		Order:       providers.OldestFirst,
		Bounds:      providers.EventTime,
		PageSize:    500,
		MaxPageSize: 500,
		Granularity: time.Second,
		Edge:        time.Second, // "after" and "before": nobody says whether inclusive
		Retention:   365 * day,
		Lateness:    day,
	}
}

// classify: a refused token often comes with an empty body and a header only.
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{Code: gjson.Get(r.Body, "code").String(), Message: gjson.Get(r.Body, "message").String()}
	switch r.Status {
	case http.StatusUnauthorized:
		e.Hint = "the token is wrong or has expired"
	case http.StatusForbidden:
		e.Hint = "the app needs the scope Manage enterprise properties, an admin must authorize it again after a change, and the subject must be the service account or an admin who may run reports"
	}
	return e
}
