package vendorhttp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"
)

func BenchmarkDepth(b *testing.B) {
	page := `{"events":[` + strings.Repeat(`{"uuid":"dc9fd3c0-598c-11ef-8478-2b7584bf8d5a","eventType":"user.session.start","actor":{"id":"00u1","displayName":"Alex \"Al\" Example","detail":null},"outcome":{"result":"SUCCESS"},"published":"2026-03-01T08:00:00.000Z"},`, 1000) + `{}]}`
	for name, f := range map[string]func(string) bool{
		"depth":       func(s string) bool { return !tooDeep(s, maxDepth) },
		"gjson.Valid": gjson.Valid,
		"json.Valid":  func(s string) bool { return json.Valid([]byte(s)) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			for b.Loop() {
				if !f(page) {
					b.Fatal()
				}
			}
		})
	}
}

// tooDeep against the plain way of counting.
func FuzzDepth(f *testing.F) {
	for _, s := range []string{`[[{"a":"]"}]]`, `{"a\"[":[1]}`, `["\\"]`, `[`, `"`, ``, ` {`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		depth, deepest, inString, escaped := 0, 0, false, false
		started := false
		for _, c := range []byte(text) {
			if !started && (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
				continue
			}
			if !started && c != '{' && c != '[' {
				break
			}
			started = true
			switch {
			case escaped:
				escaped = false
			case inString && c == '\\':
				escaped = true
			case c == '"':
				inString = !inString
			case inString:
			case c == '{' || c == '[':
				depth++
				deepest = max(deepest, depth)
			case c == '}' || c == ']':
				depth--
			}
		}
		for _, limit := range []int{0, 1, 2, 5} {
			assert.Equal(t, deepest > limit, tooDeep(text, limit), "limit %d of %q", limit, text)
		}
	})
}
