package schema

// URL is the version of the semantic conventions that the names follow.
const URL = "https://opentelemetry.io/schemas/1.43.0"

// Scope ends in the component's folder: the Elasticsearch exporter takes the dataset
// from it.
const Scope = "github.com/otelactivity/otelactivity/receiver/activityreceiver"

// Version counts the versions of the names of our own.
const Version = "1"

// Names that the semantic conventions call stable.
const (
	ServiceName       = "service.name"
	ServiceNamespace  = "service.namespace"
	ServiceInstanceID = "service.instance.id"
	ServerAddress     = "server.address"
	ClientAddress     = "client.address"
	UserAgent         = "user_agent.original"
)

// Names in development there: they may be renamed.
const (
	UID       = "log.record.uid"
	Original  = "log.record.original"
	UserID    = "user.id"
	UserEmail = "user.email"
	UserName  = "user.name"
	FullName  = "user.full_name"
	SessionID = "session.id"
)

// Names of our own, where no convention exists. No name is the beginning of
// another, for backends turn dots into objects.
const (
	SchemaVersion = "activity.schema.version"
	Provider      = "activity.provider"
	Stream        = "activity.stream"

	ID           = "activity.id"
	Action       = "activity.action"
	ActionRaw    = "activity.action_raw"
	Outcome      = "activity.outcome"
	Description  = "activity.description"
	ActorType    = "activity.actor.type"
	ActorID      = "activity.actor.id"
	ActorName    = "activity.actor.name"
	EntityID     = "activity.entity.id"
	EntityType   = "activity.entity.type"
	EntityName   = "activity.entity.name"
	Organization = "activity.organization.id"
	Group        = "activity.group.id"
	AuthMethod   = "activity.authentication.method"
	CreatedAtRaw = "activity.created_at_raw"
	DecodeError  = "activity.decode_error"
)

// DocumentID is what the Elasticsearch exporter takes as _id.
const DocumentID = "elasticsearch.document_id"

// EventOther is the EventName of an action outside the unified ones, and of an event
// that could not be decoded.
const EventOther = "activity.other"

// EventPrefix and a unified action make an EventName.
const EventPrefix = "activity."
