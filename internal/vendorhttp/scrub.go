package vendorhttp

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/otelactivity/otelactivity/providers"
)

const (
	hidden = "[hidden]"
	// Shorter secrets are placeholders ("x"), and replacing them would garble text.
	minSecret = 4
	// maxIssued bounds the tokens that are remembered: a message may still speak of
	// the token before the current one.
	maxIssued = 8
)

// scrubber removes credentials and URL queries from text that others wrote. The
// zero value is ready.
type scrubber struct {
	mu     sync.Mutex
	fixed  []string // spellings of configured secrets
	issued []string // tokens, oldest first
}

// add registers configured secrets.
func (s *scrubber) add(secrets ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range secrets {
		s.fixed = append(s.fixed, spellings(secret)...)
	}
	slices.SortFunc(s.fixed, longestFirst)
	s.fixed = slices.Compact(s.fixed)
}

// issue registers a token that came or was made while running.
func (s *scrubber) issue(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.issued, token) {
		return
	}
	if len(s.issued) == maxIssued {
		s.issued = slices.Delete(s.issued, 0, 1)
	}
	s.issued = append(s.issued, token)
}

func longestFirst(a, b string) int {
	if len(a) != len(b) {
		return len(b) - len(a)
	}
	return strings.Compare(a, b)
}

// spellings returns the forms in which a secret may be quoted.
func spellings(secret string) []string {
	secret = strings.TrimSpace(secret)
	if len(secret) < minSecret {
		return nil
	}
	asJSON, _ := json.Marshal(secret) // a string always marshals
	asGo := strconv.Quote(secret)     // as an excerpt in an error of ours
	forms := []string{
		secret,
		url.QueryEscape(secret),
		url.PathEscape(secret),
		html.EscapeString(secret),
		string(asJSON[1 : len(asJSON)-1]),
		asGo[1 : len(asGo)-1],
		base64.RawStdEncoding.EncodeToString([]byte(secret)),
		base64.RawURLEncoding.EncodeToString([]byte(secret)),
	}
	slices.SortFunc(forms, longestFirst)
	return slices.Compact(forms)
}

var (
	// Credentials that we were never told, such as those of an auth extension.
	schemeToken = regexp.MustCompile(`(?i)\b(bearer|basic|token|ssws)(["':= ]+)[A-Za-z0-9._~+/-]{16,}=*`)
	jsonWebPart = regexp.MustCompile(`\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*`)
	urlQuery    = regexp.MustCompile(`([a-z]+://[^\s"'<>?]+|/[^\s"'<>?]*)\?[^\s"'<>]*=[^\s"'<>]*`)
	urlUser     = regexp.MustCompile(`([a-z]+://)[^\s/"'<>?@]+@`)
)

// text returns s without credentials and URL queries, within 1 KiB.
func (s *scrubber) text(text string) string {
	if text == "" {
		return ""
	}
	s.mu.Lock()
	known := s.fixed
	for _, token := range s.issued {
		known = append(known[:len(known):len(known)], spellings(token)...)
	}
	s.mu.Unlock()
	for _, secret := range known {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	text = withoutCut(text, known)
	text = urlQuery.ReplaceAllString(text, "$1")
	text = urlUser.ReplaceAllString(text, "$1")
	text = jsonWebPart.ReplaceAllString(text, hidden)
	text = schemeToken.ReplaceAllString(text, "$1$2"+hidden)
	return providers.Clip(text)
}

// Of a secret that a text was cut within, minCut bytes and more are hidden.
const minCut = 6

// withoutCut hides the beginnings of secrets at the places where text may have been
// cut: at its end, which may be quoted, and before each ellipsis.
func withoutCut(text string, known []string) string {
	whole := strings.TrimRight(text, `"`)
	parts := strings.Split(whole, "…")
	for i, part := range parts {
		for _, secret := range known {
			part = withoutEnd(part, secret)
		}
		parts[i] = part
	}
	return strings.Join(parts, "…") + text[len(whole):]
}

func withoutEnd(text, secret string) string {
	for n := min(len(secret)-1, len(text)); n >= minCut; n-- {
		if strings.HasSuffix(text, secret[:n]) {
			return text[:len(text)-n] + hidden
		}
	}
	return text
}

// Clean returns err without the credentials of the client and without URL queries:
// an answer may quote the request, and who reads it the answer. The class and all
// else that the error says stay.
func (c *Client) Clean(err error) error {
	e, ok := errors.AsType[*providers.Error](err)
	if !ok {
		if err == nil {
			return nil
		}
		return c.secrets.wrap(err)
	}
	own := *e // the provider may have one value for all
	cleaned := c.secrets.clean(&own)
	if err == error(e) { //nolint:errorlint // what wraps it has a text of its own
		return cleaned
	}
	return &scrubbed{text: c.secrets.text(err.Error()), cause: err, vendors: cleaned}
}

// clean scrubs every text of an error, in place.
func (s *scrubber) clean(e *providers.Error) *providers.Error {
	e.Code, e.Message, e.Hint = s.text(e.Code), s.text(e.Message), s.text(e.Hint)
	if e.Err != nil {
		e.Err = s.wrap(e.Err)
	}
	return e
}

// wrap hides the text of an error but not what it is.
func (s *scrubber) wrap(err error) error {
	if _, ok := err.(*scrubbed); ok { //nolint:errorlint // one that wraps it has a text of its own
		return err
	}
	return &scrubbed{text: s.text(err.Error()), cause: err}
}

// scrubbed is an error with safe text. It does not unwrap: the cause's own text
// would be within reach of whoever prints it.
type scrubbed struct {
	text    string
	cause   error
	vendors *providers.Error // within the cause, with safe text; nil: there is none
}

func (e *scrubbed) Error() string        { return e.text }
func (e *scrubbed) Is(target error) bool { return errors.Is(e.cause, target) }

// As finds the provider's error, whose class counts.
func (e *scrubbed) As(target any) bool {
	if t, ok := target.(**providers.Error); ok && e.vendors != nil {
		*t = e.vendors
		return true
	}
	return false
}
