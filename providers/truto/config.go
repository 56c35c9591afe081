package truto

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// Config is what a truto entry may say besides the keys of every provider.
type Config struct {
	// APIToken of the environment that the account belongs to.
	APIToken providers.Secret `mapstructure:"api_token"`
	// IntegratedAccountID is the UUID of the connected account.
	IntegratedAccountID string `mapstructure:"integrated_account_id"`
	// Integration names the connected product, for the limits known of it.
	Integration string `mapstructure:"integration"`
	// OrganizationID is required for Asana and GitHub.
	OrganizationID string `mapstructure:"organization_id"`
	// TimeFilter sends the window as created_at; false for products that refuse it.
	TimeFilter bool `mapstructure:"time_filter"`
	// IgnoreRemoteData leaves the product's own record out of the answers.
	IgnoreRemoteData bool `mapstructure:"ignore_remote_data"`
	// IgnoreLimit makes Truto ignore the page size.
	IgnoreLimit bool `mapstructure:"ignore_limit"`
	// ExcludeFields are left out by Truto.
	ExcludeFields []string `mapstructure:"truto_exclude_fields"`
	// SuperQuery reads Truto's synced copy in a region instead of the product.
	SuperQuery string `mapstructure:"super_query"`
	// MaxPagesPerPoll ends a window of a product that ignores the time filter.
	MaxPagesPerPoll int `mapstructure:"max_pages_per_poll"`
}

func newConfig() *Config { return &Config{TimeFilter: true, MaxPagesPerPoll: 200} }

const remoteData = "remote_data"

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.ExactlyOne(providers.Credential{Name: "API token", Keys: []providers.KeyValue{{Key: "api_token", Value: string(c.APIToken)}}})
	p.Require("integrated_account_id", c.IntegratedAccountID)
	if c.IntegratedAccountID != "" && !uuid.MatchString(c.IntegratedAccountID) {
		p.Add("integrated_account_id", "%q is no UUID", c.IntegratedAccountID)
	}
	of, ok := find(c.Integration)
	if !ok {
		p.Add("integration", "%q is not known; use one of %s, or leave it out", c.Integration, names())
	}
	if of.organization {
		p.Require("organization_id", c.OrganizationID, "for "+of.name)
	}
	if c.SuperQuery != "" {
		p.OneOf("super_query", c.SuperQuery, "apac", "wnam")
	}
	p.Range("max_pages_per_poll", c.MaxPagesPerPoll, 1, 1_000_000)
	c.checkExcluded(&p, of)
	c.checkCommon(&p, of, &o)
	if err := p.Err(); err != nil {
		return nil, err
	}
	return c.source(of, o), nil
}

// checkExcluded refuses to leave out what an activity cannot do without.
func (c *Config) checkExcluded(p *providers.Problems, of product) {
	for _, field := range c.ExcludeFields {
		switch {
		case slices.Contains([]string{"id", "action", "actor", "created_at"}, field):
			p.Add("truto_exclude_fields", "%s cannot be left out", field)
		case field == remoteData && of.noID:
			p.Add("truto_exclude_fields", "%s cannot be left out for %s: rows have no id, one is made from it", field, of.name)
		}
	}
	if c.IgnoreRemoteData && of.noID {
		p.Add("ignore_remote_data", "cannot be set for %s: rows have no id, one is made from the remote data", of.name)
	}
}

// checkCommon checks the common keys that mean something else here.
func (c *Config) checkCommon(p *providers.Problems, of product, o *providers.Options) {
	if want := o.Filter.OrganizationID; want != "" && c.OrganizationID != "" && want != c.OrganizationID {
		p.Add("filter::organization_id", "%q differs from organization_id %q: nothing would pass", want, c.OrganizationID)
	}
	if o.Filter.Product != "" {
		p.OneOf("filter::product", o.Filter.Product, "azure_active_directory")
		if of.name != "" && !of.product {
			p.Add("filter::product", "exists for Microsoft 365 only, not for %s", of.name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.RemoteQuery)) {
		if strings.HasPrefix(name, "truto_") {
			p.Add("remote_query::"+name, "is a parameter of Truto, and remote_query goes to the product behind it; leave it out")
		}
	}
}

func (c *Config) warnings(of product) []string {
	var w []string
	if !c.TimeFilter {
		w = append(w, "time_filter is false: every read goes through the whole list, up to max_pages_per_poll pages")
	}
	if of.name == "" && (c.IgnoreRemoteData || slices.Contains(c.ExcludeFields, remoteData)) {
		w = append(w, "remote_data is left out and integration is not set: rows without an id (Zoom) with equal time, action and actor become one")
	}
	return w
}
