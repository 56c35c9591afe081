package entra_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/azure_active_directory/entra"
)

const assertionType = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"

func TestAuth(t *testing.T) {
	base := entra.App{Tenant: "example.com", ClientID: "app", Login: "https://login.example.com", Scope: "https://api.example.com/.default"}
	for name, tt := range map[string]struct {
		set  func(*entra.App)
		url  string
		form string
	}{
		"secret":            {func(a *entra.App) { a.Secret = "s" }, "https://login.example.com/example.com/oauth2/v2.0/token", "grant_type=client_credentials&client_id=app&scope=https%3A%2F%2Fapi.example.com%2F.default"},
		"another token URL": {func(a *entra.App) { a.Secret, a.TokenURL = "s", "https://proxy.example.com/t" }, "https://proxy.example.com/t", "grant_type=client_credentials&client_id=app&scope=https%3A%2F%2Fapi.example.com%2F.default"},
		"certificate":       {func(a *entra.App) { a.Certificate = "pem" }, "https://login.example.com/example.com/oauth2/v2.0/token", "grant_type=client_credentials&client_id=app&scope=https%3A%2F%2Fapi.example.com%2F.default&client_assertion_type=" + assertionType},
		"federated token":   {func(a *entra.App) { a.TokenFile = "/run/token" }, "https://login.example.com/example.com/oauth2/v2.0/token", "grant_type=client_credentials&client_id=app&scope=https%3A%2F%2Fapi.example.com%2F.default&client_assertion_type=" + assertionType},
		"managed identity":  {func(a *entra.App) { a.ManagedIdentity = true }, "http://169.254.169.254/metadata/identity/oauth2/token", "api-version=2018-02-01&resource=https%3A%2F%2Fapi.example.com&client_id=app"},
		"the only identity": {func(a *entra.App) { a.ManagedIdentity, a.ClientID = true, "" }, "http://169.254.169.254/metadata/identity/oauth2/token", "api-version=2018-02-01&resource=https%3A%2F%2Fapi.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			app := base
			tt.set(&app)
			auth, ok := app.Auth().(providers.TokenAuth)
			require.True(t, ok)
			assert.Equal(t, tt.url, auth.URL)
			assert.Equal(t, tt.form, auth.Form.Encode())
			assert.Equal(t, app.Secret != "", len(auth.Secrets) == 1)
			assert.NotEmpty(t, auth.Hint)
		})
	}
}

func TestCertificateIsAnAssertion(t *testing.T) {
	app := entra.App{Tenant: "t", ClientID: "app", CertificateFile: "/run/app.pem"}
	auth, ok := app.Auth().(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "client_assertion", auth.AssertionParam)
	assert.Equal(t, &providers.Assertion{
		KeyFile: "/run/app.pem", X5T: true, Issuer: "app", Subject: "app", AudienceIsURL: true,
		Lifetime: 5 * time.Minute, NotBefore: true, ID: true,
	}, auth.Assertion)
}

func TestFederatedTokenIsReadFromItsFile(t *testing.T) {
	app := entra.App{Tenant: "t", ClientID: "app", TokenFile: "/run/token"}
	auth, ok := app.Auth().(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, []providers.FileParam{{Key: "client_assertion", Path: "/run/token"}}, auth.Files)
	assert.Nil(t, auth.Assertion)
}

func TestManagedIdentityAsksTheMachine(t *testing.T) {
	app := entra.App{Tenant: "t", ManagedIdentity: true}
	auth, ok := app.Auth().(providers.TokenAuth)
	require.True(t, ok)
	assert.Equal(t, "GET", auth.Method)
	assert.Equal(t, map[string]string{"Metadata": "true"}, auth.Header)
}
