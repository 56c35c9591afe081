// Package credential checks credentials of which a configuration key names the
// kind.
package credential

import (
	"slices"

	"github.com/otelactivity/otelactivity/providers"
)

// Check adds to p every key that kind needs and that has no value, and every key
// that has a value and belongs to another kind. needs lists the keys of each kind.
// It reports whether there is a credential to check: an unknown kind has none, and
// external (an auth extension) stands for one when no key is set.
func Check(p *providers.Problems, kind string, needs map[string][]string, keys []providers.KeyValue, external bool) bool {
	needed, ok := needs[kind]
	if !ok {
		return false
	}
	if external && !slices.ContainsFunc(keys, func(kv providers.KeyValue) bool { return kv.Value != "" }) {
		return false
	}
	for _, kv := range keys {
		switch {
		case slices.Contains(needed, kv.Key):
			p.Require(kv.Key, kv.Value, "for auth_type "+kind)
		case kv.Value != "":
			p.Add(kv.Key, "does not belong to auth_type %s; remove it or set another auth_type", kind)
		}
	}
	return true
}
