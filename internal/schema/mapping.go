package schema

import "github.com/otelactivity/otelactivity/providers"

// Field is one field of the unified model, and where it is in a record, in ECS and in
// OCSF.
type Field struct {
	Unified string
	// Attributes hold the field; none when it is a part of the record itself, which
	// Where names.
	Attributes []string
	Where      string
	ECS, OCSF  string
}

// Fields lists the unified model. The ECS fields are those of
// https://www.elastic.co/docs/reference/ecs, the OCSF ones those of the classes 3001
// Account Change, 3002 Authentication and 3004 Entity Management
// (https://schema.ocsf.io).
func Fields() []Field {
	return []Field{
		{Unified: "id", Attributes: []string{ID}, ECS: "`event.id`", OCSF: "`metadata.original_event_uid`"},
		{Unified: "uid (ours)", Attributes: []string{UID}, ECS: "`_id`", OCSF: "`metadata.uid`"},
		{Unified: "action", Attributes: []string{Action}, ECS: "`event.action`, `event.category`, `event.type`", OCSF: "`class_uid`, `activity_id`"},
		{Unified: "raw action", Attributes: []string{ActionRaw}, ECS: "`event.code`", OCSF: "`metadata.event_code`"},
		{Unified: "outcome", Attributes: []string{Outcome}, ECS: "`event.outcome`", OCSF: "`status_id`: 1 success, 2 failure, 0 absent"},
		{Unified: "severity", Where: "SeverityNumber, SeverityText", ECS: "`log.level`", OCSF: "`severity_id`: 1 for INFO, 2 for WARN"},
		{Unified: "created_at", Where: "Timestamp", ECS: "`@timestamp`", OCSF: "`time`"},
		{Unified: "received at (ours)", Where: "ObservedTimestamp", ECS: "`event.created`", OCSF: "`metadata.logged_time`"},
		{Unified: "description", Attributes: []string{Description}, ECS: "`message`", OCSF: "`message`"},
		{Unified: "actor.type", Attributes: []string{ActorType}, OCSF: "`actor.user.type_id`: 1 user, 3 system"},
		{Unified: "actor.user.id", Attributes: []string{UserID}, ECS: "`user.id`", OCSF: "`actor.user.uid`; 3002 `user.uid` as well"},
		{Unified: "actor.user.email", Attributes: []string{UserEmail}, ECS: "`user.email`", OCSF: "`actor.user.email_addr`"},
		{Unified: "actor.user.name", Attributes: []string{UserName, FullName}, ECS: "`user.name`, `user.full_name`", OCSF: "`actor.user.name`, `actor.user.full_name`"},
		{Unified: "acting app (ours)", Attributes: []string{ActorID, ActorName}, OCSF: "`actor.app_uid`, `actor.app_name`"},
		{Unified: "entity", Attributes: []string{EntityID, EntityName}, ECS: "`user.target.id`, `user.target.name` of a user", OCSF: "3004 `entity.uid`, `entity.name`; 3001 `user.uid`, `user.name`"},
		{Unified: "entity_type", Attributes: []string{EntityType}, OCSF: "3004 `entity.type`"},
		{Unified: "organization", Attributes: []string{Organization}, ECS: "`organization.id`", OCSF: "`metadata.tenant_uid`"},
		{Unified: "group", Attributes: []string{Group}, ECS: "`group.id`", OCSF: "`actor.user.groups[].uid`"},
		{Unified: "context.ip_address", Attributes: []string{ClientAddress}, ECS: "`client.ip`, `source.ip`, `related.ip`", OCSF: "`src_endpoint.ip`"},
		{Unified: "context.user_agent", Attributes: []string{UserAgent}, ECS: "`user_agent.original`", OCSF: "`http_request.user_agent`"},
		{Unified: "context.authentication_method", Attributes: []string{AuthMethod}, OCSF: "3002 `auth_protocol`"},
		{Unified: "session (ours)", Attributes: []string{SessionID}, OCSF: "3002 `session.uid`"},
		{Unified: "provider", Attributes: []string{Provider, ServiceInstanceID}, ECS: "`event.provider`, `observer.name`", OCSF: "`metadata.product.name`, `metadata.log_provider`"},
		{Unified: "stream", Attributes: []string{Stream}, ECS: "`event.dataset`", OCSF: "`metadata.log_name`"},
		{Unified: "remote_data", Where: "Body", Attributes: []string{Original}, ECS: "`event.original`", OCSF: "`raw_data`, `unmapped`"},
	}
}

// Class is what a unified action is in ECS and OCSF.
type Class struct {
	Actions                    []providers.Action
	Category, Type, OCSF, Does string
}

// Classes lists every unified action once, and last what all other words become.
func Classes() []Class {
	const account, authentication, entity = "3001 Account Change", "3002 Authentication", "3004 Entity Management"
	return []Class{
		{[]providers.Action{providers.Login, providers.LoginFailed}, "authentication", "start", authentication, "1 Logon"},
		{[]providers.Action{providers.Logout}, "authentication", "end", authentication, "2 Logoff"},
		{[]providers.Action{providers.UserCreated}, "iam", "user, creation", account, "1 Create"},
		{[]providers.Action{providers.UserInvited, providers.UserJoined}, "iam", "user, change", account, "99 Other"},
		{[]providers.Action{providers.UserUpdated}, "iam", "user, change", account, "99 Other; 3, 4, 10 or 11 when the vendor's word is about a password or a second factor"},
		{[]providers.Action{providers.UserDeactivated}, "iam", "user, change", account, "5 Disable"},
		{[]providers.Action{providers.UserDeleted}, "iam", "user, deletion", account, "6 Delete"},
		{[]providers.Action{providers.Create}, "configuration", "creation", entity, "1 Create"},
		{[]providers.Action{providers.Updated}, "configuration", "change", entity, "3 Update"},
		{[]providers.Action{providers.Destroy}, "configuration", "deletion", entity, "4 Delete"},
		{[]providers.Action{providers.Exported}, "database", "access", "6001 Web Resources Activity", "7 Export"},
		{nil, "", "info", entity, "99 Other"},
	}
}
