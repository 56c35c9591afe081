package teamwork

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// Config is what a teamwork entry may say besides the keys of every provider.
type Config struct {
	// Site is the site's name: acme, or acme.eu for acme.eu.teamwork.com. Custom
	// domains use endpoint.
	Site string `mapstructure:"site"`
	// APIKey is a personal API key, sent as the user name of HTTP Basic; the service
	// ignores the Password beside it.
	APIKey   providers.Secret `mapstructure:"api_key"`
	Password providers.Secret `mapstructure:"password"`
	// AccessToken is the token of a registered app.
	AccessToken providers.Secret `mapstructure:"access_token"`
	// Username with Password: works, but breaks with two factors and single sign-on.
	Username string `mapstructure:"username"`
	// APIVersion is v3 or v1.
	APIVersion string `mapstructure:"api_version"`
	// ProjectIDs and the like narrow the feed to some projects.
	ProjectIDs         []int64 `mapstructure:"project_ids"`
	ProjectTagIDs      []int64 `mapstructure:"project_tag_ids"`
	ProjectOwnerIDs    []int64 `mapstructure:"project_owner_ids"`
	ProjectCompanyIDs  []int64 `mapstructure:"project_company_ids"`
	ProjectCategoryIDs []int64 `mapstructure:"project_category_ids"`
	// OnlyStarredProjects narrows the feed to the user's starred projects.
	OnlyStarredProjects bool `mapstructure:"only_starred_projects"`
	// IncludeArchivedProjects and ShowDeleted keep rows that else vanish when a
	// project is archived or an item deleted.
	IncludeArchivedProjects bool `mapstructure:"include_archived_projects"`
	ShowDeleted             bool `mapstructure:"show_deleted"`
}

func newConfig() *Config {
	return &Config{APIVersion: "v3", IncludeArchivedProjects: true, ShowDeleted: true}
}

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	if o.Endpoint == "" {
		p.Require("site", c.Site, "unless endpoint is set")
	}
	if strings.ContainsAny(c.Site, "/:@ ") || strings.HasSuffix(c.Site, ".teamwork.com") {
		p.Add("site", "%q must be the site's name only, for example acme or acme.eu", c.Site)
	}
	password := string(c.Password)
	if c.APIKey != "" && c.Username == "" {
		password = "" // it may stand beside a key
	}
	p.ExactlyOne(
		providers.Credential{Name: "API key", Keys: []providers.KeyValue{{Key: "api_key", Value: string(c.APIKey)}}},
		providers.Credential{Name: "app token", Keys: []providers.KeyValue{{Key: "access_token", Value: string(c.AccessToken)}}},
		providers.Credential{Name: "user and password", Keys: []providers.KeyValue{{Key: "username", Value: c.Username}, {Key: "password", Value: password}}},
	)
	p.OneOf("api_version", c.APIVersion, "v3", "v1")
	if c.APIVersion == "v1" && len(c.settings()) > 2 {
		p.Add("api_version", "v1 has no project filters; remove them or use v3")
	}
	if c.APIVersion == "v1" && o.PageSize > 100 {
		p.Add("page_size", "%d is outside 1..100 of v1", o.PageSize)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint, host := o.Endpoint, c.Site+".teamwork.com"
	if endpoint == "" {
		endpoint = "https://" + host
	}
	if c.Site == "" {
		if u, err := url.Parse(endpoint); err == nil {
			host = u.Hostname()
		}
	}
	return c.source(endpoint, host, o), nil
}

func (c *Config) auth() providers.Auth {
	switch {
	case c.APIKey != "":
		password := c.Password
		if password == "" {
			password = "x"
		}
		return providers.BasicAuth{Username: string(c.APIKey), Password: password}
	case c.AccessToken != "":
		return providers.Bearer(c.AccessToken)
	case c.Username != "":
		return providers.BasicAuth{Username: c.Username, Password: c.Password}
	}
	return nil
}

// settings are the parameters that v3 always gets: two switches and the project
// filters that are set.
func (c *Config) settings() providers.Params {
	p := providers.Params{
		{Key: "includeArchivedProjects", Value: strconv.FormatBool(c.IncludeArchivedProjects)},
		{Key: "showDeleted", Value: strconv.FormatBool(c.ShowDeleted)},
	}
	p.AddSet("projectIds", list(c.ProjectIDs))
	p.AddSet("projectTagIds", list(c.ProjectTagIDs))
	p.AddSet("projectOwnerIds", list(c.ProjectOwnerIDs))
	p.AddSet("projectCompanyIds", list(c.ProjectCompanyIDs))
	p.AddSet("projectCategoryIds", list(c.ProjectCategoryIDs))
	if c.OnlyStarredProjects {
		p.Add("onlyStarredProjects", "true")
	}
	return p
}

func list(ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(parts, ",")
}

// pushed returns the filters that v3 serves: comma-separated integers, and item
// types in the vendor's spelling. activityTypes takes item types despite its name.
// A parameter of the remote query is left to the user.
func (c *Config) pushed(o *providers.Options) providers.Params {
	f := &o.Filter
	var p providers.Params
	add := func(key string, values []string) {
		if o.RemoteQuery[key] == "" {
			p.AddSet(key, strings.Join(values, ","))
		}
	}
	if integers(f.ActorIDs) {
		add("userIds", f.ActorIDs)
	}
	add("activityTypes", spelled(f.EntityTypes))
	if integers(f.Entities) {
		add("itemIds", f.Entities)
	}
	return p
}

func integers(values []string) bool {
	return !slices.ContainsFunc(values, func(s string) bool {
		_, err := strconv.ParseInt(s, 10, 64)
		return err != nil
	})
}

// itemTypes are the item types that the vendor's SDK knows.
var itemTypes = []string{
	"message", "comment", "task", "tasklist", "taskgroup", "milestone", "file", "form", "notebook", "timelog",
	"task_comment", "notebook_comment", "file_comment", "link_comment", "milestone_comment", "project", "link",
	"billingInvoice", "risk", "projectUpdate", "reacted", "budget",
}

// spelled returns the types in the vendor's spelling, or none when one of them is
// not known: then the engine filters alone.
func spelled(types []string) []string {
	var out []string
	for _, t := range types {
		i := slices.IndexFunc(itemTypes, func(known string) bool { return strings.EqualFold(known, t) })
		if i < 0 {
			return nil
		}
		out = append(out, itemTypes[i])
	}
	return out
}
