package microsoft365

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

const tenant = "11111111-2222-4333-8444-55555555555A"

func config(set func(*Config)) *Config {
	c := newConfig()
	c.TenantID, c.ClientID, c.ClientSecret = tenant, "app", "secret"
	if set != nil {
		set(c)
	}
	return c
}

func open(t testing.TB, set func(*Config), o providers.Options) *providers.Source {
	t.Helper()
	return providertest.Open(t, config(set), o)
}

func TestGolden(t *testing.T) {
	stream := providertest.Stream(t, open(t, nil, providers.Options{}), "content.general")
	fetch := stream.Fetch
	stream.Fetch = func(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
		q.Cursor = "blob https://manage.office.com/x" // the files are blobs, not lists
		return fetch(ctx, c, q)
	}
	providertest.Golden(t, stream, "testdata/content")
}

func FuzzDecode(f *testing.F) {
	stream := providertest.Stream(f, open(f, nil, providers.Options{}), "content.general")
	providertest.Fuzz(f, stream,
		`{"Id":1,"Operation":"Set-Mailbox","CreationTime":"2026-03-02T07:15:30","RecordType":1,"UserId":"a@b.c","Actor":{"ID":"x","Type":1},"Target":[1,{"ID":[]}],"ExtendedProperties":[{"Name":"additionalDetails","Value":"{"}]}`,
		`{"Operation":"x","UserType":10,"UserId":"u","ClientIP":"[::1]:1","ObjectId":{}}`)
}

func TestAction(t *testing.T) {
	for _, tt := range []struct {
		operation, kind, status string
		want                    providers.Action
	}{
		{"UserLoggedIn", "15", "", providers.Login},
		{"MailboxLogin", "2", "", providers.Login},
		{"UserLoginFailed", "15", "Success", providers.LoginFailed},
		{"ForeignRealmIndexLogonInitialAuthUsingADFSFederatedToken", "9", "success", providers.Login},
		{"ForeignRealmIndexLogonInitialAuthUsingADFSFederatedToken", "9", "Failed", providers.LoginFailed},
		{"ForeignRealmIndexLogonInitialAuthUsingADFSFederatedToken", "9", "other", "ForeignRealmIndexLogonInitialAuthUsingADFSFederatedToken"},
		{"SomethingLogon", "8", "success", "SomethingLogon"},
		{"UserLoggedOff", "15", "", providers.Logout},
		{"Add user.", "8", "", providers.UserCreated},
		{"Add user", "8", "", providers.UserCreated},
		{"add user.", "8", "", "add user."},
		{"Add user..", "8", "", "Add user.."},
		{"Invite external user.", "8", "", providers.UserInvited},
		{"Redeem external user invite.", "8", "", providers.UserJoined},
		{"Disable account.", "8", "", providers.UserDeactivated},
		{"Hard Delete user.", "8", "", providers.UserDeleted},
		{"Add member to role.", "8", "", providers.UserUpdated},
		{"Set DirSyncEnabled flag.", "8", "", providers.Updated},
		{"Delete device.", "8", "", providers.Destroy},
		{"FileCopied", "6", "", providers.Create},
		{"SiteCollectionAdminRemoved", "14", "", providers.Updated},
		{"FileVersionsAllRecycled", "6", "", providers.Destroy},
		{"FileSyncDownloadedFull", "6", "", providers.Exported},
		{"Create", "2", "", providers.Create},
		{"Update", "2", "", providers.Updated},
		{"SoftDelete", "2", "", providers.Destroy},
		{"New-MailboxExportRequest", "1", "", providers.Exported},
		{"Add-MailboxPermission", "1", "", providers.Updated},
		{"New-TransportRule", "1", "", providers.Create},
		{"Set-TransportRule", "18", "", providers.Updated},
		{"Remove-TransportRule", "1", "", providers.Destroy},
		{"Enable-TransportRule", "1", "", "Enable-TransportRule"},
		{"New-TransportRule", "2", "", "New-TransportRule"},
		{"FileAccessed", "6", "", "FileAccessed"},
		{"CopilotInteraction", "261", "", "CopilotInteraction"},
		{"", "", "", ""},
	} {
		assert.Equal(t, tt.want, action(tt.operation, tt.kind, tt.status), "%s %s %s", tt.operation, tt.kind, tt.status)
	}
}

