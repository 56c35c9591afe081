package vendorhttp_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/providers"
)

func TestWhereRequestsGo(t *testing.T) {
	for name, tt := range map[string]struct {
		endpoint string // default: the test's
		listed   []string
		request  providers.Request
		want     string
		wantErr  string
	}{
		"path":                       {request: providers.Request{Path: "/v1/logs"}, want: endpoint + "/v1/logs"},
		"query in order":             {request: providers.Request{Path: "/v1", Query: providers.Params{{Key: "b", Value: "1"}, {Key: "a", Value: "x y+z"}, {Key: "b", Value: "2"}}}, want: endpoint + "/v1?b=1&a=x%20y%2Bz&b=2"},
		"query in path":              {request: providers.Request{Path: "/v1?a=1", Query: providers.Params{{Key: "b", Value: "2"}}}, want: endpoint + "/v1?a=1&b=2"},
		"escaped path":               {request: providers.Request{Path: "/a%2Fb/$x"}, want: endpoint + "/a%2Fb/$x"},
		"endpoint with path":         {endpoint: "https://intra.example.com/wiki/", request: providers.Request{Path: "/rest"}, want: "https://intra.example.com/wiki/rest"},
		"path without slash":         {request: providers.Request{Path: ".evil.example.net/"}, wantErr: "start with a slash"},
		"path with at":               {request: providers.Request{Path: "@evil.example.net/"}, wantErr: "start with a slash"},
		"path not escaped":           {request: providers.Request{Path: "/a%zz"}, wantErr: "not a valid URL"},
		"link":                       {request: providers.Request{Link: endpoint + "/v1?after=1%2B2&f=$x&g=a+b"}, want: endpoint + "/v1?after=1%2B2&f=$x&g=a+b"},
		"link replaces query":        {request: providers.Request{Link: "/v1?a=1", Path: "/no", Query: providers.Params{{Key: "no", Value: "1"}}}, want: endpoint + "/v1?a=1"},
		"link keeps escapes of path": {request: providers.Request{Link: endpoint + "/a%2Fb%20c(d)/;e=%c3%a4?x=%7b"}, want: endpoint + "/a%2Fb%20c(d)/;e=%c3%a4?x=%7b"},
		"link with blank":            {request: providers.Request{Link: endpoint + "/v1?q=a b"}, want: endpoint + "/v1?q=a%20b"},
		"link in upper case":         {request: providers.Request{Link: "HTTPS://API.Example.COM/v1"}, want: endpoint + "/v1"},
		"link with default port":     {request: providers.Request{Link: "https://api.example.com:443/v1"}, want: endpoint + "/v1"},
		"endpoint with default port": {endpoint: "https://api.example.com:443", request: providers.Request{Link: endpoint + "/v1"}, want: endpoint + "/v1"},
		"link path, based endpoint":  {endpoint: "https://intra.example.com/wiki", request: providers.Request{Link: "/wiki/rest?start=2"}, want: "https://intra.example.com/wiki/rest?start=2"},
		"listed origin":              {listed: []string{"https://files.example.com"}, request: providers.Request{Link: "https://FILES.example.com:443/x?y=1"}, want: "https://files.example.com/x?y=1"},
		"other host":                 {request: providers.Request{Link: "https://evil.example.net/v1?a=1"}, want: endpoint + "/v1?a=1"},
		"other host, no path":        {request: providers.Request{Link: "https://evil.example.net?a=1"}, want: endpoint + "/?a=1"},
		"suffix of host":             {request: providers.Request{Link: "https://api.example.com.evil.example.net/v1"}, want: endpoint + "/v1"},
		"trailing dot":               {request: providers.Request{Link: "https://api.example.com./v1"}, want: endpoint + "/v1"},
		"other port":                 {request: providers.Request{Link: "https://api.example.com:8443/v1"}, want: endpoint + "/v1"},
		"plain http":                 {request: providers.Request{Link: "http://api.example.com/v1"}, want: endpoint + "/v1"},
		"other scheme":               {request: providers.Request{Link: "ftp://api.example.com/v1"}, want: endpoint + "/v1"},
		"user in link":               {request: providers.Request{Link: "https://api.example.com@evil.example.net/v1"}, want: endpoint + "/v1"},
		"user on own host":           {request: providers.Request{Link: "https://a:b@api.example.com/v1"}, want: endpoint + "/v1"},
		"protocol-relative":          {request: providers.Request{Link: "//evil.example.net/v1"}, want: endpoint + "/v1"},
		"protocol-relative, own":     {request: providers.Request{Link: "//api.example.com/v1"}, want: endpoint + "/v1"},
		"backslash in authority":     {request: providers.Request{Link: `https://api.example.com\@evil.example.net/v1`}, want: endpoint + "/v1"},
		"backslash for host":         {request: providers.Request{Link: `/\evil.example.net/v1`}, want: endpoint + "/%5Cevil.example.net/v1"},
		"backslashes for slashes":    {request: providers.Request{Link: `https:\\evil.example.net/v1`}, wantErr: "must be absolute"},
		"relative link":              {request: providers.Request{Link: "v1/logs"}, wantErr: "must be absolute"},
		"link in a query":            {request: providers.Request{Link: "?u=https://evil.example.net/"}, wantErr: "must be absolute"},
		"url in a link's query":      {request: providers.Request{Link: "/v1?u=https://evil.example.net/x"}, want: endpoint + "/v1?u=https://evil.example.net/x"},
		"fragment":                   {request: providers.Request{Link: endpoint + "/v1?a=1#top"}, want: endpoint + "/v1?a=1"},
		"control character":          {request: providers.Request{Link: endpoint + "/v1\r\nHost: evil.example.net"}, wantErr: "not a valid URL"},
	} {
		t.Run(name, func(t *testing.T) {
			var got *http.Request
			c := newClient(t, settings(transport(func(r *http.Request) (*http.Response, error) {
				got = r
				return answer(200, "{}"), nil
			}), providers.Source{Endpoint: tt.endpoint, LinkOrigins: tt.listed, Auth: providers.Bearer("example-token")}))
			_, err := c.Do(t.Context(), tt.request)
			if tt.wantErr != "" {
				require.ErrorContains(t, err, tt.wantErr)
				assert.Nil(t, got, "nothing is sent")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, got.URL.Scheme+"://"+got.Host+got.URL.RequestURI())
			assert.Equal(t, got.URL.Host, got.Host)
			assert.Equal(t, "Bearer example-token", got.Header.Get("Authorization"))
		})
	}
}

