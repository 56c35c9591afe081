package vendorhttp_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/providers"
)

const tokenURL = "https://login.example.com/oauth2/token"

// vendor is an API that takes one token at a time, and the endpoint that issues
// them. It fails the test when the API's credential goes to the token endpoint.
type vendor struct {
	t      testing.TB
	issue  func(r *http.Request, body string) *http.Response // nil: token-1, token-2 ...
	header string                                            // of API requests; default Authorization
	prefix string                                            // default "Bearer "
	delay  time.Duration                                     // of the token endpoint
	slow   time.Duration                                     // of the API

	mu     sync.Mutex
	good   string // the token that the API takes; empty: the one issued last
	issued int
	asked  []string // API requests by credential
}

func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		b, _ := io.ReadAll(r.Body)
		body = string(b)
	}
	if r.URL.Host == "api.example.com" && !strings.HasPrefix(r.URL.Path, "/token") {
		return v.api(r), nil
	}
	select {
	case <-time.After(v.delay):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.issued++
	assert.NotContains(v.t, r.Header.Get("Authorization"), "token-")
	assert.Equal(v.t, "application/json", r.Header.Get("Accept"))
	if v.issue != nil {
		return v.issue(r, body), nil
	}
	return answer(200, fmt.Sprintf(`{"access_token":"token-%d","expires_in":3600}`, v.issued)), nil
}

func (v *vendor) api(r *http.Request) *http.Response {
	time.Sleep(v.slow)
	v.mu.Lock()
	defer v.mu.Unlock()
	name := v.header
	if name == "" {
		name, v.prefix = "Authorization", "Bearer "
	}
	token, ok := strings.CutPrefix(r.Header.Get(name), v.prefix)
	assert.True(v.t, ok)
	v.asked = append(v.asked, token)
	good := v.good
	if good == "" {
		good = fmt.Sprintf("token-%d", v.issued)
	}
	if token != good {
		return answer(401, `{"error":"invalid_token","error_description":"`+token+` is not good"}`)
	}
	return answer(200, "{}")
}

func (v *vendor) client(t testing.TB, auth providers.TokenAuth) *vendorhttp.Client {
	v.t = t
	if auth.URL == "" {
		auth.URL = tokenURL
	}
	return newClient(t, settings(v, providers.Source{Auth: auth}))
}

func TestTokenRequests(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "token")
	require.NoError(t, os.WriteFile(file, []byte("workload-1\n"), 0o600))
	form := providers.Params{{Key: "grant_type", Value: "client_credentials"}, {Key: "scope", Value: "a b"}}
	secret := []providers.SecretParam{{Key: "client_secret", Value: "s+&="}}
	for name, tt := range map[string]struct {
		auth   providers.TokenAuth
		method string
		url    string
		header map[string]string
		body   string
	}{
		"form": {
			auth: providers.TokenAuth{Form: form, Secrets: secret}, method: "POST", url: tokenURL,
			header: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Authorization": ""},
			body:   "grant_type=client_credentials&scope=a%20b&client_secret=s%2B%26%3D",
		},
		"JSON": {
			auth: providers.TokenAuth{Form: form, Secrets: secret, JSON: true}, method: "POST", url: tokenURL,
			header: map[string]string{"Content-Type": "application/json"},
			body:   `{"grant_type":"client_credentials","scope":"a b","client_secret":"s+\u0026="}`,
		},
		"basic": {
			auth: providers.TokenAuth{Form: form[:1], Basic: &providers.BasicAuth{Username: "id", Password: "pw"}}, method: "POST", url: tokenURL,
			header: map[string]string{"Authorization": "Basic aWQ6cHc="}, body: "grant_type=client_credentials",
		},
		"path on the endpoint": {
			auth: providers.TokenAuth{URL: "/token/x?y=z", Form: form[:1]}, method: "POST", url: endpoint + "/token/x?y=z", body: "grant_type=client_credentials",
		},
		"account credentials": {
			auth: providers.TokenAuth{
				URL: tokenURL, Form: providers.Params{{Key: "grant_type", Value: "account_credentials"}, {Key: "account_id", Value: "acc"}},
				Basic: &providers.BasicAuth{Username: "id", Password: "pw"},
			},
			method: "POST", url: tokenURL, body: "grant_type=account_credentials&account_id=acc",
		},
		"file": {
			auth: providers.TokenAuth{Form: form[:1], Files: []providers.FileParam{{Key: "client_assertion", Path: file}}}, method: "POST", url: tokenURL,
			body: "grant_type=client_credentials&client_assertion=workload-1",
		},
		"instance metadata": {
			auth: providers.TokenAuth{
				URL: "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01", Method: "GET",
				Form: providers.Params{{Key: "resource", Value: "https://x"}}, Header: map[string]string{"Metadata": "true"},
			},
			method: "GET", url: "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fx",
			header: map[string]string{"Metadata": "true", "Content-Type": ""},
		},
		"GET without query": {
			auth: providers.TokenAuth{URL: "http://127.0.0.1:4000/token", Method: "GET", Form: form[:1]}, method: "GET",
			url: "http://127.0.0.1:4000/token?grant_type=client_credentials",
		},
		"own headers": {
			auth: providers.TokenAuth{Header: map[string]string{"Accept": "application/json", "X-Version": "1"}}, method: "POST", url: tokenURL,
			header: map[string]string{"X-Version": "1", "Content-Type": ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := &vendor{}
			v.issue = func(r *http.Request, body string) *http.Response {
				assert.Equal(t, tt.method, r.Method)
				assert.Equal(t, tt.url, r.URL.String())
				assert.Equal(t, tt.body, body)
				for name, value := range tt.header {
					assert.Equal(t, value, r.Header.Get(name), name)
				}
				return answer(200, `{"access_token":"token-1","expires_in":3600}`)
			}
			c := v.client(t, tt.auth)
			for range 3 {
				_, err := get(t.Context(), c, "/v1")
				require.Nil(t, err)
			}
			assert.Equal(t, 1, v.issued, "the token is kept")
		})
	}
}

