package auditlog

import (
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/jira/summary"
)

// actions maps summaries, in lower case:
// https://support.atlassian.com/confluence-cloud/docs/view-the-audit-log/
var actions = providers.ActionTable{
	providers.UserCreated:     {"user created"},
	providers.UserDeactivated: {"user deactivated"},
	providers.UserDeleted:     {"user deleted", "user removed"},
	// Comes beside the deactivation of a user, too.
	providers.UserUpdated: {"user details updated", "user reactivated", "user renamed"},
	providers.Exported:    {"space export", "space exported", "site export", "page export"},
	providers.Create:      {"space permission added", "global permission added", "content restriction added"},
	providers.Destroy: {
		"space removed", "space trash emptied", "trash emptied",
		"space permission removed", "global permission removed", "content restriction removed",
	},
	providers.Updated: {
		"user added to group", "user removed from group",
		"space logo uploaded", "space archived", "space unarchived",
		"page archived", "page restored", "global settings changed",
	},
}

var bySummary = actions.Index()

// Action returns the unified action of an English summary, else the summary itself.
func Action(s string) providers.Action { return summary.Action(bySummary, s) }
