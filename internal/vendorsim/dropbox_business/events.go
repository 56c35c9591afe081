package dropboxbusiness

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// kind is one type of event:
// https://github.com/dropbox/dropbox-api-spec/blob/main/team_log_generated.stone
type kind struct {
	category, name, description string
	// about says what an event is about: f file, d folder, p Paper document, s
	// showcase, m another member, g group.
	about  string
	weight int
}

var kinds = []kind{
	{"logins", "login_success", "Signed in", "", 10},
	{"logins", "login_fail", "Failed to sign in", "", 4},
	{"logins", "logout", "Signed out", "", 4},
	{"logins", "sso_error", "(logins) Failed to sign in via SSO", "", 1},
	{"logins", "sign_in_as_session_start", "Started admin sign-in-as session", "m", 1},
	{"logins", "sign_in_as_session_end", "Ended admin sign-in-as session", "m", 1},
	{"members", "member_change_status", "Changed member status (invited, joined, suspended, etc.)", "", 6},
	{"members", "member_change_name", "Changed team member name", "m", 1},
	{"members", "member_change_email", "Changed team member email", "m", 1},
	{"members", "member_change_admin_role", "Changed team member admin role", "m", 1},
	{"members", "member_suggest", "Suggested user(s) to invite to team", "", 1},
	{"tfa", "tfa_change_status", "Enabled, disabled or changed two-step verification setting", "", 2},
	{"tfa", "passkey_add", "Added passkey", "", 1},
	{"passwords", "password_change", "Changed password", "", 1},
	{"file_operations", "file_add", "Added files and/or folders", "f", 5},
	{"file_operations", "file_edit", "Edited files", "f", 4},
	{"file_operations", "file_download", "Downloaded files and/or folders", "ff", 6},
	{"file_operations", "file_delete", "Deleted files and/or folders", "f", 3},
	{"file_operations", "file_preview", "Previewed files and/or folders", "f", 3},
	{"file_operations", "file_move", "Moved files and/or folders", "d", 2},
	{"file_operations", "create_folder", "Created folders", "d", 2},
	{"sharing", "shared_content_add_member", "Added users and/or groups to shared file/folder", "dmg", 3},
	{"sharing", "shared_link_create", "Created shared link", "f", 2},
	{"sharing", "shared_link_settings_add_password", "Added a password to the shared link", "f", 1},
	{"sharing", "shared_folder_transfer_ownership", "Transferred ownership of shared folder to another member", "dm", 1},
	{"groups", "group_create", "Created group", "g", 1},
	{"groups", "group_add_member", "Added team members to group", "gm", 2},
	{"groups", "group_delete", "Deleted group", "g", 1},
	{"paper", "paper_doc_edit", "Edited Paper doc", "p", 2},
	{"paper", "paper_doc_download", "Downloaded Paper doc in specific format", "p", 1},
	{"showcase", "showcase_created", "Created showcase", "s", 1},
	{"reports", "team_activity_create_report", "Created team activity report", "", 1},
	{"team_policies", "two_account_change_policy", "Enabled/disabled option for members to link personal and work account", "", 1},
	{"apps", "app_link_member", "Linked app for member", "", 1},
	{"admin_alerting", "admin_alerting_triggered_alert", "Triggered security alert", "", 1},
	{"dash", "dash_opened_something_new", "Opened something new", "", 1},
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

func accountID(n int) string { return fmt.Sprintf("dbid:AAFake%029d", n) }
func memberID(n int) string  { return fmt.Sprintf("dbmid:AAFake%030d", n) }

// generate makes one event. Events have no id, so the returned one is the
// simulator's own; session, request and file ids keep rows apart.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	p := vendorsim.Pick(rnd, vendorsim.People...)
	e := object{
		"timestamp": at.Format(layout), "event_category": object{".tag": k.category},
		"event_type":              object{".tag": k.name, "description": k.description},
		"involve_non_team_member": vendorsim.OneIn(rnd, 6),
		"details":                 details(rnd, k),
	}
	if a := actor(rnd, p); a != nil {
		e["actor"] = a
	}
	if o := origin(rnd, n); o != nil {
		e["origin"] = o
	} else {
		e["details"].(object)["event_number"] = n // something must tell two such rows apart
	}
	if !vendorsim.OneIn(rnd, 12) {
		e["context"] = vendorsim.Pick(rnd, object{".tag": "team"}, member(rnd, p), member(rnd, vendorsim.Pick(rnd, vendorsim.People...)))
	}
	var assets, participants []any
	for _, letter := range k.about {
		if letter == 'm' || letter == 'g' {
			participants = append(participants, participant(rnd, letter))
		} else {
			assets = append(assets, asset(rnd, letter))
		}
	}
	if assets != nil {
		e["assets"] = assets
	}
	if participants != nil {
		e["participants"] = participants
	}
	return fmt.Sprintf("event-%d", n), vendorsim.JSON(e)
}

