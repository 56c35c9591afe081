package atlassian

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// silent is logged once when nothing came for a day. Without a plan that includes
// the log the vendor may answer with an empty list and no error.
const silent = "no event came for 24 hours; when the organization is in use, check that it has Atlassian Guard Standard or higher"

// poll reads the events stream.
type poll struct {
	path  string
	extra map[string]string
}

// fetch reads a page. The cursor is the vendor's, behind the time in epoch
// milliseconds since which nothing came.
func (f poll) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	quiet, cursor := q.Since.UnixMilli(), ""
	if since, rest, ok := strings.Cut(q.Cursor, " "); ok {
		cursor = rest
		quiet, _ = strconv.ParseInt(since, 10, 64)
	}
	var p providers.Params
	if cursor != "" {
		p.Add("cursor", cursor) // carries the sort order, and takes nothing else
	} else {
		p.Add("from", millis(q.Since))
		p.Add("sortOrder", "asc")
		p.AddMap(f.extra)
	}
	p.Add("limit", strconv.Itoa(q.PageSize))
	events, next, err := get(ctx, c, f.path, p)
	if err != nil {
		return providers.Page{}, lost(err, cursor)
	}
	page := providers.Page{Events: events}
	if len(events) > 0 {
		quiet = q.Now.UnixMilli()
	} else if q.Now.Sub(time.UnixMilli(quiet)) >= day {
		page.Warnings = []string{silent}
	}
	if next == "" {
		// The cursor that brought this page belongs to a range that is finished:
		// asked again, it might stay empty for ever.
		page.Restart = true
		return page, nil
	}
	page.Next = strconv.FormatInt(quiet, 10) + " " + next
	page.More = len(events) > 0 && next != cursor
	return page, nil
}

// lost turns the refusal of a cursor into CursorLost. With a cursor no time is
// sent, so a complaint about a time is about something else.
func lost(err error, cursor string) error {
	if e, ok := errors.AsType[*providers.Error](err); ok && cursor != "" && e.Status == 400 && e.Code != "ADMIN-400-3" {
		e.Class = providers.CursorLost
	}
	return err
}

// get returns the events of a page and the vendor's cursor for the next one.
func get(ctx context.Context, c providers.Client, path string, p providers.Params) ([]providers.Event, string, error) {
	resp, err := c.Do(ctx, providers.Request{Path: path, Query: p})
	if err != nil {
		return nil, "", err
	}
	rest, events, err := record.List(resp.Body, "data")
	return events, nextCursor(rest), err
}

// nextCursor: the same cursor stands in a link, in case meta has none.
func nextCursor(body gjson.Result) string {
	if next := record.Path(body, "meta.next"); next != "" {
		return next
	}
	link, err := url.Parse(record.Path(body, "links.next"))
	if err != nil {
		return ""
	}
	return link.Query().Get("cursor")
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