// The bytes that arrive, through a real transport and server.
func TestLinkArrivesByteForByte(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RequestURI }))
	defer server.Close()
	c := newClient(t, settings(server.Client().Transport, providers.Source{Endpoint: server.URL}))
	const link = "/v1/a%2Fb;c=$1/%E2%82%AC?after=1%2B2&before=&filter=%24eq+x&q=a:b,c"
	_, err := c.Do(t.Context(), providers.Request{Link: "https://elsewhere.example.net" + link})
	require.NoError(t, err)
	assert.Equal(t, link, got)
}

func TestRedirects(t *testing.T) {
	redirect := func(to string) *http.Response { return answer(302, "", "Location", to) }
	for name, tt := range map[string]struct {
		method   string
		location string
		hops     int // redirects before the answer
		want     int // requests that arrive
		wantErr  string
	}{
		"same origin":        {location: endpoint + "/next", hops: 1, want: 2},
		"relative":           {location: "/next", hops: 3, want: 4},
		"loop":               {location: "/next", hops: 100, want: 4, wantErr: "redirects to itself"},
		"log-in page":        {location: "https://login.example.net/sso?SAMLRequest=planted-secret", hops: 1, want: 1, wantErr: "a redirect to login.example.net was not followed"},
		"to plain http":      {location: "http://api.example.com/next", hops: 1, want: 1, wantErr: "redirect"},
		"other port":         {location: endpoint + ":444/next", hops: 1, want: 1, wantErr: "redirect to api.example.com:444"},
		"POST":               {method: "POST", location: "/next", hops: 1, want: 1, wantErr: "302"},
		"unreadable address": {location: "https://[::1", hops: 1, want: 1, wantErr: "Location"},
	} {
		t.Run(name, func(t *testing.T) {
			arrived := 0
			c := newClient(t, settings(transport(func(r *http.Request) (*http.Response, error) {
				arrived++
				assert.Equal(t, "api.example.com", r.URL.Host)
				assert.Equal(t, "Bearer example-token", r.Header.Get("Authorization"))
				if arrived <= tt.hops {
					return redirect(tt.location), nil
				}
				return answer(200, "{}"), nil
			}), providers.Source{Auth: providers.Bearer("example-token")}))
			_, err := c.Do(t.Context(), providers.Request{Method: tt.method, Path: "/first"})
			assert.Equal(t, tt.want, arrived)
			if tt.wantErr == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.wantErr)
			assert.NotContains(t, err.Error(), "planted-secret")
			if !strings.Contains(tt.wantErr, "Location") {
				assert.Equal(t, providers.Denied, providers.ClassOf(err))
			}
		})
	}
}