// member is a value of plain struct type: its fields lie beside the tag.
func member(rnd *rand.Rand, p vendorsim.Person) object {
	if vendorsim.OneIn(rnd, 12) {
		return object{".tag": "non_team_member", "display_name": "Guest", "email": "guest@example.net"}
	}
	m := object{".tag": "team_member", "account_id": accountID(p.N), "display_name": p.Name, "email": p.Email, "team_member_id": memberID(p.N)}
	if vendorsim.OneIn(rnd, 15) {
		delete(m, "email")
	}
	if vendorsim.OneIn(rnd, 25) {
		delete(m, "account_id")
	}
	return m
}

func actor(rnd *rand.Rand, p vendorsim.Person) any {
	switch rnd.IntN(16) {
	case 0:
		return nil // a gap in historical data
	case 1:
		return object{".tag": "dropbox"}
	case 2:
		return object{".tag": "anonymous"}
	case 3:
		return object{".tag": "app", "app": object{".tag": "member_linked_app", "app_id": "dbaid:AAFakeApp", "display_name": "Backup & Sync"}}
	case 4:
		// A plain struct: its fields lie beside the tag.
		return object{".tag": "reseller", "reseller_name": "Reseller Ltd.", "reseller_email": "support@reseller.example"}
	case 5, 6, 7:
		return object{".tag": "admin", "admin": member(rnd, p)}
	case 8:
		return object{".tag": "quantum_user", "quantum_user": object{"display_name": p.Name}}
	}
	return object{".tag": "user", "user": member(rnd, p)}
}

func origin(rnd *rand.Rand, n int) any {
	if vendorsim.OneIn(rnd, 10) {
		return nil
	}
	session := fmt.Sprintf("%036d", n)
	o := object{"access_method": vendorsim.Pick(rnd,
		object{".tag": "end_user", "end_user": object{".tag": "web", "session_id": "dbwsid:" + session}},
		object{".tag": "end_user", "end_user": object{".tag": "desktop", "session_id": "dbdsid:" + session}},
		object{".tag": "admin_console", "request_id": "dbarod:" + session},
		object{".tag": "api", "request_id": "dbarod:" + session})}
	if !vendorsim.OneIn(rnd, 8) {
		geo := object{"city": vendorsim.Pick(rnd, "Oslo", "Łódź", "São Paulo"), "country": "NO", "ip_address": vendorsim.IP(rnd)}
		if vendorsim.OneIn(rnd, 10) {
			delete(geo, "city")
		}
		o["geo_location"] = geo
	}
	return o
}

func asset(rnd *rand.Rand, letter rune) object {
	id := vendorsim.Alnum(rnd, 22)
	switch letter {
	case 'p':
		return object{".tag": "paper_document", "doc_id": id, "doc_title": "Notes ✎"}
	case 's':
		return object{".tag": "showcase_document", "showcase_id": id, "showcase_title": "Portfolio"}
	}
	name := vendorsim.Pick(rnd, "Plans", "Résumé – final (2).pdf", "数据.csv", `back\slash "quoted"`)
	return object{
		".tag": map[rune]string{'f': "file", 'd': "folder"}[letter], "file_id": "id:" + id, "display_name": name,
		"path": object{"contextual": "/Shared/" + name, "namespace_relative": object{"ns_id": fmt.Sprint(9007199254740993 + rnd.Int64N(99)), "relative_path": "/" + name, "is_shared_namespace": vendorsim.OneIn(rnd, 2)}},
	}
}

func participant(rnd *rand.Rand, letter rune) object {
	if letter == 'g' {
		return object{".tag": "group", "group_id": "g:" + vendorsim.Hex(rnd, 28), "display_name": "Équipe 1", "external_id": nil}
	}
	return object{".tag": "user", "user": member(rnd, vendorsim.Pick(rnd, vendorsim.People...))}
}

func details(rnd *rand.Rand, k kind) object {
	d := object{".tag": k.name + "_details"}
	switch {
	case k.name == "login_success" || k.name == "login_fail":
		d["login_method"] = object{".tag": vendorsim.Pick(rnd, "saml", "password", "two_factor_authentication", "google_oauth")}
		d["is_emm_managed"] = false
	case k.name == "member_change_status":
		d["new_value"] = object{".tag": vendorsim.Pick(rnd, "invited", "active", "suspended", "removed", "moved_to_another_team", "not_joined")}
		if !vendorsim.OneIn(rnd, 4) {
			d["previous_value"] = object{".tag": vendorsim.Pick(rnd, "invited", "not_joined", "removed", "suspended", "active")}
		}
	case strings.HasPrefix(k.name, "shared_content"):
		d["shared_content_access_level"] = object{".tag": "viewer"}
	}
	return d
}
