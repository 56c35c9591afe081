package onelogin

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// kinds are the entities of an event in the order in which they are looked for.
var kinds = [...]string{
	"app", "role", "policy", "group", "directory", "mapping", "privilege", "certificate",
	"trusted_idp", "radius_config", "otp_device", "object", "user",
}

const user = len(kinds) - 1

// event is what decode reads of an event, in one pass over its fields.
type event struct {
	kind                            string // event_type_id
	ids, names                      [len(kinds)]string
	actorID, actorName, actorSystem string
	client                          string
	message, notes, failure         string
}

// decode maps an event: https://developers.onelogin.com/api-docs/1/events/event-resource .
// Side is the vendor's name of its type.
func decode(raw providers.Event) (providers.Activity, error) {
	var a providers.Activity
	object, err := record.Object(raw.Raw)
	if err != nil {
		return a, err
	}
	var e event
	object.ForEach(func(key, v gjson.Result) bool {
		e.read(&a, key.Str, v)
		return true
	})
	known := types[e.kind]
	a.RawAction = record.First(raw.Side, known.name, e.kind)
	a.Action = known.action
	if a.Action == "" {
		a.Action = providers.Action(a.RawAction)
	}
	a.Outcome = known.outcome
	if a.Outcome == "" && e.failure != "" {
		a.Outcome = providers.Failure
	}
	a.Actor = e.actor(a.Action)
	a.Entity = e.entity(a.Action)
	a.Description = record.First(e.message, e.notes, e.failure)
	return a, record.Missing(&a, "event_type_id", "created_at")
}

func (e *event) read(a *providers.Activity, key string, v gjson.Result) {
	switch key {
	case "id":
		a.ID = record.Text(v)
	case "created_at":
		t, ok := record.Time(v.Str)
		record.Created(a, t, ok, record.Text(v))
	case "event_type_id":
		e.kind = record.Text(v)
	case "account_id":
		a.Organization = record.Text(v)
	case "ipaddr":
		first, _, _ := strings.Cut(record.Text(v), ",")
		a.Context.IP = record.IP(first)
	case "user_agent":
		a.Context.UserAgent = record.Text(v)
	case "actor_user_id":
		e.actorID = record.Text(v)
	case "actor_user_name":
		e.actorName = record.Text(v)
	case "actor_system":
		e.actorSystem = record.Text(v)
	case "client_id":
		e.client = record.Text(v)
	case "custom_message":
		e.message = record.Text(v)
	case "notes":
		e.notes = record.Text(v)
	case "error_description":
		e.failure = record.Text(v)
	default:
		e.readEntity(a, key, v)
	}
}

func (e *event) readEntity(a *providers.Activity, key string, v gjson.Result) {
	field := &e.ids
	kind, ok := strings.CutSuffix(key, "_id")
	if !ok {
		if kind, ok = strings.CutSuffix(key, "_name"); !ok {
			return
		}
		field = &e.names
	}
	for i, k := range kinds {
		if k == kind {
			field[i] = record.Text(v)
			if key == "group_id" {
				a.Group = field[i]
			}
		}
	}
}

// actor: sign-ins may show only the user that they are about.
func (e *event) actor(a providers.Action) providers.Actor {
	signIn := a == providers.Login || a == providers.LoginFailed || a == providers.Logout
	switch {
	case e.actorID != "":
		return person(e.actorID, e.actorName)
	case e.actorSystem != "":
		return providers.Actor{Type: providers.ActorSystem, AppName: e.actorSystem}
	case signIn && e.ids[user] != "":
		return person(e.ids[user], e.names[user])
	case e.client != "":
		return providers.Actor{Type: providers.ActorSystem, AppID: e.client}
	}
	return providers.Actor{Type: providers.ActorAnonymous}
}

// person: users without first and last name show their address as name.
func person(id, name string) providers.Actor {
	actor := providers.Actor{Type: providers.ActorUser, ID: id, Email: record.Email(name)}
	if actor.Email == "" {
		actor.Name = name
	}
	return actor
}

func (e *event) entity(a providers.Action) providers.Entity {
	at := -1
	switch {
	case a == providers.Login || a == providers.LoginFailed || a == providers.Logout:
	case a.Unified() && strings.HasPrefix(string(a), "user_"):
		at = user
	default:
		for i := range kinds {
			if e.ids[i] != "" {
				at = i
				break
			}
		}
	}
	if at < 0 || e.ids[at] == "" {
		return providers.Entity{}
	}
	return providers.Entity{ID: e.ids[at], Type: kinds[at], Name: e.names[at]}
}
