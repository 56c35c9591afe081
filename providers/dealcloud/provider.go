package dealcloud

import (
	"net/http"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "dealcloud",
		Name: "DealCloud",
		Docs: "https://api.docs.dealcloud.com/docs/management/user_activity",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.ClientID, c.ClientSecret = "1001", "example-secret"
			return c, providers.Options{Endpoint: "https://acme.dealcloud.com"}
		},
	}
}

func (c *Config) source(tenant string, zone *time.Location, o providers.Options) *providers.Source {
	f := feed{want: c.search(&o.Filter), zone: zone, little: c.IPByteOrder == "little", extra: o.RemoteQuery}
	return &providers.Source{
		Endpoint: o.Endpoint,
		Tenant:   tenant,
		Header:   http.Header{"Accept": {"application/json"}},
		Auth:     c.auth(tenant),
		Classify: classify,
		// Only the limit of token requests is documented.
		Budgets: []providers.Budget{{Requests: 60, Per: time.Minute, RetryAfter: time.Minute, Share: tenant}},
		Streams: []providers.Stream{{
			Name:    "user_activity",
			Default: true,
			Traits: providers.Traits{
				Resume: providers.ByWindow,
				Order:  providers.Unordered,
				Bounds: providers.EventTime,
				// The maximum is not documented; clients of others ask for 1000 at most.
				PageSize:    100,
				MaxPageSize: 1000,
				// The time of day of a bound does not count, and a range may span 90 days.
				Granularity: day,
				MaxWindow:   7 * day,
				Retention:   90 * day,
				Lateness:    lateness(zone),
				MinLateness: lateness(zone) - time.Hour,
			},
			Grant:    "an API key with the scope user_management, of a user who may manage users and whose group has the site area API",
			Reserved: []string{"pageNumber", "pageSize", "dateFrom", "dateTo"},
			Fetch:    f.fetch,
			Decode:   f.decode,
		}},
	}
}

// lateness is how late a row may appear, of which nothing is documented. Where a
// clock is set back, an hour comes twice: rows of its second run look an hour older
// than they are.
func lateness(zone *time.Location) time.Duration {
	if zone == time.UTC {
		return time.Hour
	}
	return 2 * time.Hour
}

// classify: a range of less than a day, or of more than 90, is told with 400.
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{}
	if gjson.Valid(r.Body) {
		e.Code = gjson.Get(r.Body, "error").String()
		e.Message = gjson.Get(r.Body, "message").String()
	}
	switch r.Status {
	case http.StatusBadRequest:
		e.Hint = "the site refuses the range of days or a filter; check source and export_data_type"
	case http.StatusUnauthorized:
		e.Hint = "the token is refused; check client_id and client_secret"
	case http.StatusForbidden:
		e.Hint = "the key needs the scope user_management, and its user group the right to manage users"
	}
	return e
}
