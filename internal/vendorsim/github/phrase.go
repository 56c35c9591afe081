package github

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// phrase is an understood search phrase: qualifiers joined by blanks.
type phrase struct {
	dated       bool
	since       time.Time // inclusive; zero is open
	until       time.Time // inclusive; zero is open
	beforeUntil bool      // until is exclusive
	wanted      map[string][]string
	unwanted    map[string][]string
}

// fields are the qualifiers and what they look into.
var fields = map[string]string{
	"actor": "actor", "actor_id": "actor_id", "user": "user", "user_id": "user_id", "org": "org", "org_id": "org_id",
	"repo": "repo", "actor_ip": "actor_ip", "operation": "operation_type", "country": "actor_location.country_code",
	"hashed_token": "hashed_token", "business": "business", "action": "action",
}

func parsePhrase(text string) (phrase, error) {
	p := phrase{wanted: map[string][]string{}, unwanted: map[string][]string{}}
	for term := range strings.FieldsSeq(text) {
		name, value, ok := strings.Cut(term, ":")
		if !ok || value == "" {
			return p, fmt.Errorf("%q is not a qualifier", term)
		}
		if name == "created" {
			if err := p.created(value); err != nil {
				return p, err
			}
			continue
		}
		into := p.wanted
		if rest, negated := strings.CutPrefix(name, "-"); negated {
			name, into = rest, p.unwanted
		}
		if fields[name] == "" {
			return p, fmt.Errorf("unknown qualifier %q", name)
		}
		into[name] = append(into[name], strings.Trim(value, `"`))
	}
	return p, nil
}

// created reads >=T, <=T, >T, <T, A..B (with * for open) or one day or second.
func (p *phrase) created(value string) error {
	p.dated = true
	if from, to, isRange := strings.Cut(value, ".."); isRange {
		return firstError(p.from(from, false), p.to(to, false))
	}
	switch {
	case strings.HasPrefix(value, ">="):
		return p.from(value[2:], false)
	case strings.HasPrefix(value, "<="):
		return p.to(value[2:], false)
	case strings.HasPrefix(value, ">"):
		return p.from(value[1:], true)
	case strings.HasPrefix(value, "<"):
		return p.to(value[1:], true)
	}
	return firstError(p.from(value, false), p.to(value, false))
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (p *phrase) from(text string, exclusive bool) error {
	if text == "*" {
		return nil
	}
	first, last, err := span(text)
	if exclusive {
		first = last.Add(time.Second)
	}
	if first.After(p.since) {
		p.since = first
	}
	return err
}

// to sets the upper bound. GitHub says that it is inclusive, in seconds, but not
// whether the fractions of the last second are in it; here they are not, so that
// a reader who counts on them shows.
func (p *phrase) to(text string, exclusive bool) error {
	if text == "*" {
		return nil
	}
	first, last, err := span(text)
	if exclusive {
		last = first
	}
	if p.until.IsZero() || last.Before(p.until) {
		p.until, p.beforeUntil = last, exclusive
	}
	return err
}

// span returns the first and the last second that a date or time stands for.
func span(text string) (first, last time.Time, err error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, day.Add(24*time.Hour - time.Second), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, t, fmt.Errorf("created: %q is not a date or an ISO 8601 time", text)
	}
	t = t.Truncate(time.Second)
	return t, t, nil
}

// searches tells whether rows must be looked into.
func (p phrase) searches() bool { return len(p.wanted)+len(p.unwanted) > 0 }

// matches tells whether a row has, for each qualifier, one of its values and none
// of the unwanted ones.
func (p phrase) matches(raw string) bool {
	for name, values := range p.wanted {
		if !has(raw, name, values) {
			return false
		}
	}
	for name, values := range p.unwanted {
		if has(raw, name, values) {
			return false
		}
	}
	return true
}

func has(raw, name string, values []string) bool {
	found := gjson.Get(raw, fields[name]).Array() // a scalar is an array of one
	return slices.ContainsFunc(found, func(f gjson.Result) bool {
		return slices.ContainsFunc(values, func(want string) bool {
			return strings.EqualFold(f.String(), want) || name == "action" && strings.HasPrefix(f.String(), want+".")
		})
	})
}
