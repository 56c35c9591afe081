package vendorhttp_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/providers"
)

func TestWhatIsSent(t *testing.T) {
	for name, tt := range map[string]struct {
		source  providers.Source
		ext     bool
		request providers.Request
		want    http.Header // those that matter; nil value: absent
		body    string
		method  string
	}{
		"defaults": {
			want: http.Header{"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "User-Agent": {"otelactivity/devel"}, "Authorization": nil, "Content-Type": nil},
		},
		"source's header": {
			source: providers.Source{Header: http.Header{"accept": {"application/vnd.example+json"}, "X-Version": {"2"}}},
			want:   http.Header{"Accept": {"application/vnd.example+json"}, "X-Version": {"2"}},
		},
		"request's header wins": {
			source:  providers.Source{Header: http.Header{"X-Version": {"2"}}},
			request: providers.Request{Header: http.Header{"x-version": {"3"}}},
			want:    http.Header{"X-Version": {"3"}},
		},
		"own header":     {source: providers.Source{Auth: providers.HeaderAuth{Name: "x-token", Prefix: "T ", Value: "example"}}, want: http.Header{"X-Token": {"T example"}}},
		"bearer":         {source: providers.Source{Auth: providers.Bearer("example")}, want: http.Header{"Authorization": {"Bearer example"}}},
		"basic":          {source: providers.Source{Auth: providers.BasicAuth{Username: "u", Password: "p"}}, want: http.Header{"Authorization": {"Basic dTpw"}}},
		"auth extension": {source: providers.Source{Auth: providers.Bearer("example")}, ext: true, want: http.Header{"Authorization": nil}},
		"body": {
			request: providers.Request{Method: "POST", Body: `{"a":1}`, ContentType: "application/json"},
			want:    http.Header{"Content-Type": {"application/json"}}, body: `{"a":1}`, method: "POST",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got *http.Request
			var body []byte
			s := settings(transport(func(r *http.Request) (*http.Response, error) {
				got = r
				if r.Body != nil {
					body, _ = io.ReadAll(r.Body)
				}
				return answer(200, "{}"), nil
			}), tt.source)
			s.ExternalAuth = tt.ext
			_, err := newClient(t, s).Do(t.Context(), tt.request)
			require.NoError(t, err)
			for name, values := range tt.want {
				assert.Equal(t, values, got.Header[name], name)
			}
			assert.Equal(t, tt.body, string(body))
			if tt.method == "" {
				tt.method = "GET"
			}
			assert.Equal(t, tt.method, got.Method)
		})
	}
}

func TestAnswerIsHandedOver(t *testing.T) {
	c := newClient(t, settings(always(201, `{"a":1}`, "X-Next", "n"), providers.Source{}))
	resp, err := get(t.Context(), c, "/v1")
	require.Nil(t, err)
	assert.Equal(t, 201, resp.Status)
	assert.Equal(t, `{"a":1}`, resp.Body)
	assert.Equal(t, "n", resp.Header.Get("x-next"))
	assert.Nil(t, resp.Stream)
}

func TestInvalidMethod(t *testing.T) {
	c := newClient(t, settings(always(200, ""), providers.Source{}))
	_, err := c.Do(t.Context(), providers.Request{Method: "GET IT"})
	require.ErrorContains(t, err, "the method is not valid")
}

func TestTimeout(t *testing.T) {
	hang := transport(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	halfway := transport(func(r *http.Request) (*http.Response, error) {
		resp := answer(200, "")
		resp.ContentLength = -1
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"a`), hangingBody{r.Context()}))
		return resp, nil
	})
	for name, tt := range map[string]struct {
		rt     transport
		change func(*vendorhttp.Settings)
		want   time.Duration
	}{
		"default":         {hang, func(*vendorhttp.Settings) {}, 30 * time.Second},
		"setting":         {hang, func(s *vendorhttp.Settings) { s.Timeout = time.Minute }, time.Minute},
		"client's":        {hang, func(s *vendorhttp.Settings) { s.HTTP.Timeout = 2 * time.Minute }, 2 * time.Minute},
		"within the body": {halfway, func(*vendorhttp.Settings) {}, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := settings(tt.rt, providers.Source{})
				tt.change(&s)
				c := newClient(t, s)
				start := time.Now()
				_, err := get(t.Context(), c, "/v1")
				assert.Equal(t, tt.want, time.Since(start))
				assert.Equal(t, providers.Transient, err.Class)
				assert.Equal(t, "timeout", err.Code)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			})
		})
	}
}

type hangingBody struct{ ctx context.Context }

func (b hangingBody) Read([]byte) (int, error) {
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}

func TestCallerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, setup := range map[string]func(*vendorhttp.Settings){
			"while waiting for the answer": func(s *vendorhttp.Settings) {
				s.HTTP.Transport = transport(func(r *http.Request) (*http.Response, error) {
					<-r.Context().Done()
					return nil, r.Context().Err()
				})
			},
			"while waiting for a slot": func(s *vendorhttp.Settings) { s.Slots = &slots{free: make(chan struct{})} },
			"while waiting for the budget": func(s *vendorhttp.Settings) {
				s.Source.Budgets = []providers.Budget{{Requests: 1, Per: time.Hour}}
			},
		} {
			s := settings(always(200, "{}"), providers.Source{})
			setup(&s)
			c := newClient(t, s)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			if s.Source.Budgets != nil {
				_, err := get(ctx, c, "/first")
				require.Nil(t, err)
			}
			_, err := get(ctx, c, "/v1")
			cancel()
			assert.ErrorIs(t, err, context.DeadlineExceeded, name)
			assert.Equal(t, "interrupted", err.Message, name)
		}
	})
}

