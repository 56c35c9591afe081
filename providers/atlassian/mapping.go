package atlassian

import (
	"strings"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// decoder maps an event of an organization:
// https://developer.atlassian.com/cloud/admin/organization/rest/api-group-events/
func decoder(org string) func(providers.Event) (providers.Activity, error) {
	return func(e providers.Event) (providers.Activity, error) {
		a := providers.Activity{Organization: org}
		event, err := record.Object(e.Raw)
		if err != nil {
			return a, err
		}
		var context gjson.Result
		event.ForEach(func(key, v gjson.Result) bool {
			switch key.Str {
			case "id":
				a.ID = record.Text(v)
			case "attributes":
				context = attributes(&a, v)
			case "message":
				a.Description = record.Path(v, "content")
			}
			return true
		})
		a.Action = action(a.RawAction)
		switch a.Action {
		case providers.Login:
			a.Outcome = providers.Success
		case providers.LoginFailed:
			a.Outcome = providers.Failure
		}
		setContext(&a, context)
		return a, record.Missing(&a, "attributes.action", "attributes.time")
	}
}

// attributes reads what the event says about itself and returns its context: the
// objects that it was about.
func attributes(a *providers.Activity, v gjson.Result) (context gjson.Result) {
	var who gjson.Result
	v.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "time":
			t, ok := record.Time(v.Str)
			record.Created(a, t, ok, record.Text(v))
		case "action":
			a.RawAction = record.Text(v)
		case "actor":
			who = v
		case "location":
			a.Context.IP = record.IP(record.Path(v, "ip"))
		case "context":
			context = v
		}
		return true
	})
	a.Actor = actor(who)
	a.Context.AuthMethod = record.Path(who, "auth.authType")
	return context
}

// actor: systems have a word for an id and in place of an address.
func actor(v gjson.Result) providers.Actor {
	id, name, email := record.Path(v, "id"), record.Path(v, "name"), record.Path(v, "email")
	if strings.Contains(email, "@") || personal(id) {
		return providers.Actor{Type: providers.ActorUser, ID: id, Name: name, Email: record.Email(email)}
	}
	return providers.Actor{Type: providers.ActorSystem, AppID: id, AppName: name}
}

// personal tells whether an id looks like an account's: with a colon, a UUID, or
// 24 letters and digits.
func personal(id string) bool {
	switch {
	case strings.Contains(id, ":"):
		return true
	case len(id) == 36:
		return uuid.Validate(id) == nil
	case len(id) != 24:
		return false
	}
	return strings.Trim(strings.ToLower(id), "0123456789abcdefghijklmnopqrstuvwxyz") == "" && strings.ContainsAny(id, "0123456789")
}

// setContext picks the entity among the objects of an event: the user of a user_*
// action, else the first.
func setContext(a *providers.Activity, objects gjson.Result) {
	users := a.Action.Unified() && strings.HasPrefix(string(a.Action), "user_")
	var first, user gjson.Result
	objects.ForEach(func(_, v gjson.Result) bool {
		kind := record.Path(v, "type")
		if !first.Exists() {
			first = v
		}
		if kind == "groups" && a.Group == "" {
			a.Group = record.Path(v, "id")
		}
		if users && !user.Exists() && (kind == "users" || kind == "invited-user") {
			user = v
		}
		return true
	})
	if user.Exists() {
		first = user
	}
	a.Entity = providers.Entity{
		ID: record.Path(first, "id"), Type: record.Path(first, "type"), Name: record.Path(first, "attributes.name"),
	}
}
