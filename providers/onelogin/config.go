package onelogin

import (
	"net/url"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

// Config is what a onelogin entry may say besides the keys of every provider.
type Config struct {
	// Subdomain is acme for acme.onelogin.com. Required unless endpoint is set.
	Subdomain string `mapstructure:"subdomain"`
	// ClientID and ClientSecret of an API credential with the scope Read All.
	ClientID     string           `mapstructure:"client_id"`
	ClientSecret providers.Secret `mapstructure:"client_secret"`
	// TokenURL overrides the token endpoint, {endpoint}/auth/oauth2/v2/token.
	TokenURL string `mapstructure:"token_url"`
	// EventTypeIDs are the event types to ask for; empty means all.
	EventTypeIDs []int `mapstructure:"event_type_ids"`
	// FetchEventTypes loads the names of event types from the vendor.
	FetchEventTypes bool `mapstructure:"fetch_event_types"`
}

func newConfig() *Config { return &Config{FetchEventTypes: true} }

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	if o.Endpoint == "" {
		p.Require("subdomain", c.Subdomain, "unless endpoint is set")
	}
	if strings.ContainsAny(c.Subdomain, "./:@ ") {
		p.Add("subdomain", "%q must be the first part of the host only: acme for acme.onelogin.com", c.Subdomain)
	}
	p.ExactlyOne(providers.Credential{Name: "API credential", Keys: []providers.KeyValue{
		{Key: "client_id", Value: c.ClientID}, {Key: "client_secret", Value: string(c.ClientSecret)},
	}})
	for _, id := range c.EventTypeIDs {
		if id < 1 {
			p.Add("event_type_ids", "%d is no event type", id)
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint, host := o.Endpoint, ""
	if c.Subdomain != "" {
		host = strings.ToLower(c.Subdomain) + ".onelogin.com"
	}
	if endpoint == "" {
		endpoint = "https://" + host
	}
	if host == "" {
		if u, err := url.Parse(endpoint); err == nil {
			host = u.Hostname()
		}
	}
	return c.source(endpoint, host, c.tenant(host), o), nil
}

// tenant stands for the account in uids. The regional hosts (api.us.onelogin.com,
// api.eu.onelogin.com) are shared by all accounts, whose event ids are numbers.
func (c *Config) tenant(host string) string {
	if strings.HasPrefix(host, "api.") && c.ClientID != "" {
		return providers.CredentialTenant(c.ClientID)
	}
	return host
}

// auth: https://developers.onelogin.com/api-docs/2/oauth20-tokens/generate-tokens-2 .
// Asking again returns the same token, so that other pollers of the credential are
// not logged out. Older endpoints wrap the answer in a list.
func (c *Config) auth() providers.Auth {
	tokenURL := c.TokenURL
	if tokenURL == "" {
		tokenURL = "/auth/oauth2/v2/token"
	}
	return providers.TokenAuth{
		URL:            tokenURL,
		Form:           providers.Params{{Key: "grant_type", Value: "client_credentials"}, {Key: "client_id", Value: c.ClientID}},
		Secrets:        []providers.SecretParam{{Key: "client_secret", Value: c.ClientSecret}},
		TokenField:     "[access_token,data.0.access_token].0",
		ExpiresInField: "[expires_in,data.0.expires_in].0",
		Lifetime:       10 * time.Hour,
		Hint:           "check client_id and client_secret; HTTP 500 means that the administrator who made the credential was deleted, so make a new one",
	}
}
