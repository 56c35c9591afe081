package cloudsite

import (
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/jira/credential"
)

// The values of auth_type.
const (
	Basic             = "basic"
	Bearer            = "bearer"
	ClientCredentials = "oauth2_client_credentials"
	RefreshToken      = "oauth2_refresh_token"
)

const (
	gateway         = "https://api.atlassian.com"
	defaultTokenURL = "https://auth.atlassian.com/oauth/token"
)

// Config are the keys by which a site is named and a credential is given.
type Config struct {
	// Site is the name (acme) or host (acme.atlassian.net) of the site. Required
	// unless cloud_id or endpoint is set.
	Site string `mapstructure:"site"`
	// CloudID is the UUID of the site; requests then go to the API gateway.
	CloudID string `mapstructure:"cloud_id"`
	// AuthType is basic, bearer, oauth2_client_credentials or oauth2_refresh_token.
	AuthType string `mapstructure:"auth_type"`
	// Email of the account (basic).
	Email string `mapstructure:"email"`
	// APIToken is the password of basic and the token of bearer.
	APIToken providers.Secret `mapstructure:"api_token"`
	// ClientID and ClientSecret of a service account's OAuth credential, or of an
	// OAuth 2.0 (3LO) app.
	ClientID     string           `mapstructure:"client_id"`
	ClientSecret providers.Secret `mapstructure:"client_secret"`
	// RefreshToken of an OAuth 2.0 (3LO) app.
	RefreshToken providers.Secret `mapstructure:"refresh_token"`
	// TokenURL is the OAuth token endpoint.
	TokenURL string `mapstructure:"token_url"`
}

// Defaults returns the configuration that a user's one begins with.
func Defaults() Config { return Config{AuthType: Basic, TokenURL: defaultTokenURL} }

// Account is a checked Config: where requests go and what authorizes them.
type Account struct {
	// Endpoint is the base URL; Prefix is put before every path of the product.
	Endpoint, Prefix string
	// Tenant identifies the site: its host, else its cloud id, else the endpoint's
	// host. Host is the site's host, empty when only the cloud id is known.
	Tenant, Host string
	Auth         providers.Auth
	Warnings     []string
}

// Account checks the configuration, adds what is wrong to p, and returns what it
// says. product is the gateway's word for the product (jira, confluence). The
// result counts only when p stays empty.
func (c *Config) Account(product string, o *providers.Options, p *providers.Problems) Account {
	a := Account{Endpoint: o.Endpoint, Host: c.host(p)}
	c.checkAuth(o.ExternalAuth, p)
	if c.Site == "" && c.CloudID == "" && o.Endpoint == "" {
		p.Add("site", "is required unless cloud_id or endpoint is set")
	}
	if c.CloudID != "" {
		if len(c.CloudID) != 36 || uuid.Validate(c.CloudID) != nil {
			p.Add("cloud_id", "%q is no UUID; https://{site}.atlassian.net/_edge/tenant_info tells it", c.CloudID)
		}
		a.Prefix = "/ex/" + product + "/" + c.CloudID
	}
	switch {
	case a.Endpoint != "":
	case c.CloudID != "":
		a.Endpoint = gateway
	default:
		a.Endpoint = "https://" + a.Host
	}
	a.Tenant = a.Host
	if a.Tenant == "" {
		a.Tenant = strings.ToLower(c.CloudID)
	}
	if u, err := url.Parse(a.Endpoint); a.Tenant == "" && err == nil {
		a.Tenant = strings.ToLower(u.Host)
	}
	a.Auth = c.auth()
	if c.AuthType == Bearer && c.CloudID == "" {
		a.Warnings = append(a.Warnings, "auth_type bearer without cloud_id: the site itself refuses tokens of service accounts and tokens with scopes; set cloud_id so that the API gateway is asked")
	}
	return a
}

// host returns the site's host name, "" when no site is named.
func (c *Config) host(p *providers.Problems) string {
	switch {
	case c.Site == "":
		return ""
	case strings.ContainsAny(c.Site, "/:@?# "):
		p.Add("site", "%q must be a site name or host only, for example acme or acme.atlassian.net", c.Site)
	case !strings.Contains(c.Site, "."):
		return strings.ToLower(c.Site) + ".atlassian.net"
	}
	return strings.ToLower(c.Site)
}

// needs lists the keys that belong to each kind of credential.
var needs = map[string][]string{
	Basic:             {"email", "api_token"},
	Bearer:            {"api_token"},
	ClientCredentials: {"client_id", "client_secret"},
	RefreshToken:      {"client_id", "client_secret", "refresh_token"},
}

func (c *Config) checkAuth(external bool, p *providers.Problems) {
	p.OneOf("auth_type", c.AuthType, Basic, Bearer, ClientCredentials, RefreshToken)
	found := credential.Check(p, c.AuthType, needs, []providers.KeyValue{
		{Key: "email", Value: c.Email},
		{Key: "api_token", Value: string(c.APIToken)},
		{Key: "client_id", Value: c.ClientID},
		{Key: "client_secret", Value: string(c.ClientSecret)},
		{Key: "refresh_token", Value: string(c.RefreshToken)},
	}, external)
	if found && strings.HasPrefix(c.AuthType, "oauth2_") {
		p.Require("cloud_id", c.CloudID, "for auth_type "+c.AuthType+": OAuth tokens are accepted at the API gateway only")
	}
}

func (c *Config) auth() providers.Auth {
	switch {
	case c.AuthType == Basic && c.APIToken != "":
		return providers.BasicAuth{Username: c.Email, Password: c.APIToken}
	case c.AuthType == Bearer && c.APIToken != "":
		return providers.Bearer(c.APIToken)
	case c.ClientID == "":
		return nil // an auth extension authorizes
	}
	tokenURL := c.TokenURL
	if tokenURL == "" {
		tokenURL = defaultTokenURL
	}
	t := providers.TokenAuth{
		URL:     tokenURL,
		Form:    providers.Params{{Key: "grant_type", Value: "client_credentials"}, {Key: "client_id", Value: c.ClientID}},
		Secrets: []providers.SecretParam{{Key: "client_secret", Value: c.ClientSecret}},
		// Tokens live an hour:
		// https://support.atlassian.com/user-management/docs/create-oauth-2-0-credential-for-service-accounts/
		Lifetime: time.Hour,
		Early:    5 * time.Minute,
		Hint:     "check client_id and client_secret, and that the credential has not expired",
	}
	if c.AuthType == RefreshToken {
		// Each answer brings a new refresh token, the old one is dead:
		// https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/
		t.Form[0].Value = "refresh_token"
		t.Secrets = append(t.Secrets, providers.SecretParam{Key: "refresh_token", Value: c.RefreshToken})
		t.Rotates = true
		t.Hint = "check client_id and client_secret; a refresh token that was used by another program, or not for 90 days, is dead: authorize the app anew"
	}
	return t
}
