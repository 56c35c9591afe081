package vendorhttp

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/otelactivity/otelactivity/providers"
)

// authorizer puts the credential on requests.
type authorizer interface {
	// authorize sets the header and returns the credential that it used.
	authorize(context.Context, http.Header) (used string, failure *providers.Error)
	// refuse tells that the vendor refused a credential. It returns whether another
	// one can be had.
	refuse(used string) bool
}

// fixedAuth sets one header, or none when the name is empty.
type fixedAuth struct{ name, value string }

func (a fixedAuth) authorize(_ context.Context, h http.Header) (string, *providers.Error) {
	if a.name != "" {
		h.Set(a.name, a.value)
	}
	return "", nil
}

func (fixedAuth) refuse(string) bool { return false }

// newAuthorizer checks what the source declares and registers its secrets.
func newAuthorizer(c *Client, s *Settings) (authorizer, error) {
	if s.ExternalAuth {
		return fixedAuth{}, nil
	}
	switch a := s.Source.Auth.(type) {
	case nil:
		return fixedAuth{}, nil
	case providers.HeaderAuth:
		c.secrets.add(string(a.Value))
		return fixedAuth{a.Name, a.Prefix + string(a.Value)}, checkHeader(a.Name, a.Prefix+string(a.Value))
	case providers.BasicAuth:
		c.secrets.add(basicSecrets(&a)...)
		return fixedAuth{"Authorization", basic(&a)}, nil
	case providers.TokenAuth:
		return newTokenAuth(c, s, &a)
	default:
		return nil, fmt.Errorf("authorization of type %T is not known", a)
	}
}

func basic(a *providers.BasicAuth) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(a.Username+":"+string(a.Password)))
}

// basicSecrets are the texts not to show. Some vendors take the key as user name;
// an e-mail address is none.
func basicSecrets(a *providers.BasicAuth) []string {
	secrets := []string{a.Username + ":" + string(a.Password), string(a.Password)}
	if !strings.Contains(a.Username, "@") {
		secrets = append(secrets, a.Username)
	}
	return secrets
}

// checkHeader refuses what cannot be sent, without quoting the value.
func checkHeader(name, value string) error {
	if !httpguts.ValidHeaderFieldName(name) {
		return fmt.Errorf("%q is not a header name", name)
	}
	if !httpguts.ValidHeaderFieldValue(value) || strings.TrimSpace(value) != value {
		return fmt.Errorf("the value for the header %s has a line break, a control character or blanks around it; check where the credential comes from", name)
	}
	return nil
}

// baseHeader returns the header that every request has.
func baseHeader(source http.Header) (http.Header, error) {
	h := http.Header{
		"Accept":          {"application/json"},
		"Accept-Encoding": {"gzip"},
		"User-Agent":      {userAgent()},
	}
	var errs []error
	for name, values := range source {
		for _, v := range values {
			errs = append(errs, checkHeader(name, v))
		}
		h[http.CanonicalHeaderKey(name)] = values
	}
	return h, errors.Join(errs...)
}