func TestTokenFilesAreReadEachTime(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	v := &vendor{good: "never"}
	var bodies []string
	v.issue = func(_ *http.Request, body string) *http.Response {
		bodies = append(bodies, body)
		return answer(200, `{"access_token":"token-1"}`)
	}
	c := v.client(t, providers.TokenAuth{Files: []providers.FileParam{{Key: "a", Path: file}}, Hint: "check federated_token_file"})
	_, err := get(t.Context(), c, "/v1")
	assert.Equal(t, providers.Denied, err.Class)
	assert.ErrorContains(t, err, file)
	assert.ErrorContains(t, err, "check federated_token_file")
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.Empty(t, v.asked)

	v = &vendor{good: "never", issue: v.issue}
	c = v.client(t, providers.TokenAuth{Files: []providers.FileParam{{Key: "a", Path: file}}})
	for _, text := range []string{"one", "two"} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		_, err = get(t.Context(), c, "/v1")
		assert.Equal(t, providers.Unauthorized, err.Class)
	}
	assert.Equal(t, []string{"a=one", "a=one", "a=two"}, bodies)
}

func TestTokenAnswers(t *testing.T) {
	const app = `{"token":"token-1","expires_at":"2000-01-01T01:00:00Z","permissions":{}}`
	for name, tt := range map[string]struct {
		auth   providers.TokenAuth
		status int
		body   string
		header []string
		want   time.Duration // until the next one is asked for; 0: never
	}{
		"expires_in":            {body: `{"access_token":"token-1","expires_in":3600}`, want: 59 * time.Minute},
		"expires_in as text":    {body: `{"access_token":"token-1","expires_in":"3600"}`, want: 59 * time.Minute},
		"early":                 {auth: providers.TokenAuth{Early: 5 * time.Minute}, body: `{"access_token":"token-1","expires_in":3600}`, want: 55 * time.Minute},
		"shorter than early":    {body: `{"access_token":"token-1","expires_in":30}`, want: 15 * time.Second},
		"no lifetime":           {body: `{"access_token":"token-1"}`},
		"declared lifetime":     {auth: providers.TokenAuth{Lifetime: 10 * time.Minute}, body: `{"access_token":"token-1"}`, want: 9 * time.Minute},
		"nested":                {auth: providers.TokenAuth{TokenField: "data.0.access_token", ExpiresInField: "data.0.ttl"}, body: `{"data":[{"access_token":"token-1","ttl":600}]}`, want: 9 * time.Minute},
		"one of two places":     {auth: providers.TokenAuth{TokenField: "[access_token,data.0.access_token].0"}, body: `{"data":[{"access_token":"token-1"}]}`},
		"the other place":       {auth: providers.TokenAuth{TokenField: "[access_token,data.0.access_token].0"}, body: `{"access_token":"token-1"}`},
		"app installation":      {auth: providers.TokenAuth{TokenField: "token", ExpiresAtField: "expires_at"}, status: 201, body: app, want: 59 * time.Minute},
		"vendor's clock behind": {auth: providers.TokenAuth{TokenField: "token", ExpiresAtField: "expires_at"}, status: 201, body: app, header: []string{"Date", "Fri, 31 Dec 1999 23:50:00 GMT"}, want: 69 * time.Minute},
		"epoch":                 {auth: providers.TokenAuth{ExpiresAtField: "expires_on"}, body: `{"access_token":"token-1","expires_on":"946688400"}`, want: 59 * time.Minute},
		"unreadable end":        {auth: providers.TokenAuth{ExpiresAtField: "expires_at"}, body: `{"access_token":"token-1","expires_at":"soon","expires_in":120}`, want: time.Minute},
		"zipped":                {body: zipped(t, `{"access_token":"token-1"}`), header: []string{"Content-Encoding", "gzip"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{good: "token-1"}
				v.issue = func(*http.Request, string) *http.Response { return answer(max(tt.status, 200), tt.body, tt.header...) }
				c := v.client(t, tt.auth)
				ask := func() {
					_, err := get(t.Context(), c, "/v1")
					require.Nil(t, err)
				}
				ask()
				if tt.want == 0 {
					time.Sleep(1000 * time.Hour)
					ask()
					assert.Equal(t, 1, v.issued)
					return
				}
				time.Sleep(tt.want - time.Second)
				ask()
				assert.Equal(t, 1, v.issued)
				time.Sleep(time.Second)
				ask()
				assert.Equal(t, 2, v.issued)
			})
		})
	}
}

