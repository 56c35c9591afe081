package confluenceonprem

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// auditSearch is the action key of a search of the audit log: each poll is one.
const auditSearch = "atlassian.audit.event.action.audit.search"

// events reads the auditing interface.
type events struct {
	query        providers.Params
	skipSearches bool
}

// fetch reads a page. The cursor is the vendor's offset and page cursor.
func (f events) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	p := append(providers.Params{
		{Key: "from", Value: timestamp(q.Since)},
		{Key: "to", Value: timestamp(q.Until)},
		{Key: "limit", Value: strconv.Itoa(q.PageSize)},
	}, f.query...)
	if offset, cursor, ok := strings.Cut(q.Cursor, " "); ok {
		p.Add("offset", offset)
		p.Add("pageCursor", cursor)
	}
	resp, err := c.Do(ctx, providers.Request{Path: "/rest/auditing/1.0/events", Query: p})
	if err != nil {
		return providers.Page{}, err
	}
	rest, entities, err := record.List(resp.Body, "entities")
	if err != nil {
		return providers.Page{}, err
	}
	page := providers.Page{Events: entities, Next: next(rest.Get("pagingInfo"))}
	page.More = len(entities) > 0 && page.Next != "" && page.Next != q.Cursor && !beyond(entities, q.Since)
	if f.skipSearches {
		page.Events = slices.DeleteFunc(page.Events, isAuditSearch)
		page.Filtered = len(entities) - len(page.Events)
	}
	return page, nil
}

// next returns the cursor of the next page, empty on the last one.
func next(paging gjson.Result) string {
	cursor := record.Path(paging, "nextPageCursor")
	if cursor == "" || paging.Get("lastPage").Bool() {
		return ""
	}
	return strconv.FormatInt(paging.Get("nextPageOffset").Int(), 10) + " " + cursor
}

// beyond tells that the oldest row of a page lies before the window: a server that
// has lost the window would go on to the first row ever logged.
func beyond(page []providers.Event, since time.Time) bool {
	t, ok := record.Time(gjson.Get(page[len(page)-1].Raw, "timestamp").Str, layouts...)
	return ok && t.Before(since)
}

func isAuditSearch(e providers.Event) bool {
	return gjson.Get(e.Raw, "type.actionI18nKey").Str == auditSearch
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// pushed returns the filters that the server can serve. A key of the remote query
// is left to the user.
func pushed(o *providers.Options) providers.Params {
	var p providers.Params
	set := func(key, value string) {
		if o.RemoteQuery[key] == "" {
			p.AddSet(key, value)
		}
	}
	set("userIds", userIDs(&o.Filter))
	set("affectedObject", affectedObject(&o.Filter))
	p.AddMap(o.RemoteQuery)
	return p
}

// userIDs returns the authors to ask for. They are the actors of all rows but
// sign-ins, which visitors write, so the filter must leave sign-ins out.
func userIDs(f *providers.Filter) string {
	signIn := func(a string) bool {
		return slices.Contains(signIns, a) ||
			slices.ContainsFunc(signIns, func(key string) bool { return string(action(key)) == a })
	}
	unsafe := func(id string) bool { return strings.Contains(id, ",") }
	if len(f.Actions) == 0 || slices.ContainsFunc(f.Actions, signIn) || slices.ContainsFunc(f.ActorIDs, unsafe) {
		return ""
	}
	return strings.Join(f.ActorIDs, ",")
}

// affectedObject returns the object to ask for: the server needs type and id of
// one, with the type in its own spelling.
func affectedObject(f *providers.Filter) string {
	id, one := providers.Single(f.Entities)
	kind, single := providers.Single(f.EntityTypes)
	if !one || !single || strings.ContainsAny(id, ",;") || !slices.Contains([]string{"Group", "Page", "Space", "User"}, kind) {
		return ""
	}
	return kind + "," + id
}
