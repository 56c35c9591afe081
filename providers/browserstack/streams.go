package browserstack

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// catalogue lists the names of the activities:
// https://www.browserstack.com/docs/enterprise/api-reference/audit-logs/manage
const catalogue = "/audit/v1/activities"

type feed struct {
	path  string
	host  string // of the endpoint
	limit time.Duration
	extra map[string]string
}

// fetch reads the rows of some days. No paging is described; a
// link to a next page is followed all the same.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	first, last := f.days(q)
	request := providers.Request{Link: q.Cursor}
	if q.Cursor == "" {
		request = providers.Request{Path: f.path}
		request.Query.Add("oldest_date", first.Format(time.DateOnly))
		request.Query.Add("latest_date", last.Format(time.DateOnly))
		request.Query.AddMap(f.extra)
	}
	resp, err := c.Do(ctx, request)
	if err != nil {
		return providers.Page{}, moved(ctx, c, err)
	}
	body, err := record.Body(resp.Body)
	if err != nil {
		return providers.Page{}, err
	}
	list, ok := rows(body)
	if !ok {
		return providers.Page{}, providers.Malformed("no list of events in %s", record.Excerpt(resp.Body))
	}
	page := providers.Page{}
	if page.Events, err = record.Events(list); err != nil {
		return page, err
	}
	asked := first.Format(time.DateOnly) + " to " + last.Format(time.DateOnly)
	f.follow(&page, body, asked)
	guard(&page, last, q.Now, asked)
	return page, nil
}

// days returns the first and the last day to ask for: not before the limit, and not
// after today. Whether the last day is part of the answer is not known: it is one
// that is not needed.
func (f feed) days(q providers.Query) (first, last time.Time) {
	first, last = q.Since.UTC().Truncate(day), q.Until.UTC().Add(day-1).Truncate(day)
	today := q.Now.UTC().Truncate(day)
	if oldest := today.Add(-f.limit); first.Before(oldest) {
		first = oldest
	}
	if last.After(today) {
		last = today
	}
	if last.Before(first) {
		first = last
	}
	return first, last
}

// wrappers are the members under which the list has been described.
var wrappers = []string{"logs", "audit_logs", "events", "data", "results"}

// rows finds the list: the answer itself, or the first of its known members.
func rows(body gjson.Result) (list gjson.Result, ok bool) {
	if body.IsArray() {
		return body, true
	}
	for _, name := range wrappers {
		v := body.Get(name)
		if v.IsArray() {
			return v, true
		}
		if v.Exists() && v.Type == gjson.Null { // an empty list, unless another is there
			list, ok = v, true
		}
	}
	return list, ok
}

// follow sets the next page when the answer links to one. Paging by a number or a
// token is not known: what lies behind it cannot be read, and is reported.
func (f feed) follow(page *providers.Page, body gjson.Result, asked string) {
	if !body.IsObject() {
		return
	}
	for _, name := range []string{"next_page", "next", "next_cursor"} {
		v := body.Get(name)
		next := record.Text(v)
		if next == "" || v.Type == gjson.False || next == "0" {
			continue
		}
		if f.own(next) {
			page.Next, page.More = providers.LinkPath(next), true
			return
		}
		page.Warnings = append(page.Warnings, "paging seen, not supported: the answer has "+name+"; a read may be cut, please report it")
		page.Skipped = append(page.Skipped, providers.Skip{Reason: "paging_not_supported", Detail: asked, Count: 1})
		return
	}
}

// own tells a link to the vendor.
func (f feed) own(link string) bool {
	if strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "//") {
		return true
	}
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") &&
		(strings.EqualFold(u.Host, f.host) || strings.HasSuffix(u.Host, ".browserstack.com"))
}

// fallback is the span that is said to be answered when no days are asked for.
const fallback = 14 * day

// guard finds out that the names of the two parameters are wrong: the answer is then
// about the last two weeks, whatever days were asked for, without an error.
func guard(page *providers.Page, last, now time.Time, asked string) {
	if !last.Before(now.Add(-fallback)) {
		return
	}
	end := last.Add(2 * day) // the day itself, in any zone
	for _, e := range page.Events {
		if t, _, ok := created(gjson.Parse(e.Raw)); ok && t.After(end) {
			page.Warnings = append(page.Warnings, "the date filter is ignored: days older than two weeks cannot be read")
			page.Skipped = append(page.Skipped, providers.Skip{Reason: "date_filter_ignored", Detail: asked, Count: 1})
			return
		}
	}
}

// moved asks the catalogue when the list is not found: where that is there, the path
// has changed, else the API is not enabled.
func moved(ctx context.Context, c providers.Client, err error) error {
	e, ok := errors.AsType[*providers.Error](err)
	if !ok || e.Status != http.StatusNotFound {
		return err
	}
	if _, refused := c.Do(ctx, providers.Request{Path: catalogue}); refused == nil {
		e.Hint = "the audit API answers, but not under this path: set logs_path to the path of the vendor's documentation"
	}
	return err
}
