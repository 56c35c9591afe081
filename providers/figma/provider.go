package figma

import (
	"net/http"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

const day = 24 * time.Hour

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "figma",
		Name: "Figma",
		Docs: "https://developers.figma.com/docs/rest-api/activity-logs-endpoints/",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.ClientID, c.ClientSecret, c.RefreshToken = "example-client", "example-secret", "example-refresh-token"
			return c, providers.Options{}
		},
	}
}

// Config is what a figma entry may say besides the keys of every provider.
type Config struct {
	// ClientID, ClientSecret and RefreshToken of an OAuth app; AccessToken beside
	// them is the first token used, alone it is used until it ends.
	ClientID     string           `mapstructure:"client_id"`
	ClientSecret providers.Secret `mapstructure:"client_secret"`
	RefreshToken providers.Secret `mapstructure:"refresh_token"`
	AccessToken  providers.Secret `mapstructure:"access_token"`
	// APIToken is a plan access token, sent as X-Figma-Token.
	APIToken providers.Secret `mapstructure:"api_token"`
	// TokenURL overrides the refresh endpoint, {endpoint}/v1/oauth/refresh.
	TokenURL string `mapstructure:"token_url"`
	// Events are the event types to ask for; empty means all.
	Events []string `mapstructure:"events"`
	// Settle is the newest span left out of every read.
	Settle time.Duration `mapstructure:"settle"`
}

func newConfig() *Config { return &Config{Settle: 2 * time.Minute} }

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	kinds := []providers.Credential{
		{Name: "OAuth app", Keys: []providers.KeyValue{
			{Key: "client_id", Value: c.ClientID}, {Key: "client_secret", Value: string(c.ClientSecret)}, {Key: "refresh_token", Value: string(c.RefreshToken)},
		}},
		{Name: "plan access token", Keys: []providers.KeyValue{{Key: "api_token", Value: string(c.APIToken)}}},
	}
	if c.RefreshToken == "" { // beside a refresh token it is only the first one
		kinds = append(kinds, providers.Credential{Name: "OAuth access token", Keys: []providers.KeyValue{{Key: "access_token", Value: string(c.AccessToken)}}})
	}
	p.ExactlyOne(kinds...)
	if c.Settle < 0 || c.Settle > time.Hour {
		p.Add("settle", "%s is outside 0s..1h", c.Settle)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://api.figma.com"
	}
	return c.source(endpoint, o), nil
}

func (c *Config) auth() providers.Auth {
	switch {
	case c.APIToken != "":
		return providers.HeaderAuth{Name: "X-Figma-Token", Value: c.APIToken}
	case c.RefreshToken == "":
		return providers.Bearer(c.AccessToken)
	}
	url := c.TokenURL
	if url == "" {
		url = "/v1/oauth/refresh"
	}
	// https://developers.figma.com/docs/rest-api/authentication/ : the answer has no
	// new refresh token. There is one access token per app and user, so a refresh
	// ends the one before: instances of one app share it.
	return providers.TokenAuth{
		URL:     url,
		Form:    providers.Params{{Key: "grant_type", Value: "refresh_token"}},
		Secrets: []providers.SecretParam{{Key: "refresh_token", Value: c.RefreshToken}},
		Basic:   &providers.BasicAuth{Username: c.ClientID, Password: c.ClientSecret},
		Initial: c.AccessToken,
		Share:   "figma:" + c.ClientID,
		Hint:    "check client_id, client_secret and refresh_token; one app must not serve two collectors",
	}
}

// tenant stands for the organization in uids. No key names it, and the vendor's
// event ids are unique over all organizations.
const tenant = "figma"

func (c *Config) source(endpoint string, o providers.Options) *providers.Source {
	events := c.Events
	if len(events) == 0 {
		events = eventTypes(o.Filter.Actions)
	}
	f := feed{events: events, extra: o.RemoteQuery}
	return &providers.Source{
		Endpoint: endpoint,
		Tenant:   tenant,
		Account:  providers.CredentialTenant(c.ClientID + string(c.RefreshToken+c.AccessToken+c.APIToken)),
		Auth:     c.auth(),
		Classify: classify,
		Budgets: []providers.Budget{{
			// Tier 3 for an organization's full seat, counted per user and app:
			// https://developers.figma.com/docs/rest-api/rate-limits/
			Requests: 100, Per: time.Minute, Burst: 5, RetryAfter: time.Minute, Share: c.ClientID,
		}},
		Streams: []providers.Stream{{
			Name:    "activity_logs",
			Default: true,
			Traits: providers.Traits{
				Resume:      providers.ByWindow,
				Order:       providers.OldestFirst,
				Bounds:      providers.EventTime,
				PageSize:    1000,
				MaxPageSize: 1000,
				Granularity: time.Second,
				Retention:   365 * day,
				Lateness:    10 * time.Minute,
				Lag:         c.Settle,
			},
			Grant:    "an organization admin's authorization with the scope org:activity_log_read",
			Reserved: []string{"start_time", "end_time", "limit", "order", "cursor", "events"},
			Fetch:    f.fetch,
			Decode:   decode,
		}},
	}
}

// classify: a wrong role is told with 401, an expired token with 403, and an error
// may come with status 200, in either of its two forms.
func classify(r *providers.Response) *providers.Error {
	failed := r.Status >= 300
	if !failed && gjson.Get(r.Body, "error").Type != gjson.True && gjson.Get(r.Body, "err").Type != gjson.String {
		return nil
	}
	e := &providers.Error{Message: gjson.Get(r.Body, "message").String()}
	if e.Message == "" {
		e.Message = gjson.Get(r.Body, "err").String()
	}
	status := r.Status
	if !failed {
		e.Class = providers.Transient
		status = int(gjson.Get(r.Body, "status").Int())
		if class := providers.DefaultClass(status); class != providers.Unclassified {
			e.Class = class
		}
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Class = providers.Unauthorized
		e.Hint = "the token must be an organization admin's on the Enterprise plan, with the scope org:activity_log_read; an OAuth app is certain to work, a personal token is not"
	}
	return e
}
