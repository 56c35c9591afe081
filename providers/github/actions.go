package github

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// actions maps audit log actions
// (https://docs.github.com/en/enterprise-cloud@latest/admin/monitoring-activity-in-your-enterprise/reviewing-audit-logs-for-your-enterprise/audit-log-events-for-your-enterprise).
// user.sign_in_from_unrecognized_* and user.new_device_used accompany a user.login,
// user.destroy and user.async_delete announce a user.delete: they are not listed.
var actions = providers.ActionTable{
	providers.Login: {
		"user.login",
		"org.recovery_code_used",
		"business.recovery_code_used",
	},
	providers.LoginFailed: {
		"user.failed_login",
		"user.two_factor_challenge_failure",
		"user.device_verification_failure",
		"org.recovery_code_failed",
		"business.recovery_code_failed",
	},
	providers.Logout: {
		"user.logout",
	},
	providers.UserCreated: {
		"user.create",
		"external_identity.provision",
	},
	providers.UserInvited: {
		"org.invite_member",
		"org.invite_user",
		"business.invite_admin",
		"business.invite_billing_manager",
		"repository_invitation.create",
	},
	providers.UserJoined: {
		"org.add_member",
		"repository_invitation.accept",
	},
	providers.UserDeactivated: {
		"user.suspend",
		"org.block_user",
		"external_identity.deprovision",
	},
	providers.UserDeleted: {
		"user.delete",
		"org.remove_member",
		"org.remove_outside_collaborator",
		"org.remove_billing_manager",
		"business.remove_member",
	},
	providers.UserUpdated: {
		"user.change_password",
		"user.reset_password",
		"user.rename",
		"user.add_email",
		"user.remove_email",
		"user.promote",
		"user.demote",
		"user.unsuspend",
		"user.recreate",
		"two_factor_authentication.enabled",
		"two_factor_authentication.disabled",
		"two_factor_authentication.add_factor",
		"two_factor_authentication.remove_factor",
		"two_factor_authentication.recovery_codes_regenerated",
		"two_factor_authentication.update_fallback",
		"org.update_member",
		"org.restore_member",
		"org.unblock_user",
		"org.revoke_external_identity",
		"org.add_billing_manager",
		"org.add_outside_collaborator",
		"org.add_security_manager",
		"org.remove_security_manager",
		"org.integration_manager_added",
		"org.integration_manager_removed",
		"business.add_admin",
		"business.remove_admin",
		"business.add_billing_manager",
		"business.remove_billing_manager",
		"external_identity.update",
		"organization_role.assign",
		"organization_role.revoke",
		"team.promote_maintainer",
		"team.demote_maintainer",
	},
	providers.Exported: {
		"org.audit_log_export",
		"org.audit_log_git_event_export",
		"business.audit_log_export",
		"business.audit_log_git_event_export",
		"user.audit_log_export",
		"org.connect_usage_metrics_export",
		"org.recovery_codes_downloaded",
		"user.two_factor_recovery_codes_downloaded",
		"repo.download_zip",
	},
	providers.Create: {
		"integration_installation.create",
		"oauth_access.create",
		"org.create_actions_secret",
		"org.create_actions_variable",
		"org.create_integration_secret",
		"org.required_workflow_create",
		"org.runner_group_created",
		"enterprise.runner_group_created",
		"org.register_self_hosted_runner",
		"enterprise.register_self_hosted_runner",
		"personal_access_token.access_granted",
	},
	providers.Updated: {
		"team.add_member",
		"team.remove_member",
		"team.add_repository",
		"team.remove_repository",
		"team.change_parent_team",
		"team.change_privacy",
		"team.update_repository_permission",
		"repo.add_member",
		"repo.remove_member",
		"repo.update_member",
		"repo.access",
		"repo.archived",
		"repo.unarchived",
		"repo.transfer",
		"repo.change_merge_setting",
		"repo.actions_enabled",
		"org.enable_saml",
		"org.disable_saml",
		"org.enable_two_factor_requirement",
		"org.disable_two_factor_requirement",
		"org.enable_oauth_app_restrictions",
		"org.disable_oauth_app_restrictions",
		"org.update_saml_provider_settings",
		"org.update_actions_secret",
		"org.required_workflow_update",
		"org.runner_group_updated",
		"org.runner_group_renamed",
		"hook.config_changed",
		"hook.events_changed",
		"protected_branch.update_name",
		"integration_installation.repositories_added",
		"integration_installation.repositories_removed",
	},
	providers.Destroy: {
		"org.remove_actions_secret",
		"org.remove_actions_variable",
		"org.remove_integration_secret",
		"org.required_workflow_delete",
		"org.runner_group_removed",
		"enterprise.runner_group_removed",
		"org.remove_self_hosted_runner",
		"enterprise.remove_self_hosted_runner",
		"checks.delete_logs",
		"workflows.delete_workflow_run",
		"org_credential_authorization.revoke",
		"org_credential_authorization.deauthorize",
	},
}

// operations map the last part of actions that are not named above.
var operations = map[string]providers.Action{
	"create":  providers.Create,
	"update":  providers.Updated,
	"edit":    providers.Updated,
	"rename":  providers.Updated,
	"delete":  providers.Destroy,
	"destroy": providers.Destroy,
}

var byAction = actions.Index()

// action returns the unified action of an audit log action, else that itself.
func action(raw string) providers.Action {
	if a, ok := byAction[raw]; ok {
		return a
	}
	switch category(raw) {
	case "user", "git":
		return providers.Action(raw)
	}
	if dot := strings.LastIndexByte(raw, '.'); dot >= 0 {
		if a, ok := operations[raw[dot+1:]]; ok {
			return a
		}
	}
	return providers.Action(raw)
}
