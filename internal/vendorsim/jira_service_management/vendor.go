// Package jiraservicemanagement simulates one Jira Cloud site that has Jira Service
// Management beside Jira: the audit log that both products share, and the search for
// service projects. Hosts, credentials and limits are those of the jira simulator.
//
//   - https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-audit-records/
//   - https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-search-get
//   - https://support.atlassian.com/jira-cloud-administration/docs/audit-activities-in-jira-applications/
package jiraservicemanagement

import (
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/jira"
)

const (
	searchPath = "/rest/api/3/project/search"
	readLog    = "manage:jira-configuration"
	readWork   = "read:jira-work"
)

// Vendor returns the simulator.
func Vendor() vendorsim.Vendor {
	v := jira.Vendor()
	v.Key = "jira_service_management"
	v.Streams = []vendorsim.Stream{{Name: "audit", Lateness: 8 * time.Minute, Generate: generate}}
	v.New = newHandler
	config, gateway := v.Config, v.Variants["oauth2_client_credentials"]
	v.Variants["service_projects"] = func(baseURL string) map[string]any {
		return with(config(baseURL), "rows", "service_projects")
	}
	v.Variants["service_projects_oauth2"] = func(baseURL string) map[string]any {
		return with(gateway(baseURL), "rows", "service_projects")
	}
	v.Variants["listed_projects"] = func(baseURL string) map[string]any {
		return with(with(config(baseURL), "rows", "service_projects"), "projects", []any{"SD7", "10012", "SD58"})
	}
	v.Knobs["missing_scope"] = "true: new OAuth tokens lack the scope for the audit log"
	v.Knobs["missing_project_scope"] = "true: new OAuth tokens lack the scope for projects"
	v.Knobs["deleted_project"] = "id of a project that is not listed any more"
	return v
}

func with(config map[string]any, key string, value any) map[string]any {
	config[key] = value
	return config
}

func newHandler(w *vendorsim.World) http.Handler {
	site := jira.NewSite(w, readLog+" "+readWork)
	granted := site.Scopes
	site.Scopes = func() string {
		if w.On("missing_project_scope") {
			return readLog
		}
		return granted()
	}
	mux := http.NewServeMux()
	site.Audit(mux)
	s := &search{site}
	mux.HandleFunc(searchPath, func(rw http.ResponseWriter, r *http.Request) { s.projects(rw, r, false) })
	mux.HandleFunc(site.GatewayPath(searchPath), func(rw http.ResponseWriter, r *http.Request) { s.projects(rw, r, true) })
	mux.Handle("/", w.Unknown(jira.NotFound))
	return mux
}
