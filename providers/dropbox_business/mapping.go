package dropboxbusiness

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// tagged reads the tag of a union: a value, or the name of a nested one.
func tagged(v gjson.Result) string { return record.Path(v, `\.tag`) }

// decode maps a TeamEvent. It has no id: one is derived from the whole record, so
// that a window read again yields the same.
func decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	a.ID = record.Digest(record.Canonical(e.Raw))
	kind, details := event.Get("event_type"), event.Get("details")
	a.RawAction = tagged(kind)
	a.Action = action(a.RawAction, tagged(event.Get("event_category")), tagged(details.Get("previous_value")), tagged(details.Get("new_value")))
	a.Outcome = outcome(a.RawAction)
	a.Description = withoutCategory(record.Path(kind, "description"))
	created := record.Path(event, "timestamp")
	t, ok := record.Time(created)
	record.Created(&a, t, ok, created)
	a.Actor = actorOf(event.Get("actor"))
	a.Context.IP = record.IP(record.Path(event, "origin.geo_location.ip_address"))
	switch a.RawAction {
	case "login_success", "login_fail":
		a.Context.AuthMethod = tagged(details.Get("login_method"))
	}
	a.Entity = entity(event)
	return a, record.Missing(&a, "event_type", "timestamp")
}

// withoutCategory cuts a leading "(category) ".
func withoutCategory(s string) string {
	if rest, ok := strings.CutPrefix(s, "("); ok {
		if _, text, ok := strings.Cut(rest, ") "); ok {
			return text
		}
	}
	return s
}

// actorOf: an admin's own actions come with the tag admin instead of user
// (https://github.com/conductorone/baton-dropbox).
func actorOf(v gjson.Result) providers.Actor {
	switch tag := tagged(v); tag {
	case "user", "admin":
		user := v.Get(tag)
		return providers.Actor{
			Type:  providers.ActorUser,
			ID:    record.First(record.Path(user, "account_id"), record.Path(user, "team_member_id")),
			Email: record.Path(user, "email"), Name: record.Path(user, "display_name"),
		}
	case "reseller":
		return providers.Actor{
			Type:  providers.ActorUser,
			Email: record.Path(v, "reseller_email"), Name: record.Path(v, "reseller_name"),
		}
	case "app":
		return providers.Actor{Type: providers.ActorSystem, AppID: record.Path(v, "app.app_id"), AppName: record.Path(v, "app.display_name")}
	case "dropbox":
		return providers.Actor{Type: providers.ActorSystem, AppName: "Dropbox"}
	}
	return providers.Actor{Type: providers.ActorAnonymous}
}

// assetIDs names the id field of each kind of asset.
var assetIDs = map[string]string{
	"file": "file_id", "folder": "file_id", "paper_document": "doc_id", "paper_folder": "folder_id",
	"showcase_document": "showcase_id",
}

// entity is the first asset, else the first participant, else the member in whose
// name it was done.
func entity(event gjson.Result) providers.Entity {
	if asset := event.Get("assets.0"); asset.Exists() {
		kind := tagged(asset)
		if id := record.Path(asset, assetIDs[kind]); id != "" {
			return providers.Entity{ID: id, Type: kind, Name: record.First(record.Path(asset, "display_name"), record.Path(asset, "doc_title"), record.Path(asset, "showcase_title"))}
		}
	}
	if who := event.Get("participants.0"); who.Exists() {
		switch tagged(who) {
		case "user":
			if id := record.Path(who, "user.account_id"); id != "" {
				return providers.Entity{ID: id, Type: "user", Name: record.Path(who, "user.display_name")}
			}
		case "group":
			if id := record.Path(who, "group_id"); id != "" {
				return providers.Entity{ID: id, Type: "group", Name: record.Path(who, "display_name")}
			}
		}
	}
	if id := record.Path(event, "context.account_id"); id != "" {
		return providers.Entity{ID: id, Type: "user", Name: record.Path(event, "context.display_name")}
	}
	return providers.Entity{}
}
