package cloudsite_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/jira/cloudsite"
)

const cloudID = "3D1f0a52-6b7c-4d8e-9f01-23456789abcd"

func account(set func(*cloudsite.Config), o providers.Options) (cloudsite.Account, error) {
	c := cloudsite.Defaults()
	set(&c)
	p := o.Problems()
	a := c.Account("jira", &o, &p)
	return a, p.Err()
}

func basic(c *cloudsite.Config) { c.Site, c.Email, c.APIToken = "acme", "a@example.com", "t" }

func oauth(c *cloudsite.Config) {
	c.CloudID, c.AuthType, c.ClientID, c.ClientSecret = cloudID, cloudsite.ClientCredentials, "id", "secret"
}

func TestAddress(t *testing.T) {
	for name, tt := range map[string]struct {
		set      func(*cloudsite.Config)
		endpoint string
		want     cloudsite.Account
	}{
		"site name":     {basic, "", cloudsite.Account{Endpoint: "https://acme.atlassian.net", Tenant: "acme.atlassian.net", Host: "acme.atlassian.net"}},
		"site host":     {func(c *cloudsite.Config) { basic(c); c.Site = "Jira.Example.com" }, "", cloudsite.Account{Endpoint: "https://jira.example.com", Tenant: "jira.example.com", Host: "jira.example.com"}},
		"cloud id":      {oauth, "", cloudsite.Account{Endpoint: "https://api.atlassian.com", Prefix: "/ex/jira/" + cloudID, Tenant: "3d1f0a52-6b7c-4d8e-9f01-23456789abcd"}},
		"both":          {func(c *cloudsite.Config) { oauth(c); c.Site = "acme" }, "", cloudsite.Account{Endpoint: "https://api.atlassian.com", Prefix: "/ex/jira/" + cloudID, Tenant: "acme.atlassian.net", Host: "acme.atlassian.net"}},
		"endpoint only": {func(c *cloudsite.Config) { basic(c); c.Site = "" }, "http://Proxy.example.com:81", cloudsite.Account{Endpoint: "http://Proxy.example.com:81", Tenant: "proxy.example.com:81"}},
		"endpoint too":  {func(c *cloudsite.Config) { oauth(c); c.Site = "acme" }, "http://127.0.0.1:9", cloudsite.Account{Endpoint: "http://127.0.0.1:9", Prefix: "/ex/jira/" + cloudID, Tenant: "acme.atlassian.net", Host: "acme.atlassian.net"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := account(tt.set, providers.Options{Endpoint: tt.endpoint})
			require.NoError(t, err)
			got.Auth = nil
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestRefusedConfigurations(t *testing.T) {
	with := func(base, change func(*cloudsite.Config)) func(*cloudsite.Config) {
		return func(c *cloudsite.Config) { base(c); change(c) }
	}
	for name, tt := range map[string]struct {
		set  func(*cloudsite.Config)
		want string
	}{
		"nowhere to go":         {with(basic, func(c *cloudsite.Config) { c.Site = "" }), "site: is required unless cloud_id or endpoint is set"},
		"address as site":       {with(basic, func(c *cloudsite.Config) { c.Site = "https://acme.atlassian.net/wiki" }), "must be a site name or host only"},
		"cloud id of the wrong": {with(oauth, func(c *cloudsite.Config) { c.CloudID = "acme" }), `cloud_id: "acme" is no UUID`},
		"cloud id without dash": {with(oauth, func(c *cloudsite.Config) { c.CloudID = "3d1f0a526b7c4d8e9f0123456789abcd" }), "cloud_id: "},
		"unknown auth type":     {with(basic, func(c *cloudsite.Config) { c.AuthType = "digest" }), `auth_type: "digest" is not valid; use one of basic, bearer, oauth2_client_credentials, oauth2_refresh_token`},
		"basic without email":   {with(basic, func(c *cloudsite.Config) { c.Email = "" }), "email: is required for auth_type basic"},
		"basic without token":   {with(basic, func(c *cloudsite.Config) { c.APIToken = "" }), "api_token: is required for auth_type basic"},
		"bearer without token":  {with(basic, func(c *cloudsite.Config) { c.AuthType, c.Email, c.APIToken = cloudsite.Bearer, "", "" }), "api_token: is required for auth_type bearer"},
		"bearer with email":     {with(basic, func(c *cloudsite.Config) { c.AuthType = cloudsite.Bearer }), "email: does not belong to auth_type bearer"},
		"two kinds":             {with(basic, func(c *cloudsite.Config) { c.ClientID, c.ClientSecret = "id", "s" }), "client_id: does not belong to auth_type basic"},
		"OAuth at the site":     {with(oauth, func(c *cloudsite.Config) { c.CloudID, c.Site = "", "acme" }), "cloud_id: is required for auth_type oauth2_client_credentials"},
		"OAuth without secret":  {with(oauth, func(c *cloudsite.Config) { c.ClientSecret = "" }), "client_secret: is required for auth_type oauth2_client_credentials"},
		"3LO without token":     {with(oauth, func(c *cloudsite.Config) { c.AuthType = cloudsite.RefreshToken }), "refresh_token: is required for auth_type oauth2_refresh_token"},
		"refresh token unused":  {with(oauth, func(c *cloudsite.Config) { c.RefreshToken = "r" }), "refresh_token: does not belong to auth_type oauth2_client_credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := account(tt.set, providers.Options{})
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestAuth(t *testing.T) {
	a, err := account(basic, providers.Options{})
	require.NoError(t, err)
	assert.Equal(t, providers.BasicAuth{Username: "a@example.com", Password: "t"}, a.Auth)

	a, err = account(func(c *cloudsite.Config) { c.CloudID, c.AuthType, c.APIToken = cloudID, cloudsite.Bearer, "t" }, providers.Options{})
	require.NoError(t, err)
	assert.Equal(t, providers.Bearer("t"), a.Auth)
	assert.Empty(t, a.Warnings)

	a, err = account(func(c *cloudsite.Config) { c.Site, c.AuthType, c.APIToken = "acme", cloudsite.Bearer, "t" }, providers.Options{})
	require.NoError(t, err)
	require.Len(t, a.Warnings, 1)
	assert.Contains(t, a.Warnings[0], "set cloud_id")
}

func token(t *testing.T, a cloudsite.Account) providers.TokenAuth {
	t.Helper()
	auth, ok := a.Auth.(providers.TokenAuth)
	require.True(t, ok, "%T", a.Auth)
	return auth
}

func TestOAuth(t *testing.T) {
	a, err := account(oauth, providers.Options{})
	require.NoError(t, err)
	auth := token(t, a)
	assert.Equal(t, "https://auth.atlassian.com/oauth/token", auth.URL)
	assert.Equal(t, providers.Params{{Key: "grant_type", Value: "client_credentials"}, {Key: "client_id", Value: "id"}}, auth.Form)
	assert.Equal(t, []providers.SecretParam{{Key: "client_secret", Value: "secret"}}, auth.Secrets)
	assert.False(t, auth.Rotates || auth.JSON)
	assert.Equal(t, 5*time.Minute, auth.Early)

	a, err = account(func(c *cloudsite.Config) {
		oauth(c)
		c.AuthType, c.RefreshToken, c.TokenURL = cloudsite.RefreshToken, "refresh", "https://login.example.com/token"
	}, providers.Options{})
	require.NoError(t, err)
	auth = token(t, a)
	assert.Equal(t, "https://login.example.com/token", auth.URL)
	assert.Equal(t, "refresh_token", auth.Form[0].Value)
	assert.Equal(t, []providers.SecretParam{{Key: "client_secret", Value: "secret"}, {Key: "refresh_token", Value: "refresh"}}, auth.Secrets)
	assert.True(t, auth.Rotates)

	a, err = account(func(c *cloudsite.Config) { oauth(c); c.TokenURL = "" }, providers.Options{})
	require.NoError(t, err)
	assert.Equal(t, "https://auth.atlassian.com/oauth/token", token(t, a).URL)
}

func TestAnAuthExtensionReplacesTheCredential(t *testing.T) {
	a, err := account(func(c *cloudsite.Config) { c.Site = "acme" }, providers.Options{ExternalAuth: true})
	require.NoError(t, err)
	assert.Nil(t, a.Auth)
	_, err = account(func(c *cloudsite.Config) { c.Site, c.Email = "acme", "a@example.com" }, providers.Options{ExternalAuth: true})
	assert.ErrorContains(t, err, "api_token: is required", "half a credential is a mistake all the same")
}

func TestMessage(t *testing.T) {
	for name, tt := range map[string]struct{ body, want string }{
		"message":        {`{"code":401,"message":"Unauthorized"}`, "Unauthorized"},
		"messages":       {`{"errorMessages":["a","b"],"errors":{"from":"c"}}`, "a; b; from: c"},
		"oauth":          {`{"error":"access_denied","error_description":"Unauthorized"}`, "access_denied; Unauthorized"},
		"said twice":     {`{"message":"a","errorMessages":["a"]}`, "a"},
		"plain text":     {"Basic auth is\n deprecated", `"Basic auth is deprecated"`},
		"page":           {"<html>", ""},
		"nothing":        {"", ""},
		"list of errors": {`{"errors":[{"title":"x"}]}`, ""},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, cloudsite.Message(tt.body)) })
	}
}

func TestClassify(t *testing.T) {
	hints := cloudsite.Hints{Scope: "grant the scope", Permission: "grant the permission", NotFound: "check the site"}
	for name, tt := range map[string]struct {
		status int
		body   string
		class  providers.Class
		hint   string
	}{
		"scope":       {401, `{"message":"Unauthorized; scope does not match"}`, providers.Denied, "grant the scope"},
		"credential":  {401, `{"message":"Unauthorized"}`, providers.Unclassified, "wrong, revoked or expired"},
		"permission":  {403, `{}`, providers.Unclassified, "grant the permission"},
		"not found":   {404, `{}`, providers.Unclassified, "check the site"},
		"moved":       {301, ``, providers.Unauthorized, "credential"},
		"login page":  {200, `<html>`, providers.Unauthorized, "credential"},
		"server page": {502, `<html>`, providers.Unclassified, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := hints.Classify(&providers.Response{Status: tt.status, Header: http.Header{}, Body: tt.body})
			require.NotNil(t, e)
			assert.Equal(t, tt.class, e.Class)
			assert.Contains(t, e.Hint, tt.hint)
		})
	}
	assert.Nil(t, hints.Classify(&providers.Response{Status: 200, Body: `{"records":[]}`}))
	assert.Nil(t, hints.Classify(&providers.Response{Status: 204}))
}
