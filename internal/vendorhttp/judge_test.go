package vendorhttp_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
)

func TestClasses(t *testing.T) {
	classify := func(e *providers.Error) func(*providers.Response) *providers.Error {
		return func(*providers.Response) *providers.Error { return e }
	}
	for name, tt := range map[string]struct {
		status   int
		header   []string
		body     string
		classify func(*providers.Response) *providers.Error
		want     providers.Error
	}{
		"400": {status: 400, want: providers.Error{Class: providers.Denied}},
		"401": {status: 401, want: providers.Error{Class: providers.Unauthorized}},
		"403": {status: 403, want: providers.Error{Class: providers.Denied}},
		"408": {status: 408, want: providers.Error{Class: providers.Transient}},
		"500": {status: 500, want: providers.Error{Class: providers.Transient}},
		"503": {status: 503, want: providers.Error{Class: providers.Transient}},
		"503 with Retry-After": {
			status: 503, header: []string{"Retry-After", "20"},
			want: providers.Error{Class: providers.Throttled, RetryAfter: 20 * time.Second},
		},
		"500 with Retry-After": {
			status: 500, header: []string{"Retry-After", "20"},
			want: providers.Error{Class: providers.Transient, RetryAfter: 20 * time.Second},
		},
		"304": {status: 304, want: providers.Error{Class: providers.Denied}},
		"unclassified keeps the rest": {
			status: 403, body: `{"message":"not read"}`, classify: classify(&providers.Error{Code: "E1", Message: "m", Hint: "h", Probe: time.Hour}),
			want: providers.Error{Class: providers.Denied, Code: "E1", Message: "m", Hint: "h", Probe: time.Hour},
		},
		"classified without text": {
			status: 400, body: `{"code":"X","message":"m"}`, classify: classify(&providers.Error{Class: providers.CursorLost}),
			want: providers.Error{Class: providers.CursorLost, Code: "X", Message: "m"},
		},
		"error with 200": {
			status: 200, body: `{"ok":false}`, classify: classify(&providers.Error{Class: providers.Denied, Code: "not_allowed"}),
			want: providers.Error{Class: providers.Denied, Code: "not_allowed"},
		},
		"unclassified error with 200": {
			status: 200, classify: classify(&providers.Error{Code: "internal"}),
			want: providers.Error{Class: providers.Transient, Code: "internal"},
		},
		"classified as throttled": {
			status: 403, classify: classify(&providers.Error{Class: providers.Throttled, RetryAfter: 15 * time.Minute}),
			want: providers.Error{Class: providers.Throttled, RetryAfter: 15 * time.Minute},
		},
		"classified wait is clamped": {
			status: 500, classify: classify(&providers.Error{Class: providers.Transient, RetryAfter: 24 * time.Hour}),
			want: providers.Error{Class: providers.Transient, RetryAfter: time.Hour},
		},
		"classified 503": {
			status: 503, header: []string{"Retry-After", "20"}, classify: classify(&providers.Error{Class: providers.WindowTooLarge}),
			want: providers.Error{Class: providers.WindowTooLarge},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, settings(always(tt.status, tt.body, tt.header...), providers.Source{Classify: tt.classify}))
			_, err := get(t.Context(), c, "/v1")
			tt.want.Status = tt.status
			assert.Equal(t, &tt.want, err)
		})
	}
}

func TestClassifiedErrorIsNotChanged(t *testing.T) {
	one := &providers.Error{Message: "the token planted-secret is bad"}
	c := newClient(t, settings(always(403, ""), providers.Source{
		Auth: providers.Bearer("planted-secret"), Classify: func(*providers.Response) *providers.Error { return one },
	}))
	_, err := get(t.Context(), c, "/v1")
	assert.Equal(t, "the token [hidden] is bad", err.Message)
	assert.Equal(t, &providers.Error{Message: "the token planted-secret is bad"}, one)
}

