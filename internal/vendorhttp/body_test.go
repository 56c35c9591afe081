package vendorhttp_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/providers"
)

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func TestBodies(t *testing.T) {
	const limit = 1 << 20
	page := `{"events":[` + strings.Repeat(`{"id":"x"},`, 5000) + `{}]}`
	nested := strings.Repeat(`{"a":[`, 1<<15) + strings.Repeat("]}", 1<<15)
	for name, tt := range map[string]struct {
		status   int // default 200
		body     string
		encoding string
		length   int64 // declared, when not the body's
		want     string
		class    providers.Class
		wantErr  string
	}{
		"empty":                 {},
		"plain":                 {body: page, want: page},
		"plain, no length":      {body: page, length: -1, want: page},
		"plain, length too low": {body: page, length: 10, want: page},
		"identity":              {body: page, encoding: "identity", want: page},
		"gzip":                  {body: zipped(t, page), encoding: "gzip", want: page},
		"gzip in capitals":      {body: zipped(t, page), encoding: "GZIP", want: page},
		"gzip of nothing":       {encoding: "gzip"},
		"two gzip members":      {body: zipped(t, "ab") + zipped(t, "cd"), encoding: "gzip", want: "abcd"},
		"HTML with 200":         {body: "<html><body>Log in", want: "<html><body>Log in"},
		"at the bound":          {body: strings.Repeat("x", limit), want: strings.Repeat("x", limit)},
		"over the bound":        {body: strings.Repeat("x", limit+1), class: providers.PageTooLarge, wantErr: "raise max_response_size"},
		"over it, no length":    {body: strings.Repeat("x", limit+1), length: -1, class: providers.PageTooLarge, wantErr: "max_response_size"},
		"zipped, at the bound":  {body: zipped(t, strings.Repeat("x", limit)), encoding: "gzip", want: strings.Repeat("x", limit)},
		"bomb":                  {body: zipped(t, strings.Repeat("x", 100*limit)), encoding: "gzip", class: providers.PageTooLarge, wantErr: "larger than 1048576 bytes"},
		"large error":           {status: 404, body: strings.Repeat("no such page ", limit), class: providers.Denied, wantErr: "no such page"},
		"bomb as error":         {status: 500, body: zipped(t, strings.Repeat("x ", 100*limit)), encoding: "gzip", class: providers.Transient, wantErr: "HTTP 500: x x"},
		"cut gzip":              {body: zipped(t, page)[:50], encoding: "gzip", class: providers.Transient, wantErr: "cut after"},
		"cut gzip header":       {body: zipped(t, page)[:5], encoding: "gzip", class: providers.Transient, wantErr: "cut after 0 bytes"},
		"no gzip":               {body: page, encoding: "gzip", class: providers.Transient, wantErr: "could not be read"},
		"wrong checksum":        {body: zipped(t, page)[:len(zipped(t, page))-8] + "12345678", encoding: "gzip", class: providers.Transient, wantErr: "could not be read"},
		"unknown encoding":      {body: page, encoding: "br", class: providers.Transient, wantErr: `"br" was not asked for`},
		"deep":                  {body: nested, want: nested},
		"too deep":              {body: " [" + nested + "]", class: providers.Transient, wantErr: "deeper than 65536"},
		"brackets in strings":   {body: `{"a":"` + strings.Repeat(`[{\"`, 40_000) + `"}`, want: `{"a":"` + strings.Repeat(`[{\"`, 40_000) + `"}`},
		"brackets side by side": {body: "[[]" + strings.Repeat(",{}", 70_000) + "]", want: "[[]" + strings.Repeat(",{}", 70_000) + "]"},
		"brackets in text":      {body: "a,b\n" + strings.Repeat("[", 70_000), want: "a,b\n" + strings.Repeat("[", 70_000)},
	} {
		t.Run(name, func(t *testing.T) {
			s := settings(transport(func(*http.Request) (*http.Response, error) {
				resp := answer(max(tt.status, 200), tt.body)
				if tt.encoding != "" {
					resp.Header.Set("Content-Encoding", tt.encoding)
				}
				if tt.length != 0 {
					resp.ContentLength = tt.length
				}
				return resp, nil
			}), providers.Source{})
			s.MaxBodyBytes = limit
			c := newClient(t, s)
			for range 2 { // the second one meets used buffers
				resp, err := get(t.Context(), c, "/v1")
				if tt.wantErr == "" {
					require.Nil(t, err)
					if resp.Body != tt.want { // large: no diff
						t.Errorf("got %d bytes, not those that were sent", len(resp.Body))
					}
					continue
				}
				require.ErrorContains(t, err, tt.wantErr)
				assert.Equal(t, tt.class, err.Class)
				assert.Less(t, len(err.Error()), 2000)
			}
		})
	}
}

func TestBodiesDoNotShareMemory(t *testing.T) {
	bodies := []string{strings.Repeat("a", 5000), strings.Repeat("b", 5000)}
	n := 0
	c := newClient(t, settings(transport(func(*http.Request) (*http.Response, error) {
		resp := answer(200, bodies[n])
		resp.ContentLength = -1
		n++
		return resp, nil
	}), providers.Source{}))
	first, err := get(t.Context(), c, "/1")
	require.Nil(t, err)
	second, err := get(t.Context(), c, "/2")
	require.Nil(t, err)
	assert.Equal(t, bodies[0], first.Body)
	assert.Equal(t, bodies[1], second.Body)
}

