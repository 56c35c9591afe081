package salesforce

import (
	"math/rand/v2"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// change is one action of the setup audit trail, with its text about a {user}, some
// of which tell the {id}.
type change struct{ action, section, text string }

const idOf = "{user} UserID: [{id}]"

// changes are what happens in Setup:
// https://help.salesforce.com/s/articleView?id=sf.admin_monitorsetup.htm
var changes = []change{
	{"suOrgAdminLogin", "", "Logged in using Login-As access for {user}"},
	{"suNetworkAdminLogin", "", "Logged in as community user {user}"},
	{"suPRMAdminLogin", "", "Logged in as partner user {user}"},
	{"suloginaccessused", "", "Login access used for {user}"},
	{"suOrgAdminLogout", "", "Logged out using Login-As access for {user}"},
	{"suNetworkAdminLogout", "", "Logged out as {user}"},
	{"suPRMAdminLogout", "", "Logged out as {user}"},
	{"suLogout", "", "Logged out as {user}"},

	{"createduser", "Manage Users", "Created new user {user}"},
	{"createdcustomersuccessuser", "Manage Users", "Created new Customer User " + idOf},
	{"createdpartneruser", "Manage Users", "Created new Partner User {user}"},
	{"creatednetworkuser", "Manage Users", "Created new user " + idOf},
	{"deactivateduser", "Manage Users", "Deactivated user " + idOf},
	{"frozeuser", "Manage Users", "Froze user account for {user}"},
	{"userlockedout", "Manage Users", "Locked out user {user}"},
	{"CSPUserDisabled", "Manage Users", "Disabled customer user {user}"},
	{"PRMUserDisabled", "Manage Users", "Disabled partner user {user}"},

	{"activateduser", "Manage Users", "Activated user " + idOf},
	{"unfrozeuser", "Manage Users", "Unfroze user account for {user}"},
	{"unlockeduser", "Manage Users", "Unlocked user {user}"},
	{"changedpassword", "Manage Users", "Changed password for user {user}"},
	{"resetpassword", "Manage Users", "Reset password for user {user}"},
	{"changedemail", "Manage Users", "Changed email for {user} from \"old@example.com\" to \"new@example.com\""},
	{"useremailchangesent", "Manage Users", "Sent mail about the change of address to {user}"},
	{"changedusername", "Manage Users", "Changed username for {user}"},
	{"changedcommunitynickname", "Manage Users", "Changed nickname for {user}"},
	{"changedfederationid", "Manage Users", "Changed federation id for {user}"},
	{"changedManager", "Manage Users", "Changed manager for {user}"},
	{"changedDelegateApprover", "Manage Users", "Changed delegated approver for {user}"},
	{"changedApproverRequestEmails", "Manage Users", "Changed approval request emails for {user}"},
	{"registeredUserPhoneNumber", "Manage Users", "Registered phone number of {user}"},
	{"unregisterdUserPhoneNumber", "Manage Users", "Unregistered phone number of {user}"},
	{"changedprofileforuser", "Manage Users", "Changed profile for user {user} from Standard User to System Administrator"},
	{"changedprofileforusercusttostd", "Manage Users", "Changed profile for user " + idOf},
	{"changedroleforuser", "Manage Users", "Changed role for user {user} from none to CEO"},
	{"changedroleforuserfromnone", "Manage Users", "Changed role for user " + idOf},
	{"changedUserAdminVerifiedStatusVerified", "Manage Users", "Changed verification of {user}"},
	{"changedUserEmailVerifiedStatusVerified", "Manage Users", "Verified address of {user}"},
	{"changedUserPhoneVerifiedStatusUnverified", "Manage Users", "Unverified phone of {user}"},
	{"changedmarketinguseroffon", "Manage Users", "Turned on marketing user for {user}"},
	{"changedofflineuseronoff", "Manage Users", "Turned off offline user for {user}"},
	{"insertTwoFactorInfo", "Manage Users", "Added two-factor registration of {user}"},
	{"deleteTwoFactorInfo2", "Manage Users", "Removed two-factor registration of {user}"},
	{"insertAuthenticatorPairing", "Manage Users", "Connected Salesforce Authenticator of {user}"},
	{"deleteAuthenticatorPairing", "Manage Users", "Disconnected Salesforce Authenticator of {user}"},
	{"twoFactorWebAuthN_editNickname", "Manage Users", "Renamed security key of {user}"},
	{"lightningloginenroll", "Manage Users", "Enrolled {user} in Lightning Login"},
	{"lightninglogincancel", "Manage Users", "Cancelled Lightning Login of {user}"},
	{"PermSetAssign", "Manage Users", "Permission set Auditor: assigned to user " + idOf},
	{"PermSetUnassign", "Manage Users", "Permission set Auditor: unassigned from user {user}"},
	{"PermSetGroupAssign", "Manage Users", "Permission set group Ops: assigned to user {user}"},
	{"PermSetLicenseAssign", "Manage Users", "Permission set license CRM: assigned to user {user}"},
	{"granteduserpackagelicense", "Manage Users", "Granted package license to {user}"},
	{"userAllowForecastingOn", "Manage Users", "Allowed forecasting for {user}"},
	{"userAllowForecastingOff", "Manage Users", "Disallowed forecasting for {user}"},

	{"groupMembership", "Groups", "Added user {user} to group Finance"},
	{"queueMembership", "Groups", "Added user {user} to queue Support"},
	{"newProfileUIOffOn", "User Interface", "Turned on the enhanced profile list"},
	{"mobilePushOnOff", "Mobile", "Turned off push"},
	{"changedApexClass", "Apex Class", "Changed BillingSync Apex Class code"},
	{"updatedsharingrule", "Sharing", "Updated sharing rule \"A, B\""},
	{"modifiedflow", "Flows", "Modified flow Übergabe"},
	{"activatedflow", "Flows", "Activated flow\nwith a second line"},
	{"deactivatedinteraction", "Flows", "Deactivated flow"},
	{"profileFlsChangedCustom", "Profiles", "Changed field-level security"},
	{"profilePageLayoutChangedStandard", "Profiles", "Changed page layout"},
	{"PermSetEnableUserPermChange", "Permission Sets", "Changed permission set"},
	{"customTabChanged", "Tabs", "Changed tab"},
	{"newValidation", "Validation", "Added validation rule"},
	{"holiday_insert", "Company", "Added holiday"},
	{"createdApexClass", "Apex Class", "Created Nightly Apex Class code"},
	{"insertConnectedApplication", "Connected Apps", "Added connected app"},
	{"PermSetCreate", "Permission Sets", "Created permission set MAD: with user license Salesforce"},
	{"queue_create", "Groups", "Created queue"},
	{"deletedCF", "Custom Fields", "Deleted custom field Größe__c"},
	{"removedpackage", "Packages", "Removed package"},
	{"PermSetDelete", "Permission Sets", "Deleted permission set"},
	{"businesshours_delete", "Company", "Deleted business hours"},

	{"loginasgrantedtosfdc", "Manage Users", "Granted access to Salesforce support"},
	{"sessiongen", "Session Settings", "Changed session settings"},
	{"enableIdp", "Identity Provider", "Enabled identity provider"},
	{"PermSetCloneNoLicense", "Permission Sets", "Cloned permission set"},
	{"quantumEntanglementToggled", "", "No such action is known"},
}

// generateSetup makes a row of SetupAuditTrail. Who did it is sometimes nobody, a
// process, or somebody whose record cannot be seen.
func generateSetup(rnd *rand.Rand, n int, at time.Time) (string, string) {
	rowID := newID("0Ym", n)
	c := vendorsim.Pick(rnd, changes...)
	whom := vendorsim.Pick(rnd, vendorsim.People...)
	shown := whom.Name
	if vendorsim.OneIn(rnd, 3) {
		shown = usernameOf(whom)
	}
	display := strings.NewReplacer("{user}", shown, "{id}", userID(whom)).Replace(c.text)
	who := vendorsim.Pick(rnd, vendorsim.People...)
	author, by := any(userID(who)), raw(`{"attributes":`+reference("User", userID(who))+`,"Username":`+vendorsim.JSON(usernameOf(who))+
		`,"Name":`+vendorsim.JSON(who.Name)+`,"Email":`+vendorsim.JSON(who.Email)+`}`)
	context := any(nil)
	switch rnd.IntN(12) {
	case 0:
		author, by = nil, "null"
	case 1:
		by = "null"
	case 2:
		author, context = processID, vendorsim.Pick[any](rnd, "Einstein", nil)
		by = raw(`{"attributes":` + reference("User", processID) + `,"Username":"autoproc@00d5g000004abcdeak","Name":"Automated Process","Email":"autoproc@example.com"}`)
	}
	delegate := vendorsim.Pick[any](rnd, nil, nil, nil, "", "admin@example.com.acme.example")
	return rowID, record("SetupAuditTrail", rowID,
		"Action", c.action, "Section", orNull(c.section), "Display", display, "CreatedDate", at.UTC().Format(timeForm),
		"CreatedById", author, "CreatedBy", by, "DelegateUser", delegate,
		"ResponsibleNamespacePrefix", vendorsim.Pick[any](rnd, nil, nil, "exns"), "CreatedByContext", context, "CreatedByIssuer", nil)
}
