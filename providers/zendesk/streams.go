package zendesk

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

type feed struct {
	filter providers.Params
	extra  map[string]string
}

// fetch reads a page of a window. The presence of page[size] switches cursor
// paging on. The name of the time filter comes twice, the start first: a client
// that sends it once loses the start (https://github.com/airbytehq/airbyte/pull/36823).
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	const layout = "2006-01-02T15:04:05Z"
	var p providers.Params
	p.Add("page[size]", strconv.Itoa(q.PageSize))
	p.Add("sort", "created_at")
	p.Add("filter[created_at][]", q.Since.UTC().Format(layout))
	p.Add("filter[created_at][]", q.Until.UTC().Format(layout))
	p = append(p, f.filter...)
	p.AddMap(f.extra)
	p.AddSet("page[after]", q.Cursor)
	resp, err := c.Do(ctx, providers.Request{Path: "/api/v2/audit_logs", Query: p})
	if err != nil {
		return providers.Page{}, lost(err, q.Cursor)
	}
	rest, events, err := record.List(resp.Body, "audit_logs")
	if err != nil {
		return providers.Page{}, err
	}
	page := providers.Page{Events: events}
	if rest.Get("meta.has_more").Bool() { // an empty page with has_more goes on
		page.Next = record.Path(rest, "meta.after_cursor")
		if page.Next == "" {
			return providers.Page{}, providers.Malformed("meta.has_more without meta.after_cursor")
		}
		page.More = true
	}
	return page, nil
}

// lost turns the refusal of a cursor into CursorLost: the window begins anew.
func lost(err error, cursor string) error {
	if e, ok := errors.AsType[*providers.Error](err); ok && cursor != "" &&
		(e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity) {
		e.Class = providers.CursorLost
	}
	return err
}

// pushed returns the filters that Zendesk serves: one value each. source_id goes
// only with source_type.
func pushed(f *providers.Filter) providers.Params {
	var p providers.Params
	kind, ok := providers.Single(f.EntityTypes)
	if ok {
		p.Add("filter[source_type]", strings.ToLower(kind))
		if id, one := providers.Single(f.Entities); one && integer(id) {
			p.Add("filter[source_id]", id)
		}
	}
	if id, one := providers.Single(f.ActorIDs); one && integer(id) {
		p.Add("filter[actor_id]", id)
	}
	if ip, one := f.SingleIP(); one {
		p.Add("filter[ip_address]", ip)
	}
	if wanted, one := providers.Single(f.Actions); one {
		p.AddSet("filter[action]", vendorAction(wanted))
	}
	return p
}

func integer(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}
