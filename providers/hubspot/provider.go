package hubspot

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

const docs = "https://developers.hubspot.com/docs/api-reference/account-activity-v3/guide"

// The streams.
const (
	streamLogin    = "login"
	streamSecurity = "security"
	streamAudit    = "audit_logs"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "hubspot",
		Name: "HubSpot",
		Docs: docs,
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.AccessToken, c.AccountID = "pat-na1-example", "1234567"
			return c, providers.Options{}
		},
	}
}

// Config is what a hubspot entry may say besides the keys of every provider.
type Config struct {
	// AccountID is the Hub ID. It keeps log.record.uid apart from other accounts' and
	// stable when the credential changes; without it, the credential stands for it.
	AccountID string `mapstructure:"account_id"`
	// AccessToken of a private app or a service key.
	AccessToken providers.Secret `mapstructure:"access_token"`
	// ClientID, ClientSecret and RefreshToken of an OAuth app that is installed.
	ClientID     string           `mapstructure:"client_id"`
	ClientSecret providers.Secret `mapstructure:"client_secret"`
	RefreshToken providers.Secret `mapstructure:"refresh_token"`
	// TokenURL overrides {endpoint}/oauth/2026-03/token.
	TokenURL string `mapstructure:"token_url"`
	// APIVersion is v3 or a date version, for example 2026-03.
	APIVersion string `mapstructure:"api_version"`
	// IncludeOverlap keeps rows of the audit log that the other streams bring too.
	IncludeOverlap bool `mapstructure:"include_overlap"`
}

func newConfig() *Config { return &Config{APIVersion: "v3"} }

var version = regexp.MustCompile(`^(v3|20\d\d-(0[1-9]|1[0-2]))$`)

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.ExactlyOne(
		providers.Credential{Name: "private app", Keys: []providers.KeyValue{{Key: "access_token", Value: string(c.AccessToken)}}},
		providers.Credential{Name: "OAuth app", Keys: []providers.KeyValue{
			{Key: "client_id", Value: c.ClientID}, {Key: "client_secret", Value: string(c.ClientSecret)}, {Key: "refresh_token", Value: string(c.RefreshToken)},
		}},
	)
	if !version.MatchString(c.APIVersion) {
		p.Add("api_version", "%q is not valid; use v3 or a date version such as 2026-03", c.APIVersion)
	}
	if _, err := strconv.ParseUint(c.AccountID, 10, 64); c.AccountID != "" && err != nil {
		p.Add("account_id", "%q is no Hub ID; it is a number", c.AccountID)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://api.hubapi.com"
	}
	tenant := c.AccountID
	if tenant == "" {
		tenant = providers.CredentialTenant(string(c.AccessToken) + c.ClientID + string(c.RefreshToken))
	}
	return &providers.Source{
		Endpoint: endpoint,
		Tenant:   tenant,
		Auth:     c.auth(),
		Classify: classify,
		Budgets: []providers.Budget{{
			// The least that a private app has:
			// https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
			Requests: 100, Per: 10 * time.Second, Burst: 5, RetryAfter: 10 * time.Second, Share: tenant,
			// No reset header: the window is ten seconds, so only the rest is learned.
			Headers: &providers.LimitHeaders{Limit: "X-HubSpot-RateLimit-Max", Remaining: "X-HubSpot-RateLimit-Remaining"},
		}},
		Streams: c.streams(o),
	}, nil
}

// auth: https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens .
// /oauth/v1/token takes the same form, but ends in February 2027:
// https://developers.hubspot.com/changelog/v1-oauth-api-deprecation
func (c *Config) auth() providers.Auth {
	switch {
	case c.AccessToken != "":
		return providers.Bearer(c.AccessToken)
	case c.RefreshToken == "":
		return nil
	}
	auth := providers.TokenAuth{
		URL:  c.TokenURL,
		Form: providers.Params{{Key: "grant_type", Value: "refresh_token"}, {Key: "client_id", Value: c.ClientID}},
		Secrets: []providers.SecretParam{
			{Key: "client_secret", Value: c.ClientSecret}, {Key: "refresh_token", Value: c.RefreshToken},
		},
		Hint: "the refresh token was revoked or belongs to another app; install the app again",
	}
	if auth.URL == "" {
		auth.URL = "/oauth/2026-03/token"
	}
	return auth
}

