package azureactivedirectory

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func config(set func(*Config)) *Config {
	c := newConfig()
	c.TenantID, c.ClientID, c.ClientSecret = "Example.com", "app", "secret"
	if set != nil {
		set(c)
	}
	return c
}

func open(t testing.TB, name string, set func(*Config), o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	source := providertest.Open(t, config(set), o)
	return source, providertest.Stream(t, source, name)
}

func TestGolden(t *testing.T) {
	for _, name := range []string{"directory_audits", "sign_ins"} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, name, nil, providers.Options{})
			providertest.Golden(t, stream, "testdata/"+name)
		})
	}
}

func FuzzDecodeAudit(f *testing.F) {
	_, stream := open(f, "directory_audits", nil, providers.Options{})
	providertest.Fuzz(f, stream, `{"id":1,"activityDisplayName":"Add member to group","activityDateTime":"2026-03-02T07:15:30Z","initiatedBy":{"user":{"id":[]},"app":7},"targetResources":[{"type":"Group","id":1},2],"additionalDetails":{"key":"User-Agent"}}`)
}

func FuzzDecodeSignIn(f *testing.F) {
	_, stream := open(f, "sign_ins", nil, providers.Options{})
	providertest.Fuzz(f, stream, `{"id":1,"createdDateTime":"2026-03-02T07:15:30Z","userId":"u","status":{"errorCode":"0"},"authenticationDetails":{},"managedServiceIdentity":{"msiType":"userAssigned"}}`)
}

