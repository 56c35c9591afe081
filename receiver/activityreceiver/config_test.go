package activityreceiver

import (
	"maps"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
)

// load reads and validates a configuration as the collector does.
func load(conf *confmap.Conf) (*Config, error) {
	cfg := NewFactory(WithProvider(fakeProvider())).CreateDefaultConfig()
	if err := conf.Unmarshal(&cfg); err != nil {
		return nil, err
	}
	return cfg.(*Config), confmap.Validate(cfg)
}

// loadYAML reads a configuration as it would be written.
func loadYAML(t testing.TB, yaml string) (*Config, error) {
	t.Helper()
	r, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	require.NoError(t, err)
	conf, err := r.AsConf()
	require.NoError(t, err)
	return load(conf)
}

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
		"short poll interval":        {"\npoll_interval: 100ms is too short; the least is 1s", "providers::fake/eu::poll_interval: 100ms is too short"},
		"shard":                      {"shard::index: 3 is outside 0..2"},
		"page size":                  {"providers::fake/eu::page_size: 1001 is outside 1..1000, what the vendor allows for audit"},
		"overlap":                    {"providers::fake/eu::overlap: 1m0s is too short for audit", "the least is 10m0s"},
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
			"providers::fake::resource_attributes::server: ",
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

func fromFile(t *testing.T, name string) *Config {
	t.Helper()
	file, err := confmaptest.LoadConf(filepath.Join("testdata", "config.yaml"))
	require.NoError(t, err)
	conf, err := file.Sub("activity/" + name)
	require.NoError(t, err)
	cfg, err := load(conf)
	require.NoError(t, err)
	return cfg
}

func id(t *testing.T, s string) component.ID {
	t.Helper()
	var id component.ID
	require.NoError(t, id.UnmarshalText([]byte(s)))
	return id
}

func TestDefaults(t *testing.T) {
	cfg := fromFile(t, "minimal")
	assert.Nil(t, cfg.Storage)
	assert.Nil(t, cfg.LeaderElector)
	assert.Equal(t, time.Minute, cfg.PollInterval)
	assert.Equal(t, 24*time.Hour, cfg.InitialLookback)
	assert.Equal(t, 16, cfg.MaxConcurrentRequests)
	assert.EqualValues(t, 64<<20, cfg.MaxResponseSize)
	assert.Equal(t, "activity", cfg.ServiceNamespace)
	assert.Equal(t, ShardConfig{Index: 0, Count: 1}, cfg.Shard)
	i := cfg.Providers[id(t, "fake")]
	require.NotNil(t, i)
	assert.Equal(t, time.Minute, i.PollInterval)
	assert.Equal(t, 24*time.Hour, i.InitialLookback)
	assert.Equal(t, BodyRaw, i.Body)
	assert.Equal(t, 30*time.Second, i.HTTP.Timeout)
	assert.Equal(t, RateLimitConfig{Reserve: 0.5}, i.RateLimit)
	assert.Equal(t, []string{"default"}, i.Vendor.(*fakeConfig).Scopes, "the provider's own default")
}

