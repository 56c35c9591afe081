package okta

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// kind is one type of event: https://developer.okta.com/docs/reference/api/event-types/
type kind struct {
	eventType string
	message   string
	targets   string // letters: u user, g group, a app instance, p policy, r rule, t token, - none
	result    string // the usual outcome; S success, F failure, more letters: drawn
	by        string // u user, s system, n nobody, i address, c client app
	weight    int
}

var results = map[byte]string{'S': "SUCCESS", 'F': "FAILURE", 'A': "ALLOW", 'D': "DENY", 'K': "SKIPPED", 'C': "CHALLENGE", 'U': "UNKNOWN", 'R': "RATE_LIMIT"}

var kinds = []kind{
	{"user.session.start", "User login to Okta", "-", "SSSSSFFUKD", "uuun", 12},
	{"user.session.end", "User logout from Okta", "-", "S", "u", 5},
	{"user.authentication.auth_via_mfa", "Authentication of user via MFA", "-", "SSFD", "u", 6},
	{"user.authentication.auth_via_radius", "Authentication of user via RADIUS", "-", "SFC", "u", 1},
	{"user.authentication.sso", "User single sign on to app", "a", "S", "u", 12},
	{"app.inbound_del_auth.login_success", "Delegated login", "u", "S", "u", 1},
	{"user.lifecycle.create", "Create okta user", "u", "SSF", "us", 2},
	{"user.lifecycle.activate", "Activate Okta user", "u", "S", "us", 2},
	{"user.lifecycle.deactivate", "Deactivate Okta user", "u", "S", "us", 2},
	{"user.lifecycle.suspend", "Suspend okta user", "u", "S", "us", 1},
	{"user.lifecycle.delete.initiated", "Delete Okta user initiated", "u", "S", "us", 1},
	{"user.lifecycle.delete.completed", "Delete Okta user", "u", "S", "s", 1},
	{"user.account.update_profile", "Update user profile for Okta", "u", "SSSF", "us", 3},
	{"user.account.lock", "Max sign in attempts exceeded", "u", "F", "un", 1},
	{"user.account.reset_password", "User reset password for Okta", "u", "SF", "u", 2},
	{"user.mfa.factor.activate", "Activate factor for user", "u", "S", "u", 2},
	{"user.mfa.okta_verify.deny_push", "User rejected Okta push verify", "u", "F", "u", 1},
	{"group.user_membership.add", "Add user to group membership", "ug", "S", "us", 3},
	{"group.user_membership.remove", "Remove user from group membership", "ug", "S", "us", 2},
	{"application.user_membership.add", "Add user to application membership", "ua", "SF", "us", 3},
	{"application.lifecycle.update", "Update application", "a", "S", "u", 2},
	{"group.lifecycle.create", "Create Okta group", "g", "S", "u", 1},
	{"group.lifecycle.delete", "Delete Okta group", "g", "S", "u", 1},
	{"policy.rule.add", "Add policy rule", "pr", "S", "u", 1},
	{"policy.rule.update", "Update policy rule", "pr", "S", "u", 1},
	{"policy.evaluate_sign_on", "Evaluation of sign-on policy", "pr", "ADC", "u", 6},
	{"system.api_token.create", "Create API token", "t", "S", "u", 1},
	{"system.api_token.revoke", "Revoke API token", "t", "S", "u", 1},
	{"analytics.reports.export.download", "Export report download", "-", "S", "u", 1},
	{"security.threat.detected", "Request from suspicious actor", "-", "D", "i", 1},
	{"app.oauth2.token.grant.access_token", "OAuth2 access token is granted", "ac", "SF", "c", 4},
	{"system.org.rate_limit.warning", "Rate limit warning", "-", "R", "sn", 1},
}

var byWeight = func() []kind {
	var all []kind
	for _, k := range kinds {
		for range k.weight {
			all = append(all, k)
		}
	}
	return all
}()

