package vendorsim_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

func roundTrip(h http.HandlerFunc) *http.Client {
	return &http.Client{Transport: vendorsim.RoundTripper(h)}
}

func TestTransportLooksLikeAServer(t *testing.T) {
	c := roundTrip(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Equal(t, "acme.test", r.Host)
		assert.Equal(t, "/a%2Fb?c=d", r.RequestURI)
		assert.Equal(t, "http://acme.test", vendorsim.Origin(r))
		rw.Header().Set("X-Method", r.Method)
		rw.WriteHeader(http.StatusTeapot)
		rw.WriteHeader(http.StatusOK) // the first one counts
		rw.Header().Set("X-Late", "not sent")
		_, _ = rw.Write(body)
	})
	res := do(t, c, request(t, http.MethodPut, "http://acme.test/a%2Fb?c=d", "hello"))
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(body))
	assert.Equal(t, http.StatusTeapot, res.StatusCode)
	assert.Equal(t, "PUT", res.Header.Get("X-Method"))
	assert.Empty(t, res.Header.Get("X-Late"))
}

func TestTransportEndsWithTheContext(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"before the header": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"in the body": func(rw http.ResponseWriter, r *http.Request) {
			_, _ = rw.Write([]byte("a part"))
			<-r.Context().Done()
			_, err := rw.Write([]byte("too late"))
			assert.Error(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				start := time.Now()
				res, err := roundTrip(h).Do(request(t, http.MethodGet, "http://acme.test/", "").WithContext(ctx))
				if err == nil {
					_, err = io.ReadAll(res.Body)
					require.NoError(t, res.Body.Close())
				}
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.Equal(t, 30*time.Second, time.Since(start))
			})
		})
	}
}

func TestTransportAborts(t *testing.T) {
	_, err := roundTrip(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }).
		Do(request(t, http.MethodGet, "http://acme.test/", ""))
	assert.ErrorIs(t, err, syscall.ECONNRESET)

	_, err = roundTrip(func(http.ResponseWriter, *http.Request) { panic("a bug") }).
		Do(request(t, http.MethodGet, "http://acme.test/", ""))
	assert.ErrorContains(t, err, "a bug")

	res := do(t, roundTrip(func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = rw.Write([]byte("half"))
		panic(http.ErrAbortHandler)
	}), request(t, http.MethodGet, "http://acme.test/", ""))
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	assert.Equal(t, "half", string(body))
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestTransportCloseEndsTheHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		res := do(t, roundTrip(func(rw http.ResponseWriter, r *http.Request) {
			_, _ = rw.Write([]byte("x"))
			<-r.Context().Done()
			ended <- context.Cause(r.Context())
		}), request(t, http.MethodGet, "http://acme.test/", ""))
		require.NoError(t, res.Body.Close())
		assert.Error(t, <-ended)
	})
}

func TestTransportSlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		w.EmitEach("events", 50, time.Now(), 0)
		w.Faults.Next(vendorsim.SlowBody, 2, "")
		start := time.Now()
		_, _, body := fetch(t, clientOf(w), "http://acme.test/events")
		assert.Equal(t, 50, strings.Count(body, `"at"`))
		assert.Equal(t, time.Second, time.Since(start))

		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		res := do(t, clientOf(w), request(t, http.MethodGet, "http://acme.test/events", "").WithContext(ctx))
		_, err := io.ReadAll(res.Body)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		require.NoError(t, res.Body.Close())
	})
}

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, errors.New("client went away") }

func TestBrokenRequestBody(t *testing.T) {
	w := newWorld(1)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://acme.test/token", brokenBody{})
	require.NoError(t, err)
	_, err = clientOf(w).Do(r)
	assert.ErrorIs(t, err, syscall.ECONNRESET)
}
