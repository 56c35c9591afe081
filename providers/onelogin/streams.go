package onelogin

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

type feed struct {
	types  string   // event types to ask for, else those of
	wanted []string // actions
	user   string   // user acted upon
	extra  map[string]string
	names  *names
}

// number is what the vendor takes as an id: another word is refused.
var number = regexp.MustCompile(`^[0-9]{1,18}$`)

// newFeed takes the configured event types, else those of the wanted actions. The
// vendor's user_id means the user acted upon, so it serves the filter on entities;
// who acted cannot be asked for.
func newFeed(c *Config, o *providers.Options) feed {
	f := feed{types: join(c.EventTypeIDs), wanted: o.Filter.Actions, extra: o.RemoteQuery, names: &names{off: !c.FetchEventTypes}}
	kind, _ := providers.Single(o.Filter.EntityTypes)
	if id, ok := providers.Single(o.Filter.Entities); ok && number.MatchString(id) && strings.EqualFold(kind, "user") && o.RemoteQuery["user_id"] == "" {
		f.user = id
	}
	return f
}

const timeFormat = "2006-01-02T15:04:05.000Z"

// fetch reads a page. A next link names another host and lacks the window, so every
// page repeats the query with the cursor. sort is never sent: a plus sign in it is
// a space.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	var page providers.Page
	if warning := f.names.load(ctx, c, q.Now, atStart); warning != "" {
		page.Warnings = append(page.Warnings, warning)
	}
	var p providers.Params
	p.Add("since", q.Since.UTC().Format(timeFormat))
	p.Add("until", q.Until.UTC().Format(timeFormat))
	p.Add("limit", strconv.Itoa(q.PageSize))
	p.AddSet("event_type_id", f.kinds())
	p.AddSet("user_id", f.user)
	p.AddMap(f.extra)
	p.AddSet("after_cursor", q.Cursor)
	resp, err := c.Do(ctx, providers.Request{Path: "/api/1/events", Query: p})
	if err != nil {
		return providers.Page{}, lost(err, q.Cursor)
	}
	body, events, err := record.List(resp.Body, "data")
	if err != nil {
		return providers.Page{}, err
	}
	page.Events = events
	if !f.names.know(page.Events) {
		if warning := f.names.load(ctx, c, q.Now, atUnknown); warning != "" {
			page.Warnings = append(page.Warnings, warning)
		}
	}
	f.names.put(page.Events)
	page.Next = record.Path(body, "pagination.after_cursor")
	page.More = page.Next != ""
	return page, nil
}

// kinds are the event types to ask for: an action may be a name that only the
// vendor's own list has.
func (f feed) kinds() string {
	if f.types != "" || len(f.wanted) == 0 {
		return f.types
	}
	return typeIDs(f.wanted, f.names.known())
}

// lost turns the refusal of a cursor into CursorLost.
func lost(err error, cursor string) error {
	if e, ok := errors.AsType[*providers.Error](err); ok && cursor != "" && e.Status == 400 && e.Class == providers.Denied {
		e.Class = providers.CursorLost
	}
	return err
}

// typeID is the type of a raw event, as text.
func typeID(raw string) string { return record.Text(gjson.Get(raw, "event_type_id")) }
