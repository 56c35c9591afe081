package confluence

import (
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/confluence/auditlog"
	"github.com/otelactivity/otelactivity/providers/jira/cloudsite"
	"github.com/otelactivity/otelactivity/providers/record"
)

const (
	day     = 24 * time.Hour
	product = "confluence"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "confluence",
		Name: "Confluence",
		Docs: "https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-audit/",
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

// Config is what a confluence entry may say besides the keys of every provider:
// the site, its credential, and a search.
type Config struct {
	cloudsite.Config `mapstructure:",squash"`
	// Search is text that one of a row's strings must contain.
	Search string `mapstructure:"search"`
}

func newConfig() *Config { return &Config{Config: cloudsite.Defaults()} }

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	a := c.Account(product, &o, &p)
	if strings.HasSuffix(o.Endpoint, "/wiki") {
		p.Add("endpoint", "leave out /wiki, it is added")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	feed := auditlog.Feed{Path: a.Prefix + "/wiki/rest/api/audit", NextLink: true, Author: author}
	reserved := auditlog.Reserved()
	if c.Search != "" {
		feed.Query.Add("searchString", c.Search)
		reserved = append(reserved, "searchString")
	}
	feed.Query.AddMap(o.RemoteQuery)
	traits := auditlog.Traits()
	traits.PageSize, traits.MaxPageSize = 1000, 1000
	// No limit is known; a backfill that breaks off repeats a month at most.
	traits.MaxWindow, traits.Parallel = 30*day, 2
	traits.Retention = 365 * day // unless an administrator made it shorter
	return &providers.Source{
		Endpoint:      a.Endpoint,
		Tenant:        a.Tenant,
		ServerAddress: a.Host,
		Auth:          a.Auth,
		Classify:      classify,
		Budgets:       cloudsite.Budgets(product, a.Tenant),
		Warnings:      a.Warnings,
		Streams: []providers.Stream{{
			Name:     "audit",
			Default:  true,
			Traits:   traits,
			Grant:    "the global permission Confluence Administrator; OAuth and scoped tokens: read:audit-log:confluence",
			Reserved: reserved,
			Fetch:    feed.Fetch,
			Decode:   feed.Decode,
		}},
	}, nil
}

// author: the user key and name of Cloud rows are copies of the account id at
// best.
func author(v gjson.Result) (id, login string) { return record.Path(v, "accountId"), "" }

var hints = cloudsite.Hints{
	Scope:      "the token needs the scope read:audit-log:confluence",
	Permission: "the account needs a Confluence licence and the global permission Confluence Administrator; a site without Confluence answers so, too",
	NotFound:   "check site, cloud_id and endpoint: there is no Confluence behind them",
}

func classify(r *providers.Response) *providers.Error {
	e := hints.Classify(r)
	switch {
	case e == nil:
	case r.Status == http.StatusForbidden && strings.Contains(e.Message, "Free edition"):
		e.Hint = "the audit log needs the plan Standard or higher"
	case r.Status == http.StatusGone:
		e.Hint = "the API gateway no longer serves this path; leave out cloud_id and use site with an e-mail address and an API token without scopes"
	}
	return e
}
