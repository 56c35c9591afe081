package confluenceonprem

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// summary begins the action keys of Confluence itself.
const summary = "audit.logging.summary."

// signIns are keys whose author may be a visitor; the user is then the affected
// object.
var signIns = []string{summary + "login.success", summary + "login.failed", summary + "user.logout"}

// actions maps action keys, which, unlike names, are in no language and stay the
// same between versions:
// https://confluence.atlassian.com/display/DOC/Audit+Log+Events+in+Confluence
// An administrator's second sign-in (sudo) is not one.
var actions = providers.ActionTable{
	providers.Login:       {summary + "login.success"},
	providers.LoginFailed: {summary + "login.failed"},
	providers.Logout:      {summary + "user.logout"},
	providers.UserCreated: {summary + "user.created"},
	providers.UserUpdated: {
		summary + "user.updated",
		summary + "user.renamed",
		summary + "user.password.changed",
		summary + "user.reactivated",
	},
	providers.UserDeactivated: {summary + "user.deactivated"},
	providers.UserDeleted:     {summary + "user.deleted"},
	providers.Create: {
		summary + "group.created",
		summary + "space.created",
		summary + "page.created",
		summary + "global.permission.added",
		summary + "space.permission.added",
		summary + "directory.added",
		"personal.access.tokens.audit.log.summary.token.created",
	},
	providers.Destroy: {
		summary + "group.deleted",
		summary + "space.removed",
		summary + "page.deleted",
		summary + "global.permission.removed",
		summary + "space.permission.removed",
		summary + "directory.removed",
		"personal.access.tokens.audit.log.summary.token.deleted",
	},
	providers.Updated: {
		summary + "group.membership.added",
		summary + "group.membership.removed",
		summary + "space.config.updated",
		summary + "global.settings.edited",
		summary + "directory.updated",
		"atlassian.audit.event.action.audit.config.updated",
	},
	providers.Exported: {
		summary + "space.export",
		summary + "page.export",
	},
}

var byKey = actions.Index()

// lastParts map keys that no table lists.
var lastParts = map[string]providers.Action{
	"created": providers.Create,
	"deleted": providers.Destroy,
	"updated": providers.Updated,
}

// action returns the unified action of a key, else the key itself.
func action(key string) providers.Action {
	if a, ok := byKey[key]; ok {
		return a
	}
	last := key[strings.LastIndexByte(key, '.')+1:]
	if strings.HasPrefix(key, summary) && (last == "export" || last == "exported") {
		return providers.Exported
	}
	if a, ok := lastParts[last]; ok {
		return a
	}
	return providers.Action(key)
}
