package microsoft365

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// generator makes records of one content type.
func generator(kinds []kind) func(*rand.Rand, int, time.Time) (string, string) {
	var byWeight []kind
	for _, k := range kinds {
		for range k.weight {
			byWeight = append(byWeight, k)
		}
	}
	return func(rnd *rand.Rand, _ int, at time.Time) (string, string) {
		k := vendorsim.Pick(rnd, byWeight...)
		id := vendorsim.UUID(rnd)
		return id, record(rnd, k, id, at)
	}
}

// record makes one record. Its type numbers are sometimes text, and its time has
// one of a few forms, always in UTC.
func record(rnd *rand.Rand, k kind, id string, at time.Time) string {
	form := vendorsim.Pick(rnd, "2006-01-02T15:04:05", "2006-01-02T15:04:05", "2006-01-02T15:04:05", "2006-01-02T15:04:05.0000000", "2006-01-02T15:04:05Z")
	e := object{
		"CreationTime": at.Format(form), "Id": id, "Operation": k.operation, "OrganizationId": tenantID, "RecordType": number(rnd, k.record),
		"Version": 1, "Workload": k.workload,
		"ResultStatus": vendorsim.Pick(rnd, "Success", "Success", "Succeeded", "True", "PartiallySucceeded", "Failed", "False"),
	}
	if vendorsim.OneIn(rnd, 6) {
		delete(e, "ResultStatus")
	}
	for _, part := range k.parts {
		addPart(rnd, e, k, part)
	}
	if k.operation == "AlertTriggered" {
		e["Name"], e["AlertId"] = "Unusual volume of file deletion & <more>", vendorsim.UUID(rnd)
	}
	return vendorsim.JSON(e)
}

func number(rnd *rand.Rand, n int) any {
	if vendorsim.OneIn(rnd, 5) {
		return strconv.Itoa(n)
	}
	return n
}

// address has the vendor's many spellings.
func address(rnd *rand.Rand) any {
	ip := vendorsim.IP(rnd)
	v6 := strings.Contains(ip, ":")
	switch rnd.IntN(10) {
	case 0:
		if v6 {
			return "[" + ip + "]:51512"
		}
		return ip + ":51512"
	case 1:
		if v6 {
			return "[" + ip + "]"
		}
		return "::ffff:" + ip
	case 2:
		return vendorsim.Pick[any](rnd, "", nil, "<null>", "localhost")
	}
	return ip
}

func addPart(rnd *rand.Rand, e object, k kind, part rune) {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	switch part {
	case 'u':
		e["UserId"], e["UserKey"], e["UserType"] = p.Email, userID(p), number(rnd, vendorsim.Pick(rnd, 0, 0, 2))
		if vendorsim.OneIn(rnd, 12) {
			e["UserId"] = strings.ReplaceAll(p.Email, "@", "_") + "#EXT#@example.com"
		}
		e["ClientIP"] = address(rnd)
		if k.workload == "AzureActiveDirectory" {
			e["Actor"] = []any{object{"ID": userID(p), "Type": 0}, object{"ID": p.Email, "Type": 5}, object{"ID": p.Name, "Type": 1}}
			e["ActorIpAddress"] = e["ClientIP"]
		}
	case 's':
		e["UserId"] = vendorsim.Pick(rnd, "app@sharepoint", `NT AUTHORITY\SYSTEM (Microsoft.Exchange)`, `SHAREPOINT\system`, "SecurityComplianceAlerts")
		e["UserKey"], e["UserType"] = "S-1-5-18", number(rnd, 3)
	case 'p':
		e["UserId"], e["UserKey"], e["UserType"] = "ServicePrincipal_5b300000-0000-4000-8000-000000000001", "Not Available", number(rnd, 4)
		e["Actor"] = []any{object{"ID": "HR Sync", "Type": 1}, object{"ID": "5b300000-0000-4000-8000-000000000001", "Type": 2}, object{"ID": "ServicePrincipal", "Type": 2}}
	case 'd':
		e["UserId"], e["UserKey"], e["UserType"] = p.Email, "DlpAgent", number(rnd, 4)
		e["PolicyDetails"] = []any{object{"PolicyName": "Número de tarjeta", "Rules": []any{object{"RuleName": "r", "Severity": "Low"}}}}
	case 'a':
		e["UserId"] = vendorsim.Pick(rnd, "Not Available", "anonymous", "urn:spo:anon#"+vendorsim.Hex(rnd, 20), "00000000-0000-0000-0000-000000000000", "")
		e["UserKey"], e["UserType"] = "Not Available", number(rnd, vendorsim.Pick(rnd, 0, 10))
		e["ClientIP"] = address(rnd)
	case 'l':
		addSignIn(rnd, e, k)
	case 't':
		addTargets(rnd, e)
	case 'f':
		addFile(rnd, e, k)
	case 'm':
		e["MailboxOwnerUPN"], e["ClientInfoString"], e["ClientIPAddress"] = p.Email, "Client=OWA;Action=ViaProxy", address(rnd)
		e["LogonUserDisplayName"], e["InternalLogonType"] = p.Name, 0
	case 'c':
		e["ObjectId"] = "example.com/Users/" + p.Name
		e["Parameters"] = vendorsim.Pick[any](rnd, []any{object{"Name": "Identity", "Value": p.Email}}, []string{"Identity", p.Email}, "Identity="+p.Email)
	}
}

