package record

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// Canonical returns a JSON value in the one form that ids are derived from: no
// white space, the keys of every object sorted, the last of equal keys, the order
// of arrays kept, numbers as written, strings with the fewest escapes. Text that
// is not one JSON value comes back as it is. The form is part of every id derived
// from it and must never change.
func Canonical(raw string) string {
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
