package vendorhttp

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// newTokenAuth checks a declaration and returns its authorizer, with the tokens of
// another instance where the declaration says so or the two have one refresh token
// that each use replaces.
func newTokenAuth(c *Client, s *Settings, d *providers.TokenAuth) (authorizer, error) {
	c.secrets.add(tokenSecrets(d)...)
	url, err := c.origins.tokenURL(d.URL)
	if err != nil {
		return nil, err
	}
	if err := checkTokenHeaders(d); err != nil {
		return nil, err
	}
	t := &tokens{
		decl: *d, url: url, http: c.http, secrets: c.secrets, timeout: c.timeout,
		instance: c.instance, observer: c.observer, log: c.log,
		current: grant{token: string(d.Initial)},
	}
	// A redirect would take the credential elsewhere.
	t.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if d.Assertion != nil {
		if t.signer, err = newAssertions(d.Assertion, url); err != nil {
			return nil, err
		}
	}
	if t.rotation, err = newRotation(d, url, s.Tokens); err != nil {
		return nil, err
	}
	switch {
	case t.rotation != nil:
		// Whether it says so or not: a refresh token that is used twice is taken for
		// stolen, and all that came of it are revoked.
		t = s.Shared.tokenSource(t.rotation.key, t)
	case d.Share != "":
		t = s.Shared.tokenSource(d.Share+"\x00"+fingerprint(d, url), t)
	}
	return tokenAuth{t, c.secrets}, nil
}

func checkTokenHeaders(d *providers.TokenAuth) error {
	errs := []error{checkHeader(cmp.Or(d.HeaderName, "Authorization"), "x")}
	for name, value := range d.Header {
		errs = append(errs, checkHeader(name, value))
	}
	if strings.ContainsAny(d.Prefix, "\r\n") {
		errs = append(errs, fmt.Errorf("the prefix %q has a line break", d.Prefix))
	}
	if d.Initial != "" {
		errs = append(errs, checkHeader(cmp.Or(d.HeaderName, "Authorization"), string(d.Initial)))
	}
	if d.AssertionParam != "" && d.Assertion == nil {
		errs = append(errs, errors.New("an assertion parameter is declared without assertion"))
	}
	return errors.Join(errs...)
}

// tokenSecrets are all secrets of a declaration.
func tokenSecrets(d *providers.TokenAuth) []string {
	secrets := []string{string(d.Initial)}
	for _, s := range d.Secrets {
		secrets = append(secrets, string(s.Value))
	}
	if d.Basic != nil {
		secrets = append(secrets, basicSecrets(d.Basic)...)
	}
	if d.Assertion != nil {
		secrets = append(secrets, string(d.Assertion.Key), string(d.Assertion.Passphrase))
	}
	return secrets
}

// fingerprint tells declarations apart that must not share a token although they
// have one name.
func fingerprint(d *providers.TokenAuth, url string) string {
	parts := slices.Concat([]string{url, d.Form.Encode()}, tokenSecrets(d))
	if a := d.Assertion; a != nil {
		parts = append(parts, a.KeyFile, a.KeyID, a.Issuer, a.Subject, a.Audience)
	}
	for _, f := range d.Files {
		parts = append(parts, f.Key, f.Path)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}
