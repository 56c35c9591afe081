package poll

import "strings"

type span struct{ from, to int }

// scanner finds the parts of a JSON text that are to be cut, in ascending order.
// Its methods take a position and return the one after what they read, or -1 when
// the text is not JSON.
type scanner struct {
	text string
	cuts []span
}

// deepest bounds the recursion into arrays of arrays. A path cannot say how deep it
// means to go, and no vendor nests further.
const deepest = 64

func (s *scanner) value(i int, r *redactor, depth int) int {
	i = s.space(i)
	if i < len(s.text) && r != nil && depth < deepest {
		switch s.text[i] {
		case '{':
			return s.object(i, r, depth)
		case '[':
			return s.array(i, r, depth)
		}
	}
	return s.skip(i)
}

func (s *scanner) array(i int, r *redactor, depth int) int {
	if i = s.space(i + 1); s.at(i) == ']' {
		return i + 1
	}
	for i >= 0 {
		i = s.space(s.value(i, r, depth+1))
		switch s.at(i) {
		case ',':
			i++
		case ']':
			return i + 1
		default:
			return -1
		}
	}
	return -1
}

func (s *scanner) object(i int, r *redactor, depth int) int {
	if i = s.space(i + 1); s.at(i) == '}' {
		return i + 1
	}
	comma := -1 // behind the last member that stays
	before := 0 // cuts that lie before that comma
	for {
		start := i
		if s.at(i) != '"' {
			return -1
		}
		end := s.skip(i)
		if end < 0 {
			return -1
		}
		child := r.child(s.text[start:end])
		if i = s.space(end); s.at(i) != ':' {
			return -1
		}
		remove := child != nil && child.leaf
		if remove {
			i = s.skip(s.space(i + 1))
		} else {
			i = s.value(i+1, child, depth)
		}
		if i < 0 && remove {
			s.cuts = append(s.cuts, span{start, len(s.text)})
		}
		stop := i
		i = s.space(i)
		switch s.at(i) {
		case ',':
			if remove {
				s.cuts = append(s.cuts, span{start, i + 1})
			} else {
				comma, before = i, len(s.cuts)
			}
			i = s.space(i + 1)
		case '}':
			if remove {
				if comma >= 0 {
					s.insert(before, span{comma, comma + 1})
				}
				s.cuts = append(s.cuts, span{start, stop})
			}
			return i + 1
		default:
			return -1
		}
	}
}

func (s *scanner) insert(at int, c span) {
	s.cuts = append(s.cuts, span{})
	copy(s.cuts[at+1:], s.cuts[at:])
	s.cuts[at] = c
}

func (s *scanner) at(i int) byte {
	if i < 0 || i >= len(s.text) {
		return 0
	}
	return s.text[i]
}

func (s *scanner) space(i int) int {
	if i < 0 {
		return i
	}
	for i < len(s.text) {
		switch s.text[i] {
		case ' ', '\t', '\n', '\r':
			i++
		default:
			return i
		}
	}
	return i
}

// skip returns the position after the value at i.
func (s *scanner) skip(i int) int {
	depth := 0
	for i >= 0 && i < len(s.text) {
		switch s.text[i] {
		case '"':
			i = s.quoted(i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return -1
			}
			i++
			continue
		default:
			i = s.word(i)
		}
		if depth <= 0 {
			if depth < 0 {
				return -1
			}
			return i
		}
	}
	return -1
}

// quoted returns the position after the string at i.
func (s *scanner) quoted(i int) int {
	for i++; ; i++ {
		n := strings.IndexByte(s.text[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		escapes := 0
		for s.text[i-1-escapes] == '\\' { // stops at the opening quote
			escapes++
		}
		if escapes%2 == 0 {
			return i + 1
		}
	}
}

// word returns the position after the number or literal at i.
func (s *scanner) word(i int) int {
	if n := strings.IndexAny(s.text[i:], ",:]}[{\" \t\r\n"); n >= 0 {
		return i + n
	}
	return len(s.text)
}
