package salesforce

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// value is a literal. Times are spans, since TODAY and the like are; others are a
// span of nothing.
type value struct {
	field    *field
	null     bool
	text     string
	number   float64
	from, to time.Time // the last moment of the span is to
}

// missing tells that a row has no value, and so is neither more nor less.
func (v value) missing(o *object, e *vendorsim.Entry) bool {
	return v.field.name != o.time && gjson.Get(e.Raw, v.field.name).Type == gjson.Null
}

// against compares a row's field with the literal.
func (v value) against(o *object, e *vendorsim.Entry) int {
	got := gjson.Get(e.Raw, v.field.name)
	at := e.Time
	if v.field.kind == moment && v.field.name != o.time {
		at, _ = time.Parse(timeForm, got.Str) // the simulator wrote it
	}
	switch {
	case v.field.name == o.time:
	case v.null:
		return cmp.Compare(len(got.String()), 0)
	case got.Type == gjson.Null:
		return -1
	}
	switch v.field.kind {
	case moment:
		switch {
		case at.Before(v.from):
			return -1
		case at.After(v.to):
			return 1
		}
		return 0
	case number:
		return cmp.Compare(got.Num, v.number)
	case id:
		return strings.Compare(short(got.Str), short(v.text))
	}
	return strings.Compare(strings.ToLower(got.String()), strings.ToLower(v.text))
}

// short is the form of an id that has 15 characters; both forms are the same id.
func short(id string) string {
	if len(id) == 18 {
		return id[:15]
	}
	return id
}

// value reads a literal of the field's kind.
func (p *parser) value(f *field) (value, *mistake) {
	t, v := p.take(), value{field: f}
	quoted := strings.HasPrefix(t.text, "'")
	if t.is("null") {
		v.null = true
		return v, nil
	}
	wrong := func(kind, quotes string) (value, *mistake) {
		return v, invalidField(t.at, "value of filter criterion for field '"+f.name+"' must be of type "+kind+" and should "+quotes+"be enclosed in quotes")
	}
	var err error
	switch f.kind {
	case moment:
		if v.from, v.to, err = p.moment(t.text); err != nil || quoted {
			return wrong("dateTime", "not ")
		}
	case number:
		if v.number, err = strconv.ParseFloat(t.text, 64); err != nil {
			return wrong("double", "not ")
		}
	case boolean:
		if !t.is("true", "false") {
			return wrong("boolean", "not ")
		}
		v.text = strings.ToLower(t.text)
	default:
		if !quoted {
			return wrong("string", "")
		}
		var ok bool
		if v.text, ok = unquote(t.text); !ok {
			return v, malformed(t.at, "Illegal character sequence in string literal")
		}
	}
	return v, nil
}

// unquote reads a string literal:
// https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
func unquote(quoted string) (string, bool) {
	var b strings.Builder
	inner := quoted[1 : len(quoted)-1]
	for i := 0; i < len(inner); i++ {
		if inner[i] != '\\' {
			b.WriteByte(inner[i])
			continue
		}
		i++
		at := strings.IndexByte(`nNrRtTbBfF"'\_%`, inner[i])
		if at < 0 {
			return "", false
		}
		b.WriteByte("\n\n\r\r\t\t\b\b\f\f\"'\\_%"[at])
	}
	return b.String(), true
}

var (
	moments = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$`)
	lastN   = regexp.MustCompile(`^(?i:LAST_N_DAYS):(\d+)$`)
)

// moment reads a time, or a date literal that stands for whole days (in UTC: the
// user's time zone is that). A date alone is none of a dateTime field's values.
func (p *parser) moment(text string) (from, to time.Time, err error) {
	today := p.now.Truncate(day)
	span := func(from time.Time, days int) (time.Time, time.Time, error) {
		return from, from.AddDate(0, 0, days).Add(-time.Nanosecond), nil
	}
	switch n := lastN.FindStringSubmatch(text); {
	case n != nil:
		days, err := strconv.Atoi(n[1])
		from := today.AddDate(0, 0, -days)
		return from, p.now, err
	case strings.EqualFold(text, "TODAY"):
		return span(today, 1)
	case strings.EqualFold(text, "YESTERDAY"):
		return span(today.AddDate(0, 0, -1), 1)
	case !moments.MatchString(text):
		return from, to, strconv.ErrSyntax
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, at, err
}
