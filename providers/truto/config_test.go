package truto

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
)

func TestConfig(t *testing.T) {
	filtered := func(f providers.Filter) providers.Options { return providers.Options{Filter: f} }
	for name, tt := range map[string]struct {
		set  func(*Config)
		opts providers.Options
		want string // part of the error; empty: opens
	}{
		"token and account":          {nil, providers.Options{}, ""},
		"auth extension":             {func(c *Config) { c.APIToken = "" }, providers.Options{ExternalAuth: true}, ""},
		"no token":                   {func(c *Config) { c.APIToken = "" }, providers.Options{}, "api_token: no credential is set"},
		"no account":                 {func(c *Config) { c.IntegratedAccountID = "" }, providers.Options{}, "integrated_account_id: is required"},
		"account is a name":          {func(c *Config) { c.IntegratedAccountID = "acme-okta" }, providers.Options{}, "is no UUID"},
		"unknown product":            {func(c *Config) { c.Integration = "Oktaa" }, providers.Options{}, "integration: \"Oktaa\" is not known; use one of Airtable"},
		"product in another writing": {func(c *Config) { c.Integration = "microsoft_365" }, providers.Options{}, ""},
		"short name":                 {func(c *Config) { c.Integration = "Dropbox" }, providers.Options{}, ""},
		"Asana":                      {func(c *Config) { c.Integration = "Asana" }, providers.Options{}, "organization_id: is required for Asana"},
		"GitHub":                     {func(c *Config) { c.Integration = "GitHub" }, providers.Options{}, "organization_id: is required for GitHub"},
		"GitHub, complete":           {func(c *Config) { c.Integration, c.OrganizationID = "github", "acme" }, providers.Options{}, ""},
		"region":                     {func(c *Config) { c.SuperQuery = "wnam" }, providers.Options{}, ""},
		"unknown region":             {func(c *Config) { c.SuperQuery = "emea" }, providers.Options{}, "super_query: \"emea\" is not valid"},
		"no pages":                   {func(c *Config) { c.MaxPagesPerPoll = 0 }, providers.Options{}, "max_pages_per_poll: 0 is outside"},
		"without id":                 {func(c *Config) { c.ExcludeFields = []string{"group", "id"} }, providers.Options{}, "truto_exclude_fields: id cannot"},
		"without action":             {func(c *Config) { c.ExcludeFields = []string{"action"} }, providers.Options{}, "action cannot"},
		"without actor":              {func(c *Config) { c.ExcludeFields = []string{"actor"} }, providers.Options{}, "actor cannot"},
		"without time":               {func(c *Config) { c.ExcludeFields = []string{"created_at"} }, providers.Options{}, "created_at cannot"},
		"without description":        {func(c *Config) { c.ExcludeFields = []string{"description"} }, providers.Options{}, ""},
		"Zoom without remote data":   {func(c *Config) { c.Integration, c.IgnoreRemoteData = "Zoom", true }, providers.Options{}, "ignore_remote_data: cannot be set for Zoom"},
		"Zoom, the other way":        {func(c *Config) { c.Integration, c.ExcludeFields = "Zoom", []string{"remote_data"} }, providers.Options{}, "truto_exclude_fields: remote_data cannot be left out for Zoom"},
		"Okta without remote data":   {func(c *Config) { c.Integration, c.IgnoreRemoteData = "Okta", true }, providers.Options{}, ""},
		"two organizations":          {func(c *Config) { c.OrganizationID = "a" }, filtered(providers.Filter{OrganizationID: "b"}), "filter::organization_id: \"b\" differs"},
		"the same organization":      {func(c *Config) { c.OrganizationID = "a" }, filtered(providers.Filter{OrganizationID: "a"}), ""},
		"product of another vendor":  {func(c *Config) { c.Integration = "Okta" }, filtered(providers.Filter{Product: "azure_active_directory"}), "exists for Microsoft 365 only"},
		"unknown filter product":     {func(c *Config) { c.Integration = "Microsoft 365" }, filtered(providers.Filter{Product: "exchange"}), "filter::product: \"exchange\" is not valid"},
		"Truto's own parameter":      {nil, providers.Options{RemoteQuery: map[string]string{"truto_key_by": "id"}}, "remote_query::truto_key_by: is a parameter of Truto"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config(tt.set).Open(tt.opts)
			if tt.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tt.want)
			}
		})
	}
}

func TestSource(t *testing.T) {
	source, stream := open(t, func(c *Config) { c.MaxPagesPerPoll = 7 }, providers.Options{Endpoint: "http://127.0.0.1:9000"})
	assert.Equal(t, account, source.Tenant)
	assert.Equal(t, "http://127.0.0.1:9000", source.Endpoint)
	assert.Equal(t, providers.Bearer("example-token"), source.Auth)
	assert.Equal(t, http.Header{"Accept": {"application/json"}, "Content-Type": {"application/json"}}, source.Header)
	assert.Equal(t, 7, stream.MaxPages)
	assert.Equal(t, 10*time.Second, source.Budgets[0].RetryAfter)
	assert.Equal(t, account, source.Budgets[0].Share)
	assert.Empty(t, source.Warnings)
	plain, _ := open(t, nil, providers.Options{})
	assert.Equal(t, "https://api.truto.one", plain.Endpoint)
}

func TestWarnings(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*Config)
		want string
	}{
		"no time filter":             {func(c *Config) { c.TimeFilter = false }, "goes through the whole list"},
		"no remote data, no product": {func(c *Config) { c.IgnoreRemoteData = true }, "rows without an id"},
		"excluded remote data":       {func(c *Config) { c.ExcludeFields = []string{"remote_data"} }, "rows without an id"},
	} {
		t.Run(name, func(t *testing.T) {
			source, _ := open(t, tt.set, providers.Options{})
			require.Len(t, source.Warnings, 1)
			assert.Regexp(t, tt.want, source.Warnings[0])
		})
	}
}
