package salesforce_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/salesforce"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// sign returns the form of the JWT bearer flow with some claims changed.
func sign(t *testing.T, changes map[string]any) url.Values {
	t.Helper()
	claims := map[string]any{
		"iss": form("").Get("client_id"), "sub": "integration@example.com", "aud": "https://login.salesforce.com", "exp": time.Now().Add(3 * time.Minute).Unix(),
	}
	for k, v := range changes {
		claims[k] = v
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: vendorsim.RSAKey()}, nil)
	require.NoError(t, err)
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(t, err)
	return url.Values{"grant_type": {jwtBearer}, "assertion": {text}}
}

func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, f := range map[string]url.Values{
			"client_credentials": form(""), "password": form("password"), "jwt_bearer": sign(t, nil),
			"sandbox": sign(t, map[string]any{"aud": "https://test.salesforce.com"}), "My Domain": sign(t, map[string]any{"aud": simtest.Base}),
		} {
			c := simtest.New(t, salesforce.Vendor())
			a := c.Post(tokenPath, simtest.Form, f.Encode())
			require.Equal(t, 200, a.Status, "%s: %s", name, a.Body)
			assert.False(t, a.At("expires_in").Exists(), "nobody is told how long")
			assert.False(t, a.At("refresh_token").Exists())
			assert.Equal(t, simtest.Base, a.At("instance_url").Str)
			assert.Regexp(t, `^https://login\.salesforce\.com/id/00D5g000004AbCdEAK/005\w{15}$`, a.At("id").Str)
			assert.Regexp(t, `^\d{12,13}$`, a.At("issued_at").Str)
			assert.True(t, strings.HasPrefix(a.At("access_token").Str, "00D5g000004AbCdEAK!"))
			assert.Equal(t, 200, query(c.Auth("Bearer "+a.At("access_token").Str), "SELECT Id FROM LoginHistory").Status, name)
			assert.Empty(t, c.World.Violations(), name)
		}
	})
}

func TestBasicClients(t *testing.T) {
	c := simtest.New(t, salesforce.Vendor())
	f := form("")
	c.Auth(simtest.Basic(f.Get("client_id"), f.Get("client_secret")))
	assert.Equal(t, 200, c.Post(tokenPath, simtest.Form, "grant_type=client_credentials").Status)
}

func TestReadySession(t *testing.T) {
	c := simtest.New(t, salesforce.Vendor())
	c.Auth("Bearer " + salesforce.Vendor().Variants["access_token"](simtest.Base)["access_token"].(string))
	assert.Equal(t, 200, query(c, "SELECT Id FROM LoginHistory").Status)
	assert.Empty(t, c.World.Violations())
}

func with(f url.Values, name, value string) url.Values {
	f.Set(name, value)
	return f
}

func TestRefusedTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, tt := range map[string]struct {
			form        url.Values
			status      int
			code, words string
		}{
			"no grant":          {with(form(""), "grant_type", "authorization_code"), 400, "unsupported_grant_type", "grant type not supported"},
			"refresh":           {with(form(""), "grant_type", "refresh_token"), 400, "unsupported_grant_type", "grant type not supported"},
			"unknown client":    {with(form(""), "client_id", "x"), 400, "invalid_client_id", "client identifier invalid"},
			"wrong secret":      {with(form(""), "client_secret", "x"), 401, "invalid_client", "invalid client credentials"},
			"no secret":         {url.Values{"grant_type": {"client_credentials"}}, 401, "invalid_client", "invalid client credentials"},
			"wrong password":    {with(form("password"), "password", "x"), 400, "invalid_grant", "authentication failure"},
			"no security token": {with(form("password"), "password", "fake-password"), 400, "invalid_grant", "authentication failure"},
			"wrong user":        {with(form("password"), "username", "x"), 400, "invalid_grant", "authentication failure"},
			"more than needed":  {with(form(""), "scope", "full"), 400, "invalid_request", "unknown parameter scope"},
			"wrong audience":    {sign(t, map[string]any{"aud": "https://example.com"}), 400, "invalid_grant", "audience is invalid"},
			"wrong issuer":      {sign(t, map[string]any{"iss": "x"}), 400, "invalid_grant", "invalid assertion"},
			"wrong subject":     {sign(t, map[string]any{"sub": "x"}), 400, "invalid_grant", "invalid assertion"},
			"too long":          {sign(t, map[string]any{"exp": time.Now().Add(time.Hour).Unix()}), 400, "invalid_grant", "invalid assertion"},
			"past":              {sign(t, map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}), 400, "invalid_grant", "invalid assertion"},
			"no JWT":            {with(sign(t, nil), "assertion", "x"), 400, "invalid_grant", "invalid assertion"},
		} {
			c := simtest.New(t, salesforce.Vendor())
			a := c.Post(tokenPath, simtest.Form, tt.form.Encode())
			assert.Equal(t, tt.status, a.Status, name)
			assert.Equal(t, tt.code, a.At("error").Str, name)
			assert.Equal(t, tt.words, a.At("error_description").Str, name)
			assert.Len(t, c.World.Violations(), 1, name)
		}
	})
}