func TestTokenHeader(t *testing.T) {
	for name, tt := range map[string]struct{ name, prefix string }{
		"own header":          {"X-Token", ""},
		"own prefix":          {"Authorization", "Token "},
		"own header, prefix":  {"X-Auth", "v1 "},
		"Authorization, bare": {"Authorization", ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := &vendor{header: tt.name, prefix: tt.prefix}
			_, err := get(t.Context(), v.client(t, providers.TokenAuth{HeaderName: tt.name, Prefix: tt.prefix}), "/v1")
			require.Nil(t, err)
		})
	}
}

func TestNewChecksTokenAuth(t *testing.T) {
	for name, tt := range map[string]struct {
		endpoint string
		auth     providers.TokenAuth
		wantErr  string
	}{
		"plain http":                 {auth: providers.TokenAuth{URL: "http://login.example.com/token"}, wantErr: "plain http would show the credential"},
		"plain http beside http":     {endpoint: "http://api.example.com", auth: providers.TokenAuth{URL: "http://login.example.com/token"}},
		"metadata service":           {auth: providers.TokenAuth{URL: "http://169.254.169.254/token"}},
		"agent":                      {auth: providers.TokenAuth{URL: "http://localhost:40342/token"}},
		"looks local":                {auth: providers.TokenAuth{URL: "http://169.254.169.254.example.net/token"}, wantErr: "plain http"},
		"no URL":                     {wantErr: "token_url: not an absolute"},
		"no host":                    {auth: providers.TokenAuth{URL: "https:///token"}, wantErr: "token_url: not an absolute"},
		"protocol-relative":          {auth: providers.TokenAuth{URL: "//login.example.com/token"}, wantErr: "token_url: not an absolute"},
		"header name":                {auth: providers.TokenAuth{URL: "/token", HeaderName: "X Y"}, wantErr: "is not a header name"},
		"prefix":                     {auth: providers.TokenAuth{URL: "/token", Prefix: "a\nb"}, wantErr: "has a line break"},
		"header of request":          {auth: providers.TokenAuth{URL: "/token", Header: map[string]string{"X:": "1"}}, wantErr: "is not a header name"},
		"initial":                    {auth: providers.TokenAuth{URL: "/token", Initial: "a\nb"}, wantErr: "has a line break"},
		"rotation without store":     {auth: providers.TokenAuth{URL: "/token", Rotates: true}, wantErr: "configure a storage extension"},
		"assertion without key":      {auth: providers.TokenAuth{URL: "/token", Assertion: &providers.Assertion{}}, wantErr: "there is no private key"},
		"parameter, no assertion":    {auth: providers.TokenAuth{URL: "/token", AssertionParam: "assertion"}, wantErr: "without assertion"},
		"key file that is not there": {auth: providers.TokenAuth{URL: "/token", Assertion: &providers.Assertion{KeyFile: "/nowhere/key.pem"}}, wantErr: "/nowhere/key.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := vendorhttp.New(settings(always(200, ""), providers.Source{Endpoint: tt.endpoint, Auth: tt.auth}))
			if tt.wantErr == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.wantErr)
			}
		})
	}
}
