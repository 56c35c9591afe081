package okta

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// decode maps a LogEvent:
// https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog/
// One pass over the top level, because events are large and most of them unused.
func decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	var actor, client, request, targets gjson.Result
	var result string
	event.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "uuid":
			a.ID = record.Text(v)
		case "eventType":
			a.RawAction = record.Text(v)
		case "published":
			t, ok := record.Time(v.Str)
			record.Created(&a, t, ok, record.Text(v))
		case "displayMessage":
			a.Description = record.Text(v)
		case "severity":
			a.Severity = severity(v.Str)
		case "outcome":
			result = record.Path(v, "result")
		case "authenticationContext":
			a.Context.AuthMethod = record.First(record.Path(v, "credentialType"), record.Path(v, "authenticationProvider"))
			a.Context.SessionID = record.Unless(record.Path(v, "externalSessionId"), "unknown")
		case "actor":
			actor = v
		case "client":
			client = v
		case "request":
			request = v
		case "target":
			targets = v
		}
		return true
	})
	a.Outcome = outcome(result)
	a.Action = action(a.RawAction, a.Outcome)
	a.Actor = actorOf(actor)
	if a.Context.IP = record.IP(record.Path(client, "ipAddress")); a.Context.IP == "" {
		a.Context.IP = record.IP(record.Path(request, "ipChain.0.ip"))
	}
	a.Context.UserAgent = record.Unless(record.Path(client, "userAgent.rawUserAgent"), "unknown")
	setTargets(&a, targets)
	return a, record.Missing(&a, "eventType", "published")
}

// severity: https://developer.okta.com/docs/reference/system-log-query/
func severity(word string) providers.Severity {
	switch word {
	case "DEBUG":
		return providers.Severity{Number: 5, Text: word}
	case "INFO":
		return providers.Severity{Number: 9, Text: word}
	case "WARN":
		return providers.Severity{Number: 13, Text: word}
	case "ERROR":
		return providers.Severity{Number: 17, Text: word}
	}
	return providers.Severity{}
}

func outcome(result string) providers.Outcome {
	switch result {
	case "SUCCESS", "ALLOW":
		return providers.Success
	case "FAILURE", "DENY":
		return providers.Failure
	}
	return ""
}

// actorOf: an actor of type "IP address" (security.threat.detected) has the
// address as its id, and "unknown" stands for somebody who did not sign in.
func actorOf(v gjson.Result) providers.Actor {
	var id, kind, login, name string
	v.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "id":
			id = record.Text(v)
		case "type":
			kind = record.Text(v)
		case "alternateId":
			login = record.Unless(record.Text(v), "unknown")
		case "displayName":
			name = record.Unless(record.Text(v), "unknown")
		}
		return true
	})
	email := record.Email(login)
	if email != "" {
		login = "" // one value, one attribute
	}
	switch {
	case id == "" || id == "unknown" || kind == "IP address":
		return providers.Actor{Type: providers.ActorAnonymous, Email: email, Login: login}
	case kind == "User":
		return providers.Actor{Type: providers.ActorUser, ID: id, Email: email, Login: login, Name: name}
	}
	return providers.Actor{Type: providers.ActorSystem, AppID: id, AppName: name}
}

// setTargets picks the entity among the targets: the user of a user_* action, the
// group or app whose membership changes, else the first. Sign-ins have none.
func setTargets(a *providers.Activity, targets gjson.Result) {
	var chosen gjson.Result
	want := wantedTarget(a)
	targets.ForEach(func(_, t gjson.Result) bool {
		kind := record.Path(t, "type")
		if kind == "UserGroup" && a.Group == "" {
			a.Group = record.Path(t, "id")
		}
		if !chosen.Exists() && (want == "" || want == kind) {
			chosen = t
		}
		return true
	})
	switch a.Action {
	case providers.Login, providers.LoginFailed, providers.Logout:
		return
	}
	a.Entity = providers.Entity{
		ID: record.Path(chosen, "id"), Type: record.Path(chosen, "type"),
		Name: record.Unless(record.Path(chosen, "displayName"), "unknown"),
	}
}

func wantedTarget(a *providers.Activity) string {
	switch {
	case strings.HasPrefix(string(a.Action), "user_"):
		return "User"
	case strings.HasPrefix(a.RawAction, "group.user_membership."):
		return "UserGroup"
	case strings.HasPrefix(a.RawAction, "application.user_membership."):
		return "AppInstance"
	}
	return ""
}
