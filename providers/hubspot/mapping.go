package hubspot

import (
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// The names of sign-ins in the audit log, used for the sign-in stream too.
const (
	loginSucceeded = "LOGIN_SUCCEEDED"
	loginFailed    = "LOGIN_FAILED"
)

func decodeLogin(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	begin(&a, event, "loginAt")
	switch event.Get("loginSucceeded").Type {
	case gjson.True:
		a.RawAction, a.Action, a.Outcome = loginSucceeded, providers.Login, providers.Success
	case gjson.False:
		a.RawAction, a.Action, a.Outcome = loginFailed, providers.LoginFailed, providers.Failure
	}
	a.Actor = providers.Actor{Type: providers.ActorAnonymous, Email: record.Path(event, "email")}
	if id := userID(event.Get("userId")); id != "" {
		a.Actor.Type, a.Actor.ID = providers.ActorUser, id
	}
	a.Context.IP = record.IP(record.Path(event, "ipAddress"))
	a.Context.UserAgent = record.Path(event, "userAgent")
	return a, record.Missing(&a, "loginSucceeded", "loginAt")
}

func decodeSecurity(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	begin(&a, event, "createdAt")
	a.RawAction = record.Path(event, "type")
	a.Action = securityAction(a.RawAction)
	a.Outcome = providers.Success
	if a.RawAction == "TWO_FACTOR_PROTECTED_ENDPOINT_BLOCKED" {
		a.Outcome = providers.Failure
	}
	a.Actor = actorOf(event.Get("userId"), record.Path(event, "actingUser"))
	a.Context.IP = record.IP(record.Path(event, "ipAddress"))
	a.Entity.ID = record.Path(event, "objectId")
	if onUser(a.Action) {
		a.Entity.Type = "USER"
	}
	return a, record.Missing(&a, "type", "createdAt")
}

func decodeAudit(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	begin(&a, event, "occurredAt")
	category, sub, verb := record.Path(event, "category"), record.Path(event, "subCategory"), record.Path(event, "action")
	if category != "" || verb != "" {
		a.RawAction = category + "." + verb
		if sub != "" {
			a.RawAction = category + "." + sub + "." + verb
		}
	}
	a.Action = auditAction(category, sub, verb, a.RawAction)
	a.Outcome = providers.Success
	if sub == loginFailed {
		a.Outcome = providers.Failure
	}
	a.Actor = actorOf(event.Get("actingUser.userId"), record.Path(event, "actingUser.userEmail"))
	if category != "LOGIN" {
		a.Entity.ID = record.Path(event, "targetObjectId")
		if category != "CRITICAL_ACTION" {
			a.Entity.Type = sub
		}
	}
	return a, record.Missing(&a, "action", "occurredAt")
}

func begin(a *providers.Activity, event gjson.Result, timeField string) {
	a.ID = record.Path(event, "id")
	created := record.Path(event, timeField)
	t, ok := record.Time(created)
	record.Created(a, t, ok, created)
}

// userID: 0 stands for none.
func userID(v gjson.Result) string { return record.Unless(record.Text(v), "0") }

func actorOf(id gjson.Result, email string) providers.Actor {
	if user := userID(id); user != "" {
		return providers.Actor{Type: providers.ActorUser, ID: user, Email: email}
	}
	return providers.Actor{Type: providers.ActorSystem}
}

func onUser(a providers.Action) bool {
	switch a {
	case providers.UserCreated, providers.UserDeactivated, providers.UserDeleted,
		providers.UserInvited, providers.UserJoined, providers.UserUpdated:
		return true
	}
	return false
}
