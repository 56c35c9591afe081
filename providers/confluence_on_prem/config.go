package confluenceonprem

import (
	"net/url"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/jira/credential"
)

// The values of api and of auth_type.
const (
	auditing = "auditing"
	legacy   = "legacy"

	token             = "token"
	basic             = "basic"
	clientCredentials = "oauth2_client_credentials"
)

// Config is what a confluence_on_prem entry may say besides the keys of every
// provider; of those, endpoint is required.
type Config struct {
	// AuthType is token, basic or oauth2_client_credentials; empty: token when
	// token is set, else basic.
	AuthType string `mapstructure:"auth_type"`
	// Token is a personal access token.
	Token providers.Secret `mapstructure:"token"`
	// Username (no e-mail address) and Password.
	Username string           `mapstructure:"username"`
	Password providers.Secret `mapstructure:"password"`
	// ClientID and ClientSecret of a service account, and the scope to ask for.
	ClientID     string           `mapstructure:"client_id"`
	ClientSecret providers.Secret `mapstructure:"client_secret"`
	OAuthScope   string           `mapstructure:"oauth_scope"`
	// TokenURL overrides the token endpoint, {endpoint}/rest/oauth2/latest/token.
	TokenURL string `mapstructure:"token_url"`
	// API is auditing (Confluence 7.5 and later) or legacy.
	API string `mapstructure:"api"`
	// SkipAuditSearches drops the rows about searches of the audit log, which each
	// poll writes one of.
	SkipAuditSearches bool `mapstructure:"skip_audit_searches"`
}

func newConfig() *Config { return &Config{API: auditing} }

// needs lists the keys that belong to each kind of credential.
var needs = map[string][]string{
	token:             {"token"},
	basic:             {"username", "password"},
	clientCredentials: {"client_id", "client_secret"},
}

// kind returns the kind of credential.
func (c *Config) kind() string {
	switch {
	case c.AuthType != "":
		return c.AuthType
	case c.Token != "":
		return token
	}
	return basic
}

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.Require("endpoint", o.Endpoint, "as the base URL with its context path, for example https://wiki.example.com/confluence")
	p.OneOf("api", c.API, auditing, legacy)
	p.OneOf("auth_type", c.kind(), token, basic, clientCredentials)
	credential.Check(&p, c.kind(), needs, []providers.KeyValue{
		{Key: "token", Value: string(c.Token)},
		{Key: "username", Value: c.Username},
		{Key: "password", Value: string(c.Password)},
		{Key: "client_id", Value: c.ClientID},
		{Key: "client_secret", Value: string(c.ClientSecret)},
	}, o.ExternalAuth)
	if c.kind() == clientCredentials && c.ClientID != "" {
		p.Require("oauth_scope", c.OAuthScope, "for auth_type "+clientCredentials)
	}
	if c.OAuthScope != "" && c.kind() != clientCredentials {
		p.Add("oauth_scope", "does not belong to auth_type %s", c.kind())
	}
	if strings.HasSuffix(o.Endpoint, "/rest") || strings.Contains(o.Endpoint, "/rest/") {
		p.Add("endpoint", "leave out /rest and what follows, it is added")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	return c.source(&o), nil
}

// tenant identifies an instance: host and context path of its base URL.
func tenant(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return endpoint
	}
	return strings.ToLower(u.Host) + strings.TrimRight(u.Path, "/")
}

func (c *Config) auth() providers.Auth {
	switch {
	case c.Token != "":
		return providers.Bearer(c.Token)
	case c.Username != "":
		return providers.BasicAuth{Username: c.Username, Password: c.Password}
	case c.ClientID == "":
		return nil // an auth extension authorizes
	}
	t := providers.TokenAuth{
		URL:     "/rest/oauth2/latest/token",
		Form:    providers.Params{{Key: "grant_type", Value: "client_credentials"}, {Key: "client_id", Value: c.ClientID}},
		Secrets: []providers.SecretParam{{Key: "client_secret", Value: c.ClientSecret}},
		// https://confluence.atlassian.com/spaces/ENTERPRISE/pages/1627095923/Service+accounts+overview
		Lifetime: time.Hour,
		Hint:     "check client_id, client_secret and oauth_scope; service accounts need a recent version of Data Center",
	}
	t.Form.Add("scope", c.OAuthScope)
	if c.TokenURL != "" {
		t.URL = c.TokenURL
	}
	return t
}
