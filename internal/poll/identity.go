package poll

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// identity returns what identifies an activity that has no id: Activity.Identity,
// else its canonical record.
func identity(a *providers.Activity, raw string) string {
	if a.Identity != "" {
		return a.Identity
	}
	return canonical(raw)
}

// canonical returns a JSON record in the form of which the uid is a hash: compact,
// keys sorted at each level, the last of equal keys, numbers as written, strings
// with the fewest escapes. Text that is not one JSON value is returned as it is.
// The form is part of every uid and must never change.
func canonical(raw string) string {
	d := json.NewDecoder(strings.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return raw
	}
	if _, err := d.Token(); err != io.EOF {
		return raw
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return raw
	}
	return strings.TrimSuffix(b.String(), "\n")
}
