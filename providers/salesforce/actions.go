package salesforce

import (
	"regexp"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// setupActions maps actions of the setup audit trail, compared without case; exact
// words win over the rules below.
var setupActions = providers.ActionTable{
	// The start of a session as somebody else; the actor is the administrator.
	providers.Login:       {"suOrgAdminLogin", "suNetworkAdminLogin", "suPRMAdminLogin", "suloginaccessused"},
	providers.Logout:      {"suOrgAdminLogout", "suNetworkAdminLogout", "suPRMAdminLogout", "suLogout"},
	providers.UserCreated: {"createduser", "createdcustomersuccessuser", "createdpartneruser"},
	providers.UserDeactivated: {
		"deactivateduser", "frozeuser", "userlockedout", "CSPUserDisabled", "PRMUserDisabled",
	},
	providers.UserUpdated: {
		"activateduser", "unfrozeuser", "unlockeduser", "changedpassword", "resetpassword", "changedemail",
		"useremailchangesent", "changedusername", "changedcommunitynickname", "changedfederationid", "changedManager",
		"changedDelegateApprover", "changedApproverRequestEmails", "registeredUserPhoneNumber",
		"unregisterdUserPhoneNumber", // the vendor's spelling
		"twoFactorWebAuthN_editNickname", "lightningloginenroll", "lightninglogincancel", "granteduserpackagelicense",
		"userAllowForecastingOn", "userAllowForecastingOff",
	},
	providers.Updated: {"groupMembership", "queueMembership", "newProfileUIOffOn"},
	providers.Create:  {"newValidation", "holiday_insert"},
}

var setupByWord = func() map[string]providers.Action {
	m := map[string]providers.Action{}
	for word, a := range setupActions.Index() {
		m[strings.ToLower(word)] = a
	}
	return m
}()

// setupRules map what the words do not name, the first that matches.
var setupRules = []struct {
	pattern *regexp.Regexp
	action  providers.Action
}{
	{regexp.MustCompile(`(?i)^created[a-z]*user$`), providers.UserCreated},
	{regexp.MustCompile(`(?i)^changedprofileforuser|^changedroleforuser|^changedUser(Admin|Email|Phone)|^changed[a-z]+user(offon|onoff)$` +
		`|^(insert|delete)(TwoFactor|AuthenticatorPairing)|^PermSet(Group|License)?(Assign|Unassign)`), providers.UserUpdated},
	{regexp.MustCompile(`(?i)(OffOn|OnOff)$|^(changed?|updated?|modified|activated|deactivated)|(Change|Changed|ChangedCustom|ChangedStandard)$`), providers.Updated},
	{regexp.MustCompile(`(?i)^(created?|insert)|(Create|_create|_insert)$`), providers.Create},
	{regexp.MustCompile(`(?i)^(deleted?|removed)|(Delete|_delete)$`), providers.Destroy},
}

// setupAction returns the unified action of a setup action, else the action itself.
func setupAction(word string) providers.Action {
	if a, ok := setupByWord[strings.ToLower(word)]; ok {
		return a
	}
	for _, r := range setupRules {
		if r.pattern.MatchString(word) {
			return r.action
		}
	}
	return providers.Action(word)
}

// setupWords returns the setup actions that bring every event of the wanted
// actions. Only log-in-as sessions have no rule beyond the words.
func setupWords(wanted []string) []string {
	words, _ := setupActions.Words(wanted, func(a providers.Action) bool { return a == providers.Login || a == providers.Logout })
	return words
}

// fileAction maps an event type of a file. LoginAs stays raw: its rows are the
// single requests of such a session.
func fileAction(eventType, loginStatus string) (providers.Action, providers.Outcome) {
	switch eventType {
	case "Login":
		if loginStatus == "LOGIN_NO_ERROR" {
			return providers.Login, providers.Success
		}
		return providers.LoginFailed, providers.Failure
	case "Logout":
		return providers.Logout, providers.Success
	case "ReportExport", "DocumentAttachmentDownloads":
		return providers.Exported, providers.Success
	case "":
		return "", ""
	}
	return providers.Action(eventType), providers.Success
}
