package asana

import (
	"regexp"

	"github.com/otelactivity/otelactivity/providers"
)

// actions maps event types (https://developers.asana.com/docs/audit-log-events).
var actions = providers.ActionTable{
	providers.Login: {
		"user_login_succeeded",
	},
	providers.LoginFailed: {
		"user_login_failed",
	},
	providers.Logout: {
		"user_logged_out",
	},
	providers.UserInvited: {
		"user_invited",
	},
	providers.UserCreated: {
		"user_reprovisioned",
	},
	providers.UserDeleted: {
		"user_deprovisioned",
	},
	providers.UserUpdated: {
		"user_password_reset",
		"user_password_changed",
		"user_two_factor_auth_enabled",
		"user_two_factor_auth_disabled",
		"user_workspace_admin_role_changed",
		"user_division_admin_role_changed",
		"domain_user_billing_paused",
		"domain_user_billing_unpaused",
	},
	providers.Exported: {
		"workspace_export_started",
		"search_report_export_started",
		"workspace_teams_export_started",
		"division_teams_export_started",
		"workspace_members_export_started",
		"project_csv_export_started",
		"object_export_started",
		"attachment_downloaded",
	},
	providers.Create: {
		"team_created",
		"attachment_uploaded",
		"service_account_created",
		"workspace_announcement_created",
		"custom_role_created",
	},
	providers.Destroy: {
		"task_deleted",
		"project_deleted",
		"portfolio_deleted",
		"goal_deleted",
		"custom_field_deleted",
		"message_deleted",
		"team_deleted",
		"attachment_deleted",
		"comment_deleted",
		"status_update_deleted",
		"task_template_deleted",
		"project_template_deleted",
		"task_permanently_deleted",
		"message_permanently_deleted",
		"status_update_permanently_deleted",
		"service_account_deleted",
		"workspace_announcement_removed",
	},
	providers.Updated: {
		"task_undeleted",
		"project_undeleted",
		"portfolio_undeleted",
		"goal_undeleted",
		"custom_field_undeleted",
		"message_undeleted",
		"team_undeleted",
		"attachment_undeleted",
		"comment_undeleted",
		"status_update_undeleted",
		"task_template_undeleted",
		"project_template_undeleted",
		"team_privacy_settings_changed",
		"project_privacy_settings_changed",
		"team_member_added",
		"team_member_removed",
		"project_member_added",
		"project_member_removed",
		"project_share_link_enabled",
		"project_share_link_disabled",
		"project_view_link_enabled",
		"project_view_link_disabled",
		"team_harvest_integration_enabled",
		"team_harvest_integration_disabled",
		"service_account_name_changed",
		"role_permission_changed",
		"workspace_force_password_reset",
	},
}

var byType = actions.Index()

// adminSetting matches the settings of the organization, to which the vendor adds
// types without notice.
var adminSetting = regexp.MustCompile(`^workspace_.*_(enabled|disabled|changed|added|removed)$`)

// action returns the unified action of an event type, else the type itself.
func action(eventType string) providers.Action {
	if a, ok := byType[eventType]; ok {
		return a
	}
	if adminSetting.MatchString(eventType) {
		return providers.Updated
	}
	return providers.Action(eventType)
}

// single returns the one event type that a wanted action stands for: the vendor's
// filter takes one value.
func single(wanted []string) (string, bool) {
	words, ok := actions.Words(wanted, func(a providers.Action) bool { return a != providers.Updated })
	if !ok {
		return "", false
	}
	return providers.Single(words)
}