// A connection that ends before the declared length, through a real transport.
func TestCutConnection(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"events":[`)
	}))
	defer server.Close()
	c := newClient(t, settings(server.Client().Transport, providers.Source{Endpoint: server.URL}))
	_, err := get(t.Context(), c, "/v1")
	require.ErrorContains(t, err, "the answer was cut after 11 bytes")
	assert.Equal(t, providers.Transient, err.Class)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)

	resp, failure := c.Do(t.Context(), providers.Request{Path: "/v1", Stream: true})
	require.NoError(t, failure)
	_, failure = io.ReadAll(resp.Stream)
	require.ErrorContains(t, failure, "the answer was cut after 11 bytes")
	require.NoError(t, resp.Stream.Close())
}

func TestStreams(t *testing.T) {
	big := strings.Repeat("line of a large file\n", 100_000)
	s := settings(always(200, zipped(t, big), "Content-Encoding", "gzip", "X-Name", "n"), providers.Source{})
	s.MaxBodyBytes = 1000
	c := newClient(t, s)
	resp, err := c.Do(t.Context(), providers.Request{Path: "/file", Stream: true})
	require.NoError(t, err)
	assert.Empty(t, resp.Body)
	assert.Equal(t, "n", resp.Header.Get("X-Name"))
	text, err := io.ReadAll(resp.Stream)
	require.NoError(t, err, "larger than the bound on bodies")
	if string(text) != big { // no diff of all that
		t.Errorf("got %d bytes, not the %d that were sent", len(text), len(big))
	}
	require.NoError(t, resp.Stream.Close())
}

func TestStreamErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		status  int
		body    string
		header  []string
		class   providers.Class
		wantErr string
	}{
		"refused":     {404, `{"message":"gone"}`, nil, providers.Denied, "HTTP 404: gone"},
		"throttled":   {429, ``, []string{"Retry-After", "7"}, providers.Throttled, "429"},
		"bad gzip":    {200, `no gzip at all`, []string{"Content-Encoding", "gzip"}, providers.Transient, "could not be read"},
		"no encoding": {200, ``, []string{"Content-Encoding", "zstd"}, providers.Transient, "was not asked for"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, settings(always(tt.status, tt.body, tt.header...), providers.Source{}))
			_, err := c.Do(t.Context(), providers.Request{Path: "/file", Stream: true})
			require.ErrorContains(t, err, tt.wantErr)
			assert.Equal(t, tt.class, providers.ClassOf(err))
		})
	}
}

func TestStreamReadErrors(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	broken := errors.New(`read "https://api.example.com/x?token=planted-secret": reset`)
	resp200 := answer(200, "")
	resp200.Body = io.NopCloser(io.MultiReader(strings.NewReader("abc"), failing{broken}))
	c := newClient(t, settings(transport(func(*http.Request) (*http.Response, error) { return resp200, nil }), providers.Source{}))
	resp, err := c.Do(ctx, providers.Request{Path: "/file", Stream: true})
	require.NoError(t, err)
	text, err := io.ReadAll(resp.Stream)
	assert.Equal(t, "abc", string(text))
	assert.Equal(t, providers.Transient, providers.ClassOf(err))
	assert.ErrorIs(t, err, broken)
	assert.NotContains(t, err.Error(), "planted-secret")
	cancel()
	_, err = resp.Stream.Read(make([]byte, 1))
	assert.ErrorIs(t, err, context.Canceled)
	require.NoError(t, resp.Stream.Close())
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestClassifySeesStreamsByTheirHead(t *testing.T) {
	c := newClient(t, settings(always(200, "x", "Content-Type", "text/html"), providers.Source{
		Classify: func(r *providers.Response) *providers.Error {
			if r.Stream != nil && r.Header.Get("Content-Type") == "text/html" {
				return &providers.Error{Class: providers.Denied, Message: "a page, not a file"}
			}
			return nil
		},
	}))
	_, err := c.Do(t.Context(), providers.Request{Path: "/file", Stream: true})
	require.ErrorContains(t, err, "a page, not a file")
}

var _ vendorhttp.Slots = (*slots)(nil)

// Bodies around the size of what is read at a time, in reads of any size, with the
// end told with the last bytes or after them.
func TestBodiesOfAnySize(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 6<<10)
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"large reads":         func(r io.Reader) io.Reader { return r },
		"small reads":         iotest.HalfReader,
		"end with the last":   iotest.DataErrReader,
		"small ones with end": func(r io.Reader) io.Reader { return iotest.DataErrReader(iotest.HalfReader(r)) },
	} {
		for _, size := range []int{0, 1, 32<<10 - 1, 32 << 10, 32<<10 + 1, 64 << 10, 96 << 10} {
			for _, length := range []int64{-1, int64(size)} {
				t.Run(fmt.Sprintf("%s/%d/%d", name, size, length), func(t *testing.T) {
					c := newClient(t, settings(transport(func(*http.Request) (*http.Response, error) {
						resp := answer(200, "")
						resp.Body, resp.ContentLength = io.NopCloser(wrap(strings.NewReader(text[:size]))), length
						return resp, nil
					}), providers.Source{}))
					resp, err := get(t.Context(), c, "/v1")
					require.Nil(t, err)
					assert.Equal(t, text[:size], resp.Body)
				})
			}
		}
	}
}

// A cut is told, also where it falls on the end of what is read at a time.
func TestCutBodies(t *testing.T) {
	for _, size := range []int{0, 100, 32 << 10, 64 << 10} {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			c := newClient(t, settings(transport(func(*http.Request) (*http.Response, error) {
				resp := answer(200, "")
				cut := io.MultiReader(strings.NewReader(strings.Repeat("x", size)), iotest.ErrReader(io.ErrUnexpectedEOF))
				resp.Body, resp.ContentLength = io.NopCloser(iotest.DataErrReader(cut)), -1
				return resp, nil
			}), providers.Source{}))
			_, err := get(t.Context(), c, "/v1")
			require.ErrorContains(t, err, fmt.Sprintf("the answer was cut after %d bytes", size))
		})
	}
}
