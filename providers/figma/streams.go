package figma

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

type feed struct {
	events []string
	extra  map[string]string
}

// fetch reads a page of a window. Both bounds are inclusive at the vendor.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	var p providers.Params
	p.Add("start_time", strconv.FormatInt(q.Since.Unix(), 10))
	p.Add("end_time", strconv.FormatInt(q.Until.Unix(), 10))
	p.Add("order", "asc")
	p.Add("limit", strconv.Itoa(q.PageSize))
	p.AddSet("events", strings.Join(f.events, ","))
	p.AddMap(f.extra)
	p.AddSet("cursor", q.Cursor)
	resp, err := c.Do(ctx, providers.Request{Path: "/v1/activity_logs", Query: p})
	if err != nil {
		return providers.Page{}, f.explained(err, q.Cursor)
	}
	// Other shapes are described by others, and are refused.
	rest, events, err := record.List(resp.Body, "meta.activity_logs")
	if err != nil {
		return providers.Page{}, err
	}
	next := record.Path(rest, "meta.cursor")
	// The cursor may be there on the last page too: next_page decides.
	more := rest.Get("meta.next_page").Bool() && len(events) > 0 && next != ""
	if !more {
		next = ""
	}
	return providers.Page{Events: events, Next: next, More: more}, nil
}

// explained turns the refusal of a cursor into CursorLost: the window begins anew.
// Without a cursor, the names of events are all that the vendor may not know: of some,
// only the spelling of the admin console is documented.
func (f feed) explained(err error, cursor string) error {
	e, ok := errors.AsType[*providers.Error](err)
	switch {
	case !ok || e.Status != http.StatusBadRequest:
	case cursor != "":
		e.Class = providers.CursorLost
	case len(f.events) > 0:
		e.Hint = "Figma may not know one of the events that were asked for (" + strings.Join(f.events, ", ") + "): set events to those that it knows"
	}
	return err
}

// decode maps an activity log: https://developers.figma.com/docs/rest-api/activity-logs-property-types/
func decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	a.ID = record.Path(event, "id")
	a.RawAction = record.Path(event, "action.type")
	a.Action = action(a.RawAction)
	created := event.Get("timestamp")
	t, ok := record.Seconds(created)
	record.Created(&a, t, ok, record.Text(created))
	a.Context.IP = record.IP(record.Path(event, "context.ip_address"))
	a.Actor = actorOf(event, a.RawAction)
	a.Entity = providers.Entity{
		ID:   record.First(record.Path(event, "entity.id"), record.Path(event, "entity.key")),
		Type: record.Path(event, "entity.type"),
		Name: record.Path(event, "entity.name"),
	}
	a.Organization = record.Path(event, "context.org_id")
	a.Group = record.Path(event, "context.team_id")
	if a.RawAction == "ip_allowlist_rejected" {
		a.Outcome = providers.Failure
	} else if a.RawAction != "" {
		a.Outcome = providers.Success // only what was done is logged
	}
	return a, record.Missing(&a, "action.type", "timestamp")
}

// actorOf: background jobs and viewers who are not signed in have no actor;
// provisioning and Figma's support have a name only.
func actorOf(event gjson.Result, eventType string) providers.Actor {
	v := event.Get("actor")
	id, name := record.Path(v, "id"), record.Path(v, "name")
	support := event.Get("context.is_figma_support_team_action").Bool()
	switch {
	case id == "" && name == "" && strings.HasPrefix(eventType, "fig_file_view") && record.Path(event, "context.ip_address") != "":
		return providers.Actor{Type: providers.ActorAnonymous}
	case id == "" || support || name == "SCIM Provider" || name == "Figma Support":
		return providers.Actor{Type: providers.ActorSystem, AppID: id, AppName: name}
	}
	return providers.Actor{Type: providers.ActorUser, ID: id, Email: record.Path(v, "email"), Name: name}
}
