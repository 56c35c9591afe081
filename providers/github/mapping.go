package github

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// event is what decode reads of an event, in one pass over its fields.
type event struct {
	timestamp, created          gjson.Result
	actor, actorID              string
	bot                         bool
	nameID, username            string // of the external identity
	user, userID                string
	org, business, team, repo   string
	public                      bool
	userAgent, ip, access, tell string
}

// decode maps an event of the audit log:
// https://docs.github.com/en/enterprise-cloud@latest/admin/monitoring-activity-in-your-enterprise/reviewing-audit-logs-for-your-enterprise/audit-log-events-for-your-enterprise
func decode(raw providers.Event) (providers.Activity, error) {
	var a providers.Activity
	object, err := record.Object(raw.Raw)
	if err != nil {
		return a, err
	}
	var e event
	object.ForEach(func(key, v gjson.Result) bool {
		if key.Str == "_document_id" {
			a.ID = record.Text(v)
		} else {
			e.read(key.Str, v)
		}
		return true
	})
	a.RawAction = e.tell
	a.Action = action(e.tell)
	e.setTime(&a)
	a.Outcome = outcome(a.Action)
	a.Actor = e.actorOf(a.Action)
	a.Entity = e.entity(a.Action)
	a.Context = providers.Context{IP: record.IP(e.ip), UserAgent: e.userAgent, AuthMethod: e.access}
	a.Organization = record.First(e.org, e.business)
	a.Group = e.team
	return a, record.Missing(&a, "action", "@timestamp")
}

func (e *event) read(key string, v gjson.Result) {
	switch key {
	case "@timestamp":
		e.timestamp = v
	case "created_at":
		e.created = v
	case "action":
		e.tell = record.Text(v)
	case "actor":
		e.actor = record.Text(v)
	case "actor_id":
		e.actorID = record.Unless(record.Text(v), "0")
	case "actor_is_bot":
		e.bot = record.Text(v) == "true"
	case "external_identity_nameid":
		e.nameID = record.Text(v)
	case "external_identity_username":
		e.username = record.Text(v)
	case "user":
		e.user = record.Text(v)
	case "user_id":
		e.userID = record.Unless(record.Text(v), "0")
	case "org":
		e.org = one(v)
	case "business":
		e.business = one(v)
	case "team":
		e.team = one(v)
	case "repo":
		e.repo = one(v)
	case "repository_public":
		e.public = record.Text(v) == "true"
	case "user_agent":
		e.userAgent = record.Text(v)
	case "actor_ip":
		e.ip = record.Text(v)
	case "programmatic_access_type":
		e.access = record.Text(v)
	}
}

// one returns a value that may also come as a list: its first.
func one(v gjson.Result) string {
	if v.IsArray() {
		v = v.Get("0")
	}
	return record.Text(v)
}

// setTime: events are listed by @timestamp, and Git events have no created_at.
func (e *event) setTime(a *providers.Activity) {
	t, ok := record.Millis(e.timestamp)
	raw := e.timestamp
	if !ok && e.created.Exists() {
		t, ok = record.Millis(e.created)
		if record.Text(raw) == "" {
			raw = e.created
		}
	}
	record.Created(a, t, ok, record.Text(raw))
}

// outcome: the log lists what was done, so only sign-ins tell how they ended.
func outcome(a providers.Action) providers.Outcome {
	switch a {
	case providers.Login:
		return providers.Success
	case providers.LoginFailed:
		return providers.Failure
	}
	return ""
}

// actorOf: the log shows no actor for failed sign-ins, and none of Git events in
// public repositories.
func (e *event) actorOf(a providers.Action) providers.Actor {
	switch {
	case e.actor == "" && e.actorID == "":
		if a == providers.LoginFailed || e.public && category(e.tell) == "git" {
			return providers.Actor{Type: providers.ActorAnonymous}
		}
		return providers.Actor{Type: providers.ActorSystem}
	case e.bot, strings.HasSuffix(e.actor, "[bot]"), e.actor == "github-actions", e.actor == "deploy_key":
		return providers.Actor{Type: providers.ActorSystem, AppID: e.actorID, AppName: e.actor}
	}
	return providers.Actor{
		Type:  providers.ActorUser,
		ID:    record.First(e.actorID, e.actor),
		Login: e.actor,
		Email: record.First(record.Email(e.nameID), record.Email(e.username)),
	}
}

func (e *event) entity(a providers.Action) providers.Entity {
	kind := category(e.tell)
	user := providers.Entity{ID: record.First(e.userID, e.user), Type: "user"}
	if e.userID != "" {
		user.Name = e.user
	}
	switch {
	case user.ID != "" && (strings.HasPrefix(string(a), "user_") && a.Unified() || kind == "user"):
		return user
	case kind == "team" && e.team != "":
		return providers.Entity{ID: e.team, Type: "team"}
	case e.repo != "":
		return providers.Entity{ID: e.repo, Type: "repository"}
	case user.ID != "":
		return user
	case kind == "business" && e.business != "":
		return providers.Entity{ID: e.business, Type: "enterprise"}
	case e.org != "":
		return providers.Entity{ID: e.org, Type: "organization"}
	}
	return providers.Entity{}
}

// category is the part of an action before its first dot.
func category(action string) string {
	before, _, _ := strings.Cut(action, ".")
	return before
}