func (c *Config) streams(o providers.Options) []providers.Stream {
	on := func(name string) bool { return o.Streams == nil || slices.Contains(o.Streams, name) }
	f := &feeds{
		base:   "/account-info/" + c.APIVersion + "/activity/",
		users:  users(o.Filter.ActorIDs),
		extra:  o.RemoteQuery,
		logins: on(streamLogin) && !c.IncludeOverlap, security: on(streamSecurity) && !c.IncludeOverlap,
	}
	const grant = "the scope account-info.security.read"
	all := !onlySignIns(o.Filter.Actions)
	return []providers.Stream{
		{Name: streamLogin, Default: true, Traits: loginTraits(), Grant: grant, Reserved: []string{"limit", "after"}, Fetch: f.fetchLogin, Decode: decodeLogin},
		{Name: streamSecurity, Default: all, Traits: securityTraits(), Grant: grant, Reserved: []string{"limit", "after", "fromTimestamp", "toTimestamp"}, Fetch: f.fetchSecurity, Decode: decodeSecurity},
		{Name: streamAudit, Default: all, Traits: auditTraits(), Grant: grant + " on an Enterprise account", Reserved: []string{"limit", "after", "occurredAfter", "occurredBefore", "sort", "fillFinalTimestamp"}, Fetch: f.fetchAudit, Decode: decodeAudit},
	}
}

// onlySignIns tells that only the sign-in stream can bring what is wanted.
func onlySignIns(wanted []string) bool {
	return len(wanted) > 0 && !slices.ContainsFunc(wanted, func(w string) bool {
		return w != string(providers.Login) && w != string(providers.LoginFailed)
	})
}

// users returns the wanted users when all are numbers, as HubSpot's are.
func users(ids []string) []string {
	for _, id := range ids {
		if _, err := strconv.ParseUint(id, 10, 64); err != nil {
			return nil
		}
	}
	return ids
}

const lateness = 30 * time.Minute // not documented

func loginTraits() providers.Traits {
	return providers.Traits{
		Resume: providers.ByWalk, Order: providers.NewestFirst, Bounds: providers.EventTime,
		PageSize: 200, MaxPageSize: 200, Granularity: time.Millisecond,
		Retention: 90 * 24 * time.Hour, Lateness: lateness,
	}
}

func securityTraits() providers.Traits {
	return providers.Traits{
		Resume: providers.ByWindow, Order: providers.Unordered, Bounds: providers.EventTime,
		PageSize: 200, MaxPageSize: 200, Granularity: time.Millisecond, Edge: time.Second, Lateness: lateness,
	}
}

// auditTraits: deep walks have been seen to fail, so windows are a day at most.
func auditTraits() providers.Traits {
	return providers.Traits{
		Resume: providers.ByWindow, Order: providers.Unordered, Bounds: providers.EventTime,
		PageSize: maxAuditPage, MaxPageSize: 200, Granularity: time.Millisecond, Edge: time.Second,
		MaxWindow: 24 * time.Hour, Lateness: lateness,
	}
}

// movedStatus is told while an account moves between data centres.
const movedStatus = 477

func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{Code: gjson.Get(r.Body, "category").String(), Message: gjson.Get(r.Body, "message").String()}
	switch r.Status {
	case http.StatusUnauthorized:
		e.Hint = "the token is wrong, rotated or expired, or who made the private app has left the account"
	case http.StatusForbidden:
		e.Hint = "grant the scope account-info.security.read and install or consent again; the audit log needs Enterprise"
		e.Probe = 6 * time.Hour
	case http.StatusTooManyRequests:
		if gjson.Get(r.Body, "policyName").String() == "DAILY" {
			e.RetryAfter = time.Hour
			e.Hint = "the account's requests of the day are used up"
		}
	case movedStatus:
		e.Class = providers.Throttled
		e.Hint = "the account is being moved between data centres"
	}
	return e
}
