package onelogin_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/onelogin"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

const jsonType = "application/json"

func TestTokenRequests(t *testing.T) {
	for name, tt := range map[string]struct {
		auth, media, body string
		status            int
	}{
		"form":                  {"", simtest.Form, form, 200},
		"own header and JSON":   {"client_id:" + id + ", client_secret:" + secret, jsonType, `{"grant_type":"client_credentials"}`, 200},
		"basic and JSON":        {simtest.Basic(id, secret), jsonType, `{"grant_type":"client_credentials"}`, 200},
		"basic and form":        {simtest.Basic(id, secret), simtest.Form, "grant_type=client_credentials", 200},
		"wrong secret":          {"", simtest.Form, strings.Replace(form, secret, "x", 1), 401},
		"wrong secret, basic":   {simtest.Basic(id, "x"), jsonType, `{"grant_type":"client_credentials"}`, 401},
		"wrong secret, own":     {"client_id:" + id + ", client_secret:x", jsonType, `{"grant_type":"client_credentials"}`, 401},
		"no credential":         {"", jsonType, `{"grant_type":"client_credentials"}`, 401},
		"no grant":              {"", simtest.Form, "client_id=" + id + "&client_secret=" + secret, 400},
		"other grant":           {simtest.Basic(id, secret), jsonType, `{"grant_type":"password"}`, 400},
		"broken JSON":           {simtest.Basic(id, secret), jsonType, `{"grant_type"`, 400},
		"media type":            {"", "text/plain", form, 400},
		"an unknown parameter":  {"", simtest.Form, form + "&scope=all", 400},
		"own header, separated": {"client_id:" + id + ",client_secret:" + secret, jsonType, `{"grant_type":"client_credentials"}`, 200},
	} {
		t.Run(name, func(t *testing.T) {
			c := simtest.New(t, onelogin.Vendor()).Auth(tt.auth)
			for _, path := range []string{tokens, oldToken} {
				a := c.Post(path, tt.media, tt.body)
				require.Equal(t, tt.status, a.Status, a.Body)
				switch tt.status {
				case 401:
					assert.Equal(t, "Authentication Failure", a.At("status.message").Str)
				case 400:
					assert.Equal(t, "grant_type is incorrect/absent", a.At("status.message").Str)
				}
			}
			assert.Len(t, c.World.Violations(), map[bool]int{false: 2}[tt.status == 200])
		})
	}
}

func TestTokenSets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := simtest.New(t, onelogin.Vendor())
		a := c.Post(tokens, simtest.Form, form)
		for path, want := range map[string]string{"expires_in": "36000", "token_type": "bearer", "account_id": "555001", "created_at": stamp(time.Now())} {
			assert.Equal(t, want, a.At(path).String(), path)
		}
		first := a.At("access_token").Str
		time.Sleep(time.Hour) // fake time
		assert.Equal(t, a.Body, c.Post(tokens, simtest.Form, form).Body, "the same set until it ends")
		c.Knob("remaining_expires_in", "true")
		assert.Equal(t, "32400", c.Post(tokens, simtest.Form, form).At("expires_in").Raw)
		for _, header := range []string{"Bearer " + first, "bearer " + first, "bearer:" + first} {
			assert.Equal(t, 200, c.Auth(header).Get(events).Status, header)
		}
		time.Sleep(9 * time.Hour) // fake time
		a = c.Get(events)
		assert.Equal(t, 401, a.Status)
		assert.Equal(t, "Authentication Failure", a.At("status.message").Str)
		second := login(c.Auth(""))
		assert.NotEqual(t, first, second)
		c.World.Faults.Next(vendorsim.TokenExpired, 1, "")
		assert.Equal(t, 401, c.Auth("Bearer "+second).Get(events).Status)
		assert.NotEqual(t, second, login(c.Auth("")), "a dead token is not handed out again")
		assert.Empty(t, c.World.Violations())
	})
}

func TestOldTokenEndpoint(t *testing.T) {
	c := simtest.New(t, onelogin.Vendor())
	current := login(c)
	a := c.Post(oldToken, simtest.Form, form)
	assert.False(t, a.At("status.error").Bool())
	token := a.At("data.0.access_token").Str
	assert.Equal(t, 200, c.Auth("Bearer "+token).Get(events).Status)
	assert.Equal(t, 401, c.Auth("Bearer "+current).Get(events).Status, "it ends all earlier tokens")
	c.Auth("").Post(oldToken, simtest.Form, form)
	assert.Equal(t, 401, c.Auth("Bearer "+token).Get(events).Status)
	assert.Empty(t, c.World.Violations())
}

func TestWrongTokens(t *testing.T) {
	for name, header := range map[string]string{
		"none": "", "made-up": "Bearer x", "made-up, own form": "bearer:x", "basic": simtest.Basic(id, secret),
	} {
		c := newClient(t).Auth(header)
		assert.Equal(t, 401, c.Get(events).Status, name)
		assert.Len(t, c.World.Violations(), 1, name)
	}
	c := newClient(t)
	for _, status := range []string{"401", "403"} {
		c.Knob("missing_scope", status)
		a := c.Get(events)
		assert.Equal(t, status, a.At("status.code").Raw)
		assert.Equal(t, "Insufficient Permissions", a.At("status.message").Str)
	}
	c.Knob("owner_deleted", "true")
	assert.Equal(t, 500, c.Post(tokens, simtest.Form, form).Status)
}