func TestEverythingIsRead(t *testing.T) {
	cfg := fromFile(t, "everything")
	storage, elector := id(t, "file_storage/activity"), id(t, "k8s_leader_elector/activity")
	assert.Equal(t, &storage, cfg.Storage)
	assert.Equal(t, &elector, cfg.LeaderElector)
	assert.Equal(t, ShardConfig{Index: 1, Count: 3}, cfg.Shard)
	assert.True(t, cfg.ElasticsearchDocumentID)
	assert.Equal(t, Texts{"deployment.environment.name": "prod", "com.example.cost_center": "4711"}, cfg.ResourceAttributes)

	i := cfg.Providers[id(t, "fake/eu")]
	assert.Equal(t, &fakeConfig{
		Domain: "acme.example.com", Token: "fake-token", Scopes: []string{"read", "write"},
		Deep: fakeDeep{Depth: 3, Names: []string{"a", "b"}},
	}, i.Vendor)
	assert.Equal(t, 5*time.Minute, i.PollInterval)
	assert.Equal(t, time.Hour, i.InitialLookback)
	assert.Equal(t, 50, i.PageSize)
	assert.Equal(t, 2*time.Hour, i.Overlap)
	assert.Equal(t, RateLimitConfig{RequestsPerMinute: 120, Reserve: 0.25}, i.RateLimit)
	assert.Equal(t, 10*time.Second, i.HTTP.Timeout)
	assert.Equal(t, 100, i.HTTP.MaxIdleConns, "the other defaults of the block stay")
	assert.Equal(t, Texts{"text": "a b", "number": "12", "big": "9007199254740993", "half": "0.5", "flag": "true"}, i.RemoteQuery)
	assert.Equal(t, BodyNone, i.Body)
	assert.Equal(t, RawNowhere, i.Raw)
	assert.Empty(t, i.ExcludeFields)
	assert.Equal(t, Texts{"deployment.environment.name": "test", "com.example.cost_center": "4711"}, i.ResourceAttributes)

	inherits := cfg.Providers[id(t, "fake")]
	assert.Equal(t, 30*time.Second, inherits.PollInterval)
	assert.Equal(t, 72*time.Hour, inherits.InitialLookback)
	assert.Equal(t, BodyDescription, inherits.Body)
	assert.Equal(t, RawAttribute, inherits.Raw)
	assert.Equal(t, []string{"secret.field", "other"}, inherits.ExcludeFields)
	assert.Equal(t, cfg.ResourceAttributes, inherits.ResourceAttributes)

	instances, err := cfg.open()
	require.NoError(t, err)
	eu := instances[1]
	require.Equal(t, "fake/eu", eu.id.String())
	assert.Equal(t, "https://acme.example.com/api", eu.source.Endpoint, "without the slash at its end")
	assert.Equal(t, providers.Filter{
		Actions: []string{"login", "login_failed"}, ActorIDs: []string{"u1", "u2"},
		ActorTypes: []providers.ActorType{providers.ActorUser, providers.ActorAnonymous},
		Entities:   []string{"e1"}, EntityTypes: []string{"file"},
		IPs: []netip.Prefix{
			netip.MustParsePrefix("203.0.113.7/32"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("2001:db8::/32"),
		},
		OrganizationID: "acme", Product: "drive",
		Since: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
	}, eu.filter)
}

func TestTextOfVariablesStaysAsWritten(t *testing.T) {
	t.Setenv("NUMBER", "0123")
	cfg, err := resolve(t, `
providers:
  fake:
    domain: acme.example.com
    token: ${env:NUMBER}
    filter: {actor_id: ["${env:NUMBER}"], organization_id: "${env:NUMBER}"}
    remote_query: {code: "${env:NUMBER}"}
    resource_attributes: {code: "${env:NUMBER}"}
`)
	require.NoError(t, err)
	i := cfg.Providers[id(t, "fake")]
	assert.EqualValues(t, "0123", i.Vendor.(*fakeConfig).Token)
	assert.Equal(t, []string{"0123"}, i.Filter.ActorID)
	assert.Equal(t, "0123", i.Filter.OrganizationID)
	assert.Equal(t, Texts{"code": "0123"}, i.RemoteQuery)
	assert.Equal(t, Texts{"code": "0123"}, i.ResourceAttributes)
}

func TestConfigStructFollowsTheRules(t *testing.T) {
	require.NoError(t, componenttest.CheckConfigStruct(&Config{}))
	require.NoError(t, componenttest.CheckConfigStruct(&InstanceConfig{}))
}

// A vendor's key that every instance has already could never be set.
func TestNoVendorHasACommonKey(t *testing.T) {
	common := fieldsOf(typeOfInstance)
	for _, p := range append(all.Providers(), fakeProvider()) {
		for key := range fieldsOf(typeOf(p.New())) {
			assert.NotContains(t, common, key, "%s", p.Key)
		}
		require.NoError(t, componenttest.CheckConfigStruct(p.New()), "%s", p.Key)
	}
}

func TestFactoryRefusesWrongProviders(t *testing.T) {
	nameless := fakeProvider()
	nameless.Key = ""
	unusable := fakeProvider()
	unusable.New = nil
	for name, tt := range map[string]struct {
		options []Option
		text    string
	}{
		"twice":       {[]Option{WithProvider(fakeProvider()), WithProvider(fakeProvider())}, `activityreceiver: there are two providers with the key "fake"`},
		"bad key":     {[]Option{WithProvider(nameless)}, `activityreceiver: the key of provider "" cannot be used`},
		"without New": {[]Option{WithProvider(unusable)}, `activityreceiver: provider "fake" has no New function`},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() { assert.Contains(t, recover(), tt.text) }()
			NewFactory(tt.options...)
			t.Error("no panic")
		})
	}
}

func TestSharingIsAWarning(t *testing.T) {
	cfg, err := loadYAML(t, `
providers:
  fake/a: {domain: a.example.com, token: fake-token, deep: {names: [site]}}
  fake/b: {domain: b.example.com, token: fake-token, deep: {names: [site]}}
  fake/c: {domain: c.example.com, token: fake-token}
`)
	require.NoError(t, err)
	instances, err := cfg.open()
	require.NoError(t, err)
	assert.Equal(t, []string{"fake/a and fake/b read the same log (site); its events come twice: remove one of them"}, sharing(instances))
}
