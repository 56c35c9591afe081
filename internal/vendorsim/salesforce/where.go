package salesforce

import (
	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type predicate = func(*vendorsim.Entry) bool

// condition reads terms joined by AND, or by OR: to mix them takes parentheses.
func (p *parser) condition() (predicate, *mistake) {
	start, since, until := p.next, p.query.since, p.query.until
	all, wrong := p.term()
	if wrong == nil && p.peek().is("OR") { // once more, now that no term bounds the whole
		p.next, p.query.since, p.query.until = start, since, until
		return p.any()
	}
	for wrong == nil && p.has("AND") {
		var right predicate
		if right, wrong = p.term(); wrong == nil {
			left := all
			all = func(e *vendorsim.Entry) bool { return left(e) && right(e) }
		}
	}
	return all, wrong
}

func (p *parser) any() (predicate, *mistake) {
	p.depth++
	defer func() { p.depth-- }()
	some, wrong := p.term()
	for wrong == nil && p.has("OR") {
		var right predicate
		if right, wrong = p.term(); wrong == nil {
			left := some
			some = func(e *vendorsim.Entry) bool { return left(e) || right(e) }
		}
	}
	return some, wrong
}

func (p *parser) term() (predicate, *mistake) {
	switch {
	case p.has("("):
		inner, wrong := p.condition()
		if wrong == nil {
			wrong = p.expect(")")
		}
		return inner, wrong
	case p.has("NOT"):
		p.depth++
		defer func() { p.depth-- }()
		inner, wrong := p.term()
		return func(e *vendorsim.Entry) bool { return !inner(e) }, wrong
	}
	return p.comparison()
}

// comparison reads a field, an operator and one or more values.
func (p *parser) comparison() (predicate, *mistake) {
	q, t := p.query, p.take()
	f := p.schema.field(q.object, t.text)
	switch {
	case !isName(t.text):
		return nil, unexpected(t)
	case f == nil:
		return nil, noColumn(t.at, t.text, q.object)
	case !f.filter:
		return nil, invalidField(t.at, "field '"+f.name+"' can not be filtered in a query call")
	}
	q.byID = q.byID || f.name == "Id"
	op := p.take()
	not := op.is("NOT")
	if not {
		op = p.take()
	}
	var test predicate
	var wrong *mistake
	switch {
	case op.is("IN"):
		test, wrong = p.in(f)
	case not:
		return nil, unexpected(op)
	default:
		test, wrong = p.compare(f, op)
	}
	switch {
	case wrong != nil:
		return nil, wrong
	case not:
		inner := test
		test = func(e *vendorsim.Entry) bool { return !inner(e) }
	}
	if q.object == eventLogFile && f.name == "Interval" {
		// https://github.com/elastic/integrations/pull/20931: beside a condition on the
		// id, the interval decides nothing.
		inner := test
		test = func(e *vendorsim.Entry) bool { return q.byID || inner(e) }
	}
	return test, nil
}

func (p *parser) in(f *field) (predicate, *mistake) {
	if wrong := p.expect("("); wrong != nil {
		return nil, wrong
	}
	var tests []predicate
	for {
		v, wrong := p.value(f)
		if wrong != nil {
			return nil, wrong
		}
		tests = append(tests, func(e *vendorsim.Entry) bool { return v.against(p.query.object, e) == 0 })
		if !p.has(",") {
			break
		}
	}
	return func(e *vendorsim.Entry) bool {
		for _, t := range tests {
			if t(e) {
				return true
			}
		}
		return false
	}, p.expect(")")
}

func (p *parser) compare(f *field, op token) (predicate, *mistake) {
	if !op.is("=", "!=", "<>", "<", "<=", ">", ">=") {
		return nil, unexpected(op)
	}
	ordered := op.is("<", "<=", ">", ">=")
	if ordered && (f.kind == id || f.kind == boolean) {
		return nil, invalidField(op.at, "operator "+op.text+" is not valid for the field "+f.name)
	}
	v, wrong := p.value(f)
	if wrong != nil {
		return nil, wrong
	}
	if f.name == p.query.object.time && p.depth == 0 {
		p.bound(op.text, v)
	}
	return func(e *vendorsim.Entry) bool {
		c := v.against(p.query.object, e)
		switch op.text {
		case "=":
			return c == 0
		case "!=", "<>":
			return c != 0
		case "<":
			return c < 0 && !v.missing(p.query.object, e)
		case "<=":
			return c <= 0 && !v.missing(p.query.object, e)
		case ">":
			return c > 0
		default:
			return c >= 0
		}
	}, nil
}

// bound notes the outer limits of the object's time.
func (p *parser) bound(op string, v value) {
	q := p.query
	switch op {
	case ">", ">=", "=":
		if v.from.After(q.since) {
			q.since = v.from
		}
	}
	switch op {
	case "<", "<=", "=":
		if q.until.IsZero() || v.to.Before(q.until) {
			q.until = v.to
		}
	}
}
