package zendesk

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "zendesk",
		Name: "Zendesk",
		Docs: "https://developer.zendesk.com/api-reference/ticketing/account-configuration/audit_logs/",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.Subdomain, c.Email, c.APIToken = "acme", "admin@example.com", "example-token"
			return c, providers.Options{}
		},
	}
}

// Config is what a zendesk entry may say besides the keys of every provider.
type Config struct {
	// Subdomain of the account: acme for acme.zendesk.com.
	Subdomain string `mapstructure:"subdomain"`
	// Email of an admin and APIToken.
	Email    string           `mapstructure:"email"`
	APIToken providers.Secret `mapstructure:"api_token"`
	// AccessToken is a ready OAuth token.
	AccessToken providers.Secret `mapstructure:"access_token"`
	// ClientID and ClientSecret of a confidential OAuth client, Scope and TokenURL of
	// its client-credentials grant.
	ClientID     string           `mapstructure:"client_id"`
	ClientSecret providers.Secret `mapstructure:"client_secret"`
	Scope        string           `mapstructure:"scope"`
	TokenURL     string           `mapstructure:"token_url"`
	// Lag is the newest span left out of every read: its second is still written.
	Lag time.Duration `mapstructure:"lag"`
}

func newConfig() *Config { return &Config{Scope: "auditlogs:read", Lag: 30 * time.Second} }

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	if o.Endpoint == "" {
		p.Require("subdomain", c.Subdomain, "unless endpoint is set")
	}
	if strings.ContainsAny(c.Subdomain, "./:@ ") {
		p.Add("subdomain", "%q must be the first part of the host only, for example acme", c.Subdomain)
	}
	kind := p.ExactlyOne(
		providers.Credential{Name: "API token", Keys: []providers.KeyValue{{Key: "email", Value: c.Email}, {Key: "api_token", Value: string(c.APIToken)}}},
		providers.Credential{Name: "OAuth token", Keys: []providers.KeyValue{{Key: "access_token", Value: string(c.AccessToken)}}},
		providers.Credential{Name: "OAuth client", Keys: []providers.KeyValue{{Key: "client_id", Value: c.ClientID}, {Key: "client_secret", Value: string(c.ClientSecret)}}},
	)
	if kind == "OAuth client" {
		p.Require("scope", c.Scope)
	}
	if c.Lag < 0 || c.Lag > time.Hour {
		p.Add("lag", "%s is outside 0s..1h", c.Lag)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint, host := o.Endpoint, c.Subdomain+".zendesk.com"
	if endpoint == "" {
		endpoint = "https://" + host
	}
	if c.Subdomain == "" {
		if u, err := url.Parse(endpoint); err == nil {
			host = u.Hostname()
		}
	}
	return c.source(endpoint, host, o), nil
}

// auth: https://developer.zendesk.com/api-reference/introduction/security-and-auth/
func (c *Config) auth() providers.Auth {
	switch {
	case c.APIToken != "":
		return providers.BasicAuth{Username: c.Email + "/token", Password: c.APIToken}
	case c.AccessToken != "":
		return providers.Bearer(c.AccessToken)
	case c.ClientID == "":
		return nil
	}
	tokenURL := c.TokenURL
	if tokenURL == "" {
		tokenURL = "/oauth/tokens"
	}
	return providers.TokenAuth{
		URL:  tokenURL,
		JSON: true,
		Form: providers.Params{
			{Key: "grant_type", Value: "client_credentials"},
			{Key: "client_id", Value: c.ClientID},
			{Key: "scope", Value: c.Scope},
		},
		Secrets: []providers.SecretParam{{Key: "client_secret", Value: c.ClientSecret}},
		Hint:    "check client_id and client_secret, and that the OAuth client is confidential",
	}
}

func (c *Config) source(endpoint, host string, o providers.Options) *providers.Source {
	f := feed{filter: pushed(&o.Filter), extra: o.RemoteQuery}
	return &providers.Source{
		Endpoint:      endpoint,
		Tenant:        host,
		ServerAddress: host,
		Auth:          c.auth(),
		Classify:      classify,
		Budgets: []providers.Budget{{
			// The account's limit on Enterprise, the plan that has the log, for all of
			// the customer's clients: https://developer.zendesk.com/api-reference/introduction/rate-limits/
			Requests: 350, Per: time.Minute, Burst: 10, RetryAfter: time.Minute, Share: host,
			Headers: &providers.LimitHeaders{
				Limit: "X-Rate-Limit", Remaining: "X-Rate-Limit-Remaining", Reset: "ratelimit-reset", Kind: providers.ResetSeconds,
			},
		}},
		Streams: []providers.Stream{{
			Name:    "audit_logs",
			Default: true,
			Traits: providers.Traits{
				Resume:      providers.ByWindow,
				Order:       providers.OldestFirst,
				Bounds:      providers.EventTime,
				PageSize:    100,
				MaxPageSize: 100,
				Granularity: time.Second,
				Lateness:    5 * time.Minute,
				Lag:         c.Lag,
				Parallel:    2,
			},
			Grant: "an admin's credential on an Enterprise plan, for OAuth with the scope auditlogs:read",
			Reserved: []string{
				"page[size]", "page[after]", "page[before]", "sort", "filter[created_at][]", "filter[created_at]",
				"page", "per_page", "sort_by", "sort_order",
			},
			Fetch:  f.fetch,
			Decode: decode,
		}},
	}
}

// classify: error is an object or a text, refusals of parameters come as a list
// (https://developer.zendesk.com/api-reference/introduction/pagination/), and some
// errors are HTML.
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{}
	first := gjson.Get(r.Body, "errors.0")
	switch v := gjson.Get(r.Body, "error"); {
	case v.IsObject():
		e.Code, e.Message = v.Get("title").String(), v.Get("message").String()
	case !v.Exists() && first.IsObject():
		e.Code, e.Message = first.Get("code").String(), record.First(record.Path(first, "detail"), record.Path(first, "title"))
	default:
		e.Code = v.String()
		e.Message = gjson.Get(r.Body, "description").String() + gjson.Get(r.Body, "error_description").String()
	}
	switch r.Status {
	case http.StatusUnauthorized:
		e.Hint = "wrong e-mail or token, token access switched off in the account, or a revoked OAuth token"
	case http.StatusForbidden:
		e.Hint = "check three things: the user is an admin, the plan is Enterprise, and an OAuth token has the scope auditlogs:read"
	case http.StatusNotFound:
		e.Hint = "wrong subdomain, or a plan without the audit log"
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		e.Hint = "Zendesk refuses a filter; check filter and remote_query"
	}
	return e
}
