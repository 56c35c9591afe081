package azureactivedirectory

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// activity is one kind of directory audit:
// https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
type activity struct {
	name      string
	category  string
	service   string
	operation string
	targets   string // letters: u user, g group, a application, r role, n not applicable, - none
	by        string // letters: u user, a app, 0 nobody
	weight    int
}

const (
	core = "Core Directory"
	ssgm = "Self-service Group Management"
)

var activities = []activity{
	{"Update user", "UserManagement", core, "Update", "u", "uua", 8},
	{"Add user", "UserManagement", core, "Add", "u", "uua", 3},
	{"Invite external user", "UserManagement", "Invited Users", "Add", "u", "u", 1},
	{"Redeem external user invite", "UserManagement", "Invited Users", "Update", "u", "a", 1},
	{"Disable account", "UserManagement", core, "Update", "u", "u", 1},
	{"Enable account", "UserManagement", core, "Update", "u", "u", 1},
	{"Delete user", "UserManagement", core, "Delete", "u", "ua", 2},
	{"Hard Delete user", "UserManagement", core, "Delete", "u", "a", 1},
	{"Change user license", "UserManagement", core, "Update", "u", "u", 1},
	{"Reset password (self-service)", "UserManagement", "Self-service Password Management", "Reset", "u", "u", 2},
	{"User registered security info", "UserManagement", "Authentication Methods", "Add", "u", "u", 1},
	{"Add member to role", "RoleManagement", core, "Assign", "ur", "u", 2},
	{"Remove member from role (PIM activation expired)", "RoleManagement", "PIM", "Unassign", "ru", "a", 1},
	{"Add member to group", "GroupManagement", core, "Assign", "ug", "ua", 3},
	{"Remove member from group", "GroupManagement", core, "Unassign", "ug", "u", 2},
	{"Add group", "GroupManagement", core, "Add", "g", "u", 1},
	{"Delete group", "GroupManagement", core, "Delete", "g", "u", 1},
	{"Add application", "ApplicationManagement", core, "Add", "a", "u", 1},
	{"Update application – Certificates and secrets management ", "ApplicationManagement", core, "Update", "a", "u", 1},
	{"Delete application", "ApplicationManagement", core, "Delete", "a", "u", 1},
	{"Consent to application", "ApplicationManagement", core, "Assign", "a", "u", 1},
	{"Add conditional access policy", "Policy", "Conditional Access", "Add", "n", "u", 1},
	{"Update policy", "Policy", core, "Update", "n", "u", 1},
	{"Download users - finished (bulk)", "UserManagement", core, "Download", "-", "u", 1},
	{"Export", "ProvisioningManagement", "Account Provisioning", "Create", "u", "a0", 1},
	{"Features_GetFeaturesAsync", "GroupManagement", ssgm, "Update", "-", "a", 3},
	{"Engage teleporter 'now'", "Other", "Teleportation", "Other", "-", "u0", 1}, // no such activity is known
}

var activitiesByWeight = func() []activity {
	var all []activity
	for _, a := range activities {
		for range a.weight {
			all = append(all, a)
		}
	}
	return all
}()

func userID(p vendorsim.Person) string {
	return fmt.Sprintf("0b4f0000-0000-4000-8000-%012d", p.N)
}

// audit makes one directory audit. Times have up to seven fraction digits.
func audit(rnd *rand.Rand, _ int, at time.Time) (string, string) {
	a := vendorsim.Pick(rnd, activitiesByWeight...)
	correlation := vendorsim.UUID(rnd)
	prefix := map[string]string{core: "Directory", ssgm: "SSGM"}[a.service]
	if prefix == "" {
		prefix = strings.ReplaceAll(a.service, " ", "")
	}
	id := fmt.Sprintf("%s_%s_%s_%08d", prefix, correlation, strings.ToUpper(vendorsim.Hex(rnd, 5)), rnd.IntN(1e8))
	format := "2006-01-02T15:04:05.0000000Z"
	if vendorsim.OneIn(rnd, 4) {
		format = "2006-01-02T15:04:05.9999999Z"
	}
	e := object{
		"id": id, "category": a.category, "correlationId": correlation, "activityDisplayName": a.name, "activityDateTime": at.Format(format),
		"loggedByService": a.service, "operationType": a.operation, "initiatedBy": initiator(rnd, a.by[rnd.IntN(len(a.by))]),
		"result":          vendorsim.Pick(rnd, "success", "success", "success", "success", "failure", "timeout", "unknownFutureValue"),
		"resultReason":    vendorsim.Pick[any](rnd, "", "", "OK", nil, "Microsoft.Online.Workflows.ValidationException: „ungültig“ <x>"),
		"targetResources": targets(rnd, a), "additionalDetails": details(rnd),
	}
	for _, name := range []string{"targetResources", "additionalDetails", "resultReason"} {
		if vendorsim.OneIn(rnd, 40) {
			delete(e, name)
		}
	}
	return id, vendorsim.JSON(e)
}