func TestTypes(t *testing.T) {
	c := newClient(t)
	a := c.Get(events + "/types")
	names := map[string]string{}
	for _, v := range a.At("data").Array() {
		names[v.Get("id").Raw] = v.Get("name").Str
		assert.NotEmpty(t, v.Get("description").Str)
	}
	assert.Equal(t, "USER_LOGGED_INTO_ONELOGIN", names["5"])
	assert.Equal(t, "TELEPORTER_ENGAGED", names["31337"])
	assert.NotContains(t, names, "999999", "it occurs, but has no name")
	assert.Empty(t, c.World.Violations())
}

func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		c.World.ScaleLimits(3.0 / 5000)
		time.Sleep(15 * time.Minute) // fake time
		a := c.Get(events)
		assert.Equal(t, "3 2", a.Header.Get("X-RateLimit-Limit")+" "+a.Header.Get("X-RateLimit-Remaining"))
		assert.Equal(t, "2700", a.Header.Get("X-RateLimit-Reset"), "seconds that are left")
		assert.Equal(t, "2", c.Get("/auth/rate_limit").At("data.X-RateLimit-Remaining").Raw)
		c.Get(events + "/types")
		c.Get(events)
		a = c.Get(events)
		assert.Equal(t, 429, a.Status, "the types count too")
		assert.Equal(t, "rate_limit_exceeded", a.At("status.message").Str)
		assert.Equal(t, "0", a.Header.Get("X-RateLimit-Remaining"))
		c.Knob("limit_status", "400")
		assert.Equal(t, 400, c.Get(events).Status)
		time.Sleep(45 * time.Minute) // fake time
		assert.Equal(t, 200, c.Get(events).Status)
		assert.Empty(t, c.World.Violations())
	})
}

func TestFaultBodies(t *testing.T) {
	for kind, want := range map[vendorsim.Kind]struct {
		status  int
		message string
	}{
		vendorsim.Unauthorized: {401, "Authentication Failure"}, vendorsim.Forbidden: {403, "Insufficient Permissions"}, vendorsim.NotFound: {404, "No Route Exists"},
		vendorsim.Throttled: {429, "rate_limit_exceeded"}, vendorsim.ThrottledBare: {429, "rate_limit_exceeded"},
		vendorsim.Internal: {500, "Internal Server Error"}, vendorsim.BadGateway: {502, ""}, vendorsim.Timeout: {504, ""},
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := newClient(t)
			c.World.Faults.Next(kind, 1, "")
			a := c.Get(events)
			assert.Equal(t, want.status, a.Status)
			assert.Equal(t, want.message, a.At("status.message").Str)
			assert.Equal(t, kind == vendorsim.Throttled, a.Header.Get("X-RateLimit-Reset") != "")
		})
	}
}

func TestEventsAreUniqueAndAwkward(t *testing.T) {
	w := vendorsim.NewWorld(onelogin.Vendor(), vendorsim.Options{Seed: 1})
	seen, has := map[string]bool{}, map[string]int{}
	for _, e := range w.EmitEach("events", 3000, time.Now().Add(-time.Hour), time.Millisecond) {
		require.True(t, gjson.Valid(e.Raw))
		v := gjson.Parse(e.Raw)
		assert.Equal(t, e.ID, v.Get("id").Raw)
		assert.Equal(t, stamp(e.Time), v.Get("created_at").Str)
		assert.Greater(t, v.Get("id").Int(), int64(1)<<32)
		assert.False(t, seen[e.ID])
		seen[e.ID] = true
		for what, is := range map[string]bool{
			"null": v.Get("proxy_ip").Raw == "null", "absent": !v.Get("proxy_ip").Exists(), "two addresses": strings.Contains(v.Get("ipaddr").Str, ","),
			"no address": v.Get("ipaddr").Raw == "null", "text as address": v.Get("ipaddr").Str == "unknown", "mail as name": strings.Contains(v.Get("actor_user_name").Str, "@"),
			"system": v.Get("actor_system").Str != "", "empty system": v.Get("actor_system").Raw == `""`, "large id": v.Get("object_id").Int() > 1<<53,
			"client as text": v.Get("client_id").Type == gjson.String, "reasons list": v.Get("risk_reasons").IsArray(), "message": v.Get("custom_message").Str != "",
		} {
			if is {
				has[what]++
			}
		}
		has[v.Get("event_type_id").Raw]++
	}
	for _, what := range []string{
		"null", "absent", "two addresses", "no address", "text as address", "mail as name", "system", "empty system", "large id",
		"client as text", "reasons list", "message", "5", "6", "31337", "999999",
	} {
		assert.Positive(t, has[what], what)
	}
}
