package activityreceiver

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/schema"
	"github.com/otelactivity/otelactivity/providers/all"
)

func document(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(text)
}

// A key or attribute that is in no table does not exist for users.
func TestEveryKeyIsDocumented(t *testing.T) {
	text := document(t, "README.md")
	for _, config := range []reflect.Type{reflect.TypeFor[Config](), reflect.TypeFor[InstanceConfig](), reflect.TypeFor[RateLimitConfig]()} {
		for key := range fieldsOf(config) {
			assert.Contains(t, text, "`"+key+"`", "%s", config.Name())
		}
	}
	for _, config := range []reflect.Type{reflect.TypeFor[FilterConfig](), reflect.TypeFor[CreatedAtFilter](), reflect.TypeFor[ActorFilter](), reflect.TypeFor[ShardConfig]()} {
		for key := range fieldsOf(config) {
			assert.Contains(t, text, key+": ", "%s", config.Name())
		}
	}
	for _, name := range append(schema.Names(schema.Resource()), schema.Names(schema.Record())...) {
		assert.Contains(t, text, "`"+name+"`")
	}
}

func TestEveryVendorDocumentsItsKeys(t *testing.T) {
	for _, p := range all.Providers() {
		t.Run(p.Key, func(t *testing.T) {
			text := document(t, "..", "..", "providers", p.Key, "README.md")
			for key := range fieldsOf(reflect.TypeOf(p.New())) {
				assert.Contains(t, text, "`"+key+"`")
			}
			vendor, o := p.Example()
			source, err := vendor.Open(o)
			require.NoError(t, err)
			for _, s := range source.Streams {
				assert.Contains(t, text, "\n| `"+s.Name+"`", "the stream is in no table")
			}
		})
	}
}
