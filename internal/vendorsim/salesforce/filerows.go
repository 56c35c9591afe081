package salesforce

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// row is a line of an event log file: names and values of its columns in their order.
// In the world's log it stands as an object of texts.
type row struct{ names, values []string }

func (r *row) add(pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		r.names, r.values = append(r.names, pairs[i]), append(r.values, pairs[i+1])
	}
}

func (r *row) json() string {
	members := make([]string, len(r.names))
	for i, name := range r.names {
		members[i] = member(name, vendorsim.JSON(r.values[i]))
	}
	return "{" + strings.Join(members, ",") + "}"
}

// readRow is the way back.
func readRow(raw string) row {
	var r row
	gjson.Parse(raw).ForEach(func(k, v gjson.Result) bool {
		r.add(k.String(), v.String())
		return true
	})
	return r
}

// generateFileRow makes a line of an event log file. Its milliseconds count events,
// so that two lines of a transaction are never alike.
func generateFileRow(rnd *rand.Rand, n int, at time.Time) (string, string) {
	at = at.Add(time.Duration(n%1000) * time.Millisecond)
	kind := vendorsim.Pick(rnd, "Logout", "Logout", "Logout", "LoginAs", "LoginAs", "ReportExport", "ReportExport", "DocumentAttachmentDownloads", "Report")
	stamp := at.Format("20060102150405.000")
	request := "4exaMpLe" + fmt.Sprintf("%014d", n)
	switch {
	case kind == "LoginAs": // several lines, one request
		request = "4exaMpLe" + fmt.Sprintf("%014d", n/2*2)
	case vendorsim.OneIn(rnd, 6): // seen rounded beside the exact time
		stamp = at.Round(10 * time.Millisecond).Format("20060102150405.00")
	}
	user, login := person(rnd)
	var r row
	r.add("EVENT_TYPE", kind, "TIMESTAMP", stamp, "REQUEST_ID", request, "ORGANIZATION_ID", short(orgID), "USER_ID", short(user))
	address := vendorsim.IP(rnd)
	if vendorsim.OneIn(rnd, 10) {
		address = "Salesforce.com IP"
	}
	derived := at.Format("2006-01-02T15:04:05.000Z")
	switch kind {
	case "Logout":
		r.logout(rnd, user, address, derived)
	case "LoginAs":
		r.loginAs(rnd, user, address, derived)
	case "ReportExport":
		r.reportExport(rnd, n, user, address, derived)
	case "Report":
		r.report(rnd, n, user, login, address, derived)
	default:
		r.download(rnd, n, user, address, derived)
	}
	return kind + ":" + request + ":" + stamp, r.json()
}

// logout: https://developer.salesforce.com/docs/platform/object-reference/references/eventlogfile-supported-event-types/object-eventlogfile-logout.html
func (r *row) logout(rnd *rand.Rand, user, address, derived string) {
	byUser, browser := vendorsim.Pick(rnd, "1", "1", "0"), strings.ReplaceAll(vendorsim.UserAgent(rnd), ":", "%3A")
	if vendorsim.OneIn(rnd, 8) { // sessions revoked in a batch: nobody's
		r.values[len(r.values)-1], user, byUser, address, browser = "", "", "0", "", ""
	}
	if vendorsim.OneIn(rnd, 6) { // files of other times have a code
		browser = "13050000"
	}
	r.add("USER_TYPE", "S", "SESSION_TYPE", vendorsim.Pick(rnd, "O", "S", "U"), "SESSION_LEVEL", "1", "BROWSER_TYPE", browser, "PLATFORM_TYPE", "1015",
		"RESOLUTION_TYPE", "9999", "APP_TYPE", vendorsim.Pick(rnd, "1000", "1007", "2514"), "CLIENT_VERSION", "9998", "API_TYPE", "f", "API_VERSION", "9998.0",
		"USER_INITIATED_LOGOUT", byUser, "SESSION_KEY", vendorsim.Alnum(rnd, 16), "LOGIN_KEY", vendorsim.Alnum(rnd, 16),
		"TIMESTAMP_DERIVED", derived, "USER_ID_DERIVED", user, "CLIENT_IP", address)
}

// loginAs is a request of somebody who works as somebody else: USER_ID is whom he
// plays: https://developer.salesforce.com/docs/platform/object-reference/references/eventlogfile-supported-event-types/object-eventlogfile-loginas.html
func (r *row) loginAs(rnd *rand.Rand, user, address, derived string) {
	admin, login := person(rnd)
	r.add("RUN_TIME", "41", "CPU_TIME", "17", "URI", vendorsim.Pick(rnd, "/home/home.jsp", "/secur/logout.jsp", "/servlet/servlet.su?oid=1,2"),
		"SESSION_KEY", vendorsim.Alnum(rnd, 16), "LOGIN_KEY", vendorsim.Alnum(rnd, 16), "DELEGATED_USER_NAME", login, "DELEGATED_USER_ID", short(admin),
		"TIMESTAMP_DERIVED", derived, "USER_ID_DERIVED", user, "CLIENT_IP", address, "URI_ID_DERIVED", "", "DELEGATED_USER_ID_DERIVED", admin)
}

