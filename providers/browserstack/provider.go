package browserstack

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

const day = 24 * time.Hour

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "browserstack",
		Name: "BrowserStack",
		Docs: "https://www.browserstack.com/docs/enterprise/api-reference/audit-logs/overview",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.Username, c.AccessKey = "acme_a1B2c3", "example-key"
			return c, providers.Options{}
		},
	}
}

// Config is what a browserstack entry may say besides the keys of every provider.
type Config struct {
	// Username is the generated user name of an account, not its e-mail address.
	Username string `mapstructure:"username"`
	// AccessKey of the same account.
	AccessKey providers.Secret `mapstructure:"access_key"`
	// LogsPath is the path of the list.
	LogsPath string `mapstructure:"logs_path"`
	// LookbackLimitDays is how far back days are asked for at most.
	LookbackLimitDays int `mapstructure:"lookback_limit_days"`
}

func newConfig() *Config {
	// The vendor keeps 180 days: https://www.browserstack.com/docs/enterprise/audit-logs
	return &Config{LogsPath: "/audit/v1/logs", LookbackLimitDays: 180}
}

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.ExactlyOne(providers.Credential{Name: "access key", Keys: []providers.KeyValue{
		{Key: "username", Value: c.Username}, {Key: "access_key", Value: string(c.AccessKey)},
	}})
	if !strings.HasPrefix(c.LogsPath, "/") || strings.HasPrefix(c.LogsPath, "//") || strings.ContainsAny(c.LogsPath, "?# ") {
		p.Add("logs_path", "%q must be a path such as /audit/v1/logs", c.LogsPath)
	}
	p.Range("lookback_limit_days", c.LookbackLimitDays, 1, 180)
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://api.browserstack.com"
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		p.Add("endpoint", "is no URL")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	return c.source(endpoint, u, o), nil
}

// source puts the declaration together. No key names the organization; the account
// that reads its log stands for it.
func (c *Config) source(endpoint string, u *url.URL, o providers.Options) *providers.Source {
	f := feed{path: c.LogsPath, host: u.Host, limit: time.Duration(c.LookbackLimitDays) * day, extra: o.RemoteQuery}
	return &providers.Source{
		Endpoint: endpoint,
		Tenant:   record.First(c.Username, strings.ToLower(u.Host)),
		Header:   http.Header{"Accept": {"application/json"}},
		Auth:     providers.BasicAuth{Username: c.Username, Password: c.AccessKey},
		Classify: classify,
		Budgets: []providers.Budget{{
			// Documented for the user management APIs, per group; no limit headers:
			// https://www.browserstack.com/docs/enterprise/api-reference/introduction
			Requests: 15, Per: time.Minute, Burst: 5, RetryAfter: time.Minute, Share: c.Username,
		}},
		Streams: []providers.Stream{{
			Name:    "audit",
			Default: true,
			Traits: providers.Traits{
				Resume:      providers.ByWindow,
				Order:       providers.Unordered,
				Bounds:      providers.EventTime,
				Granularity: day,
				// In which zone a day begins is not known, nor whether the last day is part
				// of the answer. No day after today's is asked for, so that in a zone 14
				// hours ahead of UTC an event may first show 38 hours after its time.
				Edge:      14 * time.Hour,
				Lateness:  40 * time.Hour,
				MaxWindow: 7 * day,
				Retention: f.limit,
			},
			Grant:    grant,
			Reserved: []string{"oldest_date", "latest_date"},
			Fetch:    f.fetch,
			Decode:   decode,
		}},
		Warnings: c.warnings(),
	}
}

// grant: https://www.browserstack.com/docs/enterprise/audit-logs
const grant = "the Enterprise plan, the role Owner (or Admin, if the Owner allows it), and the API enabled by BrowserStack Support"

func (c *Config) warnings() []string {
	if strings.Contains(c.Username, "@") {
		return []string{"username looks like an e-mail address; BrowserStack expects the generated user name of the account page"}
	}
	return nil
}

// classify: refusals come as HTML or plain text, whatever is asked for.
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{}
	if gjson.Valid(r.Body) {
		body := gjson.Parse(r.Body)
		e.Message = record.First(record.Path(body, "message"), record.Path(body, "error"), record.Path(body, "errors.0.message"))
	}
	switch r.Status {
	case http.StatusUnauthorized:
		e.Hint = "username or access_key is wrong, or the key was recycled"
	case http.StatusForbidden, http.StatusNotFound:
		e.Hint = "needed: " + grant
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		e.Hint = "the range of days is refused; check lookback_limit_days"
	}
	return e
}
