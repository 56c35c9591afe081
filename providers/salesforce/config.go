package salesforce

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

// Config is what a salesforce entry may say besides the keys of every provider.
type Config struct {
	// AuthType is client_credentials, jwt_bearer, password or access_token.
	AuthType string `mapstructure:"auth_type"`
	// ClientID is the consumer key of the connected app or external client app.
	ClientID     string           `mapstructure:"client_id"`
	ClientSecret providers.Secret `mapstructure:"client_secret"`
	// Username of the integration user.
	Username string `mapstructure:"username"`
	// PrivateKey is PEM; PrivateKeyFile is read when a token is fetched.
	PrivateKey     providers.Secret `mapstructure:"private_key"`
	PrivateKeyFile string           `mapstructure:"private_key_file"`
	// Audience of the assertion: the login host, https://test.salesforce.com for
	// sandboxes.
	Audience string `mapstructure:"audience"`
	// Password and SecurityToken of the password flow.
	Password      providers.Secret `mapstructure:"password"`
	SecurityToken providers.Secret `mapstructure:"security_token"`
	// AccessToken is a ready session id that is never renewed.
	AccessToken providers.Secret `mapstructure:"access_token"`
	// TokenURL overrides {endpoint}/services/oauth2/token.
	TokenURL string `mapstructure:"token_url"`
	// APIVersion without the v.
	APIVersion string `mapstructure:"api_version"`
	// ELFEventTypes are the event types of the files to download, ELFInterval is
	// hourly or daily.
	ELFEventTypes []string `mapstructure:"elf_event_types"`
	ELFInterval   string   `mapstructure:"elf_interval"`
	// ResolveUsers looks up names and addresses of users.
	ResolveUsers bool `mapstructure:"resolve_users"`
}

func newConfig() *Config {
	return &Config{
		AuthType: "client_credentials", Audience: "https://login.salesforce.com", APIVersion: "60.0",
		ELFEventTypes: []string{"Logout", "LoginAs", "ReportExport"}, ELFInterval: "hourly",
	}
}

var (
	apiVersion = regexp.MustCompile(`^\d{2,3}\.0$`)
	eventType  = regexp.MustCompile(`^[A-Za-z0-9]+$`)
)

// minBatch and maxBatch bound a page:
// https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_queryoptions.htm
const minBatch, maxBatch = 200, 2000

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.Require("endpoint", o.Endpoint, "(the org's My Domain, for example https://acme.my.salesforce.com)")
	p.OneOf("auth_type", c.AuthType, "client_credentials", "jwt_bearer", "password", "access_token")
	if !o.ExternalAuth {
		c.checkAuth(&p)
	}
	if !apiVersion.MatchString(c.APIVersion) {
		p.Add("api_version", "%q is not valid; use a version such as \"60.0\", without the v", c.APIVersion)
	}
	p.OneOf("elf_interval", c.ELFInterval, "hourly", "daily")
	for _, t := range c.ELFEventTypes {
		if !eventType.MatchString(t) {
			p.Add("elf_event_types", "%q is no event type", t)
		}
	}
	if contains(o.Streams, streamFiles) {
		if len(c.ELFEventTypes) == 0 {
			p.Add("elf_event_types", "is empty; event_log_file needs at least one type")
		}
		if contains(o.Streams, streamLogins) && slices.ContainsFunc(c.ELFEventTypes, func(t string) bool { return strings.EqualFold(t, "Login") }) {
			p.Add("elf_event_types", "Login together with the stream login_history would deliver every sign-in twice under unrelated ids; drop one of them")
		}
	}
	if o.PageSize != 0 && o.PageSize < minBatch {
		p.Add("page_size", "%d is outside %d..%d", o.PageSize, minBatch, maxBatch)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	u, err := url.Parse(o.Endpoint)
	if err != nil {
		p.Add("endpoint", "is no address")
		return nil, p.Err()
	}
	return c.source(o.Endpoint, u.Hostname(), o), nil
}

func (c *Config) checkAuth(p *providers.Problems) {
	why := "for auth_type " + c.AuthType
	if c.AuthType != "access_token" {
		p.Require("client_id", c.ClientID, why)
		if c.AccessToken != "" {
			p.Add("access_token", "stands beside auth_type %s; remove it or set auth_type: access_token", c.AuthType)
		}
	}
	switch c.AuthType {
	case "client_credentials":
		p.Require("client_secret", string(c.ClientSecret), why)
	case "jwt_bearer":
		p.Require("username", c.Username, why)
		switch {
		case c.PrivateKey == "" && c.PrivateKeyFile == "":
			p.Add("private_key", "is required %s (or private_key_file)", why)
		case c.PrivateKey != "" && c.PrivateKeyFile != "":
			p.Add("private_key_file", "stands beside private_key; keep one")
		}
	case "password":
		p.Require("client_secret", string(c.ClientSecret), why)
		p.Require("username", c.Username, why)
		p.Require("password", string(c.Password), why)
	case "access_token":
		p.Require("access_token", string(c.AccessToken), why)
	}
}

// auth: https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flows.htm .
// No answer tells how long a token lives: it is used until it is refused.
func (c *Config) auth() providers.Auth {
	auth := providers.TokenAuth{
		URL:  c.TokenURL,
		Hint: "check the app's set-up: the flow must be enabled, a run-as user or an approved user set, the audience right, and the host the org's My Domain",
	}
	if auth.URL == "" {
		auth.URL = "/services/oauth2/token"
	}
	switch c.AuthType {
	case "access_token":
		if c.AccessToken == "" {
			return nil
		}
		return providers.Bearer(c.AccessToken)
	case "client_credentials":
		auth.Form = providers.Params{{Key: "grant_type", Value: "client_credentials"}, {Key: "client_id", Value: c.ClientID}}
		auth.Secrets = []providers.SecretParam{{Key: "client_secret", Value: c.ClientSecret}}
	case "password":
		auth.Form = providers.Params{{Key: "grant_type", Value: "password"}, {Key: "client_id", Value: c.ClientID}, {Key: "username", Value: c.Username}}
		auth.Secrets = []providers.SecretParam{{Key: "client_secret", Value: c.ClientSecret}, {Key: "password", Value: c.Password + c.SecurityToken}}
	case "jwt_bearer":
		auth.Form = providers.Params{{Key: "grant_type", Value: "urn:ietf:params:oauth:grant-type:jwt-bearer"}}
		auth.AssertionParam = "assertion"
		auth.Assertion = &providers.Assertion{
			Key: c.PrivateKey, KeyFile: c.PrivateKeyFile, Algorithm: "RS256",
			Issuer: c.ClientID, Subject: c.Username, Audience: c.Audience, Lifetime: 3 * time.Minute,
		}
	}
	return auth
}
