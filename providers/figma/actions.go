package figma

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// actions maps event types (https://developers.figma.com/docs/rest-api/activity-logs-events/).
var actions = providers.ActionTable{
	providers.Login: {
		"user_sign_in",
		"user_login",
	},
	providers.Logout: {
		"user_sign_out",
		"user_logout",
		"user_idle_session_timeout",
	},
	providers.UserCreated: {
		"org_user_create",
		"idp_user_create",
	},
	providers.UserDeleted: {
		"org_user_delete",
		"idp_user_delete",
	},
	providers.UserInvited: {
		"org_invite_create",
	},
	providers.UserUpdated: {
		"org_user_permission_change",
		"org_user_account_type_change",
		"org_user_account_type_change_to_full",
		"idp_user_update",
	},
	providers.Exported: {
		"fig_file_export",
		"fig_file_image_download",
		"roster_exported",
		"org_team_csv_exported",
		"workspace_team_csv_exported",
	},
	providers.Create: {
		"fig_file_create",
		"fig_file_duplicate",
		"fig_file_save_as",
		"branch_create",
		"repo_branch_create",
		"project_create",
		"folder_create",
		"team_create",
		"workspace_create",
		"license_group_create",
		"idp_group_create",
		"idp_config_create",
		"webhook_create",
		"ip_allowlist_range_create",
		"network_access_restriction_range_create",
		"personal_access_token_create",
		"oauth_token_grant",
		"scim_token_generate",
		"org_domain_add",
		"community_hub_file_publish",
		"community_plugin_publish",
		"community_widget_publish",
		"private_plugin_publish",
		"private_widget_publish",
		"sites_publish",
	},
	providers.Destroy: {
		"fig_file_permanent_delete",
		"branch_delete",
		"repo_branch_delete",
		"project_delete",
		"folder_delete",
		"team_delete",
		"workspace_delete",
		"license_group_delete",
		"idp_group_delete",
		"idp_config_delete",
		"webhook_delete",
		"ip_allowlist_range_delete",
		"network_access_restriction_range_delete",
		"personal_access_token_delete",
		"oauth_token_revoke",
		"scim_token_revoke",
		"org_domain_remove",
		"community_hub_file_delete",
		"community_plugin_delete",
		"community_widget_delete",
		"private_plugin_delete",
		"private_widget_delete",
		"sites_unpublish",
	},
	providers.Updated: {
		"fig_file_rename",
		"fig_file_move",
		"fig_file_trash",
		"fig_file_restore",
		"fig_file_permanent_undelete",
		"fig_file_set_password",
		"fig_file_unset_password",
		"fig_file_link_expiration_change",
		"branch_archive",
		"repo_branch_archive",
		"branch_unarchive",
		"repo_branch_unarchive",
		"project_move",
		"folder_move",
		"project_trash",
		"folder_trash",
		"project_restore",
		"folder_restore",
		"team_restore",
		"webhook_update",
		"idp_config_update",
		"community_hub_file_update",
		"community_plugin_update",
		"community_widget_update",
		"private_plugin_update",
		"private_widget_update",
		"org_domain_verify",
		"org_domain_capture_change",
		"org_domain_idp_mapping_change",
		"ip_restriction_change",
		"network_access_restriction_range_update",
		"workspace_admins_add",
		"workspace_admins_remove",
		"license_group_admins_add",
		"license_group_admins_remove",
	},
}

var byType = actions.Index()

// changes are endings of further types that change something.
var changes = []string{
	"_setting_change",
	"_setting_update",
	"_rename",
	"_access_change",
	"_permission_change",
	"_member_add",
	"_member_remove",
	"_members_add",
	"_members_remove",
	"_enable",
	"_disable",
}

// raw are types that keep the vendor's word although an ending would match: views,
// what happened in another organization, requests, and transfers.
var raw = []string{
	"fig_file_view", "fig_file_view_prototype", "org_user_create_external", "org_user_delete_external",
	"org_join_request_", "ip_allowlist_rejected", "voice_call_join_req", "open_sessions_start", "open_sessions_end",
	"org_user_account_type_upgrade_", "provisional_access_", "seats_renew", "folder_export", "team_export", "org_merge",
}

// rawParts mark such types anywhere in the word.
var rawParts = []string{"_approvelist_request_", "_transfer_"}

// action returns the unified action of an event type, else the type itself. The
// admin console and the API spell some types differently; both are listed.
func action(eventType string) providers.Action {
	if a, ok := byType[eventType]; ok {
		return a
	}
	for _, prefix := range raw {
		if strings.HasPrefix(eventType, prefix) {
			return providers.Action(eventType)
		}
	}
	for _, part := range rawParts {
		if strings.Contains(eventType, part) {
			return providers.Action(eventType)
		}
	}
	for _, ending := range changes {
		if strings.HasSuffix(eventType, ending) {
			return providers.Updated
		}
	}
	return providers.Action(eventType)
}

// eventTypes returns the types that bring every event of the wanted actions, or
// nil when endings beyond the table lead to one of them.
func eventTypes(wanted []string) []string {
	words, _ := actions.Words(wanted, func(a providers.Action) bool { return a != providers.Updated })
	return words
}