// slots counts what is held; free has the free ones.
type slots struct {
	free chan struct{}
	held atomic.Int32
}

func (s *slots) Acquire(ctx context.Context) error {
	select {
	case <-s.free:
		s.held.Add(1)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *slots) Release() {
	s.held.Add(-1)
	s.free <- struct{}{}
}

func oneSlot() *slots {
	s := &slots{free: make(chan struct{}, 1)}
	s.free <- struct{}{}
	return s
}

func TestSlotIsHeldFromSendingToTheEndOfTheBody(t *testing.T) {
	for name, tt := range map[string]struct {
		status  int
		body    string
		fail    error
		classif func(*providers.Response) *providers.Error
		stream  bool
	}{
		"answer":             {status: 200, body: "{}"},
		"error":              {status: 500, body: "{}"},
		"no answer":          {fail: errors.New("connection refused")},
		"classified":         {status: 200, body: "{}", classif: func(*providers.Response) *providers.Error { return providers.Malformed("no") }},
		"refused stream":     {status: 404, stream: true},
		"classified stream":  {status: 200, stream: true, classif: func(*providers.Response) *providers.Error { return providers.Malformed("no") }},
		"unreadable stream":  {status: 299, stream: true},
		"stream":             {status: 200, body: "abc", stream: true},
		"nesting":            {status: 200, body: strings.Repeat("[", 1<<17)},
		"unauthorized again": {status: 401},
	} {
		t.Run(name, func(t *testing.T) {
			sl := oneSlot()
			s := settings(transport(func(*http.Request) (*http.Response, error) {
				assert.EqualValues(t, 1, sl.held.Load())
				if tt.fail != nil {
					return nil, tt.fail
				}
				resp := answer(tt.status, tt.body)
				if tt.status == 299 {
					resp.Header.Set("Content-Encoding", "br")
				}
				return resp, nil
			}), providers.Source{Classify: tt.classif})
			s.Slots = sl
			c := newClient(t, s)
			resp, err := c.Do(t.Context(), providers.Request{Path: "/v1", Stream: tt.stream})
			if err == nil && tt.stream {
				assert.EqualValues(t, 1, sl.held.Load(), "until the stream is closed")
				text, err := io.ReadAll(resp.Stream)
				require.NoError(t, err)
				assert.Equal(t, tt.body, string(text))
				require.NoError(t, resp.Stream.Close())
				require.NoError(t, resp.Stream.Close(), "twice is once")
				_, err = resp.Stream.Read(make([]byte, 1))
				assert.Error(t, err, "a closed stream has no end")
				assert.NotErrorIs(t, err, io.EOF)
			}
			assert.EqualValues(t, 0, sl.held.Load())
			assert.Len(t, sl.free, 1)
		})
	}
}

func TestObserverAndLog(t *testing.T) {
	core, logs := observer.New(zap.DebugLevel)
	rec := &recorder{}
	status := 200
	s := settings(transport(func(*http.Request) (*http.Response, error) {
		if status == 0 {
			return nil, errors.New("no route")
		}
		return answer(status, "{}", "X-Remaining", "7", "X-Limit", "10"), nil
	}), providers.Source{Budgets: []providers.Budget{{Class: "logs", Headers: &providers.LimitHeaders{Limit: "X-Limit", Remaining: "X-Remaining"}}}})
	s.Observer, s.Logger = rec, zap.New(core)
	c := newClient(t, s)
	for _, status = range []int{200, 404, 0} {
		_, _ = c.Do(t.Context(), providers.Request{Path: "/v1", Class: "logs", Query: providers.Params{{Key: "token", Value: "planted-secret"}}})
	}
	assert.Equal(t, []int{200, 404, 0}, rec.requests)
	assert.Equal(t, []string{"logs", "logs", "logs"}, rec.classes)
	assert.Equal(t, []float64{7, 7}, rec.remaining)
	lines := logs.All()
	require.Len(t, lines, 3)
	assert.Equal(t, "/v1", lines[0].ContextMap()["path"])
	assert.EqualValues(t, 404, lines[1].ContextMap()["status"])
	for _, line := range lines {
		assert.NotContains(t, line.ContextMap(), "query")
		for _, f := range line.Context {
			assert.NotContains(t, f.String, "planted-secret")
		}
	}
}

func TestStrayedLinkIsLoggedOnce(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	s := settings(always(200, "{}"), providers.Source{})
	s.Logger = zap.New(core)
	c := newClient(t, s)
	for range 3 {
		_, err := c.Do(t.Context(), providers.Request{Link: "https://internal.example.net:8080/v1?token=planted-secret"})
		require.NoError(t, err)
	}
	require.Len(t, logs.All(), 1)
	assert.Equal(t, "internal.example.net:8080", logs.All()[0].ContextMap()["host"])
}
