package slack

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// actions maps audit log actions
// (https://docs.slack.dev/reference/audit-logs-api/methods-actions-reference ; the
// complete list is served at https://api.slack.com/audit/v1/actions).
var actions = providers.ActionTable{
	providers.Login: {
		"user_login",
		"cli_login",
	},
	providers.LoginFailed: {
		"user_login_failed",
	},
	providers.Logout: {
		"user_logout",
		"cli_logout",
		"user_logout_compromised",
		"user_logout_non_compliant_mobile_app_version",
	},
	providers.UserCreated: {
		"user_created",
		"guest_created",
		"org_owner_created",
	},
	providers.UserJoined: {
		"user_joined_workspace",
		"guest_joined_workspace",
	},
	providers.UserDeactivated: {
		"user_deactivated",
		"guest_deactivated",
		"guest_expired",
	},
	providers.UserUpdated: {
		"user_reactivated",
		"guest_reactivated",
		"role_change_to_admin",
		"role_change_to_guest",
		"role_change_to_owner",
		"role_change_to_user",
		"owner_transferred",
		"user_email_updated",
		"user_username_updated",
		"user_profile_updated",
		"user_profile_deleted",
		"user_password_reset_by_admin",
		"user_password_reset_slack_security",
		"user_passkey_created",
		"user_passkey_removed",
		"user_passkey_name_edited",
		"user_session_settings_changed",
		"guest_expiration_set",
		"guest_expiration_cleared",
		"guest_transferred_to_external_user",
		"role_assigned",
		"role_removed",
	},
	providers.Exported: {
		"file_downloaded",
		"canvas_downloaded",
		"list_downloaded",
		"workflow_responses_csv_download",
	},
	providers.Create: {
		"file_uploaded",
		"file_public_link_created",
		"emoji_added",
		"app_installed",
		"org_app_installed",
		"idp_configuration_added",
		"ekm_enrolled",
	},
	providers.Updated: {
		"emoji_renamed",
		"emoji_aliased",
		"channel_moved",
		"channel_workspaces_updated",
		"public_channel_archive",
		"private_channel_archive",
		"public_channel_unarchive",
		"private_channel_unarchive",
		"record_channel_archive",
		"record_channel_unarchive",
		"public_channel_converted_to_private",
		"private_channel_converted_to_public",
		"mpim_converted_to_private",
		"group_converted_to_channel",
		"app_approved",
		"app_restricted",
		"app_scopes_expanded",
		"org_app_workspace_added",
		"org_app_workspace_removed",
		"workflow_modified",
		"workflow_published",
		"workflow_unpublished",
		"canvas_edited",
		"user_added_to_usergroup",
		"user_removed_from_usergroup",
		"intune_enabled",
		"intune_disabled",
		"ip_allowlist_enabled",
		"ip_allowlist_disabled",
	},
	providers.Destroy: {
		"app_uninstalled",
		"org_app_uninstalled",
		"emoji_removed",
		"file_public_link_revoked",
		"ekm_unenrolled",
	},
}

// settings begins the names of changes of settings.
const settings = "pref."

// exports end the names of the steps of an export that count as one.
var exports = []string{"started", "prepared", "completed", "downloaded"}

// endings map names that are not listed above. The vendor's list grows steadily.
var endings = []struct {
	ending string
	action providers.Action
}{
	{"_created", providers.Create},
	{"_updated", providers.Updated},
	{"_changed", providers.Updated},
	{"_renamed", providers.Updated},
	{"_edited", providers.Updated},
	{"_deleted", providers.Destroy},
}

var byName = actions.Index()

// action returns the unified action of an audit log action, else that itself.
func action(name string) providers.Action {
	if a, ok := byName[name]; ok {
		return a
	}
	if strings.Contains(name, "_export_") {
		for _, step := range exports {
			if strings.HasSuffix(name, step) {
				return providers.Exported
			}
		}
	}
	if strings.HasPrefix(name, settings) {
		return providers.Updated
	}
	for _, e := range endings {
		if strings.HasSuffix(name, e.ending) {
			return e.action
		}
	}
	return providers.Action(name)
}

// closed tells that the table has every name that leads to a.
func closed(a providers.Action) bool {
	switch a {
	case providers.Exported, providers.Create, providers.Updated, providers.Destroy:
		return false
	}
	return true
}

// integrationAction maps the kinds of change of the integration logs:
// https://docs.slack.dev/reference/methods/team.integrationLogs
func integrationAction(change string) providers.Action {
	switch change {
	case "added":
		return providers.Create
	case "removed":
		return providers.Destroy
	case "enabled", "disabled", "updated":
		return providers.Updated
	}
	return providers.Action(change)
}
