package providers

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tomnomnom/linkheader"
)

// Client sends the requests of one instance. It authorizes them, keeps budgets,
// bounds what comes back, and turns failures into *Error; it does not retry, but
// for the one token refresh after a 401.
type Client interface {
	Do(context.Context, Request) (*Response, error)
}

// Request is one request to the vendor.
type Request struct {
	Method string // empty means GET
	// Path is appended to the source's endpoint. It is used as it is: escape it.
	Path string
	// Link is a vendor's link (absolute, or starting with a slash), used instead of
	// Path and Query: byte for byte when its origin is the endpoint's or a listed
	// one, else only its path and query, on the endpoint's origin.
	Link string
	// Query is sent in the order given.
	Query Params
	// Header is sent besides the source's own.
	Header http.Header
	// Body and ContentType of a POST.
	Body        string
	ContentType string
	// Class is the budget class; empty means the default one.
	Class string
	// Stream asks for Response.Stream instead of Response.Body, for files that may
	// be larger than the bound on bodies.
	Stream bool
	// MaxBytes bounds Response.Stream after decompression; beyond it reading fails.
	// 0: 4 GiB.
	MaxBytes int64
}

// Response is the vendor's answer with a status below 300.
type Response struct {
	Status int
	Header http.Header
	Body   string
	// Stream comes when asked for. Close it. Its errors, but for io.EOF, are *Error:
	// the vendor may fall silent or send more than MaxBytes.
	Stream io.ReadCloser
}

// Param is one query parameter.
type Param struct{ Key, Value string }

// Params is an ordered list of query parameters: some vendors read repeated keys
// by position.
type Params []Param

// Add appends a parameter.
func (p *Params) Add(key, value string) { *p = append(*p, Param{key, value}) }

// AddSet appends a parameter unless its value is empty.
func (p *Params) AddSet(key, value string) {
	if value != "" {
		p.Add(key, value)
	}
}

// AddMap appends a map's entries, sorted by key.
func (p *Params) AddMap(m map[string]string) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		p.Add(k, m[k])
	}
}

// Encode returns the percent-encoded query; a space becomes %20, which every
// server reads.
func (p Params) Encode() string {
	var b strings.Builder
	for i, kv := range p {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escape(kv.Key))
		b.WriteByte('=')
		b.WriteString(escape(kv.Value))
	}
	return b.String()
}

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// NextLink returns the target of the rel="next" Link header (RFC 8288), in one
// header or several, or "".
func NextLink(h http.Header) string {
	for _, l := range linkheader.ParseMultiple(h.Values("Link")).FilterByRel("next") {
		return l.URL
	}
	return ""
}

// LinkPath returns path and query of a vendor's link, byte for byte, without its
// scheme and host: the form in which a durable cursor keeps a link.
func LinkPath(link string) string {
	if _, rest, ok := strings.Cut(link, "://"); ok {
		if slash := strings.IndexByte(rest, '/'); slash >= 0 {
			return rest[slash:]
		}
		return "/"
	}
	return link
}
