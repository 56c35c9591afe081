package sitelog

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// decode maps an audit record:
// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-audit-records/
func decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	row, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	var accountID, authorKey, address string
	var changes gjson.Result
	row.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "id":
			a.ID = record.Text(v)
		case "summary":
			a.RawAction = record.Text(v)
		case "created":
			t, ok := Created(v)
			record.Created(&a, t, ok, record.Text(v))
		case "authorAccountId":
			accountID = record.Text(v)
		case "authorKey":
			authorKey = record.Text(v)
		case "remoteAddress":
			address = record.Text(v)
		case "description":
			a.Description = record.Text(v)
		case "objectItem":
			a.Entity, a.Group = entity(v)
		case "changedValues":
			changes = v
		}
		return true
	})
	a.Action = action(a.RawAction, deactivates(changes))
	a.Description = record.First(a.Description, a.RawAction)
	a.Actor = actor(record.First(accountID, authorKey), address)
	a.Context.IP = record.IP(address)
	return a, record.Missing(&a, "summary", "created")
}

// Created returns the time of a row's created, whose zone comes without a colon.
func Created(v gjson.Result) (time.Time, bool) {
	return record.Time(record.Text(v), "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07:00")
}

// actor: rows name people by id alone, and the system by nothing at all.
func actor(id, address string) providers.Actor {
	switch {
	case id != "":
		return providers.Actor{Type: providers.ActorUser, ID: id}
	case address != "":
		return providers.Actor{Type: providers.ActorAnonymous}
	}
	return providers.Actor{Type: providers.ActorSystem}
}

// entity: groups have no id.
func entity(object gjson.Result) (e providers.Entity, group string) {
	e.Name = record.Path(object, "name")
	e.ID = record.First(record.Path(object, "id"), e.Name)
	e.Type = record.Path(object, "typeName")
	if e.Type == "GROUP" {
		group = e.Name
	}
	return e, group
}

func deactivates(changes gjson.Result) bool {
	found := false
	changes.ForEach(func(_, v gjson.Result) bool {
		found = strings.EqualFold(record.Path(v, "fieldName"), "Active / Inactive") &&
			strings.EqualFold(record.Path(v, "changedTo"), "Inactive")
		return !found
	})
	return found
}
