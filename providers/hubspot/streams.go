package hubspot

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// maxAuditPage: the vendor documents no maximum for the audit log; pollers use 100.
const maxAuditPage = 100

// feeds fetches the three lists. logins and security tell that rows of the audit
// log that those streams bring too are left out, as long as the stream works.
type feeds struct {
	base             string
	users            []string
	extra            map[string]string
	logins, security bool

	loginRefused, securityRefused atomic.Bool
}

func (f *feeds) fetchLogin(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	page, err := f.read(ctx, c, q, "login", f.userID())
	f.loginRefused.Store(refused(err))
	return page, err
}

func (f *feeds) fetchSecurity(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	p := f.userID()
	p.Add("fromTimestamp", strconv.FormatInt(q.Since.UnixMilli(), 10))
	p.Add("toTimestamp", strconv.FormatInt(q.Until.UnixMilli(), 10))
	page, err := f.read(ctx, c, q, "security", p)
	f.securityRefused.Store(refused(err))
	return page, err
}

func (f *feeds) fetchAudit(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	const layout = "2006-01-02T15:04:05.000Z"
	var p providers.Params
	p.Add("occurredAfter", q.Since.UTC().Format(layout))
	p.Add("occurredBefore", q.Until.UTC().Format(layout))
	for _, id := range f.users {
		p.Add("actingUserId", id) // userId would be ignored without an error
	}
	q.PageSize = min(q.PageSize, maxAuditPage)
	page, err := f.read(ctx, c, q, "audit-logs", p)
	if err == nil {
		f.leaveOutRepeats(&page)
	}
	return page, err
}

// userID is the filter of the first two lists, which takes one value.
func (f *feeds) userID() providers.Params {
	var p providers.Params
	if one, ok := providers.Single(f.users); ok {
		p.Add("userId", one)
	}
	return p
}

// read reads a page. The next page is asked for by its token, not by its link,
// which names the vendor's host whatever host was asked.
func (f *feeds) read(ctx context.Context, c providers.Client, q providers.Query, list string, filter providers.Params) (providers.Page, error) {
	p := append(providers.Params{{Key: "limit", Value: strconv.Itoa(q.PageSize)}}, filter...)
	p.AddMap(f.extra)
	p.AddSet("after", q.Cursor)
	resp, err := c.Do(ctx, providers.Request{Path: f.base + list, Query: p})
	if err != nil {
		return providers.Page{}, lost(err, q.Cursor)
	}
	rest, events, err := record.List(resp.Body, "results")
	if err != nil {
		return providers.Page{}, err
	}
	page := providers.Page{Events: events, Next: record.Path(rest, "paging.next.after")}
	page.More = page.Next != "" && page.Next != q.Cursor && len(events) > 0
	if !page.More {
		page.Next = ""
	}
	return page, nil
}

// leaveOutRepeats drops sign-ins and security rows, which the audit log repeats
// under other ids and without address.
func (f *feeds) leaveOutRepeats(page *providers.Page) {
	kept := page.Events[:0:0]
	for _, e := range page.Events {
		category := gjson.Get(e.Raw, "category").Str
		if category == "LOGIN" && f.logins && !f.loginRefused.Load() ||
			category == "CRITICAL_ACTION" && f.security && !f.securityRefused.Load() {
			page.Filtered++
			continue
		}
		kept = append(kept, e)
	}
	page.Events = kept
}

// refused tells that a stream does not work: then the audit log stands in for it.
func refused(err error) bool {
	switch providers.ClassOf(err) {
	case providers.Denied, providers.Unauthorized:
		return err != nil
	}
	return false
}

// lost turns the refusal of a token into CursorLost: the window begins anew.
func lost(err error, cursor string) error {
	if e, ok := errors.AsType[*providers.Error](err); ok && cursor != "" && e.Status == http.StatusBadRequest {
		e.Class = providers.CursorLost
	}
	return err
}
