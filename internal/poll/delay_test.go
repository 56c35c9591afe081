package poll_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

// soon is what polling itself delays an event by, at most.
const soon = 4*time.Minute + 10*time.Second

// readings is every way to read a stream.
func readings() map[string]providers.Traits {
	all := map[string]providers.Traits{
		"windows": windowed(), "cursor": cursored(), "walk": walked(),
		"windows of ingestion": windowed(), "cursor over ingestion": cursored(), "walk by ids": walked(),
	}
	for _, name := range []string{"windows of ingestion", "cursor over ingestion", "walk by ids"} {
		t := all[name]
		t.Bounds = providers.IngestionTime
		all[name] = t
	}
	for name, t := range all {
		t.Lateness, t.Parallel = time.Hour, 2
		all[name] = t
	}
	return all
}

// traffic is an event a minute that shows at once.
func (w *world) traffic(d time.Duration, name string) {
	for i := range int(d / time.Minute) {
		w.vendor.now(fmt.Sprint(name, i))
		run(time.Minute)
	}
}

// delaysOf returns the delays told while f runs.
func (w *world) delaysOf(f func()) []time.Duration {
	before := len(w.seen.sum().Delays)
	f()
	return w.seen.sum().Delays[before:]
}

// Events that show at once are not delayed by the vendor, whatever delays us.
func TestDelaysAreTheVendors(t *testing.T) {
	for name, traits := range readings() {
		for trouble, f := range map[string]func(w *world){
			"a first start": func(w *world) { w.start() },
			"an outage of the collector": func(w *world) {
				w.start()
				w.traffic(80*time.Minute, "before")
				w.stop()
				w.traffic(100*time.Minute, "meanwhile")
				w.start()
			},
			"an outage of the vendor": func(w *world) {
				w.start()
				w.traffic(80*time.Minute, "before")
				w.change(func() { w.vendor.refuse = func(providers.Query) error { return errors.New("no route to host") } })
				w.traffic(80*time.Minute, "meanwhile")
				w.change(func() { w.vendor.refuse = nil })
			},
			"an outage of the pipeline": func(w *world) {
				w.start()
				w.traffic(80*time.Minute, "before")
				w.change(func() {
					w.sink.deliver = func(context.Context, *poll.Batch) error { return errors.New("queue is full") }
				})
				w.traffic(80*time.Minute, "meanwhile")
				w.change(func() { w.sink.deliver = nil })
			},
			"a rate limit between two pages": func(w *world) {
				w.start()
				w.traffic(80*time.Minute, "before")
				for i := range 35 {
					w.vendor.now(fmt.Sprint("many", i))
				}
				begin, after := len(w.vendor.queries()), time.Now()
				w.change(func() {
					w.vendor.refuse = func(providers.Query) error {
						if len(w.vendor.asked) > begin+2 && time.Since(after) < time.Hour {
							return &providers.Error{Class: providers.Throttled, RetryAfter: time.Hour}
						}
						return nil
					}
				})
			},
		} {
			t.Run(name+"/"+trouble, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, traits)
					w.past(50, time.Minute)
					f(w)
					w.traffic(2*time.Hour, "after")
					w.stop()
					delays := w.seen.sum().Delays
					assert.Greater(t, len(delays), 90, "the events of normal operation are told")
					for _, d := range delays {
						assert.LessOrEqual(t, d, soon, "a delay that is ours")
					}
				})
			})
		}
	}
}

// What the vendor delays is told, and never as less than it was.
func TestDelaysOfLateEvents(t *testing.T) {
	for name, traits := range readings() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, traits)
				w.past(50, time.Minute)
				w.start()
				w.traffic(3*time.Hour, "before")
				for _, late := range []time.Duration{30 * time.Second, 5 * time.Minute, 40 * time.Minute} {
					told := w.delaysOf(func() {
						at := time.Now()
						w.vendor.add(event{ID: late.String(), At: at, visible: at.Add(late)})
						run(3 * time.Hour)
					})
					if assert.Len(t, told, 1, "%v", late) {
						assert.GreaterOrEqual(t, told[0], late)
						assert.LessOrEqual(t, told[0], 2*late+soon)
					}
				}
				w.stop()
			})
		})
	}
}
