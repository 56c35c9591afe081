package airtable

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
	account string
	filter  providers.Params
	extra   map[string]string
}

// maxEmpty is how many empty pages of a filtered query are read in one poll: hits
// may follow an empty page.
const maxEmpty = 20

// position is the durable cursor: the start time and the token belong together,
// because a token is only good for the unchanged query.
type position struct {
	start string
	empty int
	token string
}

func parse(cursor string) (position, bool) {
	parts := strings.SplitN(cursor, " ", 3)
	if len(parts) != 3 {
		return position{}, false
	}
	empty, err := strconv.Atoi(parts[1])
	return position{start: parts[0], empty: empty, token: parts[2]}, err == nil
}

func (p position) String() string { return p.start + " " + strconv.Itoa(p.empty) + " " + p.token }

// fetch reads a page. The vendor's defaults are newest first and ten a page, so
// order and size are always sent.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	at, ok := parse(q.Cursor)
	if !ok {
		if q.Cursor != "" {
			return providers.Page{}, &providers.Error{Class: providers.CursorLost, Code: "stored_position", Message: "the stored position cannot be read"}
		}
		at = position{start: q.Since.UTC().Format("2006-01-02T15:04:05.000Z")}
	}
	var p providers.Params
	p.Add("startTime", at.start)
	p.Add("sortOrder", "ascending")
	p.Add("pageSize", strconv.Itoa(q.PageSize))
	p = append(p, f.filter...)
	p.AddMap(f.extra)
	p.AddSet("next", at.token)
	resp, err := c.Do(ctx, providers.Request{Path: "/v0/meta/enterpriseAccounts/" + f.account + "/auditLogEvents", Query: p})
	if err != nil {
		return providers.Page{}, lost(err, at.token)
	}
	rest, events, err := record.List(resp.Body, "events")
	if err != nil {
		return providers.Page{}, err
	}
	return f.page(events, at, record.Unless(record.Path(rest, "pagination.next"), "null")), nil
}

func (f feed) page(events []providers.Event, at position, next string) providers.Page {
	if next == "" {
		return providers.Page{Events: events}
	}
	to := position{start: at.start, token: next}
	more := len(events) > 0
	if !more && len(f.filter)+len(f.extra) > 0 && next != at.token && at.empty < maxEmpty-1 {
		to.empty, more = at.empty+1, true
	}
	return providers.Page{Events: events, Next: to.String(), More: more}
}

// lost turns the refusal of a stored token into CursorLost: any 4xx that is not
// about the credential.
func lost(err error, token string) error {
	e, ok := errors.AsType[*providers.Error](err)
	if !ok || token == "" || e.Status < 400 || e.Status >= 500 {
		return err
	}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusNotFound, http.StatusRequestTimeout:
	default:
		e.Class = providers.CursorLost
	}
	return err
}

// decode maps an event: https://airtable.com/developers/web/api/audit-log-events
func decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	a.ID = record.Path(event, "id")
	a.RawAction = record.Path(event, "action")
	a.Action = action(a.RawAction)
	created := record.Path(event, "timestamp")
	t, ok := record.Time(created)
	record.Created(&a, t, ok, created)
	a.Actor = actorOf(event.Get("actor"))
	origin := event.Get("origin")
	a.Context = providers.Context{
		IP:         record.IP(record.Path(origin, "ipAddress")),
		UserAgent:  record.Path(origin, "userAgent"),
		SessionID:  record.Path(origin, "sessionId"),
		AuthMethod: method(event, origin, a.RawAction),
	}
	if a.RawAction == "loginUser" {
		a.Outcome = providers.Success // failed sign-ins are not in the feed
	}
	a.Entity = providers.Entity{ID: record.Path(event, "modelId"), Type: record.Path(event, "modelType")}
	a.Organization = record.Path(event, "context.enterpriseAccountId")
	return a, record.Missing(&a, "action", "timestamp")
}

func actorOf(v gjson.Result) providers.Actor {
	switch record.Path(v, "type") {
	case "user":
		return providers.Actor{
			Type: providers.ActorUser, ID: record.Path(v, "user.id"),
			Email: record.Path(v, "user.email"), Name: record.Path(v, "user.name"),
		}
	case "anonymousUser", "formSubmission", "unknown", "":
		return providers.Actor{Type: providers.ActorAnonymous}
	}
	return providers.Actor{Type: providers.ActorSystem, AppID: record.Path(v, "automationId")}
}

func method(event, origin gjson.Result, eventType string) string {
	switch {
	case eventType == "loginUser":
		return record.Path(event, "payload.method")
	case record.Path(origin, "personalAccessTokenId") != "":
		return "personal_access_token"
	case record.Path(origin, "oauthAccessTokenId") != "":
		return "oauth"
	}
	return ""
}
