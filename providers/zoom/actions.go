package zoom

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// signIn maps a type of the sign-in report, which has no failed ones.
func signIn(kind string) (providers.Action, providers.Outcome) {
	switch strings.ToLower(kind) {
	case "sign in":
		return providers.Login, providers.Success
	case "sign out":
		return providers.Logout, providers.Success
	}
	return providers.Action(kind), ""
}

// operation maps a verb by the category it is about, "" when it is raw. SCIM and
// batches put a prefix before the verb.
func operation(category, verb, detail string) providers.Action {
	verb = cutPrefix(cutPrefix(verb, "SCIM API - "), "Batch ")
	if strings.EqualFold(category, "User") {
		switch strings.ToLower(verb) {
		case "add":
			return providers.UserCreated
		case "delete":
			return providers.UserDeleted
		case "update":
			if len(cutPrefix(strings.TrimSpace(detail), "Deactivate User")) < len(strings.TrimSpace(detail)) {
				return providers.UserDeactivated
			}
			return providers.UserUpdated
		}
		return ""
	}
	switch strings.ToLower(verb) {
	case "add", "create":
		return providers.Create
	case "update", "edit":
		return providers.Updated
	case "delete", "remove":
		return providers.Destroy
	}
	return ""
}

// cutPrefix is strings.CutPrefix without case.
func cutPrefix(s, prefix string) string {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):]
	}
	return s
}
