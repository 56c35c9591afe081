package salesforce

import (
	"slices"
	"strings"
	"time"
)

// kind of a field's values.
type kind int

const (
	text kind = iota
	id
	moment // dateTime
	number
	boolean
	blob // base64: neither filtered nor sorted
)

// field is one field of an object, with the properties of the object reference.
type field struct {
	name         string
	kind         kind
	filter, sort bool
	since        int    // the first version of the API that has it
	absent       string // its JSON value in rows that do not carry it
}

// object is one that can be queried.
type object struct {
	name      string
	stream    string // whose entries are its rows
	time      string // the field that holds Entry.Time
	retention time.Duration
	fields    []field
	related   map[string]string // names of relations and the objects they lead to
}

const day = 24 * time.Hour

// The fields of LoginHistory; NetworkId is there only with Experience Cloud.
var loginHistory = &object{
	name: "LoginHistory", stream: "login_history", time: "LoginTime", retention: 183 * day,
	fields: []field{
		{name: "Id", kind: id, filter: true, sort: true},
		{name: "UserId", kind: id, filter: true, sort: true},
		{name: "LoginTime", kind: moment, filter: true, sort: true},
		{name: "LoginType", filter: true, sort: true},
		{name: "LoginSubType", sort: true, since: 44},
		{name: "LoginUrl", filter: true, sort: true},
		{name: "SourceIp", sort: true},
		{name: "CountryIso", filter: true, sort: true, since: 37},
		{name: "Browser", sort: true},
		{name: "Platform", sort: true},
		{name: "Application", sort: true},
		{name: "ClientVersion", sort: true},
		{name: "ApiType", sort: true},
		{name: "ApiVersion", sort: true},
		{name: "Status", sort: true},
		{name: "AuthenticationServiceId", kind: id, filter: true, sort: true, since: 34},
		{name: "AuthMethodReference", filter: true, sort: true, since: 51},
		{name: "TlsProtocol", filter: true, sort: true, since: 37},
		{name: "CipherSuite", filter: true, sort: true, since: 37},
		{name: "LoginGeoId", kind: id, filter: true, sort: true, since: 34},
		{name: "NetworkId", kind: id, filter: true, sort: true, since: 31},
		{name: "OptionsIsGet", kind: boolean, absent: "false"},
		{name: "OptionsIsPost", kind: boolean, absent: "true"},
	},
}

var setupAuditTrail = &object{
	name: "SetupAuditTrail", stream: "setup_audit_trail", time: "CreatedDate", retention: 180 * day,
	fields: []field{
		{name: "Id", kind: id, filter: true, sort: true},
		{name: "Action", filter: true, sort: true},
		{name: "Section", sort: true},
		{name: "Display", sort: true},
		{name: "CreatedDate", kind: moment, filter: true, sort: true},
		{name: "CreatedById", kind: id, filter: true, sort: true},
		{name: "DelegateUser", filter: true, sort: true, since: 35},
		{name: "ResponsibleNamespacePrefix", filter: true, sort: true, since: 43},
		{name: "CreatedByContext", filter: true, sort: true, since: 48},
		{name: "CreatedByIssuer", filter: true, sort: true, since: 48},
	},
	related: map[string]string{"CreatedBy": "User"},
}

var eventLogFile = &object{
	name: "EventLogFile", time: "CreatedDate", retention: filesKept,
	fields: []field{
		{name: "Id", kind: id, filter: true, sort: true},
		{name: "IsDeleted", kind: boolean, filter: true, sort: true},
		{name: "CreatedById", kind: id, filter: true, sort: true},
		{name: "CreatedDate", kind: moment, filter: true, sort: true},
		{name: "EventType", filter: true, sort: true},
		{name: "Interval", filter: true, sort: true, since: 37},
		{name: "Sequence", kind: number, filter: true, sort: true, since: 37},
		{name: "LogDate", kind: moment, filter: true, sort: true},
		{name: "LogFile", kind: blob},
		{name: "LogFileContentType", filter: true, sort: true},
		{name: "LogFileLength", kind: number, filter: true, sort: true},
		{name: "LogFileFieldNames"},
		{name: "LogFileFieldTypes"},
		{name: "ApiVersion", kind: number, filter: true, sort: true},
	},
}

var userObject = &object{
	name: "User",
	fields: []field{
		{name: "Id", kind: id, filter: true, sort: true},
		{name: "Username", filter: true, sort: true},
		{name: "Email", filter: true, sort: true},
		{name: "Name", filter: true, sort: true},
		{name: "IsActive", kind: boolean, filter: true, sort: true, absent: "true"},
	},
}

var objects = []*object{loginHistory, setupAuditTrail, eventLogFile, userObject}

// schema is what one caller sees of the org in one version of the API.
type schema struct {
	version int
	hidden  func(object, field string) bool
}

func (s *sim) schema(version int) schema {
	w := s.world
	return schema{version: version, hidden: func(object, field string) bool {
		switch {
		case object == setupAuditTrail.name && w.On("no_setup_permission"), object == eventLogFile.name && w.On("no_event_monitoring"):
			return true
		case field == "":
			return false
		case field == "NetworkId" && !w.On("experience_cloud"):
			return true
		}
		return field == w.Knob("hide_field")
	}}
}

// object finds one by its name, whose case does not matter.
func (c schema) object(name string) *object {
	i := slices.IndexFunc(objects, func(o *object) bool { return strings.EqualFold(o.name, name) && !c.hidden(o.name, "") })
	if i < 0 {
		return nil
	}
	return objects[i]
}

func (c schema) field(o *object, name string) *field {
	for i := range o.fields {
		f := &o.fields[i]
		if strings.EqualFold(f.name, name) && f.since <= c.version && !c.hidden(o.name, f.name) {
			return f
		}
	}
	return nil
}

// standard returns the fields that FIELDS(STANDARD) stands for.
func (c schema) standard(o *object) []string {
	var names []string
	for _, f := range o.fields {
		if c.field(o, f.name) != nil {
			names = append(names, f.name)
		}
	}
	return names
}

func (o *object) relation(name string) (string, *object) {
	for relation, target := range o.related {
		if strings.EqualFold(relation, name) {
			i := slices.IndexFunc(objects, func(o *object) bool { return o.name == target })
			return relation, objects[i]
		}
	}
	return "", nil
}
