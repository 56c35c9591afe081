package credential_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/jira/credential"
)

func TestCheck(t *testing.T) {
	needs := map[string][]string{"basic": {"user", "password"}, "bearer": {"token"}}
	for name, tt := range map[string]struct {
		kind     string
		set      map[string]string
		external bool
		checked  bool
		want     []string
	}{
		"whole":             {"basic", map[string]string{"user": "u", "password": "p"}, false, true, nil},
		"missing":           {"basic", map[string]string{"user": "u"}, false, true, []string{"password: is required for auth_type basic"}},
		"nothing":           {"bearer", nil, false, true, []string{"token: is required for auth_type bearer"}},
		"of another kind":   {"bearer", map[string]string{"token": "t", "user": "u"}, false, true, []string{"user: does not belong to auth_type bearer; remove it or set another auth_type"}},
		"both at once":      {"basic", map[string]string{"password": "p", "token": "t"}, false, true, []string{"user: is required", "token: does not belong"}},
		"unknown kind":      {"digest", map[string]string{"user": "u"}, false, false, nil},
		"extension":         {"basic", nil, true, false, nil},
		"extension, half":   {"basic", map[string]string{"user": "u"}, true, true, []string{"password: is required"}},
		"extension, beside": {"basic", map[string]string{"user": "u", "password": "p"}, true, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var p providers.Problems
			var keys []providers.KeyValue
			for _, k := range []string{"user", "password", "token"} {
				keys = append(keys, providers.KeyValue{Key: k, Value: tt.set[k]})
			}
			assert.Equal(t, tt.checked, credential.Check(&p, tt.kind, needs, keys, tt.external))
			if len(tt.want) == 0 {
				assert.NoError(t, p.Err())
			}
			for _, want := range tt.want {
				assert.ErrorContains(t, p.Err(), want)
			}
		})
	}
}
