package merge

import (
	"net/http"
	"net/url"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "merge",
		Name: "Merge",
		Docs: "https://docs.merge.dev/hris/audit-trail/",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.APIKey = "example-key"
			return c, providers.Options{}
		},
	}
}

// Config is what a merge entry may say besides the keys of every provider.
type Config struct {
	// APIKey is a production access key of the organization.
	APIKey providers.Secret `mapstructure:"api_key"`
	// Category is the path by which the trail is asked; all show the same one.
	Category string `mapstructure:"category"`
}

func newConfig() *Config { return &Config{Category: "hris"} }

// categories: the last four are in the newest SDK only
// (https://github.com/merge-api/merge-python-client).
var categories = []string{
	"hris", "ats", "crm", "accounting", "ticketing", "filestorage",
	"knowledgebase", "chat", "calendar", "email",
}

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.ExactlyOne(providers.Credential{Name: "access key", Keys: []providers.KeyValue{{Key: "api_key", Value: string(c.APIKey)}}})
	p.OneOf("category", c.Category, categories...)
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://api.merge.dev"
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		p.Add("endpoint", "is no URL")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	return c.source(endpoint, u.Hostname(), o), nil
}

// source puts the declaration together. No key names the organization, so the host
// of its region stands for it; the vendor's event ids are unique over all of them.
func (c *Config) source(endpoint, tenant string, o providers.Options) *providers.Source {
	f := feed{path: "/api/" + c.Category + "/v1/audit-trail", filter: filter(&o)}
	return &providers.Source{
		Endpoint: endpoint,
		Tenant:   tenant,
		Account:  providers.CredentialTenant(string(c.APIKey)),
		Header:   http.Header{"Accept": {"application/json"}},
		Auth:     providers.Bearer(c.APIKey),
		Classify: classify,
		Budgets: []providers.Budget{{
			// Documented per linked account, 100 a minute at least; nothing is said
			// about requests without one: https://docs.merge.dev/basics/rate-limits/
			Requests: 100, Per: time.Minute, RetryAfter: time.Minute,
		}},
		Streams: []providers.Stream{{
			Name:    "audit_trail",
			Default: true,
			Traits: providers.Traits{
				Resume:      providers.ByWindow,
				Order:       providers.Unordered,
				Bounds:      providers.EventTime,
				PageSize:    100,
				MaxPageSize: 100,
				Granularity: time.Millisecond,
				// "after" and "before" read as exclusive, and how exactly times are
				// compared is not said.
				Edge:     time.Second,
				Lateness: 5 * time.Minute,
			},
			Grant:    "a production access key of an organization on the Enterprise plan",
			Reserved: []string{"cursor", "start_date", "end_date", "page_size"},
			Fetch:    f.fetch,
			Decode:   decode,
		}},
	}
}

// filter returns the query besides window and paging: what the vendor can filter by
// one value, and remote_query, which has the last word.
func filter(o *providers.Options) providers.Params {
	m := map[string]string{}
	if action, ok := providers.Single(o.Filter.Actions); ok {
		if word, ok := onlyWord(action); ok {
			m["event_type"] = word
		}
	}
	if id, ok := providers.Single(o.Filter.ActorIDs); ok && record.Email(id) != "" {
		m["user_email"] = id
	}
	for k, v := range o.RemoteQuery {
		m[k] = v
	}
	var p providers.Params
	p.AddMap(m)
	return p
}

// classify: more than 20 failing answers within 10 seconds block the address they
// come from, for all keys, so nothing with a 4xx is tried again at once:
// https://help.merge.dev/en/articles/9150563-what-is-merge-s-global-api-rate-limit
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{}
	if gjson.Valid(r.Body) {
		e.Message = gjson.Get(r.Body, "detail").String()
	}
	switch r.Status {
	case http.StatusUnauthorized:
		e.Class = providers.Denied // there is no other key to try
		e.Hint = "api_key is wrong, or was regenerated in the dashboard"
	case http.StatusForbidden, http.StatusNotFound:
		e.Hint = "the audit trail needs the Enterprise plan; check category, and that endpoint is the organization's region"
	case http.StatusRequestTimeout, http.StatusTooEarly:
		e.Class, e.Probe = providers.Denied, time.Minute
	}
	return e
}
