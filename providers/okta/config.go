package okta

import (
	"net/url"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

// Config is what an okta entry may say besides the keys of every provider.
type Config struct {
	// Domain of the org: acme.okta.com, acme.oktapreview.com, or a custom domain.
	// Never the -admin host. Required unless endpoint is set.
	Domain string `mapstructure:"domain"`
	// APIToken is an API token, sent as SSWS.
	APIToken providers.Secret `mapstructure:"api_token"`
	// ClientID and PrivateKey (PEM or JWK) of a service app; KeyID when the app has
	// several keys.
	ClientID   string           `mapstructure:"client_id"`
	PrivateKey providers.Secret `mapstructure:"private_key"`
	KeyID      string           `mapstructure:"key_id"`
	// Scopes to ask for.
	Scopes []string `mapstructure:"scopes"`
	// TokenURL overrides the token endpoint, {endpoint}/oauth2/v1/token.
	TokenURL string `mapstructure:"token_url"`
}

func newConfig() *Config { return &Config{Scopes: []string{"okta.logs.read"}} }

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	if o.Endpoint == "" {
		p.Require("domain", c.Domain, "unless endpoint is set")
	}
	if strings.ContainsAny(c.Domain, "/:@ ") {
		p.Add("domain", "%q must be a host name only, for example acme.okta.com", c.Domain)
	}
	if label, _, _ := strings.Cut(c.Domain, "."); strings.HasSuffix(label, "-admin") {
		p.Add("domain", "%q is the admin console; leave out -admin", c.Domain)
	}
	kind := p.ExactlyOne(
		providers.Credential{Name: "API token", Keys: []providers.KeyValue{{Key: "api_token", Value: string(c.APIToken)}}},
		providers.Credential{Name: "service app", Keys: []providers.KeyValue{
			{Key: "client_id", Value: c.ClientID}, {Key: "private_key", Value: string(c.PrivateKey)},
		}},
	)
	if kind == "service app" && len(c.Scopes) == 0 {
		p.Add("scopes", "is empty; the System Log needs okta.logs.read")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint, host := o.Endpoint, c.Domain
	if endpoint == "" {
		endpoint = "https://" + c.Domain
	}
	if host == "" {
		if u, err := url.Parse(endpoint); err == nil {
			host = u.Hostname()
		}
	}
	return c.source(endpoint, host, o), nil
}

// auth: https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/
func (c *Config) auth() providers.Auth {
	if c.APIToken != "" {
		return providers.HeaderAuth{Name: "Authorization", Prefix: "SSWS ", Value: c.APIToken}
	}
	tokenURL := c.TokenURL
	if tokenURL == "" {
		tokenURL = "/oauth2/v1/token"
	}
	return providers.TokenAuth{
		URL: tokenURL,
		Form: providers.Params{
			{Key: "grant_type", Value: "client_credentials"},
			{Key: "scope", Value: strings.Join(c.Scopes, " ")},
			{Key: "client_assertion_type", Value: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		},
		AssertionParam: "client_assertion",
		Assertion: &providers.Assertion{
			Key: c.PrivateKey, KeyID: c.KeyID,
			Issuer: c.ClientID, Subject: c.ClientID, AudienceIsURL: true,
			Lifetime: 5 * time.Minute, ID: true,
		},
		Hint: "check client_id, private_key and key_id, that the scope is granted to the app, and that the app does not require DPoP",
	}
}
