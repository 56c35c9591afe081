package azureactivedirectory

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// actions maps activities by their whole name
// (https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities).
var actions = providers.ActionTable{
	providers.UserCreated: {
		"Add user",
		"Create user",
		"User_Create",
	},
	providers.UserInvited: {
		"Invite external user",
		"Invite external user with reset invitation status",
		"Invite internal user to B2B collaboration",
	},
	providers.UserJoined: {
		"Redeem external user invite",
		"Redeem extern user invite",
		"Viral user creation",
		"A self-service sign-up request was completed",
	},
	providers.UserDeactivated: {
		"Disable account",
		"Add blocked user",
		"POST Tenant.CreateBlockedUser",
		"Fraud reported - user is blocked for MFA",
	},
	providers.UserDeleted: {
		"Delete user",
		"Hard Delete user",
		"Delete external user",
		"User_Delete",
	},
	providers.UserUpdated: {
		"Update user",
		"Enable account",
		"Restore user",
		"Change user license",
		"Set user manager",
		"Convert federated user to managed",
		"Update StsRefreshTokenValidFrom Timestamp",
		"Update attribute values assigned to a user",
		"Clear block on user",
		"Unlock user account (self-service)",

		"Change user password",
		"Reset password",
		"Reset user password",
		"Reset password (by admin)",
		"Reset password (self-service)",
		"Change password (self-service)",
		"User Password Reset",
		"User Password Registration",
		"Set force change user password",
		"Create application password for user",
		"Delete application password for user",
		"Enable Strong Authentication",
		"Disable Strong Authentication",
		"Add users strong authentication phone app detail",
		"Remove users strong authentication phone app detail",
		"Set user oath token metadata enabled",
		"User registered security info",
		"User updated security info",
		"User deleted security info",
		"User changed default security info",
		"User registered all required security info",
		"Admin registered security info",
		"Admin updated security info",
		"Admin deleted security info",
		"Security info saved for self-service password reset",
		"Add FIDO2 security key",
		"Delete FIDO2 security key",
		"Add FIDO2 security keys",
		"Delete FIDO2 security keys",
		"Add Windows Hello for Business credential",
		"Delete Windows Hello for Business credential",
		"Add passwordless phone sign-in credential",
		"Delete passwordless phone sign-in credential",
		"Add platform credential",
		"Delete platform credential",

		"Add member to role",
		"Remove member from role",
		"Add eligible member to role",
		"Remove eligible member from role",
		"Add scoped member to role",
		"Remove scoped member from role",
		"Add member to role outside of PIM (permanent)",
		"Add member to role completed (PIM activation)",
		"Remove member from role completed (PIM deactivate)",
		"Remove member from role (PIM activation expired)",
		"Add member to role in PIM completed (permanent)",
		"Add member to role in PIM completed (timebound)",
		"Remove member from role in PIM completed (permanent)",
		"Remove member from role in PIM completed (timebound)",
		"Add eligible member to role in PIM completed (permanent)",
		"Add eligible member to role in PIM completed (timebound)",
		"Remove eligible member from role in PIM completed (permanent)",
		"Remove eligible member from role in PIM completed (timebound)",
		"Remove permanent direct role assignment",
		"Remove permanent eligible role assignment",
		"Add app role assignment grant to user",
		"Add app role assignment to user",
		"Remove app role assignment from user",
	},
	providers.Updated: {
		"Add member to group",
		"Remove member from group",
		"Add owner to group",
		"Remove owner from group",
		"Add service principal credentials",
		"Remove service principal credentials",
		"Add delegated permission grant",
		"Remove delegated permission grant",
	},
	providers.Exported: {
		"Export summary data - finished (bulk)",
		"Export summary data new - finished (bulk)",
	},
}

// alwaysRaw would else fall under the rule by the first word, or are listed so that
// they never do.
var alwaysRaw = set(
	// User provisioning, which reads and writes other directories.
	"Export", "Import", "Other", "Process escrow", "Quarantine", "Synchronization rule action", "User Provisioning",
	"Consent to application", "Reveal local administrator password", "Read BitLocker key",
)

// memberships change a group, not the member.
var memberships = set("Add member to group", "Remove member from group", "Add owner to group", "Remove owner from group")

var byName = normalized(actions.Index())

// firstWords map the remaining activities by their first word.
var firstWords = map[string]providers.Action{
	"add": providers.Create, "create": providers.Create, "register": providers.Create, "pre-create": providers.Create,
	"delete": providers.Destroy, "remove": providers.Destroy, "unregister": providers.Destroy,
	"assign": providers.Updated, "update": providers.Updated, "set": providers.Updated, "unset": providers.Updated,
	"enable": providers.Updated, "disable": providers.Updated, "restore": providers.Updated, "edit": providers.Updated,
	"publish": providers.Updated, "unpublish": providers.Updated, "rotate": providers.Updated, "reset": providers.Updated,
}

// action returns the unified action of a directory audit, else the activity itself.
// The vendor's operationType says Update even for reads, so it is not used.
func action(activity, service, category string) providers.Action {
	name := normal(activity)
	if a, ok := byName[name]; ok {
		return a
	}
	switch {
	case strings.HasPrefix(name, "download ") && strings.HasSuffix(name, "- finished (bulk)"):
		return providers.Exported
	case strings.HasSuffix(name, "(bulk)"), alwaysRaw[name],
		strings.Contains(name, "_"), // calls inside the vendor's services: Features_GetFeaturesAsync
		service == "PIM",
		service == "B2C" && category == "Authentication":
		return providers.Action(activity)
	}
	word, rest, _ := strings.Cut(name, " ")
	before, _, _ := strings.Cut(word, "/") // Enable/Disable
	switch {
	case word == "add" && strings.Contains(rest, " to "), word == "remove" && strings.Contains(rest, " from "):
		return providers.Updated
	case word == "hard" && strings.HasPrefix(rest, "delete "):
		return providers.Destroy
	case before != word && before != "enable" && before != "disable":
		return providers.Action(activity)
	}
	if a, ok := firstWords[before]; ok {
		return a
	}
	return providers.Action(activity)
}

func membership(activity string) bool { return memberships[normal(activity)] }

// interrupts are codes of sign-ins that go on and bring a further record:
// https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
var interrupts = map[string]bool{
	"16001": true, "50058": true, "50072": true, "50074": true, "50076": true, "50079": true, "50097": true,
	"50125": true, "50129": true, "50140": true, "50168": true, "50199": true, "51006": true, "65001": true,
}

func signInAction(code string) (providers.Action, providers.Outcome) {
	switch {
	case code == "0":
		return providers.Login, providers.Success
	case code == "", interrupts[code]:
		return signInWord, ""
	}
	return providers.LoginFailed, providers.Failure
}

// normal is the form in which names are compared: the service writes blanks and
// dashes in more than one way.
func normal(name string) string {
	return strings.ToLower(strings.ReplaceAll(strings.Join(strings.Fields(name), " "), "–", "-"))
}

func normalized(index map[string]providers.Action) map[string]providers.Action {
	all := make(map[string]providers.Action, len(index))
	for name, a := range index {
		all[normal(name)] = a
	}
	return all
}

func set(names ...string) map[string]bool {
	all := make(map[string]bool, len(names))
	for _, n := range names {
		all[normal(n)] = true
	}
	return all
}
