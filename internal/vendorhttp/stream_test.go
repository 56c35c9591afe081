package vendorhttp_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
)

// dribbling is a body that comes in pieces, a while after each other, and ends with
// the request.
type dribbling struct {
	ctx    context.Context
	pieces []string
	pause  time.Duration
	silent bool // after the last piece nothing comes, not even the end
}

func (d *dribbling) Read(p []byte) (int, error) {
	if len(d.pieces) == 0 && !d.silent {
		return 0, io.EOF
	}
	var due <-chan time.Time
	if len(d.pieces) > 0 {
		due = time.After(d.pause)
	}
	select {
	case <-due:
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	}
	n := copy(p, d.pieces[0])
	d.pieces = d.pieces[1:]
	return n, nil
}

func (d *dribbling) Close() error { return nil }

// A vendor that falls silent in the middle of a file must not hold a slot for ever.
func TestSilenceEndsAStream(t *testing.T) {
	for name, tt := range map[string]struct {
		body     dribbling
		encoding string
		reader   time.Duration // what whoever reads does between two reads
		want     time.Duration
		wantErr  string
	}{
		"slow but steady": {body: dribbling{pieces: []string{"a", "b", "c", "d"}, pause: 20 * time.Second}, want: 80 * time.Second},
		"slow reader":     {body: dribbling{pieces: []string{"a", "b"}, pause: time.Second}, reader: time.Hour, want: 3*time.Hour + 2*time.Second},
		"at once":         {body: dribbling{silent: true}, want: 30 * time.Second, wantErr: "stopped after 0 bytes: nothing came for 30s"},
		"halfway":         {body: dribbling{pieces: []string{"a", "b"}, pause: 20 * time.Second, silent: true}, want: 70 * time.Second, wantErr: "stopped after 2 bytes"},
		"before the head of gzip is there": {
			body: dribbling{pieces: []string{"\x1f\x8b"}, pause: time.Second, silent: true}, encoding: "gzip",
			want: 31 * time.Second, wantErr: "stopped after 0 bytes",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sl := oneSlot()
				s := settings(transport(func(r *http.Request) (*http.Response, error) {
					resp := answer(200, "", "Content-Encoding", tt.encoding)
					tt.body.ctx, resp.Body = r.Context(), &tt.body
					return resp, nil
				}), providers.Source{})
				s.Slots = sl
				start := time.Now()
				resp, err := newClient(t, s).Do(t.Context(), providers.Request{Path: "/file", Stream: true})
				for err == nil {
					_, err = resp.Stream.Read(make([]byte, 10))
					time.Sleep(tt.reader)
				}
				assert.Equal(t, tt.want, time.Since(start))
				if resp != nil {
					require.NoError(t, resp.Stream.Close())
				}
				assert.Zero(t, sl.held.Load())
				if tt.wantErr == "" {
					require.Equal(t, io.EOF, err)
					return
				}
				require.ErrorContains(t, err, tt.wantErr)
				e := err.(*providers.Error)
				assert.Equal(t, providers.Transient, e.Class)
				assert.Equal(t, "timeout", e.Code)
				assert.ErrorIs(t, e, context.DeadlineExceeded)
			})
		})
	}
}

// What is streamed is bounded after decompression, by the request.
func TestStreamsAreBounded(t *testing.T) {
	text := strings.Repeat("x", 100_000)
	bomb := strings.Repeat("x", 100<<20)
	for name, tt := range map[string]struct {
		body, encoding string
		bound          int64
		want           int
		wantErr        string
	}{
		"no bound of its own": {body: text, want: len(text)},
		"nonsense":            {body: text, bound: -1, want: len(text)},
		"far away":            {body: text, bound: 1<<63 - 1, want: len(text)},
		"at the bound":        {body: text, bound: 100_000, want: len(text)},
		"over it":             {body: text, bound: 99_999, want: 99_999, wantErr: "the file is larger than 99999 bytes"},
		"zipped, at it":       {body: zipped(t, text), encoding: "gzip", bound: 100_000, want: len(text)},
		"bomb":                {body: zipped(t, bomb), encoding: "gzip", bound: 1 << 20, want: 1 << 20, wantErr: "larger than 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, settings(always(200, tt.body, "Content-Encoding", tt.encoding), providers.Source{}))
			resp, err := c.Do(t.Context(), providers.Request{Path: "/file", Stream: true, MaxBytes: tt.bound})
			require.NoError(t, err)
			n, err := io.Copy(io.Discard, resp.Stream)
			assert.EqualValues(t, tt.want, n)
			if tt.wantErr == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.wantErr)
				assert.Equal(t, "answer_too_large", err.(*providers.Error).Code)
				assert.Equal(t, providers.Transient, providers.ClassOf(err))
				_, err = resp.Stream.Read(make([]byte, 1))
				require.ErrorContains(t, err, tt.wantErr, "it does not end later on")
			}
			require.NoError(t, resp.Stream.Close())
		})
	}
}
