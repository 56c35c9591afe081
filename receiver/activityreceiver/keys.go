package activityreceiver

import (
	"encoding"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/confmap"
)

// checkKeys reports every unknown key and every value of a wrong kind in conf,
// with its path, before confmap sees it: confmap's own errors name neither the
// valid keys nor the path, and quote values, which may be secrets. A key is known
// when one of the struct types has it.
func checkKeys(path string, conf *confmap.Conf, types ...reflect.Type) error {
	fields := map[string]reflect.Type{}
	for _, t := range types {
		maps.Copy(fields, fieldsOf(t))
	}
	var problems []error
	values := conf.ToStringMap()
	texts, lists := asTexts(conf), asLists(conf)
	for _, key := range slices.Sorted(maps.Keys(values)) {
		t, known := fields[key]
		if !known {
			valid := closestFirst(key, slices.Sorted(maps.Keys(fields)))
			problems = append(problems, fmt.Errorf("%s: is no key here; valid keys: %s", join(path, key), list(valid)))
			continue
		}
		_, isText := texts[key]
		_, isList := lists[key]
		if err := checkValue(join(path, key), conf, key, values[key], isText, isList, t); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

// fieldsOf returns the keys of a struct and their types.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	t = base(t)
	fields := map[string]reflect.Type{}
	if t.Kind() != reflect.Struct {
		return fields
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get(confmap.MapstructureTag), ",")
		switch {
		case !f.IsExported() || name == "-" || options == "remain":
		case options == "squash":
			maps.Copy(fields, fieldsOf(f.Type))
		case name != "":
			fields[name] = f.Type
		}
	}
	return fields
}

func base(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// checkValue compares the kind of one value, as YAML read it, with the type of its
// field. isText and isList tell that the value can be read as text or as a list of
// texts.
func checkValue(path string, conf *confmap.Conf, key string, value any, isText, isList bool, t reflect.Type) error {
	if value == nil {
		return nil
	}
	t = base(t)
	switch {
	case t == reflect.TypeFor[Texts]():
		return checkTexts(path, value)
	case t == reflect.TypeFor[time.Duration]():
		return checkDuration(path, value)
	case t.Kind() != reflect.String && reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return mustBe(isText, path, "must be text")
	case t.Kind() == reflect.Struct:
		if len(fieldsOf(t)) == 0 {
			return nil // its own Unmarshal knows
		}
		sub, err := conf.Sub(key)
		if err != nil {
			return fmt.Errorf("%s: must be a map of keys", path)
		}
		return checkKeys(path, sub, t)
	case reflect.PointerTo(t).Implements(reflect.TypeFor[confmap.Unmarshaler]()):
		return nil
	case t.Kind() == reflect.Slice && base(t.Elem()).Kind() == reflect.String:
		return mustBe(isList, path, "must be a list of texts; put each in quotes")
	}
	return checkScalar(path, value, isText, t.Kind())
}

func checkScalar(path string, value any, isText bool, kind reflect.Kind) error {
	v := reflect.ValueOf(value)
	switch kind {
	case reflect.String:
		if v.Kind() == reflect.Map || v.Kind() == reflect.Slice {
			return fmt.Errorf("%s: must be text", path)
		}
		return mustBe(isText, path, "must be text; put it in quotes")
	case reflect.Bool:
		return mustBe(v.Kind() == reflect.Bool, path, "must be true or false")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return mustBe(v.CanInt() || v.CanUint() || v.CanFloat() && v.Float() == math.Trunc(v.Float()), path, "must be a whole number")
	case reflect.Float32, reflect.Float64:
		return mustBe(v.CanInt() || v.CanUint() || v.CanFloat(), path, "must be a number")
	case reflect.Slice:
		return mustBe(v.Kind() == reflect.Slice || v.Kind() == reflect.Map, path, "must be a list")
	case reflect.Map:
		return mustBe(v.Kind() == reflect.Map, path, "must be a map of keys")
	}
	return nil
}

func checkTexts(path string, value any) error {
	entries, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("%s: must be a map of names to texts", path)
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		switch entries[name].(type) {
		case nil, map[string]any, []any:
			problems = append(problems, fmt.Errorf("%s: must be text, a number, true or false", join(path, name)))
		}
	}
	return errors.Join(problems...)
}

func checkDuration(path string, value any) error {
	switch v := value.(type) {
	case string:
		_, err := time.ParseDuration(v)
		return mustBe(err == nil, path, "is no duration; write for example 30s, 5m or 24h")
	case int:
		return mustBe(v == 0, path, "needs a unit; write for example 30s, 5m or 24h")
	}
	return fmt.Errorf("%s: must be a duration, for example 30s, 5m or 24h", path)
}

func mustBe(ok bool, path, reason string) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%s: %s", path, reason)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + confmap.KeyDelimiter + key
}

func list(names []string) string { return strings.Join(names, ", ") }

// closestFirst sorts names by their distance to what was written.
func closestFirst(written string, names []string) []string {
	slices.SortStableFunc(names, func(a, b string) int { return distance(written, a) - distance(written, b) })
	return names
}

// distance is the Levenshtein distance of two keys.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
