package poll_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

// BenchmarkPage measures the engine's part of a page of 1000 events of 2 KB, from
// fetch to commit, with a decoder and a pipeline that do nothing. With known, the
// page is one that was read before.
func BenchmarkPage(b *testing.B) {
	const events = 1000
	for _, known := range []bool{false, true} {
		for _, exclude := range [][]string{nil, {"actor.secret"}} {
			b.Run(fmt.Sprintf("known=%t/exclude=%d", known, len(exclude)), func(b *testing.B) {
				ids := make([]string, events)
				page := providers.Page{Events: make([]providers.Event, events), More: true}
				for i := range page.Events {
					page.Events[i] = providers.Event{Raw: fmt.Sprintf(`{"id":"%036d","actor":{"name":"Jane Roe"},"filler":"%s"}`, i, strings.Repeat("x", 1900))}
				}
				n, total := 0, 0
				done := make(chan struct{})
				at := time.Now().Add(-time.Minute).UTC()
				fetch := func(ctx context.Context, _ providers.Client, q providers.Query) (providers.Page, error) {
					if n == b.N {
						close(done)
						<-ctx.Done()
						return providers.Page{}, ctx.Err()
					}
					if n == 0 {
						b.ResetTimer()
					}
					p := page
					p.Next = fmt.Sprint(n)
					for i := range ids {
						if !known || n == 0 {
							ids[i] = fmt.Sprintf("%d-%036d", n, i)
						}
					}
					p.Events[0].Raw = fmt.Sprintf(`{"id":"%d"}`, n)
					n++
					return p, nil
				}
				decode := func(providers.Event) (providers.Activity, error) {
					total++
					return providers.Activity{ID: ids[total%events], RawAction: "x", CreatedAt: at}, nil
				}
				s := many(1, providers.Traits{Resume: providers.ByCursor, Lateness: time.Minute}, fetch)
				s[0].Stream.Decode, s[0].Exclude = decode, exclude
				e := poll.New(poll.Settings{Sink: &drain{}, Storage: ledgertest.New(), Streams: s})
				b.ReportAllocs()
				e.Start()
				<-done
				b.StopTimer()
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*events), "ns/event")
				_ = e.Shutdown(context.Background())
			})
		}
	}
}

// drain is a pipeline that takes everything.
type drain struct{}

func (*drain) Deliver(context.Context, *poll.Batch) error { return nil }
