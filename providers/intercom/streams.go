package intercom

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

const path = "/admins/activity_logs"

type feed struct{ extra map[string]string }

// fetch reads a page of a listing. The cursor is a link (a path), or what the
// parameters page= or starting_after= become.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	request := providers.Request{Path: path}
	if strings.HasPrefix(q.Cursor, "/") {
		request = providers.Request{Link: q.Cursor}
	} else {
		request.Query = f.query(q)
	}
	resp, err := c.Do(ctx, request)
	if err != nil {
		return providers.Page{}, tooWide(err, q)
	}
	rest, rows, err := record.List(resp.Body, "activity_logs")
	if err != nil {
		return providers.Page{}, err
	}
	page := providers.Page{Events: withoutNull(rows)}
	if len(rows) > 0 {
		page.Next = next(rest.Get("pages"))
		page.More = page.Next != ""
	}
	return page, nil
}

func (f feed) query(q providers.Query) providers.Params {
	var p providers.Params
	p.Add("created_at_after", strconv.FormatInt(q.Since.Unix(), 10))
	p.Add("created_at_before", strconv.FormatInt(q.Until.Unix(), 10))
	p.Add("per_page", strconv.Itoa(q.PageSize))
	p.AddMap(f.extra)
	if key, value, ok := strings.Cut(q.Cursor, "="); ok {
		p.Add(key, value)
	} else {
		p.Add("page", "1")
	}
	return p
}

// next is where the listing goes on: in practice a complete address, of which path
// and query are used; by the published schema an object. Without either, the page
// numbers decide.
func next(pages gjson.Result) string {
	v := pages.Get("next")
	if v.Type == gjson.String && v.Str != "" {
		return providers.LinkPath(v.Str)
	}
	if after := record.Path(v, "starting_after"); after != "" {
		return "starting_after=" + after
	}
	if number := pages.Get("page").Int(); number > 0 && number < pages.Get("total_pages").Int() {
		return "page=" + strconv.FormatInt(number+1, 10)
	}
	return ""
}

// withoutNull drops the null rows that the schema allows.
func withoutNull(rows []providers.Event) []providers.Event {
	kept := rows[:0]
	for _, r := range rows {
		if r.Raw != "null" {
			kept = append(kept, r)
		}
	}
	return kept
}

// narrowest is the span below which an error of the server is taken for an outage
// and not for too wide a listing (https://github.com/airbytehq/airbyte/pull/38626).
const narrowest = time.Hour

func tooWide(err error, q providers.Query) error {
	if e, ok := errors.AsType[*providers.Error](err); ok && q.Until.Sub(q.Since) > narrowest &&
		(e.Status == http.StatusInternalServerError || e.Status == http.StatusGatewayTimeout || e.Status == http.StatusRequestTimeout) {
		e.Class = providers.WindowTooLarge
	}
	return err
}

// decode maps an activity log.
func decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	a.ID = record.Path(event, "id")
	a.RawAction = record.Path(event, "activity_type")
	a.Action = action(a.RawAction)
	created := event.Get("created_at")
	t, ok := record.Seconds(created)
	record.Created(&a, t, ok, record.Text(created))
	a.Description = record.Path(event, "activity_description")
	metadata := event.Get("metadata")
	a.Actor = actorOf(event.Get("performed_by"), metadata)
	a.Context.IP = record.IP(record.Path(event, "performed_by.ip"))
	a.Context.AuthMethod = record.Path(metadata, "sign_in_method")
	a.Entity = entity(metadata, a.RawAction)
	switch a.Action {
	case "":
	case providers.LoginFailed:
		a.Outcome = providers.Failure
	default:
		a.Outcome = providers.Success
	}
	return a, record.Missing(&a, "activity_type", "created_at")
}

func actorOf(v, metadata gjson.Result) providers.Actor {
	id, kind := record.Path(v, "id"), record.Path(v, "type")
	if id == "" || kind != "" && kind != "admin" {
		return providers.Actor{Type: providers.ActorSystem, AppID: id}
	}
	actor := providers.Actor{Type: providers.ActorUser, ID: id, Email: record.Path(v, "email")}
	if record.Path(metadata, "update_by") == id {
		actor.Name = record.Path(metadata, "update_by_name")
	}
	return actor
}

// entity: few types name what they are about; the rest say it in the text only.
func entity(metadata gjson.Result, activityType string) providers.Entity {
	has := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(activityType, p) {
				return true
			}
		}
		return false
	}
	var e providers.Entity
	switch {
	case has("message_"):
		e = providers.Entity{ID: record.Path(metadata, "message.id"), Type: "message", Name: record.Path(metadata, "message.title")}
	case has("team_", "app_team_"):
		e = providers.Entity{ID: record.Path(metadata, "team.id"), Type: "team", Name: record.Path(metadata, "team.name")}
	case has("admin_impersonation_consent_"):
		e = providers.Entity{ID: record.Path(metadata, "consent_id"), Type: "impersonation_consent"}
	}
	if e.ID == "" {
		return providers.Entity{}
	}
	return e
}
