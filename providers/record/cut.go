package record

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

// lenient accepts what vendors send beside the letter of the standard: no event may
// be lost for a name that comes twice or a user agent cut within a character.
var lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// kind is what stands at the path of a list.
type kind int

const (
	absent kind = iota
	null
	array
	other
)

// cutter cuts bodies. Cutters are kept, so that a page costs one allocation: the
// events, as many as there are.
type cutter struct {
	decoder jsontext.Decoder
	source  bytes.Buffer
	body    string
	found   kind
	events  []providers.Event
	// The list is body[from:to].
	from, to int
}

var cutters = sync.Pool{New: func() any { return new(cutter) }}

// check tells whether the body is one JSON value.
func check(body string) error {
	c := open(body)
	defer c.release()
	_, err := c.decoder.ReadValue()
	return c.end(err)
}

// cut checks the body and cuts the list at path, in one pass.
func cut(body, path string) (gjson.Result, []providers.Event, kind, error) {
	c := open(body)
	defer c.release()
	if err := c.end(c.value(path, path == "")); err != nil {
		return gjson.Result{}, nil, absent, err
	}
	rest := body
	if path != "" && len(c.events) > 0 {
		rest = body[:c.from] + "[]" + body[c.to:]
	}
	var events []providers.Event
	if len(c.events) > 0 {
		events = slices.Clone(c.events)
	}
	return gjson.Parse(rest), events, c.found, nil
}

// open takes a cutter. The decoder reads a bytes.Buffer in place and never writes to
// it, so the text need not be copied.
func open(body string) *cutter {
	c := cutters.Get().(*cutter)
	c.body = body
	c.source = *bytes.NewBuffer(unsafe.Slice(unsafe.StringData(body), len(body)))
	c.decoder.Reset(&c.source, lenient...)
	return c
}

// end returns why the body was not read, or what is wrong with the end of one that
// was.
func (c *cutter) end(err error) error {
	offset := c.decoder.InputOffset()
	if err == nil {
		_, err = c.decoder.ReadToken()
		switch {
		case err == nil:
			err = &jsontext.SyntacticError{ByteOffset: offset, Err: errSecond}
		case errors.Is(err, io.EOF):
			return nil
		}
	}
	return notJSON(c.body, err)
}

var errSecond = errors.New("a second value follows")

// value reads the value that is at the path, or on the way to it.
func (c *cutter) value(path string, here bool) error {
	next := c.decoder.PeekKind()
	switch {
	case !here && next == jsontext.KindBeginObject && c.found == absent:
		return c.object(path)
	case here && next == jsontext.KindBeginArray:
		return c.list()
	case here && next == jsontext.KindNull:
		c.found = null
	case here:
		c.found = other
	}
	_, err := c.decoder.ReadValue()
	return err
}

// object looks for the first segment of the path in an object. A name that comes
// twice is tried again until something is found, as gjson does.
func (c *cutter) object(path string) error {
	segment, deeper, more := strings.Cut(path, ".")
	if _, err := c.decoder.ReadToken(); err != nil {
		return err
	}
	for c.decoder.PeekKind() == jsontext.KindString {
		name, err := c.decoder.ReadValue()
		if err != nil {
			return err
		}
		if c.found == absent && named(name, segment) {
			err = c.value(deeper, !more)
		} else {
			_, err = c.decoder.ReadValue()
		}
		if err != nil {
			return err
		}
	}
	_, err := c.decoder.ReadToken()
	return err
}

func (c *cutter) list() error {
	c.found = array
	if _, err := c.decoder.ReadToken(); err != nil {
		return err
	}
	c.from = int(c.decoder.InputOffset()) - 1
	for c.decoder.PeekKind() != jsontext.KindEndArray {
		value, err := c.decoder.ReadValue()
		if err != nil {
			return err
		}
		end := int(c.decoder.InputOffset())
		c.events = append(c.events, providers.Event{Raw: c.body[end-len(value) : end]})
	}
	_, err := c.decoder.ReadToken()
	c.to = int(c.decoder.InputOffset())
	return err
}

// named tells whether a quoted name is the wanted one.
func named(quoted jsontext.Value, want string) bool {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1:len(quoted)-1]) == want
	}
	name, err := jsontext.AppendUnquote(nil, quoted)
	return err == nil && string(name) == want
}

// release gives the cutter back without the body, which would live on with it.
func (c *cutter) release() {
	clear(c.events)
	c.source = bytes.Buffer{}
	c.decoder.Reset(&c.source, lenient...)
	c.body, c.found, c.events, c.from, c.to = "", absent, c.events[:0], 0, 0
	cutters.Put(c)
}

// notJSON tells where the text ends or breaks. The decoder's own words would quote
// names of the body and the library.
func notJSON(body string, err error) error {
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok || errors.Is(err, io.ErrUnexpectedEOF) {
		return providers.Malformed("the answer is not JSON, it ends at byte %d: %s", len(body), Excerpt(body))
	}
	return providers.Malformed("the answer is not JSON, %v at byte %d: %s", syntax.Err, syntax.ByteOffset, Excerpt(body))
}
