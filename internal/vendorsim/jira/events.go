package jira

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// kind is one kind of record.
type kind struct {
	summary, category string
	item              string // typeName of the object
	changes           string // field name of a changed value, "" for none
	weight            int
}

var kinds = []kind{
	{"User created", "user management", "USER", "", 3},
	{"User updated", "user management", "USER", "Active / Inactive", 3},
	{"User updated", "user management", "USER", "Full name", 3},
	{"User renamed", "user management", "USER", "Username", 1},
	{"User's password changed", "user management", "USER", "", 1},
	{"User deleted", "user management", "USER", "", 1},
	{"User added to group", "group management", "GROUP", "", 6},
	{"User removed from group", "group management", "GROUP", "", 4},
	{"Group created", "group management", "GROUP", "", 1},
	{"Group deleted", "group management", "GROUP", "", 1},
	{"Global permission added", "permissions", "", "Permission", 1},
	{"Global permission deleted", "permissions", "", "Permission", 1},
	{"Permission scheme updated", "permissions", "SCHEME", "Permission", 2},
	{"Project created", "projects", "PROJECT", "Name", 2},
	{"Project deleted", "projects", "PROJECT", "", 1},
	{"Project roles changed", "projects", "PROJECT", "Users", 3},
	{"Project component created", "projects", "PROJECT_COMPONENT", "Name", 1},
	{"Project version released", "projects", "PROJECT_VERSION", "Released", 1},
	{"Workflow updated", "workflows", "WORKFLOW", "Status", 3},
	{"Workflow scheme added to project", "workflows", "SCHEME", "", 2},
	{"Custom field created", "fields", "CUSTOM_FIELD", "Name", 2},
	{"Custom field trashed", "fields", "CUSTOM_FIELD", "", 1},
	{"Field context created", "custom field context", "CUSTOM_FIELD", "Associated to project(s)", 2},
	{"Custom email channel turned on", "mail settings", "", "", 1},
	{"Auditing enabled", "auditing", "", "", 1},
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

// firstID makes ids as large as those of an old site.
const firstID = 20000

// generate makes one audit record. Fields without content are left out.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	id := firstID + n
	e := object{
		"id": id, "summary": k.summary, "category": k.category, "eventSource": vendorsim.Pick(rnd, "", "", "", "Jira Service Management plugin"),
		"created": at.Format("2006-01-02T15:04:05.000-0700"),
	}
	switch rnd.IntN(8) {
	case 0: // the system itself: neither author nor address
	case 1: // nobody is logged in
		e["remoteAddress"] = vendorsim.IP(rnd)
	case 2: // an author without account id
		e["authorKey"] = userKey(rnd, "ug")
		e["remoteAddress"] = vendorsim.Pick(rnd, "", vendorsim.IP(rnd))
	default:
		p := vendorsim.Pick(rnd, vendorsim.People...)
		e["authorKey"], e["authorAccountId"], e["remoteAddress"] = fmt.Sprintf("ug:%08d-0000-4000-8000-000000000000", p.N), accountID(p.N), vendorsim.IP(rnd)
	}
	if item := objectItem(rnd, k.item); item != nil {
		e["objectItem"] = item
	}
	if k.changes != "" {
		e["changedValues"] = []any{changed(rnd, k.changes)}
	}
	if k.item == "GROUP" {
		key := userKey(rnd, vendorsim.Pick(rnd, "ug", "ug", "qm"))
		e["associatedItems"] = []any{object{"id": key, "name": key, "typeName": "USER", "parentId": "10000", "parentName": "IDP Directory"}}
	}
	if vendorsim.OneIn(rnd, 6) {
		e["description"] = vendorsim.Pick(rnd, "Changed by an import", "Überführt aus <Server> & \"Data Center\"", "導入")
	}
	return strconv.Itoa(id), vendorsim.JSON(e)
}

func accountID(n int) string { return fmt.Sprintf("712020:%08d-0000-4000-8000-000000000000", n) }

func userKey(rnd *rand.Rand, kind string) string { return kind + ":" + vendorsim.UUID(rnd) }

func objectItem(rnd *rand.Rand, typeName string) object {
	item := object{"typeName": typeName}
	switch typeName {
	case "":
		return nil
	case "GROUP": // groups have no id
		item["name"], item["parentId"], item["parentName"] = vendorsim.Pick(rnd, "jira-software-users", "site-admins", "Équipe É"), "10000", "IDP Directory"
	case "USER":
		key := userKey(rnd, vendorsim.Pick(rnd, "ug", "qm"))
		item["id"], item["name"], item["parentId"], item["parentName"] = key, key, "10000", "IDP Directory"
	case "CUSTOM_FIELD":
		item["id"], item["name"] = fmt.Sprint("customfield_", 10000+rnd.IntN(200)), vendorsim.Pick(rnd, "Cost center", "Größe", "Story points")
	default:
		item["id"], item["name"] = strconv.Itoa(10000+rnd.IntN(500)), vendorsim.Pick(rnd, "Pilot", "Website <2>", "第二")+" "+strings.ToLower(typeName)
	}
	return item
}

func changed(rnd *rand.Rand, field string) object {
	c := object{"fieldName": field}
	switch field {
	case "Active / Inactive":
		c["changedFrom"], c["changedTo"] = "Active", "Inactive"
		if vendorsim.OneIn(rnd, 3) {
			c["changedFrom"], c["changedTo"] = "Inactive", "Active"
		}
	default:
		c["changedTo"] = vendorsim.Pick(rnd, "new value", "Ω", "All projects", "")
		if vendorsim.OneIn(rnd, 2) {
			c["changedFrom"] = "old value"
		}
	}
	return c
}
