package sdelements

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "sd_elements",
		Name: "SD Elements",
		Docs: "https://docs.sdelements.com/release/latest/api/docs/activities",
		New:  func() providers.Config { return &Config{} },
		Example: func() (providers.Config, providers.Options) {
			return &Config{APIToken: "example-token"}, providers.Options{Endpoint: "https://acme.sdelements.com"}
		},
	}
}

// Config is what an sd_elements entry may say besides the keys of every provider.
type Config struct {
	// APIToken is a personal access token of API v2, without quotes or prefix.
	APIToken providers.Secret `mapstructure:"api_token"`
	// The vendor's filters that no unified filter stands for. The names find what
	// was deleted meanwhile.
	ApplicationDesc  string `mapstructure:"application_desc"`
	BusinessUnitDesc string `mapstructure:"business_unit_desc"`
	ProjectDesc      string `mapstructure:"project_desc"`
	StandardDesc     string `mapstructure:"standard_desc"`
	ID               string `mapstructure:"id"`
}

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.Require("endpoint", o.Endpoint, "(the instance, for example https://acme.sdelements.com)")
	u, err := url.Parse(o.Endpoint)
	if err != nil {
		p.Add("endpoint", "is no URL")
	} else if u.Path == "/api" || strings.HasSuffix(u.Path, "/api/v2") {
		p.Add("endpoint", "must be the instance alone; leave out %s", u.Path)
	}
	p.ExactlyOne(providers.Credential{Name: "API token", Keys: []providers.KeyValue{{Key: "api_token", Value: string(c.APIToken)}}})
	if strings.ContainsAny(string(c.APIToken), "\" '") {
		p.Add("api_token", "must be the bare token, without quotes and without the word Token")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	return c.source(u, o), nil
}

func (c *Config) source(u *url.URL, o providers.Options) *providers.Source {
	f := feed{filter: c.filter(&o)}
	return &providers.Source{
		Endpoint: o.Endpoint,
		Tenant:   strings.ToLower(u.Host),
		Header:   http.Header{"Accept": {"application/json"}},
		Auth:     providers.HeaderAuth{Name: "Authorization", Prefix: "Token ", Value: c.APIToken},
		Classify: classify,
		// No limit is documented; many instances run on a customer's own machine.
		Budgets: []providers.Budget{{Requests: 60, Per: time.Minute, Burst: 1, RetryAfter: time.Minute, Share: strings.ToLower(u.Host)}},
		Streams: []providers.Stream{{
			Name:    "activities",
			Default: true,
			Traits: providers.Traits{
				Resume: providers.ByWindow,
				Order:  providers.Unordered,
				Bounds: providers.EventTime,
				// The vendor's own client asks for up to 1000:
				// https://github.com/sdelements/sde-mcp
				PageSize:    100,
				MaxPageSize: 1000,
				Granularity: time.Microsecond,
				Lateness:    5 * time.Minute,
			},
			Grant:    "a token of a user who may see the activities of the whole instance: an administrator",
			Reserved: []string{"date_from", "date_to", "page", "page_size", "cursor"},
			Fetch:    f.fetch,
			Decode:   decode,
		}},
	}
}

// filter returns the query besides window and paging: pushed filters, the vendor's
// own, and what remote_query says, the last word being the user's.
func (c *Config) filter(o *providers.Options) providers.Params {
	m := pushed(&o.Filter)
	for _, own := range []providers.Param{
		{Key: "application_desc", Value: c.ApplicationDesc},
		{Key: "business_unit_desc", Value: c.BusinessUnitDesc},
		{Key: "project_desc", Value: c.ProjectDesc},
		{Key: "standard_desc", Value: c.StandardDesc},
		{Key: "id", Value: c.ID},
	} {
		if own.Value != "" {
			m[own.Key] = own.Value
		}
	}
	for k, v := range o.RemoteQuery {
		m[k] = v
	}
	var p providers.Params
	p.AddMap(m)
	return p
}

var (
	number   = regexp.MustCompile(`^[0-9]+$`)
	userID   = regexp.MustCompile(`^U?([0-9]+)$`)
	standard = regexp.MustCompile(`^C?T[0-9]+$`)
)

// pushed returns the unified filters of one value that the vendor serves. The
// parameter user finds the object, actor the performer.
func pushed(f *providers.Filter) map[string]string {
	m := map[string]string{}
	if id, ok := providers.Single(f.ActorIDs); ok && number.MatchString(id) {
		m["actor"] = id
	}
	if names, ok := actions.Words(f.Actions, oneName); ok && len(names) == 1 {
		m["name"] = names[0]
	}
	kind, ok := providers.Single(f.EntityTypes)
	id, one := providers.Single(f.Entities)
	if !ok || !one {
		return m
	}
	// Each finds every activity that refers to the object, also beside its entity.
	switch kind = strings.ToLower(kind); kind {
	case "user":
		if bare := userID.FindStringSubmatch(id); bare != nil {
			m[kind] = bare[1]
		}
	case "standard":
		if standard.MatchString(id) { // project tasks (PT1) are not what it finds
			m[kind] = id
		}
	case "application", "business_unit", "project":
		m[kind] = id
	}
	return m
}

// oneName tells the actions that one name stands for.
func oneName(a providers.Action) bool {
	return slices.Contains([]providers.Action{providers.Login, providers.Logout, providers.UserDeactivated}, a)
}

// notFound is the code of a 404 of the instance itself, not of what stands before it.
const notFound = "not_found"

// classify reads the bodies of Django REST framework. A single sign-on proxy in
// front of an instance answers with its own page instead.
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 && !record.HTML(r.Body) {
		return nil
	}
	e := &providers.Error{Message: message(r.Body)}
	switch {
	case r.Status < 400:
		e.Class = providers.Unauthorized
		e.Hint = "a sign-in page came instead of JSON: api_token is not accepted by a proxy before the instance, or endpoint is wrong"
	case r.Status == http.StatusUnauthorized:
		e.Hint = "api_token is missing, wrong or revoked"
	case r.Status == http.StatusForbidden:
		e.Hint = "the token's user may not see activities; use an administrator's"
	case r.Status == http.StatusNotFound && e.Message != "":
		e.Code = notFound
	case r.Status == http.StatusNotFound:
		e.Hint = "endpoint is no SD Elements instance"
	}
	return e
}

// message returns detail, else the complaints by field.
func message(text string) string {
	if !gjson.Valid(text) {
		return ""
	}
	body := gjson.Parse(text)
	if detail := record.Path(body, "detail"); detail != "" || !body.IsObject() {
		return detail
	}
	var fields []string
	body.ForEach(func(k, v gjson.Result) bool {
		for _, complaint := range v.Array() {
			fields = append(fields, k.Str+": "+complaint.String())
		}
		return true
	})
	return strings.Join(fields, "; ")
}
