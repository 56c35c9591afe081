package salesforce

import (
	"math/rand/v2"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// outcome is one value of LoginHistory's Status, and the LOGIN_STATUS of the same
// sign-in in event log files:
// https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_eventlogfile_login_status.htm
type outcome struct {
	status, code string
	weight       int
}

var outcomes = []outcome{
	{"Success", "LOGIN_NO_ERROR", 14},
	{"Invalid Password", "LOGIN_ERROR_INVALID_PASSWORD", 4},
	{"Password Lockout", "LOGIN_ERROR_PASSWORD_LOCKOUT", 1},
	{"User is Inactive", "LOGIN_ERROR_USER_INACTIVE", 1},
	{"User Is Frozen", "LOGIN_ERROR_USER_FROZEN", 1},
	{"Restricted IP", "LOGIN_ERROR_RESTRICTED_DOMAIN", 1},
	{"Failed: Computer activation required", "LOGIN_CHALLENGE_ISSUED", 1},
	{"Failed: API security token required", "LOGIN_ERROR_API_TOKEN_REQUIRED", 1},
	{"Failed: Mobile License Required", "LOGIN_ERROR_MOBILE_LICENSE", 1},
	{"Failed: Teleporter Blocked", "LOGIN_ERROR_TELEPORTER", 1}, // the list is open: no such status is known
}

// loginType is a value of LoginType, with a subtype and the program that comes by it.
type loginType struct{ name, subtype, application string }

var loginTypes = []loginType{
	{"Application", "UiUpPw", "Browser"},
	{"Application", "UiUpPw", "Browser"},
	{"SAML Sfdc Initiated SSO", "UiSamlSfdcInit", "Browser"},
	{"Remote Access 2.0", "OauthUsernamePassword", "Nightly Loader"},
	{"Remote Access 2.0", "OauthClientCredential", "Collector <b>&</b> Co"},
	{"Other Apex API", "", "N/A"},
	{"Partner Product", "", "SOQL \"Export\" Tool"},
}

// generateLogin makes a row of LoginHistory. Its times are whole seconds.
func generateLogin(rnd *rand.Rand, n int, at time.Time) (string, string) {
	rowID := newID("0Ya", n)
	user, _ := person(rnd)
	kind, result := vendorsim.Pick(rnd, loginTypes...), weighted(rnd)
	browser, platform, clientVersion := vendorsim.Pick(rnd, "Chrome 131", "Firefox 126", "Safari 17", ""), vendorsim.Pick(rnd, "Mac OSX", "Windows 10", "Linux"), "N/A"
	if kind.application != "Browser" {
		browser, platform, clientVersion = vendorsim.Pick(rnd, "Unknown", "Java (Salesforce.com)"), "Unknown", vendorsim.Pick(rnd, "60.0", "N/A")
	}
	address := vendorsim.IP(rnd)
	if vendorsim.OneIn(rnd, 10) {
		address = "Salesforce.com IP"
	}
	reference, service := any(nil), any(nil)
	if kind.name == "SAML Sfdc Initiated SSO" {
		reference, service = vendorsim.Pick[any](rnd, "mfa", nil), newID("0LE", 7)
	}
	return rowID, record("LoginHistory", rowID,
		"UserId", user, "LoginTime", at.UTC().Format(timeForm), "LoginType", kind.name, "LoginSubType", orNull(kind.subtype),
		"LoginUrl", vendorsim.Pick(rnd, "example.my.salesforce.com", "login.salesforce.com"), "SourceIp", address,
		"CountryIso", vendorsim.Pick[any](rnd, "DE", "FR", "US", nil), "Browser", browser, "Platform", platform,
		"Application", kind.application, "ClientVersion", clientVersion, "ApiType", vendorsim.Pick[any](rnd, "N/A", "REST API", nil),
		"ApiVersion", vendorsim.Pick(rnd, "N/A", "60.0"), "Status", result.status, "AuthenticationServiceId", service,
		"AuthMethodReference", reference, "TlsProtocol", "TLS 1.3", "CipherSuite", "TLS_AES_256_GCM_SHA384",
		"LoginGeoId", vendorsim.Pick[any](rnd, newID("04F", n), nil))
}

func weighted(rnd *rand.Rand) outcome {
	total := 0
	for _, o := range outcomes {
		total += o.weight
	}
	at := rnd.IntN(total)
	for _, o := range outcomes {
		if at -= o.weight; at < 0 {
			return o
		}
	}
	return outcomes[0] // not reached: the weights add up to total
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
