package activityreceiver

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
)

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
	assert.Equal(t, []string{"default"}, as[*fakeConfig](t, i.Vendor).Scopes, "the provider's own default")
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
	assert.Equal(t, defaultHTTP().MaxIdleConns, i.HTTP.MaxIdleConns, "the other defaults of the block stay")
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

// Thousands of instances must not repeat what is wrong with the receiver's keys.
func TestInheritedProblemsAreToldOnce(t *testing.T) {
	_, err := loadYAML(t, `
poll_interval: 1ms
initial_lookback: -1h
body: everything
resource_attributes: {server: x}
exclude_fields: [""]
providers:
  fake/a: {domain: a.example.com, token: fake-token}
  fake/b: {domain: b.example.com, token: fake-token}
`)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "providers::")
	assert.Len(t, strings.Split(err.Error(), "\n"), 5)
}

func TestTextOfVariablesStaysAsWritten(t *testing.T) {
	t.Setenv("NUMBER", "0123")
	t.Setenv("INDEX", "2")
	t.Setenv("INTERVAL", "90s")
	cfg, err := resolve(t, `
poll_interval: ${env:INTERVAL}
shard: {index: "${env:INDEX}", count: 3}
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
	assert.Equal(t, 90*time.Second, cfg.PollInterval)
	assert.Equal(t, ShardConfig{Index: 2, Count: 3}, cfg.Shard)
	assert.EqualValues(t, "0123", as[*fakeConfig](t, i.Vendor).Token)
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
	common := fieldsOf(reflect.TypeFor[InstanceConfig]())
	for _, p := range append(all.Providers(), fakeProvider()) {
		for key := range fieldsOf(reflect.TypeOf(p.New())) {
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
