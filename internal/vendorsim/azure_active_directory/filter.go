package azureactivedirectory

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// filter is an understood $filter: a test for rows, and the times that it allows.
type filter struct {
	match        func(raw string) bool
	since, until time.Time // inclusive; zero is open
	types        bool      // signInEventTypes is restricted
}

// property is what may be filtered by, as the reference pages list it.
type property struct {
	path      string // in a row
	kind      string // text, prefix (startswith is allowed too), number, bool
	list      bool   // only as path/any(t: ...)
	inElement string // in the elements of a list
}

// The properties of both logs; the time is not one of them.
var (
	auditProperties = map[string]property{
		"activityDisplayName": {path: "activityDisplayName", kind: "prefix"}, "loggedByService": {path: "loggedByService", kind: "text"},
		"correlationId": {path: "correlationId", kind: "text"}, "initiatedBy/user/id": {path: "initiatedBy.user.id", kind: "text"},
		"initiatedBy/user/userPrincipalName": {path: "initiatedBy.user.userPrincipalName", kind: "prefix"},
		"initiatedBy/user/displayName":       {path: "initiatedBy.user.displayName", kind: "text"},
		"initiatedBy/app/appId":              {path: "initiatedBy.app.appId", kind: "text"},
		"initiatedBy/app/displayName":        {path: "initiatedBy.app.displayName", kind: "text"},
		"targetResources":                    {path: "targetResources", kind: "text", list: true, inElement: "id"},
	}
	signInProperties = map[string]property{
		"id": {path: "id", kind: "text"}, "userId": {path: "userId", kind: "text"}, "appId": {path: "appId", kind: "text"},
		"userDisplayName": {path: "userDisplayName", kind: "prefix"}, "userPrincipalName": {path: "userPrincipalName", kind: "prefix"},
		"appDisplayName": {path: "appDisplayName", kind: "prefix"}, "ipAddress": {path: "ipAddress", kind: "prefix"},
		"status/errorCode": {path: "status.errorCode", kind: "number"}, "isInteractive": {path: "isInteractive", kind: "bool"},
		"correlationId": {path: "correlationId", kind: "text"},
	}
	betaSignInProperties = map[string]property{
		"servicePrincipalId": {path: "servicePrincipalId", kind: "text"},
		"signInEventTypes":   {path: "signInEventTypes", kind: "text", list: true},
	}
)

// parser reads the part of OData's filter language that the logs know. Times are
// only understood when they are not within a disjunction, as queries need them.
type parser struct {
	tokens     []string
	at         int
	time       string // the name of the time property
	properties map[string]property
	found      filter
	depth      int // of disjunctions
}

var lexemes = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9_/]*|'(?:[^']|'')*'|\d[0-9A-Za-z:.+-]*|[():,])`)

func parseFilter(text, timeName string, properties ...map[string]property) (filter, error) {
	p := parser{time: timeName, properties: map[string]property{}}
	for _, set := range properties {
		for name, prop := range set {
			p.properties[name] = prop
		}
	}
	for rest := strings.TrimLeft(text, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		token := lexemes.FindString(rest)
		if token == "" {
			return filter{}, fmt.Errorf("unexpected %.10q", rest)
		}
		p.tokens, rest = append(p.tokens, token), rest[len(token):]
	}
	match, err := p.or()
	if err == nil && p.at < len(p.tokens) {
		err = fmt.Errorf("unexpected %q", p.tokens[p.at])
	}
	p.found.match = match
	return p.found, err
}

func (p *parser) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *parser) next() string {
	token := p.peek()
	p.at++
	return token
}

// expect reads tokens that must come.
func (p *parser) expect(tokens ...string) error {
	for _, want := range tokens {
		if got := p.next(); got != want {
			return fmt.Errorf("%q instead of %q", got, want)
		}
	}
	return nil
}

