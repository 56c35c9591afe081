package microsoft365

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// nobody is the id that stands for none.
const nobody = "00000000-0000-0000-0000-000000000000"

// actorOf tells people from services. Failed sign-ins of unknown accounts carry no
// name, and links that need no sign-in have visitors without one.
func (e *event) actorOf() providers.Actor {
	name := pick(e.actor, "Type", "1", "ID")
	switch {
	case e.anonymous():
		return providers.Actor{Type: providers.ActorAnonymous}
	case e.system():
		return providers.Actor{Type: providers.ActorSystem, AppID: e.user, AppName: name}
	}
	return providers.Actor{
		Type: providers.ActorUser, ID: e.user, Email: email(e.user), Name: record.First(name, e.mailboxUser),
	}
}

func (e *event) anonymous() bool {
	switch strings.ToLower(e.user) {
	case "", "not available", "unknown", "anonymous", nobody:
		return true
	}
	return hasPrefix(e.user, "urn:spo:anon#") || e.userType == "10" && !strings.Contains(e.user, "@")
}

// system: user types 3 to 8 are the data centre, the system, applications, service
// principals and policies:
// https://learn.microsoft.com/en-us/office/office-365-management-api/office-365-management-activity-api-schema#user-type
func (e *event) system() bool {
	switch e.userType {
	case "3", "4", "5", "6", "7", "8":
		return true
	}
	switch {
	case strings.EqualFold(e.user, "app@sharepoint"), strings.EqualFold(e.user, `SHAREPOINT\system`),
		strings.EqualFold(e.user, "SecurityComplianceAlerts"), e.userKey == "DlpAgent",
		hasPrefix(e.user, `NT AUTHORITY\`), hasPrefix(e.user, "ServicePrincipal_"):
		return true
	}
	return false
}

func hasPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// email returns a user id that is an address. A guest's is a mangled one (#EXT#).
func email(id string) string {
	_, host, _ := strings.Cut(id, "@")
	if !strings.Contains(host, ".") || strings.Contains(id, "#EXT#") {
		return ""
	}
	return record.Email(id)
}
