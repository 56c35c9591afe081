package auditlog

import (
	"strings"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// Decode maps a row. Rows have no id.
func (f Feed) Decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	row, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	var author, object gjson.Result
	row.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "summary":
			a.RawAction = record.Text(v)
		case "creationDate":
			t, ok := record.Millis(v)
			record.Created(&a, t, ok, record.Text(v))
		case "description":
			a.Description = record.Text(v)
		case "remoteAddress":
			a.Context.IP = record.IP(record.Text(v))
		case "author":
			author = v
		case "affectedObject":
			object = v
		}
		return true
	})
	a.Action = Action(a.RawAction)
	a.Description = record.First(a.Description, a.RawAction)
	a.Actor = f.actor(author)
	a.Entity.Type = record.Path(object, "objectType")
	if a.Entity.Type == "Group" {
		a.Group = group(record.Path(object, "name"))
	}
	return a, record.Missing(&a, "summary", "creationDate")
}

// actor: every author has the type "user", the system and apps as well.
func (f Feed) actor(author gjson.Result) providers.Actor {
	id, login := f.Author(author)
	name := record.Path(author, "displayName")
	switch {
	case id != "":
		return providers.Actor{Type: providers.ActorUser, ID: id, Login: login, Name: name}
	case strings.EqualFold(name, "Anonymous"):
		return providers.Actor{Type: providers.ActorAnonymous}
	}
	return providers.Actor{Type: providers.ActorSystem, AppName: name}
}

// group returns the id in a group's name, which is written "name:uuid", or
// "uuid; User: account" when a member of the group is concerned, else the name.
func group(name string) string {
	name, _, _ = strings.Cut(name, "; User:")
	id := name[strings.LastIndexByte(name, ':')+1:]
	if len(id) == 36 && uuid.Validate(id) == nil {
		return id
	}
	return name
}
