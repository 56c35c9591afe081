package activityreceiver

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
)

// refusal is what validation says about a vendor's example with a change.
func refusal(t *testing.T, p providers.Provider, change func(*InstanceConfig)) string {
	t.Helper()
	cfg := as[*Config](t, NewFactory().CreateDefaultConfig())
	vendor, o := p.Example()
	i := cfg.newInstance(p)
	i.Vendor, i.Endpoint, i.Streams, i.RemoteQuery = vendor, o.Endpoint, o.Streams, o.RemoteQuery
	i.Filter.OrganizationID, i.Filter.Product = o.Filter.OrganizationID, o.Filter.Product
	change(i)
	cfg.Providers = map[component.ID]*InstanceConfig{component.NewIDWithName(component.MustNewType(p.Key), "eu"): i}
	err := confmap.Validate(cfg)
	require.Error(t, err)
	path := "providers::" + p.Key + "/eu"
	for line := range strings.Lines(err.Error()) {
		assert.True(t, strings.HasPrefix(line, path+"::") || strings.HasPrefix(line, path+": "), "does not begin with %s: %s", path, line)
		assert.NotContains(t, line, "planted-secret")
	}
	return err.Error()
}

// Every vendor's mistakes are told with their path, the reason and what is valid.
func TestEveryVendorRefuses(t *testing.T) {
	for _, p := range all.Providers() {
		t.Run(p.Key, func(t *testing.T) {
			path := "providers::" + p.Key + "/eu::"
			vendor, o := p.Example()
			source, err := vendor.Open(o)
			require.NoError(t, err)
			most := 0
			for _, s := range source.Streams {
				most = max(most, s.MaxPageSize)
			}
			assert.Contains(t, refusal(t, p, func(i *InstanceConfig) { i.PageSize = most + 1 }), path+"page_size: ")
			assert.Contains(t, refusal(t, p, func(i *InstanceConfig) { i.Endpoint = "ftp://example.com" }),
				path+"endpoint: must begin with https:// or http://; write for example ")
			assert.Contains(t, refusal(t, p, func(i *InstanceConfig) { i.Streams = []string{"no_such_stream"} }), path+"streams: ")
			assert.Contains(t, refusal(t, p, func(i *InstanceConfig) { i.Filter.IPAddress = []string{"here"} }), path+"filter::ip_address: ")

			_, err = loadYAML(t, fmt.Sprintf("providers: {%s/eu: {pagesize: 7}}", p.Key))
			require.ErrorContains(t, err, path+"pagesize: is no key here; valid keys: page_size, ")
		})
	}
}

func TestEveryVendorNeedsACredential(t *testing.T) {
	for _, p := range all.Providers() {
		t.Run(p.Key, func(t *testing.T) {
			text := refusal(t, p, func(i *InstanceConfig) {
				assert.Positive(t, fillSecrets(reflect.ValueOf(i.Vendor), ""), "the example has no secret")
			})
			assert.Regexp(t, `: (is required|no credential is set; use one of: )`, text)
		})
	}
}

// fillSecrets sets every secret of a configuration and returns how many there are.
func fillSecrets(v reflect.Value, text string) (n int) {
	switch {
	case v.Type() == reflect.TypeFor[providers.Secret]():
		v.SetString(text)
		return 1
	case v.Kind() == reflect.Pointer && !v.IsNil():
		return fillSecrets(v.Elem(), text)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				n += fillSecrets(v.Field(i), text)
			}
		}
	}
	return n
}

func TestEveryVendorRefusesTwoCredentials(t *testing.T) {
	for _, p := range all.Providers() {
		if fillSecrets(reflect.ValueOf(p.New()), "") < 2 {
			continue // there is only one
		}
		t.Run(p.Key, func(t *testing.T) {
			text := refusal(t, p, func(i *InstanceConfig) { fillSecrets(reflect.ValueOf(i.Vendor), "planted-secret") })
			assert.Regexp(t, `several credentials are set; keep one of: |; remove it or set `, text)
		})
	}
}

func TestReservedParametersAreRefused(t *testing.T) {
	for _, p := range all.Providers() {
		t.Run(p.Key, func(t *testing.T) {
			vendor, o := p.Example()
			source, err := vendor.Open(o)
			require.NoError(t, err)
			for _, s := range source.Streams {
				for _, name := range s.Reserved {
					text := refusal(t, p, func(i *InstanceConfig) {
						i.Streams, i.RemoteQuery = []string{s.Name}, Texts{name: "x"}
					})
					assert.Contains(t, text, "providers::"+p.Key+"/eu::remote_query::"+name+": ", s.Name)
				}
			}
		})
	}
}
