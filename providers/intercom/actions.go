package intercom

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// actions maps activity types
// (https://developers.intercom.com/docs/references/rest-api/api.intercom.io/admins/activity_log).
var actions = providers.ActionTable{
	providers.Login: {
		"admin_login_success",
	},
	providers.LoginFailed: {
		"admin_login_failure",
		"admin_unauthorized_sign_in_method",
	},
	providers.Logout: {
		"admin_logout",
	},
	providers.UserCreated: {
		"admin_provisioned",
	},
	providers.UserInvited: {
		"admin_invite_creation",
	},
	providers.UserJoined: {
		"app_admin_join",
	},
	providers.UserDeactivated: {
		"admin_deprovisioned",
	},
	providers.UserDeleted: {
		"admin_deletion",
	},
	providers.UserUpdated: {
		"admin_permission_change",
		"admin_two_factor_auth_change",
		"admin_password_reset_request",
		"admin_password_reset_success",
		"admin_avatar_change",
		"admin_away_mode_change",
		"admin_channel_change",
		"admin_assignment_limit_change",
		"admin_conversation_assignment_limit_change",
		"admin_ticket_assignment_limit_change",
		"admin_occupancy_state_change",
		"seat_change",
		"seat_revoke",
	},
	providers.Exported: {
		"app_data_export",
		"bulk_export",
		"conversation_pdf_export",
		"macro_usage_export",
	},
	providers.Create: {
		"app_package_installation",
		"app_team_creation",
		"app_webhook_creation",
		"content_redaction_rule_creation",
		"conversation_deletion_schedule_creation",
		"conversation_topic_creation",
		"csv_import_creation",
		"custom_authentication_token_creation",
		"macro_creation",
		"messenger_api_secret_creation",
		"role_creation",
		"ruleset_creation",
		"series_creation",
	},
	providers.Destroy: {
		"admin_invite_deletion",
		"app_data_deletion",
		"app_package_uninstallation",
		"app_team_deletion",
		"app_webhook_deletion",
		"bulk_delete",
		"campaign_deletion",
		"content_redaction_rule_deletion",
		"conversation_deletion_schedule_deletion",
		"conversation_part_deletion",
		"conversation_topic_deletion",
		"macro_deletion",
		"message_deletion",
		"messenger_api_secret_deletion",
		"oauth_token_revocation",
		"role_deletion",
		"ruleset_deletion",
		"series_deletion",
	},
	providers.Updated: {
		"admin_invite_change",
		"admin_occupancy_setting_change",
		"allowed_attachment_filetypes_setting_change",
		"app_authentication_method_change",
		"app_google_sso_domain_change",
		"app_identity_verification_change",
		"app_name_change",
		"app_outbound_address_change",
		"app_package_token_regeneration",
		"app_team_membership_modification",
		"app_timezone_change",
		"articles_in_messenger_enabled_change",
		"attach_uploads_inline_setting_change",
		"automatic_away_mode_setting_change",
		"campaign_state_change",
		"content_redaction_rule_update",
		"conversation_deletion_schedule_state_change",
		"conversation_deletion_schedule_update",
		"conversation_topic_change",
		"customer_facing_name_change",
		"help_center_settings_change",
		"hide_csat_from_agents_setting_change",
		"inbound_conversations_change",
		"inbox_access_change",
		"macro_update",
		"malicious_domains_setting_change",
		"message_state_change",
		"messenger_look_and_feel_change",
		"messenger_search_required_change",
		"messenger_spaces_change",
		"office_hours_change",
		"role_change",
		"search_browse_enabled_change",
		"search_browse_required_change",
		"security_settings_change",
		"series_settings_update",
		"series_status_change",
		"series_update",
		"strip_inbound_email_links_change",
		"team_assignment_limit_change",
		"teammate_gifs_setting_change",
		"temporary_expectation_change",
		"trusted_domains_setting_change",
		"unassign_unsnoozed_at_capacity_setting_change",
		"unassign_unsnoozed_when_away_setting_change",
		"upfront_email_collection_change",
		"user_camera_attachments_setting_change",
		"user_conversation_attachments_setting_change",
		"user_file_attachments_setting_change",
		"user_gifs_setting_change",
		"user_media_attachments_setting_change",
		"user_voice_notes_setting_change",
		"welcome_message_change",
	},
}

var byType = actions.Index()

// raw are types that keep the vendor's word.
var raw = map[string]bool{
	"admin_impersonation_start": true, "admin_impersonation_end": true,
	"admin_impersonation_consent_approved": true, "admin_impersonation_consent_revoked": true,
	"csv_import_completion": true, "inbox_bulk_action": true,
	"ruleset_activation_title_preview": true, "workspace_deletion_request": true,
}

// endings map types that the table does not name: the set grows with each version
// of the API. Types about a teammate stay raw until somebody adds them.
var endings = []struct {
	ending string
	action providers.Action
}{
	{"_creation", providers.Create},
	{"_deletion", providers.Destroy},
	{"_export", providers.Exported},
	{"_change", providers.Updated},
	{"_update", providers.Updated},
}

// action returns the unified action of an activity type, else the type itself.
func action(activityType string) providers.Action {
	if a, ok := byType[activityType]; ok {
		return a
	}
	if raw[activityType] || strings.HasPrefix(activityType, "admin_") {
		return providers.Action(activityType)
	}
	for _, e := range endings {
		if strings.HasSuffix(activityType, e.ending) {
			return e.action
		}
	}
	return providers.Action(activityType)
}
