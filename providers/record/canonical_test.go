package record_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers/record"
)

func TestCanonical(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"keys are sorted at every level": {`{"b":1,"a":{"d":[{"z":1,"y":2}],"c":null}}`, `{"a":{"c":null,"d":[{"y":2,"z":1}]},"b":1}`},
		"white space goes":               {" {\n\"a\" : [ 1 , true ]\t} ", `{"a":[1,true]}`},
		"numbers stay as written":        {`[9007199254740993,1.50,1e3]`, `[9007199254740993,1.50,1e3]`},
		"escapes that are not needed go": {`["<&>","\u00e9","é","a\/b"]`, `["<&>","é","é","a/b"]`},
		"arrays keep their order":        {`[3,1,2]`, `[3,1,2]`},
		"keys are compared unescaped":    {`{"\u0062":1,"a":2}`, `{"a":2,"b":1}`},
		"the last of equal keys wins":    {`{"a":1,"a":2}`, `{"a":2}`},
		"empty ones":                     {`{"a":{},"b":[]}`, `{"a":{},"b":[]}`},
		"no JSON":                        {" nonsense ", " nonsense "},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, record.Canonical(tt.in)) })
	}
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{`{"a":1,"a":2}`, `[[[]]]`, `"x"`, ``} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		once := record.Canonical(raw)
		assert.Equal(t, once, record.Canonical(once), "the form of the form is the form")
	})
}
