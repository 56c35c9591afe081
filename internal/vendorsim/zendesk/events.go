package zendesk

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type row map[string]any

// kind is one kind of record. Words in braces are filled in.
type kind struct {
	action, label string
	source        string
	title         string // of source_label, before the name
	change        string
	weight        int
}

var kinds = []kind{
	{"login", "Signed in", "user", "Team member", "Successful sign-in using Zendesk password from https://acme.example.com/access/login", 10},
	{"login", "Signed in", "user", "Team member", "Successful sign-in using SAML from https://idp.example.com/sso", 4},
	{"login", "Anmeldung", "user", "Teammitglied", "Erfolgreiche Anmeldung", 1},
	{"login", "Signed in", "user", "Team member", "Failed sign-in using Zendesk password from https://acme.example.com/access/login", 1},
	{"exported", "Exported", "account", "Account", "Exported audit logs as CSV", 1},
	{"exported", "Exported", "view", "View", "", 1},
	{"create", "Created", "user", "Team member", "", 2},
	{"update", "Updated", "user", "Team member", "Role changed from Agent to Administrator", 4},
	{"update", "Updated", "user", "Team member", "Name changed from not set to {name}\nEmail changed", 2},
	{"destroy", "Deleted", "user", "Team member", "", 1},
	{"create", "Created", "user_setting", "Suspension state: {name}", "Suspended", 2},
	{"update", "Updated", "user_setting", "Suspension state: {name}", "Suspended", 1},
	{"update", "Updated", "user_setting", "Suspension state: {name}", "Unsuspended", 1},
	{"update", "Updated", "user_setting", "Two-factor authentication", "Enabled", 1},
	{"create", "Updated", "account_setting", "Ticket sharing", "Enabled", 2},
	{"update", "Updated", "account_setting", "Session timeout", "changed from 8 hours to 1 hour", 3},
	{"update", "Updated", "account", "Account", "Owner changed from A to {name}\nPlan type changed from A to B", 1},
	{"create", "Created", "api_token", "API token", "", 2},
	{"update", "Updated", "api_token", "API token", "description changed from not set to nightly", 2},
	{"destroy", "Deleted", "api_token", "API token", "", 1},
	{"create", "Created", "rule", "Trigger", "", 3},
	{"update", "Updated", "rule", "Automation", "conditions changed from <none> to {\"field\":\"status\"}", 4},
	{"destroy", "Deleted", "rule", "Macro", "", 2},
	{"create", "Created", "organization", "Organization", "", 1},
	{"update", "Updated", "group", "Group", "name changed from Tier 1 to Équipe 1", 1},
	{"destroy", "Deleted", "custom_object_record", "Record", "", 1},
	{"impersonated", "Assumed", "user", "Team member", "Assumed identity", 1},
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

// Ids have 63 bits: no floating-point number holds them.
const (
	firstID    = 1<<62 + 1
	firstActor = 1900000000000
	account    = 77001
)

// generate makes one record.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	id := strconv.Itoa(firstID + n)
	other := vendorsim.Pick(rnd, vendorsim.People...)
	e := row{
		"id": firstID + n, "url": "https://acme.example.com/api/v2/audit_logs/" + id + ".json",
		"action": k.action, "action_label": k.label, "source_type": k.source, "created_at": at.Format(time.RFC3339),
		"change_description": strings.ReplaceAll(k.change, "{name}", other.Name),
	}
	e.actor(rnd, k.action == "login")
	switch {
	case k.action == "login":
		e["source_id"], e["source_label"] = e["actor_id"], k.title+": "+fmt.Sprint(e["actor_name"])
	case strings.HasPrefix(k.source, "user"):
		e["source_id"], e["source_label"] = firstActor+other.N, strings.ReplaceAll(k.title, "{name}", other.Name)
	case strings.HasPrefix(k.source, "account"):
		e["source_id"], e["source_label"] = account, k.title+": Account"
	default:
		e["source_id"], e["source_label"] = 360000000000+rnd.IntN(500), k.title+": "+vendorsim.Pick(rnd, "nightly", "Notify <all>", "通知")
	}
	if vendorsim.OneIn(rnd, 40) {
		e["source_id"] = nil
	}
	if vendorsim.OneIn(rnd, 30) {
		delete(e, "actor_name")
	}
	return id, vendorsim.JSON(e)
}

// actor puts in who did it and from where; the system itself has no address.
func (e row) actor(rnd *rand.Rand, person bool) {
	if !person && vendorsim.OneIn(rnd, 6) {
		e["actor_id"], e["actor_name"] = vendorsim.Pick[any](rnd, -1, -1, 0, nil), "Zendesk"
		e["ip_address"] = vendorsim.Pick[any](rnd, nil, "")
		return
	}
	p := vendorsim.Pick(rnd, vendorsim.People...)
	e["actor_id"], e["actor_name"], e["ip_address"] = firstActor+p.N, p.Name, vendorsim.IP(rnd)
	if vendorsim.OneIn(rnd, 20) {
		e["ip_address"] = vendorsim.Pick[any](rnd, nil, "")
	}
}
