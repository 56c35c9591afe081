package vendorhttp_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
)

func TestTokenEndpointRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		header []string
		fail   error
		want   providers.Error
	}{
		"400":             {status: 400, body: `{"error":"invalid_grant","error_description":"no such user"}`, want: providers.Error{Class: providers.Denied, Status: 400, Code: "invalid_grant", Message: "token endpoint login.example.com: no such user", Hint: "check the app"}},
		"401":             {status: 401, body: `{"error":"invalid_client"}`, want: providers.Error{Class: providers.Denied, Status: 401, Code: "invalid_client", Message: "token endpoint login.example.com", Hint: "check the app"}},
		"403":             {status: 403, want: providers.Error{Class: providers.Denied, Status: 403, Message: "token endpoint login.example.com", Hint: "check the app"}},
		"404 page":        {status: 404, body: "<h1>Nothing here</h1>", want: providers.Error{Class: providers.Denied, Status: 404, Message: "token endpoint login.example.com: Nothing here", Hint: "check the app"}},
		"secret quoted":   {status: 401, body: `{"error":"invalid_client","error_description":"planted-secret is wrong"}`, want: providers.Error{Class: providers.Denied, Status: 401, Code: "invalid_client", Message: "token endpoint login.example.com: [hidden] is wrong", Hint: "check the app"}},
		"429":             {status: 429, header: []string{"Retry-After", "20"}, want: providers.Error{Class: providers.Throttled, Status: 429, Message: "token endpoint login.example.com", Hint: "check the app", RetryAfter: 20 * time.Second}},
		"429, no hint":    {status: 429, want: providers.Error{Class: providers.Throttled, Status: 429, Message: "token endpoint login.example.com", Hint: "check the app", RetryAfter: time.Minute}},
		"503 with hint":   {status: 503, header: []string{"Retry-After", "0"}, want: providers.Error{Class: providers.Throttled, Status: 503, Message: "token endpoint login.example.com", Hint: "check the app", RetryAfter: time.Second}},
		"500":             {status: 500, want: providers.Error{Class: providers.Transient, Status: 500, Message: "token endpoint login.example.com", Hint: "check the app"}},
		"no token":        {status: 200, body: `{"ok":false,"error":"app_off"}`, want: providers.Error{Class: providers.Denied, Status: 200, Code: "app_off", Message: "token endpoint login.example.com: the answer holds no usable token", Hint: "check the app"}},
		"unusable token":  {status: 200, body: `{"access_token":"a\nb"}`, want: providers.Error{Class: providers.Denied, Status: 200, Message: `token endpoint login.example.com: the answer holds no usable token`, Hint: "check the app"}},
		"a page":          {status: 200, body: "<title>Sign in</title>", want: providers.Error{Class: providers.Transient, Code: "malformed_answer", Message: "token endpoint login.example.com: the answer is no JSON"}},
		"token elsewhere": {status: 200, body: `{"data":{"access_token":"planted-unknown"}}`, want: providers.Error{Class: providers.Denied, Status: 200, Message: "token endpoint login.example.com: the answer holds no usable token", Hint: "check the app"}},
		"form encoded":    {status: 200, body: "access_token=planted-unknown&scope=a", want: providers.Error{Class: providers.Transient, Code: "malformed_answer", Message: "token endpoint login.example.com: the answer is no JSON"}},
		"deep":            {status: 200, body: strings.Repeat("[", 600), want: providers.Error{Class: providers.Transient, Code: "malformed_answer", Message: "token endpoint login.example.com: the answer is no JSON"}},
		"redirect":        {status: 302, header: []string{"Location", "https://sso.example.net/?x=planted-secret"}, want: providers.Error{Class: providers.Denied, Status: 302, Message: "token endpoint login.example.com", Hint: "a redirect to sso.example.net was not followed, which may be a log-in page; check the endpoint, the credential and what stands in front of the vendor"}},
	} {
		t.Run(name, func(t *testing.T) {
			v := &vendor{issue: func(*http.Request, string) *http.Response { return answer(tt.status, tt.body, tt.header...) }}
			c := v.client(t, providers.TokenAuth{Secrets: []providers.SecretParam{{Key: "client_secret", Value: "planted-secret"}}, Hint: "check the app"})
			_, err := get(t.Context(), c, "/v1")
			assert.Equal(t, &tt.want, err)
			assert.Empty(t, v.asked, "no request without a token")
		})
	}
}

func TestTokenEndpointIsSilent(t *testing.T) {
	refused := fmt.Errorf(`Post "https://login.example.com/?client_secret=planted-secret": refused`)
	for name, tt := range map[string]struct {
		answer  func() (*http.Response, error)
		wantErr string
	}{
		"no answer": {func() (*http.Response, error) { return nil, refused }, "no answer from the token endpoint login.example.com"},
		"cut answer": {func() (*http.Response, error) {
			return answer(200, zipped(t, `{"access_token":"x"}`)[:12], "Content-Encoding", "gzip"), nil
		}, "could not be read"},
		"endless": {func() (*http.Response, error) { return answer(200, strings.Repeat("x", 2<<20)), nil }, "could not be read"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, settings(transport(func(*http.Request) (*http.Response, error) { return tt.answer() }),
				providers.Source{Auth: providers.TokenAuth{URL: tokenURL}}))
			_, err := get(t.Context(), c, "/v1")
			require.ErrorContains(t, err, tt.wantErr)
			assert.Equal(t, providers.Transient, err.Class)
			assert.NotContains(t, err.Error(), "planted-secret")
		})
	}
}

// A failing token endpoint is left alone for a while, whoever asks.
func TestFailedExchangesAreNotRepeatedAtOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		retry  string
		pause  time.Duration
	}{
		"denied":    {401, "", 10 * time.Second},
		"transient": {500, "", time.Second},
		"throttled": {429, "30", 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{issue: func(*http.Request, string) *http.Response { return answer(tt.status, "", "Retry-After", tt.retry) }}
				c := v.client(t, providers.TokenAuth{})
				_, first := get(t.Context(), c, "/v1")
				time.Sleep(tt.pause - time.Millisecond)
				_, second := get(t.Context(), c, "/v1")
				assert.Equal(t, 1, v.issued)
				assert.Equal(t, first.Class, second.Class)
				if tt.retry != "" {
					assert.Equal(t, time.Millisecond, second.RetryAfter, "what is left of it")
				}
				time.Sleep(time.Millisecond)
				_, _ = get(t.Context(), c, "/v1")
				assert.Equal(t, 2, v.issued)
			})
		})
	}
}

func FuzzTokenAnswer(f *testing.F) {
	for _, s := range []string{`{"access_token":"x","expires_in":1e99}`, `{"access_token":{}}`, `[]`, `{"expires_at":"x"}`, "\x00"} {
		f.Add(s, 200)
	}
	f.Fuzz(func(t *testing.T, body string, status int) {
		if status < 200 || status > 599 {
			return
		}
		sent := ""
		c := newClient(t, settings(transport(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "login.example.com" {
				return answer(status, body), nil
			}
			sent = r.Header.Get("Authorization")
			return answer(200, ""), nil
		}), providers.Source{Auth: providers.TokenAuth{URL: tokenURL, ExpiresAtField: "expires_at"}}))
		_, err := get(t.Context(), c, "/v1")
		if err == nil {
			assert.Less(t, status, 300)
			assert.True(t, json.Valid([]byte(body)))
			assert.Greater(t, len(sent), len("Bearer "))
		} else {
			assert.Empty(t, sent)
		}
	})
}
