package box_test

import (
	"net/netip"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/box"
)

var idForm = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)

func TestEvents(t *testing.T) {
	w := vendorsim.NewWorld(box.Vendor(), vendorsim.Options{Seed: 1})
	has, types := map[string]int{}, map[string]int{}
	for _, e := range w.EmitEach(stream, 4000, time.Now().Add(-time.Hour), 0) {
		require.True(t, gjson.Valid(e.Raw), e.Raw)
		v := gjson.Parse(e.Raw)
		require.Equal(t, e.ID, v.Get("event_id").Str)
		require.Regexp(t, idForm, e.ID)
		at, err := time.Parse(time.RFC3339, v.Get("created_at").Str)
		require.NoError(t, err)
		require.True(t, at.Equal(e.Time))
		types[v.Get("event_type").Str]++
		for _, path := range []string{
			"source", "created_by", "additional_details", "ip_address", "session_id", "recorded_at", "accessible_by",
			"source.item_id", "source.file_id", "source.folder_id", "source.user_id", "source.barrier_id", "source.id",
			"additional_details.group_id", "additional_details.service_name", "created_by.id",
		} {
			has[path+" "+v.Get(path).Type.String()]++
		}
		if _, err := netip.ParseAddr(v.Get("ip_address").Str); err != nil && v.Get("ip_address").Exists() {
			has[v.Get("ip_address").Str]++
		}
		if v.Get("created_by.id").String() == "2" {
			has["nobody"]++
			assert.Empty(t, v.Get("created_by.login").Str)
		}
		if text := v.Get("additional_details"); text.Type == gjson.String {
			assert.True(t, gjson.Valid(text.Str))
		}
	}
	for _, what := range []string{
		"source Null", "source JSON", "created_by Null", "created_by JSON", "additional_details Null", "additional_details JSON",
		"additional_details String", "ip_address Null", "ip_address String", "Unknown IP", "session_id Null", "session_id String",
		"recorded_at Null", "recorded_at String", "accessible_by JSON", "source.item_id String", "source.item_id Number",
		"source.file_id String", "source.folder_id String", "source.folder_id Number", "source.user_id String",
		"source.barrier_id String", "source.id String", "source.id Number", "additional_details.group_id String",
		"additional_details.group_id Number", "created_by.id String", "created_by.id Number", "nobody",
	} {
		assert.Positive(t, has[what], what)
	}
	assert.Greater(t, len(types), 140)
	for _, name := range []string{"LOGIN", "ADMIN_LOGIN", "FAILED_LOGIN", "NEW_USER", "DELETE_USER", "MASTER_INVITE_ACCEPT", "SOMETHING_NEW"} {
		assert.Positive(t, types[name], name)
	}
}
