package sitelog

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/jira/summary"
)

// userUpdated is a deactivation when the row says so.
const userUpdated = "user updated"

// actions maps summaries, in lower case:
// https://support.atlassian.com/jira-cloud-administration/docs/audit-activities-in-jira-applications/
var actions = providers.ActionTable{
	providers.UserCreated: {"user created"},
	providers.UserUpdated: {userUpdated, "user renamed", "user's password changed"},
	providers.UserDeleted: {"user deleted"},
	providers.Updated:     {"user added to group", "user removed from group"},
	providers.Create:      {"global permission added"},
	providers.Destroy:     {"global permission deleted"},
}

var bySummary = actions.Index()

// action returns the unified action of a summary. deactivated tells that the row
// set a user inactive.
func action(s string, deactivated bool) providers.Action {
	if deactivated && strings.EqualFold(strings.TrimSpace(s), userUpdated) {
		return providers.UserDeactivated
	}
	return summary.Action(bySummary, s)
}
