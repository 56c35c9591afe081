package airtable

import (
	"net/http"
	"regexp"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

const day = 24 * time.Hour

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "airtable",
		Name: "Airtable",
		Docs: "https://airtable.com/developers/web/api/audit-log-events",
		New:  func() providers.Config { return &Config{} },
		Example: func() (providers.Config, providers.Options) {
			return &Config{AccessToken: "example-token", EnterpriseAccountID: "entExample0000000"}, providers.Options{}
		},
	}
}

// Config is what an airtable entry may say besides the keys of every provider.
type Config struct {
	// EnterpriseAccountID is the Account ID of the admin panel.
	EnterpriseAccountID string `mapstructure:"enterprise_account_id"`
	// AccessToken is a personal access token of an enterprise admin.
	AccessToken providers.Secret `mapstructure:"access_token"`
	// ClientID, ClientSecret (for confidential clients) and RefreshToken of an OAuth
	// integration. Every refresh replaces the refresh token.
	ClientID     string           `mapstructure:"client_id"`
	ClientSecret providers.Secret `mapstructure:"client_secret"`
	RefreshToken providers.Secret `mapstructure:"refresh_token"`
	// TokenURL of the OAuth integration.
	TokenURL string `mapstructure:"token_url"`
	// EventTypes, Categories, OriginatingUserIDs and ModelIDs are the vendor's own
	// filters.
	EventTypes         []string `mapstructure:"event_types"`
	Categories         []string `mapstructure:"categories"`
	OriginatingUserIDs []string `mapstructure:"originating_user_ids"`
	ModelIDs           []string `mapstructure:"model_ids"`
}

var accountID = regexp.MustCompile(`^ent[A-Za-z0-9]{14}$`)

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.Require("enterprise_account_id", c.EnterpriseAccountID)
	if c.EnterpriseAccountID != "" && !accountID.MatchString(c.EnterpriseAccountID) {
		p.Add("enterprise_account_id", "%q is no account id; it is ent and 14 characters, see the admin panel", c.EnterpriseAccountID)
	}
	kind := p.ExactlyOne(
		providers.Credential{Name: "personal access token", Keys: []providers.KeyValue{{Key: "access_token", Value: string(c.AccessToken)}}},
		providers.Credential{Name: "OAuth integration", Keys: []providers.KeyValue{
			{Key: "client_id", Value: c.ClientID}, {Key: "refresh_token", Value: string(c.RefreshToken)},
		}},
	)
	if c.ClientSecret != "" && kind == "personal access token" {
		p.Add("client_secret", "belongs to an OAuth integration; remove it or access_token")
	}
	p.EachOneOf("categories", c.Categories, categories...)
	for key, list := range map[string][]string{"event_types": c.EventTypes, "originating_user_ids": c.OriginatingUserIDs, "model_ids": c.ModelIDs} {
		if len(list) > maxValues {
			p.Add(key, "has %d values; the vendor takes %d", len(list), maxValues)
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://api.airtable.com"
	}
	return c.source(endpoint, o), nil
}

var categories = []string{
	"base", "baseCollaboration", "groups", "role", "share", "user", "twoFactorAuthentication", "oauth",
	"personalAccessToken", "enterprise", "enterpriseSettings", "enterpriseLicenses", "managedApps", "components",
	"publishedDataSets", "dataTable", "workspace", "workspaceCollaboration", "interface", "standaloneForms",
	"interfaceCollaboration", "view", "ai", "solution", "portal", "workflow", "customDomain",
}

