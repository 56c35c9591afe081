package microsoft365

import (
	"regexp"
	"slices"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/azure_active_directory/entra"
	"github.com/otelactivity/otelactivity/providers/record"
)

// Config is what a microsoft_365 entry may say besides the keys of every provider.
type Config struct {
	// TenantID is the directory id.
	TenantID string `mapstructure:"tenant_id"`
	// ClientID of the app registration, with its secret or its certificate (PEM with
	// the private key).
	ClientID        string           `mapstructure:"client_id"`
	ClientSecret    providers.Secret `mapstructure:"client_secret"`
	Certificate     providers.Secret `mapstructure:"certificate"`
	CertificateFile string           `mapstructure:"certificate_file"`
	// Plan is enterprise, gcc, gcc_high or dod.
	Plan string `mapstructure:"plan"`
	// TokenURL and Scope override what the plan says.
	TokenURL string `mapstructure:"token_url"`
	Scope    string `mapstructure:"scope"`
	// ContentTypes to read; empty means all but DLP.All.
	ContentTypes []string `mapstructure:"content_types"`
	// Product azure_active_directory keeps only the records of that workload.
	Product string `mapstructure:"product"`
	// PublisherIdentifier is the GUID whose quota is used; empty means tenant_id.
	PublisherIdentifier string `mapstructure:"publisher_identifier"`
	// StartSubscriptions starts a missing or disabled subscription.
	StartSubscriptions bool `mapstructure:"start_subscriptions"`
}

func newConfig() *Config { return &Config{Plan: "enterprise", StartSubscriptions: true} }

// plan is a deployment of the service:
// https://learn.microsoft.com/en-us/office/office-365-management-api/office-365-management-activity-api-reference#activity-api-operations
type plan struct{ login, api string }

var plans = map[string]plan{
	"enterprise": {"https://login.microsoftonline.com", "https://manage.office.com"},
	"gcc":        {"https://login.microsoftonline.com", "https://manage-gcc.office.com"},
	"gcc_high":   {"https://login.microsoftonline.us", "https://manage.office365.us"},
	"dod":        {"https://login.microsoftonline.us", "https://manage.protection.apps.mil"},
}

// directory is the only product that can be named.
const directory = "azure_active_directory"

// content is a content type and the stream that reads it.
type content struct {
	kind, stream string
	optIn        bool
}

const directoryKind = "Audit.AzureActiveDirectory"

var contents = []content{
	{kind: directoryKind, stream: "content.azure_active_directory"},
	{kind: "Audit.Exchange", stream: "content.exchange"},
	{kind: "Audit.SharePoint", stream: "content.sharepoint"},
	{kind: "Audit.General", stream: "content.general"},
	{kind: "DLP.All", stream: "content.dlp", optIn: true},
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.Require("tenant_id", c.TenantID)
	if c.TenantID != "" && !guid.MatchString(c.TenantID) {
		p.Add("tenant_id", "%q must be the directory id, a GUID", c.TenantID)
	}
	if c.PublisherIdentifier != "" && !guid.MatchString(c.PublisherIdentifier) {
		p.Add("publisher_identifier", "%q must be a GUID", c.PublisherIdentifier)
	}
	c.checkCredential(&p, o.ExternalAuth)
	p.OneOf("plan", c.Plan, "enterprise", "gcc", "gcc_high", "dod")
	c.checkContent(&p, o.Filter.Product)
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = plans[c.Plan].api
	}
	return c.source(endpoint, o), nil
}

func (c *Config) checkCredential(p *providers.Problems, external bool) {
	if !external {
		p.Require("client_id", c.ClientID)
	}
	if c.Certificate != "" && c.CertificateFile != "" {
		p.Add("certificate, certificate_file", "are both set; keep one")
	}
	p.ExactlyOne(
		providers.Credential{Name: "client secret", Keys: []providers.KeyValue{{Key: "client_secret", Value: string(c.ClientSecret)}}},
		providers.Credential{Name: "certificate", Keys: []providers.KeyValue{{
			Key: "certificate or certificate_file", Value: record.First(string(c.Certificate), c.CertificateFile),
		}}},
	)
}

func (c *Config) checkContent(p *providers.Problems, filtered string) {
	kinds := make([]string, len(contents))
	for i, k := range contents {
		kinds[i] = k.kind
	}
	p.EachOneOf("content_types", c.ContentTypes, kinds...)
	if c.Product != "" {
		p.OneOf("product", c.Product, directory)
	}
	if filtered != "" {
		p.OneOf("filter::product", filtered, directory)
	}
	if (c.Product != "" || filtered != "") && len(c.ContentTypes) > 0 {
		p.Add("content_types", "cannot be set beside a product, which is read from %s alone", directoryKind)
	}
}

// offered returns the content types that this configuration may read.
func (c *Config) offered(product string) []content {
	return slices.DeleteFunc(slices.Clone(contents), func(k content) bool {
		return product != "" && k.kind != directoryKind ||
			len(c.ContentTypes) > 0 && !slices.Contains(c.ContentTypes, k.kind)
	})
}

func (c *Config) auth() providers.Auth {
	app := entra.App{
		Tenant: c.TenantID, ClientID: c.ClientID,
		Login: plans[c.Plan].login, TokenURL: c.TokenURL,
		Scope:  record.First(c.Scope, plans[c.Plan].api+"/.default"),
		Secret: c.ClientSecret, Certificate: c.Certificate, CertificateFile: c.CertificateFile,
	}
	return app.Auth()
}
