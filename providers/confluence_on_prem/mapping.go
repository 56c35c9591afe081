package confluenceonprem

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/confluence/auditlog"
	"github.com/otelactivity/otelactivity/providers/record"
)

// layouts of a timestamp, with a zone in either spelling.
var layouts = []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700"}

// decode maps an entity of the auditing interface. Entities have no id:
// https://developer.atlassian.com/server/framework/atlassian-sdk/rest/api-group-events/
func decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	entity, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	var author, objects gjson.Result
	var key string
	entity.ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "timestamp":
			t, ok := record.Time(v.Str, layouts...)
			record.Created(&a, t, ok, record.Text(v))
		case "author":
			author = v
		case "type":
			key, a.Description = record.Path(v, "actionI18nKey"), record.Path(v, "action")
		case "affectedObjects":
			objects = v
		case "source":
			first, _, _ := strings.Cut(record.Text(v), ",") // proxies follow
			a.Context.IP = record.IP(strings.TrimSpace(first))
		}
		return true
	})
	a.RawAction, a.Action = key, action(key)
	if key == "" { // rows of old versions
		a.RawAction, a.Action = a.Description, auditlog.Action(a.Description)
	}
	switch a.Action {
	case providers.Login:
		a.Outcome = providers.Success
	case providers.LoginFailed:
		a.Outcome = providers.Failure
	}
	a.Actor = actor(author)
	setObjects(&a, objects)
	return a, record.Missing(&a, "type.actionI18nKey", "timestamp")
}

// actor: visitors and the system come as users with ids of their own.
func actor(author gjson.Result) providers.Actor {
	id, name := record.Path(author, "id"), record.Path(author, "name")
	switch {
	case id == "" && name == "", id == "-1", record.Path(author, "type") == "system":
		return providers.Actor{Type: providers.ActorSystem, AppID: id, AppName: name}
	case id == "-2", strings.EqualFold(name, "Anonymous"):
		return providers.Actor{Type: providers.ActorAnonymous}
	}
	return providers.Actor{Type: providers.ActorUser, ID: id, Name: name}
}

// setObjects sets the entity, the first object, and the group, the first of that
// type. Who signs in is an object as long as nobody is signed in.
func setObjects(a *providers.Activity, objects gjson.Result) {
	visitor := a.Actor.Type != providers.ActorUser && slices.Contains(signIns, a.RawAction)
	first := true
	objects.ForEach(func(_, v gjson.Result) bool {
		o := providers.Entity{ID: record.Path(v, "id"), Type: record.Path(v, "type"), Name: record.Path(v, "name")}
		if first {
			a.Entity, first = o, false
		}
		if o.Type == "Group" && a.Group == "" {
			a.Group = o.ID
		}
		if visitor && o.Type == "User" && o.ID != "" {
			a.Actor, visitor = providers.Actor{Type: providers.ActorUser, ID: o.ID, Name: o.Name}, false
		}
		return true
	})
}
