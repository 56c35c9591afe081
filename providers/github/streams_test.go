package github

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers"
)

func TestPushedFilters(t *testing.T) {
	prefixes := func(s string) []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix(s)} }
	for name, tt := range map[string]struct {
		enterprise string
		filter     providers.Filter
		want       string
	}{
		"none":                      {"", providers.Filter{}, ""},
		"raw action":                {"", providers.Filter{Actions: []string{"repo.create"}}, "action:repo.create"},
		"unified action":            {"", providers.Filter{Actions: []string{"login"}}, ""},
		"several actions":           {"", providers.Filter{Actions: []string{"repo.create", "repo.destroy"}}, ""},
		"an action with a blank":    {"", providers.Filter{Actions: []string{"repo.create created:>2020"}}, ""},
		"login":                     {"", providers.Filter{ActorIDs: []string{"mia-berg_example"}}, "actor:mia-berg_example"},
		"id or login":               {"", providers.Filter{ActorIDs: []string{"61000000"}}, ""},
		"organization of its own":   {"", providers.Filter{OrganizationID: "example-org"}, ""},
		"one of the enterprise's":   {"example-ent", providers.Filter{OrganizationID: "example-org"}, "org:example-org"},
		"the enterprise itself":     {"example-ent", providers.Filter{OrganizationID: "Example-Ent"}, ""},
		"of an enterprise by id":    {"20001", providers.Filter{OrganizationID: "example-org"}, ""},
		"address":                   {"", providers.Filter{IPs: prefixes("198.51.100.7/32")}, "actor_ip:198.51.100.7"},
		"address range":             {"", providers.Filter{IPs: prefixes("198.51.100.0/24")}, ""},
		"IPv6 address":              {"", providers.Filter{IPs: prefixes("2001:db8::7/128")}, ""},
		"repository":                {"", providers.Filter{EntityTypes: []string{"repository"}, Entities: []string{"o/r"}}, "repo:o/r"},
		"entity of unknown type":    {"", providers.Filter{Entities: []string{"o/r"}}, ""},
		"several repositories":      {"", providers.Filter{EntityTypes: []string{"repository"}, Entities: []string{"o/r", "o/s"}}, ""},
		"all that can be, together": {"e", providers.Filter{Actions: []string{"repo.create"}, ActorIDs: []string{"mia"}, OrganizationID: "o"}, "action:repo.create actor:mia org:o"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConfig()
			c.Enterprise = tt.enterprise
			assert.Equal(t, tt.want, c.phrase(&tt.filter))
		})
	}
}
