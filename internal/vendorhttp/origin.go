package vendorhttp

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

const maxRedirects = 3

// origins knows where requests with the credential may go.
type origins struct {
	endpoint string // base URL without trailing slash
	origin   string // of the endpoint
	listed   map[string]bool
}

func newOrigins(source *providers.Source) (origins, error) {
	u, err := baseURL(source.Endpoint)
	if err != nil {
		return origins{}, fmt.Errorf("endpoint: %w", err)
	}
	o := origins{
		endpoint: strings.TrimRight(source.Endpoint, "/"),
		origin:   originOf(u.Scheme, u.Host),
		listed:   map[string]bool{},
	}
	for _, l := range source.LinkOrigins {
		lu, err := baseURL(l)
		if err == nil && lu.Scheme == "http" && u.Scheme != "http" {
			err = errors.New("plain http beside an https endpoint")
		}
		if err != nil {
			return origins{}, fmt.Errorf("link origin: %w", err)
		}
		o.listed[originOf(lu.Scheme, lu.Host)] = true
	}
	return o, nil
}

// baseURL parses an absolute http(s) URL that paths can be appended to. Its
// errors do not quote the URL, which may hold a password.
func baseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, errors.New("not a URL; write for example https://api.example.com")
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return nil, errors.New("not an absolute http or https URL; write for example https://api.example.com")
	case u.User != nil:
		return nil, errors.New("holds a user name; use the authentication keys")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(s, "#"):
		return nil, errors.New("holds a query or fragment")
	}
	return u, nil
}

// originOf returns scheme and authority in one spelling: lower case, without the
// default port.
func originOf(scheme, host string) string {
	scheme, host = strings.ToLower(scheme), strings.ToLower(host)
	switch scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return scheme + "://" + strings.TrimSuffix(host, ":")
}

// target returns the URL of a request. Only the origin of the endpoint, or one of
// the listed ones, comes out, in our own spelling. strayed tells that the link
// named another one.
func (o *origins) target(r *providers.Request) (u *url.URL, strayed bool, err error) {
	if r.Link != "" {
		return o.link(r.Link)
	}
	if r.Path != "" && r.Path[0] != '/' {
		return nil, false, errors.New("a path must start with a slash")
	}
	raw := o.endpoint + r.Path
	if query := r.Query.Encode(); query != "" {
		sep := "?"
		if strings.Contains(r.Path, "?") {
			sep = "&"
		}
		raw += sep + query
	}
	u, err = parseTarget(raw)
	return u, false, err
}

// link puts a vendor's link on a known origin. The authority is cut out by hand
// and only ever compared: no parser decides where the credential goes.
func (o *origins) link(link string) (u *url.URL, strayed bool, err error) {
	scheme, rest, absolute := strings.Cut(link, "://")
	if !absolute || strings.ContainsAny(scheme, "/?#") {
		if !strings.HasPrefix(link, "/") {
			return nil, false, errors.New("a link must be absolute or start with a slash")
		}
		scheme, rest, absolute = o.origin[:strings.Index(o.origin, ":")], strings.TrimPrefix(link, "//"), strings.HasPrefix(link, "//")
	}
	origin := o.origin
	if absolute {
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		authority := rest[:end]
		rest = rest[end:]
		authority = authority[strings.LastIndexByte(authority, '@')+1:]
		switch named := originOf(scheme, authority); {
		case named == o.origin:
		case o.listed[named]:
			origin = named
		default:
			strayed = true
		}
	}
	if !strings.HasPrefix(rest, "/") {
		rest = "/" + rest
	}
	u, err = parseTarget(origin + rest)
	return u, strayed, err
}

// parseTarget keeps path and query byte for byte, except that spaces, which no
// request line can hold, are escaped.
func parseTarget(raw string) (*url.URL, error) {
	raw, _, _ = strings.Cut(raw, "#")
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("the path or link is not a valid URL")
	}
	u.RawQuery = strings.ReplaceAll(u.RawQuery, " ", "%20")
	return u, nil
}

// checkRedirect follows GET requests within their origin, up to maxRedirects; any
// other redirect becomes the answer.
func (o *origins) checkRedirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	if first.Method != http.MethodGet || len(via) > maxRedirects ||
		originOf(next.URL.Scheme, next.URL.Host) != originOf(first.URL.Scheme, first.URL.Host) {
		return http.ErrUseLastResponse
	}
	return nil
}

// tokenURL returns the URL of the token endpoint. Plain http is for endpoints that
// are so themselves, and for what does not leave the machine: an agent or the
// instance metadata service.
func (o *origins) tokenURL(s string) (string, error) {
	if strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") {
		return o.endpoint + s, nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil:
		return "", errors.New("token_url: not an absolute http or https URL, nor a path")
	case u.Scheme == "http" && !strings.HasPrefix(o.origin, "http:") && !machineLocal(u.Hostname()):
		return "", errors.New("token_url: plain http would show the credential; use https")
	}
	return s, nil
}

func machineLocal(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && (addr.IsLoopback() || addr.IsLinkLocalUnicast()) || host == "localhost"
}

// hostOf returns the host of a URL for messages, without anything else of it.
func hostOf(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return "an unreadable address"
	}
	if host, port, err := net.SplitHostPort(u.Host); err == nil && (port == "443" || port == "80") {
		return host
	}
	return u.Host
}
