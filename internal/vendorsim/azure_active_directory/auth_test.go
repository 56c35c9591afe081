package azureactivedirectory_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	azure "github.com/otelactivity/otelactivity/internal/vendorsim/azure_active_directory"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestClouds(t *testing.T) {
	const beta = "/beta/auditLogs/directoryAudits"
	for scope, want := range map[string]map[string]int{
		global:                                {auditsPath: 200, signInsPath: 200, beta: 200, betaPath: 200},
		"https://graph.microsoft.us/.default": {auditsPath: 200, signInsPath: 404, beta: 200, betaPath: 200},
		"https://dod-graph.microsoft.us/.default":          {auditsPath: 200, signInsPath: 404, beta: 200, betaPath: 200},
		"https://microsoftgraph.chinacloudapi.cn/.default": {auditsPath: 404, signInsPath: 404, beta: 200, betaPath: 200},
	} {
		c := simtest.New(t, azure.Vendor())
		c.Auth("Bearer " + login(c, scope))
		for path, status := range want {
			assert.Equal(t, status, c.Get(path).Status, "%s %s", scope, path)
		}
	}
}

func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		assert.Equal(t, 200, c.Get(auditsPath).Status)
		time.Sleep(time.Hour) // fake time
		a := c.Get(auditsPath)
		assert.Equal(t, 401, a.Status)
		assert.Equal(t, "InvalidAuthenticationToken", a.At("error.code").Str)
		assert.Contains(t, a.Header.Get("WWW-Authenticate"), "authorization_uri")
		assert.Empty(t, c.World.Violations())
		for _, header := range []string{"", "Bearer made-up", simtest.Basic("a", "b")} {
			a = c.Auth(header).Get(auditsPath)
			assert.Equal(t, 401, a.Status)
			assert.Equal(t, "InvalidAuthenticationToken", a.At("error.code").Str)
		}
		assert.Len(t, c.World.Violations(), 3)
	})
}

func TestForbidden(t *testing.T) {
	for _, code := range []string{"Authentication_MSGraphPermissionMissing", "Authentication_ApplicationHasNoDirectoryReadAccess", "Authorization_RequestDenied"} {
		c := newClient(t)
		c.Knob("forbidden", code)
		for _, path := range []string{auditsPath, betaPath} {
			a := c.Get(path)
			assert.Equal(t, 403, a.Status)
			assert.Equal(t, code, a.At("error.code").Str)
			assert.NotEmpty(t, a.At("error.message").Str)
		}
	}
	c := newClient(t)
	c.Header.Del("Accept")
	assert.Equal(t, 400, c.Get(auditsPath).Status)
	assert.Len(t, c.World.Violations(), 1)
}

func TestInstanceMetadata(t *testing.T) {
	const path = "/metadata/identity/oauth2/token"
	query := []string{"api-version", "2018-02-01", "resource", "https://graph.microsoft.com"}
	c := simtest.New(t, azure.Vendor())
	c.Header.Set("Metadata", "true")
	a := c.Get(path, query...)
	require.Equal(t, 200, a.Status, a.Body)
	assert.Equal(t, `"86400"`, a.At("expires_in").Raw, "numbers are text")
	assert.Equal(t, 200, c.Get(path, append(query, "client_id", azure.Vendor().Config("")["client_id"].(string))...).Status)
	assert.Equal(t, 200, c.Auth("Bearer "+a.At("access_token").Str).Get(signInsPath).Status)
	assert.Empty(t, c.World.Violations())
	for name, bad := range map[string][]string{
		"version": {"api-version", "2020-01-01", "resource", "https://graph.microsoft.com"}, "no resource": query[:2],
		"resource": {"api-version", "2018-02-01", "resource", "https://vault.azure.net"}, "other identity": append(query, "client_id", "x"),
	} {
		assert.Equal(t, 400, c.Get(path, bad...).Status, name)
	}
	c.Header.Del("Metadata")
	assert.Equal(t, 400, c.Get(path, query...).Status)
	assert.Len(t, c.World.Violations(), 5)
}

func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		c.World.ScaleLimits(1)
		for _, path := range []string{auditsPath, signInsPath, betaPath, auditsPath, signInsPath} {
			assert.Equal(t, 200, c.Get(path).Status, "five in ten seconds, both logs together")
		}
		a := c.Get(auditsPath)
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "TooManyRequests", a.At("error.code").Str)
		wait, err := strconv.Atoi(a.Header.Get("Retry-After"))
		require.NoError(t, err)
		for form, code := range map[string]string{"unknown": "UnknownError", "escaped": "UnknownError", "text": "", "silent": "TooManyRequests"} {
			c.Knob("throttle_form", form)
			a = c.Get(auditsPath)
			assert.Equal(t, 429, a.Status)
			assert.Equal(t, code, a.At("error.code").Str)
			assert.Equal(t, form == "silent", a.Header.Get("Retry-After") == "")
			if form == "escaped" {
				assert.Contains(t, a.At("error.message").Str, `"code":"TooManyRequests"`)
			}
		}
		time.Sleep(time.Duration(wait) * time.Second) // fake time
		assert.Equal(t, 200, c.Get(auditsPath).Status)
		assert.Empty(t, c.World.Violations())
	})
}

func TestFaultBodies(t *testing.T) {
	for name, want := range map[string]struct {
		kind   vendorsim.Kind
		path   string
		status int
		code   string
	}{
		"unauthorized":        {vendorsim.Unauthorized, auditsPath, 401, "InvalidAuthenticationToken"},
		"forbidden, audits":   {vendorsim.Forbidden, auditsPath, 403, "Authorization_RequestDenied"},
		"forbidden, sign-ins": {vendorsim.Forbidden, signInsPath, 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"},
		"not found":           {vendorsim.NotFound, auditsPath, 404, "BadRequest"},
		"throttled":           {vendorsim.Throttled, auditsPath, 429, "TooManyRequests"},
		"bare":                {vendorsim.ThrottledBare, auditsPath, 429, "TooManyRequests"},
		"internal":            {vendorsim.Internal, auditsPath, 500, "InternalServerError"},
		"gateway":             {vendorsim.BadGateway, auditsPath, 502, ""},
		"unavailable":         {vendorsim.Unavailable, auditsPath, 503, "ServiceUnavailable"},
		"timeout":             {vendorsim.Timeout, auditsPath, 504, "UnknownError"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			c.World.Faults.Next(want.kind, 1, "")
			a := c.Get(want.path)
			assert.Equal(t, want.status, a.Status)
			assert.Equal(t, want.code, a.At("error.code").Str)
			assert.Equal(t, want.kind == vendorsim.Throttled || want.kind == vendorsim.Unavailable, a.Header.Get("Retry-After") != "")
		})
	}
}
