package intercom

import (
	"net/http"
	"regexp"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "intercom",
		Name: "Intercom",
		Docs: "https://developers.intercom.com/docs/references/rest-api/api.intercom.io/admins/listactivitylogs",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.AccessToken, c.WorkspaceID = "example-token", "ab12cd34"
			return c, providers.Options{}
		},
	}
}

// Config is what an intercom entry may say besides the keys of every provider.
type Config struct {
	// WorkspaceID keeps log.record.uid apart from other workspaces' and stable when
	// the token changes; without it, the token stands for it.
	WorkspaceID string `mapstructure:"workspace_id"`
	// AccessToken of a private app, or an OAuth token of a public one.
	AccessToken providers.Secret `mapstructure:"access_token"`
	// APIVersion is sent as Intercom-Version. Quote it in YAML: 2.10 is not 2.1.
	APIVersion string `mapstructure:"api_version"`
	// MaxWindow is the largest span of one listing: wide ones are answered with 500.
	MaxWindow time.Duration `mapstructure:"max_window"`
}

func newConfig() *Config { return &Config{APIVersion: "2.14", MaxWindow: 120 * time.Hour} }

var version = regexp.MustCompile(`^(\d+\.\d+|Unstable|Preview)$`)

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.ExactlyOne(providers.Credential{Name: "access token", Keys: []providers.KeyValue{{Key: "access_token", Value: string(c.AccessToken)}}})
	if !version.MatchString(c.APIVersion) {
		p.Add("api_version", "%q is not valid; use a version such as \"2.14\", quoted", c.APIVersion)
	}
	if c.MaxWindow < time.Hour || c.MaxWindow > 30*24*time.Hour {
		p.Add("max_window", "%s is outside 1h..720h", c.MaxWindow)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://api.intercom.io"
	}
	tenant := c.WorkspaceID
	if tenant == "" {
		tenant = providers.CredentialTenant(string(c.AccessToken))
	}
	var auth providers.Auth
	if c.AccessToken != "" {
		auth = providers.Bearer(c.AccessToken)
	}
	f := feed{extra: o.RemoteQuery}
	return &providers.Source{
		Endpoint: endpoint,
		Tenant:   tenant,
		Header:   http.Header{"Intercom-Version": {c.APIVersion}},
		Auth:     auth,
		Classify: classify,
		Budgets: []providers.Budget{{
			// https://developers.intercom.com/docs/references/rest-api/errors/rate-limiting :
			// 10,000 a minute and app, dealt out in slices of ten seconds.
			Requests: 1667, Per: 10 * time.Second, Burst: 10, Share: tenant,
			Headers: &providers.LimitHeaders{
				Limit: "X-RateLimit-Limit", Remaining: "X-RateLimit-Remaining", Reset: "X-RateLimit-Reset", Kind: providers.ResetEpoch,
			},
		}},
		Streams: []providers.Stream{{
			Name:    "activity_logs",
			Default: true,
			Traits: providers.Traits{
				Resume:      providers.ByWindow,
				Order:       providers.NewestFirst,
				Bounds:      providers.EventTime,
				PageSize:    150,
				MaxPageSize: 250,
				MaxWindow:   c.MaxWindow,
				Granularity: time.Second,
				Edge:        time.Second, // nobody says whether the bounds are inclusive
				Lateness:    5 * time.Minute,
			},
			Grant:    "an app with the permission to read admins (OAuth scope read_admins)",
			Reserved: []string{"created_at_after", "created_at_before", "page", "per_page", "starting_after"},
			Fetch:    f.fetch,
			Decode:   decode,
		}},
	}, nil
}

func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{
		Code:    gjson.Get(r.Body, "errors.0.code").String(),
		Message: gjson.Get(r.Body, "errors.0.message").String(),
	}
	switch {
	case r.Status == http.StatusUnauthorized:
		e.Hint = "the access token is wrong or was revoked"
	case r.Status == http.StatusPaymentRequired, e.Code == "api_plan_restricted":
		e.Hint = "the workspace's plan does not include activity logs, or it is unpaid"
	case r.Status == http.StatusForbidden:
		e.Hint = "give the app the permission to read admins (OAuth scope read_admins), and activity logs where it is listed"
	case r.Status == http.StatusBadRequest, r.Status == http.StatusUnprocessableEntity:
		e.Hint = "check api_version and remote_query"
	}
	return e
}
