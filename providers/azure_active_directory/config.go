package azureactivedirectory

import (
	"slices"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/azure_active_directory/entra"
	"github.com/otelactivity/otelactivity/providers/record"
)

// Key is the vendor key.
const Key = "azure_active_directory"

// Config is what an azure_active_directory entry may say besides the keys of every
// provider.
type Config struct {
	// TenantID is the directory id or a verified domain.
	TenantID string `mapstructure:"tenant_id"`
	// ClientID is the application id; with a managed identity it chooses one of
	// several.
	ClientID string `mapstructure:"client_id"`
	// ClientSecret of the app registration.
	ClientSecret providers.Secret `mapstructure:"client_secret"`
	// ClientCertificate is PEM with certificate and private key, or the file.
	ClientCertificate     providers.Secret `mapstructure:"client_certificate"`
	ClientCertificateFile string           `mapstructure:"client_certificate_file"`
	// FederatedTokenFile holds a workload identity token.
	FederatedTokenFile string `mapstructure:"federated_token_file"`
	// ManagedIdentity takes tokens from the machine's identity endpoint.
	ManagedIdentity bool `mapstructure:"managed_identity"`
	// Cloud is global, us_gov, us_dod or china.
	Cloud string `mapstructure:"cloud"`
	// LoginEndpoint and Scope override what the cloud says.
	LoginEndpoint string `mapstructure:"login_endpoint"`
	Scope         string `mapstructure:"scope"`
	// SignInEventTypes are the kinds of sign-in to read.
	SignInEventTypes []string `mapstructure:"sign_in_event_types"`
	// APIVersion is v1.0 or beta; empty chooses by stream and cloud.
	APIVersion string `mapstructure:"api_version"`
}

const interactive = "interactiveUser"

func newConfig() *Config {
	return &Config{Cloud: "global", SignInEventTypes: []string{interactive}}
}

// cloud is a deployment of Microsoft's services; tokens of one are of no use in
// another: https://learn.microsoft.com/en-us/graph/deployments
type cloud struct{ login, graph string }

var clouds = map[string]cloud{
	"global": {"https://login.microsoftonline.com", "https://graph.microsoft.com"},
	"us_gov": {"https://login.microsoftonline.us", "https://graph.microsoft.us"},
	"us_dod": {"https://login.microsoftonline.us", "https://dod-graph.microsoft.us"},
	"china":  {"https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"},
}

// Open checks the configuration and declares the source.
func (c *Config) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	c.checkCredential(&p, o.ExternalAuth)
	p.OneOf("cloud", c.Cloud, "global", "us_gov", "us_dod", "china")
	if c.APIVersion != "" {
		p.OneOf("api_version", c.APIVersion, "v1.0", "beta")
	}
	if len(c.SignInEventTypes) == 0 {
		p.Add("sign_in_event_types", "is empty; the default is %s", interactive)
	}
	p.EachOneOf("sign_in_event_types", c.SignInEventTypes, interactive, "nonInteractiveUser", "servicePrincipal", "managedIdentity")
	if c.APIVersion == "v1.0" && !c.onlyInteractive() {
		p.Add("api_version", "v1.0 has only interactive sign-ins; sign_in_event_types needs beta")
	}
	if product := o.Filter.Product; product != "" && product != Key {
		p.Add("filter::product", "%q is not valid; this log has one product, %s", product, Key)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = clouds[c.Cloud].graph
	}
	return c.source(endpoint, o), nil
}

func (c *Config) checkCredential(p *providers.Problems, external bool) {
	p.Require("tenant_id", c.TenantID)
	if strings.ContainsAny(c.TenantID, "/ ") {
		p.Add("tenant_id", "%q must be a directory id or a verified domain", c.TenantID)
	}
	if c.ClientCertificate != "" && c.ClientCertificateFile != "" {
		p.Add("client_certificate, client_certificate_file", "are both set; keep one")
	}
	identity := ""
	if c.ManagedIdentity {
		identity = "true"
	} else if !external {
		p.Require("client_id", c.ClientID, "unless managed_identity is set")
	}
	p.ExactlyOne(
		providers.Credential{Name: "client secret", Keys: []providers.KeyValue{{Key: "client_secret", Value: string(c.ClientSecret)}}},
		providers.Credential{Name: "certificate", Keys: []providers.KeyValue{{
			Key: "client_certificate or client_certificate_file", Value: record.First(string(c.ClientCertificate), c.ClientCertificateFile),
		}}},
		providers.Credential{Name: "federated token", Keys: []providers.KeyValue{{Key: "federated_token_file", Value: c.FederatedTokenFile}}},
		providers.Credential{Name: "managed identity", Keys: []providers.KeyValue{{Key: "managed_identity", Value: identity}}},
	)
}

func (c *Config) onlyInteractive() bool {
	return !slices.ContainsFunc(c.SignInEventTypes, func(t string) bool { return t != interactive })
}

// signInVersion: only the global service has sign-ins in v1.0, and v1.0 has only
// interactive ones: https://learn.microsoft.com/en-us/graph/api/signin-list
func (c *Config) signInVersion() string {
	switch {
	case c.APIVersion != "":
		return c.APIVersion
	case c.Cloud != "global", !c.onlyInteractive():
		return "beta"
	}
	return "v1.0"
}

func (c *Config) auditVersion() string { return record.First(c.APIVersion, "v1.0") }

func (c *Config) auth() providers.Auth {
	app := entra.App{
		Tenant: c.TenantID, ClientID: c.ClientID,
		Login: strings.TrimRight(record.First(c.LoginEndpoint, clouds[c.Cloud].login), "/"),
		Scope: record.First(c.Scope, clouds[c.Cloud].graph+"/.default"),

		Secret: c.ClientSecret, Certificate: c.ClientCertificate, CertificateFile: c.ClientCertificateFile,
		TokenFile: c.FederatedTokenFile, ManagedIdentity: c.ManagedIdentity,
	}
	return app.Auth()
}
