package jira

import (
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/jira/cloudsite"
	"github.com/otelactivity/otelactivity/providers/jira/sitelog"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "jira",
		Name: "Jira",
		Docs: "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-audit-records/",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.Site = "acme"
			c.Email = "audit@example.com"
			c.APIToken = "example-token"
			return c, providers.Options{}
		},
	}
}

// Config is what a jira entry may say besides the keys of every provider: the
// site and its credential.
type Config struct {
	cloudsite.Config `mapstructure:",squash"`
}

func newConfig() *Config { return &Config{Config: cloudsite.Defaults()} }

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	account := c.Account(sitelog.Product, &o, &p)
	if err := p.Err(); err != nil {
		return nil, err
	}
	return sitelog.Source(account, o), nil
}
