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
	filter := c.pushed(&o)
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
			Reserved:    c.reserved(),
			Fingerprint: filter.Encode(),
			Fetch:       f.fetch,
			Decode:      f.decode,
		}},
	}
}

// pushed returns the vendor's filters: the configured ones, else the unified ones
// that have one value. The vendor takes a parameter once, so that one of the remote
// query goes before a unified filter, which the engine checks in any case.
func (c *Config) pushed(o *providers.Options) providers.Params {
	var p providers.Params
	add := func(key, own, unified string) {
		if own == "" && o.RemoteQuery[key] == "" {
			own = unified
		}
		p.AddSet(key, own)
	}
	event, _ := single(o.Filter.Actions)
	actor, _ := providers.Single(o.Filter.ActorIDs)
	resource, _ := providers.Single(o.Filter.Entities)
	add("event_type", c.EventType, event)
	add("actor_gid", c.ActorGID, actor)
	add("resource_gid", c.ResourceGID, resource)
	return p
}

// reserved are the query keys of paging and of the filters that are configured.
func (c *Config) reserved() []string {
	keys := []string{"start_at", "end_at", "limit", "offset"}
	for _, f := range []providers.KeyValue{
		{Key: "event_type", Value: c.EventType}, {Key: "actor_gid", Value: c.ActorGID}, {Key: "resource_gid", Value: c.ResourceGID},
	} {
		if f.Value != "" {
			keys = append(keys, f.Key)
		}
	}
	return keys
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