// generate makes one log event. Parts that Okta leaves out or sends as null are
// missing in some.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	id := vendorsim.UUID(rnd)
	by := k.by[rnd.IntN(len(k.by))]
	result := results[k.result[rnd.IntN(len(k.result))]]
	address := vendorsim.IP(rnd)
	e := object{
		"uuid": id, "published": at.Format("2006-01-02T15:04:05.000Z"), "eventType": k.eventType, "displayMessage": k.message,
		"version": "0", "severity": vendorsim.Pick(rnd, "INFO", "INFO", "INFO", "WARN", "ERROR", "DEBUG"),
		"actor": actor(rnd, by, address), "client": client(rnd, by, address), "outcome": outcome(rnd, result),
		"target": targets(rnd, k.targets), "authenticationContext": authentication(rnd),
		"transaction":  object{"type": vendorsim.Pick(rnd, "WEB", "JOB"), "id": vendorsim.Alnum(rnd, 22), "detail": object{}},
		"debugContext": object{"debugData": object{"requestId": vendorsim.Alnum(rnd, 20), "dtHash": vendorsim.Hex(rnd, 64), "requestUri": "/api/v1/authn", "sequence": fmt.Sprint(9007199254740993 + n)}},
		"request":      object{"ipChain": chain(rnd, address)},
		"securityContext": object{
			"asNumber": vendorsim.Pick[any](rnd, 64500, 4200000000, nil), "asOrg": "example", "isp": "example",
			"domain": vendorsim.Pick[any](rnd, "example.com", nil), "isProxy": vendorsim.OneIn(rnd, 9),
		},
	}
	for _, name := range []string{"client", "authenticationContext", "debugContext", "securityContext", "transaction", "request"} {
		switch rnd.IntN(30) {
		case 0:
			e[name] = nil
		case 1:
			delete(e, name)
		}
	}
	if vendorsim.OneIn(rnd, 2) {
		e["device"] = nil
	}
	if vendorsim.OneIn(rnd, 3) {
		e["legacyEventType"] = "core." + k.eventType
	}
	return id, vendorsim.JSON(e)
}

func userID(n int) string { return fmt.Sprintf("00u%017d", n) }

func actor(rnd *rand.Rand, by byte, address string) any {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	switch by {
	case 's':
		return object{"id": "okta.2b1959c8-bcc0-56eb-a589-000000000001", "type": "SystemPrincipal", "alternateId": "system@okta.example", "displayName": "Okta System", "detailEntry": nil}
	case 'n':
		return object{"id": "unknown", "type": "User", "alternateId": vendorsim.Pick(rnd, "unknown", "typo@example.com", p.Email), "displayName": "unknown", "detailEntry": nil}
	case 'i':
		return object{"id": address, "type": "IP address", "alternateId": "unknown", "displayName": "unknown", "detailEntry": nil}
	case 'c':
		return object{"id": "0oaFakeClientApp00002", "type": vendorsim.Pick(rnd, "PublicClientApp", "AppInstance"), "alternateId": "unknown", "displayName": "Backup & Sync", "detailEntry": object{"note": "<none>"}}
	}
	return object{"id": userID(p.N), "type": "User", "alternateId": p.Email, "displayName": p.Name, "detailEntry": nil}
}

func client(rnd *rand.Rand, by byte, address string) any {
	if by == 's' {
		return object{"userAgent": nil, "zone": nil, "device": nil, "id": nil, "ipAddress": nil, "geographicalContext": nil}
	}
	c := object{
		"userAgent": object{"rawUserAgent": vendorsim.Pick(rnd, vendorsim.UserAgent(rnd), vendorsim.UserAgent(rnd), "unknown"), "os": "Linux", "browser": "UNKNOWN"},
		"zone":      "null", "device": vendorsim.Pick(rnd, "Computer", "Mobile", "Unknown"), "id": nil, "ipAddress": address,
		"geographicalContext": object{
			"city": vendorsim.Pick[any](rnd, "Porto", "Łódź", "São Paulo", nil), "state": nil, "country": "Portugal", "postalCode": "4000",
			"geolocation": object{"lat": 41.1, "lon": -8.6},
		},
	}
	switch rnd.IntN(20) {
	case 0:
		c["ipAddress"] = "null"
	case 1:
		c["ipAddress"] = nil
	case 2:
		c["userAgent"] = nil
	case 3:
		c["geographicalContext"] = nil
	}
	return c
}

