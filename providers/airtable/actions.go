package airtable

import (
	"regexp"

	"github.com/otelactivity/otelactivity/providers"
)

// actions maps event types (https://airtable.com/developers/web/api/audit-log-event-types).
var actions = providers.ActionTable{
	providers.Login: {
		"loginUser",
	},
	providers.UserCreated: {
		"createUser",
		"provisionUser",
		"createSsoExternalUser",
	},
	providers.UserDeactivated: {
		"deactivateUser",
	},
	providers.UserDeleted: {
		"deleteUser",
	},
	providers.UserInvited: {
		"inviteBaseCollaborator",
		"inviteWorkspaceCollaborator",
		"inviteInterfaceCollaborator",
		"invitePortalCollaborator",
		"inviteGroupMember",
	},
	providers.UserUpdated: {
		"claimUser",
		"unclaimUser",
		"updateUserEmail",
		"changePassword",
		"updateUserProfilePicture",
		"userAssignedLicense",
		"userAssignedGridGlobalLicense",
		"linkSsoIdentity",
		"updateSsoIdentity",
		"unlinkUserSsoIdentity",
		"addTwoFactorAuthenticationStrategy",
		"removeTwoFactorAuthenticationStrategy",
		"setDefaultTwoFactorAuthenticationStrategy",
		"regenerateTwoFactorAuthenticationBackupCodes",
		"disableTwoFactorAuthentication",
		"grantEnterpriseAdminAccess",
		"revokeEnterpriseAdminAccess",
		"grantEnterpriseUpgraderAccess",
		"revokeEnterpriseUpgraderAccess",
	},
	providers.Exported: {
		"downloadAttachment",
		"downloadCSV",
		"createEdiscoveryExport",
	},
	providers.Create: {
		"createBase",
		"duplicateBase",
		"createSandboxBase",
		"createWorkspace",
		"createInterface",
		"duplicateInterface",
		"createGroup",
		"createRole",
		"createPortal",
		"createOrgUnit",
		"createManagedApp",
		"createComponent",
		"createDataTable",
		"createPublishedDataset",
		"createPublishedDatasetFromDataTable",
		"createSsoIdentityProvider",
		"createSyncIntegrationSource",
		"createServiceAccount",
		"createPersonalAccessToken",
		"createOauthAccessToken",
		"addBaseInviteLink",
		"addWorkspaceInviteLink",
	},
	providers.Destroy: {
		"deleteBase",
		"deleteWorkspace",
		"deleteInterface",
		"deleteGroup",
		"deletePortal",
		"deleteOrgUnit",
		"deleteManagedApp",
		"deleteComponent",
		"deleteDataTable",
		"deletePublishedDataset",
		"deleteSsoIdentityProvider",
		"deleteSyncIntegrationSource",
		"deleteServiceAccount",
		"deleteEnterpriseStripeCard",
		"deleteEnterpriseTaxDetails",
		"removeBaseInviteLink",
		"removeWorkspaceInviteLink",
	},
	providers.Updated: {
		"updateBaseName",
		"updateBaseGuideText",
		"moveBase",
		"restoreBaseFromSnapshot",
		"restoreBaseFromTrash",
		"applyChangesFromSandbox",
		"updateWorkspaceName",
		"moveWorkspace",
		"restoreWorkspaceFromTrash",
		"updateInterfaceName",
		"publishInterface",
		"unpublishInterface",
		"restoreInterfaceFromTrash",
		"publishForm",
		"unpublishForm",
		"moveGroup",
		"addGroupMember",
		"changeGroupMemberRole",
		"removeGroupMember",
		"moveServiceAccount",
		"moveDataTable",
		"enableShare",
		"disableShare",
		"configureShare",
		"regenerateShare",
		"updateSettingLock",
		"applyDefaultEnterpriseSetting",
		"setEmailDomainSsoPiggybacking",
		"clearEmailDomainSsoPiggybacking",
		"updateSsoIdentityProvider",
		"updateAutomationSubscribers",
	},
}

var byType = actions.Index()

// changes matches further types that change something; exact names win over it.
var changes = regexp.MustCompile(`^(configure|change)[A-Z]` +
	`|^(add|remove|change)(Base|Workspace|Interface|Portal|ManagedApp|Component)(Collaborator|AudienceMember)` +
	`|^(add|remove)(OutboundAccessAllowlistEntry|UserOrGroup)` +
	`|^(rename|reconnect|connect|disconnect|change)SyncIntegration` +
	`|^update(Enterprise|OrgUnit|MembershipCapture|ManagedApp|Component|DataTable|PublishedDataset)` +
	`|^publish(ManagedApp|Component)$` +
	`|^(deactivate|reactivate)PublishedDataset$`)

// action returns the unified action of an event type, else the type itself.
func action(eventType string) providers.Action {
	if a, ok := byType[eventType]; ok {
		return a
	}
	if changes.MatchString(eventType) {
		return providers.Updated
	}
	return providers.Action(eventType)
}

// maxValues is how often the vendor takes one filter parameter.
const maxValues = 100

// eventTypes returns the types that bring every event of the wanted actions.
func eventTypes(wanted []string) []string {
	words, ok := actions.Words(wanted, func(a providers.Action) bool { return a != providers.Updated })
	if !ok || len(words) > maxValues {
		return nil
	}
	return words
}
