package azureactivedirectory

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// betaFields are those that version 1.0 lacks.
var betaFields = []string{
	"userAgent", "signInEventTypes", "servicePrincipalId", "servicePrincipalName", "managedServiceIdentity", "authenticationDetails",
	"authenticationRequirement", "userType", "homeTenantId", "resourceTenantId", "uniqueTokenIdentifier",
}

// interactive tells whether a row is shown by those who know no types.
func interactive(raw string) bool {
	types := gjson.Get(raw, "signInEventTypes")
	return !types.Exists() || slices.ContainsFunc(types.Array(), func(t gjson.Result) bool { return t.Str == "interactiveUser" })
}

// codes are the results of sign-ins:
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
var codes = []struct {
	number int
	reason string
	weight int
}{
	{0, "Other.", 14},
	{50126, "Error validating credentials due to invalid username or password.", 4},
	{50053, "The account is locked, you've tried to sign in too many times.", 1},
	{50057, "The user account is disabled.", 1},
	{50034, "The user account does not exist in the directory.", 1},
	{53003, "Access has been blocked by Conditional Access policies.", 1},
	{500121, "Authentication failed during strong authentication request.", 1},
	{50074, "Strong Authentication is required.", 2},
	{50140, "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.", 1},
	{65001, "The user or administrator has not consented to use the application.", 1},
	{7000000, "Unheard of.", 1},
}

var codesByWeight = func() []int {
	var all []int
	for i, c := range codes {
		for range c.weight {
			all = append(all, i)
		}
	}
	return all
}()

// signIn makes one sign-in in the form of the beta version.
func signIn(rnd *rand.Rand, _ int, at time.Time) (string, string) {
	id := vendorsim.UUID(rnd)
	code := codes[vendorsim.Pick(rnd, codesByWeight...)]
	kind := vendorsim.Pick(rnd, "interactiveUser", "interactiveUser", "interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity")
	e := object{
		"id": id, "createdDateTime": at.Format("2006-01-02T15:04:05Z"), "signInEventTypes": []string{kind}, "isInteractive": kind == "interactiveUser",
		"appId": fmt.Sprintf("a9900000-0000-4000-8000-%012d", rnd.IntN(5)), "appDisplayName": vendorsim.Pick[any](rnd, "Azure Portal", "経費精算", nil),
		"ipAddress": vendorsim.Pick(rnd, vendorsim.IP(rnd), vendorsim.IP(rnd), vendorsim.IP(rnd), ""), "clientAppUsed": vendorsim.Pick[any](rnd, "Browser", "Mobile Apps and Desktop clients", nil),
		"correlationId": vendorsim.UUID(rnd), "conditionalAccessStatus": vendorsim.Pick(rnd, "notApplied", "success", "failure"),
		"riskDetail": "none", "riskLevelAggregated": "none", "riskState": "none", "riskEventTypes": []any{}, "riskEventTypes_v2": []any{},
		"resourceDisplayName": "Windows Azure Service Management API", "resourceId": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
		"status":                           object{"errorCode": code.number, "failureReason": code.reason, "additionalDetails": vendorsim.Pick[any](rnd, nil, "MFA completed in Azure AD")},
		"deviceDetail":                     object{"deviceId": "", "displayName": nil, "operatingSystem": "Windows 10", "browser": "Edge 124.0", "isCompliant": nil, "trustType": nil},
		"location":                         vendorsim.Pick[any](rnd, nil, object{"city": "Łódź", "state": nil, "countryOrRegion": "PL", "geoCoordinates": object{"altitude": nil, "latitude": 51.8, "longitude": 19.4}}),
		"appliedConditionalAccessPolicies": []any{}, "userAgent": vendorsim.Pick[any](rnd, vendorsim.UserAgent(rnd), "", nil), "userType": "member",
		"homeTenantId": tenantID, "resourceTenantId": tenantID, "uniqueTokenIdentifier": vendorsim.Alnum(rnd, 22), "authenticationRequirement": "singleFactorAuthentication",
	}
	addIdentity(rnd, e, kind, code.number)
	if vendorsim.OneIn(rnd, 40) {
		e["status"] = nil
	}
	return id, vendorsim.JSON(e)
}

// addIdentity says who signed in.
func addIdentity(rnd *rand.Rand, e object, kind string, code int) {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	switch kind {
	case "servicePrincipal", "managedIdentity":
		e["servicePrincipalId"], e["servicePrincipalName"] = fmt.Sprintf("5b300000-0000-4000-8000-%012d", rnd.IntN(4)), "HR Sync"
		e["userId"], e["userDisplayName"], e["userPrincipalName"] = vendorsim.Pick[any](rnd, "", nil), nil, vendorsim.Pick[any](rnd, "", nil)
		e["managedServiceIdentity"] = nil
		if kind == "managedIdentity" {
			e["managedServiceIdentity"] = object{"msiType": "systemAssigned", "associatedResourceId": "/subscriptions/x/vm 1", "federatedTokenId": ""}
		}
		e["authenticationDetails"] = []any{}
		return
	}
	e["servicePrincipalId"], e["servicePrincipalName"] = "", nil
	e["userId"], e["userDisplayName"], e["userPrincipalName"] = userID(p), p.Name, p.Email
	if code == 50034 {
		e["userId"], e["userDisplayName"] = "00000000-0000-0000-0000-000000000000", nil
		e["userPrincipalName"] = vendorsim.Pick(rnd, "typo@example.com", "{EUII Hidden}")
	}
	e["authenticationDetails"] = []any{object{"authenticationMethod": vendorsim.Pick(rnd, "Password", "FIDO2 security key"), "succeeded": code == 0, "authenticationStepDateTime": e["createdDateTime"]}}
}
