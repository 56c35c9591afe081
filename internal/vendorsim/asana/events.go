package asana

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// kind is one type of event: https://developers.asana.com/docs/audit-log-events
type kind struct {
	eventType, category string
	resource            string // resource_type
	change              bool   // details have old_value and new_value
	weight              int
}

var kinds = []kind{
	{"user_login_succeeded", "logins", "user", false, 12},
	{"user_login_failed", "logins", "user", false, 4},
	{"user_logged_out", "logins", "user", false, 6},
	{"user_invited", "user_updates", "user", false, 3},
	{"user_reprovisioned", "user_updates", "user", false, 1},
	{"user_deprovisioned", "user_updates", "user", false, 2},
	{"user_password_changed", "user_updates", "user", false, 2},
	{"user_two_factor_auth_enabled", "user_updates", "user", false, 1},
	{"user_workspace_admin_role_changed", "roles", "user", true, 2},
	{"user_forgot_password_started", "user_updates", "user", false, 1},
	{"workspace_export_started", "admin_exports", "workspace", false, 1},
	{"project_csv_export_started", "content_export", "project", false, 2},
	{"attachment_downloaded", "content_export", "attachment", false, 3},
	{"attachment_uploaded", "attachments", "attachment", false, 3},
	{"attachment_deleted", "deletion", "attachment", false, 2},
	{"task_deleted", "deletion", "task", false, 4},
	{"task_undeleted", "deletion", "task", false, 1},
	{"task_permanently_deleted", "deletion", "task", false, 1},
	{"portfolio_deleted", "deletion", "portfolio", false, 1},
	{"custom_field_deleted", "deletion", "custom_field", false, 1},
	{"team_created", "teams", "team", false, 1},
	{"team_member_added", "teams", "user", false, 2},
	{"team_privacy_settings_changed", "access_control", "team", true, 1},
	{"project_privacy_settings_changed", "roles", "project", true, 1},
	{"project_share_link_enabled", "access_control", "project", false, 1},
	{"service_account_created", "apps", "service_account", false, 1},
	{"service_account_deleted", "apps", "service_account", false, 1},
	{"user_app_authorized", "apps", "app", false, 2},
	{"user_personal_access_token_authorized", "apps", "user", false, 1},
	{"workspace_saml_settings_changed", "workspace_settings", "workspace", true, 1},
	{"workspace_mobile_app_attachments_sharing_disabled", "workspace_settings", "workspace", false, 1},
	{"workspace_guest_invite_permissions_changed", "workspace_settings", "workspace", true, 1},
	{"domain_user_billing_paused", "user_updates", "user", false, 1},
	{"ai_studio_rule_hummed", "ai", "rule", false, 1},
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

// firstGID makes ids as long as Asana's.
const firstGID = 1209000000000000

func userGID(n int) string { return strconv.Itoa(1208000000000000 + n) }

// generate makes one audit log event. Parts that Asana leaves out or sends as null
// are missing in some.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	gid := strconv.Itoa(firstGID + n)
	who := vendorsim.Pick(rnd, "user", "user", "user", "user", "user", "asana", "asana_support", "anonymous", "external_administrator", "robot")
	e := object{
		"gid": gid, "created_at": at.Format("2006-01-02T15:04:05.000Z"), "event_type": k.eventType, "event_category": k.category,
		"actor": actor(rnd, who), "resource": resource(rnd, k.resource), "details": details(rnd, k), "context": context(rnd, who),
	}
	switch rnd.IntN(40) {
	case 0:
		e["context"] = nil
	case 1:
		e["resource"] = nil
	case 2:
		delete(e, "details")
	}
	return gid, vendorsim.JSON(e)
}

func actor(rnd *rand.Rand, who string) any {
	a := object{"actor_type": who}
	p := vendorsim.Pick(rnd, vendorsim.People...)
	switch who {
	case "user":
		a["gid"], a["name"], a["email"] = userGID(p.N), vendorsim.Pick[any](rnd, p.Name, p.Name, p.Name, nil), p.Email
		if vendorsim.OneIn(rnd, 15) {
			delete(a, "email")
		}
	case "external_administrator":
		if vendorsim.OneIn(rnd, 2) {
			a["email"] = p.Email
		}
	case "robot":
		if vendorsim.OneIn(rnd, 2) {
			return nil
		}
		a["actor_type"] = vendorsim.Pick[any](rnd, "robot", nil)
	}
	return a
}

func resource(rnd *rand.Rand, resourceType string) any {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	r := object{"resource_type": resourceType}
	switch resourceType {
	case "user":
		r["gid"], r["name"], r["email"] = userGID(p.N), vendorsim.Pick[any](rnd, p.Name, p.Name, nil), p.Email
	case "workspace":
		r["gid"], r["name"] = workspace, "Example & Söhne"
	case "attachment", "task":
		r["gid"], r["name"] = strconv.Itoa(1208500000000000+rnd.IntN(1e6)), vendorsim.Pick(rnd, "plan.pdf", "予算.xlsx", `a "quoted" <name>`)
		r["resource_subtype"] = vendorsim.Pick(rnd, "asana", "default_task")
	default:
		r["gid"] = strconv.Itoa(1208700000000000 + rnd.IntN(50))
		if !vendorsim.OneIn(rnd, 4) {
			r["name"] = vendorsim.Pick(rnd, "Roadmap", "Ärger", "🚀 Launch")
		}
	}
	return r
}

func details(rnd *rand.Rand, k kind) object {
	d := object{}
	switch {
	case k.change:
		d["old_value"], d["new_value"] = vendorsim.Pick[any](rnd, "member", "private", nil), vendorsim.Pick[any](rnd, "admin", true, 9007199254740993)
		d["group"] = object{"resource_type": vendorsim.Pick(rnd, "workspace", "team"), "gid": strconv.Itoa(1207000000000000 + rnd.IntN(9)), "name": "Ops"}
	case k.eventType == "user_login_succeeded" || k.eventType == "user_login_failed":
		d["method"] = vendorsim.Pick[any](rnd, []string{"SAML"}, []string{"PASSWORD", "TOTP"}, "GOOGLE_SSO", nil)
	case k.eventType == "team_member_added":
		d["group"] = object{"resource_type": "team", "gid": fmt.Sprint(1207000000000000 + rnd.IntN(9)), "name": nil}
	}
	return d
}

func context(rnd *rand.Rand, who string) any {
	if who == "asana" {
		return object{"context_type": "asana"}
	}
	c := object{"context_type": vendorsim.Pick(rnd, "web", "web", "desktop", "mobile", "api", "email")}
	if !vendorsim.OneIn(rnd, 8) {
		c["client_ip_address"] = vendorsim.IP(rnd)
	}
	if !vendorsim.OneIn(rnd, 8) {
		c["user_agent"] = vendorsim.UserAgent(rnd)
	}
	if who == "asana_support" {
		c["context_type"], c["on_behalf_of_user_id"] = "asana_support", 1208000000000000+rnd.IntN(12)
	}
	if c["context_type"] == "api" {
		method := vendorsim.Pick(rnd, "cookie", "oauth", "personal_access_token", "service_account")
		c["api_authentication_method"] = method
		if method == "oauth" {
			c["oauth_app_name"] = "Backup <1>"
		}
	}
	if vendorsim.OneIn(rnd, 20) {
		c["rule_name"] = "Move when done"
	}
	return c
}
