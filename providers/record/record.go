// Package record has what providers share to read vendors' JSON: splitting a page
// into its raw events without copying, and reading values that vendors spell in
// more than one way. All functions are pure and accept any input.
package record

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

// Body checks that body is one JSON value and returns it parsed. Values read from
// it share its memory. The error is a providers.Malformed, tells the byte at which the
// JSON ends or breaks, and quotes the start of what came instead. Pages are read by
// List, which goes through them once.
func Body(body string) (gjson.Result, error) {
	if err := check(body); err != nil {
		return gjson.Result{}, err
	}
	return gjson.Parse(body), nil
}

// Events returns the elements of list as raw events. An absent or null list has
// none; anything else that is no array is Malformed.
func Events(list gjson.Result) ([]providers.Event, error) {
	if !list.Exists() || list.Type == gjson.Null {
		return nil, nil
	}
	if !list.IsArray() {
		return nil, providers.Malformed("a list of events was expected, not %s", Excerpt(list.Raw))
	}
	var events []providers.Event
	list.ForEach(func(_, v gjson.Result) bool {
		if events == nil {
			events = make([]providers.Event, 0, len(list.Raw)/(len(v.Raw)+1)+1)
		}
		events = append(events, providers.Event{Raw: v.Raw})
		return true
	})
	return events, nil
}

// Object parses one raw event; an event that is no JSON object is an error.
func Object(raw string) (gjson.Result, error) {
	v := gjson.Parse(raw)
	if !v.IsObject() {
		return v, fmt.Errorf("the event is no JSON object")
	}
	return v, nil
}

// Excerpt is the beginning of a vendor's text for an error message.
func Excerpt(s string) string {
	const most = 120
	s = strings.Join(strings.Fields(s[:min(len(s), 4*most)]), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strconv.Quote(s)
}

// Text returns a string as it is and a number or boolean as it is written, so
// that 64-bit integers stay exact. Null, absent, objects and arrays are "".
func Text(v gjson.Result) string {
	switch v.Type {
	case gjson.String:
		return v.Str
	case gjson.Number, gjson.True, gjson.False:
		return v.Raw
	}
	return ""
}

// Path is Text of the value at a gjson path.
func Path(v gjson.Result, path string) string { return Text(v.Get(path)) }

// First returns the first non-empty text among several values.
func First(values ...string) string {
	for _, s := range values {
		if s != "" {
			return s
		}
	}
	return ""
}

// Unless returns s, or "" when s equals (without case) one of the words that a
// vendor writes for "absent".
func Unless(s string, absent ...string) string {
	for _, a := range absent {
		if strings.EqualFold(s, a) {
			return ""
		}
	}
	return s
}

// Email returns s when it looks like an address, else "".
func Email(s string) string {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || strings.ContainsAny(s, " \t\n<>") {
		return ""
	}
	return s
}

// IP returns the textual address in s without port, brackets or zone, IPv4 in
// IPv6 unmapped; "" when s holds no address.
func IP(s string) string {
	if s == "" {
		return ""
	}
	if a, err := netip.ParseAddr(s); err == nil {
		if plain := a.Unmap().WithZone(""); plain != a {
			return plain.String()
		}
		return s
	}
	s = strings.TrimSpace(s)
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone("").String()
	}
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a.Unmap().WithZone("").String()
	}
	return ""
}

// Time parses s by the first layout that fits and returns it in UTC; a time
// without zone is taken as UTC. Without layouts: RFC 3339, with any fraction.
func Time(s string, layouts ...string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, false
	}
	if len(layouts) == 0 {
		t, err := time.Parse(time.RFC3339Nano, s)
		return t.UTC(), err == nil
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// Seconds returns the time of UTC epoch seconds, written as number or text, with
// or without a fraction; Millis that of milliseconds.
func Seconds(v gjson.Result) (time.Time, bool) { return epoch(Text(v), time.Second) }

// Millis returns the time of UTC epoch milliseconds.
func Millis(v gjson.Result) (time.Time, bool) { return epoch(Text(v), time.Millisecond) }

func epoch(s string, unit time.Duration) (time.Time, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > (1<<62)/int64(unit) || n < -(1<<62)/int64(unit) {
		return time.Time{}, false
	}
	t := time.Unix(0, 0).Add(time.Duration(n) * unit)
	if fraction != "" {
		f, err := strconv.ParseFloat("0."+fraction, 64)
		if err != nil {
			return time.Time{}, false
		}
		t = t.Add(time.Duration(f * float64(unit)))
	}
	return t.UTC(), true
}

// Created sets CreatedAt, or CreatedAtRaw when the time could not be read.
func Created(a *providers.Activity, t time.Time, ok bool, raw string) {
	if ok {
		a.CreatedAt = t
	} else {
		a.CreatedAtRaw = raw
	}
}

// Missing is the error of an activity without raw action or readable time, which
// names the vendor's fields; nil when both are there.
func Missing(a *providers.Activity, actionField, timeField string) error {
	switch {
	case a.RawAction == "":
		return fmt.Errorf("%s is missing", actionField)
	case a.CreatedAt.IsZero() && a.CreatedAtRaw == "":
		return fmt.Errorf("%s is missing", timeField)
	case a.CreatedAt.IsZero():
		return fmt.Errorf("%s is no time: %s", timeField, Excerpt(a.CreatedAtRaw))
	}
	return nil
}
