package vendorhttp

import (
	"context"
	"io"
	"sync"

	"github.com/otelactivity/otelactivity/providers"
)

// stream hands a body to a provider and gives back what the request holds when
// it is closed.
type stream struct {
	client *Client
	body   *opened
	ctx    context.Context
	read   int
	once   sync.Once
	done   func()
}

// Read returns errors as *providers.Error, but for io.EOF.
func (s *stream) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	s.read += n
	switch {
	case err == nil, err == io.EOF: //nolint:errorlint // wrapped it is a failure, as in notEOF
		return n, err
	case s.ctx.Err() != nil:
		return n, interrupted(s.ctx.Err())
	default:
		return n, s.client.secrets.clean(s.client.readFailure(err, s.read))
	}
}

// Close releases connection and slot. Only the first call counts.
func (s *stream) Close() (err error) {
	s.once.Do(func() {
		err = s.body.Close()
		s.done()
	})
	return err
}

// interrupted is the error of a request whose caller gave up.
func interrupted(cause error) *providers.Error {
	return &providers.Error{Class: providers.Transient, Message: "interrupted", Err: cause}
}
