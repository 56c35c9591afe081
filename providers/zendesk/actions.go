package zendesk

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// vendorAction is the one vendor action behind which every wanted event stands,
// or "". updated, user_updated and user_deactivated stand behind create and update.
func vendorAction(wanted string) string {
	switch providers.Action(wanted) {
	case providers.Login, providers.LoginFailed:
		return "login"
	case providers.Exported:
		return "exported"
	case providers.Create, providers.UserCreated:
		return "create"
	case providers.Destroy, providers.UserDeleted:
		return "destroy"
	}
	if wanted == "update" {
		return wanted
	}
	return ""
}

// action maps action, source_type and the texts of a record, the first match wins:
// https://developer.zendesk.com/api-reference/ticketing/account-configuration/audit_logs/
func action(verb, sourceType, label, change string) providers.Action {
	verb, sourceType = strings.ToLower(verb), strings.ToLower(sourceType)
	switch verb {
	case "login":
		if hasPrefix(change, "Failed") || hasPrefix(change, "Unsuccessful") {
			return providers.LoginFailed
		}
		return providers.Login
	case "exported":
		return providers.Exported
	case "create", "update", "destroy":
		return changed(verb, sourceType, label, change)
	}
	return ""
}

func changed(verb, sourceType, label, change string) providers.Action {
	switch {
	case sourceType == "user_setting" && verb != "destroy":
		// A suspension is told by texts in the account's language only.
		if hasPrefix(label, "Suspension state") && strings.EqualFold(change, "Suspended") {
			return providers.UserDeactivated
		}
		return providers.UserUpdated
	case sourceType == "user":
		return map[string]providers.Action{
			"create": providers.UserCreated, "update": providers.UserUpdated, "destroy": providers.UserDeleted,
		}[verb]
	case verb == "destroy":
		return providers.Destroy
	case verb == "create" && sourceType != "account_setting": // a setting written for the first time is a change
		return providers.Create
	}
	return providers.Updated
}

func hasPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