func TestConfig(t *testing.T) {
	none := func(c *Config) { c.ClientSecret = "" }
	for name, tt := range map[string]struct {
		set  func(*Config)
		opts providers.Options
		want string
	}{
		"secret":               {nil, providers.Options{}, ""},
		"certificate":          {func(c *Config) { none(c); c.ClientCertificate = "pem" }, providers.Options{}, ""},
		"certificate file":     {func(c *Config) { none(c); c.ClientCertificateFile = "/run/app.pem" }, providers.Options{}, ""},
		"federated token":      {func(c *Config) { none(c); c.FederatedTokenFile = "/run/token" }, providers.Options{}, ""},
		"managed identity":     {func(c *Config) { none(c); c.ManagedIdentity, c.ClientID = true, "" }, providers.Options{}, ""},
		"auth extension":       {func(c *Config) { none(c); c.ClientID = "" }, providers.Options{ExternalAuth: true}, ""},
		"own product":          {nil, providers.Options{Filter: providers.Filter{Product: "azure_active_directory"}}, ""},
		"all kinds":            {func(c *Config) { c.SignInEventTypes = []string{"interactiveUser", "servicePrincipal"} }, providers.Options{}, ""},
		"no tenant":            {func(c *Config) { c.TenantID = "" }, providers.Options{}, "tenant_id: is required"},
		"an address as tenant": {func(c *Config) { c.TenantID = "https://example.com" }, providers.Options{}, "tenant_id: "},
		"no client id":         {func(c *Config) { c.ClientID = "" }, providers.Options{}, "client_id: is required unless managed_identity is set"},
		"no credential":        {none, providers.Options{}, "no credential is set"},
		"two credentials":      {func(c *Config) { c.ManagedIdentity = true }, providers.Options{}, "several credentials"},
		"two certificates":     {func(c *Config) { none(c); c.ClientCertificate, c.ClientCertificateFile = "pem", "/f" }, providers.Options{}, "client_certificate, client_certificate_file: are both set"},
		"cloud":                {func(c *Config) { c.Cloud = "germany" }, providers.Options{}, `cloud: "germany" is not valid`},
		"version":              {func(c *Config) { c.APIVersion = "v2" }, providers.Options{}, `api_version: "v2" is not valid`},
		"kind":                 {func(c *Config) { c.SignInEventTypes = []string{"robot"} }, providers.Options{}, `sign_in_event_types: "robot" is not valid`},
		"no kind":              {func(c *Config) { c.SignInEventTypes = nil }, providers.Options{}, "sign_in_event_types: is empty"},
		"kind not in v1.0":     {func(c *Config) { c.SignInEventTypes, c.APIVersion = []string{"managedIdentity"}, "v1.0" }, providers.Options{}, "api_version: v1.0 has only interactive"},
		"another product":      {nil, providers.Options{Filter: providers.Filter{Product: "exchange"}}, "filter::product: "},
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

func TestClouds(t *testing.T) {
	for name, tt := range map[string]struct {
		set                    func(*Config)
		endpoint               string
		api, token, scope      string
		auditPath, signInsPath string
		warnings               int
	}{
		"global":   {nil, "", "https://graph.microsoft.com", "https://login.microsoftonline.com/Example.com/oauth2/v2.0/token", "https://graph.microsoft.com/.default", "/v1.0", "/v1.0", 0},
		"us_gov":   {func(c *Config) { c.Cloud = "us_gov" }, "", "https://graph.microsoft.us", "https://login.microsoftonline.us/Example.com/oauth2/v2.0/token", "https://graph.microsoft.us/.default", "/v1.0", "/beta", 0},
		"us_dod":   {func(c *Config) { c.Cloud = "us_dod" }, "", "https://dod-graph.microsoft.us", "https://login.microsoftonline.us/Example.com/oauth2/v2.0/token", "https://dod-graph.microsoft.us/.default", "/v1.0", "/beta", 0},
		"china":    {func(c *Config) { c.Cloud = "china" }, "", "https://microsoftgraph.chinacloudapi.cn", "https://login.partner.microsoftonline.cn/Example.com/oauth2/v2.0/token", "https://microsoftgraph.chinacloudapi.cn/.default", "/v1.0", "/beta", 1},
		"override": {func(c *Config) { c.LoginEndpoint = "http://127.0.0.1:9/" }, "http://127.0.0.1:9", "http://127.0.0.1:9", "http://127.0.0.1:9/Example.com/oauth2/v2.0/token", "https://graph.microsoft.com/.default", "/v1.0", "/v1.0", 0},
		"scope":    {func(c *Config) { c.Scope = "api://x/.default" }, "", "https://graph.microsoft.com", "https://login.microsoftonline.com/Example.com/oauth2/v2.0/token", "api://x/.default", "/v1.0", "/v1.0", 0},
		"beta":     {func(c *Config) { c.APIVersion = "beta" }, "", "https://graph.microsoft.com", "https://login.microsoftonline.com/Example.com/oauth2/v2.0/token", "https://graph.microsoft.com/.default", "/beta", "/beta", 0},
		"v1.0 gov": {func(c *Config) { c.Cloud, c.APIVersion = "us_gov", "v1.0" }, "", "https://graph.microsoft.us", "https://login.microsoftonline.us/Example.com/oauth2/v2.0/token", "https://graph.microsoft.us/.default", "/v1.0", "/v1.0", 1},
	} {
		t.Run(name, func(t *testing.T) {
			source := providertest.Open(t, config(tt.set), providers.Options{Endpoint: tt.endpoint})
			assert.Equal(t, tt.api, source.Endpoint)
			assert.Equal(t, "example.com", source.Tenant)
			auth, ok := source.Auth.(providers.TokenAuth)
			require.True(t, ok)
			assert.Equal(t, tt.token, auth.URL)
			assert.Contains(t, auth.Form, providers.Param{Key: "scope", Value: tt.scope})
			assert.Len(t, source.Warnings, tt.warnings)
			for stream, path := range map[string]string{"directory_audits": tt.auditPath + "/auditLogs/directoryAudits", "sign_ins": tt.signInsPath + "/auditLogs/signIns"} {
				client := providertest.Body(`{"value":[]}`, nil)
				_, err := providertest.Stream(t, source, stream).Fetch(t.Context(), client, providers.Query{PageSize: 1})
				require.NoError(t, err)
				assert.Equal(t, path, client.Requests()[0].Path)
			}
		})
	}
}

func TestOnlyWhatIsReadIsWarnedAbout(t *testing.T) {
	source := providertest.Open(t, config(func(c *Config) { c.Cloud = "china" }), providers.Options{Streams: []string{"sign_ins"}})
	assert.Empty(t, source.Warnings)
}

func TestBothStreamsShareOneBudget(t *testing.T) {
	source := providertest.Open(t, config(nil), providers.Options{})
	require.Len(t, source.Budgets, 1)
	assert.Equal(t, 5, source.Budgets[0].Requests)
	assert.Equal(t, 10*time.Second, source.Budgets[0].Per)
	assert.Equal(t, 1, source.Budgets[0].Burst, "what goes out at once comes on top of the rate")
	assert.Equal(t, "example.com/app", source.Budgets[0].Share)
	for _, s := range source.Streams {
		assert.Empty(t, s.Class)
		assert.True(t, s.Default)
	}
}

func TestErrors(t *testing.T) {
	body := func(code, message string) string {
		return `{"error":{"code":"` + code + `","message":"` + message + `","innerError":{"request-id":"r"}}}`
	}
	const link = "https://graph.microsoft.com/v1.0/auditLogs/signIns?$skiptoken=x"
	for name, tt := range map[string]struct {
		status       int
		body, cursor string
		window       time.Duration
		want         providers.Class
		text         string
	}{
		"expired token":         {401, body("InvalidAuthenticationToken", "Lifetime validation failed"), "", time.Hour, providers.Unauthorized, "see cloud"},
		"permission":            {403, body("Authentication_MSGraphPermissionMissing", "x"), "", time.Hour, providers.Denied, "AuditLog.Read.All and Directory.Read.All"},
		"second permission":     {403, body("Authentication_ApplicationHasNoDirectoryReadAccess", "Failed to do premium license check"), "", time.Hour, providers.Denied, "Directory.Read.All too"},
		"no license":            {403, body("Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or tenant doesn't have premium license"), "", time.Hour, providers.Denied, "streams: [directory_audits]"},
		"consent":               {403, body("Authorization_RequestDenied", "x"), "", time.Hour, providers.Denied, "admin consent"},
		"filter":                {400, body("BadRequest", "Invalid filter clause"), "", time.Hour, providers.Denied, "Invalid filter clause"},
		"skip token":            {400, body("BadRequest", "Invalid Skip Token"), "", time.Hour, providers.CursorLost, ""},
		"link refused":          {400, body("BadRequest", "x"), link, time.Hour, providers.CursorLost, ""},
		"no such log":           {404, body("ResourceNotFound", "x"), "", time.Hour, providers.Denied, "cloud or API version"},
		"throttled":             {429, body("UnknownError", "This request is throttled. Please try again"), "", time.Hour, providers.Throttled, ""},
		"throttled, no JSON":    {429, `slow down`, "", time.Hour, providers.Throttled, ""},
		"throttled, odd status": {503, body("UnknownError", "This request is throttled."), "", time.Hour, providers.Throttled, ""},
		"throttled by code":     {500, body("TooManyRequests", ""), "", time.Hour, providers.Throttled, ""},
		"broad window":          {504, body("UnknownError", ""), link, time.Hour, providers.WindowTooLarge, ""},
		"broad window, 500":     {500, `<html>`, "", 2 * time.Minute, providers.WindowTooLarge, ""},
		"short window":          {504, ``, "", time.Minute, providers.Transient, ""},
		"out of service":        {503, ``, "", time.Hour, providers.Transient, ""},
		"login page":            {200, `<html>`, "", time.Hour, providers.Transient, "not JSON"},
		"another shape":         {200, `{"values":[]}`, "", time.Hour, providers.Transient, "value is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, "sign_ins", nil, providers.Options{})
			until := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Since: until.Add(-tt.window), Until: until, Cursor: tt.cursor, PageSize: 10})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}

func TestATimeoutHalvesTheWindow(t *testing.T) {
	_, stream := open(t, "sign_ins", nil, providers.Options{})
	client := &providertest.Client{Answer: func(providers.Request) (*providers.Response, error) {
		return nil, &providers.Error{Class: providers.Transient, Code: "timeout"}
	}}
	until := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	_, err := stream.Fetch(t.Context(), client, providers.Query{Since: until.Add(-time.Hour), Until: until, PageSize: 10})
	assert.Equal(t, providers.WindowTooLarge, providers.ClassOf(err))
}

func TestHeader(t *testing.T) {
	source := providertest.Open(t, config(nil), providers.Options{})
	assert.Equal(t, http.Header{"Accept": {"application/json"}}, source.Header)
}
