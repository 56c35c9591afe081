// Package salesforce simulates one Salesforce org: sign-ins and the setup audit
// trail by SOQL, event log files of both intervals, beside the token endpoint.
//
//   - https://developer.salesforce.com/docs/platform/api-rest/guide/resources-query.html
//   - https://developer.salesforce.com/docs/platform/api-rest/guide/dome-discoveryresource.html
//   - https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql.htm
//   - https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_loginhistory.htm
//   - https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_setupaudittrail.htm
//   - https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_eventlogfile.htm
//   - https://developer.salesforce.com/docs/platform/api-rest/guide/event-log-file-hourly-diff.html
//   - https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
package salesforce

import (
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	clientID      = "3MVG9fake.consumer.key"
	clientSecret  = "FA4E00000000000000000000C0FFEE"
	username      = "integration@example.com"
	password      = "fake-password"
	securityToken = "fakeSecurityToken"
	sessionID     = orgID + "!fake.ready.session.id"

	tokenPath = "/services/oauth2/token"
)

// fileTypes are the types of event log files that the org has, but for Login: those
// hold the sign-ins of LoginHistory under other ids, and nobody reads both.
var fileTypes = []any{"Logout", "LoginAs", "ReportExport", "DocumentAttachmentDownloads", "Report"}

// config returns a configuration with more keys, in pairs.
func config(baseURL string, pairs ...any) map[string]any {
	c := map[string]any{
		"endpoint": baseURL, "client_id": clientID, "client_secret": clientSecret, "elf_event_types": fileTypes,
		"streams": []any{"login_history", "setup_audit_trail", "event_log_file"},
	}
	for i := 0; i < len(pairs); i += 2 {
		c[pairs[i].(string)] = pairs[i+1]
	}
	return c
}

// without removes keys.
func without(c map[string]any, keys ...string) map[string]any {
	for _, k := range keys {
		delete(c, k)
	}
	return c
}

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key: "salesforce",
		Streams: []vendorsim.Stream{
			{Name: "login_history", Precision: time.Second, Lateness: 4 * time.Minute, Generate: generateLogin},
			{Name: "setup_audit_trail", Precision: time.Second, Lateness: 4 * time.Minute, Generate: generateSetup},
			// Two equal rows of a file are two events of one transaction.
			{Name: "event_log_file", Precision: time.Second, NoID: true, Table: true, Lateness: time.Hour, Generate: generateFileRow},
		},
		New:        newHandler,
		Config:     func(baseURL string) map[string]any { return config(baseURL) },
		Variants:   variants,
		Errors:     faultReply,
		TokenPaths: []string{tokenPath},
		Knobs:      knobs,
	}
}

// variants are the other credentials and parts of the feed.
var variants = map[string]func(string) map[string]any{
	"token_url": func(baseURL string) map[string]any {
		return config(baseURL, "auth_type", "client_credentials", "token_url", baseURL+tokenPath)
	},
	"jwt_bearer": func(baseURL string) map[string]any {
		c := config(baseURL, "auth_type", "jwt_bearer", "username", username, "private_key", vendorsim.PEM(vendorsim.RSAKey()))
		return without(c, "client_secret")
	},
	"jwt_bearer_sandbox": func(baseURL string) map[string]any {
		c := config(baseURL, "auth_type", "jwt_bearer", "username", username, "private_key", vendorsim.PKCS1PEM(), "audience", "https://test.salesforce.com")
		return without(c, "client_secret")
	},
	"password": func(baseURL string) map[string]any {
		return config(baseURL, "auth_type", "password", "username", username, "password", password, "security_token", securityToken)
	},
	"access_token": func(baseURL string) map[string]any {
		return without(config(baseURL, "auth_type", "access_token", "access_token", sessionID), "client_id", "client_secret")
	},
	"default_streams": func(baseURL string) map[string]any { return without(config(baseURL), "streams", "elf_event_types") },
	"default_types":   func(baseURL string) map[string]any { return without(config(baseURL), "elf_event_types") },
	"hourly_files": func(baseURL string) map[string]any {
		return config(baseURL, "streams", []any{"event_log_file"}, "elf_interval", "hourly")
	},
	"daily_files": func(baseURL string) map[string]any { return config(baseURL, "elf_interval", "daily") },
	"login_files": func(baseURL string) map[string]any {
		return config(baseURL, "streams", []any{"setup_audit_trail", "event_log_file"}, "elf_event_types", []any{"Login", "Logout"})
	},
	"resolve_users": func(baseURL string) map[string]any { return config(baseURL, "resolve_users", true) },
	"api_version":   func(baseURL string) map[string]any { return config(baseURL, "api_version", "64.0", "page_size", 200) },
}

var knobs = map[string]string{
	"own_logins_only":     "true: the user has neither Manage Users nor Monitor Login History and sees its own sign-ins",
	"no_setup_permission": "true: the user lacks View Setup and Configuration",
	"no_event_monitoring": "true: the org lacks Event Monitoring, or the user View Event Log Files",
	"hide_field":          "name of a field that field-level security hides, in every object",
	"experience_cloud":    "true: LoginHistory has NetworkId",
	"refuse":              "API_DISABLED_FOR_ORG, API_CURRENTLY_DISABLED or INSUFFICIENT_ACCESS for every request",
	"token_error":         "an error code and its description, with a colon between them, for every token request",
	"used_up":             "true: throttling tells of the daily allocation instead of too many long requests at once",
	"query_timeout_above": "a duration: queries over longer spans run into QUERY_TIMEOUT",
	"short_pages":         "true: pages hold half of what is asked for",
	"file_delay":          "a duration by which hourly files come later; with the vendor it is three to six hours",
	"purged":              "true: files are listed, but cannot be had any more",
	"one_transaction":     "true: all rows of a file have the request id and time of its first row",
}

func newHandler(w *vendorsim.World) http.Handler {
	s := newSim(w)
	mux := http.NewServeMux()
	root := "/services/data/{version}/"
	mux.HandleFunc(root+"{$}", s.permitted(s.resources))
	mux.HandleFunc("/services/data/{version}", s.permitted(s.resources))
	mux.HandleFunc(root+"query", s.permitted(s.query))
	mux.HandleFunc(root+"query/{locator}", s.permitted(s.more))
	mux.HandleFunc(root+"sobjects/EventLogFile/{id}/LogFile", s.permitted(s.file))
	mux.HandleFunc(tokenPath, s.token)
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply { return notFound() }))
	return mux
}
