package activityreceiver

// schemaURL is the version of the semantic conventions that the names follow.
const schemaURL = "https://opentelemetry.io/schemas/1.43.0"

// scopeName ends in the component's folder: the Elasticsearch exporter takes the
// dataset from it.
const scopeName = "github.com/otelactivity/otelactivity/receiver/activityreceiver"

// schemaVersion counts the versions of the names of our own.
const schemaVersion = "1"

// Names that the semantic conventions call stable.
const (
	attrServiceName       = "service.name"
	attrServiceNamespace  = "service.namespace"
	attrServiceInstanceID = "service.instance.id"
	attrServerAddress     = "server.address"
	attrClientAddress     = "client.address"
	attrUserAgent         = "user_agent.original"
)

// Names in development there: they may be renamed.
const (
	attrUID       = "log.record.uid"
	attrOriginal  = "log.record.original"
	attrUserID    = "user.id"
	attrUserEmail = "user.email"
	attrUserName  = "user.name"
	attrFullName  = "user.full_name"
	attrSessionID = "session.id"
)

// Names of our own, where no convention exists. No name is the beginning of
// another, for backends turn dots into objects.
const (
	attrSchemaVersion = "activity.schema.version"
	attrProvider      = "activity.provider"
	attrStream        = "activity.stream"

	attrID           = "activity.id"
	attrAction       = "activity.action"
	attrActionRaw    = "activity.action_raw"
	attrOutcome      = "activity.outcome"
	attrDescription  = "activity.description"
	attrActorType    = "activity.actor.type"
	attrActorID      = "activity.actor.id"
	attrActorName    = "activity.actor.name"
	attrEntityID     = "activity.entity.id"
	attrEntityType   = "activity.entity.type"
	attrEntityName   = "activity.entity.name"
	attrOrganization = "activity.organization.id"
	attrGroup        = "activity.group.id"
	attrAuthMethod   = "activity.authentication.method"
	attrCreatedAtRaw = "activity.created_at_raw"
	attrDecodeError  = "activity.decode_error"
)

// attrDocumentID is what the Elasticsearch exporter takes as _id.
const attrDocumentID = "elasticsearch.document_id"

// resourceNames are the names on every resource.
func resourceNames() []string {
	return []string{
		attrServiceName, attrServiceNamespace, attrServiceInstanceID, attrServerAddress, attrProvider, attrStream,
	}
}

// recordNames are the names that a record may have.
func recordNames() []string {
	return []string{
		attrUID, attrID, attrAction, attrActionRaw, attrOutcome, attrDescription,
		attrActorType, attrUserID, attrUserEmail, attrUserName, attrFullName, attrActorID, attrActorName,
		attrEntityID, attrEntityType, attrEntityName, attrOrganization, attrGroup,
		attrClientAddress, attrUserAgent, attrAuthMethod, attrSessionID,
		attrCreatedAtRaw, attrDecodeError, attrOriginal, attrDocumentID,
	}
}

// eventName is the EventName of an action: a closed set.
func eventName(action string) string {
	if name, ok := eventNames[action]; ok {
		return name
	}
	return eventOther
}

const eventOther = "activity.other"
