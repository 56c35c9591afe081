package teamwork

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// decode maps a v3 activity; Side is the user who acted.
func decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	a.ID = record.Path(event, "id")
	a.RawAction = record.Path(event, "activityType")
	a.Action = action(a.RawAction)
	created := record.Path(event, "dateTime")
	t, ok := record.Time(created)
	record.Created(&a, t, ok, created)
	a.Description = record.Path(event, "description")
	a.Entity = providers.Entity{
		ID:   record.First(record.Path(event, "item.id"), record.Path(event, "itemId")),
		Type: record.First(strings.ToLower(record.Path(event, "type")), record.Path(event, "item.type")),
	}
	a.Organization = record.First(record.Path(event, "company.id"), record.Path(event, "companyId"))
	a.Group = record.First(record.Path(event, "project.id"), record.Path(event, "projectId"))
	user := gjson.Parse(e.Side)
	a.Actor = actorOf(userID(event),
		strings.TrimSpace(record.Path(user, "firstName")+" "+record.Path(user, "lastName")),
		record.Email(record.Path(user, "email")))
	return a, record.Missing(&a, "activityType", "dateTime")
}

func userID(event gjson.Result) string {
	return record.First(record.Path(event, "user.id"), record.Path(event, "userId"))
}

// actorOf: an id above zero is a user; automations have none.
func actorOf(id, name, email string) providers.Actor {
	if id == "" || id[0] == '-' || strings.Trim(id, "0") == "" {
		return providers.Actor{Type: providers.ActorSystem}
	}
	return providers.Actor{Type: providers.ActorUser, ID: id, Name: name, Email: email}
}

// decodeV1 maps a v1 row, whose values are all text.
func decodeV1(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	a.ID = record.Path(event, "id")
	a.RawAction = record.Path(event, "activitytype")
	a.Action = action(a.RawAction)
	created := record.Path(event, "datetime")
	t, ok := record.Time(created)
	record.Created(&a, t, ok, created)
	a.Description = record.Path(event, "description")
	a.Entity = providers.Entity{ID: record.Path(event, "itemid"), Type: record.Path(event, "type")}
	a.Group = record.Path(event, "project-id")
	a.Actor = actorOf(record.Path(event, "userid"), record.Path(event, "fromusername"), "")
	return a, record.Missing(&a, "activitytype", "datetime")
}
