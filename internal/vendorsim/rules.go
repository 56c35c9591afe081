package vendorsim

import (
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Param checks one value of a parameter; its error says what is wrong with it.
type Param func(value string) error

// Rules say what a request may look like. Everything else is a Violation.
type Rules struct {
	// Method is the one allowed method; empty means GET.
	Method string
	// Params are the parameters of the query (or form). A name that ends in "*"
	// stands for all names with that prefix.
	Params map[string]Param
	// Required parameters must be there; Repeated ones may come more than once.
	Required, Repeated []string
	// Accept, when set, must be among the media types of the Accept header, or match
	// it by a wildcard.
	Accept string
	// ContentType, when set, must be the media type of the body.
	ContentType string
	// IgnoreUnknown says that the vendor answers as if parameters that it does not
	// know were not there. They are violations all the same.
	IgnoreUnknown bool
}

// Fault of a request: which of the rules is broken.
type Fault string

// The rules that a request can break.
const (
	WrongMethod      Fault = "method"
	WrongAccept      Fault = "accept"
	WrongContentType Fault = "content_type"
	BadQuery         Fault = "query" // not parsable
	UnknownParam     Fault = "unknown_param"
	RepeatedParam    Fault = "repeated_param"
	MissingParam     Fault = "missing_param"
	BadValue         Fault = "value"
)

// Problem is a broken rule, for the vendor to answer in its own words.
type Problem struct {
	Fault Fault
	Param string // the parameter, if it is about one
	Text  string
}

// Error describes the problem.
func (p *Problem) Error() string { return p.Text }

// Check compares a request with the rules and returns its query. The first problem
// is returned and recorded as a Violation.
func (w *World) Check(r *http.Request, rules Rules) (url.Values, *Problem) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	problem := rules.head(r)
	if problem == nil && err != nil {
		problem = &Problem{BadQuery, "", "malformed query: " + err.Error()}
	}
	if problem == nil && rules.IgnoreUnknown {
		w.dropUnknown(r, rules, q)
	}
	if problem == nil {
		problem = rules.params(q)
	}
	if problem != nil {
		w.Violation(r, "%s", problem.Text)
	}
	return q, problem
}

func (w *World) dropUnknown(r *http.Request, rules Rules, q url.Values) {
	for _, name := range slices.Sorted(maps.Keys(q)) {
		if _, ok := rules.find(name); !ok {
			w.Violation(r, "unknown parameter %q", name)
			q.Del(name)
		}
	}
}

func (rules Rules) head(r *http.Request) *Problem {
	method := rules.Method
	if method == "" {
		method = http.MethodGet
	}
	if r.Method != method {
		return &Problem{WrongMethod, "", fmt.Sprintf("method %s, want %s", r.Method, method)}
	}
	if rules.Accept != "" && !accepts(r.Header.Get("Accept"), rules.Accept) {
		return &Problem{WrongAccept, "", fmt.Sprintf("Accept %q does not take %s", r.Header.Get("Accept"), rules.Accept)}
	}
	if rules.ContentType != "" {
		media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || media != rules.ContentType {
			return &Problem{WrongContentType, "", fmt.Sprintf("Content-Type %q, want %s", r.Header.Get("Content-Type"), rules.ContentType)}
		}
	}
	return nil
}

func accepts(header, media string) bool {
	for part := range strings.SplitSeq(header, ",") {
		got, _, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		major, _, _ := strings.Cut(media, "/")
		if got == media || got == "*/*" || got == major+"/*" {
			return true
		}
	}
	return false
}

// params checks names and values, in the order of the names.
func (rules Rules) params(q url.Values) *Problem {
	names := make([]string, 0, len(q))
	for name := range q {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		check, ok := rules.find(name)
		if !ok {
			return &Problem{UnknownParam, name, fmt.Sprintf("unknown parameter %q", name)}
		}
		if len(q[name]) > 1 && !slices.Contains(rules.Repeated, name) {
			return &Problem{RepeatedParam, name, fmt.Sprintf("parameter %q comes %d times", name, len(q[name]))}
		}
		for _, v := range q[name] {
			if check == nil {
				continue
			}
			if err := check(v); err != nil {
				return &Problem{BadValue, name, fmt.Sprintf("parameter %q: %v", name, err)}
			}
		}
	}
	for _, name := range rules.Required {
		if !q.Has(name) {
			return &Problem{MissingParam, name, fmt.Sprintf("parameter %q is missing", name)}
		}
	}
	return nil
}

func (rules Rules) find(name string) (Param, bool) {
	if check, ok := rules.Params[name]; ok {
		return check, true
	}
	for pattern, check := range rules.Params {
		if prefix, ok := strings.CutSuffix(pattern, "*"); ok && strings.HasPrefix(name, prefix) {
			return check, true
		}
	}
	return nil, false
}

// Text takes any value but the empty one.
func Text(v string) error {
	if v == "" {
		return fmt.Errorf("is empty")
	}
	return nil
}

// Int takes a decimal integer within bounds.
func Int(low, high int) Param {
	return func(v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < low || n > high {
			return fmt.Errorf("%q is not an integer in %d..%d", v, low, high)
		}
		return nil
	}
}

// OneOf takes the listed values.
func OneOf(values ...string) Param {
	return func(v string) error {
		if !slices.Contains(values, v) {
			return fmt.Errorf("%q is not one of %s", v, strings.Join(values, ", "))
		}
		return nil
	}
}

// TimeIn takes a time in one of the layouts; none means RFC 3339.
func TimeIn(layouts ...string) Param {
	return func(v string) error {
		_, err := ParseTime(v, layouts...)
		return err
	}
}

// ParseTime reads a time in the first layout that fits; none means RFC 3339.
func ParseTime(v string, layouts ...string) (time.Time, error) {
	if len(layouts) == 0 {
		layouts = []string{time.RFC3339Nano}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, v); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time of the form %s", v, strings.Join(layouts, " or "))
}

// IntOr returns an integer parameter, or a default when it is absent. The value
// must have passed Check.
func IntOr(q url.Values, name string, otherwise int) int {
	n, err := strconv.Atoi(q.Get(name))
	if err != nil {
		return otherwise
	}
	return n
}

// Unknown answers requests to paths that the vendor does not have, and records
// them as violations.
func (w *World) Unknown(reply func(r *http.Request) Reply) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.Violation(r, "no such path")
		reply(r).Write(rw)
	})
}
