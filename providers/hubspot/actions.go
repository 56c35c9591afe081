package hubspot

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// actions maps the types of security activity
// (https://developers.hubspot.com/docs/api-reference/account-activity-v3/guide).
var actions = providers.ActionTable{
	providers.UserCreated: {
		"ADD_USER",
		"ADD_ADMIN_USER",
	},
	providers.UserInvited: {
		"MANUAL_REGISTRATION_EMAIL_SEND",
	},
	providers.UserJoined: {
		"JOINED_PORTAL_VIA_DOMAIN_BASED_INVITE",
	},
	providers.UserDeactivated: {
		"DEACTIVATE_USER",
	},
	providers.UserDeleted: {
		"REMOVE_USER",
		"REMOVE_ADMIN_USER",
	},
	providers.UserUpdated: {
		"REACTIVATE_USER",
		"CHANGE_PASSWORD",
		"MANUAL_PASSWORD_RESET_EMAIL_SEND",
		"ADD_ADMIN_PERMISSIONS",
		"REMOVE_ADMIN_PERMISSIONS",
		"ADD_TWO_FACTOR_AUTHENTICATION",
		"REMOVE_TWO_FACTOR_AUTHENTICATION",
		"PASSKEY_ADDED",
		"PASSKEY_DELETED",
		"BULK_EMAIL_DOMAIN_CHANGE",
	},
	providers.Exported: {
		"EXPORT",
		"EXPORT_DOWNLOAD",
		"EXPORT_USERS",
		"CONTACT_DATA_EXPORT",
		"FORM_SUBMISSIONS_EXPORT",
		"DATA_BACKUP_DOWNLOADED",
	},
	providers.Create: {
		"ADD_SINGLE_SIGN_ON",
		"ADD_WEBHOOK_IN_WORKFLOW",
		"DATA_BACKUP_CREATED",
		"DATA_BACKUP_SCHEDULE_CREATED",
		"DATA_SHARING_CONNECTION_ADDED",
		"DOMAIN_BASED_INVITE_CREATED",
		"HAPIKEY_CREATE",
		"INSTALL_INTEGRATION",
		"MULTI_ACCOUNT_REPORTING_CONNECTION_ADDED",
		"MULTI_ACCOUNT_WORKFLOWS_CONNECTION_ADDED",
		"NEVER_LOG_FOR_PORTAL_ADDITION",
		"NEVER_LOG_FOR_USER_ADDITION",
		"PAYMENT_ACCOUNT_CREATION",
		"PERSONAL_ACCESS_KEY_CREATE",
		"PRIVATE_APP_ACCESS_TOKEN_CREATE",
		"SANDBOX_CREATION",
		"SECRET_ADDED_TO_SERVERLESS_FUNCTION",
		"SEQUENCE_CREATED",
		"SEQUENCE_CLONED",
		"SERVICE_KEY_CREATE",
		"SERVICE_KEY_ROTATION_SCHEDULE_SET",
		"SMTP_TOKEN_CREATED",
		"TEAM_ADDED",
		"WEBHOOK_SUBSCRIPTION_CREATE",
	},
	providers.Destroy: {
		"ALLOWED_LOGIN_METHODS_DELETE",
		"DATA_BACKUP_SCHEDULE_DELETED",
		"DATA_SHARING_CONNECTION_REMOVED",
		"DOMAIN_BASED_INVITE_REMOVED",
		"GDPR_DELETE",
		"HAPIKEY_DEACTIVATE",
		"MULTI_ACCOUNT_REPORTING_CONNECTION_REMOVED",
		"MULTI_ACCOUNT_WORKFLOWS_CONNECTION_REMOVED",
		"NEVER_LOG_FOR_PORTAL_DELETION",
		"NEVER_LOG_FOR_USER_DELETION",
		"PERSONAL_ACCESS_KEY_DEACTIVATE",
		"PRIVATE_APP_ACCESS_TOKEN_DEACTIVATE",
		"REMOVE_SINGLE_SIGN_ON",
		"SANDBOX_DELETION",
		"SERVICE_KEY_DEACTIVATE",
		"SERVICE_KEY_ROTATION_SCHEDULE_REMOVED",
		"SMTP_TOKEN_DELETED",
		"TEAM_DELETED",
		"TEMPLATE_DELETED",
		"UNINSTALL_INTEGRATION",
	},
	providers.Updated: {
		"ALLOWED_LOGIN_METHODS_UPDATE",
		"BOTS_WEBHOOK_UPDATE",
		"CHANGE_AD_EVENT_CONSENT_SETTING",
		"CHANGE_AD_EVENT_DATA_SHARING_SETTING",
		"DATA_BACKUP_SCHEDULE_UPDATED",
		"EMAIL_LOGGING_SYNC_SET_ALL",
		"EMAIL_LOGGING_SYNC_SET_CONTACTS",
		"EMAIL_LOGGING_SYNC_SET_REPLIES",
		"MODIFY_WEBHOOK_IN_WORKFLOW",
		"PAYMENT_ACCOUNT_INFO_UPDATE",
		"PAYMENT_BANK_ACCOUNT_CHANGE",
		"PERSONAL_ACCESS_KEY_ROTATE",
		"PRIVATE_APP_ACCESS_TOKEN_ROTATE",
		"PRIVATE_APP_CLIENT_SECRET_WRITE",
		"PRIVATE_APP_SCOPE_GROUPS_UPDATE",
		"PUBLIC_APP_CLIENT_SECRET_WRITE",
		"REQUIRE_SINGLE_SIGN_ON",
		"UNREQUIRE_SINGLE_SIGN_ON",
		"SEQUENCE_MODIFIED",
		"SERVICE_KEY_AUTO_ROTATE",
		"SERVICE_KEY_PERMISSIONS_UPDATE",
		"SERVICE_KEY_ROTATE",
		"SERVICE_KEY_ROTATION_SCHEDULE_UPDATED",
		"SMTP_TOKEN_PASSWORD_RESET",
		"TEAM_USER_ADDED",
		"TEAM_USER_DELETED",
		"TEMPLATE_MODIFIED",
		"WEBHOOK_SETTINGS_UPDATE",
		"WEBHOOK_SUBSCRIPTION_UPDATE",
	},
}

var byType = actions.Index()

// securityAction returns the unified action of a security type, else the type.
func securityAction(kind string) providers.Action {
	if a, ok := byType[kind]; ok {
		return a
	}
	if strings.HasPrefix(kind, "TWO_FACTOR_PROTECTED_ENDPOINT_") {
		return providers.Action(kind)
	}
	if strings.HasSuffix(kind, "_ENABLED") || strings.HasSuffix(kind, "_DISABLED") {
		return providers.Updated
	}
	return providers.Action(kind)
}

// auditAction returns the unified action of an audit log row, else its raw action.
func auditAction(category, sub, verb, raw string) providers.Action {
	switch category {
	case "LOGIN":
		switch sub {
		case loginSucceeded:
			return providers.Login
		case loginFailed:
			return providers.LoginFailed
		}
		return providers.Action(raw)
	case "CRITICAL_ACTION":
		if a := securityAction(sub); a.Unified() {
			return a
		}
		return providers.Action(raw)
	}
	switch verb {
	case "CREATE", "CREATED":
		return providers.Create
	case "UPDATE", "UPDATED":
		return providers.Updated
	case "DELETE", "DELETED":
		return providers.Destroy
	case "EXPORT", "EXPORTED":
		return providers.Exported
	}
	return providers.Action(raw)
}
