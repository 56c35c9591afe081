package dropboxbusiness

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

var byType = actions.Index()

// statusChange is the event type whose action its details tell.
const statusChange = "member_change_status"

// signIns are the event types of category logins that are sign-ins, each by its own
// name: https://github.com/dropbox/dropbox-api-spec/blob/main/team_log_generated.stone
var signIns = []string{
	"login_success", "login_fail", "logout", "sso_error", "emm_error", "sign_in_as_session_start", "sign_in_as_session_end",
	"guest_admin_signed_in_via_trusted_teams", "guest_admin_signed_out_via_trusted_teams",
	"reseller_support_session_start", "reseller_support_session_end",
}

// changes begin further types that change something.
var changes = []string{
	"shared_content_add_link_", "shared_content_change_", "shared_content_remove_link_", "shared_link_settings_",
	"shared_folder_change_", "team_profile_", "sso_add_", "sso_change_", "sso_remove_",
}

// action returns the unified action of an event type, else the type itself: exact
// names, the status change of a member, patterns, categories, in this order.
func action(eventType, category, before, after string) providers.Action {
	if a, ok := byType[eventType]; ok {
		return a
	}
	if eventType == statusChange {
		return statusAction(before, after)
	}
	for _, prefix := range changes {
		if strings.HasPrefix(eventType, prefix) && !failed(eventType) {
			return providers.Updated
		}
	}
	switch {
	case category == "reports" && strings.HasSuffix(eventType, "_create_report"):
		return providers.Exported
	case category == "tfa":
		return providers.UserUpdated
	case category == "team_policies":
		return providers.Updated
	}
	return providers.Action(eventType)
}

// statusAction maps the new status of a member.
func statusAction(before, after string) providers.Action {
	switch after {
	case "invited":
		return providers.UserInvited
	case "suspended":
		return providers.UserDeactivated
	case "removed", "moved_to_another_team":
		return providers.UserDeleted
	case "active":
		switch before {
		case "invited", "not_joined", "":
			return providers.UserJoined
		case "removed":
			return providers.UserCreated
		case "suspended":
			return providers.UserUpdated
		}
	}
	return statusChange
}

func outcome(eventType string) providers.Outcome {
	switch {
	case eventType == "login_success":
		return providers.Success
	case failed(eventType):
		return providers.Failure
	}
	return ""
}

func failed(eventType string) bool {
	return strings.HasSuffix(eventType, "_fail") || strings.HasSuffix(eventType, "_failed") ||
		strings.HasSuffix(eventType, "sso_error") || strings.HasSuffix(eventType, "emm_error")
}
