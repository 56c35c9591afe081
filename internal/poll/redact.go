package poll

import (
	"encoding/json"
	"strings"
)

// redactor removes members from JSON text by path. A path is a list of member
// names joined by dots; a backslash before a dot (or a backslash) makes it part of
// the name. Arrays on the way are walked through: the rest of the path applies to
// each element, and a "#" may be written for it. The nil redactor removes nothing.
type redactor struct {
	leaf bool
	next map[string]*redactor
}

// newRedactor returns the redactor of some paths, nil when there are none.
func newRedactor(paths []string) *redactor {
	var root *redactor
	for _, p := range paths {
		names := splitPath(p)
		if len(names) == 0 {
			continue
		}
		if root == nil {
			root = &redactor{}
		}
		n := root
		for _, name := range names {
			if n.next == nil {
				n.next = map[string]*redactor{}
			}
			if n.next[name] == nil {
				n.next[name] = &redactor{}
			}
			n = n.next[name]
		}
		n.leaf = true
	}
	return root
}

func splitPath(p string) []string {
	var names []string
	var b strings.Builder
	for i := 0; i <= len(p); i++ {
		switch {
		case i == len(p) || p[i] == '.':
			if name := b.String(); name != "" && name != "#" {
				names = append(names, name)
			}
			b.Reset()
		case p[i] == '\\' && i+1 < len(p):
			i++
			b.WriteByte(p[i])
		default:
			b.WriteByte(p[i])
		}
	}
	return names
}

// apply returns raw without the members of r and without one comma each; all other
// bytes stay as they are. It returns raw itself when nothing matches. In text that
// breaks off inside a member to be removed, everything from that member on is
// removed.
func (r *redactor) apply(raw string) string {
	if r == nil {
		return raw
	}
	s := scanner{text: raw}
	s.value(0, r, 0)
	if len(s.cuts) == 0 {
		return raw
	}
	var b strings.Builder
	b.Grow(len(raw))
	from := 0
	for _, c := range s.cuts {
		b.WriteString(raw[from:c.from])
		from = c.to
	}
	b.WriteString(raw[from:])
	return b.String()
}

// child returns the redactor of a member by its quoted name.
func (r *redactor) child(quoted string) *redactor {
	name := quoted[1 : len(quoted)-1]
	if strings.IndexByte(name, '\\') >= 0 {
		name = unescape(quoted)
	}
	return r.next[name]
}

// unescape returns the text of a JSON string, "" when it is none.
func unescape(quoted string) string {
	var text string
	if json.Unmarshal([]byte(quoted), &text) != nil {
		return ""
	}
	return text
}
