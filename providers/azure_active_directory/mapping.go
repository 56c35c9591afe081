package azureactivedirectory

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// nobody is the id that stands for none.
const nobody = "00000000-0000-0000-0000-000000000000"

func id(v gjson.Result, path string) string { return record.Unless(record.Path(v, path), nobody) }

// decodeAudit maps a directoryAudit:
// https://learn.microsoft.com/en-us/graph/api/resources/directoryaudit
func decodeAudit(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	var by, targets, details gjson.Result
	var result, reason, service, category string
	event.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "id":
			a.ID = record.Text(v)
		case "activityDisplayName":
			a.RawAction = record.Text(v)
		case "activityDateTime":
			t, ok := record.Time(v.Str)
			record.Created(&a, t, ok, record.Text(v))
		case "result":
			result = record.Text(v)
		case "resultReason":
			reason = record.Text(v)
		case "loggedByService":
			service = record.Text(v)
		case "category":
			category = record.Text(v)
		case "initiatedBy":
			by = v
		case "targetResources":
			targets = v
		case "additionalDetails":
			details = v
		}
		return true
	})
	a.Action = action(a.RawAction, service, category)
	a.Outcome = outcome(result)
	a.Description = record.First(strings.TrimSpace(reason), a.RawAction)
	a.Actor = initiator(by)
	a.Context.IP = record.IP(record.Path(by, "user.ipAddress"))
	a.Context.UserAgent = detail(details, "User-Agent")
	setTargets(&a, targets)
	return a, record.Missing(&a, "activityDisplayName", "activityDateTime")
}

func outcome(result string) providers.Outcome {
	switch result {
	case "success":
		return providers.Success
	case "failure", "timeout":
		return providers.Failure
	}
	return ""
}

// detail returns the value of a key of additionalDetails.
func detail(list gjson.Result, name string) string {
	var found string
	list.ForEach(func(_, v gjson.Result) bool {
		if record.Path(v, "key") == name {
			found = record.Path(v, "value")
		}
		return found == ""
	})
	return found
}

func initiator(by gjson.Result) providers.Actor {
	user, app := by.Get("user"), by.Get("app")
	name := record.Path(user, "userPrincipalName")
	if userID := id(user, "id"); userID != "" || name != "" && !app.IsObject() {
		actor := providers.Actor{Type: providers.ActorUser, ID: userID, Name: record.Path(user, "displayName")}
		actor.Email, actor.Login = address(name)
		return actor
	}
	return providers.Actor{
		Type:    providers.ActorSystem,
		AppID:   record.First(id(app, "servicePrincipalId"), id(app, "appId")),
		AppName: record.Path(app, "displayName"),
	}
}

// address tells a principal name that is an address from one that is not.
func address(name string) (email, login string) {
	if email = record.Email(name); email == "" {
		login = name
	}
	return email, login
}

// setTargets picks the entity among the targets: the user of a user_* action, the
// group whose members or owners change, else the first.
func setTargets(a *providers.Activity, targets gjson.Result) {
	want := ""
	switch {
	case a.Action.Unified() && strings.HasPrefix(string(a.Action), "user_"):
		want = "User"
	case membership(a.RawAction):
		want = "Group"
	}
	var first, chosen gjson.Result
	targets.ForEach(func(_, t gjson.Result) bool {
		kind := typeOf(t)
		if id(t, "id") == "" || kind == "N/A" {
			return true
		}
		if kind == "Group" && a.Group == "" {
			a.Group = id(t, "id")
		}
		if !first.Exists() {
			first = t
		}
		if !chosen.Exists() && kind == want {
			chosen = t
		}
		return true
	})
	if !chosen.Exists() {
		chosen = first
	}
	a.Entity = providers.Entity{
		ID: id(chosen, "id"), Type: typeOf(chosen),
		Name: record.First(record.Path(chosen, "displayName"), record.Path(chosen, "userPrincipalName")),
	}
}

// typeOf: older answers spell the key Type.
func typeOf(target gjson.Result) string {
	return record.First(record.Path(target, "type"), record.Path(target, "Type"))
}

// decodeSignIn maps a signIn: https://learn.microsoft.com/en-us/graph/api/resources/signin .
// beta has more fields than v1.0.
func decodeSignIn(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	s := signIn{}
	event.ForEach(func(key, v gjson.Result) bool {
		s.read(&a, key.Str, v)
		return true
	})
	a.RawAction = signInWord
	a.Action, a.Outcome = signInAction(s.code)
	if a.Action == providers.LoginFailed {
		a.Description = s.reason
	}
	a.Actor = s.actor()
	return a, record.Missing(&a, "", "createdDateTime")
}

// signInWord is the raw action of sign-ins, which have none of their own.
const signInWord = "signIn"

type signIn struct {
	code, reason                   string
	user, name, principal          string
	service, serviceName, identity string
}

func (s *signIn) read(a *providers.Activity, key string, v gjson.Result) {
	switch key {
	case "id":
		a.ID = record.Text(v)
	case "createdDateTime":
		t, ok := record.Time(v.Str)
		record.Created(a, t, ok, record.Text(v))
	case "ipAddress":
		a.Context.IP = record.IP(record.Text(v))
	case "userAgent":
		a.Context.UserAgent = record.Text(v)
	case "authenticationDetails":
		a.Context.AuthMethod = record.Path(v, "0.authenticationMethod")
	case "appId":
		if a.Entity.ID = record.Text(v); a.Entity.ID != "" {
			a.Entity.Type = "Application"
		}
	case "appDisplayName":
		a.Entity.Name = record.Text(v)
	case "status":
		s.code, s.reason = record.Path(v, "errorCode"), record.Path(v, "failureReason")
	case "userId":
		s.user = record.Unless(record.Text(v), nobody)
	case "userDisplayName":
		s.name = record.Text(v)
	case "userPrincipalName":
		s.principal = record.Text(v)
	case "servicePrincipalId":
		s.service = record.Unless(record.Text(v), nobody)
	case "servicePrincipalName":
		s.serviceName = record.Text(v)
	case "managedServiceIdentity":
		s.identity = record.Unless(record.Path(v, "msiType"), "none", "unknownFutureValue")
	}
}

func (s *signIn) actor() providers.Actor {
	email, login := address(s.principal)
	switch {
	case s.user != "":
		return providers.Actor{Type: providers.ActorUser, ID: s.user, Email: email, Login: login, Name: s.name}
	case s.service != "" || s.identity != "":
		return providers.Actor{Type: providers.ActorSystem, AppID: s.service, AppName: s.serviceName}
	}
	return providers.Actor{Type: providers.ActorAnonymous, Email: email, Login: login}
}