// auth: https://airtable.com/developers/web/api/oauth-reference
func (c *Config) auth() providers.Auth {
	if c.RefreshToken == "" {
		return providers.Bearer(c.AccessToken)
	}
	auth := providers.TokenAuth{
		URL:     c.TokenURL,
		Form:    providers.Params{{Key: "grant_type", Value: "refresh_token"}},
		Secrets: []providers.SecretParam{{Key: "refresh_token", Value: c.RefreshToken}},
		Rotates: true,
		Hint:    "every refresh replaces the refresh token, and one dies after 60 days without use; authorize the integration again",
	}
	if auth.URL == "" {
		auth.URL = "https://airtable.com/oauth2/v1/token"
	}
	if c.ClientSecret != "" {
		auth.Basic = &providers.BasicAuth{Username: c.ClientID, Password: c.ClientSecret}
	} else {
		auth.Form.Add("client_id", c.ClientID)
	}
	return auth
}

func (c *Config) source(endpoint string, o providers.Options) *providers.Source {
	filter := c.pushed(&o)
	f := feed{account: c.EnterpriseAccountID, filter: filter, extra: o.RemoteQuery}
	return &providers.Source{
		Endpoint: endpoint,
		Tenant:   c.EnterpriseAccountID,
		Auth:     c.auth(),
		Classify: classify,
		Budgets: []providers.Budget{{
			// https://airtable.com/developers/web/api/rate-limits : 50 a second for all
			// tokens of a user; over it, a lock-out of 30 seconds.
			Requests: 50, Per: time.Second, Burst: 5, RetryAfter: 30 * time.Second,
		}},
		Streams: []providers.Stream{{
			Name:    "audit_log_events",
			Default: true,
			Traits: providers.Traits{
				Resume:      providers.ByCursor,
				Order:       providers.OldestFirst,
				PageSize:    1000,
				MaxPageSize: 1000,
				Granularity: time.Millisecond,
				Retention:   180 * day,
				Lateness:    time.Hour,
			},
			Grant:       "an enterprise admin's token with the scope enterprise.auditLogs:read",
			Reserved:    c.reserved(),
			Fingerprint: filter.Encode(),
			Fetch:       f.fetch,
			Decode:      decode,
		}},
	}
}

// pushed returns the vendor's filters: the configured ones, else the unified ones.
// Values of one key are alternatives, so that a unified filter would widen one of the
// remote query.
func (c *Config) pushed(o *providers.Options) providers.Params {
	f := &o.Filter
	var p providers.Params
	add := func(key string, own, unified []string) {
		if len(own) == 0 && len(unified) <= maxValues && o.RemoteQuery[key] == "" {
			own = unified
		}
		for _, v := range own {
			p.Add(key, v)
		}
	}
	add("eventType", c.EventTypes, eventTypes(f.Actions))
	add("category", c.Categories, nil)
	add("originatingUserId", c.OriginatingUserIDs, f.ActorIDs)
	add("modelId", c.ModelIDs, f.Entities)
	return p
}

// reserved are the query keys of paging and of the filters that are configured.
func (c *Config) reserved() []string {
	keys := []string{"startTime", "endTime", "sortOrder", "pageSize", "next", "previous"}
	for key, list := range map[string][]string{
		"eventType": c.EventTypes, "category": c.Categories, "originatingUserId": c.OriginatingUserIDs, "modelId": c.ModelIDs,
	} {
		if len(list) > 0 {
			keys = append(keys, key)
		}
	}
	return keys
}

func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{}
	switch v := gjson.Get(r.Body, "error"); {
	case v.IsObject():
		e.Code, e.Message = v.Get("type").String(), v.Get("message").String()
	case v.Exists():
		e.Code = v.String()
	default:
		e.Code, e.Message = gjson.Get(r.Body, "errors.0.error").String(), gjson.Get(r.Body, "errors.0.message").String()
	}
	switch r.Status {
	case http.StatusUnauthorized:
		e.Hint = "the token is wrong or revoked"
	case http.StatusForbidden:
		e.Hint = "the token needs the scope enterprise.auditLogs:read, its user must be an enterprise admin of enterprise_account_id, and the plan must be Enterprise Scale"
	case http.StatusNotFound:
		e.Hint = "check enterprise_account_id and endpoint"
	}
	return e
}
