package dealcloud_test

import (
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/dealcloud"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

const tokens = "/api/rest/v1/oauth/token"

func client() (id, secret string) {
	c := dealcloud.Vendor().Config(simtest.Base)
	return c["client_id"].(string), c["client_secret"].(string)
}

// grant is the form of a token request with changes; an empty value leaves a field out.
func grant(change map[string]string) string {
	id, secret := client()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"user_management"}, "client_id": {id}, "client_secret": {secret}}
	for name, value := range change {
		form.Set(name, value)
		if value == "" {
			form.Del(name)
		}
	}
	return form.Encode()
}

func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := simtest.New(t, dealcloud.Vendor())
		a := c.Post(tokens, simtest.Form, grant(nil))
		require.Equal(t, 200, a.Status, a.Body)
		assert.Equal(t, int64(900), a.At("expires_in").Int())
		assert.False(t, a.At("scope").Exists())
		assert.False(t, a.At("refresh_token").Exists())

		id, secret := client()
		c.Auth(simtest.Basic(id, secret))
		b := c.Post(tokens, simtest.Form, grant(map[string]string{"client_id": "", "client_secret": ""}))
		require.Equal(t, 200, b.Status, b.Body)
		for _, token := range []string{a.At("access_token").Str, b.At("access_token").Str} {
			assert.Equal(t, 200, c.Auth("Bearer "+token).Post(activity, media, `{}`).Status, "several may be valid")
		}
		time.Sleep(15 * time.Minute) // fake time
		assert.Equal(t, 401, c.Post(activity, media, `{}`).Status)
		assert.Empty(t, c.World.Violations(), "expiry is nobody's fault")
	})
}

func TestTokenDiesInTheMiddleOfAWalk(t *testing.T) {
	c := newSite(t)
	entries := c.World.EmitEach(stream, 30, time.Now().Add(-time.Hour), time.Second)
	a := c.Post(activity, media, `{}`)
	c.World.Faults.Next(vendorsim.TokenExpired, 1, "")
	assert.Equal(t, 401, c.Post(activity+"?pageNumber=2", media, `{}`).Status)
	assert.Equal(t, 401, c.Post(activity+"?pageNumber=2", media, `{}`).Status, "for good")
	c.Auth(bearer(c))
	b := c.Post(activity+"?pageNumber=2", media, `{}`)
	assert.Equal(t, vendorsim.Raws(entries[:20]), append(rows(a), rows(b)...))
	assert.Empty(t, c.World.Violations())
}

