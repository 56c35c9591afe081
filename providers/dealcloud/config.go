package dealcloud

import (
	"net/url"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // time_zone must work where the system has no zones

	"github.com/otelactivity/otelactivity/providers"
)

// Config is what a dealcloud entry may say besides the keys of every provider.
type Config struct {
	// ClientID and ClientSecret are the API key of a user.
	ClientID     string           `mapstructure:"client_id"`
	ClientSecret providers.Secret `mapstructure:"client_secret"`
	// TokenURL overrides the token endpoint.
	TokenURL string `mapstructure:"token_url"`
	// Scope is the space-separated list of scopes to ask for.
	Scope string `mapstructure:"scope"`
	// AuthStyle is body (client id and secret as form fields) or basic.
	AuthStyle string `mapstructure:"auth_style"`
	// Source is the only source type to ask for, 1..11; 0: all.
	Source int `mapstructure:"source"`
	// ExportDataType is the only kind of export to ask for, 0..4; nil: all.
	ExportDataType *int `mapstructure:"export_data_type"`
	// IPByteOrder is big or little: how an address is written as a number.
	IPByteOrder string `mapstructure:"ip_byte_order"`
	// TimeZone is the IANA zone of the rows' times.
	TimeZone string `mapstructure:"time_zone"`
}

func newConfig() *Config {
	return &Config{Scope: "user_management", AuthStyle: inBody, IPByteOrder: "big", TimeZone: "UTC"}
}

const (
	inBody  = "body"
	asBasic = "basic"
	day     = 24 * time.Hour
)

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.Require("endpoint", o.Endpoint, "(the site, for example https://acme.dealcloud.com)")
	u, err := url.Parse(o.Endpoint)
	if err != nil {
		p.Add("endpoint", "is no URL")
	}
	p.ExactlyOne(providers.Credential{Name: "API key", Keys: []providers.KeyValue{
		{Key: "client_id", Value: c.ClientID}, {Key: "client_secret", Value: string(c.ClientSecret)},
	}})
	if !slices.Contains(strings.Fields(c.Scope), "user_management") {
		p.Add("scope", "%q lacks user_management, which this feed needs", c.Scope)
	}
	p.OneOf("auth_style", c.AuthStyle, inBody, asBasic)
	p.OneOf("ip_byte_order", c.IPByteOrder, "big", "little")
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		p.Add("time_zone", "%q is no time zone; write for example Europe/London", c.TimeZone)
	}
	if c.Source != 0 {
		p.Range("source", c.Source, 1, 11)
	}
	if c.ExportDataType != nil {
		p.Range("export_data_type", *c.ExportDataType, 0, 4)
		if !slices.Equal(o.Filter.Actions, []string{string(providers.Exported)}) {
			p.Add("export_data_type", "needs filter.action to be exactly [exported]")
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	return c.source(strings.ToLower(u.Host), zone, o), nil
}

// auth: https://api.docs.dealcloud.com/docs/token . Tokens live 15 minutes; they are
// renewed after four fifths of that.
func (c *Config) auth(tenant string) providers.Auth {
	a := providers.TokenAuth{
		URL:      c.TokenURL,
		Form:     providers.Params{{Key: "grant_type", Value: "client_credentials"}, {Key: "scope", Value: c.Scope}},
		Lifetime: 15 * time.Minute,
		Early:    3 * time.Minute,
		Share:    strings.Join([]string{"dealcloud", tenant, c.ClientID, c.Scope}, "\n"),
		Hint:     "check client_id, client_secret and scope; the key's user group needs the site area API",
	}
	if a.URL == "" {
		a.URL = "/api/rest/v1/oauth/token"
	}
	if c.AuthStyle == asBasic {
		a.Basic = &providers.BasicAuth{Username: c.ClientID, Password: c.ClientSecret}
	} else {
		a.Form.Add("client_id", c.ClientID)
		a.Secrets = []providers.SecretParam{{Key: "client_secret", Value: c.ClientSecret}}
	}
	return a
}