func TestNewChecksTheSource(t *testing.T) {
	for name, tt := range map[string]struct {
		change  func(*vendorhttp.Settings)
		wantErr string
	}{
		"relative endpoint":      {func(s *vendorhttp.Settings) { s.Source.Endpoint = "api.example.com" }, "endpoint: not an absolute"},
		"no host":                {func(s *vendorhttp.Settings) { s.Source.Endpoint = "https://" }, "endpoint: not an absolute"},
		"other scheme":           {func(s *vendorhttp.Settings) { s.Source.Endpoint = "ftp://api.example.com" }, "endpoint: not an absolute"},
		"password in endpoint":   {func(s *vendorhttp.Settings) { s.Source.Endpoint = "https://u:planted-secret@api.example.com" }, "endpoint: holds a user name"},
		"query in endpoint":      {func(s *vendorhttp.Settings) { s.Source.Endpoint = endpoint + "?key=planted-secret" }, "endpoint: holds a query"},
		"fragment in endpoint":   {func(s *vendorhttp.Settings) { s.Source.Endpoint = endpoint + "#x" }, "endpoint: holds a query or fragment"},
		"unreadable endpoint":    {func(s *vendorhttp.Settings) { s.Source.Endpoint = "https://a b/planted-secret" }, "endpoint: not a URL"},
		"relative link origin":   {func(s *vendorhttp.Settings) { s.Source.LinkOrigins = []string{"files.example.com"} }, "link origin: not an absolute"},
		"plain link origin":      {func(s *vendorhttp.Settings) { s.Source.LinkOrigins = []string{"http://files.example.com"} }, "link origin: plain http"},
		"header name":            {func(s *vendorhttp.Settings) { s.Source.Header = http.Header{"X Y": {"1"}} }, `"X Y" is not a header name`},
		"header value":           {func(s *vendorhttp.Settings) { s.Source.Header = http.Header{"X": {"planted-secret\n"}} }, "the header X has a line break"},
		"auth header name":       {func(s *vendorhttp.Settings) { s.Source.Auth = providers.HeaderAuth{Name: "", Value: "planted-secret"} }, "is not a header name"},
		"token with line break":  {func(s *vendorhttp.Settings) { s.Source.Auth = providers.Bearer("planted-secret\n") }, "check where the credential comes from"},
		"token with blank":       {func(s *vendorhttp.Settings) { s.Source.Auth = providers.Bearer("planted-secret ") }, "blanks around it"},
		"reserve":                {func(s *vendorhttp.Settings) { s.Reserve = 1 }, "rate_limit.reserve"},
		"several":                {func(s *vendorhttp.Settings) { s.Reserve = -1; s.Source.Endpoint = "x" }, "endpoint"},
		"no source":              {func(s *vendorhttp.Settings) { s.Source = nil }, "no source"},
		"http endpoint is fine":  {func(s *vendorhttp.Settings) { s.Source.Endpoint = "http://api.example.com" }, ""},
		"no HTTP client is fine": {func(s *vendorhttp.Settings) { s.HTTP = nil }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := settings(always(200, ""), providers.Source{})
			tt.change(&s)
			_, err := vendorhttp.New(s)
			if tt.wantErr == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.wantErr)
			assert.NotContains(t, err.Error(), "planted-secret")
		})
	}
}

func FuzzLinkStaysHome(f *testing.F) {
	for _, s := range []string{
		"https://api.example.com/a?b", "//evil.example.net/x", `\\evil`, "https://a@b/", "/x", "https://files.example.com/y", "https:///", "http://[::1]:80/",
	} {
		f.Add(s)
	}
	home := map[string]bool{"https://api.example.com": true, "https://files.example.com": true}
	var got *http.Request
	c := newClient(f, settings(transport(func(r *http.Request) (*http.Response, error) {
		got = r
		return answer(200, ""), nil
	}), providers.Source{LinkOrigins: []string{"https://files.example.com"}}))
	f.Fuzz(func(t *testing.T, link string) {
		got = nil
		if _, err := c.Do(t.Context(), providers.Request{Path: "/v1", Link: link}); err == nil {
			assert.True(t, home[got.URL.Scheme+"://"+got.Host], "%q went to %s", link, got.URL)
			assert.Equal(t, got.Host, got.URL.Host)
			assert.Nil(t, got.URL.User)
		}
	})
}
