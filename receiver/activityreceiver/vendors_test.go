package activityreceiver

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.yaml.in/yaml/v3"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
)

// examples is a configuration with the example of every built-in vendor.
func examples(t *testing.T) *Config {
	t.Helper()
	cfg := as[*Config](t, NewFactory().CreateDefaultConfig())
	cfg.Providers = map[component.ID]*InstanceConfig{}
	for _, p := range all.Providers() {
		vendor, o := p.Example()
		i := cfg.newInstance(p)
		i.Vendor, i.Endpoint, i.Streams = vendor, o.Endpoint, o.Streams
		i.RemoteQuery, i.Overlap, i.PageSize = o.RemoteQuery, o.Overlap, o.PageSize
		i.Filter.OrganizationID, i.Filter.Product = o.Filter.OrganizationID, o.Filter.Product
		cfg.Providers[component.NewID(component.MustNewType(p.Key))] = i
	}
	return cfg
}

func TestEveryVendorOpens(t *testing.T) {
	t.Parallel()
	cfg := examples(t)
	require.NoError(t, confmap.Validate(cfg))
	storage, leader := component.MustNewID("memory"), component.MustNewID("elector")
	cfg.Storage, cfg.LeaderElector = &storage, &leader
	host := hostWith(t, map[string]component.Component{
		"memory":  &memoryStorage{memory: ledgertest.New()},
		"elector": &elector{}, // never elects: nothing is asked of a vendor
	})
	logs, err := NewFactory().CreateLogs(t.Context(), settings(), cfg, consumertest.NewNop())
	require.NoError(t, err)
	require.NoError(t, logs.Start(t.Context(), host))
	r := as[*activityReceiver](t, logs)
	assert.GreaterOrEqual(t, len(r.streams), len(all.Providers()))
	for _, s := range r.streams {
		assert.Contains(t, r.sink.builders, s.Key)
		assert.Positive(t, s.Lateness, "%v", s.Key)
	}
	require.NoError(t, logs.Shutdown(t.Context()))
}

// plant fills every secret of a configuration.
func plant(v reflect.Value) (planted int) {
	switch {
	case v.Type() == reflect.TypeFor[configopaque.String]():
		v.SetString("planted-secret")
		return 1
	case v.Kind() == reflect.Pointer && !v.IsNil():
		return plant(v.Elem())
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				planted += plant(v.Field(i))
			}
		}
	}
	return planted
}

func TestNoVendorPrintsASecret(t *testing.T) {
	for _, p := range all.Providers() {
		t.Run(p.Key, func(t *testing.T) {
			cfg := as[*Config](t, NewFactory().CreateDefaultConfig())
			i := cfg.newInstance(p)
			planted := plant(reflect.ValueOf(i.Vendor))
			cfg.Providers = map[component.ID]*InstanceConfig{component.NewID(component.MustNewType(p.Key)): i}
			assert.Positive(t, planted, "a vendor without a secret?")
			assert.NotContains(t, printed(t, cfg), "planted-secret")
		})
	}
}

// print-config shows every key of every vendor, and what it shows can be read again.
func TestEveryVendorPrintsAllKeys(t *testing.T) {
	cfg := examples(t)
	text := printed(t, cfg)
	var shown struct {
		Providers map[string]map[string]any `yaml:"providers"`
	}
	require.NoError(t, yaml.Unmarshal([]byte(text), &shown))
	common := fieldsOf(reflect.TypeFor[InstanceConfig]())
	for _, p := range all.Providers() {
		want := slices.Concat(slices.Collect(maps.Keys(common)), slices.Collect(maps.Keys(fieldsOf(reflect.TypeOf(p.New())))))
		assert.ElementsMatch(t, want, slices.Collect(maps.Keys(shown.Providers[p.Key])), p.Key)
	}
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(text))
	require.NoError(t, err)
	conf, err := retrieved.AsConf()
	require.NoError(t, err)
	again := NewFactory().CreateDefaultConfig()
	require.NoError(t, conf.Unmarshal(again))
	assert.Equal(t, text, printed(t, as[*Config](t, again)))
}

// A key that sounds like a secret must be one.
func TestSecretsAreOpaque(t *testing.T) {
	secret := regexp.MustCompile(`(^|_)(token|secret|password|passphrase|private_key|api_key|jwt)$`)
	for _, p := range append(all.Providers(), fakeProvider()) {
		t.Run(p.Key, func(t *testing.T) { checkOpaque(t, reflect.TypeOf(p.New()), secret) })
	}
}

func checkOpaque(t *testing.T, config reflect.Type, secret *regexp.Regexp) {
	t.Helper()
	for key, field := range fieldsOf(config) {
		if secret.MatchString(key) {
			assert.Equal(t, reflect.TypeFor[providers.Secret](), base(field), key)
		}
		checkOpaque(t, base(field), secret)
	}
}
