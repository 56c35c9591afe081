package okta

import (
	"slices"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// signIns are sign-ins when the outcome says how they ended.
var signIns = []string{
	"user.session.start",
	"user.authentication.auth_via_radius",
	"user.authentication.auth_via_richclient",
}

// mfaStep is one step of a sign-in: only its failure ends one.
const mfaStep = "user.authentication.auth_via_mfa"

// auditReport begins the names of downloads in logs of older orgs.
const auditReport = "app.audit_report.download"

// alwaysRaw would else fall under an ending.
var alwaysRaw = []string{
	"system.import.session.created",
	"system.import.roadblock.updated",
	"user.identity_snapshot.attestation.create",
}

// rawPrefix begins error events of one integration.
const rawPrefix = "app.office365.api.error."

// actions maps event types (https://developer.okta.com/docs/reference/api/event-types/).
var actions = providers.ActionTable{
	providers.Login: {
		"app.inbound_del_auth.login_success",
	},
	providers.LoginFailed: {
		"user.mfa.okta_verify.deny_push",
	},
	providers.Logout: {
		"user.session.end",
	},
	providers.Exported: {
		"analytics.reports.export.download",
		"workflows.user.flow.export",
		"workflows.user.folder.export",
		"workflows.user.table.export",
		"workflows.user.table.schema.export",
		"personal.user.app_migration.export",
		"mim.streamDevicesCSVDownload",
	},
	providers.UserCreated: {
		"user.lifecycle.create",
		"system.import.user.create",
		"system.identity_sources.user.create",
		"pam.user.create",
	},
	providers.UserInvited: {
		"pam.team_invitation.create",
	},
	providers.UserDeactivated: {
		"user.lifecycle.deactivate",
		"user.lifecycle.suspend",
		"user.account.lock",
		"user.account.lock.limit",
		"system.import.user.suspend",
		"scheduled_action.user_suspension.completed",
	},
	providers.UserDeleted: {
		"user.lifecycle.delete.completed",
		"system.import.user.delete",
		"system.identity_sources.user.delete",
		"pam.user.remove",
	},
	providers.UserUpdated: {
		"user.lifecycle.activate",
		"user.lifecycle.reactivate",
		"user.lifecycle.unsuspend",
		"user.account.expire_password",
		"user.account.preference_update",
		"user.account.reset_password",
		"user.account.unlock",
		"user.account.unlock_by_admin",
		"user.account.update_password",
		"user.account.update_primary_email",
		"user.account.update_secondary_email",
		"user.account.update_profile",
		"user.account.update_user_type",
		"user.account.subscriptions.update",
		"user.account.privilege.grant",
		"user.account.privilege.revoke",
		"user.mfa.factor.activate",
		"user.mfa.factor.deactivate",
		"user.mfa.factor.reset_all",
		"user.mfa.factor.suspend",
		"user.mfa.factor.unsuspend",
		"user.mfa.factor.update",
		"user.import.password",
		"user.behavior.profile.reset",
		"system.import.user.unsuspend",
		"system.import.user.unsuspend_after_confirm",
		"system.import.user.update",
		"system.import.user.update_user_lifecycle_from_master",
		"system.identity_sources.user.update",
		"pam.user.update",
	},
	providers.Create: {
		"policy.rule.add",
		"app.oauth2.trusted_server.add",
		"pki.ca.add",
		"device.assurance.policy.add",
		"device.platform.add",
		"device.posture.check.add",
		"app.keys.generate",
		"workload_principal.register",
		"integration.api_service.lifecycle.authorize",
	},
	providers.Updated: {
		"group.user_membership.add",
		"group.user_membership.remove",
		"application.user_membership.add",
		"application.user_membership.approve",
		"application.user_membership.change_password",
		"application.user_membership.change_username",
		"application.user_membership.deprovision",
		"application.user_membership.provision",
		"application.user_membership.remove",
		"application.user_membership.restore",
		"application.user_membership.restore_password",
		"application.user_membership.revoke",
		"application.user_membership.update",
		"master_application.user_membership.add",
		"pam.member.add",
		"pam.member.remove",
		"system.api_token.enable",
		"app.keys.rotate",
		"group.privilege.grant",
		"group.privilege.revoke",
		"group.application_assignment.add",
		"group.application_assignment.remove",
		"iam.resourceset.bindings.add",
		"iam.resourceset.bindings.delete",
		"iam.resourceset.resources.add",
		"iam.resourceset.resources.delete",
		"iam.role.permissions.add",
		"iam.role.permissions.delete",
		"iam.role.permission.conditions.add",
		"iam.role.permission.conditions.delete",
		"zone.make_blacklist",
		"zone.remove_blacklist",
		"system.feature.enable",
		"system.feature.disable",
		"self_service.enabled",
		"self_service.disabled",
		"policy.lifecycle.overwrite",
	},
	providers.Destroy: {
		"system.api_token.revoke",
		"integration.api_service.lifecycle.revoke",
	},
}

// endings map the last segment of types that are not named above.
var endings = map[string]providers.Action{
	"create": providers.Create, "created": providers.Create,
	"update": providers.Updated, "updated": providers.Updated,
	"activate": providers.Updated, "activated": providers.Updated,
	"deactivate": providers.Updated, "deactivated": providers.Updated,
	"delete": providers.Destroy, "deleted": providers.Destroy,
}

var byType = actions.Index()

// action returns the unified action of an event type, else the type itself.
func action(eventType string, o providers.Outcome) providers.Action {
	switch {
	case slices.Contains(signIns, eventType):
		switch o {
		case providers.Success:
			return providers.Login
		case providers.Failure:
			return providers.LoginFailed
		}
		return providers.Action(eventType)
	case eventType == mfaStep && o == providers.Failure:
		return providers.LoginFailed
	case strings.HasPrefix(eventType, auditReport):
		return providers.Exported
	case strings.HasPrefix(eventType, rawPrefix), slices.Contains(alwaysRaw, eventType):
		return providers.Action(eventType)
	}
	if a, ok := byType[eventType]; ok {
		return a
	}
	if a, ok := endings[eventType[strings.LastIndexByte(eventType, '.')+1:]]; ok {
		return a
	}
	return providers.Action(eventType)
}

// actionFilter returns the expression that brings every event whose action or
// event type is wanted (and perhaps others), or "" when that cannot be said.
func actionFilter(wanted []string) string {
	var terms []string
	for _, w := range wanted {
		switch a := providers.Action(w); {
		case a == providers.UserJoined: // no event type
			return ""
		case !a.Unified():
			terms = append(terms, "eventType eq "+quote(w))
		default:
			terms = append(terms, typeTerms(a)...)
		}
	}
	return or(terms)
}

func typeTerms(a providers.Action) []string {
	types := actions[a]
	switch a {
	case providers.Login:
		types = slices.Concat(types, signIns)
	case providers.LoginFailed:
		types = slices.Concat(types, signIns, []string{mfaStep})
	}
	terms := make([]string, 0, len(types)+2)
	for _, t := range types {
		terms = append(terms, "eventType eq "+quote(t))
	}
	for _, ending := range []string{"create", "created", "update", "updated", "activate", "activated", "deactivate", "deactivated", "delete", "deleted"} {
		if endings[ending] == a {
			terms = append(terms, "eventType ew "+quote("."+ending))
		}
	}
	if a == providers.Exported {
		terms = append(terms, "eventType sw "+quote(auditReport))
	}
	return terms
}
