package jiraservicemanagement_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

func TestOneLogOfTheSite(t *testing.T) {
	c := newSite(t)
	entries := c.World.EmitEach("audit", 1500, time.Now().Add(-time.Hour), time.Second)
	service := map[string]bool{}
	for _, row := range c.Get(search, "typeKey", "service_desk", "maxResults", "100").At("values").Array() {
		service[row.Get("id").Str] = true
	}
	has, ids := map[string]int{}, []string{}
	for _, e := range entries {
		v := gjson.Parse(e.Raw)
		require.True(t, gjson.Valid(e.Raw))
		require.Equal(t, e.ID, v.Get("id").Raw)
		at, err := time.Parse("2006-01-02T15:04:05.000-0700", v.Get("created").Str)
		require.NoError(t, err)
		assert.True(t, at.Equal(e.Time))
		isService := service[v.Get("objectItem.id").Str] || service[v.Get("associatedItems.0.id").Str]
		customer := strings.HasPrefix(v.Get("objectItem.id").Str, "qm:")
		switch {
		case isService && v.Get("authorKey").Exists() && !v.Get("remoteAddress").Exists():
			has["automatic set-up"]++
		case isService:
			has["service project"]++
		case customer && v.Get("remoteAddress").Exists() && !v.Get("authorKey").Exists() && !v.Get("authorAccountId").Exists():
			has["customer changes the own password"]++
		case customer:
			has["customer"]++
		case v.Get("category").Str == "workflows":
			has["any Jira row"]++
		}
		if isService && v.Get("objectItem.typeName").Str != "PROJECT" {
			has["project only associated"]++
		}
	}
	for _, what := range []string{"automatic set-up", "service project", "customer changes the own password", "customer", "any Jira row", "project only associated"} {
		assert.Positive(t, has[what], what)
	}
	for len(ids) < len(entries) {
		a := c.Get(record, "offset", strconv.Itoa(len(ids)), "limit", "400")
		require.Equal(t, 200, a.Status)
		require.NotEmpty(t, a.Texts("records.#.id"))
		ids = append(ids, a.Texts("records.#.id")...)
	}
	want := make([]string, len(entries))
	for i, e := range entries {
		want[len(want)-1-i] = e.ID
	}
	assert.Equal(t, want, ids)
	assert.Empty(t, c.World.Violations())
}
