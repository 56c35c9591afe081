package atlassian

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// actions maps actions, in lower case: {endpoint}/admin/v1/orgs/{org_id}/event-actions
// lists them, in upper case. The vendor adds more all the time.
var actions = providers.ActionTable{
	providers.Login:       {"user_login"},
	providers.LoginFailed: {"user_login_failed"},
	providers.Logout:      {"user_logout"},
	providers.UserInvited: {
		"user_invited", "user_invite_to_org", "user_re_invited", "user_re_invited_to_org",
		"user_invitation_sent", "gsync_user_invite",
	},
	providers.UserCreated: {
		"user_created", "scim_user_create", "scim_unmanaged_user_created", "user_added_to_site",
	},
	providers.UserDeactivated: {
		"managed_account_deactivated", "user_disabled_org_access", "user_disabled_site_access", "user_deactivated",
	},
	providers.UserDeleted: {
		"managed_account_deleted", "scim_user_delete", "scim_unmanaged_user_deleted",
		"user_removed_from_org", "user_removed_from_site",
	},
	providers.UserUpdated: {
		"managed_account_reactivated", "managed_account_deletion_scheduled", "managed_account_deletion_cancelled",
		"user_enabled_org_access", "user_enabled_site_access",
		"user_detail_change", "email_change", "password_change", "password_reset_complete",
		"twosv_enabled_for_user", "twosv_disabled_for_user",
		"user_granted_role", "user_revoked_role", "user_granted_product_access", "user_revoked_product_access",
		"user_added_to_group", "user_removed_from_group",
		"scim_user_update", "scim_unmanaged_user_updated", "scim_user_linked_to_aa", "scim_user_unlinked_from_aa",
		"scim_group_add_member", "scim_group_remove_member",
		"scim_group_unmanaged_member_added", "scim_group_unmanaged_member_removed",
		"added_org_admin", "removed_org_admin", "become_managed_scim_user", "become_unmanaged_scim_user",
	},
	providers.Exported: {
		"export_audit_log", "export_domain_account", "export_managed_account", "export_unmanaged_product_instances",
	},
	providers.Create:  {"scim_group_create", "domain_added"},
	providers.Destroy: {"scim_group_delete", "domain_removed", "api_token_revoked"},
	providers.Updated: {
		"group_updated", "scim_group_update", "auth_policy_type_updated", "set_session_policy",
		"password_policy_changed", "saml_policy_changed", "domain_auth_policy_changed", "user_auth_policy_changed",
		"site_rename_event", "org_settings_update",
		"group_granted_admin_access", "group_granted_product_access", "group_granted_role",
		"group_revoked_admin_access", "group_revoked_product_access", "group_revoked_role",
	},
}

var byWord = actions.Index()

// endings map the words that no table lists.
var endings = []struct {
	suffix string
	action providers.Action
}{
	{"_policy_update", providers.Updated},
	{"_created", providers.Create},
	{"_deleted", providers.Destroy},
	{"_updated", providers.Updated},
	{"_exported", providers.Exported},
}

// action returns the unified action of the vendor's word, else the word itself.
func action(word string) providers.Action {
	key := strings.ToLower(word)
	if a, ok := byWord[key]; ok {
		return a
	}
	for _, e := range endings {
		if strings.HasSuffix(key, e.suffix) {
			return e.action
		}
	}
	return providers.Action(word)
}

// closed tells that no ending leads to an action: the table's words are all.
func closed(a providers.Action) bool {
	for _, e := range endings {
		if e.action == a {
			return false
		}
	}
	return true
}
