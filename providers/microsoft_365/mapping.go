package microsoft365

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// Kinds of record that are read in a way of their own:
// https://learn.microsoft.com/en-us/office/office-365-management-api/office-365-management-activity-api-schema#auditlogrecordtype
const (
	exchangeAdmin     = "1"
	directoryRecord   = "8"
	directoryLogon    = "9" // legacy sign-ins
	tokenService      = "15"
	complianceCommand = "18"
	complianceAlert   = "40"
)

// event is what decode reads of a record, in one pass over its fields. Numbers may
// be written as text.
type event struct {
	operation, kind, result       string
	user, userKey, userType       string
	workload, itemType, object    string
	clientIP, actorIP, exchangeIP string
	agent, clientInfo             string
	mailboxUser, alert, logonFail string
	extended, actor, target       gjson.Result
}

// decode maps an audit record.
func decode(raw providers.Event) (providers.Activity, error) {
	var a providers.Activity
	object, err := record.Object(raw.Raw)
	if err != nil {
		return a, err
	}
	var e event
	object.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "Id":
			a.ID = record.Text(v)
		case "OrganizationId":
			a.Organization = record.Text(v)
		case "CreationTime":
			t, ok := record.Time(v.Str, "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05")
			record.Created(&a, t, ok, record.Text(v))
		default:
			e.read(key.Str, v)
		}
		return true
	})
	a.RawAction = e.operation
	a.Action = action(e.operation, e.kind, e.result)
	a.Outcome = e.outcome()
	a.Actor = e.actorOf()
	a.Context.IP = record.First(record.IP(e.clientIP), record.IP(e.actorIP), record.IP(e.exchangeIP))
	a.Context.UserAgent = e.userAgent()
	a.Entity = e.entity()
	switch {
	case a.Action == providers.LoginFailed:
		a.Description = e.logonFail
	case e.kind == complianceAlert, strings.HasPrefix(e.operation, "Alert"):
		a.Description = e.alert
	}
	return a, record.Missing(&a, "Operation", "CreationTime")
}

func (e *event) read(key string, v gjson.Result) {
	switch key {
	case "Operation":
		e.operation = record.Text(v)
	case "RecordType":
		e.kind = record.Text(v)
	case "ResultStatus":
		e.result = record.Text(v)
	case "UserId":
		e.user = record.Text(v)
	case "UserKey":
		e.userKey = record.Text(v)
	case "UserType":
		e.userType = record.Text(v)
	case "Workload":
		e.workload = record.Text(v)
	case "ItemType":
		e.itemType = record.Text(v)
	case "ObjectId":
		e.object = record.Text(v)
	case "ClientIP":
		e.clientIP = record.Text(v)
	case "ActorIpAddress":
		e.actorIP = record.Text(v)
	case "ClientIPAddress":
		e.exchangeIP = record.Text(v)
	case "UserAgent":
		e.agent = record.Text(v)
	case "ClientInfoString":
		e.clientInfo = record.Text(v)
	case "LogonUserDisplayName":
		e.mailboxUser = record.Text(v)
	case "Name":
		e.alert = record.Text(v)
	case "LogonError":
		e.logonFail = record.Text(v)
	case "ExtendedProperties":
		e.extended = v
	case "Actor":
		e.actor = v
	case "Target":
		e.target = v
	}
}

func (e *event) outcome() providers.Outcome {
	switch {
	case trimmed(e.operation) == loginFailed:
		return providers.Failure // whatever ResultStatus says
	case e.kind == tokenService:
		return providers.Success
	}
	return result(e.result)
}

func result(status string) providers.Outcome {
	switch strings.ToLower(status) {
	case "success", "succeeded", "true":
		return providers.Success
	case "failed", "failure", "false":
		return providers.Failure
	}
	return ""
}

// property returns a value of ExtendedProperties, which is not always a list of
// objects (https://github.com/elastic/integrations/pull/3204).
func (e *event) property(name string) string { return pick(e.extended, "Name", name, "Value") }

// pick returns the value of key want of the first element whose key has the value.
func pick(list gjson.Result, key, value, want string) string {
	if !list.IsArray() {
		return ""
	}
	var found string
	list.ForEach(func(_, v gjson.Result) bool {
		if v.IsObject() && record.Path(v, key) == value {
			found = record.Path(v, want)
		}
		return found == ""
	})
	return found
}

func (e *event) userAgent() string {
	agent := record.First(e.agent, e.property("UserAgent"))
	if agent == "" {
		agent = record.Path(gjson.Parse(e.property("additionalDetails")), "User-Agent")
	}
	return record.First(agent, e.clientInfo)
}

// entity: sign-ins of unknown accounts and service calls have no object.
func (e *event) entity() providers.Entity {
	id := record.Unless(e.object, "Not Available", "Unknown")
	if id == "" {
		id = e.targetID()
	}
	return providers.Entity{ID: id, Type: e.entityType()}
}

// targetID is the first bare GUID among the targets, else the first name of type 5,
// a user principal name.
func (e *event) targetID() string {
	if !e.target.IsArray() {
		return ""
	}
	var bare string
	e.target.ForEach(func(_, v gjson.Result) bool {
		if id := record.Path(v, "ID"); guid.MatchString(id) && id != nobody {
			bare = id
		}
		return bare == ""
	})
	return record.First(bare, pick(e.target, "Type", "5", "ID"))
}

func (e *event) entityType() string {
	switch {
	case e.workload == "SharePoint", e.workload == "OneDrive":
		return e.itemType
	case e.kind == directoryRecord:
		return e.property("extendedAuditEventCategory")
	case e.kind == tokenService:
		return "Application"
	case e.kind == exchangeAdmin:
		_, noun, _ := strings.Cut(e.operation, "-")
		return noun
	}
	return ""
}
