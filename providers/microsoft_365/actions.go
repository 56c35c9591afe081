package microsoft365

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// loginFailed is the one failed sign-in of the token service.
const loginFailed = "UserLoginFailed"

// trimmed is the operation without the period that ends Entra's names.
func trimmed(operation string) string { return strings.TrimSuffix(operation, ".") }

var byOperation = index()

// index joins the tables, of which no operation stands in two under two actions.
func index() map[string]providers.Action {
	all := providers.ActionTable{}
	for _, t := range []providers.ActionTable{people, directoryChanges, files, mailAndTeams} {
		for a, operations := range t {
			all[a] = append(all[a], operations...)
		}
	}
	return all.Index()
}

// verbs map the cmdlets that are not listed.
var verbs = map[string]providers.Action{
	"New":    providers.Create,
	"Set":    providers.Updated,
	"Remove": providers.Destroy,
}

// action returns the unified action of an operation, else the operation itself.
func action(operation, kind, status string) providers.Action {
	name := trimmed(operation)
	if a, ok := byOperation[name]; ok {
		return a
	}
	switch kind {
	case directoryLogon:
		if strings.Contains(name, "Logon") {
			switch result(status) {
			case providers.Success:
				return providers.Login
			case providers.Failure:
				return providers.LoginFailed
			}
		}
	case exchangeAdmin, complianceCommand:
		if verb, _, ok := strings.Cut(name, "-"); ok {
			if a, ok := verbs[verb]; ok {
				return a
			}
		}
	}
	return providers.Action(operation)
}

// people are sign-ins and users:
// https://learn.microsoft.com/en-us/purview/audit-log-activities
var people = providers.ActionTable{
	providers.Login: {
		"UserLoggedIn",
		"MailboxLogin",
		"TeamsSessionStarted",
		"SignInEvent",
	},
	providers.LoginFailed: {
		loginFailed,
	},
	providers.Logout: {
		"UserLoggedOff",
	},
	providers.UserCreated: {
		"Add user",
	},
	providers.UserInvited: {
		"Invite external user",
		"Invite internal user to B2B collaboration",
	},
	providers.UserJoined: {
		"Redeem external user invite",
	},
	providers.UserDeactivated: {
		"Disable account",
	},
	providers.UserDeleted: {
		"Delete user",
		"Hard Delete user",
	},
	providers.UserUpdated: {
		"Update user",
		"Change user license",
		"Change user password",
		"Reset user password",
		"Set force change user password",
		"Set license properties",
		"Add member to role",
		"Remove member from role",
		"Enable account",
		"Restore user",
		"Enable Strong Authentication",
		"Disable Strong Authentication",
		"Set user manager",
		"Add eligible member to role",
		"Remove eligible member from role",
		"Update StsRefreshTokenValidFrom Timestamp",
		"User registered security info",
		"User deleted security info",
		"User changed default security info",
		"Admin registered security info",
		"Admin deleted security info",
	},
}
