package box

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

type feed struct {
	types        string
	organization string
	extra        map[string]string
}

// fetchStreaming reads a chunk. The position exceeds 2^53 and has been a number and
// a text over the years: it stays text (https://github.com/elastic/integrations/issues/14320).
func (f feed) fetchStreaming(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	position := q.Cursor
	switch {
	case position != "":
	case q.Since.Before(q.Now):
		position = "0" // from the oldest
	default:
		position = "now" // nothing from before the start is wanted
	}
	events, next, err := f.read(ctx, c, q, streaming, position, nil)
	if err != nil {
		return providers.Page{}, err
	}
	if next == "" {
		return providers.Page{}, providers.Malformed("next_stream_position is missing")
	}
	// A chunk smaller than the limit is not the end; an empty one is, for now.
	page := providers.Page{Events: events, Next: next, More: len(events) > 0}
	if next == "0" && q.Cursor != "" {
		page.Next = q.Cursor // never 0 over a real position
		page.More = false
	}
	return page, nil
}

// fetchHistory reads a chunk of a window.
func (f feed) fetchHistory(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	bounds := providers.Params{
		{Key: "created_after", Value: q.Since.UTC().Format(time.RFC3339)},
		{Key: "created_before", Value: q.Until.UTC().Format(time.RFC3339)},
	}
	events, next, err := f.read(ctx, c, q, history, q.Cursor, bounds)
	if err != nil {
		return providers.Page{}, err
	}
	// An empty answer may carry position 0 (https://github.com/box/box-node-sdk/pull/110).
	page := providers.Page{Events: events, More: len(events) > 0 && next != "" && next != "0"}
	if page.More {
		page.Next = next
	}
	return page, nil
}

func (f feed) read(ctx context.Context, c providers.Client, q providers.Query, kind, position string, bounds providers.Params) ([]providers.Event, string, error) {
	var p providers.Params
	p.Add("stream_type", kind)
	p.Add("limit", strconv.Itoa(q.PageSize))
	p = append(p, bounds...)
	p.AddSet("event_type", f.types)
	p.AddMap(f.extra)
	p.AddSet("stream_position", position)
	resp, err := c.Do(ctx, providers.Request{Path: "/2.0/events", Query: p})
	if err != nil {
		return nil, "", lost(err, q.Cursor)
	}
	rest, events, err := record.List(resp.Body, "entries")
	return events, record.Unless(record.Text(rest.Get("next_stream_position")), "null"), err
}

// lost turns the refusal of a position into CursorLost.
func lost(err error, cursor string) error {
	if e, ok := errors.AsType[*providers.Error](err); ok && cursor != "" && e.Status == http.StatusBadRequest {
		e.Class = providers.CursorLost
	}
	return err
}

// decode maps an event: https://developer.box.com/reference/resources/event/
func (f feed) decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	a.ID = record.Path(event, "event_id")
	a.RawAction = record.Path(event, "event_type")
	a.Action = action(a.RawAction)
	switch a.RawAction {
	case "LOGIN", "ADMIN_LOGIN":
		a.Outcome = providers.Success
	case "FAILED_LOGIN":
		a.Outcome = providers.Failure
	}
	created := record.Path(event, "created_at")
	t, ok := record.Time(created)
	record.Created(&a, t, ok, created)
	a.Actor = actorOf(event.Get("created_by"))
	a.Context.IP = record.IP(record.Path(event, "ip_address")) // or "Unknown IP"
	a.Context.SessionID = record.Path(event, "session_id")
	a.Entity = entity(event, a.RawAction)
	a.Organization = f.organization
	return a, record.Missing(&a, "event_type", "created_at")
}

// actorOf: id 2 stands for people who are not signed in.
func actorOf(v gjson.Result) providers.Actor {
	id := record.Path(v, "id")
	switch id {
	case "":
		return providers.Actor{Type: providers.ActorSystem}
	case "2":
		return providers.Actor{Type: providers.ActorAnonymous}
	}
	login := record.Path(v, "login")
	actor := providers.Actor{Type: providers.ActorUser, ID: id, Email: record.Email(login), Name: record.Path(v, "name")}
	if actor.Email == "" {
		actor.Login = login
	}
	return actor
}

// entity is the first that the record has of: an item, file, folder, the group of
// a group event, the source itself, a user, a barrier.
func entity(event gjson.Result, eventType string) providers.Entity {
	source := event.Get("source")
	details := event.Get("additional_details")
	if details.Type == gjson.String && gjson.Valid(details.Str) {
		details = gjson.Parse(details.Str) // sometimes JSON inside a string
	}
	if id := record.Path(source, "item_id"); id != "" {
		return providers.Entity{ID: id, Type: record.Path(source, "item_type"), Name: record.Path(source, "item_name")}
	}
	for _, kind := range []string{"file", "folder"} {
		if id := record.Path(source, kind+"_id"); id != "" {
			return providers.Entity{ID: id, Type: kind, Name: record.Path(source, kind+"_name")}
		}
	}
	if id := record.Path(details, "group_id"); id != "" && strings.HasPrefix(eventType, "GROUP_") {
		return providers.Entity{ID: id, Type: "group", Name: record.Path(details, "group_name")}
	}
	if id := record.Path(source, "id"); id != "" {
		return providers.Entity{ID: id, Type: record.Path(source, "type"), Name: record.Path(source, "name")}
	}
	for _, kind := range []string{"user", "barrier"} {
		if id := record.Path(source, kind+"_id"); id != "" {
			return providers.Entity{ID: id, Type: kind, Name: record.Path(source, kind+"_name")}
		}
	}
	return providers.Entity{}
}
