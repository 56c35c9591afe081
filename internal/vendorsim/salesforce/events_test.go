package salesforce_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"
)

// TestEvents: the whole tables of sign-ins and changes come up, with what is odd.
func TestEvents(t *testing.T) {
	c := newClient(t)
	seen := map[string]int{}
	for _, e := range c.World.EmitEach(logins, 1000, time.Now().Add(-time.Hour), time.Second) {
		v := gjson.Parse(e.Raw)
		seen["status "+v.Get("Status").Str]++
		seen["type "+v.Get("LoginType").Str]++
		seen["from "+v.Get("SourceIp").Str]++
		seen["by "+v.Get("Browser").Str]++
		assert.Regexp(t, `\.000\+0000$`, v.Get("LoginTime").Str)
		assert.Regexp(t, `^0Ya\w{12}[A-Z0-5]{3}$`, e.ID)
	}
	for _, name := range []string{
		"status Success", "status Invalid Password", "status Password Lockout", "status User is Inactive", "status User Is Frozen", "status Restricted IP",
		"status Failed: Computer activation required", "status Failed: API security token required", "status Failed: Mobile License Required",
		"type Application", "type Remote Access 2.0", "from Salesforce.com IP", "by Unknown", "by ",
	} {
		assert.Greater(t, seen[name], 10, name)
	}
	clear(seen)
	for _, e := range c.World.EmitEach(trail, 3000, time.Now().Add(-time.Hour), time.Second) {
		v := gjson.Parse(e.Raw)
		seen[v.Get("Action").Str]++
		for name, odd := range map[string]bool{
			"nobody": v.Get("CreatedById").Type == gjson.Null, "unseen": v.Get("CreatedById").Str != "" && v.Get("CreatedBy").Type == gjson.Null,
			"process": v.Get("CreatedBy.Name").Str == "Automated Process", "delegate": v.Get("DelegateUser").Str != "",
			"user id": strings.Contains(v.Get("Display").Str, "UserID: [005"), "section": v.Get("Section").Type == gjson.Null,
		} {
			if odd {
				seen["odd "+name]++
			}
		}
	}
	for _, name := range []string{
		"odd nobody", "odd unseen", "odd process", "odd delegate", "odd user id", "odd section", "suOrgAdminLogin", "suLogout", "createdpartneruser",
		"frozeuser", "CSPUserDisabled", "unregisterdUserPhoneNumber", "PermSetGroupAssign", "groupMembership", "holiday_insert", "businesshours_delete", "enableIdp",
	} {
		assert.Greater(t, seen[name], 5, name)
	}
	assert.Greater(t, len(seen), 80)
}