func (p *parser) or() (func(string) bool, error) {
	start, before := p.at, p.found
	left, err := p.and()
	if err == nil && p.peek() == "or" { // read it again, now that it is known to be one of several
		p.at, p.found = start, before
		p.depth++
		defer func() { p.depth-- }()
		left, err = p.and()
	}
	for err == nil && p.peek() == "or" {
		p.next()
		var right func(string) bool
		if right, err = p.and(); err == nil {
			a := left
			left = func(raw string) bool { return a(raw) || right(raw) }
		}
	}
	return left, err
}

func (p *parser) and() (func(string) bool, error) {
	left, err := p.term()
	for err == nil && p.peek() == "and" {
		p.next()
		var right func(string) bool
		if right, err = p.term(); err == nil {
			a := left
			left = func(raw string) bool { return a(raw) && right(raw) }
		}
	}
	return left, err
}

func (p *parser) term() (func(string) bool, error) {
	name := p.next()
	switch {
	case name == "(":
		inner, err := p.or()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	case name == "startswith":
		return p.startsWith()
	case name == p.time:
		return p.compareTime()
	}
	if list, ok := strings.CutSuffix(name, "/any"); ok && p.properties[list].list {
		return p.any(list)
	}
	prop, ok := p.properties[name]
	if !ok || prop.list {
		return nil, fmt.Errorf("%q cannot be filtered by", name)
	}
	if err := p.expect("eq"); err != nil {
		return nil, err
	}
	value, err := literal(p.next(), prop.kind)
	return func(raw string) bool { return gjson.Get(raw, prop.path).String() == value }, err
}

func (p *parser) startsWith() (func(string) bool, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	prop := p.properties[p.next()]
	if prop.kind != "prefix" {
		return nil, fmt.Errorf("startswith is not for this property")
	}
	if err := p.expect(","); err != nil {
		return nil, err
	}
	value, err := literal(p.next(), "text")
	if err == nil {
		err = p.expect(")")
	}
	return func(raw string) bool { return strings.HasPrefix(gjson.Get(raw, prop.path).String(), value) }, err
}

// any reads (t: t eq 'x') or (t: t/id eq 'x').
func (p *parser) any(list string) (func(string) bool, error) {
	prop := p.properties[list]
	p.found.types = p.found.types || list == "signInEventTypes"
	if err := p.expect("("); err != nil {
		return nil, err
	}
	v := p.next()
	element := v
	if prop.inElement != "" {
		element += "/" + prop.inElement
	}
	if err := p.expect(":", element, "eq"); err != nil {
		return nil, err
	}
	value, err := literal(p.next(), prop.kind)
	if err == nil {
		err = p.expect(")")
	}
	return func(raw string) bool {
		values := gjson.Get(raw, prop.path)
		if list == "signInEventTypes" && !values.Exists() {
			return value == "interactiveUser" // what version 1.0 shows
		}
		return slices.ContainsFunc(values.Array(), func(e gjson.Result) bool {
			return e.String() == value || prop.inElement != "" && e.Get(prop.inElement).Str == value
		})
	}, err
}

// compareTime reads ge, le or eq and a bare UTC time.
func (p *parser) compareTime() (func(string) bool, error) {
	op, value := p.next(), p.next()
	at, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		if at, err = time.Parse(time.DateOnly, value); err != nil {
			return nil, fmt.Errorf("%s is no time", value)
		}
	}
	if p.depth > 0 {
		return nil, fmt.Errorf("a time within or")
	}
	switch op {
	case "ge":
		p.found.since = latest(p.found.since, at)
	case "le":
		p.found.until = at
	case "eq":
		p.found.since, p.found.until = at, at
	default:
		return nil, fmt.Errorf("times are compared by ge, le and eq, not by %q", op)
	}
	return func(string) bool { return true }, nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// literal reads a constant of a kind as a row shows it.
func literal(token, kind string) (string, error) {
	switch kind {
	case "number":
		_, err := strconv.Atoi(token)
		return token, err
	case "bool":
		_, err := strconv.ParseBool(token)
		return token, err
	}
	if len(token) < 2 || token[0] != '\'' {
		return "", fmt.Errorf("%s is no text", token)
	}
	return strings.ReplaceAll(token[1:len(token)-1], "''", "'"), nil
}