// reportExport has a text by people: commas, quotes and line breaks are in it.
func (r *row) reportExport(rnd *rand.Rand, n int, user, address, derived string) {
	report := newID("00O", n)
	r.add("RUN_TIME", strconv.Itoa(rnd.IntN(9000)), "CPU_TIME", "120", "URI", "/"+short(report), "SESSION_KEY", vendorsim.Alnum(rnd, 16), "LOGIN_KEY", vendorsim.Alnum(rnd, 16),
		"CLIENT_INFO", vendorsim.UserAgent(rnd), "REPORT_DESCRIPTION", vendorsim.Pick(rnd, "", "Leads, all", "Umsatz \"Nord\"\nzweite Zeile", "見積\n\nend"),
		"TIMESTAMP_DERIVED", derived, "USER_ID_DERIVED", user, "CLIENT_IP", address, "URI_ID_DERIVED", vendorsim.Pick(rnd, report, report, ""))
}

func (r *row) report(rnd *rand.Rand, n int, user, login, address, derived string) {
	r.add("RUN_TIME", "310", "CPU_TIME", "120", "URI", "/"+short(newID("00O", n)), "SESSION_KEY", vendorsim.Alnum(rnd, 16), "LOGIN_KEY", vendorsim.Alnum(rnd, 16),
		"USER_NAME", login, "ROW_COUNT", strconv.Itoa(rnd.IntN(5000)), "RENDERING_TYPE", "W", "DB_TOTAL_TIME", "52435102", "BROWSER_TYPE", "13050000",
		"TIMESTAMP_DERIVED", derived, "USER_ID_DERIVED", user, "CLIENT_IP", address, "URI_ID_DERIVED", newID("00O", n))
}

func (r *row) download(rnd *rand.Rand, n int, user, address, derived string) {
	r.add("RUN_TIME", "12", "CPU_TIME", "3", "URI", "/servlet/servlet.FileDownload", "SESSION_KEY", vendorsim.Alnum(rnd, 16), "LOGIN_KEY", vendorsim.Alnum(rnd, 16),
		"ENTITY_ID", newID("015", n), "FILE_TYPE", vendorsim.Pick(rnd, "PDF", "EXCEL_X", "UNKNOWN"), "FILE_PREVIEW_TYPE", "",
		"TIMESTAMP_DERIVED", derived, "USER_ID_DERIVED", user, "CLIENT_IP", address)
}

// loginRow is the line of a Login file for a row of LoginHistory: the same sign-in
// under another id.
func loginRow(e *vendorsim.Entry) row {
	in := gjson.Parse(e.Raw)
	user, code := in.Get("UserId").Str, "LOGIN_NO_ERROR"
	for _, o := range outcomes {
		if o.status == in.Get("Status").Str {
			code = o.code
		}
	}
	at, name := e.Time.Add(time.Duration(e.Seq%1000)*time.Millisecond), ""
	for _, u := range users(e.Time) {
		if gjson.Get(u.Raw, "Id").Str == user {
			name = gjson.Get(u.Raw, "Username").Str
		}
	}
	var r row
	r.add("EVENT_TYPE", "Login", "TIMESTAMP", at.Format("20060102150405.000"), "REQUEST_ID", "4exaMpLe-L-"+fmt.Sprintf("%011d", e.Seq),
		"ORGANIZATION_ID", short(orgID), "USER_ID", short(user), "RUN_TIME", "83", "CPU_TIME", "30", "URI", "/index.jsp", "SESSION_KEY", "", "LOGIN_KEY", "qweRTYuiop",
		"USER_TYPE", "Standard", "REQUEST_STATUS", "Success", "DB_TOTAL_TIME", "52435102", "BROWSER_TYPE", in.Get("Browser").Str, "API_TYPE", "f", "API_VERSION", "9998.0",
		"USER_NAME", name, "TLS_PROTOCOL", "TLSv1.3", "CIPHER_SUITE", in.Get("CipherSuite").Str, "AUTHENTICATION_METHOD_REFERENCE", in.Get("AuthMethodReference").Str,
		"TIMESTAMP_DERIVED", at.Format("2006-01-02T15:04:05.000Z"), "USER_ID_DERIVED", user, "CLIENT_IP", in.Get("SourceIp").Str, "URI_ID_DERIVED", "",
		"LOGIN_STATUS", code, "SOURCE_IP", in.Get("SourceIp").Str, "LOGIN_TYPE", in.Get("LoginType").Str)
	return r
}
