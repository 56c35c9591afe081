package providers_test

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers"
)

func TestFilterMatch(t *testing.T) {
	at := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	a := providers.Activity{
		Action: providers.Login, RawAction: "user.session.start", CreatedAt: at, Organization: "acme",
		Actor:   providers.Actor{Type: providers.ActorUser, ID: "u1"},
		Context: providers.Context{IP: "203.0.113.7"},
		Entity:  providers.Entity{ID: "e1", Type: "AppInstance"},
	}
	for name, tt := range map[string]struct {
		f    providers.Filter
		want bool
	}{
		"zero":                     {providers.Filter{}, true},
		"unified action":           {providers.Filter{Actions: []string{"logout", "login"}}, true},
		"raw action":               {providers.Filter{Actions: []string{"user.session.start"}}, true},
		"other action":             {providers.Filter{Actions: []string{"logout"}}, false},
		"actor":                    {providers.Filter{ActorIDs: []string{"u1"}}, true},
		"other actor":              {providers.Filter{ActorIDs: []string{"u2"}}, false},
		"actor type":               {providers.Filter{ActorTypes: []providers.ActorType{providers.ActorSystem}}, false},
		"entity":                   {providers.Filter{Entities: []string{"e1"}}, true},
		"entity type without case": {providers.Filter{EntityTypes: []string{"appinstance"}}, true},
		"organization":             {providers.Filter{OrganizationID: "other"}, false},
		"network":                  {providers.Filter{IPs: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}}, true},
		"other network":            {providers.Filter{IPs: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}}, false},
		"since is inclusive":       {providers.Filter{Since: at}, true},
		"until is exclusive":       {providers.Filter{Until: at}, false},
		"all must match":           {providers.Filter{Actions: []string{"login"}, ActorIDs: []string{"u2"}}, false},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, tt.f.Match(&a)) })
	}
	t.Run("an unreadable time passes", func(t *testing.T) {
		f := providers.Filter{Since: at}
		assert.True(t, f.Match(&providers.Activity{CreatedAtRaw: "soon"}))
	})
}

func TestExactlyOne(t *testing.T) {
	kinds := func(token, id, secret string) []providers.Credential {
		return []providers.Credential{
			{Name: "API token", Keys: []providers.KeyValue{{Key: "api_token", Value: token}}},
			{Name: "OAuth", Keys: []providers.KeyValue{{Key: "client_id", Value: id}, {Key: "client_secret", Value: secret}}},
		}
	}
	for name, tt := range map[string]struct {
		kinds []providers.Credential
		want  string
		err   string
	}{
		"first":  {kinds("t", "", ""), "API token", ""},
		"second": {kinds("", "i", "s"), "OAuth", ""},
		"none":   {kinds("", "", ""), "", "no credential is set; use one of: API token (api_token), OAuth (client_id + client_secret)"},
		"both":   {kinds("t", "i", "s"), "", "api_token, client_id, client_secret: several credentials are set"},
		"half":   {kinds("", "i", ""), "", "client_secret: is required for OAuth"},
		"mixed":  {kinds("t", "i", ""), "", "several credentials are set"},
	} {
		t.Run(name, func(t *testing.T) {
			var p providers.Problems
			assert.Equal(t, tt.want, p.ExactlyOne(tt.kinds...))
			if tt.err == "" {
				assert.NoError(t, p.Err())
			} else {
				assert.ErrorContains(t, p.Err(), tt.err)
			}
		})
	}
}

func TestExactlyOneWithAuthExtension(t *testing.T) {
	kind := func(token string) providers.Credential {
		return providers.Credential{Name: "API token", Keys: []providers.KeyValue{{Key: "api_token", Value: token}}}
	}
	p := (&providers.Options{ExternalAuth: true}).Problems()
	assert.Empty(t, p.ExactlyOne(kind("")))
	assert.NoError(t, p.Err(), "the extension is the credential")
	assert.Equal(t, "API token", p.ExactlyOne(kind("t")))
	p = (&providers.Options{}).Problems()
	p.ExactlyOne(kind(""))
	assert.ErrorContains(t, p.Err(), "no credential is set")
}

func TestNextLink(t *testing.T) {
	next := `<https://acme.example.com/logs?after=1%2B2>; rel="next"`
	for name, tt := range map[string]struct {
		links []string
		want  string
	}{
		"own header": {[]string{`<https://acme.example.com/logs>; rel="self"`, next}, "https://acme.example.com/logs?after=1%2B2"},
		"joined":     {[]string{`<https://acme.example.com/logs>; rel="self", ` + next}, "https://acme.example.com/logs?after=1%2B2"},
		"none":       {[]string{`<https://acme.example.com/logs>; rel="first"`}, ""},
		"absent":     {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, providers.NextLink(http.Header{"Link": tt.links}))
		})
	}
}

func TestParamsKeepOrder(t *testing.T) {
	var p providers.Params
	p.Add("f[]", "2026-01-01T00:00:00+01:00")
	p.Add("f[]", "a b")
	p.AddSet("empty", "")
	p.AddMap(map[string]string{"y": "2", "x": "1"})
	assert.Equal(t, "f%5B%5D=2026-01-01T00%3A00%3A00%2B01%3A00&f%5B%5D=a%20b&x=1&y=2", p.Encode())
}

func TestErrorText(t *testing.T) {
	err := &providers.Error{Class: providers.Denied, Status: 403, Code: "E0000006", Message: strings.Repeat("x", 5000), Hint: "grant okta.logs.read"}
	assert.Less(t, len(err.Error()), 1200)
	assert.Contains(t, err.Error(), "denied: HTTP 403: E0000006")
	assert.Contains(t, err.Error(), "(grant okta.logs.read)")
	assert.Equal(t, providers.Denied, providers.ClassOf(errors.Join(err)))
	assert.Equal(t, providers.Transient, providers.ClassOf(errors.New("other")))
}
