package hubspot

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// layout has milliseconds and Z.
const layout = "2006-01-02T15:04:05.000Z"

// userID is a number; the last employees have one that a double cannot hold.
func userID(n int) int64 {
	if n > 10 {
		return 9007199254740993 + 2*int64(n)
	}
	return 61500230 + int64(n)
}

// place adds where a request came from.
func place(rnd *rand.Rand, e object) {
	if !vendorsim.OneIn(rnd, 8) {
		e["ipAddress"] = vendorsim.IP(rnd)
	}
	if !vendorsim.OneIn(rnd, 4) {
		e["location"] = vendorsim.Pick(rnd, "Berlin, Germany", "Łódź, Poland", "São Paulo, Brazil", "")
		e["countryCode"], e["regionCode"] = "de", vendorsim.Pick(rnd, "be", "")
	}
}

func generateLogin(rnd *rand.Rand, n int, at time.Time) (string, string) {
	id := strconv.Itoa(n)
	p := vendorsim.Pick(rnd, vendorsim.People...)
	e := object{"id": id, "loginAt": at.Format(layout), "loginSucceeded": !vendorsim.OneIn(rnd, 4), "userId": userID(p.N), "email": p.Email}
	place(rnd, e)
	if !vendorsim.OneIn(rnd, 5) {
		e["userAgent"] = vendorsim.UserAgent(rnd)
	}
	if e["loginSucceeded"] == false && vendorsim.OneIn(rnd, 2) {
		delete(e, "userId")
		e["email"] = vendorsim.Pick(rnd, "nobody@example.com", "typo@example.net")
	}
	if vendorsim.OneIn(rnd, 25) {
		delete(e, "email")
	}
	return id, vendorsim.JSON(e)
}

// securityTypes are a spread of the documented ones, and one that is not.
var securityTypes = []string{
	"ADD_USER", "ADD_ADMIN_USER", "MANUAL_REGISTRATION_EMAIL_SEND", "JOINED_PORTAL_VIA_DOMAIN_BASED_INVITE", "DEACTIVATE_USER",
	"REMOVE_USER", "REACTIVATE_USER", "CHANGE_PASSWORD", "ADD_ADMIN_PERMISSIONS", "ADD_TWO_FACTOR_AUTHENTICATION", "PASSKEY_ADDED",
	"EXPORT", "EXPORT_DOWNLOAD", "CONTACT_DATA_EXPORT", "PRIVATE_APP_ACCESS_TOKEN_CREATE", "INSTALL_INTEGRATION", "TEAM_ADDED",
	"GDPR_DELETE", "UNINSTALL_INTEGRATION", "TEAM_DELETED", "PRIVATE_APP_ACCESS_TOKEN_ROTATE", "REQUIRE_SINGLE_SIGN_ON",
	"SENSITIVE_DATA_ENABLED", "SENSITIVE_DATA_DISABLED", "IMPORT", "IMPERSONATE_USER", "PERSONAL_ACCESS_KEY_VIEW",
	"TWO_FACTOR_PROTECTED_ENDPOINT_BLOCKED", "SOMETHING_QUITE_NEW",
}

func generateSecurity(rnd *rand.Rand, n int, at time.Time) (string, string) {
	id := strconv.Itoa(n)
	p, other := vendorsim.Pick(rnd, vendorsim.People...), vendorsim.Pick(rnd, vendorsim.People...)
	e := object{
		"id": id, "type": vendorsim.Pick(rnd, securityTypes...), "createdAt": at.Format(layout), "userId": userID(p.N),
		"actingUser": p.Email, "objectId": fmt.Sprint(userID(other.N)), "infoUrl": "app.hubspot.com/settings/4455667/users",
	}
	place(rnd, e)
	for _, name := range []string{"actingUser", "objectId", "infoUrl"} {
		if vendorsim.OneIn(rnd, 6) {
			delete(e, name)
		}
	}
	if vendorsim.OneIn(rnd, 15) {
		e["userId"] = 0
	}
	return id, vendorsim.JSON(e)
}

// subjects are category, subcategory and actions of the audit logs.
var subjects = []struct {
	category, sub string
	actions       []string
}{
	{"CRM_OBJECT", "CONTACT", []string{"CREATE", "UPDATE", "DELETE", "EXPORT"}},
	{"CRM_OBJECT", "DEAL", []string{"CREATE", "UPDATE", "DELETED"}},
	{"PROPERTY_VALUE", "CONTACT", []string{"UPDATE"}},
	{"PIPELINE", "DEAL", []string{"CREATED", "UPDATED", "DELETE"}},
	{"LOGIN", "LOGIN_SUCCEEDED", []string{"PERFORM"}},
	{"LOGIN", "LOGIN_FAILED", []string{"PERFORM"}},
	{"LOGIN", "LOGIN_CHALLENGED", []string{"PERFORM"}},
	{"CRITICAL_ACTION", "DEACTIVATE_USER", []string{"PERFORM"}},
	{"CRITICAL_ACTION", "EXPORT", []string{"PERFORM"}},
	{"WORKFLOWS", "", []string{"PUBLISH", "UPDATE"}},
}

// generateAudit makes rows whose ids are numbers or look like base64.
func generateAudit(rnd *rand.Rand, n int, at time.Time) (string, string) {
	id := strconv.Itoa(n)
	if vendorsim.OneIn(rnd, 2) {
		id = "IiI9" + vendorsim.Alnum(rnd, 4) + strconv.Itoa(n) + "=="
	}
	s := vendorsim.Pick(rnd, subjects...)
	p := vendorsim.Pick(rnd, vendorsim.People...)
	user := object{"userId": userID(p.N), "userEmail": p.Email}
	if vendorsim.OneIn(rnd, 5) {
		delete(user, "userEmail")
	}
	if vendorsim.OneIn(rnd, 20) {
		user["userId"] = 0
	}
	e := object{"id": id, "category": s.category, "action": vendorsim.Pick(rnd, s.actions...), "occurredAt": at.Format(layout), "actingUser": user}
	if s.sub != "" {
		e["subCategory"] = s.sub
	}
	if !vendorsim.OneIn(rnd, 6) {
		e["targetObjectId"] = vendorsim.Pick(rnd, fmt.Sprint(97742230000+n), "Sales Pipeline", "Vertrieb – Süd 🚀", "1")
	}
	return id, vendorsim.JSON(e)
}
