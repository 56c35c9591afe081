package vendorhttp

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

// DefaultMaxStreamBytes bounds a streamed answer after decompression whose request
// sets no bound: what any disk has room for, and what no bomb fills.
const DefaultMaxStreamBytes = 4 << 30

// stream hands a body to a provider and gives back what the request holds when
// it is closed.
type stream struct {
	client *Client
	body   *opened
	ctx    context.Context
	late   *atomic.Bool // the vendor was silent for longer than the time-out
	limit  int64
	read   int64
	once   sync.Once
	done   func()
}

// Read returns errors as *providers.Error, but for io.EOF.
func (s *stream) Read(p []byte) (int, error) {
	left := s.limit - s.read
	if left < 0 {
		return 0, s.failure(errTooLarge)
	}
	if int64(len(p)) > left {
		p = p[:left+1] // one more tells a body that ends at the bound from one that goes on
	}
	n, err := s.body.Read(p)
	if s.read += int64(n); s.read > s.limit {
		return n - 1, s.failure(errTooLarge)
	}
	if err == nil || err == io.EOF { //nolint:errorlint // wrapped it is a failure, as in notEOF
		return n, err
	}
	return n, s.failure(err)
}

func (s *stream) failure(err error) *providers.Error {
	switch {
	case err == errTooLarge: //nolint:errorlint // our own
		return &providers.Error{
			Class: providers.Transient, Code: "answer_too_large",
			Message: fmt.Sprintf("the file is larger than %d bytes, the bound on what was asked for", s.limit),
		}
	case s.ctx.Err() != nil:
		return interrupted(s.ctx.Err())
	case s.late.Load():
		return &providers.Error{
			Class: providers.Transient, Code: "timeout",
			Message: fmt.Sprintf("the answer stopped after %d bytes: nothing came for %v", s.read, s.client.timeout),
			Err:     context.DeadlineExceeded,
		}
	default:
		return s.client.secrets.clean(s.client.readFailure(err, int(s.read)))
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

// impatient arms a timer for each read of a body that has no end in sight: the
// time-out is for the vendor's silence. Who reads may take its time in between.
type impatient struct {
	io.ReadCloser
	timer   *time.Timer
	timeout time.Duration
}

func (b *impatient) Read(p []byte) (int, error) {
	b.timer.Reset(b.timeout)
	defer b.timer.Stop()
	return b.ReadCloser.Read(p)
}

// interrupted is the error of a request whose caller gave up.
func interrupted(cause error) *providers.Error {
	return &providers.Error{Class: providers.Transient, Message: "interrupted", Err: cause}
}
