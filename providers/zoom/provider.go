package zoom

import (
	"slices"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

const day = 24 * time.Hour

// The streams.
const (
	streamActivities = "activities"
	streamOperations = "operation_logs"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "zoom",
		Name: "Zoom",
		Docs: "https://developers.zoom.us/docs/api/rest/reference/account/methods/#operation/reportSignInSignOutActivities",
		New:  func() providers.Config { return &Config{} },
		Example: func() (providers.Config, providers.Options) {
			return &Config{AccountID: "ExampleAccount0000000", ClientID: "example-client", ClientSecret: "example-secret"}, providers.Options{}
		},
	}
}

// Config is what a zoom entry may say besides the keys of every provider.
type Config struct {
	// AccountID, ClientID and ClientSecret of a Server-to-Server OAuth app.
	AccountID    string           `mapstructure:"account_id"`
	ClientID     string           `mapstructure:"client_id"`
	ClientSecret providers.Secret `mapstructure:"client_secret"`
	// AccessToken is a ready token that lives for an hour.
	AccessToken providers.Secret `mapstructure:"access_token"`
	// TokenURL is on another host than the API; the default follows the endpoint.
	TokenURL string `mapstructure:"token_url"`
	// CategoryTypes of the operation log; empty means all.
	CategoryTypes []string `mapstructure:"category_types"`
}

var categoryTypes = []string{
	"all", "user", "user_settings", "account", "billing", "im", "recording", "phone_contacts", "webinar",
	"sub_account", "role", "zoom_rooms",
}

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	kind := p.ExactlyOne(
		providers.Credential{Name: "Server-to-Server app", Keys: []providers.KeyValue{
			{Key: "account_id", Value: c.AccountID}, {Key: "client_id", Value: c.ClientID}, {Key: "client_secret", Value: string(c.ClientSecret)},
		}},
		providers.Credential{Name: "access token", Keys: []providers.KeyValue{{Key: "access_token", Value: string(c.AccessToken)}}},
	)
	p.EachOneOf("category_types", c.CategoryTypes, categoryTypes...)
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://api.zoom.us"
	}
	tenant := c.AccountID
	if tenant == "" {
		tenant = providers.CredentialTenant(string(c.AccessToken))
	}
	source := &providers.Source{
		Endpoint: endpoint,
		Tenant:   tenant,
		Classify: classify,
		Budgets: []providers.Budget{{
			// Heavy endpoints, counted for the account and all its apps; there is a cap a
			// day too: https://developers.zoom.us/docs/api/rate-limits/
			Requests: 5, Per: time.Second, Burst: 2, RetryAfter: 2 * time.Second, Share: tenant,
		}},
		Streams: c.streams(o),
	}
	switch kind {
	case "access token":
		source.Auth = providers.Bearer(c.AccessToken)
	case "Server-to-Server app":
		source.Auth = c.auth(endpoint)
	}
	return source, nil
}

// auth: https://developers.zoom.us/docs/internal-apps/s2s-oauth/ . The parameters
// go into the body: in the query they began to be refused
// (https://devforum.zoom.us/t/oauth-token-400-bad-request-params-in-query-string/124925).
func (c *Config) auth(endpoint string) providers.Auth {
	auth := providers.TokenAuth{
		URL:   c.TokenURL,
		Form:  providers.Params{{Key: "grant_type", Value: "account_credentials"}, {Key: "account_id", Value: c.AccountID}},
		Basic: &providers.BasicAuth{Username: c.ClientID, Password: c.ClientSecret},
		Early: 2 * time.Minute,
		// A new token may end the one before: all streams and instances share one.
		Share: "zoom:" + c.AccountID + ":" + c.ClientID,
		Hint:  "check account_id, client_id and client_secret; the app must be a Server-to-Server OAuth app and activated",
	}
	switch {
	case auth.URL != "":
	case strings.HasSuffix(strings.TrimSuffix(endpoint, "/"), ".zoomgov.com"):
		auth.URL = "https://zoomgov.com/oauth/token"
	default:
		auth.URL = "https://zoom.us/oauth/token"
	}
	return auth
}

func (c *Config) streams(o providers.Options) []providers.Stream {
	traits := providers.Traits{
		Resume:        providers.ByWindow,
		Order:         providers.Unordered, // newest first in practice, promised nowhere
		Bounds:        providers.EventTime,
		PageSize:      300,
		MaxPageSize:   300,
		MaxWindow:     25 * day, // with the edges 28 days: a month at most, right in every month
		Granularity:   day,
		Edge:          day,
		Retention:     retention,
		Lateness:      day,
		MinLateness:   14 * time.Hour, // a day of an account at UTC-12 ends at noon UTC
		NumberRepeats: true,
	}
	reserved := []string{"from", "to", "page_size", "next_page_token", "category_type"}
	operations := c.CategoryTypes
	if len(operations) == 0 {
		operations = categories(o.Filter.EntityTypes)
	}
	onlySignIns := len(o.Filter.Actions) > 0 && !slices.ContainsFunc(o.Filter.Actions, func(a string) bool {
		return a != string(providers.Login) && a != string(providers.Logout)
	})
	return []providers.Stream{
		{
			Name: streamActivities, Default: true, Traits: traits, Reserved: reserved,
			Grant:  "the scope report:read:admin (granular: report:read:user_activities:admin) and a role that may view reports",
			Fetch:  feed{path: "/v2/report/activities", list: "activity_logs", categories: []string{""}, extra: o.RemoteQuery}.fetch,
			Decode: decodeActivity,
		},
		{
			Name: streamOperations, Default: !onlySignIns, Traits: traits, Reserved: reserved,
			Grant:  "the scope report:read:admin (granular: report:read:operation_logs:admin) and a role that may view operation logs",
			Fetch:  feed{path: "/v2/report/operationlogs", list: "operation_logs", categories: operations, extra: o.RemoteQuery}.fetch,
			Decode: decodeOperation,
		},
	}
}

// categories returns the category of each wanted entity type as a query spells it;
// one empty one, which asks for all, when a wanted type cannot be asked for.
func categories(types []string) []string {
	var out []string
	for _, t := range types {
		c := strings.ReplaceAll(strings.ToLower(t), " ", "_")
		if !slices.Contains(categoryTypes[1:], c) {
			return []string{""}
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return []string{""}
	}
	return out
}
