package vendorhttp_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/providers"
)

// What the engine needs of a client.
var _ interface {
	providers.Client
	Ready(ctx context.Context, class string, live bool) error
	Clean(err error) error
} = (*vendorhttp.Client)(nil)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const endpoint = "https://api.example.com"

// transport answers requests in process.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answer makes an answer; header holds names and values in turn.
func answer(status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	return &http.Response{
		StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// always answers every request in the same way.
func always(status int, body string, header ...string) transport {
	return func(*http.Request) (*http.Response, error) { return answer(status, body, header...), nil }
}

// settings are for a source on the endpoint, reached through rt.
func settings(rt http.RoundTripper, source providers.Source) vendorhttp.Settings {
	if source.Endpoint == "" {
		source.Endpoint = endpoint
	}
	return vendorhttp.Settings{Instance: "vendor/test", Source: &source, HTTP: &http.Client{Transport: rt}}
}

func newClient(t testing.TB, s vendorhttp.Settings) *vendorhttp.Client {
	t.Helper()
	c, err := vendorhttp.New(s)
	require.NoError(t, err)
	return c
}

// get asks for a path and returns the error as what it must be.
func get(ctx context.Context, c *vendorhttp.Client, path string) (*providers.Response, *providers.Error) {
	resp, err := c.Do(ctx, providers.Request{Path: path})
	if err == nil {
		return resp, nil
	}
	return resp, err.(*providers.Error)
}

// begin sends a request whose answer nobody waits for.
func begin(ctx context.Context, c *vendorhttp.Client, path string) {
	go func() { _, _ = get(ctx, c, path) }()
}

// recorder is an Observer that keeps what it is told.
type recorder struct {
	mu        sync.Mutex
	requests  []int
	classes   []string
	throttled []time.Duration
	remaining []float64
}

func (r *recorder) Request(_, class string, status int, _ time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests, r.classes = append(r.requests, status), append(r.classes, class)
}

func (r *recorder) Throttled(_, _ string, wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.throttled = append(r.throttled, wait)
}

func (r *recorder) Budget(_, _ string, remaining float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remaining = append(r.remaining, remaining)
}
