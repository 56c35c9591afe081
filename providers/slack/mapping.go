package slack

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// decodeAudit maps an entry of the audit logs:
// https://docs.slack.dev/admins/audit-logs-api . details has hundreds of shapes and
// stays raw.
func decodeAudit(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	entry, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	var actor, entity, where gjson.Result
	entry.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "id":
			a.ID = record.Text(v)
		case "action":
			a.RawAction = record.Text(v)
		case "date_create":
			t, ok := record.Seconds(v)
			record.Created(&a, t, ok, record.Text(v))
		case "actor":
			actor = v
		case "entity":
			entity = v
		case "context":
			where = v
		}
		return true
	})
	a.Action = action(a.RawAction)
	a.Outcome = outcome(a.RawAction)
	a.Actor = actorOf(actor.Get("user"))
	a.Entity = entityOf(entity)
	a.Context = providers.Context{
		IP:        record.IP(record.Path(where, "ip_address")),
		UserAgent: record.Path(where, "ua"),
		SessionID: record.Path(where, "session_id"),
	}
	switch location := where.Get("location"); record.Path(location, "type") {
	case "enterprise":
		a.Organization = record.Path(location, "id")
	case "workspace":
		a.Group = record.Path(location, "id")
	}
	return a, record.Missing(&a, "action", "date_create")
}

// actorOf: every actor is called a user; USLACKUSER stands where nobody acted, and
// a failed sign-in has the account that was tried.
func actorOf(user gjson.Result) providers.Actor {
	id, name, email := record.Path(user, "id"), record.Path(user, "name"), record.Path(user, "email")
	switch {
	case id == "USLACKUSER", id == "USLACKBOT", id == "" && name == "" && email == "":
		return providers.Actor{Type: providers.ActorSystem, AppID: id, AppName: name}
	}
	return providers.Actor{Type: providers.ActorUser, ID: id, Name: name, Email: email}
}

// entityOf reads the member that the type names. A message has no id of its own.
func entityOf(v gjson.Result) providers.Entity {
	e := providers.Entity{Type: record.Path(v, "type")}
	v.ForEach(func(key, v gjson.Result) bool {
		if key.Str != e.Type || !v.IsObject() {
			return true
		}
		e.ID = record.Path(v, "id")
		e.Name = record.First(record.Path(v, "name"), record.Path(v, "title"))
		if channel, at := record.Path(v, "channel"), record.Path(v, "timestamp"); e.Type == "message" && channel != "" && at != "" {
			e.ID = channel + ":" + at
		}
		return false
	})
	return e
}

func outcome(action string) providers.Outcome {
	switch {
	case action == "user_login":
		return providers.Success
	case strings.HasSuffix(action, "_failed"), strings.HasSuffix(action, "_blocked"), strings.HasSuffix(action, "_denied"):
		return providers.Failure // user_login_failed among them
	}
	return ""
}
