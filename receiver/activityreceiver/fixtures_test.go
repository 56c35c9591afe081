package activityreceiver

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
)

// as returns v as the type that it must have.
func as[T any](t testing.TB, v any) T {
	t.Helper()
	typed, ok := v.(T)
	require.True(t, ok, "%T", v)
	return typed
}

// load reads and validates a configuration as the collector does.
func load(conf *confmap.Conf) (*Config, error) {
	cfg := NewFactory(WithProvider(fakeProvider())).CreateDefaultConfig()
	if err := conf.Unmarshal(&cfg); err != nil {
		return nil, err
	}
	config, ok := cfg.(*Config)
	if !ok {
		return nil, fmt.Errorf("%T is no *Config", cfg)
	}
	return config, confmap.Validate(cfg)
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

// resolve reads a configuration with its ${env:...} variables, as the collector
// does.
func resolve(t *testing.T, yaml string) (*Config, error) {
	t.Helper()
	scheme := func(name string, retrieve func(uri string) (*confmap.Retrieved, error)) confmap.ProviderFactory {
		return confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider {
			return &schemeProvider{name: name, retrieve: retrieve}
		})
	}
	resolver, err := confmap.NewResolver(confmap.ResolverSettings{
		URIs: []string{"yaml:"},
		ProviderFactories: []confmap.ProviderFactory{
			scheme("yaml", func(string) (*confmap.Retrieved, error) { return confmap.NewRetrievedFromYAML([]byte(yaml)) }),
			scheme("env", func(uri string) (*confmap.Retrieved, error) {
				return confmap.NewRetrievedFromYAML([]byte(os.Getenv(uri[len("env:"):])))
			}),
		},
	})
	require.NoError(t, err)
	conf, err := resolver.Resolve(t.Context())
	require.NoError(t, err)
	return load(conf)
}

type schemeProvider struct {
	name     string
	retrieve func(uri string) (*confmap.Retrieved, error)
}

func (p *schemeProvider) Retrieve(_ context.Context, uri string, _ confmap.WatcherFunc) (*confmap.Retrieved, error) {
	return p.retrieve(uri)
}
func (p *schemeProvider) Scheme() string                 { return p.name }
func (p *schemeProvider) Shutdown(context.Context) error { return nil }
