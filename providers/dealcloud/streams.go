package dealcloud

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

const path = "/api/rest/v1/management/user/activity"

// search is the body of a request. Export data type 0 is a value, not its absence.
type search struct {
	UserIDs        []int64 `json:"userIds,omitempty"`
	DateFrom       string  `json:"dateFrom"`
	DateTo         string  `json:"dateTo"`
	Activity       int     `json:"activity,omitempty"`
	Source         int     `json:"source,omitempty"`
	ExportDataType *int    `json:"exportDataType,omitempty"`
}

// search returns what every request asks for: the unified filters that the vendor
// serves, and its own. The body takes one activity, so only actions of one type are
// sent.
func (c *Config) search(f *providers.Filter) search {
	s := search{Source: c.Source, ExportDataType: c.ExportDataType}
	if action, ok := providers.Single(f.Actions); ok {
		s.Activity = pushable[providers.Action(action)]
	}
	for _, id := range f.ActorIDs {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil || n <= 0 {
			s.UserIDs = nil // one that no row can have, or that is written otherwise
			break
		}
		s.UserIDs = append(s.UserIDs, n)
	}
	return s
}

type feed struct {
	want   search
	zone   *time.Location
	little bool
	extra  map[string]string
}

// fetch reads a page of whole days.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	at := parsePosition(q.Cursor, q.PageSize)
	s := f.want
	s.DateFrom, s.DateTo = f.days(q.Since, q.Until)
	content, err := json.Marshal(s)
	if err != nil {
		return providers.Page{}, err
	}
	var p providers.Params
	p.Add("pageNumber", strconv.Itoa(at.page))
	p.Add("pageSize", strconv.Itoa(q.PageSize))
	p.AddMap(f.extra)
	resp, err := c.Do(ctx, providers.Request{
		Method: http.MethodPost, Path: path, Query: p, Body: string(content), ContentType: "application/json",
	})
	if err != nil {
		return providers.Page{}, err
	}
	rest, events, err := record.OptionalList(resp.Body, "rows")
	if err != nil {
		return providers.Page{}, err
	}
	if !rest.Get("rows").Exists() {
		return providers.Page{}, providers.Malformed("rows is missing in %s", record.Excerpt(resp.Body))
	}
	total := math.MaxInt // not told: read to the first empty page
	if v := rest.Get("totalRecords"); v.Type == gjson.Number {
		total = int(v.Int())
	}
	page := providers.Page{Events: events}
	next, more, err := at.after(events, total)
	if err == nil && more {
		page.Next, page.More = next.String(), true
	}
	return page, err
}

// days returns both bounds as midnights, the only times of day that are certain:
// that of the first day and that after the last one, in the calendar of the rows.
func (f feed) days(since, until time.Time) (from, to string) {
	first := midnight(since.In(f.zone), 0)
	last := midnight(until.In(f.zone), 0)
	if !last.Equal(until) || !first.Before(last) {
		last = midnight(until.In(f.zone), 1)
	}
	const layout = "2006-01-02T00:00:00.000Z"
	return first.Format(layout), last.Format(layout)
}

func midnight(t time.Time, later int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+later, 0, 0, 0, 0, t.Location())
}

// position is a cursor within a window: the page to ask for, how many rows a page
// really has, and what the page before looked like.
type position struct {
	page, size int
	total      int
	content    uint64
}

// parsePosition reads a cursor; the first page has none. It counts on the size that
// is asked for.
func parsePosition(cursor string, asked int) position {
	p := position{page: 1, size: asked}
	if _, err := fmt.Sscanf(cursor, "%d %d %d %x", &p.page, &p.size, &p.total, &p.content); err != nil {
		return position{page: 1, size: asked}
	}
	return p
}

// String encodes the position as a cursor.
func (p position) String() string {
	return fmt.Sprintf("%d %d %d %x", p.page, p.size, p.total, p.content)
}

// after returns the position after a page and whether there is more, by the total
// that this page tells. A site that caps the page size in silence is found by the
// first page, one that ignores the page number by a page that comes again.
func (p position) after(events []providers.Event, total int) (position, bool, error) {
	content := fingerprint(events)
	if p.page > 1 && len(events) > 1 && content == p.content && total == p.total {
		return p, false, &providers.Error{
			Class: providers.Denied, Code: "page_repeats",
			Message: fmt.Sprintf("page %d is the page before again", p.page),
			Hint:    "the site ignores pageNumber, so that later pages cannot be read; ask the vendor",
		}
	}
	if p.page == 1 && len(events) > 0 && len(events) < p.size && len(events) < total {
		p.size = len(events)
	}
	more := len(events) > 0 && p.page*p.size < total
	return position{page: p.page + 1, size: p.size, total: total, content: content}, more, nil
}

func fingerprint(events []providers.Event) uint64 {
	h := fnv.New64a()
	for i := range events {
		_, _ = h.Write([]byte(events[i].Raw))
	}
	return h.Sum64()
}
