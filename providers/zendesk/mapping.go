package zendesk

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// decode maps an audit log record. Ids are 64-bit numbers: they stay text.
func decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	a.ID = record.Path(event, "id")
	a.RawAction = record.Path(event, "action")
	created := record.Path(event, "created_at")
	t, ok := record.Time(created)
	record.Created(&a, t, ok, created)
	a.Description = record.Path(event, "change_description")
	a.Entity = providers.Entity{ID: record.Path(event, "source_id"), Type: record.Path(event, "source_type")}
	label := record.Path(event, "source_label")
	a.Entity.Name = label
	a.Action = action(a.RawAction, a.Entity.Type, label, a.Description)
	if a.Action == "" {
		a.Action = providers.Action(a.RawAction)
	}
	switch a.Action {
	case "":
	case providers.LoginFailed:
		a.Outcome = providers.Failure
	default:
		a.Outcome = providers.Success // only changes that took place are logged
	}
	if a.Action == providers.Login || a.Action == providers.LoginFailed {
		a.Context.AuthMethod = method(a.Description)
	}
	a.Context.IP = record.IP(record.Path(event, "ip_address"))
	a.Actor = actorOf(event)
	return a, record.Missing(&a, "action", "created_at")
}

// actorOf: Zendesk itself acts under id -1, null or 0.
func actorOf(event gjson.Result) providers.Actor {
	id, name := event.Get("actor_id"), record.Path(event, "actor_name")
	if text := record.Text(id); text != "" && text != "0" && text[0] != '-' {
		return providers.Actor{Type: providers.ActorUser, ID: text, Name: name}
	}
	return providers.Actor{Type: providers.ActorSystem, AppName: name}
}

// method is the text between "using " and " from " of a sign-in's description.
func method(change string) string {
	_, rest, ok := strings.Cut(change, "using ")
	if !ok {
		return ""
	}
	name, _, ok := strings.Cut(rest, " from ")
	if !ok {
		return ""
	}
	return name
}
