package salesforce

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
)

// The whole table, in the words of the vendor, and what the rules make of their like.
func TestSetupAction(t *testing.T) {
	for want, words := range map[providers.Action]string{
		providers.Login:           "suOrgAdminLogin suNetworkAdminLogin suPRMAdminLogin suloginaccessused SUORGADMINLOGIN",
		providers.Logout:          "suOrgAdminLogout suNetworkAdminLogout suPRMAdminLogout suLogout SULOGOUT",
		providers.UserCreated:     "createduser createdcustomersuccessuser createdpartneruser createdHighVolumePortalUser creatednetworkuser",
		providers.UserDeactivated: "deactivateduser frozeuser userlockedout CSPUserDisabled PRMUserDisabled",
		providers.UserUpdated: "activateduser unfrozeuser unlockeduser changedpassword resetpassword changedemail useremailchangesent changedusername " +
			"changedcommunitynickname changedfederationid changedManager changedDelegateApprover changedApproverRequestEmails registeredUserPhoneNumber " +
			"unregisterdUserPhoneNumber changedprofileforuser changedprofileforuserstdtostd changedroleforuser changedroleforuserfromnone " +
			"changedUserAdminVerifiedStatusVerified changedUserEmailVerifiedStatus changedUserPhoneVerifiedStatusUnverified changedMarketingUserOffOn " +
			"changedofflineuseronoff insertTwoFactorInfo deleteTwoFactorInfo2 insertAuthenticatorPairing deleteAuthenticatorPairing " +
			"twoFactorWebAuthN_editNickname lightningloginenroll lightninglogincancel PermSetAssign PermSetUnassign PermSetGroupAssign PermSetGroupUnassign " +
			"PermSetLicenseAssign granteduserpackagelicense userAllowForecastingOn userAllowForecastingOff",
		providers.Updated: "groupMembership queueMembership newProfileUIOffOn myDomainOnOff changedApexClass changeOrgName updatedsharingrule updateRule " +
			"modifiedflow activatedflow deactivatedinteraction orgWideSharingChange customTabChanged profileFlsChangedCustom profilePageLayoutChangedStandard",
		providers.Create:  "newValidation holiday_insert createdprofile createRule insertCertificate PermSetCreate tabSet_create calendar_insert",
		providers.Destroy: "deletedApexClass deleteRule removedpackage PermSetDelete businesshours_delete",
	} {
		for word := range strings.FieldsSeq(words) {
			assert.Equal(t, want, setupAction(word), word)
		}
	}
	for _, raw := range []string{"loginasgrantedtosfdc", "sessiongen", "enableIdp", "PermSetCloneNoLicense", ""} {
		assert.Equal(t, providers.Action(raw), setupAction(raw), "it has no meaning in the table")
	}
}

func TestLoginStatus(t *testing.T) {
	stream := open(t, nil, providers.Options{}).Streams[0]
	for _, status := range []string{
		"Success", "Invalid Password", "Password Lockout", "User is Inactive", "User Is Frozen", "Restricted IP", "Failed: Computer activation required",
		"Failed: API security token required", "Failed: Mobile License Required", "success", "no such status yet",
	} {
		a, err := stream.Decode(providers.Event{Raw: `{"Id":"1","UserId":"005","LoginTime":"2026-03-13T09:14:22.000+0000","Status":"` + status + `"}`})
		require.NoError(t, err)
		assert.Equal(t, "LoginHistory:"+status, a.RawAction)
		if status == "Success" {
			assert.Equal(t, providers.Login, a.Action)
			assert.Empty(t, a.Description)
			continue
		}
		assert.Equal(t, providers.LoginFailed, a.Action, status)
		assert.Equal(t, status, a.Description)
	}
}
