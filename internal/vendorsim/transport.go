package vendorsim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync"
	"syscall"
)

// RoundTripper returns a transport that calls the handler in this process, without
// sockets: it works inside testing/synctest bubbles. A cancelled request context
// ends both sides, and a handler that aborts looks like a reset connection or, once
// the header is sent, like a cut body. The handler has ended when the body is read
// to its end or closed.
func RoundTripper(h http.Handler) http.RoundTripper { return &transport{h} }

type transport struct{ handler http.Handler }

// RoundTrip serves one request.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	reader, writer := io.Pipe()
	x := &exchange{ctx: ctx, request: r, header: http.Header{}, head: make(chan struct{}), body: writer}
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { _ = writer.CloseWithError(context.Cause(ctx)) })
	go func() {
		defer close(done)
		defer stop()
		x.run(t.handler, serverRequest(ctx, r))
	}()
	select {
	case <-x.head:
	case <-ctx.Done():
		<-done // the handler sees the same context
		cause := context.Cause(ctx)
		cancel(nil)
		return nil, cause
	}
	if x.response == nil {
		<-done
		cause := context.Cause(ctx)
		cancel(nil)
		return nil, cmp.Or(cause, x.failure)
	}
	x.response.Body = &body{PipeReader: reader, cancel: cancel, done: done}
	return x.response, nil
}

// serverRequest is r as a server sees it.
func serverRequest(ctx context.Context, r *http.Request) *http.Request {
	in := r.Clone(ctx)
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = "192.0.2.1:1234"
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	return in
}

var errClosed = errors.New("response body closed")

type body struct {
	*io.PipeReader
	cancel context.CancelCauseFunc
	done   chan struct{}
}

// Close ends the exchange and waits for the handler.
func (b *body) Close() error {
	err := b.PipeReader.Close()
	b.cancel(errClosed)
	<-b.done
	return err
}

// exchange is the server's side of one request.
type exchange struct {
	ctx      context.Context
	request  *http.Request
	header   http.Header
	head     chan struct{}
	once     sync.Once
	body     *io.PipeWriter
	response *http.Response
	failure  error
}

func (x *exchange) run(h http.Handler, r *http.Request) {
	defer func() {
		broken := recover()
		if broken != nil && broken != http.ErrAbortHandler { //nolint:errorlint // net/http compares what was panicked with, too
			x.failure = fmt.Errorf("handler panicked: %v", broken)
		} else if broken != nil {
			x.failure = syscall.ECONNRESET
		}
		if r.Body != nil {
			_ = r.Body.Close()
		}
		if broken != nil {
			x.once.Do(func() { close(x.head) })
			// A handler that ends because of its context must look like the context.
			_ = x.body.CloseWithError(cmp.Or(context.Cause(x.ctx), io.ErrUnexpectedEOF))
			return
		}
		x.WriteHeader(http.StatusOK)
		_ = x.body.CloseWithError(context.Cause(x.ctx)) // nil: the regular end
	}()
	h.ServeHTTP(x, r)
}

// Header returns the header to be sent.
func (x *exchange) Header() http.Header { return x.header }

// WriteHeader sends status and header once.
func (x *exchange) WriteHeader(status int) {
	x.once.Do(func() {
		header := http.Header{}
		maps.Copy(header, x.header)
		x.response = &http.Response{
			Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: header, ContentLength: -1, Request: x.request,
		}
		close(x.head)
	})
}

// Write sends a part of the body.
func (x *exchange) Write(p []byte) (int, error) {
	x.WriteHeader(http.StatusOK)
	if err := context.Cause(x.ctx); err != nil {
		return 0, err
	}
	return x.body.Write(p)
}

// Flush does nothing: each Write is handed over at once.
func (x *exchange) Flush() {}
