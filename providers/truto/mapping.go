package truto

import (
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// decode maps an activity. The schema is ours already: the 13 unified actions are
// taken as they are, and any other word is the product's own. The Confluence and
// Jira families have no action.
func decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	row, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	user := record.Path(row, "actor.user.id")
	a.RawAction = record.Path(row, "action")
	a.Action = providers.Action(a.RawAction)
	a.Outcome = outcomes[a.Action]
	a.Actor = actorOf(record.Path(row, "actor.type"), user)
	a.Context = providers.Context{
		IP:         record.IP(record.Path(row, "context.ip_address")),
		UserAgent:  record.Path(row, "context.user_agent"),
		AuthMethod: record.Path(row, "context.authentication_method"),
	}
	a.Entity = providers.Entity{ID: record.Path(row, "entity"), Type: record.Path(row, "entity_type")}
	a.Organization = record.Path(row, "organization")
	a.Group = record.Path(row, "group")
	a.Description = record.Path(row, "description")
	created := record.Path(row, "created_at")
	t, ok := record.Time(created)
	record.Created(&a, t, ok, created)
	if a.ID = record.Path(row, "id"); a.ID == "" {
		a.ID = derivedID(created, a.RawAction, user, row.Get(remoteData))
	}
	return a, missing(&a)
}

// missing is about the time only: a row without an action is complete.
func missing(a *providers.Activity) error {
	switch {
	case !a.CreatedAt.IsZero():
		return nil
	case a.CreatedAtRaw == "":
		return fmt.Errorf("created_at is missing")
	}
	return fmt.Errorf("created_at is no time: %s", record.Excerpt(a.CreatedAtRaw))
}

// actorOf: a row without a type is a user's when it names one.
func actorOf(kind, user string) providers.Actor {
	switch providers.ActorType(kind) {
	case providers.ActorUser:
		return providers.Actor{Type: providers.ActorUser, ID: user}
	case providers.ActorAnonymous:
		return providers.Actor{Type: providers.ActorAnonymous}
	case providers.ActorSystem:
		return providers.Actor{Type: providers.ActorSystem, AppID: user}
	}
	if user != "" {
		return providers.Actor{Type: providers.ActorUser, ID: user}
	}
	return providers.Actor{Type: providers.ActorSystem}
}

// derivedID stands in for the id that Zoom's rows lack: the hash of what does not
// change between two reads.
func derivedID(created, action, user string, remote gjson.Result) string {
	raw := remote.Raw
	if raw == "" {
		raw = "null"
	}
	return record.Digest(created, action, user, record.Canonical(raw))
}
