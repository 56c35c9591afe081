package vendorhttp_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorhttp/priority"
	"github.com/otelactivity/otelactivity/providers"
)

// replay answers every request with one body, with as few allocations as can be.
type replay struct {
	header http.Header
	body   string
	length int64
}

func (r replay) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: r.header, Body: io.NopCloser(strings.NewReader(r.body)), ContentLength: r.length}, nil
}

func BenchmarkDo(b *testing.B) {
	page := `{"events":[` + strings.Repeat(`{"uuid":"dc9fd3c0-598c-11ef-8478-2b7584bf8d5a","eventType":"user.session.start","actor":{"id":"00u1","displayName":"Alex \"Al\" Example"},"outcome":{"result":"SUCCESS"}},`, 1000) + `{}]}`
	budget := providers.Budget{Requests: 1 << 30, Per: time.Second, Headers: &providers.LimitHeaders{Limit: "X-Limit", Remaining: "X-Left", Reset: "X-Reset"}}
	limits := http.Header{"X-Limit": {"1000"}, "X-Left": {"999"}, "X-Reset": {"1893456000"}, "Date": {"Thu, 06 Nov 2025 08:49:37 GMT"}}
	zip := limits.Clone()
	zip.Set("Content-Encoding", "gzip")
	for name, rt := range map[string]replay{
		"small":     {limits, `{"events":[]}`, 13},
		"page":      {limits, page, int64(len(page))},
		"chunked":   {limits, page, -1},
		"page/gzip": {zip, zipped(b, page), -1},
	} {
		b.Run(name, func(b *testing.B) {
			c := newClient(b, settings(rt, providers.Source{
				Auth: providers.Bearer("example-token"), Budgets: []providers.Budget{budget},
			}))
			request := providers.Request{Path: "/v1/logs", Query: providers.Params{{Key: "limit", Value: "1000"}, {Key: "after", Value: "cursor"}}}
			ctx := priority.Live(b.Context())
			b.SetBytes(int64(len(rt.body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Do(ctx, request); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkReady(b *testing.B) {
	c := newClient(b, settings(always(200, ""), providers.Source{Budgets: []providers.Budget{{Requests: 1 << 30, Per: time.Second, Burst: 1 << 30}}}))
	ctx := priority.Live(b.Context())
	b.ReportAllocs()
	for b.Loop() {
		if c.Ready(ctx, "", true) != nil {
			b.Fatal("no token")
		}
		if _, err := c.Do(ctx, providers.Request{}); err != nil {
			b.Fatal(err)
		}
	}
}
