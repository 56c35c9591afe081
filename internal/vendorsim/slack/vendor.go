// Package slack simulates the Audit Logs API of an Enterprise organization and the
// Web API methods team.accessLogs and team.integrationLogs of one of its
// workspaces.
//
//   - https://docs.slack.dev/admins/audit-logs-api
//   - https://docs.slack.dev/reference/audit-logs-api/methods-actions-reference
//   - https://docs.slack.dev/reference/methods/team.accessLogs
//   - https://docs.slack.dev/reference/methods/team.integrationLogs
//   - https://docs.slack.dev/apis/web-api/rate-limits
package slack

import (
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	orgToken       = "xoxp-fake-organization-token"
	workspaceToken = "xoxp-fake-workspace-token"
	botToken       = "xoxb-fake-bot-token"
	enterpriseID   = "E0FAKEORG01"
	workspaceID    = "T0FAKETEAM1"

	logsPath         = "/audit/v1/logs"
	actionsPath      = "/audit/v1/actions"
	accessPath       = "/api/team.accessLogs"
	integrationsPath = "/api/team.integrationLogs"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	web := []any{"access_logs", "integration_logs"}
	return vendorsim.Vendor{
		Key: "slack",
		Streams: []vendorsim.Stream{
			{Name: "audit_logs", Precision: time.Second, Lateness: 8 * time.Minute, Generate: auditEntry},
			{Name: "access_logs", Precision: time.Second, Lateness: 8 * time.Minute, NoID: true, Generate: login},
			{Name: "integration_logs", Precision: time.Second, Lateness: 8 * time.Minute, NoID: true, Generate: integration},
		},
		New: newHandler,
		Config: func(baseURL string) map[string]any {
			return map[string]any{
				"endpoint": baseURL, "token": orgToken, "team_id": workspaceID,
				"streams": append([]any{"audit_logs"}, web...),
			}
		},
		Variants: map[string]func(string) map[string]any{
			"audit": func(baseURL string) map[string]any {
				return map[string]any{"endpoint": baseURL, "token": orgToken}
			},
			"workspace": func(baseURL string) map[string]any {
				return map[string]any{"endpoint": baseURL, "token": workspaceToken, "streams": web}
			},
			"web_endpoint": func(baseURL string) map[string]any {
				return map[string]any{"endpoint": baseURL + "/unused", "web_endpoint": baseURL, "token": workspaceToken, "streams": web}
			},
		},
		Readings: readings(),
		Errors:   faultReply,
		Knobs: map[string]string{
			"audit_error": "the error with which the Audit Logs API answers everything, feature_not_enabled for instance",
			"web_error":   "the error with which the Web API answers everything, paid_only for instance",
			"short_pages": "true: pages of the audit log have at most half of the rows asked for, with a cursor",
			"no_metadata": "true: the last page of the audit log has no response_metadata; else an empty cursor",
			"aggregate":   "true: of the access log's entries for one user, address and agent only the newest is shown",
		},
	}
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	mux.HandleFunc(logsPath, s.auditLogs)
	mux.HandleFunc(actionsPath, s.actions)
	mux.HandleFunc(accessPath, s.accessLogs)
	mux.HandleFunc(integrationsPath, s.integrationLogs)
	mux.Handle("/", w.Unknown(func(r *http.Request) vendorsim.Reply {
		if isWeb(r) {
			return refusal(http.StatusOK, "unknown_method")
		}
		return vendorsim.Reply{Status: http.StatusNotFound, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<html>There's been a glitch</html>"}
	}))
	return mux
}