func TestComplaints(t *testing.T) {
	long := strings.Repeat("y", 5000)
	for name, tt := range map[string]struct {
		body, challenge string
		code, message   string
	}{
		"errorCode, errorSummary":  {body: `{"errorCode":"E1","errorSummary":"bad filter"}`, code: "E1", message: "bad filter"},
		"OAuth":                    {body: `{"error":"invalid_client","error_description":"wrong secret"}`, code: "invalid_client", message: "wrong secret"},
		"code, message":            {body: `{"code":124,"message":"Invalid access token."}`, code: "124", message: "Invalid access token."},
		"error object":             {body: `{"error":{"code":"BadRequest","message":"Invalid filter clause"}}`, code: "BadRequest", message: "Invalid filter clause"},
		"error object with type":   {body: `{"error":{"type":"INVALID_PERMISSIONS","message":"no"}}`, code: "INVALID_PERMISSIONS", message: "no"},
		"error object with title":  {body: `{"error":{"title":"Forbidden","message":"no access"}}`, message: "no access"},
		"error text":               {body: `{"error":"NOT_FOUND"}`, code: "NOT_FOUND"},
		"error and description":    {body: `{"error":"RecordNotFound","description":"Not found"}`, code: "RecordNotFound", message: "Not found"},
		"error flag":               {body: `{"error":true,"status":400,"message":"bad cursor"}`, message: "bad cursor"},
		"err":                      {body: `{"status":403,"err":"Invalid token"}`, message: "Invalid token"},
		"errors with message":      {body: `{"errors":[{"code":"c","message":"m"}]}`, code: "c", message: "m"},
		"errors with detail":       {body: `{"errors":[{"code":"c","title":"t","detail":"d"}]}`, code: "c", message: "d"},
		"errors as texts":          {body: `{"errors":["m1","m2"]}`, message: "m1"},
		"errorMessages":            {body: `{"errorMessages":["no admin"],"errors":{}}`, message: "no admin"},
		"Message":                  {body: `{"Message":"Authorization has been denied"}`, message: "Authorization has been denied"},
		"MESSAGE":                  {body: `{"STATUS":"Error","MESSAGE":"no"}`, message: "no"},
		"detail":                   {body: `{"detail":"Request was throttled."}`, message: "Request was throttled."},
		"array":                    {body: `[{"message":"expired","errorCode":"INVALID_SESSION_ID"}]`, code: "INVALID_SESSION_ID", message: "expired"},
		"status object":            {body: `{"status":{"error":true,"code":401,"type":"Unauthorized","message":"Authentication Failure"}}`, code: "Unauthorized", message: "Authentication Failure"},
		"category":                 {body: `{"status":"error","message":"m","category":"MISSING_SCOPES"}`, code: "MISSING_SCOPES", message: "m"},
		"tag":                      {body: `{"error_summary":"reset/..","error":{".tag":"reset"}}`, code: "reset", message: "reset/.."},
		"reason":                   {body: `{"reason":"Invalid client_id","error":"invalid_client"}`, code: "invalid_client", message: "Invalid client_id"},
		"JSON of another shape":    {body: `{"field":["This is wrong."]}`, message: `{"field":["This is wrong."]}`},
		"text":                     {body: "Error in call:\n  bad  time\n", message: "Error in call: bad time"},
		"HTML":                     {body: `<!DOCTYPE html><html><head><title>Sign in</title><style>p{color:red}</style><script>var a="<b>";</script></head><body><p>Please &amp; thank you</p></body></html>`, message: "Sign in Please & thank you"},
		"less-than in text":        {body: "1 < 2 and 3 > 2", message: "1 < 2 and 3 > 2"},
		"long text":                {body: long, message: long[:256] + "…"},
		"long message":             {body: `{"message":"` + long + `"}`, message: long[:1024] + "…"},
		"binary":                   {body: "\xff\xfe bad", message: "bad"},
		"empty with challenge":     {challenge: `Bearer realm="Service", error="invalid_token", error_description="The access token is invalid."`, code: "invalid_token", message: "The access token is invalid."},
		"blank with other realm":   {body: " ", challenge: `Basic realm="Application"`},
		"nothing":                  {},
		"deep JSON":                {body: strings.Repeat("[", 60000), message: strings.Repeat("[", 256) + "…"},
		"query in a vendor's text": {body: `{"message":"Cannot GET /v1/logs?token=planted-secret&a=1 here"}`, message: "Cannot GET /v1/logs here"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, settings(always(403, tt.body, "WWW-Authenticate", tt.challenge), providers.Source{}))
			_, err := get(t.Context(), c, "/v1")
			assert.Equal(t, tt.code, err.Code)
			assert.Equal(t, tt.message, err.Message)
		})
	}
}