func initiator(rnd *rand.Rand, by byte) any {
	switch by {
	case '0':
		return nil
	case 'a':
		return object{"user": nil, "app": object{
			"appId":       vendorsim.Pick[any](rnd, nil, "00000003-0000-0000-c000-000000000000"),
			"displayName": "Microsoft Entra Service", "servicePrincipalId": vendorsim.Pick[any](rnd, "1f2e0000-0000-4000-8000-000000000001", nil), "servicePrincipalName": nil,
		}}
	}
	p := vendorsim.Pick(rnd, vendorsim.People...)
	address := vendorsim.IP(rnd)
	user := object{
		"id": userID(p), "displayName": vendorsim.Pick[any](rnd, nil, p.Name), "userPrincipalName": p.Email,
		"ipAddress": vendorsim.Pick[any](rnd, address, address, "", nil, "<null>", address+":50123"), "userType": nil, "homeTenantId": nil, "homeTenantName": nil,
	}
	if vendorsim.OneIn(rnd, 15) {
		user["id"] = "00000000-0000-0000-0000-000000000000"
	}
	return object{"app": nil, "user": user}
}

func targets(rnd *rand.Rand, a activity) []any {
	list := []any{}
	for _, letter := range a.targets {
		t := object{"displayName": nil, "userPrincipalName": nil, "groupType": nil, "modifiedProperties": []any{}}
		switch letter {
		case 'u':
			p := vendorsim.Pick(rnd, vendorsim.People...)
			t["id"], t["type"], t["userPrincipalName"] = userID(p), "User", p.Email
			t["modifiedProperties"] = []any{
				object{"displayName": "Department", "oldValue": "[]", "newValue": `["Vertrieb & Éxport"]`},
				object{"displayName": "Included Updated Properties", "oldValue": nil, "newValue": `"Department"`},
			}
		case 'g':
			t["id"], t["type"], t["groupType"] = fmt.Sprintf("6a000000-0000-4000-8000-%012d", rnd.IntN(5)), "Group", "azureAD"
		case 'a':
			t["id"], t["type"], t["displayName"] = fmt.Sprintf("a9900000-0000-4000-8000-%012d", rnd.IntN(5)), vendorsim.Pick(rnd, "Application", "ServicePrincipal"), "Wiki <b>"
		case 'r':
			t["id"], t["type"], t["displayName"] = "620e0000-0000-4000-8000-000000000010", "Role", "Global Administrator"
		case 'n':
			t["id"], t["type"] = vendorsim.Pick(rnd, "00000000-0000-0000-0000-000000000000", "b0110000-0000-4000-8000-000000000001"), vendorsim.Pick(rnd, "N/A", "Policy")
		default:
			continue
		}
		if vendorsim.OneIn(rnd, 30) { // older replies
			t["Type"] = t["type"]
			delete(t, "type")
		}
		list = append(list, t)
	}
	return list
}

func details(rnd *rand.Rand) []any {
	list := []any{}
	if vendorsim.OneIn(rnd, 2) {
		list = append(list, object{"key": "UserType", "value": "Member"})
	}
	if vendorsim.OneIn(rnd, 3) {
		list = append(list, object{"key": "User-Agent", "value": vendorsim.UserAgent(rnd)})
	}
	if vendorsim.OneIn(rnd, 20) {
		list = append(list, object{"key": "ResultDescription", "value": nil})
	}
	return list
}
