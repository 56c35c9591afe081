package dropboxbusiness

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

const docs = "https://www.dropbox.com/developers/documentation/http/teams#team_log-get_events"

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "dropbox_business",
		Name: "Dropbox Business",
		Docs: docs,
		New:  func() providers.Config { return &Config{} },
		Example: func() (providers.Config, providers.Options) {
			return &Config{ClientID: "example-app", ClientSecret: "example-secret", RefreshToken: "example-refresh-token"}, providers.Options{}
		},
	}
}

// Config is what a dropbox_business entry may say besides the keys of every
// provider.
type Config struct {
	// ClientID and ClientSecret are app key and app secret (none for a PKCE app),
	// RefreshToken comes from an offline authorization by a team admin.
	ClientID     string           `mapstructure:"client_id"`
	ClientSecret providers.Secret `mapstructure:"client_secret"`
	RefreshToken providers.Secret `mapstructure:"refresh_token"`
	// AccessToken is a ready token; new ones live for four hours.
	AccessToken providers.Secret `mapstructure:"access_token"`
	// TokenURL overrides the token endpoint, {endpoint}/oauth2/token.
	TokenURL string `mapstructure:"token_url"`
	// Category or EventType, and AccountID, are the vendor's filters.
	Category  string `mapstructure:"category"`
	EventType string `mapstructure:"event_type"`
	AccountID string `mapstructure:"account_id"`
}

var categories = []string{
	"admin_alerting", "apps", "comments", "dash", "data_governance", "devices", "domains", "encryption",
	"file_operations", "file_requests", "groups", "logins", "members", "paper", "passwords", "protect", "reports",
	"sharing", "showcase", "signatures", "sso", "team_folders", "team_policies", "team_profile", "tfa", "trusted_teams",
}

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	kind := p.ExactlyOne(
		providers.Credential{Name: "refresh token", Keys: []providers.KeyValue{{Key: "client_id", Value: c.ClientID}, {Key: "refresh_token", Value: string(c.RefreshToken)}}},
		providers.Credential{Name: "access token", Keys: []providers.KeyValue{{Key: "access_token", Value: string(c.AccessToken)}}},
	)
	if kind == "access token" && c.ClientSecret != "" {
		p.Add("client_secret", "belongs to a refresh token; remove it or access_token")
	}
	if c.Category != "" {
		p.OneOf("category", c.Category, categories...)
	}
	if c.Category != "" && c.EventType != "" {
		p.Add("event_type", "cannot stand beside category: the vendor refuses both")
	}
	if c.AccountID != "" && !strings.HasPrefix(c.AccountID, "dbid:") {
		p.Add("account_id", "%q is no account id; it begins with dbid:", c.AccountID)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://api.dropboxapi.com"
	}
	return c.source(endpoint, o), nil
}

// auth: https://developers.dropbox.com/oauth-guide . The refresh token is not
// replaced and does not expire by time.
func (c *Config) auth() providers.Auth {
	switch {
	case c.AccessToken != "":
		return providers.Bearer(c.AccessToken)
	case c.RefreshToken == "":
		return nil
	}
	auth := providers.TokenAuth{
		URL:     c.TokenURL,
		Form:    providers.Params{{Key: "grant_type", Value: "refresh_token"}, {Key: "client_id", Value: c.ClientID}},
		Secrets: []providers.SecretParam{{Key: "refresh_token", Value: c.RefreshToken}},
		Hint:    "the refresh token was revoked, or belongs to another app; a team admin must authorize the app again",
	}
	if auth.URL == "" {
		auth.URL = "/oauth2/token"
	}
	if c.ClientSecret != "" {
		auth.Secrets = append(auth.Secrets, providers.SecretParam{Key: "client_secret", Value: c.ClientSecret})
	}
	return auth
}

// tenant stands for the team in uids: no key names it, and the ids are derived
// from records that name globally unique accounts.
const tenant = "dropbox"

