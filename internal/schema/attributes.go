package schema

// Stability is how settled a name is.
type Stability string

// Stable and Development are the words of the semantic conventions; names of our own
// change with Version, and what an exporter reads changes with the exporter.
const (
	Stable      Stability = "stable"
	Development Stability = "development"
	Own         Stability = "ours"
	Exporter    Stability = "exporter's"
)

// Attribute is one name that a resource or a record may have. All values are texts.
type Attribute struct {
	Name      string
	Stability Stability
	Meaning   string
}

// Resource lists the attributes of every resource.
func Resource() []Attribute {
	return []Attribute{
		{ServiceName, Stable, "the vendor's key, unless `resource_attributes` says otherwise"},
		{ServiceNamespace, Stable, "`service_namespace` of the configuration, `activity` by default"},
		{ServiceInstanceID, Stable, "the instance as configured, `okta/eu`"},
		{ServerAddress, Stable, "the vendor's host or the tenant's domain"},
		{Provider, Own, "the vendor's key, `okta`; nothing replaces it"},
		{Stream, Own, "the vendor's log, `system`; nothing replaces it"},
	}
}

// Record lists the attributes that a record may have.
func Record() []Attribute {
	return []Attribute{
		{UID, Development, "deterministic: equal ids are copies of one event, whichever replica or restart sent them"},
		{ID, Own, "the vendor's id, verbatim or derived from named fields"},
		{Action, Own, "the unified action, else the vendor's word"},
		{ActionRaw, Own, "the vendor's word, verbatim"},
		{Outcome, Own, "`success` or `failure`, when the vendor tells"},
		{Description, Own, "the vendor's text"},
		{ActorType, Own, "`user`, `system` or `anonymous`"},
		{UserID, Development, "the vendor's id of the acting user"},
		{UserEmail, Development, "the acting user's address; of an `anonymous` what was typed"},
		{UserName, Development, "the acting user's login name; of an `anonymous` what was typed"},
		{FullName, Development, "the acting user's display name"},
		{ActorID, Own, "id of the acting app, token or service, of a `system` only"},
		{ActorName, Own, "its name"},
		{EntityID, Own, "id of what was acted upon"},
		{EntityType, Own, "its kind, in the vendor's word"},
		{EntityName, Own, "its name"},
		{Organization, Own, "id of the organization"},
		{Group, Own, "id of the team, project, workspace or site"},
		{ClientAddress, Stable, "the address that the action came from; a value that is none stays in the vendor's record"},
		{UserAgent, Stable, "the program that it came from, as it names itself"},
		{AuthMethod, Own, "how the actor signed in, in the vendor's word"},
		{SessionID, Development, "the session"},
		{CreatedAtRaw, Own, "the vendor's time when it cannot be read; the record has no Timestamp then"},
		{DecodeError, Own, "why an event could not be decoded; its body is the vendor's record"},
		{Original, Development, "the vendor's record, with `raw: attribute`"},
		{DocumentID, Exporter, "repeats the uid, with `elasticsearch_document_id: true`"},
	}
}

// Names returns the names of some attributes.
func Names(list []Attribute) []string {
	names := make([]string, len(list))
	for i, a := range list {
		names[i] = a.Name
	}
	return names
}
