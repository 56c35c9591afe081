package intercom

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// kind is one type of activity.
type kind struct {
	activityType string
	text         string // after the name
	metadata     string // what metadata holds
	weight       int
}

var kinds = []kind{
	{"admin_login_success", "successfully logged in.", "sign_in", 12},
	{"admin_login_failure", "failed to log in.", "sign_in", 3},
	{"admin_unauthorized_sign_in_method", "used a sign-in method that is not allowed.", "sign_in", 1},
	{"admin_logout", "logged out.", "", 5},
	{"admin_invite_creation", "invited a teammate.", "", 2},
	{"admin_invite_deletion", "took an invitation back.", "", 1},
	{"app_admin_join", "joined the workspace.", "", 1},
	{"admin_provisioned", "was provisioned.", "", 1},
	{"admin_deprovisioned", "was deprovisioned.", "", 1},
	{"admin_deletion", "removed a teammate.", "", 1},
	{"admin_permission_change", "changed permissions.", "changes", 2},
	{"admin_two_factor_auth_change", "switched two-factor authentication on.", "", 1},
	{"admin_away_mode_change", "is now away.", "away", 6},
	{"admin_impersonation_consent_approved", "approved impersonation.", "consent", 1},
	{"admin_impersonation_start", "started impersonation.", "", 1},
	{"app_data_export", "exported data.", "", 1},
	{"conversation_pdf_export", "exported a conversation.", "", 1},
	{"app_team_creation", "created a team.", "team", 1},
	{"app_team_membership_modification", "changed a team's members.", "team", 2},
	{"team_assignment_limit_change", "changed a team's limit.", "team", 1},
	{"app_team_deletion", "deleted a team.", "team", 1},
	{"message_state_change", "changed your Spring news message from draft to live.", "message", 3},
	{"message_deletion", "deleted a message.", "message", 1},
	{"macro_creation", "created a macro.", "", 2},
	{"macro_update", "updated a macro.", "changes", 2},
	{"role_change", "changed a role.", "changes", 1},
	{"security_settings_change", "changed security settings.", "changes", 1},
	{"oauth_token_revocation", "revoked a token.", "", 1},
	{"csv_import_completion", "CSV import finished.", "", 1},
	{"workspace_deletion_request", "asked to delete the workspace.", "", 1},
	{"fin_guidance_creation", "created guidance.", "", 1},
	{"knowledge_source_sync", "synced a source.", "", 1},
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

const firstAdmin = 4410000

// generate makes one activity. Old ones have small numbers as ids and times that
// are texts.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	p := vendorsim.Pick(rnd, vendorsim.People...)
	id := vendorsim.UUID(rnd)
	if vendorsim.OneIn(rnd, 20) {
		id = strconv.Itoa(n)
	}
	e := object{
		"id": id, "activity_type": k.activityType, "activity_description": p.Name + " " + k.text,
		"created_at": at.Unix(), "performed_by": performer(rnd, p), "metadata": metadata(rnd, k.metadata, p),
	}
	switch rnd.IntN(40) {
	case 0:
		e["created_at"] = strconv.FormatInt(at.Unix(), 10)
	case 1:
		delete(e, "activity_description")
	case 2:
		e["metadata"] = nil
	}
	return id, vendorsim.JSON(e)
}

func performer(rnd *rand.Rand, p vendorsim.Person) any {
	by := object{"type": "admin", "id": strconv.Itoa(firstAdmin + p.N), "email": p.Email, "ip": vendorsim.IP(rnd)}
	switch rnd.IntN(24) {
	case 0:
		return nil
	case 1:
		return object{"type": "bot", "id": "990", "email": nil, "ip": nil}
	case 2:
		by["ip"] = nil
	case 3:
		by["ip"] = ""
	case 4:
		delete(by, "type")
	case 5:
		by["id"] = nil
	case 6:
		by["email"] = nil
	}
	return by
}

func metadata(rnd *rand.Rand, holds string, p vendorsim.Person) object {
	switch holds {
	case "sign_in":
		return object{"sign_in_method": vendorsim.Pick(rnd, "google_oauth", "saml", "password", "")}
	case "consent":
		return object{"consent_id": 9007199254740993 + rnd.IntN(9)}
	case "team":
		return object{"team": object{"id": 500 + rnd.IntN(9), "name": vendorsim.Pick(rnd, "Tier <1>", "Équipe", "サポート")}}
	case "message":
		var id any = 700 + rnd.IntN(99)
		if vendorsim.OneIn(rnd, 4) {
			id = fmt.Sprint(id)
		}
		return object{
			"message": object{"id": id, "title": "Spring news & more"},
			"before":  vendorsim.Pick[any](rnd, "draft", object{"state": "draft"}, nil), "after": "live",
		}
	case "changes":
		return object{"changes": []any{object{"field": "name", "from": nil, "to": "Ω"}}, "setting_type": "workspace", "previous_state": "off", "new_state": "on"}
	case "away":
		by := vendorsim.Pick(rnd, p, vendorsim.People[0])
		return object{
			"away_mode": true, "away_status_reason": nil, "reassign_conversations": false, "auto_changed": false,
			"source": "admin update from web", "update_by": firstAdmin + by.N, "update_by_name": by.Name,
		}
	}
	return object{}
}
