// Package entra declares how an app registration of Microsoft Entra ID gets tokens
// for itself (client credentials):
// https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow .
package entra

import (
	"net/url"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

// App is an app registration with one credential: Secret, a certificate, a token
// file, or the managed identity of the machine.
type App struct {
	Tenant   string // directory id or a verified domain
	ClientID string
	// Login is the origin of the token endpoint; TokenURL replaces the whole address.
	Login, TokenURL string
	// Scope ends in /.default.
	Scope string

	Secret providers.Secret
	// Certificate (PEM, with its private key), or the file that holds both.
	Certificate     providers.Secret
	CertificateFile string
	// TokenFile holds a token of a federated identity, read at each token request.
	TokenFile       string
	ManagedIdentity bool
}

// metadata is the identity endpoint of a virtual machine:
// https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
const metadata = "http://169.254.169.254/metadata/identity/oauth2/token"

// assertionType says that client_assertion is a JWT (RFC 7523).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

const hint = "check tenant_id, client_id and the credential: a secret may have expired, a certificate may not be uploaded to the app registration, and a tenant of a national cloud has a login host of its own"

// Auth returns the declaration. Tokens last about an hour.
func (a *App) Auth() providers.Auth {
	if a.ManagedIdentity {
		return a.identity()
	}
	auth := providers.TokenAuth{
		URL:      a.TokenURL,
		Form:     providers.Params{{Key: "grant_type", Value: "client_credentials"}, {Key: "client_id", Value: a.ClientID}, {Key: "scope", Value: a.Scope}},
		Lifetime: time.Hour,
		Early:    5 * time.Minute,
		Hint:     hint,
	}
	if auth.URL == "" {
		auth.URL = a.Login + "/" + url.PathEscape(a.Tenant) + "/oauth2/v2.0/token"
	}
	switch {
	case a.TokenFile != "":
		auth.Form.Add("client_assertion_type", assertionType)
		auth.Files = []providers.FileParam{{Key: "client_assertion", Path: a.TokenFile}}
	case a.Certificate != "" || a.CertificateFile != "":
		auth.Form.Add("client_assertion_type", assertionType)
		auth.AssertionParam = "client_assertion"
		auth.Assertion = a.assertion()
	default:
		auth.Secrets = []providers.SecretParam{{Key: "client_secret", Value: a.Secret}}
	}
	return auth
}

// assertion: https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials
func (a *App) assertion() *providers.Assertion {
	return &providers.Assertion{
		Key: a.Certificate, KeyFile: a.CertificateFile, X5T: true,
		Issuer: a.ClientID, Subject: a.ClientID, AudienceIsURL: true,
		Lifetime: 5 * time.Minute, NotBefore: true, ID: true,
	}
}

// identity takes a client id only to choose among several identities.
func (a *App) identity() providers.Auth {
	auth := providers.TokenAuth{
		URL:    a.TokenURL,
		Method: "GET",
		Header: map[string]string{"Metadata": "true"},
		Form: providers.Params{
			{Key: "api-version", Value: "2018-02-01"},
			{Key: "resource", Value: strings.TrimSuffix(a.Scope, "/.default")},
		},
		Lifetime: time.Hour,
		Early:    5 * time.Minute,
		Hint:     "the machine needs a managed identity that was granted the application permissions, and client_id must be that identity's",
	}
	if auth.URL == "" {
		auth.URL = metadata
	}
	auth.Form.AddSet("client_id", a.ClientID)
	return auth
}
