package merge

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// layout: the vendor types both dates as text only; its SDKs write RFC 3339.
const layout = "2006-01-02T15:04:05.000Z"

type feed struct {
	path   string
	filter providers.Params
}

// fetch reads a page. The cursor goes out with all other parameters unchanged.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	var p providers.Params
	p.Add("start_date", q.Since.UTC().Format(layout))
	p.Add("end_date", q.Until.UTC().Format(layout))
	p.Add("page_size", strconv.Itoa(q.PageSize))
	p = append(p, f.filter...)
	p.AddSet("cursor", q.Cursor)
	resp, err := c.Do(ctx, providers.Request{Path: f.path, Query: p})
	if err != nil {
		return providers.Page{}, lost(err, q.Cursor)
	}
	rest, events, err := record.OptionalList(resp.Body, "results")
	if err != nil {
		return providers.Page{}, err
	}
	if !rest.Get("results").Exists() { // null is an empty page
		return providers.Page{}, providers.Malformed("results is missing in %s", record.Excerpt(resp.Body))
	}
	next, err := cursor(rest.Get("next"))
	if err != nil {
		return providers.Page{}, err
	}
	return providers.Page{Events: events, Next: next, More: next != ""}, nil
}

// cursor returns the cursor of the next page: the value of next or, should the
// vendor change to links, the parameter of that name in it.
func cursor(next gjson.Result) (string, error) {
	value := record.Text(next)
	if !strings.Contains(value, "://") {
		return value, nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Query().Get("cursor") == "" {
		return "", providers.Malformed("next is a link without a cursor: %s", record.Excerpt(providers.LinkPath(value)))
	}
	return u.Query().Get("cursor"), nil
}

// lost turns the refusal of a cursor into CursorLost: the window begins anew.
func lost(err error, cursor string) error {
	if e, ok := errors.AsType[*providers.Error](err); ok && cursor != "" && e.Status == http.StatusBadRequest {
		e.Class = providers.CursorLost
	}
	return err
}

// decode maps an AuditLogEvent: https://docs.merge.dev/hris/audit-trail/
func decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	a.RawAction = record.Path(event, "event_type")
	a.Action, a.Entity.Type = action(a.RawAction)
	created, email, ip := record.Path(event, "created_at"), record.Path(event, "user_email"), record.Path(event, "ip_address")
	t, ok := record.Time(created)
	record.Created(&a, t, ok, created)
	a.Description = record.Path(event, "event_description")
	a.Actor = actorOf(record.Path(event, "role"), email, record.Path(event, "user_name"))
	a.Context.IP = record.IP(ip)
	if a.ID = record.Path(event, "id"); a.ID == "" {
		a.ID = record.Digest(created, a.RawAction, email, ip, a.Description)
	}
	return a, record.Missing(&a, "event_type", "created_at")
}

// actorOf: there is no id but the e-mail address at the time of the event. New
// roles are people, as all are but two.
func actorOf(role, email, name string) providers.Actor {
	switch role {
	case "SYSTEM", "API":
		return providers.Actor{Type: providers.ActorSystem, AppID: email, AppName: name}
	}
	return providers.Actor{Type: providers.ActorUser, ID: email, Email: record.Email(email), Name: name}
}