func outcome(rnd *rand.Rand, result string) any {
	if vendorsim.OneIn(rnd, 60) {
		return nil
	}
	var reason any
	if result == "FAILURE" || result == "DENY" {
		reason = vendorsim.Pick(rnd, "INVALID_CREDENTIALS", "VERIFICATION_ERROR", "LOCKED_OUT", "Sign-on policy evaluation resulted in DENY")
	}
	return object{"result": result, "reason": reason}
}

func chain(rnd *rand.Rand, address string) []any {
	if vendorsim.OneIn(rnd, 5) {
		return []any{}
	}
	list := []any{object{"ip": address, "geographicalContext": nil, "version": "V4", "source": nil}}
	if vendorsim.OneIn(rnd, 4) {
		list = append(list, object{"ip": vendorsim.IP(rnd), "geographicalContext": nil, "version": "V4", "source": nil})
	}
	return list
}

func authentication(rnd *rand.Rand) any {
	return object{
		"authenticationProvider": vendorsim.Pick[any](rnd, nil, "FACTOR_PROVIDER", "OKTA_AUTHENTICATION_PROVIDER"),
		"credentialProvider":     vendorsim.Pick[any](rnd, nil, "OKTA_CREDENTIAL_PROVIDER"),
		"credentialType":         vendorsim.Pick[any](rnd, nil, "PASSWORD", "OTP", "ASSERTION"),
		"issuer":                 nil, "interface": nil, "authenticationStep": 0,
		"externalSessionId": vendorsim.Pick(rnd, "unknown", "idx"+vendorsim.Alnum(rnd, 20)),
	}
}

func targets(rnd *rand.Rand, letters string) any {
	if letters == "-" {
		return vendorsim.Pick[any](rnd, nil, nil, []any{})
	}
	var list []any
	for _, l := range letters {
		p := vendorsim.Pick(rnd, vendorsim.People...)
		t := object{"detailEntry": nil}
		switch l {
		case 'u':
			t["id"], t["type"], t["alternateId"], t["displayName"] = userID(p.N), "User", p.Email, p.Name
		case 'g':
			t["id"], t["type"], t["alternateId"], t["displayName"] = fmt.Sprintf("00g%017d", p.N%4), "UserGroup", "unknown", vendorsim.Pick(rnd, "Everyone", "Équipe 1", "Ops")
		case 'a':
			t["id"], t["type"], t["alternateId"], t["displayName"] = fmt.Sprintf("0oa%017d", p.N%5), "AppInstance", "Wiki", "Wiki"
		case 'p':
			t["id"], t["type"], t["alternateId"], t["displayName"] = "00pFakePolicy00000001", "PolicyEntity", "unknown", "Default Policy"
		case 'r':
			t["id"], t["type"], t["alternateId"], t["displayName"] = "0prFakeRule0000000001", "PolicyRule", "00pFakePolicy00000001", "Catch-all Rule"
		case 't':
			t["id"], t["type"], t["alternateId"], t["displayName"] = fmt.Sprintf("00T%017d", p.N), "Token", "unknown", "collector"
		case 'c':
			t["id"], t["type"], t["alternateId"], t["displayName"] = "AT."+vendorsim.Alnum(rnd, 12), "access_token", nil, "Access Token"
		}
		list = append(list, t)
	}
	return list
}
