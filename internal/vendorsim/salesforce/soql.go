package salesforce

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// query is an understood SOQL query.
type query struct {
	object  *object
	columns []column
	where   func(*vendorsim.Entry) bool
	order   []sorting
	limit   int // 0: none
	// since and until are the outer bounds of the object's time; zero is open.
	since, until time.Time
	// byID says that the id is restricted, in whatever way.
	byID bool
}

// column is one selected field.
type column struct {
	relation string // of the object that has it; empty: the queried one
	target   *object
	field    *field
}

type sorting struct {
	field      *field
	descending bool
	nullsLast  bool
}

type token struct {
	text string
	at   int
}

// is compares with a keyword, whose case does not matter.
func (t token) is(words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(t.text, w) })
}

// parser reads the part of SOQL that the documentation shows for these objects:
// https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm
type parser struct {
	schema schema
	tokens []token
	next   int
	end    int // of the text
	now    time.Time
	query  *query
	depth  int // of OR and NOT, behind which a time bounds nothing
}

var lexemes = regexp.MustCompile(`^(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::\d+)?|'(?:[^'\\]|\\.)*'|-?\d[0-9A-Za-z:.+-]*|<=|>=|!=|<>|[=<>(),])`)

// parse reads a query as one caller may ask it.
func parse(soql string, c schema, now time.Time) (*query, *mistake) {
	p := &parser{schema: c, end: len(soql), now: now, query: &query{where: func(*vendorsim.Entry) bool { return true }}}
	for at := 0; ; {
		for at < len(soql) && strings.IndexByte(" \t\r\n", soql[at]) >= 0 {
			at++
		}
		if at == len(soql) {
			break
		}
		lexeme := lexemes.FindString(soql[at:])
		if lexeme == "" {
			return nil, malformed(at, "unexpected token: '"+soql[at:at+1]+"'")
		}
		p.tokens = append(p.tokens, token{lexeme, at})
		at += len(lexeme)
	}
	if wrong := p.read(); wrong != nil {
		return nil, wrong
	}
	return p.query, nil
}

func malformed(at int, text string) *mistake {
	return &mistake{code: "MALFORMED_QUERY", text: text, at: at}
}

func invalidField(at int, text string) *mistake {
	return &mistake{code: "INVALID_FIELD", text: text, at: at}
}

func (p *parser) peek() token {
	if p.next < len(p.tokens) {
		return p.tokens[p.next]
	}
	return token{"<EOF>", p.end}
}

func (p *parser) take() token {
	t := p.peek()
	p.next++
	return t
}

// has takes the next token if it is the word.
func (p *parser) has(word string) bool {
	if !p.peek().is(word) {
		return false
	}
	p.next++
	return true
}

func unexpected(t token) *mistake { return malformed(t.at, "unexpected token: '"+t.text+"'") }

// expect takes words that must come.
func (p *parser) expect(words ...string) *mistake {
	for _, word := range words {
		if t := p.take(); !t.is(word) {
			return unexpected(t)
		}
	}
	return nil
}

func (p *parser) read() *mistake {
	if wrong := p.expect("SELECT"); wrong != nil {
		return wrong
	}
	selected, wrong := p.selected()
	if wrong != nil {
		return wrong
	}
	if wrong := p.expect("FROM"); wrong != nil {
		return wrong
	}
	name := p.take()
	if p.query.object = p.schema.object(name.text); p.query.object == nil {
		return &mistake{code: "INVALID_TYPE", at: name.at, text: "sObject type '" + name.text + "' is not supported. " +
			"If you are attempting to use a custom object, be sure to append the '__c' after the entity name. " +
			"Please reference your WSDL or the describe call for the appropriate names."}
	}
	if p.has("WHERE") {
		if p.query.where, wrong = p.condition(); wrong != nil {
			return wrong
		}
	}
	if wrong := p.ordering(); wrong != nil {
		return wrong
	}
	if wrong := p.limit(); wrong != nil {
		return wrong
	}
	if p.next < len(p.tokens) {
		return unexpected(p.peek())
	}
	return p.resolve(selected)
}

