package figma

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// kind is one event type:
// https://developers.figma.com/docs/rest-api/activity-logs-action-types
type kind struct {
	action string
	entity string
	by     string // u user, s SCIM, f Figma support, n nobody
	weight int
}

var kinds = []kind{
	{"user_sign_in", "user", "u", 10},
	{"user_sign_out", "user", "u", 4},
	{"user_idle_session_timeout", "user", "us", 1},
	{"org_user_create", "user", "us", 2},
	{"idp_user_create", "idp_user", "s", 2},
	{"org_user_delete", "user", "us", 2},
	{"idp_user_delete", "idp_user", "s", 1},
	{"org_invite_create", "user", "u", 2},
	{"org_user_permission_change", "user", "u", 2},
	{"idp_user_update", "idp_user", "s", 2},
	{"fig_file_export", "file", "u", 2},
	{"fig_file_image_download", "file", "u", 1},
	{"roster_exported", "org", "u", 1},
	{"fig_file_create", "file", "u", 5},
	{"fig_file_duplicate", "file", "u", 1},
	{"branch_create", "file_repo", "u", 1},
	{"repo_branch_archive", "file_repo", "u", 1},
	{"folder_create", "project", "u", 1},
	{"project_delete", "project", "u", 1},
	{"team_create", "team", "u", 1},
	{"team_rename", "team", "u", 1},
	{"workspace_create", "workspace", "u", 1},
	{"webhook_create", "team", "u", 1},
	{"personal_access_token_create", "user", "u", 1},
	{"oauth_token_revoke", "user", "u", 1},
	{"fig_file_rename", "file", "u", 2},
	{"fig_file_permanent_delete", "file", "un", 1},
	{"fig_file_view", "file", "unf", 14},
	{"fig_file_view_prototype", "file", "un", 3},
	{"org_mfa_setting_change", "org", "uf", 1},
	{"team_members_add", "team", "u", 1},
	{"ip_allowlist_rejected", "user", "un", 1},
	{"org_user_create_external", "user", "u", 1},
	{"private_plugin_publish", "plugin", "u", 1},
	{"policy_acknowledgement_accept", "policy_acknowledgement_config", "u", 1},
	{"sticker_hologram_spin", "hologram", "u", 1},
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

// generate makes one activity log event. Times are whole seconds.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	id := strconv.Itoa(70000000000000 + n)
	by := k.by[rnd.IntN(len(k.by))]
	e := object{
		"id": id, "timestamp": at.Unix(), "actor": actor(rnd, by),
		"action": object{"type": k.action, "details": details(rnd)},
		"entity": entity(rnd, k.entity), "context": context(rnd, by),
	}
	if vendorsim.OneIn(rnd, 60) {
		e["entity"] = nil
	}
	return id, vendorsim.JSON(e)
}

func userID(n int) string { return strconv.Itoa(1180000000000000000 + n) }

func actor(rnd *rand.Rand, by byte) any {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	switch by {
	case 's':
		return object{"name": "SCIM Provider"}
	case 'f':
		return object{"type": "user", "name": "Figma Support"}
	case 'n':
		return vendorsim.Pick[any](rnd, nil, nil, object{})
	}
	a := object{"type": "user", "id": userID(p.N), "name": p.Name, "email": p.Email}
	if vendorsim.OneIn(rnd, 12) {
		a["email"] = nil
	}
	return a
}

func entity(rnd *rand.Rand, entityType string) object {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	name := vendorsim.Pick(rnd, "Landing", "Übersicht", `"Quoted" <file>`, "🎨 設計")
	e := object{"type": entityType}
	switch entityType {
	case "user":
		e["id"], e["name"], e["email"] = userID(p.N), p.Name, p.Email
	case "idp_user":
		e["id"], e["user_name"], e["org_saml_id"], e["external_id"] = userID(p.N), p.Email, "55", nil
	case "file":
		e["key"], e["name"], e["editor_type"] = fmt.Sprintf("FakeFileKey%011d", rnd.IntN(60)), name, vendorsim.Pick(rnd, "figma", "figjam", "slides")
		e["link_access"], e["proto_link_access"] = "view", "inherit"
	case "file_repo":
		e["id"], e["name"], e["main_file_key"] = strconv.Itoa(880000+rnd.IntN(40)), name, fmt.Sprintf("FakeFileKey%011d", rnd.IntN(60))
	case "org":
		e["id"], e["name"] = organization, "Example & Co"
	default:
		e["id"], e["name"] = strconv.Itoa(900000000000000000+rnd.IntN(40)), name
	}
	return e
}

func details(rnd *rand.Rand) any {
	switch rnd.IntN(4) {
	case 0:
		return nil
	case 1:
		return object{}
	case 2:
		return object{"old_value": nil, "new_value": vendorsim.Pick[any](rnd, true, "edit", 9007199254740993)}
	}
	return object{"permission": vendorsim.Pick(rnd, "member", "admin", "guest"), "changed": []string{"title"}}
}

func context(rnd *rand.Rand, by byte) any {
	address := vendorsim.Pick(rnd, vendorsim.IP(rnd), vendorsim.IP(rnd), vendorsim.IP(rnd), "")
	if by == 's' {
		address = ""
	}
	return object{
		"client_name": vendorsim.Pick[any](rnd, nil, nil, "Sync & Share"), "ip_address": address,
		"is_figma_support_team_action": by == 'f', "org_id": organization,
		"team_id": vendorsim.Pick[any](rnd, nil, "900000000000000003", "900000000000000004"),
	}
}
