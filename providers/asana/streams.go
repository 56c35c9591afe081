package asana

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
	workspace string
	filter    providers.Params
	extra     map[string]string
}

// fetch reads a page. The cursor is the start time and the offset: an offset is
// only good for the query that brought it, so the start is repeated.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	start, offset, _ := strings.Cut(q.Cursor, " ")
	if start == "" {
		start = q.Since.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	var p providers.Params
	p.Add("start_at", start)
	p = append(p, f.filter...)
	p.AddMap(f.extra)
	p.Add("limit", strconv.Itoa(q.PageSize))
	p.AddSet("offset", offset)
	resp, err := c.Do(ctx, providers.Request{Path: "/api/1.0/workspaces/" + f.workspace + "/audit_log_events", Query: p})
	if err != nil {
		return providers.Page{}, lost(err, offset)
	}
	rest, events, err := record.List(resp.Body, "data")
	if err != nil {
		return providers.Page{}, err
	}
	page := providers.Page{Events: events}
	// Without a next page no event has ever matched: the same query is asked again.
	if next := record.Path(rest, "next_page.offset"); next != "" {
		page.Next = start + " " + next
		page.More = len(events) > 0 // an empty page is the end for now, null never comes
	}
	return page, nil
}

// lost turns the refusal of a stored offset into CursorLost. The vendor's text
// begins with the parameter's name.
func lost(err error, offset string) error {
	if e, ok := errors.AsType[*providers.Error](err); ok && offset != "" &&
		e.Status == http.StatusBadRequest && strings.HasPrefix(e.Message, "offset:") {
		e.Class = providers.CursorLost
	}
	return err
}

// decode maps an AuditLogEvent: https://developers.asana.com/docs/audit-log-events
func (f feed) decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	a.ID = record.Path(event, "gid")
	a.RawAction = record.Path(event, "event_type")
	a.Action = action(a.RawAction)
	switch a.RawAction {
	case "user_login_succeeded":
		a.Outcome = providers.Success
	case "user_login_failed":
		a.Outcome = providers.Failure
	}
	created := record.Path(event, "created_at")
	t, ok := record.Time(created)
	record.Created(&a, t, ok, created)
	a.Actor = actorOf(event.Get("actor"))
	a.Context = providers.Context{
		IP:         record.IP(record.Path(event, "context.client_ip_address")),
		UserAgent:  record.Path(event, "context.user_agent"),
		AuthMethod: method(event, a.RawAction),
	}
	a.Entity = providers.Entity{
		ID: record.Path(event, "resource.gid"), Type: record.Path(event, "resource.resource_type"),
		Name: record.Path(event, "resource.name"),
	}
	a.Organization = f.workspace
	if group := event.Get("details.group"); record.Path(group, "resource_type") != "workspace" {
		a.Group = record.Path(group, "gid")
	}
	return a, record.Missing(&a, "event_type", "created_at")
}

// actorOf: service accounts come as users; external administrators may come
// without any identity.
func actorOf(v gjson.Result) providers.Actor {
	id, email, name := record.Path(v, "gid"), record.Path(v, "email"), record.Path(v, "name")
	kind := record.Path(v, "actor_type")
	switch {
	case kind == "user", kind == "external_administrator" && (id != "" || email != ""):
		return providers.Actor{Type: providers.ActorUser, ID: id, Email: email, Name: name}
	case kind == "asana", kind == "asana_support", kind == "external_administrator":
		return providers.Actor{Type: providers.ActorSystem, AppID: id, AppName: name}
	}
	return providers.Actor{Type: providers.ActorAnonymous, Email: email}
}

// method: API calls tell their kind of credential, sign-ins a list of methods.
func method(event gjson.Result, eventType string) string {
	if m := record.Path(event, "context.api_authentication_method"); m != "" {
		return m
	}
	if !strings.HasPrefix(eventType, "user_login_") {
		return ""
	}
	v := event.Get("details.method")
	if !v.IsArray() {
		return record.Text(v)
	}
	var methods []string
	for _, m := range v.Array() {
		methods = append(methods, record.Text(m))
	}
	return strings.Join(methods, ",")
}
