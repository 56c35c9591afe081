package poll

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRedact(t *testing.T) {
	for name, tt := range map[string]struct {
		paths     []string
		raw, want string
	}{
		"no path":             {nil, `{"a":1}`, `{"a":1}`},
		"no match":            {[]string{"x", "a.b"}, `{"a":1}`, `{"a":1}`},
		"only member":         {[]string{"a"}, `{"a":1}`, `{}`},
		"first":               {[]string{"a"}, `{"a":1,"b":2}`, `{"b":2}`},
		"middle":              {[]string{"b"}, `{"a":1,"b":2,"c":3}`, `{"a":1,"c":3}`},
		"last":                {[]string{"b"}, `{"a":1,"b":2}`, `{"a":1}`},
		"two last":            {[]string{"b", "c"}, `{"a":1,"b":2,"c":3}`, `{"a":1}`},
		"all":                 {[]string{"a", "b"}, `{"a":1,"b":2}`, `{}`},
		"last after nested":   {[]string{"a.x", "c"}, `{"a":{"x":1,"y":2},"b":3,"c":4}`, `{"a":{"y":2},"b":3}`},
		"nested cut and last": {[]string{"a.x", "b"}, `{"a":{"x":1},"b":3}`, `{"a":{}}`},
		"deep":                {[]string{"debugContext.debugData.dtHash"}, `{"debugContext":{"debugData":{"dtHash":"x","n":9007199254740993}}}`, `{"debugContext":{"debugData":{"n":9007199254740993}}}`},
		"object value":        {[]string{"a"}, `{"a":{"b":[1,{"c":"}"}]},"z":1.50}`, `{"z":1.50}`},
		"prefix wins":         {[]string{"a", "a.b"}, `{"a":{"b":1},"c":2}`, `{"c":2}`},
		"array elements":      {[]string{"l.s"}, `{"l":[{"s":1,"k":2},3,{"s":4}]}`, `{"l":[{"k":2},3,{}]}`},
		"array with #":        {[]string{"l.#.s"}, `{"l":[{"s":1,"k":2}]}`, `{"l":[{"k":2}]}`},
		"root array":          {[]string{"s"}, `[{"s":1},{"s":2,"k":3}]`, `[{},{"k":3}]`},
		"spaces stay":         {[]string{"b"}, "{ \"a\" : 1 ,\n \"b\" : 2 , \"c\" : 3 }", "{ \"a\" : 1 ,\n  \"c\" : 3 }"},
		"spaces at the end":   {[]string{"b"}, `{ "a" : 1 , "b" : 2 }`, `{ "a" : 1   }`},
		"dot in name":         {[]string{`a\.b`}, `{"a.b":1,"a":{"b":2}}`, `{"a":{"b":2}}`},
		"escaped name":        {[]string{"é/😀"}, `{"\u00e9\/\ud83d\ude00":1,"b":2}`, `{"b":2}`},
		"twice":               {[]string{"a"}, `{"a":1,"b":2,"a":3}`, `{"b":2}`},
		"escaped quote":       {[]string{"a"}, `{"a":"x\"},{","b":2}`, `{"b":2}`},
		"scalar":              {[]string{"a"}, `"a"`, `"a"`},
		"empty":               {[]string{"a"}, ``, ``},
		"cut in the secret":   {[]string{"a"}, `{"b":2,"a":"secr`, `{"b":2,`},
		"cut behind it":       {[]string{"a"}, `{"a":"secret","b":`, `{"b":`},
		"no JSON":             {[]string{"a"}, `a: 1`, `a: 1`},
		"empty path":          {[]string{"", "#"}, `{"a":1}`, `{"a":1}`},
		"empty containers":    {[]string{"a.b"}, `{"a":{ },"c":[ ],"d":{}}`, `{"a":{ },"c":[ ],"d":{}}`},
		"endless arrays":      {[]string{"a"}, strings.Repeat("[", 1<<20), strings.Repeat("[", 1<<20)},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, newRedactor(tt.paths).apply(tt.raw)) })
	}
}

func TestRedactWithoutMatchAllocatesNothing(t *testing.T) {
	r := newRedactor([]string{"debugContext.debugData.dtHash", "x"})
	raw := `{"a":[1,2,{"x":1}],"debugContext":{"debugData":{"other":"y"}}}`
	assert.Zero(t, testing.AllocsPerRun(100, func() { _ = r.apply(raw) }))
}

// FuzzRedact compares with deletion from decoded values.
func FuzzRedact(f *testing.F) {
	f.Add(`{"a":1,"b":{"c":[{"d":2}]}}`, "a", "b.c.d")
	f.Add("[{\"a\": 1 , \"a\":2},[{\"a\":3}]]", "a", "")
	f.Add(`{"\u0061":{}}`, "a.b", "a")
	f.Add(`{"a":"`, "a", "b")
	f.Fuzz(func(t *testing.T, raw, p, q string) {
		r := newRedactor([]string{p, q})
		got := r.apply(raw)
		if len(got) > len(raw) {
			t.Fatalf("%q grew to %q", raw, got)
		}
		var in any
		if json.Unmarshal([]byte(raw), &in) != nil || deep(in) >= deepest {
			return
		}
		var out any
		if err := json.Unmarshal([]byte(got), &out); err != nil {
			t.Fatalf("%q without %q and %q is no JSON: %q", raw, p, q, got)
		}
		if want := without(in, r); !reflect.DeepEqual(want, out) {
			t.Fatalf("%q without %q and %q is %q", raw, p, q, got)
		}
	})
}

func without(v any, r *redactor) any {
	if r == nil {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		for k, member := range v {
			if child := r.next[k]; child != nil && child.leaf {
				delete(v, k)
			} else {
				v[k] = without(member, child)
			}
		}
	case []any:
		for i := range v {
			v[i] = without(v[i], r)
		}
	}
	return v
}

func deep(v any) int {
	n := 0
	switch v := v.(type) {
	case map[string]any:
		for _, m := range v {
			n = max(n, deep(m))
		}
	case []any:
		for _, m := range v {
			n = max(n, deep(m)+1)
		}
	}
	return n
}

func BenchmarkRedact(b *testing.B) {
	r := newRedactor([]string{"debugContext.debugData.dtHash"})
	raw := `{"actor":{"id":"00u1","alternateId":"jane@example.com"},"debugContext":{"debugData":{"dtHash":"0123456789abcdef","url":"/api"}},"filler":"` + strings.Repeat("x", 1700) + `"}`
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		r.apply(raw)
	}
}
