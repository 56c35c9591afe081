package slack

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// webFeed reads logs of the Web API, which has a host of its own.
type webFeed struct {
	base  string
	team  string
	extra map[string]string
}

// lastPage is the highest page that the vendor serves; before goes further back:
// https://docs.slack.dev/reference/methods/team.accessLogs
const lastPage = 100

// place is where a walk is. Oldest is the time of the oldest entry seen.
type place struct {
	page           int
	before, oldest int64
}

func placeOf(cursor string) place {
	at := place{page: 1}
	if n, err := fmt.Sscanf(cursor, "%d %d %d", &at.page, &at.before, &at.oldest); err != nil || n != 3 {
		return place{page: 1}
	}
	return at
}

func (at place) String() string { return fmt.Sprintf("%d %d %d", at.page, at.before, at.oldest) }

// back is the first page of what is older than the pages read so far. The bound is
// inclusive; a page of entries of one second must not stop the walk.
func (at place) back() place {
	before := at.oldest
	if at.before != 0 && before >= at.before {
		before = at.before - 1
	}
	return place{page: 1, before: before, oldest: before}
}

// accessLogs reads a page of the sign-ins. The first pages have no bound: entries
// move to the head when they change, and a bound would make the rest move up, past
// the page that is read next.
func (f webFeed) accessLogs(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	at := placeOf(q.Cursor)
	body, events, err := f.page(ctx, c, "team.accessLogs", "logins", at, q.PageSize)
	if overLimit(err) && at.oldest != 0 {
		at = at.back()
		body, events, err = f.page(ctx, c, "team.accessLogs", "logins", at, q.PageSize)
	}
	if err != nil {
		return providers.Page{}, err
	}
	for _, e := range events {
		if t := gjson.Get(e.Raw, "date_last").Int(); t > 0 && (at.oldest == 0 || t < at.oldest) {
			at.oldest = t
		}
	}
	page := providers.Page{Events: events}
	switch {
	case at.page >= lastPage && len(events) > 0 && at.oldest != 0:
		page.Next, page.More = at.back().String(), true
	case follows(body, at.page, len(events), q.PageSize):
		at.page++
		page.Next, page.More = at.String(), true
	}
	return page, nil
}

// integrationLogs reads a page of the changes of integrations. The list has no
// bound by time, so what lies beyond the last page cannot be had.
func (f webFeed) integrationLogs(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	at := placeOf(q.Cursor)
	body, events, err := f.page(ctx, c, "team.integrationLogs", "logs", at, q.PageSize)
	switch {
	case overLimit(err):
		return providers.Page{Skipped: []providers.Skip{{
			Reason: "pagination_limit", Count: 1,
			Detail: "Slack lists no integration logs beyond page " + strconv.Itoa(at.page-1),
		}}}, nil
	case err != nil:
		return providers.Page{}, err
	}
	page := providers.Page{Events: events}
	if follows(body, at.page, len(events), q.PageSize) {
		at.page++
		page.Next, page.More = at.String(), true
	}
	return page, nil
}

// follows tells by the vendor's own count whether there is a further page; where
// none is told, a full page has one.
func follows(body gjson.Result, page, events, size int) bool {
	if pages := body.Get("paging.pages"); pages.Exists() {
		return events > 0 && int64(page) < pages.Int()
	}
	return events >= size
}

func overLimit(err error) bool {
	e, ok := errors.AsType[*providers.Error](err)
	return ok && e.Code == "over_pagination_limit"
}

func (f webFeed) page(ctx context.Context, c providers.Client, method, key string, at place, size int) (gjson.Result, []providers.Event, error) {
	var p providers.Params
	if at.before != 0 {
		p.Add("before", strconv.FormatInt(at.before, 10))
	}
	p.Add("count", strconv.Itoa(size))
	p.Add("page", strconv.Itoa(at.page))
	p.AddSet("team_id", f.team)
	p.AddMap(f.extra)
	resp, err := c.Do(ctx, providers.Request{Link: f.base + "/api/" + method + "?" + p.Encode(), Class: webClass})
	if err != nil {
		return gjson.Result{}, nil, err
	}
	return record.List(resp.Body, key)
}

// decodeAccess maps an entry of the access logs. It sums up the traffic of one
// user, address and user agent, so it has no id, and changes while the traffic
// goes on: each state is an activity of its own.
func decodeAccess(e providers.Event) (providers.Activity, error) {
	a := providers.Activity{RawAction: "access_log", Action: providers.Login, Outcome: providers.Success}
	entry, err := record.Object(e.Raw)
	if err != nil {
		return providers.Activity{}, err
	}
	id, name := record.Path(entry, "user_id"), record.Path(entry, "username")
	if id != "" || name != "" {
		a.Actor = providers.Actor{Type: providers.ActorUser, ID: id, Login: name}
		a.Entity = providers.Entity{ID: id, Type: "user", Name: name}
	}
	ip, agent := record.Path(entry, "ip"), record.Path(entry, "user_agent")
	a.Context = providers.Context{IP: record.IP(ip), UserAgent: agent}
	first, last := record.Path(entry, "date_first"), entry.Get("date_last")
	t, ok := record.Seconds(last)
	record.Created(&a, t, ok, record.Text(last))
	a.Identity = id + "|" + ip + "|" + agent + "|" + first + "|" + record.Text(last)
	return a, record.Missing(&a, "", "date_last")
}

// decodeIntegration maps an entry of the integration logs.
func decodeIntegration(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	entry, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	a.RawAction = record.Path(entry, "change_type")
	a.Action = integrationAction(a.RawAction)
	date := entry.Get("date")
	t, ok := record.Seconds(date)
	record.Created(&a, t, ok, record.Text(date))
	id, name := record.Unless(record.Path(entry, "user_id"), "0"), record.Path(entry, "user_name")
	if id == "" {
		a.Actor = providers.Actor{Type: providers.ActorSystem, AppName: name}
	} else {
		a.Actor = providers.Actor{Type: providers.ActorUser, ID: id, Login: name}
	}
	if app := record.Unless(record.Path(entry, "app_id"), "0"); app != "" {
		a.Entity = providers.Entity{ID: app, Type: "app", Name: record.Path(entry, "app_type")}
	} else if service := record.Unless(record.Path(entry, "service_id"), "0"); service != "" {
		a.Entity = providers.Entity{ID: service, Type: "service", Name: record.Path(entry, "service_type")}
	}
	return a, record.Missing(&a, "change_type", "date")
}
