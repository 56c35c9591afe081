package browserstack

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// decode maps a row in any shape that was described.
func decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	row, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	actor, location := row.Get("actor"), row.Get("location")
	a.RawAction = name(row.Get("activity"))
	a.Action = action(a.RawAction)
	switch a.Action {
	case providers.Login:
		a.Outcome = providers.Success
	case providers.LoginFailed:
		a.Outcome = providers.Failure
	}
	t, raw, ok := created(row)
	record.Created(&a, t, ok, raw)
	a.Actor = actorOf(actor, a.Action)
	a.Context = providers.Context{
		IP: address(
			location.Get("ip"), location.Get("ip_address"), location,
			actor.Get("ip"), actor.Get("ip_address"), row.Get("ip_address"), row.Get("ip"),
		),
		UserAgent: record.First(record.Path(actor, "user_agent"), record.Path(row, "user_agent")),
	}
	a.Description = record.First(record.Path(row, "activity.description"), record.Path(row, "description"), record.Path(row, "message"))
	if a.ID = record.First(record.Path(row, "event_id"), record.Path(row, "id")); a.ID == "" {
		a.ID = record.Digest(record.Canonical(e.Raw))
	}
	return a, record.Missing(&a, "activity.activity_name", "date")
}

// name returns the name of an activity; one that comes as text is spelled as on the
// screen ("Signed in").
func name(activity gjson.Result) string {
	if activity.Type == gjson.String {
		return strings.ReplaceAll(strings.ToLower(activity.Str), " ", "_")
	}
	return record.Path(activity, "activity_name")
}

// actorOf: an actor is an object, or the e-mail address or name itself. What an
// identity provider or BrowserStack does has none.
func actorOf(v gjson.Result, did providers.Action) providers.Actor {
	a := providers.Actor{Type: providers.ActorUser}
	if v.Type == gjson.String {
		a.ID, a.Email = v.Str, record.Email(v.Str)
	} else {
		a.Email = record.Path(v, "email")
		a.Name = record.First(record.Path(v, "name"), record.Path(v, "full_name"))
		login := record.Path(v, "username")
		a.ID = record.First(record.Path(v, "id"), record.Path(v, "user_id"), login, a.Email)
		if login != a.ID { // one value, one attribute
			a.Login = login
		}
	}
	switch {
	case a.ID != "" || a.Email != "" || a.Name != "":
		return a
	case did == providers.LoginFailed:
		return providers.Actor{Type: providers.ActorAnonymous}
	}
	return providers.Actor{Type: providers.ActorSystem}
}

// address returns the first of the values that is an address.
func address(values ...gjson.Result) string {
	for _, v := range values {
		if ip := record.IP(record.Text(v)); ip != "" {
			return ip
		}
	}
	return ""
}

// created returns the time of a row and the text that it was read from: RFC 3339,
// a time in UTC that says so, or seconds (milliseconds) since 1970.
func created(row gjson.Result) (t time.Time, raw string, ok bool) {
	var v gjson.Result
	for _, field := range []string{"date", "created_at", "timestamp"} {
		if v = row.Get(field); record.Text(v) != "" {
			break
		}
	}
	raw = record.Text(v)
	t, ok = record.Time(raw, time.RFC3339Nano, "2006-01-02 15:04:05 UTC", "2006-01-02 15:04:05 -0700")
	if ok {
		return t, raw, true
	}
	whole, _, _ := strings.Cut(raw, ".")
	if len(whole) > 11 {
		t, ok = record.Millis(v)
	} else {
		t, ok = record.Seconds(v)
	}
	return t, raw, ok
}
