package confluenceonprem

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// timeFormat is that of an instance whose server runs in UTC.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

// The levels of coverage; each has what the ones below have.
// https://confluence.atlassian.com/display/DOC/Audit+Log+Events+in+Confluence
const (
	base = iota + 1
	advanced
	full
)

var levels = map[string]int{"base": base, "advanced": advanced, "full": full}

// kind is one kind of row: its key, name, category, the types of the objects that it
// is about, and the value that changes.
type kind struct {
	key, action, category, objects, changes string
	level, weight                           int
}

const summary = "audit.logging.summary."

var kinds = []kind{
	{summary + "login.success", "Login successful", "auth", "User", "", full, 8},
	{summary + "login.failed", "Login failed", "auth", "User", "", advanced, 4},
	{summary + "user.logout", "User logged out", "auth", "User", "", full, 3},
	{summary + "sudo.auth.successful", "Secure admin session started", "auth", "", "", advanced, 1},
	{summary + "sudo.logout", "Secure admin session ended", "auth", "", "", advanced, 1},
	{summary + "user.created", "User created", "user.management", "User", "", base, 3},
	{summary + "user.updated", "User details updated", "user.management", "User", "Email", base, 4},
	{summary + "user.renamed", "User renamed", "user.management", "User", "Username", base, 1},
	{summary + "user.password.changed", "User password changed", "user.management", "User", "", base, 1},
	{summary + "user.deactivated", "User deactivated", "user.management", "User", "Active", base, 2},
	{summary + "user.reactivated", "User reactivated", "user.management", "User", "Active", base, 1},
	{summary + "user.deleted", "User deleted", "user.management", "User", "", base, 1},
	{summary + "group.membership.added", "User added to group", "user.management", "User Group", "", base, 5},
	{summary + "group.membership.removed", "User removed from group", "user.management", "User Group", "", base, 3},
	{summary + "group.created", "Group created", "user.management", "Group", "", base, 1},
	{summary + "group.deleted", "Group deleted", "user.management", "Group", "", base, 1},
	{summary + "directory.updated", "User directory updated", "user.management", "Directory", "Name", base, 1},
	{summary + "space.created", "Space created", "space", "Space", "", base, 2},
	{summary + "space.removed", "Space removed", "space", "Space", "", base, 1},
	{summary + "space.config.updated", "Space configuration updated", "space", "Space", "Description", base, 2},
	{summary + "space.export", "Space exported", "import.export", "Space", "", base, 2},
	{summary + "page.export", "Page exported", "import.export", "Page Space", "", advanced, 1},
	{summary + "space.import", "Space imported", "import.export", "Space", "", base, 1},
	{summary + "page.created", "Page created", "page", "Page Space", "", full, 5},
	{summary + "page.deleted", "Page deleted", "page", "Page Space", "", full, 2},
	{summary + "page.viewed", "Page viewed", "page", "Page Space", "", full, 5},
	{summary + "global.permission.added", "Global permission added", "permissions", "Group", "Type", base, 1},
	{summary + "space.permission.added", "Space permission added", "permissions", "Anonymous Space", "Type", base, 4},
	{summary + "space.permission.removed", "Space permission removed", "permissions", "User Space", "Type", base, 3},
	{summary + "global.settings.edited", "Global settings edited", "admin", "", "Site title", base, 1},
	{summary + "plugin.enabled", "App enabled", "plugin", "App", "", base, 1},
	{"personal.access.tokens.audit.log.summary.token.created", "Personal access token created", "auth", "User", "", base, 2},
	{"atlassian.audit.event.action.audit.config.updated", "Audit Log configuration updated", "audit", "", "Retention", base, 1},
	{"", "Größe des Anhangs <max> geändert", "admin", "", "Größe", base, 1},
}

var (
	byWeight = func() []kind {
		var all []kind
		for _, k := range kinds {
			for range k.weight {
				all = append(all, k)
			}
		}
		return all
	}()
	levelOf = func() map[string]int {
		of := map[string]int{}
		for _, k := range kinds {
			of[k.action] = k.level
		}
		return of
	}()
)

