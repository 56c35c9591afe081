package browserstack

import "github.com/otelactivity/otelactivity/providers"

// actions maps activity names
// (https://www.browserstack.com/docs/enterprise/api-reference/audit-logs/manage).
var actions = providers.ActionTable{
	providers.Login: {
		"signed_in",
	},
	providers.LoginFailed: {
		"failed_to_sign_in",
	},
	providers.Logout: {
		"signed_out",
	},
	providers.Exported: {
		"exported_users",
	},
	providers.UserCreated: {
		"added_member",
		"added_member_from_identity_provider",
		"added_member_using_rest_apis",
	},
	providers.UserDeleted: {
		"removed_member",
		"removed_member_from_identity_provider",
		"removed_member_using_rest_apis",
		"deleted_account",
	},
	providers.UserInvited: {
		"sent_invitation_via_email",
		"resent_invitation",
	},
	providers.UserUpdated: {
		"changed_product_access",
		"changed_role",
		"changed_team_from_identity_provider",
		"changed_role_from_identity_provider",
		"changed_product_from_identity_provider",
		"changed_product_access_using_rest_apis",
		"changed_role_using_rest_apis",
		"reset_password_done",
		"changed_email",
	},
	providers.Create: {
		"created_team",
		"created_team_using_rest_apis",
		"created_new_invite_link",
	},
	providers.Destroy: {
		"deleted_team",
		"deleted_team_using_rest_apis",
	},
	providers.Updated: {
		"changed_team",
		"changed_team_using_rest_apis",
		"enabled_auto_user_provisioning",
		"modified_auto_user_provisioning_configuration",
		"disabled_auto_user_provisioning",
		"modified_sign_in_method",
	},
}

var byName = actions.Index()

// action returns the unified action of an activity name, else the name itself
// (requested_product_access, copied_invitation_link,
// requested_password_recovery_link, and whatever the vendor adds).
func action(name string) providers.Action {
	if a, ok := byName[name]; ok {
		return a
	}
	return providers.Action(name)
}
