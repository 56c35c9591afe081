package dealcloud

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
)

func TestConfig(t *testing.T) {
	number := func(n int) *int { return &n }
	exports := providers.Options{Endpoint: endpoint, Filter: providers.Filter{Actions: []string{"exported"}}}
	site := providers.Options{Endpoint: endpoint}
	for name, tt := range map[string]struct {
		set  func(*Config)
		opts providers.Options
		want string
	}{
		"complete":             {func(*Config) {}, site, ""},
		"auth extension":       {func(c *Config) { c.ClientID, c.ClientSecret = "", "" }, providers.Options{Endpoint: endpoint, ExternalAuth: true}, ""},
		"no endpoint":          {func(*Config) {}, providers.Options{}, "endpoint: is required"},
		"endpoint is no URL":   {func(*Config) {}, providers.Options{Endpoint: "https://a b"}, "endpoint: is no URL"},
		"no key":               {func(c *Config) { c.ClientID, c.ClientSecret = "", "" }, site, "client_id: no credential is set"},
		"half a key":           {func(c *Config) { c.ClientSecret = "" }, site, "client_secret: is required for API key"},
		"scopes":               {func(c *Config) { c.Scope = "data user_management" }, site, ""},
		"another scope":        {func(c *Config) { c.Scope = "data" }, site, `scope: "data" lacks user_management`},
		"auth style":           {func(c *Config) { c.AuthStyle = "header" }, site, `auth_style: "header" is not valid; use one of body, basic`},
		"byte order":           {func(c *Config) { c.IPByteOrder = "middle" }, site, "ip_byte_order:"},
		"time zone":            {func(c *Config) { c.TimeZone = "Mars/Olympus" }, site, `time_zone: "Mars/Olympus" is no time zone`},
		"source":               {func(c *Config) { c.Source = 11 }, site, ""},
		"unknown source":       {func(c *Config) { c.Source = 12 }, site, "source: 12 is outside 1..11"},
		"negative source":      {func(c *Config) { c.Source = -1 }, site, "source: -1 is outside 1..11"},
		"export kind":          {func(c *Config) { c.ExportDataType = number(0) }, exports, ""},
		"unknown export kind":  {func(c *Config) { c.ExportDataType = number(5) }, exports, "export_data_type: 5 is outside 0..4"},
		"export kind, actions": {func(c *Config) { c.ExportDataType = number(0) }, site, "export_data_type: needs filter.action to be exactly [exported]"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			c.ClientID, c.ClientSecret = "1001", "example-secret"
			tt.set(c)
			_, err := c.Open(tt.opts)
			if tt.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tt.want)
			}
		})
	}
}

func TestSource(t *testing.T) {
	source, stream := open(t, nil, providers.Options{Endpoint: "https://ACME.dealcloud.com"})
	assert.Equal(t, "acme.dealcloud.com", source.Tenant)
	assert.Equal(t, 24*time.Hour, stream.Granularity)
	assert.Equal(t, 90*24*time.Hour, stream.Retention)
	assert.LessOrEqual(t, stream.MaxWindow, 89*24*time.Hour, "with the spill of a zone a range stays within 90 days")
	assert.Equal(t, time.Hour, stream.Lateness)
	assert.Equal(t, []string{"pageNumber", "pageSize", "dateFrom", "dateTo"}, stream.Reserved)
	_, stream = open(t, func(c *Config) { c.TimeZone = "America/New_York" }, providers.Options{})
	assert.Equal(t, 2*time.Hour, stream.Lateness, "when clocks are set back, an hour comes twice")
	assert.Equal(t, time.Hour, stream.MinLateness)
}

func TestAuth(t *testing.T) {
	source, _ := open(t, nil, providers.Options{})
	auth, ok := source.Auth.(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "/api/rest/v1/oauth/token", auth.URL)
	assert.Equal(t, "grant_type=client_credentials&scope=user_management&client_id=1001", auth.Form.Encode())
	assert.Equal(t, []providers.SecretParam{{Key: "client_secret", Value: "example-secret"}}, auth.Secrets)
	assert.Nil(t, auth.Basic)
	assert.Equal(t, 15*time.Minute, auth.Lifetime)
	assert.Equal(t, 3*time.Minute, auth.Early, "renewed after 12 of 15 minutes")
	assert.False(t, auth.Rotates)
	assert.NotContains(t, auth.Share, "example-secret")

	source, _ = open(t, func(c *Config) {
		c.AuthStyle, c.TokenURL, c.Scope = "basic", "https://login.example.com/token", "user_management data"
	}, providers.Options{})
	auth, ok = source.Auth.(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "https://login.example.com/token", auth.URL)
	assert.Equal(t, "grant_type=client_credentials&scope=user_management%20data", auth.Form.Encode())
	assert.Empty(t, auth.Secrets)
	assert.Equal(t, &providers.BasicAuth{Username: "1001", Password: "example-secret"}, auth.Basic)
}