func userID(p vendorsim.Person) string {
	return fmt.Sprintf("0b4f0000-0000-4000-8000-%012d", p.N)
}

func addSignIn(rnd *rand.Rand, e object, k kind) {
	app := fmt.Sprintf("a9900000-0000-4000-8000-%012d", rnd.IntN(5))
	e["ObjectId"], e["ApplicationId"], e["AzureActiveDirectoryEventType"] = app, app, 1
	e["Target"] = []any{object{"ID": app, "Type": 0}}
	e["ExtendedProperties"] = []any{object{"Name": "ResultStatusDetail", "Value": "Redirect"}, object{"Name": "UserAgent", "Value": vendorsim.UserAgent(rnd)}}
	e["ModifiedProperties"] = []any{}
	if k.operation == "UserLoginFailed" {
		e["LogonError"] = vendorsim.Pick(rnd, "InvalidUserNameOrPassword", "UserAccountNotFound")
		e["ErrorNumber"] = "50126"
	}
}

func addTargets(rnd *rand.Rand, e object) {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	category := "User"
	if strings.Contains(e["Operation"].(string), "group") {
		category = "Group"
	}
	e["ObjectId"] = vendorsim.Pick(rnd, p.Email, "Not Available", "Unknown", "")
	e["Target"] = []any{object{"ID": category + "_" + userID(p), "Type": 2}, object{"ID": userID(p), "Type": 2}, object{"ID": category, "Type": 2}, object{"ID": p.Email, "Type": 5}}
	e["ExtendedProperties"] = []any{
		object{"Name": "additionalDetails", "Value": vendorsim.Pick(rnd, "{}", vendorsim.JSON(object{"User-Agent": vendorsim.UserAgent(rnd)}), "not JSON")},
		object{"Name": "extendedAuditEventCategory", "Value": category},
	}
	e["ModifiedProperties"] = vendorsim.Pick[any](rnd, []any{object{"Name": "Department", "NewValue": `["Ventas"]`, "OldValue": "[]"}}, []string{"Department"}, "Department")
}

func addFile(rnd *rand.Rand, e object, k kind) {
	name := vendorsim.Pick(rnd, "plan.docx", "Übersicht 'Q1' & Q2.xlsx", "見積書.pdf")
	e["ObjectId"] = "https://example-my.sharepoint.com/personal/ana/Documents/" + name
	e["ItemType"] = vendorsim.Pick(rnd, "File", "File", "Folder", "Web")
	e["SourceFileName"], e["SiteUrl"], e["EventSource"] = name, "https://example-my.sharepoint.com/personal/ana", "SharePoint"
	e["UserAgent"] = vendorsim.Pick[any](rnd, vendorsim.UserAgent(rnd), "Microsoft Office Word", nil)
	if k.operation == "FileModified" {
		e["FileSizeBytes"] = 9007199254740993
	}
}
