package vendorhttp

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/otelactivity/otelactivity/providers"
)

const (
	// maxErrorBody is what is read of an answer that is an error.
	maxErrorBody = 64 << 10
	// maxPresize is how far a Content-Length is believed before the bytes are there.
	maxPresize = 8 << 20
)

var (
	errTooLarge = errors.New("answer larger than the bound")
	gzipReaders = sync.Pool{New: func() any { return new(gzip.Reader) }}
	chunks      = sync.Pool{New: func() any { return new(chunk) }}
)

// chunk is what is read at a time.
type chunk [32 << 10]byte

// opened is the decompressed body of an answer.
type opened struct {
	io.Reader
	wire  io.Closer
	unzip *gzip.Reader
}

// Close releases the connection and the decompressor.
func (o *opened) Close() error {
	if o.unzip != nil {
		gzipReaders.Put(o.unzip)
		o.unzip = nil
	}
	o.Reader = closedBody{} // not EOF, which would look like the end of the body
	return o.wire.Close()
}

type closedBody struct{}

func (closedBody) Read([]byte) (int, error) { return 0, http.ErrBodyReadAfterClose }

// open decompresses the body of an answer. We ask for gzip ourselves, so the
// transport leaves the decompression to us, and the bound applies after it.
func open(resp *http.Response) (*opened, error) {
	switch encoding := strings.ToLower(resp.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
		return &opened{Reader: resp.Body, wire: resp.Body}, nil
	case "gzip", "x-gzip":
		z := gzipReaders.Get().(*gzip.Reader)
		if err := z.Reset(resp.Body); err != nil {
			gzipReaders.Put(z)
			if errors.Is(err, io.EOF) { // gzip declared, nothing sent
				return &opened{Reader: http.NoBody, wire: resp.Body}, nil
			}
			return nil, err
		}
		return &opened{Reader: z, wire: resp.Body, unzip: z}, nil
	default:
		return nil, fmt.Errorf("content encoding %q was not asked for", encoding)
	}
}

// read returns the whole body as one string of at most limit bytes. Beyond it,
// the part read so far comes with errTooLarge.
func read(resp *http.Response, limit int64) (string, error) {
	body, err := open(resp)
	if err != nil {
		return "", err
	}
	defer func() { _ = body.Close() }()
	bounded := io.LimitReader(body, limit+1)
	var text string
	if body.unzip == nil && resp.ContentLength > 0 {
		text, err = readKnown(bounded, min(resp.ContentLength, limit, maxPresize))
	} else {
		text, err = readUnknown(bounded)
	}
	if int64(len(text)) > limit {
		return text[:limit], errTooLarge
	}
	return text, err
}

// readKnown builds the string in place.
func readKnown(r io.Reader, size int64) (string, error) {
	c := chunks.Get().(*chunk)
	defer chunks.Put(c)
	var b strings.Builder
	b.Grow(int(size))
	for {
		n, err := r.Read(c[:])
		b.Write(c[:n])
		if err != nil {
			return b.String(), notEOF(err)
		}
	}
}

// readUnknown gathers in kept chunks, so that nothing grows meanwhile and the string,
// parts of which live on as raw records, is exactly as large as it must be.
func readUnknown(r io.Reader) (string, error) {
	var (
		full []*chunk
		b    strings.Builder
	)
	for {
		c := chunks.Get().(*chunk)
		n, err := fill(c[:], r)
		if err == nil {
			full = append(full, c)
			continue
		}
		b.Grow(len(full)*len(c) + n)
		for _, f := range full {
			b.Write(f[:])
			chunks.Put(f)
		}
		b.Write(c[:n])
		chunks.Put(c)
		return b.String(), notEOF(err)
	}
}

// fill reads until b is full or the reader ends. Unlike io.ReadFull it keeps the
// reader's own error: a body that was cut is not one that ended.
func fill(b []byte, r io.Reader) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = r.Read(b[n:])
		n += m
	}
	return n, err
}

func notEOF(err error) error {
	if err == io.EOF { //nolint:errorlint // a body ends with the bare one; around a failure it would pass for the end
		return nil
	}
	return err
}

// readFailure tells what is wrong with a body that could not be read to its end.
func (c *Client) readFailure(err error, got int) *providers.Error {
	switch {
	case errors.Is(err, errTooLarge):
		return &providers.Error{
			Class: providers.PageTooLarge, Code: "answer_too_large",
			Message: fmt.Sprintf("the answer is larger than %d bytes", c.maxBody),
			Hint:    "raise max_response_size, or lower page_size",
		}
	case errors.Is(err, io.ErrUnexpectedEOF):
		e := providers.Malformed("the answer was cut after %d bytes", got)
		e.Err = err
		return e
	default:
		e := providers.Malformed("the answer could not be read")
		e.Err = unwrapURL(err)
		return e
	}
}
