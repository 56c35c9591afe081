package zoom_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"
)

func TestFormOfAnswers(t *testing.T) {
	c := newAccount(t)
	from, to := date(time.Now().Add(-day)), date(time.Now())
	ask := func() string { return c.Get(activities, "from", from, "to", to).Body }
	assert.Equal(t, `{"from":"`+from+`","to":"`+to+`","next_page_token":"","page_size":30,"activity_logs":[]}`, ask())
	c.Knob("echo", "datetime")
	assert.Contains(t, ask(), `"from":"`+from+`T00:00:00Z"`)
	c.Knob("echo", "none")
	c.Knob("no_last_token", "true")
	assert.JSONEq(t, `{"page_size":30,"activity_logs":[]}`, ask())
	assert.Contains(t, c.Get(operations, "from", from, "to", to).Body, `"operation_logs":[]`)
	assert.Equal(t, 200, c.Get(activities).Status, "dates are optional for activities")
	assert.Empty(t, c.World.Violations())
}

func TestRecordsAreAwkward(t *testing.T) {
	c := newAccount(t)
	missing, layouts, kinds := map[string]bool{}, map[bool]bool{}, map[string]bool{}
	for _, stream := range []string{"activities", "operation_logs"} {
		for _, e := range c.World.EmitEach(stream, 3000, time.Now().Add(-time.Hour), time.Second) {
			row := gjson.Parse(e.Raw)
			for _, name := range []string{"ip_address", "client_type", "version", "operator", "action", "category_type", "email"} {
				if row.Get(name).Str == "" || row.Get(name).Str == "-" {
					missing[stream+" "+name] = true
				}
			}
			layouts[strings.Contains(row.Get("time").Str, "T")] = true
			kinds[row.Get("type").Str+row.Get("category_type").Str+"/"+row.Get("action").Str] = true
			assert.NotContains(t, row.Get("time").Str, ".")
			assert.False(t, row.Get("id").Exists())
		}
	}
	for _, name := range []string{"activities ip_address", "activities client_type", "activities version", "activities email", "operation_logs operator", "operation_logs action", "operation_logs category_type"} {
		assert.True(t, missing[name], name)
	}
	assert.Len(t, layouts, 2)
	for _, kind := range []string{"Sign in/", "Sign out/", "sign in/", "User/SCIM API - Batch Update", "User/Batch Add", "User/Delete", "Zoom Rooms/Remove", "Recording/Download", "Billing/"} {
		assert.True(t, kinds[kind], kind)
	}
}

func TestRefusals(t *testing.T) {
	today := date(time.Now())
	for name, tt := range map[string]struct {
		path  string
		query url.Values
	}{
		"no from":            {operations, url.Values{"to": {today}}},
		"no to":              {operations, url.Values{"from": {today}}},
		"bad from":           {activities, url.Values{"from": {"yesterday"}, "to": {today}}},
		"no such day":        {activities, url.Values{"from": {"2026-02-30"}, "to": {today}}},
		"page size above":    {activities, url.Values{"page_size": {"301"}}},
		"page size zero":     {activities, url.Values{"page_size": {"0"}}},
		"category":           {operations, url.Values{"from": {today}, "to": {today}, "category_type": {"User"}}},
		"category elsewhere": {activities, url.Values{"from": {today}, "to": {today}, "category_type": {"user"}}},
		"from twice":         {activities, url.Values{"from": {today, today}}},
		"unknown":            {activities, url.Values{"page_number": {"1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newAccount(t)
			a := c.Get(tt.path + "?" + tt.query.Encode())
			assert.Equal(t, 400, a.Status, a.Body)
			assert.Equal(t, int64(300), a.At("code").Int())
			assert.NotEmpty(t, a.At("message").Str)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newAccount(t)
	assert.Equal(t, 405, c.Post(activities, "application/json", "{}").Status)
	assert.Equal(t, 404, c.Get("/v2/report/users").Status)
}
