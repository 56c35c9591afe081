package vendorhttp_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"log"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

func quiet(testing.TB) *log.Logger { return log.New(io.Discard, "", 0) }

// forms are the spellings in which a vendor may send a secret back.
func forms(secret string) []string {
	quoted, _ := json.Marshal(secret)
	return []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), string(quoted),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte(secret)),
		base64.RawStdEncoding.EncodeToString([]byte(secret)),
	}
}

func bare(form string) string { return strings.Trim(form, `"=`) }

// Every kind of configured secret, in every spelling, from a vendor that repeats
// what it got in its message, in its code and in a hint.
func TestSecretsNeverShow(t *testing.T) {
	const secret = "pl4nted+secret/with \"odd\" chars?&=%é"
	plain := providers.Secret("planted-fixed-secret-000")
	for name, tt := range map[string]struct {
		auth    providers.Auth
		secrets []string
	}{
		"header":          {providers.HeaderAuth{Name: "X-Key", Value: secret}, []string{secret}},
		"bearer":          {providers.Bearer(plain), []string{string(plain)}},
		"basic password":  {providers.BasicAuth{Username: "user@example.com", Password: secret}, []string{secret, "user@example.com:" + secret}},
		"basic user name": {providers.BasicAuth{Username: string(plain), Password: "x"}, []string{string(plain), string(plain) + ":x"}},
		"initial token":   {providers.TokenAuth{URL: "/token", Initial: plain}, []string{string(plain)}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range tt.secrets {
				for _, form := range forms(s) {
					assertHidden(t, tt.auth, form)
				}
			}
		})
	}
}

func assertHidden(t *testing.T, auth providers.Auth, form string) {
	t.Helper()
	text := "you sent <" + form + "> twice: " + form + form
	body, err := json.Marshal(map[string]string{"code": "bad " + form, "message": text})
	require.NoError(t, err)
	var logged strings.Builder
	logger := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&logged), zap.DebugLevel))
	for _, rt := range []transport{
		always(403, string(body)),
		always(500, text),
		func(*http.Request) (*http.Response, error) { return nil, &url.Error{Op: "Get", URL: text, Err: io.EOF} },
		func(*http.Request) (*http.Response, error) { return nil, errorText(text) },
		always(302, "", "Location", "https://login.example.net/"+url.PathEscape(form)),
	} {
		s := settings(rt, providers.Source{Auth: auth, Classify: func(r *providers.Response) *providers.Error {
			if r.Status == 500 {
				return &providers.Error{Hint: text}
			}
			return nil
		}})
		s.Logger = logger
		_, err := newClient(t, s).Do(t.Context(), providers.Request{Path: "/v1"})
		require.Error(t, err)
		assert.NotContains(t, err.Error(), bare(form))
	}
	assert.NotContains(t, logged.String(), bare(form))
}

