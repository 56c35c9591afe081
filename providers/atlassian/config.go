package atlassian

import (
	"net/netip"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// The values of api.
const (
	eventsStream = "events_stream"
	eventsQuery  = "events"
)

// Config is what an atlassian entry may say besides the keys of every provider.
type Config struct {
	// OrgID is the organization's id: admin.atlassian.com shows it as /o/{org_id}/.
	OrgID string `mapstructure:"org_id"`
	// APIKey is a key of the organization, not a token of a person.
	APIKey providers.Secret `mapstructure:"api_key"`
	// API is events_stream, or events, which can filter.
	API string `mapstructure:"api"`
	// Actions, Actors, IPs, Products and Query are the vendor's filters of events.
	Actions  []string `mapstructure:"actions"`
	Actors   []string `mapstructure:"actors"`
	IPs      []string `mapstructure:"ips"`
	Products []string `mapstructure:"products"`
	Query    string   `mapstructure:"query"`
}

func newConfig() *Config { return &Config{API: eventsStream} }

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.Require("org_id", c.OrgID)
	if strings.Trim(c.OrgID, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") != "" {
		p.Add("org_id", "%q is no id; it is the part after /o/ in the address of admin.atlassian.com", c.OrgID)
	}
	p.ExactlyOne(providers.Credential{Name: "API key", Keys: []providers.KeyValue{{Key: "api_key", Value: string(c.APIKey)}}})
	p.OneOf("api", c.API, eventsStream, eventsQuery)
	c.checkFilters(&p)
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://api.atlassian.com"
	}
	return c.source(endpoint, &o), nil
}

func (c *Config) checkFilters(p *providers.Problems) {
	if c.API != eventsQuery {
		for _, f := range []struct {
			key string
			set bool
		}{
			{"actions", len(c.Actions) > 0},
			{"actors", len(c.Actors) > 0},
			{"ips", len(c.IPs) > 0},
			{"products", len(c.Products) > 0},
			{"query", c.Query != ""},
		} {
			if f.set {
				p.Add(f.key, "needs api: events; the events stream has no filters")
			}
		}
	}
	p.EachOneOf("products", c.Products, "bitbucket", "confluence", "guard_detect", "jira", "loom")
	for _, ip := range c.IPs {
		if _, err := netip.ParseAddr(ip); err != nil {
			p.Add("ips", "%q is no address", ip)
		}
	}
}