// generate makes one row. Rows have no id; the operation tells two of them apart.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	e := object{
		"timestamp": at.Format(timeFormat), "system": baseURL, "method": vendorsim.Pick(rnd, "Browser", "Browser", "Browser", "System"),
		"type": object{
			"categoryI18nKey": "audit.logging.category." + k.category, "category": strings.ReplaceAll(k.category, ".", " "),
			"actionI18nKey": k.key, "action": k.action,
		},
		"source": source(rnd), "changedValues": []any{}, "affectedObjects": []any{},
		"extraAttributes": []any{object{"name": "Operation", "nameI18nKey": "audit.logging.attribute.operation", "value": fmt.Sprint(n)}},
	}
	var objects []any
	for kind := range strings.FieldsSeq(k.objects) {
		objects = append(objects, thing(rnd, kind, n))
	}
	if len(objects) > 0 {
		e["affectedObjects"] = objects
	}
	if k.changes != "" {
		e["changedValues"] = []any{changed(rnd, k.changes)}
	}
	if a := who(rnd, k); a != nil {
		e["author"] = a
	}
	if vendorsim.OneIn(rnd, 3) {
		e["node"] = vendorsim.Pick(rnd, "node-a", "node-b")
	}
	return fmt.Sprint("row-", n), vendorsim.JSON(e)
}

// source is one address, none, or a list of it and of proxies.
func source(rnd *rand.Rand) string {
	switch rnd.IntN(8) {
	case 0:
		return ""
	case 1:
		return vendorsim.IP(rnd) + ", " + vendorsim.IP(rnd)
	}
	return vendorsim.IP(rnd)
}

// who is the author, who is often nobody when somebody signs in. Nobody is a user
// with the id -2; rows of the system have an author of that type, or none.
func who(rnd *rand.Rand, k kind) object {
	roll := rnd.IntN(12)
	if strings.HasPrefix(k.key, summary+"login.") {
		roll = rnd.IntN(4)
	}
	switch roll {
	case 0, 1:
		return object{"name": "Anonymous", "type": "user", "id": "-2", "avatarUri": ""}
	case 4:
		return object{"name": "System", "type": "system", "id": "-1", "uri": "", "avatarUri": ""}
	case 5:
		return nil
	}
	p := vendorsim.Pick(rnd, vendorsim.People...)
	return account(userID(p.N), p.Name, login(p))
}

func account(id, name, user string) object {
	return object{"name": name, "type": "user", "id": id, "avatarUri": "", "uri": profile(user)}
}

func profile(user string) string {
	return baseURL + "/admin/users/viewuser.action?username=" + url.QueryEscape(user)
}

func login(p vendorsim.Person) string {
	name, _, _ := strings.Cut(p.Email, "@")
	return name
}

func userID(n int) string { return fmt.Sprintf("2c9680838f1a2b3c018f1a2b3c4d%04d", n) }

// thing is something that a row is about. Some have no id.
func thing(rnd *rand.Rand, kind string, n int) object {
	switch kind {
	case "User":
		p := vendorsim.Pick(rnd, vendorsim.People...)
		o := object{"name": p.Name, "type": "User", "uri": profile(login(p)), "id": userID(p.N)}
		if vendorsim.OneIn(rnd, 8) { // somebody whom the instance does not know
			delete(o, "id")
			delete(o, "uri")
		}
		return o
	case "Anonymous":
		return object{"name": "Anonymous", "type": "User"}
	case "Group":
		name := vendorsim.Pick(rnd, "confluence-users", "confluence-administrators", "Équipe É")
		return object{"name": name, "type": "Group", "id": name}
	case "Space":
		id := 131073 + rnd.IntN(6)
		return object{"name": fmt.Sprint("Docs ", id), "type": "Space", "id": fmt.Sprint(id), "uri": fmt.Sprint(baseURL, "/display/DOCS", id)}
	case "Page":
		id := fmt.Sprint(200000 + n)
		return object{"name": vendorsim.Pick(rnd, "議事録", "Plan \"B\" \\ <draft>"), "type": "Page", "id": id, "uri": baseURL + "/pages/viewpage.action?pageId=" + id}
	}
	return object{"name": fmt.Sprint(kind, " ", n), "type": kind}
}

func changed(rnd *rand.Rand, key string) object {
	c := object{"key": key, "i18nKey": key, "to": vendorsim.Pick(rnd, "neu <b>", "VIEWSPACE", "No")}
	if vendorsim.OneIn(rnd, 2) {
		c["from"] = vendorsim.Pick(rnd, "alt", "Yes", "")
	}
	return c
}