func TestNoAnswer(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	for name, tt := range map[string]struct {
		err  error
		want string
		hint string
	}{
		"refused":     {refused, "transient: no answer from api.example.com: dial: connection refused", ""},
		"nested URLs": {&url.Error{Op: "Post", URL: "https://x/?k=planted-secret", Err: &url.Error{Op: "Get", URL: "https://y/?k=planted-secret", Err: refused}}, "connection refused", ""},
		"quoted URL":  {errors.New(`extension: Get "https://login.example.com/t?client_secret=planted-secret": EOF`), `Get "https://login.example.com/t": EOF`, ""},
		"proxy":       {errors.New(`proxyconnect http://user:planted-secret@proxy.example.com:3128: refused`), "proxyconnect http://proxy.example.com:3128: refused", ""},
		"authority":   {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, "unknown authority", "http.tls.ca_file"},
		"host name":   {x509.HostnameError{Host: "api.example.com", Certificate: &x509.Certificate{}}, "", "the certificate is for another host"},
		"DNS":         {&net.DNSError{Err: "no such host", Name: "api.example.com", IsNotFound: true}, "no such host", "check the endpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, settings(transport(func(*http.Request) (*http.Response, error) { return nil, tt.err }), providers.Source{}))
			_, err := c.Do(t.Context(), providers.Request{Path: "/v1", Query: providers.Params{{Key: "sig", Value: "planted-secret"}}})
			require.ErrorContains(t, err, tt.want)
			assert.Contains(t, err.Error(), tt.hint)
			assert.NotContains(t, err.Error(), "planted-secret")
			assert.NotContains(t, err.Error(), "/v1")
			assert.ErrorIs(t, err, innermost(tt.err), "what it is can still be asked")
			e := err.(*providers.Error)
			assert.Equal(t, providers.Transient, e.Class)
			assert.Zero(t, e.Status)
			assert.NoError(t, errors.Unwrap(e.Err), "the raw text is out of reach")
		})
	}
}

func innermost(err error) error {
	for {
		u, ok := err.(*url.Error)
		if !ok {
			return err
		}
		err = u.Err
	}
}

// A TLS server that nobody vouches for, through a real transport.
func TestUnknownAuthority(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = quiet(t)
	server.StartTLS()
	defer server.Close()
	rt := &http.Transport{}
	defer rt.CloseIdleConnections()
	c := newClient(t, settings(rt, providers.Source{Endpoint: server.URL}))
	_, err := get(t.Context(), c, "/v1")
	require.ErrorContains(t, err, "http.tls.ca_file")
}

func TestErrorKeepsContext(t *testing.T) {
	c := newClient(t, settings(always(200, ""), providers.Source{}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := get(ctx, c, "/v1")
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, c.Ready(ctx, "", true), context.Canceled)
}

func FuzzComplaint(f *testing.F) {
	for _, s := range []string{`{"error":{"message":1}}`, `[[]]`, "<a", "\xff", `{"errors":[{}]}`, "<script>"} {
		f.Add(s, `error="x"`)
	}
	f.Fuzz(func(t *testing.T, body, challenge string) {
		c := newClient(t, settings(always(400, body, "WWW-Authenticate", challenge), providers.Source{Auth: providers.Bearer("planted-secret")}))
		_, err := get(t.Context(), c, "/v1")
		require.NotNil(t, err)
		assert.LessOrEqual(t, len(err.Message), 1100)
		assert.NotContains(t, err.Error(), "planted-secret")
	})
}