// Errors of whoever reads an answer are cleaned by the client, and stay what they are.
func TestClean(t *testing.T) {
	const secret = "00planted+secret/with \"odd\" <chars>?&=é 1234567890"
	c := newClient(t, settings(always(200, ""), providers.Source{Auth: providers.HeaderAuth{Name: "X-Key", Value: secret}}))
	page := "<html>X-Key: " + secret + "</html>"
	listed := func(body string) error { _, _, err := record.List(body, "events"); return err }
	denied := &providers.Error{Class: providers.Denied, Status: 403, Code: secret, Message: "not " + secret, Hint: "grant", Probe: time.Hour, RetryAfter: time.Minute}
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"nothing":             {nil, ""},
		"text":                {errors.New("no key " + secret), "no key [hidden]"},
		"excerpt":             {listed(page), `transient: malformed_answer: the answer is not JSON, invalid character '<' at start of value at byte 0: "<html>X-Key: [hidden]</html>"`},
		"escaped":             {listed("<p>" + html.EscapeString(secret)), `transient: malformed_answer: the answer is not JSON, invalid character '<' at start of value at byte 0: "<p>[hidden]"`},
		"excerpt, cut within": {listed(strings.Repeat("x", 70) + secret + secret), `transient: malformed_answer: the answer is not JSON, invalid character 'x' at start of value at byte 0: "` + strings.Repeat("x", 70) + `[hidden]…"`},
		"cut":                 {errors.New("it ends: " + secret[:len(secret)-1]), "it ends: [hidden]"},
		"short":               {errors.New("it ends: " + secret[:5]), "it ends: " + secret[:5]},
		"error":               {denied, "denied: HTTP 403: [hidden]: not [hidden] (grant)"},
		"wrapped error":       {fmt.Errorf("list %s: %w", secret, denied), "list [hidden]: denied: HTTP 403: [hidden]: not [hidden] (grant)"},
		"joined errors":       {errors.Join(io.EOF, denied), "EOF\ndenied: HTTP 403: [hidden]: not [hidden] (grant)"},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.Clean(tt.err)
			if tt.err == nil {
				require.NoError(t, got)
				return
			}
			require.EqualError(t, got, tt.want)
			before, was := errors.AsType[*providers.Error](tt.err)
			after, is := errors.AsType[*providers.Error](got)
			require.Equal(t, was, is)
			if was {
				assert.NotSame(t, before, after)
				assert.Equal(t, [4]any{before.Class, before.Status, before.Probe, before.RetryAfter}, [4]any{after.Class, after.Status, after.Probe, after.RetryAfter})
				assert.NotContains(t, after.Error(), secret)
			}
			assert.Equal(t, tt.want, c.Clean(got).Error(), "once is enough")
		})
	}
	assert.Equal(t, secret, denied.Code, "the provider's own value stays")
	require.ErrorIs(t, c.Clean(fmt.Errorf("list: %w", context.Canceled)), context.Canceled)
}

type errorText string

func (e errorText) Error() string { return string(e) }

// What an auth extension sends is not known here: it is told by its looks.
func TestUnknownCredentialsAreHiddenByTheirLooks(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"bearer":         {"bad header Authorization: Bearer abcdefghijklmnopqrstuvwx", "bad header Authorization: Bearer [hidden]"},
		"basic":          {"Basic dXNlcjpwYXNzd29yZDEyMw== refused", "Basic [hidden] refused"},
		"JWT":            {"token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln refused", "token [hidden] refused"},
		"plain English":  {"the bearer of this token is unknown; basic settings", "the bearer of this token is unknown; basic settings"},
		"URL with query": {"see https://api.example.com/a?b=c&d=e for more", "see https://api.example.com/a for more"},
		"a question":     {"allowed? yes/no? ok", "allowed? yes/no? ok"},
	} {
		t.Run(name, func(t *testing.T) {
			body, _ := json.Marshal(map[string]string{"message": tt.text})
			_, err := get(t.Context(), newClient(t, settings(always(403, string(body)), providers.Source{})), "/v1")
			assert.Equal(t, tt.want, err.Message)
		})
	}
}

func TestShortSecretsDoNotGarbleText(t *testing.T) {
	c := newClient(t, settings(always(403, `{"message":"exact text"}`), providers.Source{Auth: providers.BasicAuth{Username: "user@example.com", Password: "x"}}))
	_, err := get(t.Context(), c, "/v1")
	assert.Equal(t, "exact text", err.Message)
}

func TestKeyMaterialIsNotQuotedByNew(t *testing.T) {
	for name, auth := range map[string]providers.TokenAuth{
		"garbage":        {Assertion: &providers.Assertion{Key: "planted-secret-garbage"}},
		"bad JWK":        {Assertion: &providers.Assertion{Key: `{"kty":"RSA","d":"planted-secret"}`}},
		"cut PEM":        {Assertion: &providers.Assertion{Key: "-----BEGIN PRIVATE KEY-----\nplanted-secret\n"}},
		"bad DER":        {Assertion: &providers.Assertion{Key: "-----BEGIN PRIVATE KEY-----\ncGxhbnRlZA==\n-----END PRIVATE KEY-----"}},
		"initial":        {Initial: "planted-secret\n"},
		"token header":   {Header: map[string]string{"X": "planted-secret\n"}},
		"password in it": {URL: "https://u:planted-secret@login.example.com/token"},
	} {
		t.Run(name, func(t *testing.T) {
			if auth.URL == "" {
				auth.URL = "/token"
			}
			_, err := vendorhttp.New(settings(always(200, ""), providers.Source{Auth: auth}))
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "planted-secret")
			assert.NotContains(t, err.Error(), "cGxhbnRlZA")
		})
	}
}
