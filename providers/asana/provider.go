package asana

import (
	"net/http"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

const day = 24 * time.Hour

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "asana",
		Name: "Asana",
		Docs: "https://developers.asana.com/reference/getauditlogevents",
		New:  func() providers.Config { return &Config{} },
		Example: func() (providers.Config, providers.Options) {
			return &Config{AccessToken: "example-token", WorkspaceGID: "1200000000000001"}, providers.Options{}
		},
	}
}

// Config is what an asana entry may say besides the keys of every provider.
type Config struct {
	// AccessToken is the token of a service account.
	AccessToken providers.Secret `mapstructure:"access_token"`
	// WorkspaceGID is the organization, a decimal number.
	WorkspaceGID string `mapstructure:"workspace_gid"`
	// EventType, ActorGID and ResourceGID are the vendor's filters of one value.
	EventType   string `mapstructure:"event_type"`
	ActorGID    string `mapstructure:"actor_gid"`
	ResourceGID string `mapstructure:"resource_gid"`
}

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.ExactlyOne(providers.Credential{Name: "service account", Keys: []providers.KeyValue{{Key: "access_token", Value: string(c.AccessToken)}}})
	p.Require("workspace_gid", c.WorkspaceGID)
	for _, gid := range []providers.KeyValue{
		{Key: "workspace_gid", Value: c.WorkspaceGID}, {Key: "actor_gid", Value: c.ActorGID}, {Key: "resource_gid", Value: c.ResourceGID},
	} {
		if !decimal(gid.Value) {
			p.Add(gid.Key, "%q is no gid; gids are decimal numbers", gid.Value)
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://app.asana.com"
	}
	return c.source(endpoint, o), nil
}

func decimal(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

func (c *Config) source(endpoint string, o providers.Options) *providers.Source {
	filter := c.pushed(&o.Filter)
	f := feed{workspace: c.WorkspaceGID, filter: filter, extra: o.RemoteQuery}
	return &providers.Source{
		Endpoint: endpoint,
		Tenant:   c.WorkspaceGID,
		Auth:     providers.Bearer(c.AccessToken),
		Classify: classify,
		Budgets: []providers.Budget{{
			// https://developers.asana.com/docs/rate-limits
			Requests: 1500, Per: time.Minute, Burst: 20,
		}},
		Streams: []providers.Stream{{
			Name:    "audit_log_events",
			Default: true,
			Traits: providers.Traits{
				Resume:      providers.ByCursor,
				Order:       providers.OldestFirst,
				PageSize:    100,
				MaxPageSize: 100,
				Granularity: time.Millisecond,
				Retention:   90 * day,
				Lateness:    time.Hour,
			},
			Grant:       "the token of a service account with full permissions or the permission Audit logs",
			Reserved:    []string{"start_at", "end_at", "limit", "offset"},
			Fingerprint: filter.Encode(),
			Fetch:       f.fetch,
			Decode:      f.decode,
		}},
	}
}

// pushed returns the vendor's filters: the configured ones, else the unified ones
// that have one value.
func (c *Config) pushed(f *providers.Filter) providers.Params {
	pick := func(own string, unified []string) string {
		if own != "" {
			return own
		}
		one, _ := providers.Single(unified)
		return one
	}
	var p providers.Params
	event := c.EventType
	if event == "" {
		event, _ = single(f.Actions)
	}
	p.AddSet("event_type", event)
	p.AddSet("actor_gid", pick(c.ActorGID, f.ActorIDs))
	p.AddSet("resource_gid", pick(c.ResourceGID, f.Entities))
	return p
}

func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{Message: gjson.Get(r.Body, "errors.0.message").String()}
	switch r.Status {
	case http.StatusUnauthorized:
		e.Hint = "the token is missing or revoked, or the organization blocks the app"
	case http.StatusPaymentRequired:
		e.Hint = "the audit log needs Enterprise+, or Enterprise with the Compliance add-on"
	case http.StatusForbidden:
		e.Hint = "the token must be a service account's with full permissions or the permission Audit logs; a person's token does not work"
	case http.StatusNotFound:
		e.Hint = "check workspace_gid; the service account belongs to one organization"
	}
	return e
}