func TestTokenErrors(t *testing.T) {
	id, _ := client()
	for name, tt := range map[string]struct {
		auth, media, body, err string
	}{
		"secret":         {"", simtest.Form, grant(map[string]string{"client_secret": "x"}), "invalid_client"},
		"client":         {"", simtest.Form, grant(map[string]string{"client_id": "x"}), "invalid_client"},
		"no client":      {"", simtest.Form, grant(map[string]string{"client_id": "", "client_secret": ""}), "invalid_client"},
		"basic secret":   {simtest.Basic(id, "x"), simtest.Form, grant(map[string]string{"client_id": "", "client_secret": ""}), "invalid_client"},
		"two proofs":     {simtest.Basic(client()), simtest.Form, grant(nil), "invalid_request"},
		"grant":          {"", simtest.Form, grant(map[string]string{"grant_type": "password"}), "unsupported_grant_type"},
		"scope":          {"", simtest.Form, grant(map[string]string{"scope": "user_management everything"}), "invalid_scope"},
		"no scope":       {"", simtest.Form, grant(map[string]string{"scope": ""}), "invalid_scope"},
		"JSON":           {"", media, `{"grant_type":"client_credentials"}`, "invalid_request"},
		"unknown field":  {"", simtest.Form, grant(map[string]string{"audience": "x"}), "invalid_request"},
		"query in place": {"", simtest.Form, "", "unsupported_grant_type"},
	} {
		t.Run(name, func(t *testing.T) {
			c := simtest.New(t, dealcloud.Vendor()).Auth(tt.auth)
			a := c.Post(tokens, tt.media, tt.body)
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, tt.err, a.At("error").Str, a.Body)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
}

func TestWhoMayRead(t *testing.T) {
	c := newSite(t)
	for name, auth := range map[string]string{"none": "", "made up": "Bearer x", "basic": simtest.Basic(client())} {
		c.World.ForgetViolations()
		good := c.Header.Get("Authorization")
		a := c.Auth(auth).Post(activity, media, `{}`)
		assert.Equal(t, 401, a.Status, name)
		assert.NotEmpty(t, a.At("message").Str, name)
		assert.Len(t, c.World.Violations(), 1, name)
		c.Auth(good)
	}
	c.World.ForgetViolations()
	c.Knob("no_right", "true")
	assert.Equal(t, 403, c.Post(activity, media, `{}`).Status)
	c.Knob("no_right", "")
	for scope, status := range map[string]int{"data": 403, "data user_management publish": 200} {
		token := c.Post(tokens, simtest.Form, grant(map[string]string{"scope": scope})).At("access_token").Str
		assert.Equal(t, status, c.Auth("Bearer "+token).Post(activity, media, `{}`).Status, scope)
	}
	assert.Empty(t, c.World.Violations(), "rights are nobody's fault")
}

func TestTokenLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := simtest.New(t, dealcloud.Vendor())
		c.World.ScaleLimits(1)
		time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(time.Minute))) // fake time
		c.Knob("sandbox", "true")
		for range 60 {
			require.Equal(t, 200, c.Post(tokens, simtest.Form, grant(nil)).Status)
		}
		a := c.Post(tokens, simtest.Form, grant(nil))
		assert.Equal(t, 429, a.Status)
		assert.Empty(t, a.Header.Get("Retry-After"))
		time.Sleep(time.Minute) // fake time
		assert.Equal(t, 200, c.Post(tokens, simtest.Form, grant(nil)).Status)
	})
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		query, media, body string
		status             int
	}{
		"no body":               {"", media, "", 400},
		"list":                  {"", media, "[]", 400},
		"broken":                {"", media, `{"activity":`, 400},
		"form":                  {"", simtest.Form, "activity=1", 415},
		"activity 12":           {"", media, `{"activity":12}`, 400},
		"activity as text":      {"", media, `{"activity":"login"}`, 400},
		"source 0":              {"", media, `{"source":0}`, 400},
		"export of no kind":     {"", media, `{"activity":8,"exportDataType":5}`, 400},
		"export without action": {"", media, `{"exportDataType":0}`, 400},
		"export of a login":     {"", media, `{"activity":1,"exportDataType":0}`, 400},
		"users as text":         {"", media, `{"userIds":["11"]}`, 400},
		"one user":              {"", media, `{"userIds":11}`, 400},
		"a date alone":          {"", media, `{"dateFrom":"2026-01-05"}`, 400},
		"page zero":             {"?pageNumber=0", media, `{}`, 400},
		"size zero":             {"?pageSize=0", media, `{}`, 400},
		"size twice":            {"?pageSize=1&pageSize=2", media, `{}`, 400},
		"unknown field":         {"", media, `{"actor":1}`, 200},
		"unknown parameter":     {"?page=1", media, `{}`, 200},
	} {
		t.Run(name, func(t *testing.T) {
			c := newSite(t)
			a := c.Post(activity+tt.query, tt.media, tt.body)
			assert.Equal(t, tt.status, a.Status, a.Body)
			assert.Equal(t, tt.status != 200, a.At("message").Str != "")
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newSite(t)
	assert.Equal(t, 405, c.Get(activity).Status)
	assert.Equal(t, 404, c.Post("/api/rest/v1/management/user", media, `{}`).Status)
	c.Header.Set("Accept", "text/csv")
	assert.Equal(t, 406, c.Post(activity, media, `{}`).Status)
}

func TestFaultBodies(t *testing.T) {
	for kind, status := range map[vendorsim.Kind]int{
		vendorsim.Unauthorized: 401, vendorsim.Forbidden: 403, vendorsim.NotFound: 404,
		vendorsim.Throttled: 429, vendorsim.Internal: 500, vendorsim.BadGateway: 502,
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := newSite(t)
			c.World.Faults.Next(kind, 1, activity)
			a := c.Do(http.MethodPost, activity, media, `{}`)
			assert.Equal(t, status, a.Status)
			assert.Equal(t, status != 502, a.At("message").Str != "", a.Body)
			assert.Empty(t, a.Header.Get("Retry-After"), "no header is documented")
		})
	}
}
