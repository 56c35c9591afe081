package activityreceiver

import (
	"reflect"
	"testing"

	"context"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"os"
)

var typeOfInstance = reflect.TypeFor[InstanceConfig]()

func typeOf(v any) reflect.Type { return reflect.TypeOf(v) }

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
