package github_test

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/github"
)

const tokenPath = "/app/installations/40404040/access_tokens"

func appJWT(t *testing.T, key any, alg jose.SignatureAlgorithm, change func(map[string]any)) string {
	t.Helper()
	claims := map[string]any{"iss": "654321", "iat": time.Now().Add(-time.Minute).Unix(), "exp": time.Now().Add(9 * time.Minute).Unix()}
	if change != nil {
		change(claims)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	require.NoError(t, err)
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(t, err)
	return text
}

func TestAppInstallation(t *testing.T) {
	for name, variant := range map[string]string{"id": "app", "client id": "app_client_id", "server": "server_app"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				config := github.Vendor().Variants[variant](base)
				s.header.Set("Authorization", "Bearer "+appJWT(t, vendorsim.RSAKey(), jose.RS256,
					func(c map[string]any) { c["iss"] = config["app_id"] }))
				a := s.do(http.MethodPost, config["endpoint"].(string)+tokenPath)
				require.Equal(t, 201, a.status, a.body)
				expires, err := time.Parse(time.RFC3339, gjson.Get(a.body, "expires_at").Str)
				require.NoError(t, err)
				assert.WithinDuration(t, time.Now().Add(time.Hour), expires, time.Second)
				token := gjson.Get(a.body, "token").Str
				assert.Equal(t, "ghs_", token[:4])
				s.header.Set("Authorization", "Bearer "+token)
				assert.Equal(t, 200, s.get(orgPath).status)
				assert.Equal(t, 200, s.get(enterprisePath).status)
				s.knob("no_permission", "true")
				assert.Equal(t, "Resource not accessible by integration", s.get(orgPath).message())
				time.Sleep(time.Hour) // fake time
				a = s.get(orgPath)
				assert.Equal(t, 401, a.status)
				assert.Equal(t, "Bad credentials", a.message())
				assert.Empty(t, s.world.Violations())
			})
		})
	}
}

func TestAppTokenErrors(t *testing.T) {
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	set := func(name string, v any) func(map[string]any) { return func(c map[string]any) { c[name] = v } }
	for name, tt := range map[string]struct {
		key    any
		alg    jose.SignatureAlgorithm
		change func(map[string]any)
	}{
		"wrong key":     {stranger, jose.RS256, nil},
		"algorithm":     {vendorsim.RSAKey(), jose.RS512, nil},
		"elliptic key":  {vendorsim.ECKey(), jose.ES256, nil},
		"issuer":        {vendorsim.RSAKey(), jose.RS256, set("iss", "1")},
		"too long":      {vendorsim.RSAKey(), jose.RS256, set("exp", time.Now().Add(12*time.Minute).Unix())},
		"past":          {vendorsim.RSAKey(), jose.RS256, set("exp", time.Now().Add(-time.Minute).Unix())},
		"future iat":    {vendorsim.RSAKey(), jose.RS256, set("iat", time.Now().Add(5*time.Minute).Unix())},
		"fraction":      {vendorsim.RSAKey(), jose.RS256, set("iat", float64(time.Now().Unix())-0.5)},
		"missing iat":   {vendorsim.RSAKey(), jose.RS256, func(c map[string]any) { delete(c, "iat") }},
		"time as text":  {vendorsim.RSAKey(), jose.RS256, set("exp", "soon")},
		"missing claim": {vendorsim.RSAKey(), jose.RS256, func(c map[string]any) { delete(c, "exp") }},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.header.Set("Authorization", "Bearer "+appJWT(t, tt.key, tt.alg, tt.change))
			a := s.do(http.MethodPost, base+tokenPath)
			assert.Equal(t, 401, a.status)
			assert.NotEmpty(t, a.message())
			assert.Len(t, s.world.Violations(), 1)
		})
	}
	s := newSite(t)
	assert.Equal(t, 401, s.do(http.MethodPost, base+tokenPath).status, "a personal token")
	s.header.Set("Authorization", "Bearer "+appJWT(t, vendorsim.RSAKey(), jose.RS256, nil))
	assert.Equal(t, 404, s.do(http.MethodPost, base+"/app/installations/1/access_tokens").status)
	assert.Equal(t, 404, s.do(http.MethodGet, base+tokenPath).status)
	assert.Equal(t, 401, s.get(orgPath).status, "the JWT is no token")
	assert.Len(t, s.world.Violations(), 4)
}

func TestCredentials(t *testing.T) {
	for name, tt := range map[string]struct {
		change  func(s *site)
		path    string
		status  int
		message string
		faults  int // violations
	}{
		"classic":            {func(*site) {}, orgPath, 200, "", 0},
		"fine-grained":       {func(s *site) { s.header.Set("Authorization", "token "+fineGrained()) }, enterprisePath, 200, "", 0},
		"wrong token":        {func(s *site) { s.header.Set("Authorization", "Bearer ghp_x") }, orgPath, 401, "Bad credentials", 1},
		"basic":              {func(s *site) { s.header.Set("Authorization", "Basic eDp5") }, orgPath, 401, "Bad credentials", 1},
		"no token":           {func(s *site) { s.header.Del("Authorization") }, orgPath, 401, "Bad credentials", 1},
		"made-up app token":  {func(s *site) { s.header.Set("Authorization", "Bearer ghs_x") }, orgPath, 401, "Bad credentials", 1},
		"no user agent":      {func(s *site) { s.header.Set("User-Agent", "") }, orgPath, 403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.", 1},
		"accept":             {func(s *site) { s.header.Set("Accept", "text/html") }, orgPath, 415, "Unsupported 'Accept' header. Must accept 'application/json'.", 1},
		"version":            {func(s *site) { s.header.Set("X-GitHub-Api-Version", "v3") }, orgPath, 400, "The API version you requested is not supported.", 1},
		"other organization": {func(*site) {}, "/orgs/other/audit-log", 404, "Not Found", 1},
		"other enterprise":   {func(*site) {}, "/enterprises/acme-labs/audit-log", 404, "Not Found", 1},
		"any case":           {func(*site) {}, "/orgs/Acme-Labs/audit-log", 200, "", 0},
		"other path":         {func(*site) {}, "/orgs/acme-labs/members", 404, "Not Found", 1},
		"no plan":            {func(s *site) { s.knob("no_plan", "true") }, orgPath, 404, "Not Found", 0},
		"no permission":      {func(s *site) { s.knob("no_permission", "true") }, orgPath, 403, "Resource not accessible by personal access token", 0},
		"sso, fine-grained": {func(s *site) {
			s.knob("sso_required", "true")
			s.header.Set("Authorization", "Bearer "+fineGrained())
		}, orgPath, 200, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			tt.change(s)
			a := s.get(tt.path)
			assert.Equal(t, tt.status, a.status)
			assert.Equal(t, tt.message, a.message())
			assert.Len(t, s.world.Violations(), tt.faults)
		})
	}
	s := newSite(t)
	assert.Equal(t, 404, s.do(http.MethodPost, base+orgPath).status)
	s.knob("sso_required", "true")
	a := s.get(orgPath)
	assert.Equal(t, 403, a.status)
	assert.Contains(t, a.header.Get("X-GitHub-SSO"), "required; url=https://github.com/orgs/acme-labs/sso")
	s = newSite(t)
	s.knob("ip_allow_list", "true")
	a = s.get(orgPath)
	assert.Equal(t, 403, a.status)
	assert.Contains(t, a.message(), "IP allow list")
}

func fineGrained() string { return github.Vendor().Variants["fine_grained"](base)["token"].(string) }
