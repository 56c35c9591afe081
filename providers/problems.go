package providers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// KeyError is a problem of one configuration key. Key is relative to the
// provider's entry ("api_token"); the receiver puts the path before it.
type KeyError struct {
	Key    string
	Reason string
}

// Error returns "key: reason".
func (e *KeyError) Error() string { return e.Key + ": " + e.Reason }

// Problems collects what is wrong with a configuration, so that a user sees all
// of it at once. The zero value is ready; Options.Problems returns one that knows
// of an auth extension.
type Problems struct {
	errs         []error
	externalAuth bool
}

// Problems returns an empty collection for which no credential is as good as one
// when an auth extension authorizes the requests.
func (o *Options) Problems() Problems { return Problems{externalAuth: o.ExternalAuth} }

// Add records a problem of key.
func (p *Problems) Add(key, format string, args ...any) {
	p.errs = append(p.errs, &KeyError{Key: key, Reason: fmt.Sprintf(format, args...)})
}

// Require records a problem when value is empty. why may say when it is needed.
func (p *Problems) Require(key, value string, why ...string) {
	if value == "" {
		p.Add(key, "%s", strings.Join(append([]string{"is required"}, why...), " "))
	}
}

// OneOf records a problem when value is not among the valid ones.
func (p *Problems) OneOf(key, value string, valid ...string) {
	if !slices.Contains(valid, value) {
		p.Add(key, "%q is not valid; use one of %s", value, strings.Join(valid, ", "))
	}
}

// EachOneOf records every value that is not among the valid ones.
func (p *Problems) EachOneOf(key string, values []string, valid ...string) {
	for _, v := range values {
		p.OneOf(key, v, valid...)
	}
}

// Range records a problem when value is outside [low, high].
func (p *Problems) Range(key string, value, low, high int) {
	if value < low || value > high {
		p.Add(key, "%d is outside %d..%d", value, low, high)
	}
}

// Credential is one way to authenticate: a name for the user and the keys that
// belong to it with their values.
type Credential struct {
	Name string
	Keys []KeyValue
}

// KeyValue is a configuration key and whether, or with what, it is set.
type KeyValue struct {
	Key   string
	Value string
}

// ExactlyOne records a problem unless exactly one of the credential kinds is
// configured, and every missing key of a half-configured one. It returns the
// name of the kind, or "". Keys shared by two kinds are told apart by the others.
func (p *Problems) ExactlyOne(kinds ...Credential) string {
	var whole []Credential
	var partial []Credential
	for _, k := range kinds {
		set := 0
		for _, kv := range k.Keys {
			if kv.Value != "" {
				set++
			}
		}
		switch {
		case set == len(k.Keys):
			whole = append(whole, k)
		case set > 0:
			partial = append(partial, k)
		}
	}
	partial = slices.DeleteFunc(partial, func(k Credential) bool { return covered(k, whole) })
	switch {
	case len(whole) == 1 && len(partial) == 0:
		return whole[0].Name
	case len(whole)+len(partial) > 1:
		p.Add(keyList(append(whole, partial...)), "several credentials are set; keep one of: %s", kindList(kinds))
	case len(partial) == 1:
		for _, kv := range partial[0].Keys {
			p.Require(kv.Key, kv.Value, "for "+partial[0].Name)
		}
	case p.externalAuth:
	default:
		p.Add(kinds[0].Keys[0].Key, "no credential is set; use one of: %s", kindList(kinds))
	}
	return ""
}

// covered tells that everything set in k also belongs to a whole credential.
func covered(k Credential, whole []Credential) bool {
	for _, kv := range k.Keys {
		if kv.Value != "" && !slices.ContainsFunc(whole, func(w Credential) bool { return slices.Contains(w.Keys, kv) }) {
			return false
		}
	}
	return true
}

func keyList(kinds []Credential) string {
	var keys []string
	for _, k := range kinds {
		for _, kv := range k.Keys {
			if kv.Value != "" && !slices.Contains(keys, kv.Key) {
				keys = append(keys, kv.Key)
			}
		}
	}
	return strings.Join(keys, ", ")
}

func kindList(kinds []Credential) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		keys := make([]string, len(k.Keys))
		for j, kv := range k.Keys {
			keys[j] = kv.Key
		}
		names[i] = k.Name + " (" + strings.Join(keys, " + ") + ")"
	}
	return strings.Join(names, ", ")
}

// Err returns all problems joined, or nil.
func (p *Problems) Err() error { return errors.Join(p.errs...) }
