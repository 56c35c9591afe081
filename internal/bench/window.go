package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// serveWindow lists events of a time range, one every step, oldest first by offset,
// after a latency: a vendor that is read by windows.
func serveWindow(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	number := func(key string) int64 { n, _ := strconv.ParseInt(q.Get(key), 10, 64); return n }
	if latency := number("latency"); latency > 0 {
		time.Sleep(time.Duration(latency) * time.Millisecond)
	}
	step := max(number("step"), 1)
	first := (number("since") + step - 1) / step
	last := min(number("until"), time.Now().UnixMilli()+1)
	last = (last + step - 1) / step
	from := first + number("offset")
	to := min(from+pageSize, last)
	body := []byte(`{"rows":[`)
	for n := from; n < to; n++ {
		if n > from {
			body = append(body, ',')
		}
		body = fmt.Appendf(body, `{"id":"%d","t":%d,"kind":"login"}`, n, n*step)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(fmt.Appendf(body, `],"more":%t}`, to < last))
}

// windowed is a vendor for figures that no single vendor shows: its traits are the
// question.
type windowed struct {
	Step     time.Duration `mapstructure:"step"`
	Latency  time.Duration `mapstructure:"latency"`
	Parallel int           `mapstructure:"parallel"`
	Window   time.Duration `mapstructure:"window"`
}

func windowedProvider() providers.Provider {
	return providers.Provider{
		Key: "windowed", Name: "Windowed", Docs: "https://example.com",
		New: func() providers.Config { return &windowed{} },
	}
}

// Open implements providers.Config.
func (c *windowed) Open(o providers.Options) (*providers.Source, error) {
	return &providers.Source{
		Endpoint: o.Endpoint,
		Tenant:   "windowed",
		Budgets:  []providers.Budget{{Requests: 1_000_000, Per: time.Minute, Burst: 1000}},
		Streams: []providers.Stream{{
			Name: "events", Default: true,
			Traits: providers.Traits{
				Resume: providers.ByWindow, Order: providers.OldestFirst, PageSize: pageSize, MaxPageSize: pageSize,
				MaxWindow: c.Window, Granularity: time.Millisecond, Lateness: 10 * time.Second, Parallel: c.Parallel,
			},
			Fetch: c.fetch, Decode: decodeRow,
		}},
	}, nil
}

func (c *windowed) fetch(ctx context.Context, client providers.Client, q providers.Query) (providers.Page, error) {
	offset, _ := strconv.Atoi(q.Cursor)
	var p providers.Params
	p.Add("since", strconv.FormatInt(q.Since.UnixMilli(), 10))
	p.Add("until", strconv.FormatInt(q.Until.UnixMilli(), 10))
	p.Add("offset", strconv.Itoa(offset))
	p.Add("step", strconv.FormatInt(c.Step.Milliseconds(), 10))
	p.Add("latency", strconv.FormatInt(c.Latency.Milliseconds(), 10))
	resp, err := client.Do(ctx, providers.Request{Path: "/window", Query: p})
	if err != nil {
		return providers.Page{}, err
	}
	rest, events, err := record.List(resp.Body, "rows")
	return providers.Page{Events: events, More: rest.Get("more").Bool(), Next: strconv.Itoa(offset + len(events))}, err
}

func decodeRow(e providers.Event) (providers.Activity, error) {
	row := gjson.Parse(e.Raw)
	a := providers.Activity{ID: row.Get("id").Str, RawAction: row.Get("kind").Str, Action: providers.Login}
	t, ok := record.Millis(row.Get("t"))
	record.Created(&a, t, ok, row.Get("t").Raw)
	return a, nil
}
