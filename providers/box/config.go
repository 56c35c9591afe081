package box

import (
	"encoding/json"
	"os"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

// Config is what a box entry may say besides the keys of every provider.
type Config struct {
	// AuthType is client_credentials, jwt or access_token.
	AuthType string `mapstructure:"auth_type"`
	// ClientID and ClientSecret of the Platform App.
	ClientID     string           `mapstructure:"client_id"`
	ClientSecret providers.Secret `mapstructure:"client_secret"`
	// EnterpriseID or UserID is whom the token speaks for: the app's service account
	// of the enterprise, or an admin user.
	EnterpriseID string `mapstructure:"enterprise_id"`
	UserID       string `mapstructure:"user_id"`
	// JWTConfigFile or JWTConfig is the config.json of the Developer Console, as a
	// path or inline; or its fields singly.
	JWTConfigFile        string           `mapstructure:"jwt_config_file"`
	JWTConfig            providers.Secret `mapstructure:"jwt_config"`
	PublicKeyID          string           `mapstructure:"public_key_id"`
	PrivateKey           providers.Secret `mapstructure:"private_key"`
	PrivateKeyPassphrase providers.Secret `mapstructure:"private_key_passphrase"`
	// AccessToken is a developer token; it lives for an hour.
	AccessToken providers.Secret `mapstructure:"access_token"`
	// TokenURL overrides the token endpoint, {endpoint}/oauth2/token.
	TokenURL string `mapstructure:"token_url"`
	// StreamType is admin_logs_streaming or admin_logs.
	StreamType string `mapstructure:"stream_type"`
	// EventTypes to ask for; empty means all.
	EventTypes []string `mapstructure:"event_types"`
}

const (
	streaming = "admin_logs_streaming"
	history   = "admin_logs"
)

func newConfig() *Config {
	return &Config{AuthType: "client_credentials", StreamType: streaming}
}

// Open checks the configuration and declares the source. The one file that it may
// read is the app's own configuration, which names the account.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	app := *c // the app's configuration fills a copy
	p.OneOf("auth_type", c.AuthType, "client_credentials", "jwt", "access_token")
	p.OneOf("stream_type", c.StreamType, streaming, history)
	if c.AuthType == "jwt" {
		app.loadJWT(&p)
	}
	if !o.ExternalAuth {
		app.check(&p)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://api.box.com"
	}
	return app.source(endpoint, o), nil
}

// loadJWT fills the fields that config.json has:
// https://developer.box.com/guides/authentication/jwt/jwt-setup/
func (c *Config) loadJWT(p *providers.Problems) {
	text, key := string(c.JWTConfig), "jwt_config"
	if c.JWTConfigFile != "" {
		key = "jwt_config_file"
		if text != "" {
			p.Add(key, "stands beside jwt_config; keep one")
			return
		}
		read, err := os.ReadFile(c.JWTConfigFile)
		if err != nil {
			p.Add(key, "cannot be read: %v", err)
			return
		}
		text = string(read)
	}
	if text == "" {
		return
	}
	var file struct {
		App struct {
			ClientID     string `json:"clientID"`
			ClientSecret string `json:"clientSecret"`
			Auth         struct {
				PublicKeyID string `json:"publicKeyID"`
				PrivateKey  string `json:"privateKey"`
				Passphrase  string `json:"passphrase"`
			} `json:"appAuth"`
		} `json:"boxAppSettings"`
		EnterpriseID string `json:"enterpriseID"`
	}
	if json.Unmarshal([]byte(text), &file) != nil || file.App.ClientID == "" {
		p.Add(key, "is not the config.json that the Developer Console hands out")
		return
	}
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	secret := func(field *providers.Secret, value string) {
		if *field == "" {
			*field = providers.Secret(value)
		}
	}
	fill(&c.ClientID, file.App.ClientID)
	fill(&c.PublicKeyID, file.App.Auth.PublicKeyID)
	secret(&c.ClientSecret, file.App.ClientSecret)
	secret(&c.PrivateKey, file.App.Auth.PrivateKey)
	secret(&c.PrivateKeyPassphrase, file.App.Auth.Passphrase)
	if c.UserID == "" {
		fill(&c.EnterpriseID, file.EnterpriseID)
	}
}

func (c *Config) check(p *providers.Problems) {
	if c.AuthType == "access_token" {
		p.Require("access_token", string(c.AccessToken), "for auth_type access_token")
		return
	}
	if c.AccessToken != "" {
		p.Add("access_token", "stands beside auth_type %s; remove it or set auth_type: access_token", c.AuthType)
	}
	why := "for auth_type " + c.AuthType
	p.Require("client_id", c.ClientID, why)
	p.Require("client_secret", string(c.ClientSecret), why)
	switch {
	case c.EnterpriseID == "" && c.UserID == "":
		p.Add("enterprise_id", "is required (or user_id): whom the token speaks for")
	case c.EnterpriseID != "" && c.UserID != "":
		p.Add("user_id", "stands beside enterprise_id; keep one")
	}
	if c.AuthType == "jwt" {
		p.Require("private_key", string(c.PrivateKey), why, "(or jwt_config, or jwt_config_file)")
		p.Require("public_key_id", c.PublicKeyID, why)
	} else if c.JWTConfigFile != "" || c.JWTConfig != "" || c.PrivateKey != "" {
		p.Add("auth_type", "must be jwt for a key")
	}
}

// realTokenURL is the audience of the assertion, also when endpoint is overridden.
const realTokenURL = "https://api.box.com/oauth2/token"

func (c *Config) auth() providers.Auth {
	subjectType, subject := "enterprise", c.EnterpriseID
	if c.UserID != "" {
		subjectType, subject = "user", c.UserID
	}
	auth := providers.TokenAuth{
		URL:   c.TokenURL,
		Early: 5 * time.Minute,
		Share: "box:" + c.ClientID + ":" + subject,
		Hint:  "check client_id, client_secret and the subject, and that an admin authorized the app (again, after every change of it)",
	}
	if auth.URL == "" {
		auth.URL = "/oauth2/token"
	}
	auth.Secrets = []providers.SecretParam{{Key: "client_secret", Value: c.ClientSecret}}
	switch c.AuthType {
	case "access_token":
		return providers.Bearer(c.AccessToken)
	case "client_credentials":
		// https://developer.box.com/guides/authentication/client-credentials/
		auth.Form = providers.Params{
			{Key: "grant_type", Value: "client_credentials"},
			{Key: "client_id", Value: c.ClientID},
			{Key: "box_subject_type", Value: subjectType},
			{Key: "box_subject_id", Value: subject},
		}
		return auth
	}
	audience := c.TokenURL
	if audience == "" {
		audience = realTokenURL
	}
	// https://developer.box.com/guides/authentication/jwt/without-sdk/
	auth.Form = providers.Params{{Key: "grant_type", Value: "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {Key: "client_id", Value: c.ClientID}}
	auth.AssertionParam = "assertion"
	auth.Assertion = &providers.Assertion{
		Key: c.PrivateKey, Passphrase: c.PrivateKeyPassphrase, KeyID: c.PublicKeyID,
		Issuer: c.ClientID, Subject: subject, Audience: audience,
		Claims: map[string]string{"box_sub_type": subjectType}, Lifetime: 45 * time.Second, ID: true,
	}
	return auth
}

// tenant is the enterprise as far as the configuration names it; event ids are
// unique over all of them.
func (c *Config) tenant() string {
	switch {
	case c.EnterpriseID != "":
		return c.EnterpriseID
	case c.UserID != "":
		return "user:" + c.UserID
	}
	return "box"
}
