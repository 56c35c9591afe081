package record

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// Canonical returns a JSON value in the one form that ids are derived from: no
// white space, the keys of every object sorted, the order of arrays kept, strings
// and numbers as they were written. Input that is no JSON comes back trimmed.
func Canonical(raw string) string {
	if !gjson.Valid(raw) {
		return strings.TrimSpace(raw)
	}
	var b strings.Builder
	b.Grow(len(raw))
	canonical(&b, gjson.Parse(raw))
	return b.String()
}

func canonical(b *strings.Builder, v gjson.Result) {
	switch {
	case v.IsObject():
		canonicalObject(b, v)
	case v.IsArray():
		b.WriteByte('[')
		first := true
		v.ForEach(func(_, element gjson.Result) bool {
			if !first {
				b.WriteByte(',')
			}
			first = false
			canonical(b, element)
			return true
		})
		b.WriteByte(']')
	default:
		b.WriteString(v.Raw)
	}
}

func canonicalObject(b *strings.Builder, v gjson.Result) {
	type member struct{ key, value gjson.Result }
	var members []member
	v.ForEach(func(key, value gjson.Result) bool {
		members = append(members, member{key, value})
		return true
	})
	slices.SortStableFunc(members, func(x, y member) int { return strings.Compare(x.key.Str, y.key.Str) })
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(m.key.Raw)
		b.WriteByte(':')
		canonical(b, m.value)
	}
	b.WriteByte('}')
}
