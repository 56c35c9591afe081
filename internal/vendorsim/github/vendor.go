// Package github simulates the audit log of one organization and of its enterprise,
// at api.github.com and, under /api/v3, at a GitHub Enterprise Server, beside the
// endpoint for installation tokens of a GitHub App.
//
//   - https://docs.github.com/en/enterprise-cloud@latest/rest/orgs/orgs#get-the-audit-log-for-an-organization
//   - https://docs.github.com/en/enterprise-cloud@latest/rest/enterprise-admin/audit-log
//   - https://docs.github.com/en/enterprise-cloud@latest/admin/monitoring-activity-in-your-enterprise/reviewing-audit-logs-for-your-enterprise/using-the-audit-log-api-for-your-enterprise
//   - https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
//   - https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
package github

import (
	"net/http"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The one customer that the simulator knows. None of these values is real.
const (
	organization   = "acme-labs"
	organizationID = "7004411"
	enterprise     = "acme-ent"
	enterpriseID   = "20411"

	classicToken     = "ghp_fakeClassicTokenForTests"
	fineGrainedToken = "github_pat_fakeFineGrainedTokenForTests"
	appID            = "654321"
	appClientID      = "Iv1.fakeappclientid"
	installationID   = "40404040"

	tokenPath  = "/app/installations/" + installationID + "/access_tokens"
	serverBase = "/api/v3"
)

// Vendor returns the simulator. Both feeds show every event of its one stream, so
// that one truth serves all configurations; the knob org_events_only makes the
// organization's feed as narrow as the vendor's.
func Vendor() vendorsim.Vendor {
	return vendorsim.Vendor{
		Key:     "github",
		Streams: []vendorsim.Stream{{Name: "audit", Generate: generate}},
		New:     newHandler,
		Config: func(baseURL string) map[string]any {
			return map[string]any{"endpoint": baseURL, "organization": organization, "token": classicToken}
		},
		Variants:   variants,
		Readings:   readings(),
		Errors:     faultReply,
		TokenPaths: []string{tokenPath, serverBase + tokenPath},
		Knobs: map[string]string{
			"org_events_only": "true: the organization's feed leaves out what belongs to no organization, sign-ins for instance",
			"short_pages":     "true: pages have at most half of the rows asked for, with a next link",
			"secondary":       "kind of the injected 429: header (retry-after) or bare (told by the message alone); else the primary limit",
			"minute_limit":    "true: at most 15 requests a minute",
			"limit_status":    "status of real limit answers: 429; else 403",
			"no_permission":   "true: 403, the token lacks the permission",
			"sso_required":    "true: 403 with X-GitHub-SSO for classic tokens",
			"ip_allow_list":   "true: 403, the caller's address is not allowed",
			"no_plan":         "true: 404 for every feed, as without rights or Enterprise plan",
		},
	}
}

// variants are the other feeds, kinds of credential and parts of the log.
var variants = map[string]func(string) map[string]any{
	"fine_grained": func(baseURL string) map[string]any {
		return map[string]any{"endpoint": baseURL, "organization": organization, "token": fineGrainedToken}
	},
	"enterprise": func(baseURL string) map[string]any {
		return map[string]any{"endpoint": baseURL, "enterprise": enterprise, "token": classicToken}
	},
	"enterprise_id": func(baseURL string) map[string]any {
		return map[string]any{"endpoint": baseURL, "enterprise": enterpriseID, "token": fineGrainedToken}
	},
	"web_only": func(baseURL string) map[string]any {
		return map[string]any{"endpoint": baseURL, "organization": organization, "token": classicToken, "include": "web"}
	},
	"phrase": func(baseURL string) map[string]any {
		return map[string]any{"endpoint": baseURL, "organization": organization, "token": classicToken, "phrase": "-action:workflows"}
	},
	"app": func(baseURL string) map[string]any {
		return app(baseURL, "organization", organization, appID, vendorsim.PEM(vendorsim.RSAKey()))
	},
	"app_client_id": func(baseURL string) map[string]any {
		return app(baseURL, "organization", organization, appClientID, vendorsim.PKCS1PEM())
	},
	"app_enterprise": func(baseURL string) map[string]any {
		return app(baseURL, "enterprise", enterprise, appID, vendorsim.PKCS1PEM())
	},
	"server": func(baseURL string) map[string]any {
		return map[string]any{"endpoint": baseURL + serverBase, "organization": organization, "token": classicToken}
	},
	"server_app": func(baseURL string) map[string]any {
		return app(baseURL+serverBase, "organization", organization, appID, vendorsim.PEM(vendorsim.RSAKey()))
	},
}

func app(endpoint, kind, name, issuer, key string) map[string]any {
	return map[string]any{"endpoint": endpoint, kind: name, "app_id": issuer, "installation_id": installationID, "private_key": key}
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	for _, base := range []string{"", serverBase} {
		server := base == serverBase
		mux.HandleFunc(base+"/orgs/{name}/audit-log", s.feed(orgFeed, server))
		mux.HandleFunc(base+"/organizations/{name}/audit-log", s.feed(orgFeed, server))
		mux.HandleFunc(base+"/enterprises/{name}/audit-log", s.feed(enterpriseFeed, server))
		mux.HandleFunc(base+"/app/installations/{id}/access_tokens", s.installationToken)
	}
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply { return fail(http.StatusNotFound, "Not Found") }))
	return mux
}