func (c *Config) source(endpoint string, o providers.Options) *providers.Source {
	filter := c.pushed(&o.Filter)
	return &providers.Source{
		Endpoint: endpoint,
		Tenant:   tenant,
		Account:  providers.CredentialTenant(c.ClientID + string(c.RefreshToken+c.AccessToken)),
		Auth:     c.auth(),
		Classify: classify,
		Budgets: []providers.Budget{{
			// The vendor publishes no number; a wait of minutes is normal.
			Requests: 60, Per: time.Minute, RetryAfter: time.Minute,
		}},
		Streams: []providers.Stream{{
			Name:    "team_events",
			Default: true,
			Traits: providers.Traits{
				Resume: providers.ByCursor,
				// Actions show up within hours, at most a day:
				// https://help.dropbox.com/security/team-activity-insights
				Lateness:      24 * time.Hour,
				Bounds:        providers.IngestionTime,
				PageSize:      1000,
				MaxPageSize:   1000,
				Granularity:   time.Second,
				NumberRepeats: true,
			},
			Grant:       "a scoped app with the team scope events.read, authorized by a team admin",
			Reserved:    []string{"limit", "time", "cursor", "category", "event_type", "account_id"},
			Fingerprint: filter.Encode(),
			Fetch:       feed{filter: filter, extra: o.RemoteQuery}.fetch,
			Decode:      decode,
		}},
	}
}

// pushed returns the vendor's filters: the configured ones, else what the unified
// ones allow. account_id also matches context and participants, a superset.
func (c *Config) pushed(f *providers.Filter) providers.Params {
	var p providers.Params
	category, eventType := c.Category, c.EventType
	if category == "" && eventType == "" {
		category, eventType = pushedActions(f.Actions)
	}
	p.AddSet("category", category)
	p.AddSet("event_type", eventType)
	account := c.AccountID
	if one, ok := providers.Single(f.ActorIDs); account == "" && ok && isAccount(one) {
		account = one
	}
	p.AddSet("account_id", account)
	return p
}

// accountLength is that of all account ids; the vendor refuses others:
// https://www.dropbox.com/developers/documentation/http/teams#team_log-get_events
const accountLength = 40

func isAccount(id string) bool { return strings.HasPrefix(id, "dbid:") && len(id) == accountLength }

// pushedActions returns the event type of one raw action, or the category that has
// all of the wanted ones. Not every login and logout is of category logins: the
// sessions of enterprise admins are of category trusted_teams.
func pushedActions(wanted []string) (category, eventType string) {
	one, ok := providers.Single(wanted)
	if ok && !providers.Action(one).Unified() {
		if _, known := byType[one]; known || one == statusChange {
			return "", one
		}
	}
	for _, w := range wanted {
		if w != string(providers.LoginFailed) && !slices.Contains(signIns, w) {
			return "", ""
		}
	}
	if len(wanted) == 0 {
		return "", ""
	}
	return "logins", ""
}

// maxRetry bounds a wait told in a body, in seconds.
const maxRetry = 3600

// classify: most errors are JSON with a tag, those of status 400 are plain text.
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{Message: gjson.Get(r.Body, "error_summary").String()}
	tag := gjson.Get(r.Body, `error.\.tag`)
	e.Code = tag.String()
	if r.Status == http.StatusBadRequest {
		e.Message = r.Body
		if strings.Contains(r.Body, `HTTP header "Authorization"`) || strings.Contains(r.Body, "OAuth 2 access token is malformed") {
			e.Class = providers.Unauthorized
		}
		return e
	}
	switch r.Status {
	case http.StatusUnauthorized:
		unauthorized(e, r.Body)
	case http.StatusTooManyRequests:
		if r.Header.Get("Retry-After") == "" { // the body tells the same
			e.RetryAfter = time.Duration(min(gjson.Get(r.Body, "error.retry_after").Int(), maxRetry)) * time.Second
		}
	case http.StatusForbidden:
		e.Hint = "the plan or the linked admin's rights do not allow the team log"
	case http.StatusConflict:
		if slices.Contains([]string{"reset", "bad_cursor"}, e.Code) {
			e.Class = providers.CursorLost
		} else {
			e.Class = providers.Denied
			e.Hint = "check account_id, category and event_type, and filter.actor_id, which is sent as account_id"
		}
	}
	return e
}

// unauthorized: a new token helps against an expired or invalid one only.
func unauthorized(e *providers.Error, body string) {
	switch e.Code {
	case "expired_access_token", "invalid_access_token", "":
		e.Hint = "the token has expired or was revoked"
	case "missing_scope":
		e.Class = providers.Denied
		e.Hint = "the app lacks the scope " + gjson.Get(body, "error.required_scope").String() + "; after adding it, authorize the app again"
	default:
		e.Class = providers.Denied
		e.Hint = "the linked admin is suspended, or the app may not use the team log"
	}
}
