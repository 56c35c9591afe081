package box_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestTimeBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newEnterprise(t)
		start := time.Now().Add(-2 * time.Hour)
		want := vendorsim.Raws(c.World.EmitEach(stream, 100, start, time.Second))
		at := func(i int) string { return stamp(start.Add(time.Duration(i) * time.Second)) }
		window := []string{"created_after", at(9), "created_before", at(50), "limit", "7"}
		got, _, _ := walk(c, history, "0", window...)
		assert.Equal(t, want[10:50], got)
		c.Knob("inclusive_bounds", "true")
		got, _, _ = walk(c, history, "", window...)
		assert.Equal(t, want[9:51], got)
		got, _, _ = walk(c, history, "", "created_after", start.Add(90*time.Second).In(time.FixedZone("", 3600)).Format(time.RFC3339))
		assert.Equal(t, want[90:], got)
		assert.Empty(t, c.World.Violations())
		got, _, _ = walk(c, stream, "0", "created_after", at(50))
		assert.Equal(t, want, got, "the live stream knows no times")
		assert.NotEmpty(t, c.World.Violations())
	})
}

func TestNowIsNoPositionOfTheHistory(t *testing.T) {
	c := newEnterprise(t)
	e := c.World.Emit(stream, time.Now().Add(-time.Hour))
	assert.Equal(t, 400, c.Get(events, "stream_type", history, "stream_position", "now").Status)
	c.Knob("now_ignored", "true")
	assert.Equal(t, []string{e.Raw}, rows(c.Get(events, "stream_type", history, "stream_position", "now")))
	assert.Len(t, c.World.Violations(), 2)
}

func TestEventTypes(t *testing.T) {
	c := newEnterprise(t)
	all := c.World.EmitEach(stream, 900, time.Now().Add(-2*time.Hour), time.Second)
	want := []string{}
	for _, e := range all {
		if name := gjson.Get(e.Raw, "event_type").Str; name == "LOGIN" || name == "DOWNLOAD" {
			want = append(want, e.Raw)
		}
	}
	require.Greater(t, len(want), 20)
	for _, kind := range []string{stream, history} {
		got, _, _ := walk(c, kind, "0", "event_type", "LOGIN,DOWNLOAD", "limit", "7")
		assert.Equal(t, want, got, kind)
	}
	assert.Empty(t, c.World.Violations())
	ask := func() simtest.Answer {
		return c.Get(events, "stream_type", stream, "event_type", "LOGIN,ITEM_DOWNLOAD")
	}
	assert.Equal(t, 200, ask().Status)
	c.Knob("other_event_type", "400")
	assert.Equal(t, 400, ask().Status)
	assert.Len(t, c.World.Violations(), 2)
	assert.Equal(t, 400, c.Get(events, "stream_type", stream, "event_type", "LOGIN", "event_type", "DOWNLOAD").Status, "one parameter")
}

func TestParameters(t *testing.T) {
	for name, tt := range map[string]struct {
		pairs  []string
		status int
	}{
		"no stream type":    {[]string{}, 200},
		"the user's stream": {[]string{"stream_type", "all"}, 200},
		"another user's":    {[]string{"stream_type", "changes"}, 200},
		"unknown stream":    {[]string{"stream_type", "audit"}, 400},
		"limit 0":           {[]string{"stream_type", stream, "limit", "0"}, 400},
		"limit 501":         {[]string{"stream_type", stream, "limit", "501"}, 400},
		"no date":           {[]string{"stream_type", history, "created_after", "yesterday"}, 400},
		"date without zone": {[]string{"stream_type", history, "created_before", "2026-01-01T00:00:00"}, 400},
		"unknown parameter": {[]string{"stream_type", stream, "offset", "10"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			c := newEnterprise(t)
			c.World.Emit(stream, time.Now().Add(-time.Hour))
			a := c.Get(events, tt.pairs...)
			assert.Equal(t, tt.status, a.Status, a.Body)
			assert.Len(t, c.World.Violations(), 1)
			if tt.status == 400 {
				assert.Equal(t, "error", a.At("type").Str)
				assert.Equal(t, int64(400), a.At("status").Int())
			} else if name != "unknown parameter" {
				assert.Empty(t, rows(a), "the feed of the token's owner has nothing of the enterprise")
			}
		})
	}
	c := newEnterprise(t)
	assert.Equal(t, 405, c.Post(events, "application/json", "{}").Status)
	a := c.Get("/2.0/users/me")
	assert.Equal(t, 404, a.Status)
	assert.Equal(t, "not_found", a.At("code").Str)
	c.World.EmitEach(stream, 120, time.Now().Add(-time.Hour), time.Second)
	c.Knob("full_chunks", "true")
	assert.Len(t, rows(c.Get(events, "stream_type", stream)), 100, "the limit by default")
}
