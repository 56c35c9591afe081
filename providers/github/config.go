package github

import (
	"net/url"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// Config is what a github entry may say besides the keys of every provider.
type Config struct {
	// Organization (login) or Enterprise (slug or numeric id) whose log is read.
	Organization string `mapstructure:"organization"`
	Enterprise   string `mapstructure:"enterprise"`
	// Token is a personal access token, classic or fine-grained.
	Token providers.Secret `mapstructure:"token"`
	// AppID (or client id), InstallationID and the RSA key (PEM) of a GitHub App.
	AppID          string           `mapstructure:"app_id"`
	InstallationID string           `mapstructure:"installation_id"`
	PrivateKey     providers.Secret `mapstructure:"private_key"`
	PrivateKeyFile string           `mapstructure:"private_key_file"`
	// Include is web, git or all.
	Include string `mapstructure:"include"`
	// Phrase is joined to the search phrase of every window.
	Phrase string `mapstructure:"phrase"`
	// APIVersion is the header X-GitHub-Api-Version.
	APIVersion string `mapstructure:"api_version"`
}

func newConfig() *Config { return &Config{Include: "all", APIVersion: "2022-11-28"} }

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	switch {
	case c.Organization == "" && c.Enterprise == "":
		p.Add("organization", "is required, or enterprise")
	case c.Organization != "" && c.Enterprise != "":
		p.Add("organization, enterprise", "are both set; keep one, two instances read both")
	}
	slug(&p, "organization", c.Organization)
	slug(&p, "enterprise", c.Enterprise)
	if c.PrivateKey != "" && c.PrivateKeyFile != "" {
		p.Add("private_key, private_key_file", "are both set; keep one")
	}
	p.ExactlyOne(
		providers.Credential{Name: "personal access token", Keys: []providers.KeyValue{{Key: "token", Value: string(c.Token)}}},
		providers.Credential{Name: "GitHub App", Keys: []providers.KeyValue{
			{Key: "app_id", Value: c.AppID},
			{Key: "installation_id", Value: c.InstallationID},
			{Key: "private_key or private_key_file", Value: record.First(string(c.PrivateKey), c.PrivateKeyFile)},
		}},
	)
	p.OneOf("include", c.Include, "web", "git", "all")
	p.Require("api_version", c.APIVersion)
	if strings.Contains(c.Phrase, "created:") {
		p.Add("phrase", "must not have created:, which the receiver sets for every window; use filter.created_at")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://api.github.com"
	}
	return c.source(endpoint, o), nil
}

func slug(p *providers.Problems, key, value string) {
	if strings.ContainsAny(value, "/:@?# ") {
		p.Add(key, "%q must be the name as in the address bar, without a slash", value)
	}
}

// path is the feed's path. Logins and slugs are compared without case, so tenant,
// which goes into every uid, is lower case.
func (c *Config) path() (path, tenant string) {
	if c.Enterprise != "" {
		return "/enterprises/" + url.PathEscape(c.Enterprise) + "/audit-log", "enterprises/" + strings.ToLower(c.Enterprise)
	}
	return "/orgs/" + url.PathEscape(c.Organization) + "/audit-log", "orgs/" + strings.ToLower(c.Organization)
}

// auth of an app:
// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
// The vendor allows ten minutes to exp, and advises an iat of one minute ago
// against clocks that differ.
func (c *Config) auth() providers.Auth {
	if c.Token != "" {
		return providers.Bearer(c.Token)
	}
	return providers.TokenAuth{
		URL:    "/app/installations/" + url.PathEscape(c.InstallationID) + "/access_tokens",
		Header: map[string]string{"Accept": mediaType, "X-GitHub-Api-Version": c.APIVersion},
		Assertion: &providers.Assertion{
			Key: c.PrivateKey, KeyFile: c.PrivateKeyFile, Algorithm: "RS256",
			Issuer: c.AppID, Backdate: time.Minute, Lifetime: 9 * time.Minute,
		},
		TokenField:     "token",
		ExpiresAtField: "expires_at",
		Early:          5 * time.Minute,
		Hint:           "check app_id, installation_id and the private key, that the app is installed in the organization, and this machine's clock",
	}
}
