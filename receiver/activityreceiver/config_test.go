package activityreceiver

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap/confmaptest"
)

func TestConfig(t *testing.T) {
	// What each error must say; nil: the configuration is fine.
	cases := map[string][]string{
		"minimal":                      nil,
		"everything":                   nil,
		"one text for a list":          nil,
		"twins with different filters": nil,
		"twins with different streams": nil,
		"auth extension":               nil,

		"no providers":               {"providers: is empty; add at least one entry type[/name]; valid types: ", "fake"},
		"empty providers":            {"providers: is empty"},
		"providers is a list":        {"providers: must be a map"},
		"unknown key":                {"pol_interval: is no key here; valid keys: poll_interval, "},
		"unknown provider":           {`providers::fale/eu: there is no provider "fale"; valid types: fake, `},
		"bad instance name":          {"providers::fake/: is no type[/name]"},
		"same instance twice":        {"providers::fake/eu: there are two entries with this name"},
		"instance is no map":         {"providers::fake: must be a map of keys"},
		"wrong kinds":                {"poll_interval: needs a unit; write for example 30s", "elasticsearch_document_id: must be true or false"},
		"short poll interval":        {"\npoll_interval: 100ms is too short; the least is 1s", "providers::fake/us::poll_interval: 500ms is too short"},
		"shard":                      {"shard::index: 3 is outside 0..2"},
		"page size":                  {"providers::fake/eu::page_size: 1001 is outside 1..1000, what the vendor allows for audit"},
		"overlap":                    {"providers::fake/eu::overlap: 1m0s is too short for audit", "the least is 10m0s"},
		"long overlap":               {"providers::fake/eu::overlap: 1081h0m0s is too long for audit, whose events the vendor keeps for 2160h0m0s; the most is 1080h0m0s"},
		"filter of no time":          {"providers::fake/eu::filter::created_at: since must be before until"},
		"shard without replicas":     {"shard::count: 0 is too small"},
		"unknown key of an instance": {"providers::fake/eu::pagesize: is no key here; valid keys: page_size, ", "domain", "remote_query"},
		"unknown key in a block": {
			"providers::fake/eu::filter::actr: is no key here; valid keys: actor, ",
			"providers::fake/eu::deep::deapth: is no key here; valid keys: depth, ",
			"providers::fake/eu::http::timeoutt: is no key here; valid keys: timeout, ",
		},
		"wrong kinds in an instance": {
			"providers::fake/eu::token: must be text; put it in quotes",
			"providers::fake/eu::page_size: must be a whole number",
			"providers::fake/eu::overlap: is no duration; write for example 30s",
			"providers::fake/eu::scopes: must be a list of texts; put each in quotes",
			"providers::fake/eu::filter: must be a map of keys",
			"providers::fake/eu::rate_limit::reserve: must be a number",
			"providers::fake/eu::remote_query::nested: must be text, a number, true or false",
			"providers::fake/eu::deep::depth: must be a whole number",
		},
		"a secret of a wrong kind": {"providers::fake::token: must be text"},
		"numbers out of range": {
			"initial_lookback: must not be negative",
			"max_concurrent_requests: 0 is too small; the least is 1",
			"max_response_size: 0 is too small; give a number of bytes, for example 67108864",
			"service_namespace: is required",
			"providers::fake/eu::initial_lookback: must not be negative",
			"providers::fake/eu::exclude_fields: holds an empty text; remove it",
			"providers::fake/eu::overlap: must not be negative",
			"providers::fake/eu::page_size: must not be negative",
			"providers::fake/eu::rate_limit::requests_per_minute: must not be negative",
			"providers::fake/eu::rate_limit::reserve: 1 is outside 0..1",
			"providers::fake/eu::http::timeout: must be more than 0",
		},
		"body and raw": {
			`body: "everything" is not valid; use one of raw, description, none`,
			`raw: "somewhere" is not valid; use "attribute", or leave it out`,
			"providers::fake/a::raw: the vendor's record is the body already; set body to description as well",
			"providers::fake/b::raw: body none keeps the vendor's record out",
		},
		"resource attributes": {
			"resource_attributes::activity.provider: is the receiver's own and cannot be set",
			"resource_attributes::service.name.short: one of service.name.short and service.name begins with the other",
			"resource_attributes::server: one of server and server.address begins with the other",
			"resource_attributes::a.b: one of a.b and a.b.c begins with the other",
			"providers::fake::resource_attributes::activity.stream: is the receiver's own",
		},
		"the provider's own problems": {
			"providers::fake/eu::domain: must be a host name only",
			"providers::fake/eu::token: no credential is set; use one of: token (token)",
		},
		"a provider's problem without key":  {"providers::fake/eu: this account is not supported"},
		"page size of a vendor without one": {"providers::fake/eu::page_size: the vendor has no page size to set; leave it out"},
		"streams": {
			`providers::fake/a::streams: there is no stream "adit"; valid streams: audit, sign_ins`,
			`providers::fake/b::streams: "audit" is listed twice`,
			"providers::fake/c::streams: nothing is read by default; choose from: audit, sign_ins",
		},
		"reserved remote query": {"providers::fake/eu::remote_query::after: the receiver sets this itself to read audit; leave it out"},
		"endpoints": {
			"providers::fake/a::endpoint: must begin with https:// or http://; write for example https://api.example.com",
			"providers::fake/b::endpoint: has no host",
			"providers::fake/c::endpoint: must not hold a query or fragment",
			"providers::fake/d::endpoint: must not hold a user name or password",
			"providers::fake/e::endpoint: is no URL",
			"providers::fake/f::http::endpoint: is not used; set providers::fake/f::endpoint",
		},
		"filters": {
			"providers::fake/eu::filter::action: holds an empty text; remove it",
			`providers::fake/eu::filter::actor::type: "robot" is not valid; use one of user, system, anonymous`,
			`providers::fake/eu::filter::ip_address: "203.0.113.300" is no address and no network`,
			`providers::fake/eu::filter::ip_address: "203.0.113.0/33" is no address and no network`,
			`providers::fake/eu::filter::created_at::since: "yesterday" is no time; write for example 2026-01-31T00:00:00Z`,
		},
		"unknown product":              {`providers::fake/eu::filter::product: "chat" is not valid; use one of drive, mail`},
		"product of a vendor with one": {"providers::okta::filter::product: the vendor's log covers one product; leave it out"},

		"twins": {`providers::fake/b reads audit of "acme.example.com", which providers::fake/a reads already with the same filters`},
	}
	file, err := confmaptest.LoadConf(filepath.Join("testdata", "config.yaml"))
	require.NoError(t, err)
	var written []string
	for key := range file.ToStringMap() {
		written = append(written, strings.TrimPrefix(key, "activity/"))
	}
	assert.ElementsMatch(t, written, slices.Collect(maps.Keys(cases)), "the file and the table must have the same cases")

	for name, want := range cases {
		t.Run(name, func(t *testing.T) {
			conf, err := file.Sub("activity/" + name)
			require.NoError(t, err)
			_, err = load(conf)
			if want == nil {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			for _, text := range want {
				assert.Contains(t, "\n"+err.Error(), text)
			}
			for _, secret := range []string{"fake-token", "123456", "planted-secret"} {
				assert.NotContains(t, err.Error(), secret)
			}
		})
	}
}