// selected reads the list of fields; FIELDS(STANDARD) and its like are kept as one.
func (p *parser) selected() ([]token, *mistake) {
	var list []token
	for {
		t := p.take()
		if t.is("FIELDS") {
			if wrong := p.expect("("); wrong != nil {
				return nil, wrong
			}
			which := p.take()
			if !which.is("STANDARD", "ALL", "CUSTOM") || p.schema.version < 51 {
				return nil, unexpected(which)
			}
			t.text = "FIELDS(" + strings.ToUpper(which.text) + ")"
			if wrong := p.expect(")"); wrong != nil {
				return nil, wrong
			}
		} else if !isName(t.text) {
			return nil, unexpected(t)
		}
		list = append(list, t)
		if !p.has(",") {
			return list, nil
		}
	}
}

var names = regexp.MustCompile(`^[A-Za-z_][\w.]*$`)

func isName(text string) bool { return names.MatchString(text) }

// resolve finds the selected fields.
func (p *parser) resolve(selected []token) *mistake {
	seen := map[string]bool{}
	for _, t := range selected {
		list := []string{t.text}
		switch t.text {
		case "FIELDS(ALL)", "FIELDS(CUSTOM)":
			if p.query.limit < 1 || p.query.limit > 200 {
				return malformed(t.at, "The SOQL FIELDS function must have a LIMIT of at most 200")
			}
			list = nil
			if t.text == "FIELDS(ALL)" {
				list = p.schema.standard(p.query.object)
			}
		case "FIELDS(STANDARD)":
			list = p.schema.standard(p.query.object)
		}
		for _, name := range list {
			c, wrong := p.column(name, t.at)
			if wrong != nil {
				return wrong
			}
			key := c.relation + "." + c.field.name
			if seen[key] {
				return malformed(t.at, "duplicate field selected: "+name)
			}
			seen[key] = true
			p.query.columns = append(p.query.columns, c)
		}
	}
	return nil
}

func (p *parser) column(name string, at int) (column, *mistake) {
	c := column{target: p.query.object}
	relation, last, related := strings.Cut(name, ".")
	if related {
		c.relation, c.target = p.query.object.relation(relation)
		name = last
	}
	if c.target == nil {
		return c, invalidField(at, "Didn't understand relationship '"+relation+"' in field path. If you are attempting to use a custom relationship, "+
			"be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.")
	}
	if c.field = p.schema.field(c.target, name); c.field == nil {
		return c, noColumn(at, name, c.target)
	}
	return c, nil
}

func noColumn(at int, name string, o *object) *mistake {
	return invalidField(at, "No such column '"+name+"' on entity '"+o.name+"'. If you are attempting to use a custom field, "+
		"be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.")
}

func (p *parser) ordering() *mistake {
	if !p.has("ORDER") {
		return nil
	}
	if wrong := p.expect("BY"); wrong != nil {
		return wrong
	}
	for {
		t := p.take()
		f := p.schema.field(p.query.object, t.text)
		if f == nil {
			return noColumn(t.at, t.text, p.query.object)
		}
		if !f.sort {
			return malformed(t.at, "field '"+f.name+"' can not be sorted in a query call")
		}
		s := sorting{field: f}
		if !p.has("ASC") {
			s.descending = p.has("DESC")
		}
		if p.has("NULLS") {
			if s.nullsLast = p.has("LAST"); !s.nullsLast {
				if wrong := p.expect("FIRST"); wrong != nil {
					return wrong
				}
			}
		}
		p.query.order = append(p.query.order, s)
		if !p.has(",") {
			return nil
		}
	}
}

func (p *parser) limit() *mistake {
	if !p.has("LIMIT") {
		return nil
	}
	t := p.take()
	n, err := strconv.Atoi(t.text)
	if err != nil || n < 1 {
		return unexpected(t)
	}
	p.query.limit = n
	return nil
}
