package truto

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

const (
	path   = "/unified/user-directory/activities"
	layout = "2006-01-02T15:04:05.000Z"
)

type feed struct {
	fixed   providers.Params
	timed   bool // send the window
	limited bool // a page size is configured
	remote  providers.Params
}

// fetch reads a page. A further page takes the same parameters and the cursor. An
// empty page with a cursor is legal; only a missing cursor is the end
// (https://truto.one/docs/api-reference/overview/pagination).
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	at := parsePosition(q.Cursor)
	resp, err := c.Do(ctx, providers.Request{Path: path, Query: f.query(q, at.token)})
	if err != nil {
		return providers.Page{}, lost(err, at.token)
	}
	body, err := record.Body(resp.Body)
	if err != nil {
		return providers.Page{}, err
	}
	events, err := rows(body, resp.Body)
	if err != nil {
		return providers.Page{}, err
	}
	page := providers.Page{Events: events, Incomplete: body.Get("is_partial_response").Bool()}
	at.token = record.Path(body, "next_cursor")
	if at.token != "" && !at.past(events, q.Since) {
		page.Next, page.More = at.String(), true
	}
	return page, nil
}

func (f feed) query(q providers.Query, token string) providers.Params {
	p := append(providers.Params{}, f.fixed...)
	if f.timed {
		p.Add("created_at[gte]", q.Since.UTC().Format(layout))
		p.Add("created_at[lte]", q.Until.UTC().Format(layout))
	}
	if f.limited && q.PageSize > 0 {
		p.Add("limit", strconv.Itoa(q.PageSize))
	}
	p = append(p, f.remote...)
	p.AddSet("next_cursor", token)
	return p
}

// rows returns the elements of result: a list, or an object when truto_key_by is
// set for the environment.
func rows(body gjson.Result, text string) ([]providers.Event, error) {
	result := body.Get("result")
	if !result.Exists() {
		return nil, providers.Malformed("result is missing in %s", record.Excerpt(text))
	}
	if !result.IsObject() {
		return record.Events(result)
	}
	var events []providers.Event
	result.ForEach(func(_, v gjson.Result) bool {
		events = append(events, providers.Event{Raw: v.Raw})
		return true
	})
	return events, nil
}

// lost: a cursor wraps the product's own, which may end within minutes. The
// product refuses it then, and the window begins anew.
func lost(err error, token string) error {
	if e, ok := errors.AsType[*providers.Error](err); ok && token != "" &&
		e.Status == http.StatusBadRequest && e.Code == remoteError {
		e.Class = providers.CursorLost
	}
	return err
}

// direction is the order in which the rows of a window came so far.
type direction string

const (
	unseen  direction = "-" // no rows, or all of one time
	falling direction = "f" // newest first
	mixed   direction = "m" // anything else
)

// position is a cursor within a window: Truto's own, and the order so far. A
// product that ignores the time filter is read through its whole history unless
// its rows are known to come newest first.
type position struct {
	order direction
	last  int64 // time of the last row in Unix nanoseconds, 0: none yet
	token string
}

func parsePosition(cursor string) position {
	order, rest, _ := strings.Cut(cursor, " ")
	last, token, _ := strings.Cut(rest, " ")
	p := position{order: direction(order), token: token}
	if n, err := strconv.ParseInt(last, 10, 64); err == nil {
		p.last = n
	}
	if p.order == "" {
		p.order = unseen
	}
	return p
}

// String encodes the position as the cursor of the next page.
func (p position) String() string {
	return string(p.order) + " " + strconv.FormatInt(p.last, 10) + " " + p.token
}

// past takes the rows of a page in and reports whether everything after them lies
// before since: all rows of the window came newest first, and all of this page are
// older.
func (p *position) past(events []providers.Event, since time.Time) bool {
	older := len(events) > 0
	for _, e := range events {
		t, ok := record.Time(gjson.Get(e.Raw, "created_at").Str)
		now := t.UnixNano()
		switch {
		case !ok, p.last != 0 && now > p.last:
			p.order = mixed
		case p.last != 0 && now < p.last && p.order == unseen:
			p.order = falling
		}
		if ok {
			p.last = now
		}
		older = older && ok && t.Before(since)
	}
	return older && p.order == falling
}
