package okta

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/tidwall/gjson"
)

// The filter language is SCIM's (RFC 7644, section 3.4.2.2) without [ ]:
// https://developer.okta.com/docs/reference/system-log-query/

type predicate func(raw string) bool

// parseFilter compiles a filter expression and a keyword search; empty ones match
// everything.
func parseFilter(filter, keywords string) (func(raw string) bool, error) {
	match := func(string) bool { return true }
	if filter != "" {
		p := &parser{}
		var err error
		if p.tokens, err = lex(filter); err != nil {
			return nil, err
		}
		if match, err = p.or(); err != nil {
			return nil, err
		}
		if p.at < len(p.tokens) {
			return nil, fmt.Errorf("unexpected %q", p.tokens[p.at])
		}
	}
	words := strings.Fields(strings.ToLower(keywords))
	return func(raw string) bool {
		if !match(raw) {
			return false
		}
		lower := strings.ToLower(raw)
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(lower, w) })
	}, nil
}

// lex cuts an expression into names, operators, parentheses and quoted strings,
// which keep their quotes.
func lex(s string) ([]string, error) {
	var tokens []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		var n int // of the token
		switch s[0] {
		case '(', ')':
			n = 1
		case '"':
			for n = 1; n < len(s) && s[n] != '"'; n++ {
				if s[n] == '\\' {
					n++
				}
			}
			if n++; n > len(s) {
				return nil, errors.New("string without end")
			}
		default:
			n = strings.IndexFunc(s, func(c rune) bool { return unicode.IsSpace(c) || c == '(' || c == ')' || c == '"' })
			if n < 0 {
				n = len(s)
			}
		}
		tokens = append(tokens, s[:n])
		s = s[n:]
	}
	return tokens, nil
}

type parser struct {
	tokens []string
	at     int
}

// next takes the next token; word compares without case.
func (p *parser) next() string {
	if p.at == len(p.tokens) {
		return ""
	}
	p.at++
	return p.tokens[p.at-1]
}

func (p *parser) word(w string) bool {
	if p.at < len(p.tokens) && strings.EqualFold(p.tokens[p.at], w) {
		p.at++
		return true
	}
	return false
}

func (p *parser) or() (predicate, error) {
	left, err := p.and()
	for err == nil && p.word("or") {
		var right predicate
		if right, err = p.and(); err == nil {
			l := left
			left = func(raw string) bool { return l(raw) || right(raw) }
		}
	}
	return left, err
}

func (p *parser) and() (predicate, error) {
	left, err := p.term()
	for err == nil && p.word("and") {
		var right predicate
		if right, err = p.term(); err == nil {
			l := left
			left = func(raw string) bool { return l(raw) && right(raw) }
		}
	}
	return left, err
}

func (p *parser) term() (predicate, error) {
	negate := p.word("not")
	var inner predicate
	var err error
	if p.word("(") {
		if inner, err = p.or(); err == nil && !p.word(")") {
			err = errors.New("missing )")
		}
	} else if negate {
		err = errors.New("not needs ( )")
	} else {
		inner, err = p.comparison()
	}
	if negate && err == nil {
		return func(raw string) bool { return !inner(raw) }, nil
	}
	return inner, err
}

// fields are the attributes of a log event that can be searched.
var fields = []string{
	"actor", "authenticationContext", "client", "debugContext", "device", "displayMessage", "eventType",
	"legacyEventType", "outcome", "request", "securityContext", "severity", "target", "transaction", "uuid", "version",
}

func (p *parser) comparison() (predicate, error) {
	name, op := p.next(), strings.ToLower(p.next())
	top, _, _ := strings.Cut(name, ".")
	if !slices.Contains(fields, top) {
		return nil, fmt.Errorf("unrecognized attribute name %q", name)
	}
	if op == "pr" {
		return func(raw string) bool { return len(values(raw, name)) > 0 }, nil
	}
	if !slices.Contains([]string{"eq", "ne", "gt", "ge", "lt", "le", "sw", "co", "ew"}, op) {
		return nil, fmt.Errorf("unsupported operator %q", op)
	}
	value := p.next()
	if !gjson.Valid(value) {
		return nil, fmt.Errorf("the value %q is no string, number, boolean or null", value)
	}
	want := gjson.Parse(value).String()
	if op == "ne" {
		return func(raw string) bool { return !slices.Contains(values(raw, name), want) }, nil
	}
	return func(raw string) bool {
		return slices.ContainsFunc(values(raw, name), func(got string) bool { return compare(op, got, want) })
	}, nil
}

// values returns what an attribute holds; arrays on the way stand for all of their
// elements.
func values(raw, name string) []string {
	found := []gjson.Result{gjson.Parse(raw)}
	for part := range strings.SplitSeq(name, ".") {
		var inner []gjson.Result
		for _, f := range found {
			for _, e := range elements(f) {
				if v := e.Get(gjson.Escape(part)); v.Exists() && v.Type != gjson.Null {
					inner = append(inner, v)
				}
			}
		}
		found = inner
	}
	var out []string
	for _, f := range found {
		for _, e := range elements(f) {
			out = append(out, e.String())
		}
	}
	return out
}

func elements(v gjson.Result) []gjson.Result {
	if v.IsArray() {
		return v.Array()
	}
	return []gjson.Result{v}
}

func compare(op, got, want string) bool {
	switch op {
	case "eq":
		return got == want
	case "gt":
		return got > want
	case "ge":
		return got >= want
	case "lt":
		return got < want
	case "le":
		return got <= want
	case "sw":
		return strings.HasPrefix(got, want)
	case "ew":
		return strings.HasSuffix(got, want)
	}
	return strings.Contains(got, want)
}
