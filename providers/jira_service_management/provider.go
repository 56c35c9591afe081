package jiraservicemanagement

import (
	"context"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/jira/cloudsite"
	"github.com/otelactivity/otelactivity/providers/jira/sitelog"
)

// The values of rows.
const (
	allRows     = "all"
	serviceRows = "service_projects"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "jira_service_management",
		Name: "Jira Service Management",
		Docs: "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-audit-records/",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.Site = "acme-help"
			c.Email = "audit@example.com"
			c.APIToken = "example-token"
			return c, providers.Options{}
		},
	}
}

// Config is what a jira_service_management entry may say besides the keys of every
// provider: the site and its credential, and which rows to keep.
type Config struct {
	cloudsite.Config `mapstructure:",squash"`
	// Rows is all or service_projects.
	Rows string `mapstructure:"rows"`
	// Projects are the keys or ids of the service projects; empty: looked up.
	Projects []string `mapstructure:"projects"`
}

func newConfig() *Config { return &Config{Config: cloudsite.Defaults(), Rows: allRows} }

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	account := c.Account(sitelog.Product, &o, &p)
	p.OneOf("rows", c.Rows, allRows, serviceRows)
	if c.Rows == allRows && len(c.Projects) > 0 {
		p.Add("projects", "needs rows: service_projects")
	}
	for _, project := range c.Projects {
		if project == "" || strings.Trim(strings.ToUpper(project), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
			p.Add("projects", "%q is no key or id of a project, for example HELP or 10031", project)
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	source := sitelog.Source(account, o)
	if c.Rows == serviceRows {
		stream := &source.Streams[0]
		projects := newProjects(account.Prefix+"/rest/api/3/project/search", c.Projects)
		stream.Fetch = narrowed(stream.Fetch, projects)
		if projects.lookedUp {
			stream.Grant += "; to look up the service projects: " + lookupScopes
		}
	}
	return source, nil
}

type fetch = func(context.Context, providers.Client, providers.Query) (providers.Page, error)

// narrowed keeps of each page the rows that belong to Jira Service Management.
func narrowed(log fetch, projects *projects) fetch {
	return func(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
		// Before the log is read, so that a project that is deleted now is known.
		if err := projects.refresh(ctx, c, q.Now); err != nil {
			return providers.Page{}, err
		}
		page, err := log(ctx, c, q)
		if err != nil {
			return page, err
		}
		rows := make([]row, len(page.Events))
		for i, e := range page.Events {
			rows[i] = read(e)
		}
		if err := projects.cover(ctx, c, q.Now, rows); err != nil {
			return providers.Page{}, err
		}
		page.Events = projects.keep(page.Events, rows)
		page.Filtered = len(rows) - len(page.Events)
		page.Warnings = append(page.Warnings, projects.missing()...)
		return page, nil
	}
}
