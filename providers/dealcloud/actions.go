package dealcloud

import "github.com/otelactivity/otelactivity/providers"

// activity is what an activity type means. The zero action is the vendor's word.
type activity struct {
	action  providers.Action
	outcome providers.Outcome
}

// activities maps activityTypeId; the texts are spelled in more than one way
// (https://api.docs.dealcloud.com/docs/management/user_activity).
var activities = map[string]activity{
	"1":  {providers.Login, providers.Success},       // Login Successful
	"2":  {providers.LoginFailed, providers.Failure}, // Login Failed
	"3":  {providers.Logout, providers.Success},      // Logout
	"4":  {},                                         // Session Expired: a time-out, not an act
	"5":  {providers.LoginFailed, providers.Failure}, // Login Failed (Locked Out)
	"6":  {},                                         // Login Requires Verification: not decided yet
	"7":  {providers.LoginFailed, providers.Failure}, // Login Failed (Forbidden)
	"8":  {providers.Exported, providers.Success},    // Export Data
	"9":  {},                                         // User Proxy / Switch
	"10": {},                                         // BackupAccess
	"11": {"", providers.Failure},                    // IP Restriction Applied
}

// pushable are the actions that one activity type brings all of.
var pushable = map[providers.Action]int{
	providers.Login:    1,
	providers.Logout:   3,
	providers.Exported: 8,
}
