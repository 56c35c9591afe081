package auditlog

import (
	"context"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// Feed is the log of one Confluence.
type Feed struct {
	// Path of the log, put on the source's endpoint.
	Path string
	// Query is sent with every request.
	Query providers.Params
	// NextLink tells that a short page with a next link is not the last one.
	NextLink bool
	// Author returns the id and the login name of a row's author.
	Author func(gjson.Result) (id, login string)
}

// Reserved are the query keys that windows and paging need.
func Reserved() []string { return []string{"startDate", "endDate", "start", "limit"} }

// Traits returns what holds wherever the log comes from.
func Traits() providers.Traits {
	return providers.Traits{
		Resume:      providers.ByWindow,
		Order:       providers.NewestFirst,
		Granularity: time.Millisecond,
		Lateness:    10 * time.Minute,
	}
}

// Fetch reads a page. The cursor is the index of its first row.
func (f Feed) Fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	start, _ := strconv.Atoi(q.Cursor) // none yet: 0
	p := append(providers.Params{
		{Key: "startDate", Value: millis(q.Since)},
		{Key: "endDate", Value: millis(q.Until)},
		{Key: "start", Value: strconv.Itoa(start)},
		{Key: "limit", Value: strconv.Itoa(q.PageSize)},
	}, f.Query...)
	resp, err := c.Do(ctx, providers.Request{Path: f.Path, Query: p})
	if err != nil {
		return providers.Page{}, err
	}
	rest, events, err := record.List(resp.Body, "results")
	if err != nil {
		return providers.Page{}, err
	}
	return providers.Page{
		Events: events,
		Next:   strconv.Itoa(start + len(events)),
		More:   len(events) > 0 && (len(events) >= limit(q.PageSize, rest) || f.NextLink && record.Path(rest, "_links.next") != ""),
	}, nil
}

// limit returns the length of a full page: the server may lower what was asked
// for, and says so. The size in an answer is no such word: it may be a total.
func limit(asked int, body gjson.Result) int {
	if told := int(body.Get("limit").Int()); told > 0 {
		return min(asked, told)
	}
	return asked
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
