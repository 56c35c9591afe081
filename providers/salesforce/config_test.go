package salesforce

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
)

func TestConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*Config)
		opts providers.Options
		want string
	}{
		"client credentials": {func(c *Config) { c.ClientID, c.ClientSecret = "k", "s" }, host, ""},
		"JWT":                {func(c *Config) { c.AuthType, c.ClientID, c.Username, c.PrivateKey = "jwt_bearer", "k", "u", "p" }, host, ""},
		"JWT from a file":    {func(c *Config) { c.AuthType, c.ClientID, c.Username, c.PrivateKeyFile = "jwt_bearer", "k", "u", "/p" }, host, ""},
		"password": {func(c *Config) {
			c.AuthType, c.ClientID, c.ClientSecret, c.Username, c.Password = "password", "k", "s", "u", "p"
		}, host, ""},
		"session":     {func(c *Config) { c.AuthType, c.AccessToken = "access_token", "t" }, host, ""},
		"no endpoint": {func(c *Config) { c.ClientID, c.ClientSecret = "k", "s" }, providers.Options{}, "endpoint: is required (the org's My Domain"},
		"no secret":   {func(c *Config) { c.ClientID = "k" }, host, "client_secret: is required for auth_type client_credentials"},
		"kind":        {func(c *Config) { c.AuthType = "soap" }, host, `auth_type: "soap" is not valid`},
		"two keys": {func(c *Config) {
			c.AuthType, c.ClientID, c.Username, c.PrivateKey, c.PrivateKeyFile = "jwt_bearer", "k", "u", "p", "/p"
		}, host, "private_key_file: stands beside private_key"},
		"no key":        {func(c *Config) { c.AuthType, c.ClientID, c.Username = "jwt_bearer", "k", "u" }, host, "private_key: is required for auth_type jwt_bearer (or private_key_file)"},
		"stray session": {func(c *Config) { c.ClientID, c.ClientSecret, c.AccessToken = "k", "s", "t" }, host, "access_token: stands beside"},
		"version":       {func(c *Config) { c.ClientID, c.ClientSecret, c.APIVersion = "k", "s", "v60" }, host, `api_version: "v60" is not valid`},
		"interval":      {func(c *Config) { c.ClientID, c.ClientSecret, c.ELFInterval = "k", "s", "weekly" }, host, `elf_interval: "weekly" is not valid`},
		"small pages":   {func(c *Config) { c.ClientID, c.ClientSecret = "k", "s" }, providers.Options{Endpoint: host.Endpoint, PageSize: 100}, "page_size: 100 is outside 200..2000"},
		"sign-ins twice": {
			func(c *Config) { c.ClientID, c.ClientSecret, c.ELFEventTypes = "k", "s", []string{"Login"} },
			providers.Options{Endpoint: host.Endpoint, Streams: []string{streamLogins, streamFiles}},
			"every sign-in twice",
		},
		"sign-ins from files only": {
			func(c *Config) { c.ClientID, c.ClientSecret, c.ELFEventTypes = "k", "s", []string{"Login"} },
			providers.Options{Endpoint: host.Endpoint, Streams: []string{streamSetup, streamFiles}},
			"",
		},
		"files without types": {
			func(c *Config) { c.ClientID, c.ClientSecret, c.ELFEventTypes = "k", "s", nil },
			providers.Options{Endpoint: host.Endpoint, Streams: []string{streamFiles}},
			"elf_event_types: is empty",
		},
		"sign-ins twice, in small letters": {
			func(c *Config) { c.ClientID, c.ClientSecret, c.ELFEventTypes = "k", "s", []string{"Logout", "login"} },
			providers.Options{Endpoint: host.Endpoint, Streams: []string{streamLogins, streamFiles}},
			"every sign-in twice", // types are compared without case
		},
		"injection": {func(c *Config) { c.ClientID, c.ClientSecret, c.ELFEventTypes = "k", "s", []string{"a' OR"} }, host, "is no event type"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
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

func TestAuth(t *testing.T) {
	token := func(set func(*Config)) providers.TokenAuth {
		auth, ok := open(t, set, providers.Options{}).Auth.(providers.TokenAuth)
		require.True(t, ok)
		assert.Zero(t, auth.Lifetime, "no answer tells how long a token lives")
		return auth
	}
	assert.Equal(t, "grant_type=client_credentials&client_id=k", token(nil).Form.Encode())
	jwt := token(func(c *Config) {
		c.AuthType, c.ClientID, c.Username, c.PrivateKey = "jwt_bearer", "k", "u@example.com", "p"
	})
	assert.Equal(t, "https://login.salesforce.com", jwt.Assertion.Audience)
	assert.Equal(t, "u@example.com", jwt.Assertion.Subject)
	assert.LessOrEqual(t, jwt.Assertion.Lifetime, 5*time.Minute)
	password := token(func(c *Config) {
		c.AuthType, c.Username, c.Password, c.SecurityToken = "password", "u", "pw", "tok"
	})
	assert.Contains(t, password.Secrets, providers.SecretParam{Key: "password", Value: "pwtok"})
}
