package teamwork_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestUnknownParametersAreIgnored(t *testing.T) {
	c := newSite(t)
	c.World.EmitEach(stream, 3, time.Now().Add(-time.Hour), time.Second)
	assert.Len(t, ids(c.Get(v3, with("start_date", stamp(time.Now()))...)), 3, "everything, without a word")
	assert.Len(t, c.World.Violations(), 1)
}

func TestCredentials(t *testing.T) {
	c := newSite(t)
	for name, auth := range map[string]string{
		"key with any password": simtest.Basic("twp_fakeTeamworkApiKey", "anything"),
		"token":                 "Bearer tkn.v1_fakeTeamworkAccessToken",
		"e-mail and password":   simtest.Basic("auditor@example.com", "fake-teamwork-password"),
	} {
		assert.Equal(t, 200, c.Auth(auth).Get(v3).Status, name)
	}
	assert.Empty(t, c.World.Violations())
}

func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSite(t)
		c.World.ScaleLimits(2.0 / 150)
		a := c.Get(v3)
		assert.Equal(t, "2", a.Header.Get("X-RateLimit-Limit"))
		assert.Equal(t, "1", a.Header.Get("X-RateLimit-Remaining"))
		c.Get(v3)
		a = c.Get(v3)
		assert.Equal(t, 429, a.Status)
		assert.Empty(t, a.Header.Get("Retry-After"))
		assert.Equal(t, fmt.Sprint(time.Now().Unix()+60), a.Header.Get("X-RateLimit-Reset"))
		time.Sleep(59 * time.Second) // fake time
		c.Knob("dashed_headers", "true")
		c.Knob("retry_after", "true")
		a = c.Get(v3)
		assert.Equal(t, 429, a.Status)
		assert.NotEmpty(t, a.Header.Get("X-Rate-Limit-Reset"))
		assert.NotEmpty(t, a.Header.Get("Retry-After"))
		c.Knob("old_throttle", "true")
		a = c.Get(v3)
		assert.Equal(t, 400, a.Status)
		assert.Contains(t, a.At("errors.0.detail").Str, "rate limit")
		time.Sleep(time.Second) // fake time
		assert.Equal(t, 200, c.Get(v3).Status)
	})
}