func TestTokenErrors(t *testing.T) {
	c := simtest.New(t, salesforce.Vendor())
	for _, words := range []string{"user hasn't approved this consumer", "no client credentials user enabled", "authentication failure"} {
		c.Knob("token_error", "invalid_grant:"+words)
		a := c.Post(tokenPath, simtest.Form, form("").Encode())
		assert.Equal(t, 400, a.Status)
		assert.Equal(t, "invalid_grant", a.At("error").Str)
		assert.Equal(t, words, a.At("error_description").Str)
	}
}

func TestSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		ask := func() simtest.Answer { return query(c, "SELECT Id FROM LoginHistory") }
		for range 5 {
			assert.Equal(t, 200, ask().Status)
			time.Sleep(2 * time.Hour) // fake time
		}
		assert.Equal(t, 200, ask().Status, "it lives while it is used")
		time.Sleep(2*time.Hour + time.Second) // fake time
		a := ask()
		assert.Equal(t, 401, a.Status)
		assert.Equal(t, "INVALID_SESSION_ID", a.At("0.errorCode").Str)
		assert.Equal(t, "Session expired or invalid", a.At("0.message").Str)
		assert.Empty(t, a.Header.Get("Sforce-Limit-Info"))
		assert.Equal(t, 200, query(login(c, ""), "SELECT Id FROM LoginHistory").Status)
		c.World.Faults.Next(vendorsim.TokenExpired, 1, queryPath)
		assert.Equal(t, 401, ask().Status)
		assert.Equal(t, 401, ask().Status, "it stays dead")
		login(c, "")
		c.World.RevokeTokens()
		assert.Equal(t, 401, ask().Status)
		assert.Empty(t, c.World.Violations())
		for _, auth := range []string{"", "Basic eDp5", "Bearer", "Bearer x", "Bearer 00D5g000004AbCdEAK!x"} {
			c.World.ForgetViolations()
			c.Auth(auth)
			assert.Equal(t, 401, ask().Status, auth)
			assert.Len(t, c.World.Violations(), 1, auth)
		}
	})
}

func TestPermissions(t *testing.T) {
	c := newClient(t)
	c.World.EmitEach(logins, 100, time.Now().Add(-time.Hour), time.Second)
	c.World.Emit(trail, time.Now().Add(-time.Hour))
	c.Knob("own_logins_only", "true")
	own := all(c, "SELECT UserId FROM LoginHistory", "UserId")
	assert.Greater(t, len(own), 3)
	assert.Less(t, len(own), 50)
	assert.NotContains(t, strings.Replace(strings.Join(own, ""), own[0], "", len(own)), "005", "one user's only")
	token := c.Auth("").Post(tokenPath, simtest.Form, form("").Encode())
	assert.True(t, strings.HasSuffix(token.At("id").Str, "/"+own[0]), "the caller's")

	login(c, "")
	for knob, object := range map[string]string{"no_setup_permission": "SetupAuditTrail", "no_event_monitoring": "EventLogFile"} {
		assert.Equal(t, 200, query(c, "SELECT Id FROM "+object).Status)
		c.Knob(knob, "true")
		a := query(c, "SELECT Id FROM "+object)
		assert.Equal(t, 400, a.Status)
		assert.Equal(t, "INVALID_TYPE", a.At("0.errorCode").Str)
		assert.Contains(t, a.At("0.message").Str, "sObject type '"+object+"' is not supported")
		assert.Equal(t, 200, query(c, "SELECT Id FROM LoginHistory").Status, "the others go on")
	}
	assert.Equal(t, 404, c.Get("/services/data/v60.0/sobjects/EventLogFile/0AT5g0000000000AAA/LogFile").Status)
	c.Knob("experience_cloud", "true")
	assert.Equal(t, 200, query(c, "SELECT NetworkId FROM LoginHistory").Status)
	for code, words := range map[string]string{
		"API_DISABLED_FOR_ORG": "The REST API is not enabled", "API_CURRENTLY_DISABLED": "API is disabled for this User", "INSUFFICIENT_ACCESS": "insufficient access",
	} {
		c.Knob("refuse", code)
		a := query(c, "SELECT Id FROM LoginHistory")
		assert.Equal(t, 403, a.Status)
		assert.Equal(t, code, a.At("0.errorCode").Str)
		assert.Contains(t, a.At("0.message").Str, words)
	}
	assert.Empty(t, c.World.Violations())
}

func TestAllocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		c.World.ScaleLimits(3.0 / 100_000)
		for used := range 3 {
			a := query(c, "SELECT Id FROM LoginHistory")
			assert.Equal(t, 200, a.Status)
			assert.Equal(t, fmt.Sprintf("api-usage=%d/3; api-bursts=1/750", used+1), a.Header.Get("Sforce-Limit-Info"))
		}
		a := query(c, "SELECT Id FROM LoginHistory")
		assert.Equal(t, 403, a.Status)
		assert.Equal(t, "REQUEST_LIMIT_EXCEEDED", a.At("0.errorCode").Str)
		assert.Equal(t, "TotalRequests Limit exceeded.", a.At("0.message").Str)
		assert.Equal(t, "api-usage=3/3; api-bursts=1/750", a.Header.Get("Sforce-Limit-Info"))
		assert.Empty(t, a.Header.Get("Retry-After"))
		time.Sleep(8 * time.Hour) // fake time
		assert.Equal(t, 200, query(login(c, ""), "SELECT Id FROM LoginHistory").Status, "the day rolls")
		assert.Empty(t, c.World.Violations())
	})
}

func TestTimeouts(t *testing.T) {
	c := newClient(t)
	c.Knob("query_timeout_above", "6h")
	ask := func(from, to time.Duration) simtest.Answer {
		now := time.Now()
		return query(c, "SELECT Id FROM LoginHistory WHERE LoginTime >= "+stamp(now.Add(-from))+" AND LoginTime < "+stamp(now.Add(-to)))
	}
	assert.Equal(t, 200, ask(12*time.Hour, 7*time.Hour).Status)
	a := ask(12*time.Hour, 5*time.Hour)
	assert.Equal(t, 400, a.Status)
	assert.Equal(t, "QUERY_TIMEOUT", a.At("0.errorCode").Str)
	assert.Equal(t, "Your query request was running for too long.", a.At("0.message").Str)
	assert.Equal(t, 400, query(c, "SELECT Id FROM LoginHistory").Status, "without bounds, too")
	assert.Empty(t, c.World.Violations())
}

func TestRequests(t *testing.T) {
	c := newClient(t)
	for name, ask := range map[string]func() simtest.Answer{
		"no query": func() simtest.Answer { return c.Get(queryPath) },
		"empty":    func() simtest.Answer { return c.Get(queryPath, "q", "") },
		"other":    func() simtest.Answer { return c.Get(queryPath, "q", "SELECT Id FROM LoginHistory", "limit", "5") },
		"twice":    func() simtest.Answer { return c.Get(queryPath, "q", "SELECT Id FROM LoginHistory", "q", "x") },
		"method":   func() simtest.Answer { return c.Do(http.MethodPost, queryPath, "application/json", "{}") },
		"file, method": func() simtest.Answer {
			return c.Do(http.MethodDelete, "/services/data/v60.0/sobjects/EventLogFile/x/LogFile", "", "")
		},
		"too long": func() simtest.Answer {
			return query(c, "SELECT Id FROM User WHERE Id IN ('"+strings.Repeat("x", 16_400)+"')")
		},
		"path": func() simtest.Answer {
			return c.Get("/services/data/v60.0/queryAll", "q", "SELECT Id FROM LoginHistory")
		},
		"media type": func() simtest.Answer {
			c.Header.Set("Accept", "text/csv")
			defer c.Header.Set("Accept", "application/json")
			return query(c, "SELECT Id FROM LoginHistory")
		},
	} {
		c.World.ForgetViolations()
		a := ask()
		assert.GreaterOrEqual(t, a.Status, 400, name)
		assert.NotEmpty(t, a.At("0.errorCode").Str, name)
		assert.Len(t, c.World.Violations(), 1, name)
	}
}

func TestThrottling(t *testing.T) {
	c := newClient(t)
	for knob, words := range map[string]string{"": "ConcurrentPerOrgLongTxn Limit exceeded.", "true": "TotalRequests Limit exceeded."} {
		c.Knob("used_up", knob)
		c.World.Faults.Next(vendorsim.Throttled, 1, queryPath)
		a := query(c, "SELECT Id FROM LoginHistory")
		assert.Equal(t, 403, a.Status)
		assert.Equal(t, words, a.At("0.message").Str)
		assert.Equal(t, knob == "true", strings.HasPrefix(a.Header.Get("Sforce-Limit-Info"), "api-usage=100000/100000"))
	}
}

func TestFaults(t *testing.T) {
	for kind, want := range map[vendorsim.Kind]string{
		vendorsim.Unauthorized: "401 INVALID_SESSION_ID", vendorsim.Forbidden: "403 API_DISABLED_FOR_ORG", vendorsim.NotFound: "404 NOT_FOUND",
		vendorsim.Throttled: "403 REQUEST_LIMIT_EXCEEDED", vendorsim.ThrottledBare: "403 REQUEST_LIMIT_EXCEEDED",
		vendorsim.Internal: "500 UNKNOWN_EXCEPTION", vendorsim.Unavailable: "503 SERVER_UNAVAILABLE",
	} {
		c := newClient(t)
		c.World.Faults.Next(kind, 1, "/services/data/")
		a := query(c, "SELECT Id FROM LoginHistory")
		assert.Equal(t, want, fmt.Sprint(a.Status, " ", a.At("0.errorCode").Str))
		assert.Equal(t, kind == vendorsim.Throttled, a.Header.Get("Sforce-Limit-Info") != "")
		assert.Empty(t, c.World.Violations())
	}
}
