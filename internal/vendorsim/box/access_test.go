package box_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/box"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestAccess(t *testing.T) {
	for name, auth := range map[string]string{"none": "", "basic": simtest.Basic("a", "b"), "made-up": "Bearer x"} {
		t.Run(name, func(t *testing.T) {
			c := newEnterprise(t).Auth(auth)
			a := c.Get(events, "stream_type", stream)
			assert.Equal(t, 401, a.Status)
			assert.Empty(t, a.Body)
			assert.Contains(t, a.Header.Get("WWW-Authenticate"), `error="invalid_token"`)
			assert.Len(t, c.World.Violations(), 1)
			c.Knob("json_unauthorized", "true")
			assert.Equal(t, "unauthorized", c.Get(events, "stream_type", stream).At("code").Str)
		})
	}
	c := newEnterprise(t)
	ask := func() simtest.Answer { return c.Get(events, "stream_type", stream) }
	c.Knob("not_admin", "true")
	a := ask()
	assert.Equal(t, 403, a.Status)
	assert.Equal(t, "access_denied_insufficient_permissions", a.At("code").Str)
	c.Knob("not_admin", "")
	c.Knob("expired_developer", "true")
	assert.Equal(t, 401, ask().Status)

	c.Knob("missing_scope", "true")
	form := configured(box.Vendor().Config(simtest.Base)).form(t, time.Now())
	c.Auth("Bearer " + c.Auth("").Post(tokenPath, simtest.Form, form.Encode()).At("access_token").Str)
	a = ask()
	assert.Equal(t, 403, a.Status)
	assert.Equal(t, "insufficient_scope", a.At("code").Str)
	assert.Contains(t, a.Header.Get("WWW-Authenticate"), "insufficient_scope")
	c.Knob("missing_scope", "")
	assert.Equal(t, 403, ask().Status, "the token stays as it is")
	assert.Empty(t, c.World.Violations())
}

func TestFaultsAndLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newEnterprise(t)
		ask := func() simtest.Answer { return c.Get(events, "stream_type", stream) }
		for kind, want := range map[vendorsim.Kind]struct {
			status      int
			code, after string
		}{
			vendorsim.Unauthorized: {401, "", ""}, vendorsim.Forbidden: {403, "access_denied_insufficient_permissions", ""},
			vendorsim.NotFound: {404, "not_found", ""}, vendorsim.Throttled: {429, "rate_limit_exceeded", "20"},
			vendorsim.ThrottledBare: {429, "rate_limit_exceeded", ""}, vendorsim.Internal: {500, "internal_server_error", ""},
			vendorsim.BadGateway: {502, "", ""}, vendorsim.Unavailable: {503, "unavailable", "5"}, vendorsim.TokenExpired: {401, "", ""},
		} {
			c.World.Faults.Next(kind, 1, "")
			a := ask()
			assert.Equal(t, want.status, a.Status, kind)
			assert.Equal(t, want.code, a.At("code").Str, kind)
			assert.Equal(t, want.after, a.Header.Get("Retry-After"), kind)
		}
		c.World.ScaleLimits(2.0 / 1000)
		time.Sleep(time.Minute) // fake time
		assert.Equal(t, 200, ask().Status)
		assert.Equal(t, 200, ask().Status)
		a := ask()
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "rate_limit_exceeded", a.At("code").Str)
		wait, err := time.ParseDuration(a.Header.Get("Retry-After") + "s")
		require.NoError(t, err)
		c.Knob("throttle_code", "too_many_requests")
		assert.Equal(t, "too_many_requests", ask().At("code").Str)
		time.Sleep(wait) // fake time
		assert.Equal(t, 200, ask().Status)
		assert.Empty(t, c.World.Violations())
	})
}
