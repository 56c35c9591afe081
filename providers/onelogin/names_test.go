package onelogin

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

// vendor answers with names of types, and with one event of the given type.
func vendor(kind *int, names *string, fail *error) *providertest.Client {
	return &providertest.Client{Answer: func(r providers.Request) (*providers.Response, error) {
		body := fmt.Sprintf(`{"data":[{"id":1,"event_type_id":%d,"created_at":"2026-03-02T07:15:30Z"}]}`, *kind)
		if strings.HasSuffix(r.Path, "/types") {
			if *fail != nil {
				return nil, *fail
			}
			body = *names
		}
		return &providers.Response{Status: http.StatusOK, Header: http.Header{}, Body: body}, nil
	}}
}

func TestNamesOfTypes(t *testing.T) {
	c := newConfig()
	c.Subdomain, c.ClientID, c.ClientSecret = "acme", "i", "s"
	stream := providertest.Open(t, c, providers.Options{}).Streams[0]
	kind, names, fail := 5, `{"data":[{"id":5,"name":"LOGGED_IN_RENAMED"},{"id":7000,"name":"BRAND_NEW"},{"id":1}]}`, error(nil)
	client := vendor(&kind, &names, &fail)
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	read := func(want providers.Action, raw string, requests int) providers.Page {
		t.Helper()
		before := len(client.Requests())
		page, err := stream.Fetch(t.Context(), client, providers.Query{Now: now, PageSize: 50})
		require.NoError(t, err)
		assert.Len(t, client.Requests(), before+requests)
		a, err := stream.Decode(page.Events[0])
		require.NoError(t, err)
		assert.Equal(t, want, a.Action)
		assert.Equal(t, raw, a.RawAction)
		return page
	}
	read(providers.Login, "LOGGED_IN_RENAMED", 2) // at start
	read(providers.Login, "LOGGED_IN_RENAMED", 1)
	kind = 7000
	read("BRAND_NEW", "BRAND_NEW", 1)
	kind = 7001
	read("7001", "7001", 1) // not again within the hour
	now, names = now.Add(61*time.Minute), `{"data":[{"id":7001,"name":"NEWER"}]}`
	read("NEWER", "NEWER", 2)
	kind = 8
	read("USER_LOGGED_INTO_APP", "USER_LOGGED_INTO_APP", 1)
}

func TestEventsComeWithoutNamesOfTypes(t *testing.T) {
	c := newConfig()
	c.Subdomain, c.ClientID, c.ClientSecret = "acme", "i", "s"
	stream := providertest.Open(t, c, providers.Options{}).Streams[0]
	kind, names, fail := 5, `{"data":[{"id":7000,"name":"BRAND_NEW"}]}`, errors.New("no answer")
	client := vendor(&kind, &names, &fail)
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	page, err := stream.Fetch(t.Context(), client, providers.Query{Now: now, PageSize: 50})
	require.NoError(t, err)
	require.Len(t, page.Warnings, 1)
	assert.Contains(t, page.Warnings[0], "no answer")
	assert.Len(t, page.Events, 1)

	page, err = stream.Fetch(t.Context(), client, providers.Query{Now: now.Add(time.Minute), PageSize: 50})
	require.NoError(t, err)
	assert.Empty(t, page.Warnings, "not asked again at once")

	fail, kind = nil, 7000
	page, err = stream.Fetch(t.Context(), client, providers.Query{Now: now.Add(6 * time.Minute), PageSize: 50})
	require.NoError(t, err)
	assert.Equal(t, "BRAND_NEW", page.Events[0].Side)
}