func TestConfig(t *testing.T) {
	none := func(c *Config) { c.ClientSecret = "" }
	product := providers.Options{Filter: providers.Filter{Product: "azure_active_directory"}}
	for name, tt := range map[string]struct {
		set  func(*Config)
		opts providers.Options
		want string
	}{
		"secret":              {nil, providers.Options{}, ""},
		"certificate":         {func(c *Config) { none(c); c.Certificate = "pem" }, providers.Options{}, ""},
		"certificate file":    {func(c *Config) { none(c); c.CertificateFile = "/run/app.pem" }, providers.Options{}, ""},
		"auth extension":      {func(c *Config) { none(c); c.ClientID = "" }, providers.Options{ExternalAuth: true}, ""},
		"product":             {func(c *Config) { c.Product = "azure_active_directory" }, providers.Options{}, ""},
		"filter on a product": {nil, product, ""},
		"content types":       {func(c *Config) { c.ContentTypes = []string{"DLP.All", "Audit.General"} }, providers.Options{}, ""},
		"no tenant":           {func(c *Config) { c.TenantID = "" }, providers.Options{}, "tenant_id: is required"},
		"domain as tenant":    {func(c *Config) { c.TenantID = "example.com" }, providers.Options{}, "tenant_id: "},
		"publisher":           {func(c *Config) { c.PublisherIdentifier = "me" }, providers.Options{}, "publisher_identifier: "},
		"no client id":        {func(c *Config) { c.ClientID = "" }, providers.Options{}, "client_id: is required"},
		"no credential":       {none, providers.Options{}, "no credential is set"},
		"two credentials":     {func(c *Config) { c.Certificate = "pem" }, providers.Options{}, "several credentials"},
		"two certificates":    {func(c *Config) { none(c); c.Certificate, c.CertificateFile = "pem", "/f" }, providers.Options{}, "certificate, certificate_file: are both set"},
		"plan":                {func(c *Config) { c.Plan = "e5" }, providers.Options{}, `plan: "e5" is not valid`},
		"content type":        {func(c *Config) { c.ContentTypes = []string{"Audit.Teams"} }, providers.Options{}, `content_types: "Audit.Teams" is not valid`},
		"another product":     {func(c *Config) { c.Product = "exchange" }, providers.Options{}, `product: "exchange" is not valid`},
		"product and types":   {func(c *Config) { c.Product, c.ContentTypes = "azure_active_directory", []string{"Audit.General"} }, providers.Options{}, "content_types: cannot be set beside a product"},
		"filter and types":    {func(c *Config) { c.ContentTypes = []string{"Audit.General"} }, product, "content_types: cannot be set beside a product"},
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

func TestPlans(t *testing.T) {
	for name, tt := range map[string]struct {
		set               func(*Config)
		endpoint          string
		api, token, scope string
	}{
		"enterprise": {nil, "", "https://manage.office.com", "https://login.microsoftonline.com/" + tenant + "/oauth2/v2.0/token", "https://manage.office.com/.default"},
		"gcc":        {func(c *Config) { c.Plan = "gcc" }, "", "https://manage-gcc.office.com", "https://login.microsoftonline.com/" + tenant + "/oauth2/v2.0/token", "https://manage-gcc.office.com/.default"},
		"gcc_high":   {func(c *Config) { c.Plan = "gcc_high" }, "", "https://manage.office365.us", "https://login.microsoftonline.us/" + tenant + "/oauth2/v2.0/token", "https://manage.office365.us/.default"},
		"dod":        {func(c *Config) { c.Plan = "dod" }, "", "https://manage.protection.apps.mil", "https://login.microsoftonline.us/" + tenant + "/oauth2/v2.0/token", "https://manage.protection.apps.mil/.default"},
		"overrides":  {func(c *Config) { c.TokenURL, c.Scope = "http://127.0.0.1:9/token", "x/.default" }, "http://127.0.0.1:9", "http://127.0.0.1:9", "http://127.0.0.1:9/token", "x/.default"},
		"endpoint":   {nil, "http://127.0.0.1:9", "http://127.0.0.1:9", "https://login.microsoftonline.com/" + tenant + "/oauth2/v2.0/token", "https://manage.office.com/.default"},
	} {
		t.Run(name, func(t *testing.T) {
			source := open(t, tt.set, providers.Options{Endpoint: tt.endpoint})
			assert.Equal(t, tt.api, source.Endpoint)
			assert.Equal(t, "11111111-2222-4333-8444-55555555555a", source.Tenant)
			auth, ok := source.Auth.(providers.TokenAuth)
			require.True(t, ok)
			assert.Equal(t, tt.token, auth.URL)
			assert.Contains(t, auth.Form, providers.Param{Key: "scope", Value: tt.scope})
		})
	}
}

func TestStreams(t *testing.T) {
	all := []string{"content.azure_active_directory", "content.exchange", "content.sharepoint", "content.general", "content.dlp"}
	for name, tt := range map[string]struct {
		set       func(*Config)
		opts      providers.Options
		offered   []string
		byDefault []string
	}{
		"default":          {nil, providers.Options{}, all, all[:4]},
		"chosen":           {func(c *Config) { c.ContentTypes = []string{"DLP.All", "Audit.Exchange"} }, providers.Options{}, []string{all[1], all[4]}, []string{all[1], all[4]}},
		"product":          {func(c *Config) { c.Product = "azure_active_directory" }, providers.Options{}, all[:1], all[:1]},
		"product filtered": {nil, providers.Options{Filter: providers.Filter{Product: "azure_active_directory"}}, all[:1], all[:1]},
	} {
		t.Run(name, func(t *testing.T) {
			var offered, byDefault []string
			for _, s := range open(t, tt.set, tt.opts).Streams {
				offered = append(offered, s.Name)
				if s.Default {
					byDefault = append(byDefault, s.Name)
				}
				assert.Equal(t, 4, s.Branches)
				assert.Equal(t, providers.IngestionTime, s.Bounds)
				assert.LessOrEqual(t, s.MaxWindow, day)
				assert.Less(t, s.Retention, 7*day)
			}
			assert.Equal(t, tt.offered, offered)
			assert.Equal(t, tt.byDefault, byDefault)
		})
	}
}
