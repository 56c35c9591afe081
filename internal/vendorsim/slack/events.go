package slack

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// kind is one action of the audit log:
// https://docs.slack.dev/reference/audit-logs-api/methods-actions-reference
type kind struct {
	action string
	entity string
	weight int
}

var kinds = []kind{
	{"user_login", "user", 12},
	{"user_login_failed", "user", 5},
	{"user_logout", "user", 4},
	{"cli_login", "user", 1},
	{"user_created", "user", 1},
	{"guest_created", "user", 1},
	{"user_joined_workspace", "user", 1},
	{"user_deactivated", "user", 1},
	{"guest_expired", "user", 1},
	{"user_reactivated", "user", 1},
	{"role_change_to_owner", "user", 1},
	{"role_change_to_admin", "user", 1},
	{"user_email_updated", "user", 1},
	{"user_session_invalidated", "user", 1},
	{"user_added_to_usergroup", "usergroup", 1},
	{"role_assigned", "role", 1},
	{"workspace_created", "workspace", 1},
	{"pref.two_factor_auth_changed", "enterprise", 1},
	{"ip_allowlist_enabled", "enterprise", 1},
	{"manual_export_started", "workspace", 1},
	{"corporate_exports_enabled", "enterprise", 1},
	{"audit_logs_export_completed", "enterprise", 1},
	{"emoji_added", "workspace", 1},
	{"public_channel_created", "channel", 2},
	{"private_channel_archive", "channel", 1},
	{"public_channel_deleted", "channel", 1},
	{"channel_renamed", "channel", 1},
	{"user_channel_join", "channel", 4},
	{"huddle_started", "huddle", 1},
	{"file_uploaded", "file", 4},
	{"file_downloaded", "file", 8},
	{"file_downloaded_blocked", "file", 1},
	{"file_public_link_created", "file", 1},
	{"app_installed", "app", 2},
	{"app_scopes_expanded", "app", 1},
	{"app_uninstalled", "app", 1},
	{"workflow_created", "workflow", 1},
	{"workflow_deleted", "workflow", 1},
	{"message_tombstoned", "message", 1},
	{"canvas_edited", "canvas", 1},
	{"anomaly", "user", 2},
	{"teleporter_engaged", "spaceship", 1}, // no such action is known
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

func userID(p vendorsim.Person) string {
	return fmt.Sprintf("%c%010d", "WU"[p.N%2], p.N)
}

func user(p vendorsim.Person) object {
	return object{"id": userID(p), "name": p.Name, "email": p.Email, "team": enterpriseID}
}

// auditEntry makes one entry of the audit log.
func auditEntry(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	id := vendorsim.UUID(rnd)
	me := vendorsim.Pick(rnd, vendorsim.People...)
	e := object{
		"id": id, "date_create": at.Unix(), "action": k.action, "entity": entity(rnd, k.entity, me, at),
		"actor": object{"type": "user", "user": user(me)}, "context": context(rnd, n),
	}
	switch rnd.IntN(12) {
	case 0:
		e["actor"] = object{"type": "user", "user": object{"id": "USLACKUSER", "name": "slackbot", "email": "", "team": ""}}
		e["context"].(object)["ua"], e["context"].(object)["ip_address"] = "", ""
	case 1:
		e["actor"] = object{"type": "user", "user": object{"id": userID(me), "name": me.Name, "email": ""}}
	}
	if vendorsim.OneIn(rnd, 60) {
		delete(e, "actor")
	}
	if vendorsim.OneIn(rnd, 60) {
		e["context"] = nil
	}
	if d := details(rnd, k.action, n); d != nil {
		e["details"] = d
	}
	return id, vendorsim.JSON(e)
}

// entity returns what was acted on. Sign-ins act on the one who signs in.
func entity(rnd *rand.Rand, kind string, me vendorsim.Person, at time.Time) object {
	p := vendorsim.Pick(rnd, me, me, vendorsim.Pick(rnd, vendorsim.People...))
	id := fmt.Sprintf("%010d", rnd.IntN(20))
	var about object
	switch kind {
	case "user":
		about = user(p)
	case "channel", "huddle":
		about = object{"id": "C" + id, "name": vendorsim.Pick(rnd, "general", "équipe", "日本", "old-project"), "privacy": "private", "is_shared": false, "teams_shared_with": []any{}}
	case "file", "canvas":
		about = object{"id": "F" + id, "name": `a "b" <c> & d.pdf`, "filetype": "application/pdf", "title": vendorsim.Pick[any](rnd, "Plan", nil)}
	case "app":
		about = object{"id": "A" + id, "name": "Ticket Bot", "is_distributed": true, "scopes": []string{"chat:write"}}
	case "workspace":
		about = object{"id": workspaceID, "name": "Example EU", "domain": "example-eu"}
	case "enterprise":
		about = object{"id": enterpriseID, "name": "Example Corp", "domain": "example-corp"}
	case "message":
		about = object{"team": workspaceID, "channel": "C" + id, "timestamp": fmt.Sprintf("%d.%06d", at.Unix(), rnd.IntN(1000000))}
	default:
		about = object{"id": "Z" + id, "name": "Something & <more>"}
	}
	return object{"type": kind, kind: about}
}

// context returns where it happened; session_id is a number or text.
func context(rnd *rand.Rand, n int) object {
	location := vendorsim.Pick(rnd,
		object{"type": "enterprise", "id": enterpriseID, "name": "Example Corp", "domain": "example-corp"},
		object{"type": "workspace", "id": workspaceID, "name": "Example EU", "domain": "example-eu"})
	c := object{"location": location, "ua": vendorsim.UserAgent(rnd), "ip_address": vendorsim.IP(rnd)}
	session := 9007199254740993 + n
	switch rnd.IntN(4) {
	case 0:
		c["session_id"] = session
	case 1:
		c["session_id"] = strconv.Itoa(session)
	case 2:
		c["session_id"] = nil
	}
	if vendorsim.OneIn(rnd, 10) {
		c["ip_address"], c["ua"] = "", ""
	}
	return c
}

// details have another shape for each action, and for some more than one.
func details(rnd *rand.Rand, action string, n int) any {
	switch action {
	case "user_login":
		return vendorsim.Pick[any](rnd, nil, object{"type": "login", "mobile_app_version": nil})
	case "app_scopes_expanded":
		return object{"new_scopes": []string{"chat:write", "files:read"}, "previous_scopes": []string{"chat:write"}}
	case "user_session_invalidated":
		return vendorsim.Pick[any](rnd, object{"reason": "expired"}, object{"reason": []string{"a", "b"}}, object{"reason": object{"code": 7}})
	case "role_assigned":
		return vendorsim.Pick[any](rnd, object{"succeeded_users": `["W1","W2"]`}, object{"succeeded_users": []string{"W1"}, "failed_users": nil})
	case "anomaly":
		return object{"action_timestamp": n, "location": "Łódź, PL", "previous_ip_address": vendorsim.IP(rnd), "reason": []string{"asn", "ip_address"}}
	}
	return nil
}

// login makes one entry of the access log: an aggregate of sessions, whose time is
// that of the last one. The id is the entry's identity.
func login(rnd *rand.Rand, n int, at time.Time) (string, string) {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	first := at.Unix() - rnd.Int64N(30*24*3600)
	ip, agent := vendorsim.IP(rnd), vendorsim.UserAgent(rnd)
	e := object{
		"user_id": userID(p), "username": p.Name, "date_first": first, "date_last": at.Unix(), "count": 1 + rnd.IntN(40),
		"ip": ip, "user_agent": agent, "isp": "Example ISP", "country": vendorsim.Pick[any](rnd, "PT", "JP", nil), "region": vendorsim.Pick[any](rnd, "11", nil),
	}
	if vendorsim.OneIn(rnd, 25) {
		e["ip"], e["isp"] = nil, nil
	}
	return fmt.Sprintf("login-%d", n), vendorsim.JSON(e)
}

// integration makes one entry of the integration log. Old entries are about
// services instead of apps.
func integration(rnd *rand.Rand, n int, at time.Time) (string, string) {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	e := object{
		"user_id": userID(p), "user_name": p.Name, "date": strconv.FormatInt(at.Unix(), 10),
		"change_type": vendorsim.Pick(rnd, "added", "added", "removed", "enabled", "disabled", "updated", "expanded", "wiretapped"),
	}
	if vendorsim.OneIn(rnd, 3) {
		e["service_id"], e["service_type"] = fmt.Sprint(1000000000+rnd.IntN(1e9)), "Incoming <WebHooks>"
		e["channel"], e["reason"] = vendorsim.Pick[any](rnd, "C0000000001", nil), "user"
	} else {
		e["app_id"], e["app_type"], e["scope"] = "A"+vendorsim.Alnum(rnd, 10), "Ticket & Bot", "chat:write,files:read"
	}
	if vendorsim.OneIn(rnd, 15) {
		e["user_id"], e["user_name"] = vendorsim.Pick[any](rnd, "0", 0, ""), ""
	}
	return fmt.Sprintf("integration-%d", n), vendorsim.JSON(e)
}
