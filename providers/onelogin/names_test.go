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

// A filter on a name of the vendor's list asks for its types, whatever the built-in
// name is; types that the list does not have are left to the engine.
func TestNamesInAFilterAreTheVendors(t *testing.T) {
	const list = `{"data":[{"id":9,"name":"USER_LOGGED_INTO_APP"},{"id":7000,"name":"BRAND_NEW"}]}`
	for name, tt := range map[string]struct{ word, want string }{
		"of the list alone":       {"BRAND_NEW", "7000"},
		"another id than ours":    {"USER_LOGGED_INTO_APP", "8,9"},
		"an action":               {"logout", "7"},
		"in neither":              {"NEWER", ""},
		"a number is a type's id": {"7001", "7001"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			c.Subdomain, c.ClientID, c.ClientSecret = "acme", "i", "s"
			stream := providertest.Open(t, c, providers.Options{Filter: providers.Filter{Actions: []string{tt.word}}}).Streams[0]
			kind, names, fail := 5, list, error(nil)
			client := vendor(&kind, &names, &fail)
			_, err := stream.Fetch(t.Context(), client, providers.Query{Now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), PageSize: 50})
			require.NoError(t, err)
			asked := client.Requests()[1].Query
			got := ""
			for _, p := range asked {
				if p.Key == "event_type_id" {
					got = p.Value
				}
			}
			assert.Equal(t, tt.want, got)
		})
	}
}
