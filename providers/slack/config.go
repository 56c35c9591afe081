package slack

import (
	"net/url"
	"slices"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// Config is what a slack entry may say besides the keys of every provider.
type Config struct {
	// Token is a user token (xoxp-): of the organization's owner with the scope
	// auditlogs:read, or for the other streams of a workspace admin with admin.
	Token providers.Secret `mapstructure:"token"`
	// TeamID is the workspace of access_logs and integration_logs, when the token is
	// the organization's.
	TeamID string `mapstructure:"team_id"`
	// Actions (the vendor's names), Actor (user id) and Entity (id) restrict
	// audit_logs.
	Actions []string `mapstructure:"actions"`
	Actor   string   `mapstructure:"actor"`
	Entity  string   `mapstructure:"entity"`
	// WebEndpoint is the base URL of the Web API, which serves access_logs and
	// integration_logs.
	WebEndpoint string `mapstructure:"web_endpoint"`
}

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.ExactlyOne(providers.Credential{Name: "user token", Keys: []providers.KeyValue{{Key: "token", Value: string(c.Token)}}})
	switch token := string(c.Token); {
	case strings.HasPrefix(token, "xoxe"):
		p.Add("token", "is one that rotates (xoxe), which is not supported: switch token rotation off for the app and use its xoxp- token")
	case strings.HasPrefix(token, "xoxb"):
		p.Add("token", "is a bot token, which may not read these logs; use the user token (xoxp-)")
	}
	if c.WebEndpoint != "" && !baseURL(c.WebEndpoint) {
		p.Add("web_endpoint", "must be an http(s) URL without query, for example https://slack.com")
	}
	if slices.Contains(c.Actions, "") {
		p.Add("actions", "has an empty name")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint, web := o.Endpoint, strings.TrimRight(c.WebEndpoint, "/")
	if web == "" {
		web = endpoint
	}
	if web == "" {
		web = "https://slack.com"
	}
	if endpoint == "" {
		endpoint = "https://api.slack.com"
	}
	return c.source(endpoint, web, o), nil
}

func baseURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil &&
		!strings.ContainsAny(s, "?#")
}
